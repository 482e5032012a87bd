//! A serial device, such as a telemetry radio on USB.
//!
//! It is found by its path each time that it is opened, and closed as soon as it fails or its
//! path is another device's: an adapter that is plugged in again gets its old name only if
//! nobody holds it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;
use tokio_serial::{SerialPort as _, SerialStream};
use tracing::debug;

use crate::link::Settings;
use crate::link::health::Health;
use crate::link::inlet::Inlet;
use crate::link::source::Stream;
use crate::track::LinkName;

/// Looks that a speed is given to bring a frame; every sender has a heartbeat once a second.
const LOOKS_PER_BAUD: u32 = 4;

/// An open serial device.
#[derive(Debug)]
pub(super) struct Serial {
    link: LinkName,
    path: PathBuf,
    device: Device,
    /// Its bytes.
    pub(super) stream: Stream<SerialStream>,
    speed: Speed,
}

/// What makes a device that one and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Device {
    filesystem: u64,
    inode: u64,
    number: u64,
}

/// The speeds that are tried, and how far that went.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Speed {
    bauds: Vec<u32>,
    at: usize,
    looks: u32,
    is_found: bool,
}

impl Serial {
    /// Opens the device; a speed that was understood earlier comes first.
    pub(super) async fn open(
        settings: &Settings,
        path: &Path,
        bauds: &[u32],
        health: &Health,
    ) -> io::Result<Self> {
        let speed = Speed::new(bauds, health.baud);
        let (name, baud) = (path.to_string_lossy().into_owned(), speed.baud());
        // A driver may take its time.
        let opening = spawn_blocking(move || SerialStream::open(&tokio_serial::new(name, baud)));
        let stream = opening.await.map_err(io::Error::other)??;
        Ok(Self {
            link: settings.name.clone(),
            path: path.to_owned(),
            device: Device::at(path)?,
            stream: Stream::new(stream, None),
            speed,
        })
    }

    /// Makes sure that the device is still there, and tries the next speed if this one brings
    /// nothing.
    pub(super) fn look(&mut self, inlet: &mut Inlet, health: &mut Health) -> io::Result<()> {
        if Device::at(&self.path)? != self.device {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "another device has its name",
            ));
        }
        if let Some(baud) = self.speed.look(inlet.heard().frames) {
            self.stream.from.set_baud_rate(baud)?;
            inlet.end_stream();
            debug!(link = %self.link, baud, "trying another speed");
        }
        if self.speed.is_found {
            health.baud = Some(self.speed.baud());
        }
        Ok(())
    }
}

impl Device {
    fn at(path: &Path) -> io::Result<Self> {
        let data = fs::metadata(path)?;
        Ok(Self {
            filesystem: data.dev(),
            inode: data.ino(),
            number: data.rdev(),
        })
    }
}

impl Speed {
    fn new(bauds: &[u32], first: Option<u32>) -> Self {
        let first = bauds.iter().position(|baud| Some(*baud) == first);
        Self {
            bauds: bauds.to_vec(),
            at: first.unwrap_or(0),
            looks: 0,
            is_found: false,
        }
    }

    fn baud(&self) -> u32 {
        self.bauds.get(self.at).copied().unwrap_or_default()
    }

    /// Takes how many frames there were since the opening, and returns the speed to change to.
    fn look(&mut self, frames: u64) -> Option<u32> {
        self.is_found |= 0 < frames;
        if self.is_found || self.bauds.len() < 2 {
            return None;
        }
        self.looks += 1;
        if self.looks < LOOKS_PER_BAUD {
            return None;
        }
        self.looks = 0;
        self.at = (self.at + 1) % self.bauds.len();
        Some(self.baud())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_tried_in_turn_until_there_is_a_frame() {
        let mut speed = Speed::new(&[57_600, 115_200], None);
        let quiet: Vec<Option<u32>> = (0..12).map(|_look| speed.look(0)).collect();
        let changes: Vec<u32> = quiet.into_iter().flatten().collect();
        assert_eq!(changes, [115_200, 57_600, 115_200]);
        assert!((0..20).all(|_look| speed.look(1).is_none()));
        assert_eq!((speed.baud(), speed.is_found), (115_200, true));
    }

    #[test]
    fn the_speed_that_was_understood_comes_first() {
        assert_eq!(Speed::new(&[1, 2, 3], Some(2)).baud(), 2);
        assert_eq!(Speed::new(&[1, 2, 3], Some(9)).baud(), 1);
    }

    #[test]
    fn a_single_speed_stays() {
        let mut speed = Speed::new(&[57_600], None);
        assert!((0..20).all(|_look| speed.look(0).is_none()));
    }
}
