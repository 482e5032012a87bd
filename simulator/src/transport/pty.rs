//! A pseudo-terminal behind a name of its own: to whoever opens it, a radio on a serial port.
//!
//! As on a real port, what arrives while nobody has the device open is lost. Pulling the
//! device takes its name away first, as udev does, then the line hangs up.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::io::{read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tokio::io::unix::AsyncFd;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::{Earpiece, READ_BYTES};

/// How often to look whether somebody has opened the device.
const LOOK: Duration = Duration::from_millis(10);

/// A device that is plugged in; dropping it pulls it.
#[derive(Debug)]
pub(super) struct Pty {
    far_end: OwnedFd,
    name: PathBuf,
}

impl Pty {
    /// Plugs in a device that is found as `name`, which must be free.
    pub(super) fn plug(name: &Path) -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let far_end = openpt(flags)?;
        grantpt(&far_end)?;
        unlockpt(&far_end)?;
        let device = ptsname(&far_end, Vec::new())?;
        let device = Path::new(std::ffi::OsStr::from_bytes(device.to_bytes())).to_owned();
        make_raw(&device)?;
        fcntl_setfl(&far_end, OFlags::NONBLOCK)?;
        symlink(&device, name)?;
        Ok(Self {
            far_end,
            name: name.to_owned(),
        })
    }

    /// Sends and listens until there is nothing more to send; `there` is told of the first who opens.
    ///
    /// Returns what was lost because nobody had the device open.
    pub(super) async fn serve(
        self,
        mut orders: mpsc::Receiver<Vec<u8>>,
        earpiece: Earpiece,
        there: oneshot::Sender<()>,
    ) -> u64 {
        let mut there = Some(there);
        let mut unsent = 0;
        loop {
            if self.is_open() {
                if let Some(there) = there.take() {
                    // Nobody may wait for it any more.
                    let _told = there.send(());
                }
                if self.serve_opener(&mut orders, &earpiece).await.is_none() {
                    return unsent;
                }
            }
            tokio::select! {
                order = orders.recv() => match order {
                    Some(_lost) => unsent += 1,
                    None => return unsent,
                },
                () = sleep(LOOK) => {}
            }
        }
    }

    /// Serves who has the device open; nothing if there is nothing more to send.
    async fn serve_opener(
        &self,
        orders: &mut mpsc::Receiver<Vec<u8>>,
        earpiece: &Earpiece,
    ) -> Option<()> {
        // A hang-up stays with what was registered, so that each opener gets a fresh one.
        #[expect(
            deprecated,
            reason = "the other way is unsafe; this descriptor outlives what is registered"
        )]
        let Ok(opened) = AsyncFd::new(self.far_end.as_fd()) else {
            return Some(());
        };
        let mut buffer = [0; READ_BYTES];
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => if self.write_all(&opened, &order?).await.is_err() {
                    return Some(());
                },
                length = read_some(&opened, &mut buffer) => match length {
                    Ok(length) => {
                        earpiece.hand_on(&buffer[..length]).await;
                    }
                    Err(_closed) => return Some(()),
                },
            }
        }
    }

    async fn write_all(
        &self,
        opened: &AsyncFd<BorrowedFd<'_>>,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            let mut ready = opened.writable().await?;
            match ready.try_io(|far_end| Ok(write(far_end, bytes)?)) {
                Ok(written) => bytes = &bytes[written?..],
                // There is no room. It may be that nobody is there any more.
                Err(_no_room) if self.is_open() => {}
                Err(_no_room) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
        }
        Ok(())
    }

    /// Says whether somebody has the device open.
    fn is_open(&self) -> bool {
        let mut far_end = [PollFd::new(&self.far_end, PollFlags::empty())];
        let at_once = Timespec::default();
        let looked = poll(&mut far_end, Some(&at_once));
        looked.is_ok() && !far_end[0].revents().contains(PollFlags::HUP)
    }
}

async fn read_some(opened: &AsyncFd<BorrowedFd<'_>>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        let mut ready = opened.readable().await?;
        if let Ok(length) = ready.try_io(|far_end| Ok(read(far_end, &mut *buffer)?)) {
            return length;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A name that somebody else has taken away is away as well.
        drop(fs::remove_file(&self.name));
    }
}

/// Turns the echo off, which would send back what comes before the device is opened.
fn make_raw(device: &Path) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let near_end = open(device, flags, Mode::empty())?;
    let mut settings = tcgetattr(&near_end)?;
    settings.make_raw();
    tcsetattr(&near_end, OptionalActions::Now, &settings)?;
    Ok(())
}
