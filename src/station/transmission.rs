//! What can be said, and the bytes of it: nothing else can be built.
//!
//! Source: MAVLink common message set; MAVLink guide, "Packet Serialization".

use std::fmt;
use std::sync::Arc;

use crate::wire::{Version, checksum};

/// The component id of a ground station, `MAV_COMP_ID_MISSIONPLANNER`.
const COMPONENT_ID: u8 = 190;
/// The command that asks for a message at a rate, `MAV_CMD_SET_MESSAGE_INTERVAL`.
pub(super) const SET_MESSAGE_INTERVAL: u16 = 511;

/// What a transmission is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sign of life.
    Heartbeat,
    /// A request for the rate of a message.
    RequestRates,
}

impl Kind {
    /// All there is.
    pub const ALL: [Self; 2] = [Self::Heartbeat, Self::RequestRates];

    /// Returns what the configuration calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::RequestRates => "request-rates",
        }
    }
}

/// What may be said on a link; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transmit {
    /// A sign of life, once a second.
    pub heartbeat: bool,
    /// Requests to autopilots that send too little, with the rate of their positions, Hz.
    pub request_rates: Option<u8>,
}

impl Transmit {
    /// Says whether nothing may be said.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Says whether it may be said.
    #[must_use]
    pub const fn admits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Heartbeat => self.heartbeat,
            Kind::RequestRates => self.request_rates.is_some(),
        }
    }
}

impl fmt::Display for Transmit {
    /// Writes the names of what may be said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let admitted = Kind::ALL.into_iter().filter(|kind| self.admits(*kind));
        let names: Vec<&str> = admitted.map(Kind::name).collect();
        f.write_str(&names.join(", "))
    }
}

/// A frame that says something; only this room makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    kind: Kind,
    frame: Arc<[u8]>,
}

impl Transmission {
    /// Returns what it is for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns its bytes.
    #[must_use]
    pub const fn frame(&self) -> &Arc<[u8]> {
        &self.frame
    }
}

/// An autopilot that is asked for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Autopilot {
    pub(super) system_id: u8,
    pub(super) component_id: u8,
}

/// A message that an autopilot is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) to: Autopilot,
    pub(super) way: Way,
    pub(super) wanted: Wanted,
    /// How often it has been asked for already.
    pub(super) before: u8,
}

/// A message and the rate that is wanted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) message_id: u32,
    /// The group that it belongs to for an autopilot that knows no others, `MAV_DATA_STREAM`.
    pub(super) stream: u8,
    /// Messages a second.
    pub(super) hz: u8,
}

/// How an autopilot is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// For the message, by `MAV_CMD_SET_MESSAGE_INTERVAL`.
    Interval,
    /// For its group, by `REQUEST_DATA_STREAM`, which old autopilots know.
    Stream,
}

/// Writes the frames of one link under one system id, and numbers them.
#[derive(Clone, Debug)]
pub(super) struct Pen {
    system_id: u8,
    sequence: u8,
}

impl Pen {
    pub(super) const fn new(system_id: u8) -> Self {
        Self {
            system_id,
            sequence: 0,
        }
    }

    /// Writes a HEARTBEAT (0) of a ground station that is active.
    pub(super) fn heartbeat(&mut self, version: Version) -> Transmission {
        const TYPE_GCS: u8 = 6;
        const AUTOPILOT_INVALID: u8 = 8;
        const STATE_ACTIVE: u8 = 4;
        const MAVLINK_VERSION: u8 = 3;
        let (custom_mode, base_mode) = ([0; 4], 0);
        let rest = [
            TYPE_GCS,
            AUTOPILOT_INVALID,
            base_mode,
            STATE_ACTIVE,
            MAVLINK_VERSION,
        ];
        let payload = [&custom_mode[..], &rest].concat();
        self.write(version, Kind::Heartbeat, Message::HEARTBEAT, &payload)
    }

    /// Writes what asks for a message.
    pub(super) fn request(&mut self, version: Version, request: &Request) -> Transmission {
        let (message, payload) = match request.way {
            Way::Interval => (Message::COMMAND_LONG, interval_of(request)),
            Way::Stream => (Message::REQUEST_DATA_STREAM, stream_of(request)),
        };
        self.write(version, Kind::RequestRates, message, &payload)
    }

    fn write(
        &mut self,
        version: Version,
        kind: Kind,
        message: Message,
        payload: &[u8],
    ) -> Transmission {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let mut frame = match version {
            Version::V1 => {
                let header = [sequence, self.system_id, COMPONENT_ID, message.id];
                [&[0xfe, length_of(payload)], &header[..], payload].concat()
            }
            Version::V2 => {
                let payload = without_trailing_zeros(payload);
                let header = [0, 0, sequence, self.system_id, COMPONENT_ID];
                let id = [message.id, 0, 0];
                [&[0xfd, length_of(payload)], &header[..], &id, payload].concat()
            }
        };
        let crc = checksum(&frame[1..], message.extra_crc);
        frame.extend(crc.to_le_bytes());
        Transmission {
            kind,
            frame: frame.into(),
        }
    }
}

/// A message that can be sent, by its id and its `CRC_EXTRA`.
#[derive(Clone, Copy, Debug)]
struct Message {
    id: u8,
    extra_crc: u8,
}

impl Message {
    const HEARTBEAT: Self = Self {
        id: 0,
        extra_crc: 50,
    };
    const REQUEST_DATA_STREAM: Self = Self {
        id: 66,
        extra_crc: 148,
    };
    const COMMAND_LONG: Self = Self {
        id: 76,
        extra_crc: 152,
    };
}

