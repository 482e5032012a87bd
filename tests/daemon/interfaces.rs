//! Links in a network namespace, over interfaces that go and come back, and under other addresses.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::support::cable::{Cable, INTERFACE};
use crate::support::daemon::Daemon;
use crate::support::stage::{Stage, count, frames_of, log_level, send_datagrams};
use crate::support::{privilege, wait_within};

const PORT: u16 = 14_550;
/// A system that is only heard to see whether anybody is.
const PROBE: u32 = 99;

#[test]
fn a_group_of_ipv4_is_heard_again_on_an_interface_that_comes_back() {
    check("v4", "239.255.76.67", &format!("?interface={INTERFACE}"));
}

#[test]
fn a_group_of_ipv6_is_heard_again_on_an_interface_that_comes_back() {
    check("v6", "ff12::4d41", &format!("?interface={INTERFACE}"));
}

#[test]
fn a_group_is_heard_again_if_the_host_chooses_the_interface() {
    check("any", "239.255.76.67", "");
}

#[test]
fn a_peer_is_heard_again_when_this_host_has_another_address() {
    let Some(cable) = Cable::lay("peer") else {
        return privilege::skip("a network namespace");
    };
    let peer = cable.vehicle();
    let address = peer.local_addr().expect("an address");
    let stage = cable.at_station(|| Stage::new(&format!("address = \"udpout:{address}\"")));
    let daemon = cable.at_station(|| stage.options.start());
    let hears_at = |message: &str| -> SocketAddr {
        let told = daemon.log.wait_for_message(message)["hears_at"].clone();
        told.as_str().expect("a text").parse().expect("an address")
    };
    send_datagrams(&peer, hears_at("link open"), 1);
    stage.wait_for_entered(1);
    cable.move_station();
    let moved = hears_at("link regained");
    assert_eq!(moved.ip().to_string(), "10.77.0.3");
    send_datagrams(&peer, moved, 2);
    stage.wait_for_entered(2);
    daemon.stop_clean();
    assert_silent(&peer);
}

#[track_caller]
fn check(name: &str, group: &str, option: &str) {
    let Some(cable) = Cable::lay(name) else {
        return privilege::skip("a network namespace");
    };
    let group: IpAddr = group.parse().expect("an address");
    let address = SocketAddr::new(group, PORT);
    let link = format!("address = \"udpin:{address}{option}\"");
    let mut stage = cable.at_station(|| Stage::new(&link));
    stage.options.env = log_level("corridord::link=trace,info");
    let daemon = cable.at_station(|| stage.options.start());

    let mut sender = cable.sender(group);
    assert_heard(
        &daemon,
        &stage,
        &sender,
        cable.group_address(group, PORT),
        1,
    );
    cable.shake();
    assert_heard(
        &daemon,
        &stage,
        &sender,
        cable.group_address(group, PORT),
        2,
    );
    assert_silent(&sender);
    cable.pull();
    if !option.is_empty() {
        daemon
            .log
            .wait_for_message("link lost, tried until it is back");
    }
    cable.plug();
    sender = cable.sender(group);
    assert_heard(
        &daemon,
        &stage,
        &sender,
        cable.group_address(group, PORT),
        3,
    );
    daemon.stop_clean();
    assert_silent(&sender);
}

/// Waits until a sender is heard at all, then lets it fly a system that was not heard before.
fn assert_heard(
    daemon: &Daemon,
    stage: &Stage,
    sender: &UdpSocket,
    group: SocketAddr,
    system_id: u32,
) {
    let (_due, probe) = &frames_of(PROBE)[0];
    let before = count(daemon, "datagram");
    wait_within(Duration::from_secs(30), "a datagram to the group", || {
        // It fails for a moment after an interface came back.
        drop(sender.send_to(probe, group));
        (before < count(daemon, "datagram")).then_some(())
    });
    send_datagrams(sender, group, system_id);
    stage.wait_for_entered(system_id);
}

/// Asserts that nothing came back.
fn assert_silent(sender: &UdpSocket) {
    sender.set_nonblocking(true).expect("an option");
    let nothing = sender.recv(&mut [0; 300]).map_err(|error| error.kind());
    sender.set_nonblocking(false).expect("an option");
    assert_eq!(nothing, Err(ErrorKind::WouldBlock), "nothing is sent");
}
