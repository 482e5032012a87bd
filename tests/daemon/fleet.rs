//! A unit's own tracks: those that leave their route, corridors that nobody is in, and losses.

use std::time::Duration;

use serde_json::Value;

use crate::support::endpoint::{Endpoint, body_of, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::relay::Relay;
use crate::support::scene::{Scene, config};

/// The rule of the scene tells nothing that these tests ask for.
const QUIET: &str = "
[[rule]]
name = \"corridor\"
events = [\"crossed\"]
";

#[test]
fn a_patrol_that_leaves_its_route_is_told_once_over_a_kill_and_so_is_its_return() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let route = "
[[route]]
name = \"patrol\"
tracks = [\"vehicle:link1/7\"]
corridor = \"strip\"
severity = \"critical\"
";
    let options = scene.configured(&(config(&[("ops", &endpoint.url)]) + QUIET + route));
    let relay = Relay::start();
    // On the route for 5 s of ours, off it for as long.
    let flight = Flight::start(relay.address(), vec![weaving(7, 40.0)], 4.0);
    let daemon = options.start();
    relay.forward_to(daemon.address());
    let left = properties(&endpoint.wait_for_type("route.left"));
    daemon.kill();
    let daemon = options.start();
    relay.forward_to(daemon.address());
    let resumed = properties(&endpoint.wait_for_type("route.resumed"));
    daemon.stop_clean();
    drop(flight);

    assert_eq!(left["route"]["name"], "patrol");
    assert_eq!(left["rule"]["name"], "patrol");
    assert_eq!(left["severity"], "critical");
    assert_eq!(left["corridor"]["id"], "strip");
    let off_m = |alert: &Value| alert["route"]["off_m"].as_f64().expect("a number");
    assert!((12.0..=62.0).contains(&off_m(&left)), "{left}");
    assert!((-62.0..=-12.0).contains(&off_m(&resumed)), "{resumed}");
    assert_eq!(left["episode"]["id"], resumed["episode"]["id"]);
    assert_eq!(
        (&left["episode"]["index"], &resumed["episode"]["index"]),
        (&0.into(), &1.into())
    );
    let told = ids(&endpoint, "route.left");
    assert_eq!(
        told.len(),
        1,
        "one that was delivered twice has one id: {told:?}"
    );
    endpoint.assert_signed();
}

#[test]
fn a_corridor_that_nobody_is_in_is_told_once_and_so_is_the_end_of_that() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let attendance = "
[[attendance]]
name = \"somebody\"
after = \"5 s\"
tell-end = true
corridors = { ids = [\"str*\"] }
";
    let options = scene.configured(&(config(&[("ops", &endpoint.url)]) + QUIET + attendance));
    let daemon = options.start();
    let absent = properties(&endpoint.wait_for_type("corridor.unattended"));
    // What is told stays told.
    daemon.stop_clean();
    let daemon = options.start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    let deliveries = endpoint.wait_until("the end of the absence", |all| {
        all.iter()
            .filter(|it| type_of(it) == "corridor.unattended")
            .count()
            == 2
    });
    drop(flight);
    daemon.stop_clean();

    assert_eq!(absent["absence"]["name"], "somebody");
    assert_eq!(absent["absence"]["since_start"], true);
    assert_eq!(absent["corridor"]["id"], "strip");
    assert_eq!(absent.get("track"), None);
    assert_eq!(absent.get("position"), None);
    let end = deliveries.last().and_then(body_of).expect("a body");
    let end = &end["data"]["properties"];
    assert_eq!(end["absence"]["since"], absent["absence"]["since"]);
    assert!(end["absence"]["until"].is_string(), "{end}");
    assert_eq!(end["episode"]["id"], absent["episode"]["id"]);
    endpoint.assert_signed();
}

#[test]
fn a_track_that_is_lost_inside_is_told_once_over_a_restart_and_so_is_its_return() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let more = "
[tracks]
stale = \"1 s\"
lost = \"3 s\"
";
    let options = scene.configured(&(config(&[("ops", &endpoint.url)]) + more));
    let daemon = options.start();
    // At its own pace, so that its clock agrees with ours.
    let flight = Flight::start(daemon.address(), vec![weaving(7, 10.0)], 1.0);
    endpoint.wait_for_type("corridor.entered");
    drop(flight);
    let lost = properties(&endpoint.wait_for_type("track.lost"));
    daemon.stop_clean();
    let daemon = options.start();
    let flight = Flight::lasting(
        daemon.address(),
        vec![weaving(7, 10.0)],
        1.0,
        Duration::from_secs(2),
    );
    let regained = properties(&endpoint.wait_for_type("track.regained"));
    flight.join();
    daemon.stop_clean();

    assert_eq!(lost["corridor"]["id"], "strip");
    assert_eq!(lost["track"]["key"], "vehicle:link1/7");
    let silence_s = |alert: &Value| alert["silence_seconds"].as_f64().expect("a number");
    assert!(3.0 <= silence_s(&lost), "{lost}");
    assert!(silence_s(&lost) < silence_s(&regained), "{regained}");
    assert_eq!(lost["episode"]["id"], regained["episode"]["id"]);
    assert_eq!(ids(&endpoint, "track.lost").len(), 1);
    assert_eq!(ids(&endpoint, "track.regained").len(), 1);
    endpoint.assert_signed();
}

fn properties(body: &Value) -> Value {
    body["data"]["properties"].clone()
}

/// The ids of all alerts of a type, each once.
fn ids(endpoint: &Endpoint, event: &str) -> Vec<Value> {
    let deliveries = endpoint.deliveries();
    let of_type = deliveries.iter().filter(|it| type_of(it) == event);
    let mut ids: Vec<Value> = of_type
        .filter_map(|delivery| Some(body_of(delivery)?["data"]["id"].clone()))
        .collect();
    ids.dedup();
    ids
}
