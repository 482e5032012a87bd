//! A tlog that is played once, at its own pace or faster.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::link::inlet::Inlet;
use crate::link::source::Step;
use crate::units::Monotonic;
use crate::wire::TlogReader;

/// Frames that are handed on before anybody else gets a turn.
const FRAMES_IN_A_ROW: usize = 64;

/// A recording in memory, and how far it has been played.
#[derive(Debug)]
pub(super) struct Recording {
    bytes: Vec<u8>,
    /// Each frame with its time since the first one.
    frames: Vec<(Duration, Range<usize>)>,
    next: usize,
    start: Monotonic,
    faster: u32,
    clock: Clock,
}

impl Recording {
    /// Reads the file; it plays from this moment.
    pub(super) async fn open(path: &Path, faster: u32, clock: Clock) -> io::Result<Self> {
        let path = path.to_owned();
        let reading = spawn_blocking(move || {
            let bytes = std::fs::read(path)?;
            let frames = index(&bytes);
            Ok::<_, io::Error>((bytes, frames))
        });
        let (bytes, frames) = reading.await.map_err(io::Error::other)??;
        Ok(Self {
            bytes,
            frames,
            next: 0,
            start: clock.now().monotonic,
            faster,
            clock,
        })
    }

    /// Waits until the next frame is due; cancel safe.
    pub(super) async fn ready(&self) {
        if let Some((due, _frame)) = self.frames.get(self.next) {
            sleep((*due / self.faster).saturating_sub(self.played())).await;
        }
    }

    /// Hands on the frames that are due, up to a number.
    pub(super) fn take(&mut self, inlet: &mut Inlet) -> Step {
        let played = self.played();
        for _frame in 0..FRAMES_IN_A_ROW {
            let Some((due, frame)) = self.frames.get(self.next) else {
                return Step::Finished;
            };
            if played < *due / self.faster {
                break;
            }
            inlet.datagram(&self.bytes[frame.clone()], None);
            self.next += 1;
        }
        Step::More
    }

    fn played(&self) -> Duration {
        self.clock.now().monotonic.since(self.start)
    }
}

/// Finds every frame and when it is due; a stamp that goes back does not turn time back.
fn index(bytes: &[u8]) -> Vec<(Duration, Range<usize>)> {
    let mut frames = Vec::new();
    let mut reader = TlogReader::new(bytes);
    let mut first_us = None;
    let mut latest = Duration::ZERO;
    while let Some(record) = reader.next() {
        let first_us = *first_us.get_or_insert(record.received_us);
        let since = Duration::from_micros(record.received_us.saturating_sub(first_us));
        latest = latest.max(since);
        let end = reader.offset();
        frames.push((latest, end - record.event.frame().raw().len()..end));
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_due_when_they_were_recorded_and_never_earlier_than_the_one_before() {
        // HEARTBEAT of MAVLink 1, system 1.
        let frame = [
            0xfe, 9, 0, 1, 1, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0x1f, 0x9f,
        ];
        let frame = sealed(frame);
        let record = |us: u64| [&(1_700_000_000_000_000 + us).to_be_bytes()[..], &frame].concat();
        let bytes = [record(0), record(250_000), record(100_000), record(400_000)].concat();
        let dues: Vec<u128> = index(&bytes)
            .iter()
            .map(|(due, _)| due.as_millis())
            .collect();
        assert_eq!(dues, [0, 250, 250, 400]);
        assert!(
            index(&bytes)
                .iter()
                .all(|(_, at)| bytes[at.clone()] == frame)
        );
    }

    /// Sets the checksum, with `CRC_EXTRA` 50 of HEARTBEAT.
    fn sealed(mut frame: [u8; 17]) -> [u8; 17] {
        let crc = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
        let mut digest = crc.digest();
        digest.update(&frame[1..15]);
        digest.update(&[50]);
        frame[15..].copy_from_slice(&digest.finalize().to_le_bytes());
        frame
    }
}
