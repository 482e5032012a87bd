//! Frames as the typed dialect writes them: an encoder that shares no code with this room.

use std::ops::Range;

use mavlink::dialects::ardupilotmega::{
    GLOBAL_POSITION_INT_DATA, HEARTBEAT_DATA, MavAutopilot, MavMessage, MavType,
};
use mavlink::{MAVLinkV1MessageRaw, MAVLinkV2MessageRaw, MavHeader, Message as _};
use proptest::collection::vec;
use proptest::prelude::*;

use super::frame::{Frame, Outline};

pub(super) fn header(system_id: u32, component_id: u8, sequence: u8) -> MavHeader {
    MavHeader {
        system_id,
        component_id,
        sequence,
    }
}

pub(super) fn v1(header: MavHeader, message: &MavMessage) -> Vec<u8> {
    let mut raw = MAVLinkV1MessageRaw::new();
    raw.serialize_message(header, message);
    raw.raw_bytes().to_vec()
}

pub(super) fn v2(header: MavHeader, message: &MavMessage) -> Vec<u8> {
    let mut raw = MAVLinkV2MessageRaw::new();
    raw.serialize_message(header, message);
    raw.raw_bytes().to_vec()
}

/// A MAVLink 2 frame with a signature of zeros: nobody here checks it.
pub(super) fn signed(header: MavHeader, message: &MavMessage) -> Vec<u8> {
    let mut frame = flagged(0x01, header, message);
    frame.extend([0; 13]);
    frame
}

/// A MAVLink 2 frame with incompatibility flags that do not change its layout.
pub(super) fn flagged(flags: u8, header: MavHeader, message: &MavMessage) -> Vec<u8> {
    let mut frame = v2(header, message);
    frame[2] = flags;
    seal(frame, MavMessage::extra_crc(message.message_id()))
}

/// A MAVLink 2 frame with message id 60,000, which is outside the dialect.
pub(super) fn unknown(payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    let header = [0xfd, length, 0, 0, 9, 17, 1, 0x60, 0xea, 0];
    seal([&header, payload, &[0; 2]].concat(), 77)
}

/// A MAVLink 1 frame with any payload.
pub(super) fn v1_of(message_id: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    let header = [0xfe, length, 9, 17, 1, message_id];
    seal(
        [&header, payload, &[0; 2]].concat(),
        MavMessage::extra_crc(message_id.into()),
    )
}

/// A MAVLink 2 frame with any payload.
pub(super) fn v2_of(message_id: u32, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    let [low, mid, high, _] = message_id.to_le_bytes();
    let header = [0xfd, length, 0, 0, 9, 17, 1, low, mid, high];
    seal(
        [&header, payload, &[0; 2]].concat(),
        MavMessage::extra_crc(message_id),
    )
}

fn seal(mut frame: Vec<u8>, extra_crc: u8) -> Vec<u8> {
    let end = frame.len() - 2;
    let crc = mavlink::calculate_crc(&frame[1..end], extra_crc);
    frame[end..].copy_from_slice(&crc.to_le_bytes());
    frame
}

pub(super) fn heartbeat() -> MavMessage {
    MavMessage::HEARTBEAT(HEARTBEAT_DATA {
        custom_mode: 4,
        mavtype: MavType::MAV_TYPE_QUADROTOR,
        autopilot: MavAutopilot::MAV_AUTOPILOT_ARDUPILOTMEGA,
        mavlink_version: 3,
        ..HEARTBEAT_DATA::default()
    })
}

pub(super) fn global_position() -> MavMessage {
    MavMessage::GLOBAL_POSITION_INT(GLOBAL_POSITION_INT_DATA {
        time_boot_ms: 12_345,
        lat: 411_234_567,
        lon: 201_234_567,
        alt: 812_345,
        relative_alt: 98_765,
        vx: -1_234,
        vy: 567,
        vz: -89,
        hdg: 36_000 - 1,
    })
}

/// The bytes of a fixture, which are written in hexadecimal.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// Arbitrary bytes among which the first byte of a frame is as common as on a bad line.
pub(super) fn noise(length: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![8 => any::<u8>(), 1 => Just(0xfd), 1 => Just(0xfe), 2 => 0_u8..40];
    vec(byte, length)
}

/// An intact frame of the dialect, in either version, signed or not.
pub(super) fn any_known() -> impl Strategy<Value = Vec<u8>> {
    let message = prop_oneof![Just(heartbeat()), Just(global_position())];
    (message, any::<u8>(), any::<u8>(), 0..3).prop_map(|(message, system_id, seq, kind)| {
        let header = header(u32::from(system_id), 1, seq);
        match kind {
            0 => v1(header, &message),
            1 => v2(header, &message),
            _ => signed(header, &message),
        }
    })
}

/// A frame of any kind, or noise.
pub(super) fn any_piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => any_known(),
        1 => noise(0..60).prop_map(|payload| unknown(&payload)),
        1 => any::<u8>().prop_map(|flags| flagged(flags & !3, header(3, 1, 0), &heartbeat())),
        1 => any_known().prop_map(|frame| unknown(&frame)),
        3 => noise(0..60),
    ]
}

/// Counts the places where a frame with a right checksum starts; noise makes one at times.
pub(super) fn sealed_starts(bytes: &[u8]) -> usize {
    (0..bytes.len())
        .filter(|start| match Frame::outline(&bytes[*start..]) {
            Outline::Whole(frame) => frame.is_sealed(),
            Outline::Cut | Outline::NoMagic => false,
        })
        .count()
}
