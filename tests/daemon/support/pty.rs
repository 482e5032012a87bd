//! A serial adapter that can be pulled: a pseudo-terminal behind a name of its own.

use std::fs;
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, fcntl_setfl, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::wait_for;

/// A plugged adapter; dropping it pulls it.
#[derive(Debug)]
pub(crate) struct Adapter {
    far_end: fs::File,
    name: PathBuf,
}

impl Adapter {
    /// Plugs an adapter in that is found as `name`.
    pub(crate) fn plug(name: &Path) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let far_end = openpt(flags).expect("a pseudo-terminal");
        grantpt(&far_end).expect("it is ours");
        unlockpt(&far_end).expect("it is unlocked");
        let device = ptsname(&far_end, Vec::new()).expect("it has a name");
        let device = PathBuf::from(device.to_str().expect("UTF-8"));
        make_raw(&device);
        fcntl_setfl(&far_end, OFlags::NONBLOCK).expect("it does not block");
        symlink(&device, name).expect("the name is free");
        Self {
            far_end: far_end.into(),
            name: name.to_owned(),
        }
    }

    /// Sends bytes to whoever has the device open.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let sent = wait_for("room in the line", || match self.far_end.write(bytes) {
                Ok(sent) => Some(sent),
                Err(error) if error.kind() == ErrorKind::WouldBlock => None,
                Err(error) => panic!("the line is gone: {error}"),
            });
            bytes = &bytes[sent..];
        }
    }

    /// Returns the bytes that came back.
    pub(crate) fn received(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // It ends with an error: nothing there, or nobody on the other side.
        let ended = self.far_end.read_to_end(&mut bytes);
        assert!(ended.is_err(), "the far end stays open");
        bytes
    }

    /// Says whether somebody has the device open.
    pub(crate) fn is_open(&mut self) -> bool {
        match self.far_end.read_exact(&mut [0]) {
            Ok(()) => true,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        }
    }

    /// Returns the speed that the device is set to, baud.
    pub(crate) fn speed(&self) -> u32 {
        tcgetattr(&self.far_end).expect("settings").input_speed()
    }

    /// Takes its name away and leaves the line itself alone.
    pub(crate) fn lose_name(&self) {
        fs::remove_file(&self.name).expect("it had its name");
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // The name goes first, as udev takes it, then the line hangs up.
        drop(fs::remove_file(&self.name));
    }
}

/// Turns the echo off, which would send back what comes before the device is opened.
fn make_raw(device: &Path) {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let near_end = open(device, flags, Mode::empty()).expect("the device opens");
    let mut settings = tcgetattr(&near_end).expect("settings");
    settings.make_raw();
    tcsetattr(&near_end, OptionalActions::Now, &settings).expect("settings are taken");
}
