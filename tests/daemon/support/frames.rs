//! Frames of every kind, for a link to hear.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// A HEARTBEAT of an autopilot, as pymavlink writes all of these, from system 7, component 1.
pub(crate) const HEARTBEAT: &str = "fd0900000007010000000000000002035104030aa6";
/// A PING.
pub(crate) const PING: &str = "fd090000000701040000010000000000000001053e";
/// A TIMESYNC.
pub(crate) const TIMESYNC: &str = "fd0900000007016f0000000000000000000001b7d9";

/// Frames of every message that is decoded, at its extremes; signed ones, good and bad; and what a
/// ground station would answer: questions, commands, an unknown message, an unknown flag.
pub(crate) fn every_message() -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = hex_of("decode_frames.json", "/").collect();
    frames.extend(hex_of("signed_frames.json", "/heard"));
    frames.extend(QUESTIONS.map(bytes_of));
    frames
}

/// As pymavlink writes them, from system 7, component 1.
const QUESTIONS: [&str; 10] = [
    PING,
    "fd020000000701150000ffbe85c2", // PARAM_REQUEST_LIST
    // COMMAND_LONG that asks for a message
    "fd2000000007014c0000000000000000000000000000000000000000000000000000000000000002ffbefe73",
    "fd0200000007012b0000ffbea592", // MISSION_REQUEST_LIST
    TIMESYNC,
    "fd0600000007014200000400ffbe0001be2c", // REQUEST_DATA_STREAM
    "fd040000000701050000ff000078573b",     // CHANGE_OPERATOR_CONTROL
    "fd0200000007014d0000ff019b0a",         // COMMAND_ACK
    "fd03000001070160ea00010203d582",       // a message that no dialect knows
    "fd0904000007010000000000000002030004030894", // HEARTBEAT with a flag that nobody knows
];

/// Reads the key `frame` of each item of a list in a fixture of the peers.
fn hex_of(fixture: &str, list: &str) -> impl Iterator<Item = Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(fixture);
    let text = fs::read_to_string(path).expect("the fixture");
    let fixture: Value = serde_json::from_str(&text).expect("JSON");
    let list = fixture
        .pointer(list.trim_end_matches('/'))
        .and_then(Value::as_array)
        .cloned();
    let items = list.expect("a list").into_iter();
    // Its checksum is wrong as well, so that it is no frame.
    let is_frame = |item: &Value| item["why"] != "another payload than was signed";
    items
        .filter(is_frame)
        .map(|item| bytes_of(item["frame"].as_str().expect("a text")))
}

/// Reads hexadecimal digits.
pub(crate) fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}
