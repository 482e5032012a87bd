//! Takes the signature off a frame, which leaves it with another checksum.

use crate::wire::{Frame, Version};

/// The signature of a MAVLink 2 frame, bytes.
const SIGNATURE_LENGTH: usize = 13;
/// The checksum of a frame, bytes.
const CHECKSUM_LENGTH: usize = 2;
/// Where a MAVLink 2 frame says that it is signed, and the bit.
const SIGNED: (usize, u8) = (2, 0x01);

/// Returns a frame without its signature, which leaves it with another checksum.
pub(super) fn unsigned(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = frame.raw().to_vec();
    if frame.version() != Version::V2 || !frame.is_signed() {
        return bytes;
    }
    let end = bytes.len().saturating_sub(SIGNATURE_LENGTH);
    bytes.truncate(end);
    let (at, bit) = SIGNED;
    let checksum = end.saturating_sub(CHECKSUM_LENGTH);
    // A checksum is linear: what a changed bit does to it depends on what follows, in length
    // alone. So it needs no CRC_EXTRA, which is unknown for a message of another dialect.
    let change = change_of_checksum(bit, checksum.saturating_sub(at));
    if let Some(flags) = bytes.get_mut(at) {
        *flags &= !bit;
    }
    for (byte, change) in bytes.iter_mut().skip(checksum).zip(change.to_le_bytes()) {
        *byte ^= change;
    }
    bytes
}

/// Returns what `change` in a byte does to the checksum with `following` bytes behind it,
/// `CRC_EXTRA` among them.
fn change_of_checksum(change: u8, following: usize) -> u16 {
    let step = |crc: u16| {
        (0..8).fold(crc, |crc, _bit| {
            let shifted = crc >> 1;
            if crc & 1 == 1 {
                shifted ^ 0x8408
            } else {
                shifted
            }
        })
    };
    (0..following).fold(step(u16::from(change)), |crc, _zero| step(crc))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::heartbeat;
    use super::*;
    use crate::wire::{Event, Framer};

    #[test]
    fn signatures_are_taken_off_and_the_checksum_is_right_after_that() {
        let mut signed = heartbeat(1);
        signed.extend([9; SIGNATURE_LENGTH]);
        let mut framer = Framer::new(&signed);
        let Some(Event::Frame(frame)) = framer.next() else {
            panic!("a signed frame is a frame");
        };
        assert!(frame.is_signed());
        assert_eq!(unsigned(&frame), heartbeat(0));

        let plain = heartbeat(0);
        let mut framer = Framer::new(&plain);
        assert_eq!(unsigned(framer.next().unwrap().frame()), plain);
    }
}
