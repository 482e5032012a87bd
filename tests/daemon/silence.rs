//! Without `transmit` no byte leaves on any link, whatever is heard there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::far_end::Kind;
use crate::support::stage::{frames_of, metric};

/// What the daemon sends on a link.
const NOTHING: [u8; 0] = [];

#[test]
fn nothing_is_sent_to_a_serial_device() {
    check(Kind::Serial);
}

#[test]
fn nothing_is_sent_to_the_senders_of_a_udp_port() {
    check(Kind::UdpIn);
}

#[test]
fn nothing_is_sent_to_a_udp_peer() {
    check(Kind::UdpOut);
}

#[test]
fn nothing_is_sent_to_a_multicast_group_or_its_senders() {
    check(Kind::Multicast);
}

#[test]
fn nothing_is_sent_to_a_tcp_client() {
    check(Kind::TcpIn);
}

#[test]
fn nothing_is_sent_to_a_tcp_server() {
    check(Kind::TcpOut);
}

/// Sends every kind of frame, then a flight that ends in an alert, and counts what comes back.
#[track_caller]
fn check(kind: Kind) {
    let (stage, prepared) = kind.stage("");
    let daemon = stage.options.start();
    let mut far_end = prepared.meet(&daemon);
    for frame in every_message() {
        far_end.send(&frame);
    }
    for (_due, frame) in frames_of(1) {
        far_end.send(&frame);
    }
    stage.wait_for_entered(1);
    let mut sent = far_end.received();
    let log = daemon.log.clone();
    daemon.stop_clean();
    sent.extend(far_end.received());
    assert_eq!(sent, NOTHING, "{kind:?}");
    let events = log.events();
    assert_eq!(metric(&events, "link_frames_sent_total"), 0, "{kind:?}");
    assert_eq!(metric(&events, "link_frames_unsent_total"), 0, "{kind:?}");
    assert!(300 <= metric(&events, "link_frames_total"), "{kind:?}");
    assert!(0 < metric(&events, "link_frames_unknown_total"), "{kind:?}");
    assert!(0 < metric(&events, "link_frames_refused_total"), "{kind:?}");
}

/// Frames of every message that is decoded, at its extremes; signed ones, good and bad; and what a
/// ground station would answer: questions, commands, an unknown message, an unknown flag.
fn every_message() -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = hex_of("decode_frames.json", "/").collect();
    frames.extend(hex_of("signed_frames.json", "/heard"));
    frames.extend(QUESTIONS.map(bytes_of));
    frames
}

/// As pymavlink writes them, from system 7, component 1.
const QUESTIONS: [&str; 10] = [
    "fd090000000701040000010000000000000001053e", // PING
    "fd020000000701150000ffbe85c2",               // PARAM_REQUEST_LIST
    // COMMAND_LONG that asks for a message
    "fd2000000007014c0000000000000000000000000000000000000000000000000000000000000002ffbefe73",
    "fd0200000007012b0000ffbea592", // MISSION_REQUEST_LIST
    "fd0900000007016f0000000000000000000001b7d9", // TIMESYNC
    "fd0600000007014200000400ffbe0001be2c", // REQUEST_DATA_STREAM
    "fd040000000701050000ff000078573b", // CHANGE_OPERATOR_CONTROL
    "fd0200000007014d0000ff019b0a", // COMMAND_ACK
    "fd03000001070160ea00010203d582", // a message that no dialect knows
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
    items.map(|item| bytes_of(item["frame"].as_str().expect("a text")))
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}
