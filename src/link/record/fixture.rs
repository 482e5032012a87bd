//! Frames and moments for the tests of recordings.

use crate::units::{Moment, Monotonic, Utc};

/// HEARTBEAT of system 7, MAVLink 2.
const HEARTBEAT: [u8; 21] = [
    0xfd, 9, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0, 0,
];

pub(super) fn at(second: u64) -> Moment {
    Moment {
        monotonic: Monotonic::from_micros(second * 1_000_000),
        utc: Utc::from_micros(i64::try_from(1_770_000_000 + second).unwrap() * 1_000_000),
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
