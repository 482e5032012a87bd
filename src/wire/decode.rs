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
#[inline]
#[must_use]
pub fn decode<'a>(frame: &Frame<'a>) -> Decoded<'a> {
    reader_of(frame.message_id())(frame)
}

/// Reads the message of a frame.
type Reader = for<'a> fn(&Frame<'a>) -> Decoded<'a>;

/// Every message that is read, by id; the numbers are the lengths of its payload, with the
/// extensions that are read and without any.
const READERS: [(u32, Reader); 22] = [
    (0, |it| read::<9>(it, 9, vehicle::heartbeat)),
    (1, |it| read::<31>(it, 31, condition::sys_status)),
    (2, |it| read::<12>(it, 12, vehicle::system_time)),
    (24, |it| read::<52>(it, 30, gnss::first)),
    (33, |it| read::<28>(it, 28, vehicle::global_position)),
    (109, |it| read::<9>(it, 9, condition::radio_status)),
    (124, |it| read::<57>(it, 35, gnss::second)),
    (148, |it| read::<78>(it, 60, condition::autopilot_version)),
    (234, |it| read::<40>(it, 40, high_latency::first)),
    (235, |it| read::<42>(it, 42, high_latency::second)),
    (245, |it| read::<2>(it, 2, condition::extended_sys_state)),
    (246, |it| read::<38>(it, 38, traffic::adsb_vehicle)),
    (271, |it| read::<53>(it, 52, camera::fov_status)),
    (276, |it| read::<50>(it, 49, camera::tracking_geo_status)),
    (301, |it| read::<58>(it, 58, traffic::ais_vessel)),
    (340, |it| read::<70>(it, 70, traffic::utm_global_position)),
    (441, |it| read::<17>(it, 17, gnss::integrity)),
    (12_900, |it| read::<44>(it, 44, remote_id::basic_id)),
    (12_901, |it| read::<59>(it, 59, remote_id::location)),
    (12_904, |it| read::<54>(it, 54, remote_id::system)),
    (12_905, |it| read::<43>(it, 43, remote_id::operator_id)),
    (12_915, |it| {
        Decoded::RemoteIdPack(RemoteIdPack::open(Fields(it.payload())))
    }),
];

/// The ids that are looked up at once: nearly everything that is sent.
const DENSE: usize = 512;

/// The reader of every id below [`DENSE`].
static DENSE_READERS: [Reader; DENSE] = {
    let mut readers: [Reader; DENSE] = [|_frame| Decoded::Unwanted; DENSE];
    let mut next = 0;
    while next < READERS.len() {
        let (id, reader) = READERS[next];
        if (id as usize) < DENSE {
            readers[id as usize] = reader;
        }
        next += 1;
    }
    readers
};

#[inline]
fn reader_of(message_id: u32) -> Reader {
    if let Some(reader) = DENSE_READERS.get(message_id as usize) {
        return *reader;
    }
    let found = READERS.iter().find(|(id, _)| *id == message_id);
    found.map_or(|_frame| Decoded::Unwanted, |(_, reader)| *reader)
}

/// Reads a message that takes `LENGTH` bytes, of which extensions begin behind `base_length`.
///
/// All of them are put side by side first: the fields then stand where the message has them.
#[inline]
fn read<'a, const LENGTH: usize>(
    frame: &Frame<'a>,
    base_length: usize,
    message: impl FnOnce(Fields<'_>) -> Message,
) -> Decoded<'a> {
    let payload = frame.payload();
    if let (Version::V2, Some(whole)) = (frame.version(), payload.first_chunk::<LENGTH>()) {
        return Decoded::Message(message(Fields(whole)));
    }
    let sent = match frame.version() {
        Version::V1 => match payload.get(..base_length) {
            Some(base) => base,
            None => return Decoded::Short,
        },
        Version::V2 => payload,
    };
    let mut whole = [0; LENGTH];
    whole[..sent.len()].copy_from_slice(sent);
    Decoded::Message(message(Fields(&whole)))
}

#[cfg(test)]
mod tests;
