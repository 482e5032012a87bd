//! Scenarios through the real binary, at many times their pace: what is told, in which order.
//!
//! When it is told is judged by virtual time, in `tests/scenarios.rs`.

use corridor_sim::fly::FlySettings;
use corridor_sim::receive::Delivery;
use corridor_sim::scenario::expected::{Told, first_difference};
use corridor_sim::scenario::shipped;
use corridor_sim::transport::Target;

use crate::support::endpoint::{Endpoint, type_of};
use crate::support::flight::Flight;
use crate::support::scene::{Scene, config};

const FASTER: f64 = 20.0;
/// When a track counts as lost, a twentieth of what it is by default.
const LOSSES: &str = "
[tracks]
stale = \"250 ms\"
lost = \"1500 ms\"
";

#[test]
fn a_link_that_is_lost_inside_tells_nothing_that_did_not_happen() {
    check("link-lost-inside");
}

#[test]
fn an_exercise_is_told_as_such_and_what_is_meant_is_not() {
    check("exercise-day");
}

/// Asserts that an endpoint hears of a scenario what its file says.
#[track_caller]
fn check(name: &str) {
    let file = shipped::find(name).and_then(shipped::Shipped::read);
    let file = file.expect("a scenario");
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let rules = file.rules.as_deref().unwrap_or_default();
    let options = scene.configured(&(config(&[("ops", &endpoint.url)]) + rules + LOSSES));
    scene.write("corridors.geojson", shipped::CORRIDORS);
    let daemon = options.start();
    let corridors = shipped::corridors().expect("corridors");
    let flight = Flight::of(FlySettings {
        scenario: file.scenario(&corridors).expect("a sound scenario"),
        to: vec![Target::Udp(daemon.address().to_string())],
        seed: file.seed.expect("a seed"),
        faster: FASTER,
        lasts: file.lasts,
    });
    flight.join();
    endpoint.wait_until("every alert", |all| file.alerts.len() <= all.len());
    // What waits is delivered before it stops.
    daemon.stop_clean();
    endpoint.assert_signed();
    let told: Vec<Told> = endpoint.deliveries().iter().map(told).collect();
    let difference = first_difference(&file.alerts, &told);
    assert_eq!(difference, None, "{told:#?}");
}

fn told(delivery: &Delivery) -> Told {
    let body = delivery.body.as_ref().expect("a body");
    let properties = &body["data"]["properties"];
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let key = properties["track"]["key"].as_str().expect("a track");
    Told {
        event: type_of(delivery).to_owned(),
        track: key.replace("link1/", ""),
        corridor: text(&properties["corridor"]["id"]),
        status: text(&properties["status"]).expect("a status"),
        direction: text(&properties["direction"]),
        times: None,
    }
}
