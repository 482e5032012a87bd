//! The checksum of a frame: CRC-16/MCRF4XX, closed by one byte that stands for the message's layout.
//!
//! Source: MAVLink guide, "Packet Serialization", checksum and `CRC_EXTRA`.

use crc::{CRC_16_MCRF4XX, Crc, Table};
use mavlink::Message as _;
use mavlink::dialects::ardupilotmega::MavMessage;

/// The tables of the checksum, computed when the program is compiled.
static MCRF4XX: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MCRF4XX);

/// Computes the checksum of `covered`, the bytes between a frame's magic and its checksum.
pub(super) fn checksum(covered: &[u8], extra_crc: u8) -> u16 {
    let mut digest = MCRF4XX.digest();
    digest.update(covered);
    digest.update(&[extra_crc]);
    digest.finalize()
}

/// Returns the `CRC_EXTRA` of a message, or nothing for an id outside the dialect.
///
/// The dialect gives 0 for an id that it does not know, which is also the true value of a
/// few messages: only then are the ids searched.
pub(super) fn extra_crc(message_id: u32) -> Option<u8> {
    match MavMessage::extra_crc(message_id) {
        0 => MavMessage::all_ids()
            .binary_search(&message_id)
            .ok()
            .map(|_| 0),
        extra => Some(extra),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_catalogue() {
        assert_eq!(MCRF4XX.checksum(b"123456789"), 0x6f91);
        assert_eq!(checksum(b"12345678", b'9'), 0x6f91);
    }

    #[test]
    fn a_known_id_has_an_extra_byte_even_if_it_is_zero() {
        assert_eq!(extra_crc(0), Some(50), "HEARTBEAT");
        assert_eq!(extra_crc(33), Some(104), "GLOBAL_POSITION_INT");
        assert_eq!(extra_crc(395), Some(0), "COMPONENT_INFORMATION");
        for unknown in [3, 394, 60_000, 0xff_ffff] {
            assert_eq!(extra_crc(unknown), None, "{unknown}");
        }
        assert!(
            MavMessage::all_ids()
                .iter()
                .all(|id| extra_crc(*id).is_some())
        );
        assert!(MavMessage::all_ids().is_sorted());
    }
}
