//! A restart repeats nothing and forgets nothing.

use std::collections::{BTreeMap, BTreeSet};

use corridor_sim::receive::Delivery;

use crate::support::daemon::Daemon;
use crate::support::endpoint::{Endpoint, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::relay::Relay;
use crate::support::scene::{Scene, config};

#[test]
fn a_stop_while_inside_says_no_second_entered_and_does_not_forget_exited() {
    check_restart(Daemon::stop_clean);
}

#[test]
fn a_kill_while_inside_says_no_second_entered_and_does_not_forget_exited() {
    check_restart(Daemon::kill);
}

/// Ends the daemon twice while the vehicle is inside, after `entered` and after `dwelling`.
#[track_caller]
fn check_restart(end: impl Fn(Daemon)) {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let config = config(&[("ops", &endpoint.url)]);
    let rule = "\n[[rule]]\nname = \"corridor\"\ndwell = \"6 s\"\n";
    let options = scene.configured(&format!("{config}{rule}"));
    let relay = Relay::start();
    // Inside for 20 s of its own time, which are 5 s of ours, out of 40 s.
    let flight = Flight::start(relay.address(), vec![weaving(7, 40.0)], 4.0);

    for event in ["corridor.entered", "corridor.dwelling", "corridor.exited"] {
        let daemon = options.start();
        relay.forward_to(daemon.address());
        endpoint.wait_for_type(event);
        if event == "corridor.exited" {
            daemon.stop_clean();
        } else {
            end(daemon);
        }
    }
    drop(flight);

    let mut told: Vec<(&str, String)> = Vec::new();
    let deliveries = endpoint.deliveries();
    for delivery in &deliveries {
        assert_ne!(delivery.repeat_same_body, Some(false), "{delivery}");
        let alert = (type_of(delivery), id(delivery));
        // One that was delivered, but not written down before the kill, comes again.
        if !told.contains(&alert) {
            told.push(alert);
        }
    }
    let told: Vec<&str> = told.into_iter().map(|(event, _id)| event).collect();
    assert_eq!(
        told,
        ["corridor.entered", "corridor.dwelling", "corridor.exited"]
    );
    let episodes: BTreeSet<String> = deliveries
        .iter()
        .map(|delivery| text(delivery, "/data/properties/episode/id"))
        .collect();
    assert_eq!(episodes.len(), 1, "one episode: {episodes:?}");
    endpoint.assert_signed();
}

#[test]
fn an_endpoint_that_hangs_up_does_not_delay_another_and_gets_all_in_order_later() {
    check_two_endpoints("reset");
}

#[test]
fn an_endpoint_that_stalls_does_not_delay_another_and_gets_all_in_order_later() {
    check_two_endpoints("stall:10min");
}

/// Flies while one endpoint answers and the other does what `trouble` says.
#[track_caller]
fn check_two_endpoints(trouble: &str) {
    let scene = Scene::new();
    let (well, unwell) = (
        Endpoint::start(&scene.secret),
        Endpoint::start(&scene.secret),
    );
    unwell.answer(trouble);
    let config = config(&[("unwell", &unwell.url), ("well", &well.url)]);
    let config = config.replacen(
        "[[endpoint]]
",
        "[[endpoint]]
total-timeout = \"500 ms\"
",
        1,
    );
    let daemon = scene.configured(&config).start();
    let vehicles = (1..=3).map(|system_id| weaving(system_id, 20.0)).collect();
    let flight = Flight::start(daemon.address(), vehicles, 4.0);
    well.wait_until("two alerts of each of three vehicles", |deliveries| {
        let tracks = by_track(deliveries);
        tracks.len() == 3 && tracks.values().all(|alerts| 2 <= alerts.len())
    });
    drop(flight);
    assert_eq!(taken(&unwell.deliveries()), BTreeMap::new());

    unwell.answer("ok");
    unwell.wait_until("all that the other has", |deliveries| {
        taken(deliveries) == by_track(&well.deliveries())
    });
    daemon.stop_clean();
    assert_eq!(taken(&unwell.deliveries()), by_track(&well.deliveries()));
    unwell.assert_signed();
    well.assert_signed();
}

/// How often an alert is posted to an endpoint that gives the same answer for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Posted {
    /// Once: it is settled.
    Once,
    /// Once, and a person is told.
    OnceAndTold,
    /// Again and again.
    Again,
}

/// What each answer means.
const ANSWERS: [(&str, Posted); 14] = [
    ("200", Posted::Once),
    ("202", Posted::Once),
    ("204", Posted::Once),
    ("301", Posted::Again),
    ("308", Posted::Again),
    ("400", Posted::OnceAndTold),
    ("401", Posted::OnceAndTold),
    ("404", Posted::OnceAndTold),
    ("408", Posted::Again),
    ("410", Posted::Once),
    ("425", Posted::Again),
    ("429", Posted::Again),
    ("500", Posted::Again),
    ("503", Posted::Again),
];