/// The fields of a `COMMAND_LONG` (76) that sets the interval of a message.
fn interval_of(request: &Request) -> Vec<u8> {
    let interval_us = 1_000_000 / u32::from(request.wanted.hz.max(1));
    let mut parameters = [0.0_f32; 7];
    parameters[0] = exact(request.wanted.message_id);
    parameters[1] = exact(interval_us);
    let mut payload: Vec<u8> = parameters.iter().flat_map(|it| it.to_le_bytes()).collect();
    payload.extend(SET_MESSAGE_INTERVAL.to_le_bytes());
    payload.extend([
        request.to.system_id,
        request.to.component_id,
        request.before,
    ]);
    payload
}

/// The fields of a `REQUEST_DATA_STREAM` (66) that starts a group of messages.
fn stream_of(request: &Request) -> Vec<u8> {
    const START: u8 = 1;
    let mut payload = u16::from(request.wanted.hz).to_le_bytes().to_vec();
    payload.extend([
        request.to.system_id,
        request.to.component_id,
        request.wanted.stream,
        START,
    ]);
    payload
}

/// A parameter of a command is a `float`, which holds whole numbers up to 24 bits.
#[expect(
    clippy::cast_precision_loss,
    reason = "ids of messages and microseconds of at most a second fit into 24 bits"
)]
const fn exact(number: u32) -> f32 {
    number as f32
}

/// MAVLink 2 leaves zeros at the end out, but for the first byte.
fn without_trailing_zeros(payload: &[u8]) -> &[u8] {
    let last = payload.iter().rposition(|byte| *byte != 0).unwrap_or(0);
    &payload[..=last]
}

/// Every payload of this room has far less than 255 bytes.
fn length_of(payload: &[u8]) -> u8 {
    u8::try_from(payload.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use mavlink::dialects::ardupilotmega::{
        COMMAND_LONG_DATA, HEARTBEAT_DATA, MavAutopilot, MavCmd, MavMessage, MavModeFlag, MavState,
        MavType,
    };
    use mavlink::{MAVLinkV1MessageRaw, MAVLinkV2MessageRaw, MavHeader};

    use super::*;

    const TO: Autopilot = Autopilot {
        system_id: 7,
        component_id: 1,
    };
    const POSITION: Wanted = Wanted {
        message_id: 33,
        stream: 6,
        hz: 4,
    };

    #[test]
    fn a_heartbeat_is_that_of_a_ground_station() {
        let expected = MavMessage::HEARTBEAT(HEARTBEAT_DATA {
            custom_mode: 0,
            mavtype: MavType::MAV_TYPE_GCS,
            autopilot: MavAutopilot::MAV_AUTOPILOT_INVALID,
            base_mode: MavModeFlag::empty(),
            system_status: MavState::MAV_STATE_ACTIVE,
            mavlink_version: 3,
        });
        check(Pen::heartbeat, &expected);
    }

    #[test]
    fn an_interval_is_a_command_to_one_autopilot() {
        for (before, confirmation) in [(0, 0), (2, 2)] {
            let request = Request {
                to: TO,
                way: Way::Interval,
                wanted: POSITION,
                before,
            };
            let expected = MavMessage::COMMAND_LONG(COMMAND_LONG_DATA {
                param1: 33.0,
                param2: 250_000.0,
                command: MavCmd::MAV_CMD_SET_MESSAGE_INTERVAL,
                target_system: 7,
                target_component: 1,
                confirmation,
                ..COMMAND_LONG_DATA::default()
            });
            check(|pen, version| pen.request(version, &request), &expected);
        }
    }

    #[test]
    #[expect(deprecated, reason = "it is what old autopilots know")]
    fn an_old_autopilot_is_asked_for_a_group() {
        use mavlink::dialects::ardupilotmega::{MavDataStream, REQUEST_DATA_STREAM_DATA};

        let request = Request {
            to: TO,
            way: Way::Stream,
            wanted: POSITION,
            before: 3,
        };
        let expected = MavMessage::REQUEST_DATA_STREAM(REQUEST_DATA_STREAM_DATA {
            req_message_rate: 4,
            target_system: 7,
            target_component: 1,
            req_stream_id: MavDataStream::MAV_DATA_STREAM_POSITION,
            start_stop: 1,
        });
        check(|pen, version| pen.request(version, &request), &expected);
    }

    /// Compares frames in a row, of both versions, with what the typed dialect writes.
    #[track_caller]
    fn check(write: impl Fn(&mut Pen, Version) -> Transmission, expected: &MavMessage) {
        for version in [Version::V1, Version::V2] {
            let mut pen = Pen::new(255);
            for sequence in (0..=255).chain([0]) {
                let header = MavHeader {
                    system_id: 255,
                    component_id: 190,
                    sequence,
                };
                let written = write(&mut pen, version);
                assert_eq!(
                    written.frame()[..],
                    typed(version, header, expected),
                    "{version:?}, frame {sequence}"
                );
            }
        }
    }

    fn typed(version: Version, header: MavHeader, message: &MavMessage) -> Vec<u8> {
        match version {
            Version::V1 => {
                let mut raw = MAVLinkV1MessageRaw::new();
                raw.serialize_message(header, message);
                raw.raw_bytes().to_vec()
            }
            Version::V2 => {
                let mut raw = MAVLinkV2MessageRaw::new();
                raw.serialize_message(header, message);
                raw.raw_bytes().to_vec()
            }
        }
    }
}
