//! Links as senders meet them: ports, families of addresses, datagrams, and never a byte back.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::Duration;

use corridor_sim::frame::MavlinkVersion;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;

use crate::support::corridors;
use crate::support::daemon::{Daemon, DaemonOptions};
use crate::support::endpoint::{Endpoint, SecretFile, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::recording;

#[test]
fn several_senders_on_one_port_are_told_apart() {
    let scene = Scene::start("udpin:127.0.0.1:0");
    let vehicles = (1..=5).map(|system_id| weaving(system_id, 20.0)).collect();
    let flight = Flight::start(scene.daemon.address(), vehicles, 4.0);
    scene.endpoint.wait_until("five whole visits", |all| {
        let exits = by_system(all, "corridor.exited");
        exits.len() == 5
    });
    drop(flight);
    scene.daemon.stop_clean();
    let deliveries = scene.endpoint.deliveries();
    let entries = by_system(&deliveries, "corridor.entered");
    assert_eq!(
        entries.keys().copied().collect::<Vec<u64>>(),
        [1, 2, 3, 4, 5]
    );
}

#[test]
fn a_link_listens_on_ipv6() {
    let scene = Scene::start("udpin:[::1]:0");
    let address = scene.daemon.address();
    assert!(address.is_ipv6(), "{address}");
    let flight = Flight::start(address, vec![weaving(7, 20.0)], 4.0);
    scene.endpoint.wait_for_type("corridor.exited");
    drop(flight);
    scene.daemon.stop_clean();
}

#[test]
fn a_datagram_may_hold_many_frames() {
    let scene = Scene::start("udpin:127.0.0.1:0");
    let plan = VehiclePlan {
        version: MavlinkVersion::V1,
        position_hz: 20.0,
        raw_hz: 0.0,
        ..weaving(7, 20.0)
    };
    let records = recording::fly(vec![plan], Duration::from_secs(60), 1);
    let frames: Vec<u8> = records
        .iter()
        .flat_map(|record| record.frame.clone())
        .collect();
    assert!(1_300 <= records.len(), "{} frames", records.len());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sent = socket.send_to(&frames, scene.daemon.address()).unwrap();
    assert_eq!(sent, frames.len());

    // Three times in and out, and not one fix of it is left out.
    let deliveries = scene
        .endpoint
        .wait_until("six alerts", |all| 6 <= all.len());
    scene.daemon.stop_clean();
    let told: Vec<&str> = deliveries.iter().map(type_of).collect();
    assert_eq!(told, ["corridor.entered", "corridor.exited"].repeat(3));
}

#[test]
fn a_link_never_sends_a_byte() {
    let scene = Scene::start("udpin:127.0.0.1:0");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(scene.daemon.address()).unwrap();
    socket.set_nonblocking(true).unwrap();
    let records = recording::fly(vec![weaving(7, 20.0)], Duration::from_secs(20), 1);
    // A few at a time, so that the receiving socket's buffer holds all of it.
    for records in records.chunks(10) {
        let frames: Vec<u8> = records
            .iter()
            .flat_map(|record| record.frame.clone())
            .collect();
        socket.send(&frames).unwrap();
    }
    scene.endpoint.wait_for_type("corridor.exited");
    scene.daemon.stop_clean();
    let answer = socket.recv(&mut [0; 2048]);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::WouldBlock);
}

/// Counts the alerts of one type by system id.
fn by_system(deliveries: &[Delivery], event: &str) -> BTreeMap<u64, u32> {
    let mut counts = BTreeMap::new();
    for delivery in deliveries
        .iter()
        .filter(|delivery| type_of(delivery) == event)
    {
        let body = delivery.body.as_ref().expect("a body");
        let system_id = body["data"]["properties"]["track"]["system_id"].as_u64();
        *counts.entry(system_id.expect("a number")).or_default() += 1;
    }
    counts
}

/// A daemon with one link, and its endpoint.
struct Scene {
    daemon: Daemon,
    endpoint: Endpoint,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn start(link: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = SecretFile::fresh(folder.path());
        let endpoint = Endpoint::start(&secret);
        let corridors = corridors::write(folder.path());
        let state = folder.path().join("state");
        let urls = [endpoint.url.clone()];
        let mut options = DaemonOptions::quick_start(&corridors, &urls, &secret.path, &state);
        link.clone_into(&mut options.args[1]);
        Self {
            daemon: options.start(),
            endpoint,
            _folder: folder,
        }
    }
}