#[test]
fn every_answer_has_its_meaning_and_keeps_it_over_a_restart() {
    let scene = Scene::new();
    let elsewhere = Endpoint::start(&scene.secret);
    let endpoints: Vec<Endpoint> = ANSWERS
        .iter()
        .map(|(answer, _posted)| {
            let endpoint = Endpoint::start(&scene.secret);
            endpoint.answer_with_header(answer, "location", &elsewhere.url);
            endpoint
        })
        .collect();
    let named: Vec<(&str, &str)> = ANSWERS
        .iter()
        .zip(&endpoints)
        .map(|((answer, _posted), endpoint)| (*answer, endpoint.url.as_str()))
        .collect();
    let options = scene.configured(&config(&named));

    let daemon = options.start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    for endpoint in &endpoints {
        endpoint.wait_until("the first attempt", |deliveries| !deliveries.is_empty());
    }
    drop(flight);
    wait_for_attempts(&endpoints, 3);
    let first = endpoints[0].deliveries().len();
    let mut told: Vec<String> = Vec::new();
    for event in daemon.log.events() {
        if event["level"] == "WARN" {
            assert_eq!(event["message"], "alert parked");
            let (endpoint, error) = (&event["endpoint"], &event["error"]);
            told.push(format!(
                "{}: {}",
                endpoint.as_str().unwrap(),
                error.as_str().unwrap()
            ));
        }
    }
    daemon.stop_clean_but_for("alert parked");
    told.sort();
    told.dedup();
    assert_eq!(
        told,
        [
            "400: answered 400",
            "401: answered 401",
            "404: answered 404"
        ]
    );

    let daemon = options.start();
    wait_for_attempts(&endpoints, 4);
    daemon.stop_clean();
    for ((answer, posted), endpoint) in ANSWERS.iter().zip(&endpoints) {
        let repeated = endpoint
            .deliveries()
            .iter()
            .any(|delivery| 1 < delivery.times);
        assert_eq!(repeated, *posted == Posted::Again, "{answer}");
    }
    assert_eq!(
        endpoints[0].deliveries().len(),
        first,
        "nothing new was told"
    );
    assert_eq!(elsewhere.deliveries(), [], "no redirect is followed");
}

#[test]
fn the_wait_that_an_endpoint_asks_for_is_kept() {
    for answer in ["429", "503"] {
        let scene = Scene::new();
        let endpoint = Endpoint::start(&scene.secret);
        endpoint.answer_with_header(answer, "retry-after", "4");
        let daemon = scene.configured(&config(&[("ops", &endpoint.url)])).start();
        let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
        endpoint.wait_until("the first attempt", |deliveries| !deliveries.is_empty());
        endpoint.answer("ok");
        drop(flight);
        let deliveries = endpoint.wait_until("the second", |deliveries| 2 <= deliveries.len());
        daemon.stop_clean();
        let waited = deliveries[1]
            .received_at
            .duration_since(deliveries[0].received_at);
        assert_eq!(deliveries[1].times, 2);
        // By its own schedule the second attempt is due after a second.
        assert!(3.9 <= waited.as_secs_f64(), "{answer}: {waited}");
    }
}

/// Waits until whoever is to be asked again has seen its first alert so often.
fn wait_for_attempts(endpoints: &[Endpoint], times: u32) {
    for ((answer, posted), endpoint) in ANSWERS.iter().zip(endpoints) {
        if *posted == Posted::Again {
            endpoint.wait_until(&format!("attempt {times} at {answer}"), |deliveries| {
                deliveries.iter().any(|delivery| times <= delivery.times)
            });
        }
    }
}

/// Returns the ids of the alerts of every track, in the order in which they came.
fn by_track(deliveries: &[Delivery]) -> BTreeMap<String, Vec<String>> {
    let mut tracks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in deliveries {
        let track = text(delivery, "/data/properties/track/key");
        tracks.entry(track).or_default().push(id(delivery));
    }
    tracks
}

/// The same of those that were accepted at once.
fn taken(deliveries: &[Delivery]) -> BTreeMap<String, Vec<String>> {
    let taken = |delivery: &&Delivery| delivery.status == Some(200) && delivery.stall_ms == 0;
    let deliveries: Vec<Delivery> = deliveries.iter().filter(taken).cloned().collect();
    by_track(&deliveries)
}

fn id(delivery: &Delivery) -> String {
    delivery.webhook_id.clone().expect("an id")
}

fn text(delivery: &Delivery, pointer: &str) -> String {
    let body = delivery.body.as_ref().expect("a body");
    let value = body.pointer(pointer).and_then(serde_json::Value::as_str);
    value.expect(pointer).to_owned()
}
