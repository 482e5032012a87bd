//! The stop: in time, in order, and without losing what was accepted.

use std::collections::BTreeSet;
use std::time::Duration;

use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;
use rusqlite::{Connection, TransactionBehavior};

use crate::support::daemon::{Daemon, DaemonOptions};
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// How long a stop may take, whatever is under way.
const STOP_MAX: Duration = Duration::from_secs(10);
/// What "at once" means for the second signal.
const AT_ONCE: Duration = Duration::from_secs(1);

#[test]
fn a_stop_without_traffic_is_clean() {
    for signal in ["TERM", "INT"] {
        let (_scene, _endpoint, options) = scene();
        let mut daemon = options.start();
        daemon.signal(signal);
        assert_eq!(daemon.wait_within(STOP_MAX).code(), Some(0), "SIG{signal}");
        daemon.log.wait_for_message("stopped");
        assert_eq!(daemon.log.complaints(), Vec::<String>::new());
    }
}

#[test]
fn a_stop_under_load_ends_in_time_and_loses_nothing_accepted() {
    for signal in ["TERM", "INT"] {
        let (_scene, endpoint, options) = scene();
        endpoint.answer("stall:2s");
        let mut daemon = options.start();
        let flight = Flight::start(daemon.address(), crowd(), 4.0);
        wait_for("a backlog", || {
            let delivered = alerts(&daemon, "delivered");
            let waiting = alerts(&daemon, "alert").len() - delivered.len();
            (8 < waiting).then_some(())
        });

        daemon.signal(signal);
        assert_eq!(daemon.wait_within(STOP_MAX).code(), Some(0), "SIG{signal}");
        daemon.log.wait_for_message("stopped");
        assert_eq!(daemon.log.complaints(), Vec::<String>::new());
        drop(flight);

        let told = alerts(&daemon, "alert");
        let owed = &told - &alerts(&daemon, "delivered");
        assert_ne!(owed, BTreeSet::new());
        let before = endpoint.deliveries().len();
        endpoint.answer("ok");
        let daemon = options.start();
        endpoint.wait_until("every alert that is owed", |deliveries| {
            owed.is_subset(&ids(&deliveries[before..]))
        });
        daemon.stop_clean();
        assert!(
            ids(&endpoint.deliveries()).is_subset(&told),
            "none is invented"
        );
        endpoint.assert_signed();
    }
}

#[test]
fn a_second_signal_leaves_at_once() {
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let (_scene, endpoint, options) = scene();
        endpoint.answer("stall:30s");
        let mut daemon = options.start();
        let flight = Flight::start(daemon.address(), crowd(), 4.0);
        endpoint.wait_until("an attempt", |deliveries| !deliveries.is_empty());

        daemon.signal("TERM");
        daemon.log.wait_for_message("stopping");
        daemon.signal(signal);
        assert_eq!(daemon.wait_within(AT_ONCE).code(), Some(code));
        drop(flight);

        // What was attempted was stored before that, and is owed since it was not answered.
        let attempted = endpoint.deliveries();
        let owed = ids(&attempted);
        endpoint.answer("ok");
        let daemon = options.start();
        endpoint.wait_until("every alert that is owed", |deliveries| {
            owed.is_subset(&ids(&deliveries[attempted.len()..]))
        });
        daemon.stop_clean();
    }
}

#[test]
fn a_stop_that_the_database_holds_up_is_broken_off_in_time() {
    let (scene, endpoint, options) = scene();
    let mut daemon = options.start();
    let flight = Flight::start(daemon.address(), crowd(), 4.0);
    endpoint.wait_for_type("corridor.entered");

    // As a backup by hand would: nobody else may write.
    let mut backup = Connection::open(scene.path("state/corridord.db")).unwrap();
    let writing = backup
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let message = "store cannot write, will try again";
    daemon.log.wait_for_message(message);
    daemon.signal("TERM");
    assert_eq!(daemon.wait_within(STOP_MAX).code(), Some(1));
    drop(flight);
    drop(writing);

    let last = daemon.log.lines().pop();
    assert_eq!(
        last.as_deref(),
        Some("corridord: the stop took longer than 9 seconds and was broken off")
    );
    options.start().stop_clean();
}

/// A daemon with one endpoint, that also logs what was delivered.
fn scene() -> (Scene, Endpoint, DaemonOptions) {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let mut options = scene.configured(&config(&[("ops", &endpoint.url)]));
    let log = "corridord::deliver=debug,info".to_owned();
    options.env.push(("CORRIDORD_LOG".to_owned(), log));
    (scene, endpoint, options)
}

/// Eight vehicles that weave over the edge, each with 200 positions a second.
fn crowd() -> Vec<VehiclePlan> {
    let plan = |system_id| VehiclePlan {
        position_hz: 50.0,
        ..weaving(system_id, 20.0)
    };
    (1..=8).map(plan).collect()
}

/// Returns the ids of the alerts of which the daemon logged this message.
fn alerts(daemon: &Daemon, message: &str) -> BTreeSet<String> {
    let events = daemon.log.events();
    let alerts = events.iter().filter(|event| event["message"] == message);
    alerts
        .map(|event| event["alert"].as_str().expect("an id").to_owned())
        .collect()
}

fn ids(deliveries: &[Delivery]) -> BTreeSet<String> {
    let ids = deliveries.iter().map(|delivery| &delivery.webhook_id);
    ids.flatten().cloned().collect()
}
