//! Floods: what a link reads when much comes at once, and what the host drops.

use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::flood::{Flood, rate};
use crate::support::log::Log;
use crate::support::recording;
use crate::support::scene::{Scene, config};
use crate::support::{flight, wait_for};

#[test]
fn datagrams_that_the_host_drops_are_counted_and_told_once() {
    let (_scene, daemon) = start();
    let mut flood = Flood::new(daemon.address(), frames());
    daemon.signal("STOP");
    flood.send(200_000);
    daemon.signal("CONT");
    let complaint = "the host drops datagrams";
    let log = daemon.log.clone();
    // The host tells with a datagram what it dropped before it.
    wait_for("the warning", || {
        flood.send(1);
        log.complaints()
            .into_iter()
            .find(|line| line.contains(complaint))
    });
    let dropped_by_host = flood.wait_until_read();
    daemon.stop_clean_but_for(complaint);
    assert_eq!(log.complaints().len(), 1, "{:?}", log.complaints());
    let (received, dropped) = counts(&log);
    assert!(0 < received && 0 < dropped, "{received} {dropped}");
    assert_eq!(dropped, dropped_by_host);
    assert_eq!(received + dropped, flood.sent());
}

/// The rate and the time can be raised: see `support::flood`.
#[test]
fn a_datagram_for_each_frame_loses_none() {
    let (_scene, daemon) = start();
    let mut flood = Flood::new(daemon.address(), frames());
    let (a_second, lasts) = rate(20_000, Duration::from_secs(1));
    flood.keep_up(a_second, lasts);
    assert_eq!(flood.wait_until_read(), 0, "the host dropped none");
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(counts(&log), (flood.sent(), 0), "received and dropped");
}

fn start() -> (Scene, Daemon) {
    let scene = Scene::new();
    let daemon = scene
        .configured(&config(&[("nobody", "http://127.0.0.1:9/")]))
        .start();
    (scene, daemon)
}

/// A vehicle that flies straight, far from every corridor.
fn frames() -> Vec<Vec<u8>> {
    let plan = flight::weaving(7, 20.0);
    let records = recording::fly(vec![plan], Duration::from_secs(60), 1);
    records.into_iter().map(|record| record.frame).collect()
}

/// Returns what was received and what the host dropped, as the daemon told at its end.
fn counts(log: &Log) -> (u64, u64) {
    let events = log.events();
    let of = |name: &str| {
        let metric = events.iter().rfind(|event| event["name"] == name);
        metric
            .and_then(|event| event["value"].as_u64())
            .expect("a metric")
    };
    (of("link_datagrams_total"), of("link_kernel_drops_total"))
}
