//! Messages out of frames, read leniently.
//!
//! Enumerations are kept as sent, so that a value which no dialect knows fails no message.
//! Fields stand in wire order: by size, extensions last.
//! Source: MAVLink common message set; MAVLink guide, "Packet Serialization".

mod camera;
mod condition;
mod fields;
mod gnss;
mod high_latency;
mod remote_id;
mod traffic;
mod vehicle;

use super::frame::{Frame, Version};
use crate::track::Message;
use fields::Fields;

pub use remote_id::RemoteIdPack;

/// What a frame's message was found to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded<'a> {
    /// A message that was read.
    Message(Message),
    /// Several messages of one aircraft, which are read one by one.
    RemoteIdPack(RemoteIdPack<'a>),
    /// A message that nobody here asks for.
    Unwanted,
    /// A MAVLink 1 message that lacks some of its fields.
    Short,
}

/// Reads the message of `frame`, whose checksum is right.
///
/// MAVLink 2 leaves trailing zeros out and they are put back; MAVLink 1 does not, so that a
/// payload that is too short says nothing.
#[must_use]
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    match frame.message_id() {
        0 => read(frame, 9, vehicle::heartbeat),
        1 => read(frame, 31, condition::sys_status),
        2 => read(frame, 12, vehicle::system_time),
        24 => read(frame, 30, gnss::first),
        33 => read(frame, 28, vehicle::global_position),
        109 => read(frame, 9, condition::radio_status),
        124 => read(frame, 35, gnss::second),
        148 => read(frame, 60, condition::autopilot_version),
        234 => read(frame, 40, high_latency::first),
        235 => read(frame, 42, high_latency::second),
        245 => read(frame, 2, condition::extended_sys_state),
        246 => read(frame, 38, traffic::adsb_vehicle),
        271 => read(frame, 52, camera::fov_status),
        276 => read(frame, 49, camera::tracking_geo_status),
        301 => read(frame, 58, traffic::ais_vessel),
        340 => read(frame, 70, traffic::utm_global_position),
        441 => read(frame, 17, gnss::integrity),
        12_900 => read(frame, 44, remote_id::basic_id),
        12_901 => read(frame, 59, remote_id::location),
        12_904 => read(frame, 54, remote_id::system),
        12_905 => read(frame, 43, remote_id::operator_id),
        12_915 => Decoded::RemoteIdPack(RemoteIdPack::open(Fields(frame.payload()))),
        _ => Decoded::Unwanted,
    }
}

/// Reads a message whose fields, but for extensions, take `base_length` bytes.
fn read<'a>(
    frame: &Frame<'a>,
    base_length: usize,
    message: impl FnOnce(Fields<'a>) -> Message,
) -> Decoded<'a> {
    let fields = match frame.version() {
        Version::V1 => match frame.payload().get(..base_length) {
            Some(base) => Fields(base),
            None => return Decoded::Short,
        },
        Version::V2 => Fields(frame.payload()),
    };
    Decoded::Message(message(fields))
}

#[cfg(test)]
mod tests;
