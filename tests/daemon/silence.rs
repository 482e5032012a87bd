//! Without `transmit` no byte leaves on any link, whatever is heard there.

use crate::support::far_end::Kind;
use crate::support::frames::every_message;
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
