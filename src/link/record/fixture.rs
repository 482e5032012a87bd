//! Settings, frames and moments for the tests of recordings.

use std::path::Path;
use std::time::Duration;

use super::RecordSettings;
use crate::units::{Moment, Monotonic, Utc};

/// HEARTBEAT of system 7, MAVLink 2.
const HEARTBEAT: [u8; 21] = [
    0xfd, 9, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0, 0,
];

/// Settings that ask for as little as they can.
pub(super) fn settings(directory: impl AsRef<Path>) -> RecordSettings {
    RecordSettings {
        directory: directory.as_ref().to_owned(),
        size_max_bytes: 1_000_000,
        span_max: Duration::MAX,
        files_max: usize::MAX,
        age_max: None,
        free_min_bytes: 0,
    }
}

pub(super) fn at(second: u64) -> Moment {
    Moment {
        monotonic: Monotonic::from_micros(second * 1_000_000),
        utc: Utc::from_micros(i64::try_from(1_770_000_000 + second).unwrap() * 1_000_000 + 789),
    }
}

/// Returns the heartbeat with these flags and the checksum that belongs to it.
pub(super) fn heartbeat(flags: u8) -> Vec<u8> {
    let mut frame = HEARTBEAT.to_vec();
    frame[2] = flags;
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
    let mut digest = crc.digest();
    digest.update(&frame[1..19]);
    digest.update(&[50]);
    frame[19..].copy_from_slice(&digest.finalize().to_le_bytes());
    frame
}
