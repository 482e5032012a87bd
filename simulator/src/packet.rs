//! The bytes of a frame: a message's content, numbered, and closed by its checksum.
//!
//! Pure. A message keeps its content apart from its number, since every link of a sender
//! numbers the frames that it carries by itself. Source: MAVLink guide, "Packet Serialization".

use mavlink::dialects::ardupilotmega::MavMessage;
use mavlink::{MavlinkVersion, Message as _, calculate_crc};

/// The first byte of a MAVLink 1 frame.
const MAGIC_V1: u8 = 0xfe;
/// The first byte of a MAVLink 2 frame.
const MAGIC_V2: u8 = 0xfd;
/// The longest content of a message.
const PAYLOAD_BYTES_MAX: usize = 255;
/// The incompatibility flag of a system id that takes four bytes.
const FLAG_WIDE_SYSTEM_ID: u8 = 0x02;

/// Who says something, and in which version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sender {
    /// MAVLink version; [`MavlinkVersion`] has no order, so that it is kept as a truth.
    v2: bool,
    /// MAVLink system id.
    pub(crate) system_id: u32,
    /// MAVLink component id.
    pub(crate) component_id: u8,
}

impl Sender {
    /// Names a sender; a system id above 255 fits MAVLink 2 only, which the caller has checked.
    #[must_use]
    pub(crate) fn new(version: MavlinkVersion, system_id: u32, component_id: u8) -> Self {
        Self {
            v2: match version {
                MavlinkVersion::V1 => false,
                MavlinkVersion::V2 => true,
            },
            system_id,
            component_id,
        }
    }

    /// Returns another component of the same system.
    pub(crate) fn component(self, component_id: u8) -> Self {
        Self {
            component_id,
            ..self
        }
    }

    /// Returns the version that the sender speaks.
    #[must_use]
    pub(crate) fn version(self) -> MavlinkVersion {
        if self.v2 {
            MavlinkVersion::V2
        } else {
            MavlinkVersion::V1
        }
    }
}

/// The content of a message, as one version of the protocol writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// The message's id.
    pub(crate) id: u32,
    /// What stands for the message's layout in the checksum.
    pub(crate) extra_crc: u8,
    /// The content; in MAVLink 2 without the zeros at its end.
    pub(crate) payload: Vec<u8>,
}

impl Body {
    /// Writes the content of a message of the dialect.
    pub(crate) fn new(version: MavlinkVersion, message: &MavMessage) -> Self {
        let mut payload = [0; PAYLOAD_BYTES_MAX];
        let length = message.ser(version, &mut payload);
        let id = message.message_id();
        Self {
            id,
            extra_crc: MavMessage::extra_crc(id),
            payload: payload[..length].to_vec(),
        }
    }

    /// Wraps the content of a message that the dialect has not, for MAVLink 2.
    pub(crate) fn foreign(id: u32, extra_crc: u8, payload: &[u8]) -> Self {
        let zeros = payload.iter().rev().take_while(|byte| **byte == 0).count();
        let kept = (payload.len() - zeros).max(1).min(payload.len());
        Self {
            id,
            extra_crc,
            payload: payload[..kept].to_vec(),
        }
    }
}

/// Writes one frame with the number `sequence`; `flags` are MAVLink 2's incompatibility flags.
pub(crate) fn encode(sender: Sender, sequence: u8, flags: u8, body: &Body) -> Vec<u8> {
    let length = u8::try_from(body.payload.len()).unwrap_or(u8::MAX);
    let [system_id, ..] = sender.system_id.to_le_bytes();
    let [id_low, id_mid, id_high, _] = body.id.to_le_bytes();
    let mut frame = Vec::with_capacity(body.payload.len() + 28);
    match sender.version() {
        MavlinkVersion::V1 => {
            let header = [MAGIC_V1, length, sequence, system_id, sender.component_id];
            frame.extend(header);
            frame.push(id_low);
        }
        MavlinkVersion::V2 if u8::try_from(sender.system_id).is_ok() => {
            frame.extend([MAGIC_V2, length, flags, 0, sequence, system_id]);
            frame.extend([sender.component_id, id_low, id_mid, id_high]);
        }
        MavlinkVersion::V2 => {
            let flags = flags | FLAG_WIDE_SYSTEM_ID;
            frame.extend([MAGIC_V2, length, flags, 0, sequence]);
            frame.extend(sender.system_id.to_le_bytes());
            frame.extend([sender.component_id, id_low, id_mid, id_high]);
        }
    }
    frame.extend(&body.payload);
    let checksum = calculate_crc(&frame[1..], body.extra_crc);
    frame.extend(checksum.to_le_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use mavlink::dialects::ardupilotmega::{HEARTBEAT_DATA, SYSTEM_TIME_DATA};
    use mavlink::{MAVLinkV1MessageRaw, MAVLinkV2MessageRaw, MavHeader};

    use super::*;

    #[test]
    fn a_frame_is_what_the_mavlink_crate_writes() {
        let time = MavMessage::SYSTEM_TIME(SYSTEM_TIME_DATA {
            time_unix_usec: 1_770_000_000_000_000,
            time_boot_ms: 0x00_ff_00_00,
        });
        let nothing = MavMessage::SYSTEM_TIME(SYSTEM_TIME_DATA::default());
        let heartbeat = MavMessage::HEARTBEAT(HEARTBEAT_DATA::default());
        for message in [time, nothing, heartbeat] {
            check(MavlinkVersion::V1, 7, &message);
            check(MavlinkVersion::V2, 7, &message);
            check(MavlinkVersion::V2, 255, &message);
            check(MavlinkVersion::V2, 70_000, &message);
        }
    }

    #[test]
    fn zeros_at_the_end_of_a_foreign_message_are_left_out_but_not_its_first_byte() {
        assert_eq!(Body::foreign(50_000, 1, &[0, 7, 0, 0]).payload, [0, 7]);
        assert_eq!(Body::foreign(50_000, 1, &[0, 0]).payload, [0]);
        assert!(Body::foreign(50_000, 1, &[]).payload.is_empty());
    }

    #[track_caller]
    fn check(version: MavlinkVersion, system_id: u32, message: &MavMessage) {
        let header = MavHeader {
            system_id,
            component_id: 3,
            sequence: 200,
        };
        let expected = match version {
            MavlinkVersion::V1 => {
                let mut raw = MAVLinkV1MessageRaw::new();
                raw.serialize_message(header, message);
                raw.raw_bytes().to_vec()
            }
            MavlinkVersion::V2 => {
                let mut raw = MAVLinkV2MessageRaw::new();
                raw.serialize_message(header, message);
                raw.raw_bytes().to_vec()
            }
        };
        let sender = Sender::new(version, system_id, 3);
        assert_eq!(
            encode(sender, 200, 0, &Body::new(version, message)),
            expected
        );
    }
}
