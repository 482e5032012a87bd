//! The daemon is killed again and again: no alert is lost, none is invented.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::thread;
use std::time::Duration;

use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::daemon::DaemonOptions;
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::relay::Relay;
use crate::support::scene::{Scene, config};
use crate::support::wait_within;

/// How often the daemon is killed, unless `CORRIDORD_KILLS` says otherwise.
const KILLS: u32 = 20;
/// How fast the vehicles' time runs while the daemon is killed.
const FASTER: f64 = 4.0;
/// How long the vehicles take to weave in and out once, in their own time.
const PERIOD_S: f64 = 24.0;
/// The daemon lives between these, in milliseconds of this test's time.
const LIFE_MS: std::ops::Range<u64> = 200..2_000;

#[test]
#[expect(
    clippy::print_stderr,
    reason = "a failing seed is printed, so that it can be repeated"
)]
fn kill_9_at_random_moments_loses_no_alert_and_invents_none() {
    let kills = number("CORRIDORD_KILLS").map_or(KILLS, |kills| kills.try_into().unwrap());
    let seed = number("CORRIDORD_SEED").unwrap_or_else(|| rand::rng().random());
    eprintln!("CORRIDORD_KILLS={kills} CORRIDORD_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);

    // Both runs fly the same turns, enough of them for so many lives.
    let life_s = 1e-3 * f64::from(u32::try_from(LIFE_MS.end).unwrap()) * 0.75;
    let turns = (f64::from(kills) * life_s * FASTER / PERIOD_S)
        .ceil()
        .max(2.0);
    let lasts = Duration::from_secs_f64(turns * PERIOD_S);

    let expected = fly_undisturbed(lasts);
    assert!(
        4 <= expected.len(),
        "the clean run has its alerts: {expected:?}"
    );
    let (deliveries, killed) = fly_with_kills(kills, lasts, &expected, &mut rng);

    let accepted: BTreeSet<&str> = deliveries
        .iter()
        .filter(|delivery| delivery.status == Some(200))
        .map(id)
        .collect();
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!(
        accepted, expected,
        "what arrived against what the clean run told"
    );
    let unknown: Vec<&str> = deliveries
        .iter()
        .map(id)
        .filter(|id| !expected.contains(id))
        .collect();
    assert_eq!(
        unknown,
        Vec::<&str>::new(),
        "no id is invented, not even a refused one"
    );
    let other = deliveries
        .iter()
        .find(|delivery| delivery.repeat_same_body == Some(false));
    assert_eq!(other, None, "a repeat has the same body");
    assert_in_order(&deliveries);
    eprintln!(
        "{killed} kills, {} alerts, {} attempts",
        expected.len(),
        deliveries.len()
    );
    assert_eq!(killed, kills);
}

/// Flies without any disturbance and returns the ids that arrive.
fn fly_undisturbed(lasts: Duration) -> BTreeSet<String> {
    let stage = Stage::new();
    let daemon = stage.options.start();
    // The flight ends by itself: wait until its last frame was answered for.
    Flight::lasting(daemon.address(), vehicles(), 20.0, lasts).join();
    daemon.stop_clean();
    stage.endpoint.assert_signed();
    stage
        .endpoint
        .deliveries()
        .iter()
        .map(|delivery| id(delivery).to_owned())
        .collect()
}

/// Flies while the daemon is killed and the endpoint refuses in turn; returns what arrived.
fn fly_with_kills(
    kills: u32,
    lasts: Duration,
    expected: &BTreeSet<String>,
    rng: &mut StdRng,
) -> (Vec<Delivery>, u32) {
    let stage = Stage::new();
    stage.endpoint.answer("ok*3,503*2,stall:50ms,reset");
    let relay = Relay::start();
    let flight = Flight::lasting(relay.address(), vehicles(), FASTER, lasts);
    let mut killed = 0;
    while killed < kills {
        let daemon = stage.options.start();
        relay.forward_to(daemon.address());
        live(Duration::from_millis(rng.random_range(LIFE_MS)));
        daemon.kill();
        killed += 1;
    }
    let daemon = stage.options.start();
    relay.forward_to(daemon.address());
    flight.join();
    stage.endpoint.answer("ok");
    wait_within(
        Duration::from_secs(120),
        "every alert of the clean run",
        || {
            let deliveries = stage.endpoint.deliveries();
            let accepted = deliveries
                .iter()
                .filter(|delivery| delivery.status == Some(200));
            let accepted: BTreeSet<&str> = accepted.map(id).collect();
            expected
                .iter()
                .all(|id| accepted.contains(id.as_str()))
                .then_some(())
        },
    );
    daemon.stop_clean_but_for("endpoint");
    (stage.endpoint.deliveries(), killed)
}

/// Per track, alerts are accepted for the first time in the order in which they happened.
fn assert_in_order(deliveries: &[Delivery]) {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for delivery in deliveries
        .iter()
        .filter(|delivery| delivery.status == Some(200))
    {
        if seen.insert(id(delivery)) {
            let body = delivery.body.as_ref().expect("a body");
            let properties = &body["data"]["properties"];
            let track = properties["track"]["key"]
                .as_str()
                .expect("a text")
                .to_owned();
            // Who stamps changes with each start, until vehicles told the time; their boot clocks run on.
            let boot_ms = properties["evidence"]["boot_ms"]
                .as_u64()
                .expect("a number");
            let before = last.insert(track.clone(), boot_ms);
            assert!(
                before.is_none_or(|before| before <= boot_ms),
                "{track} keeps its order"
            );
        }
    }
}

/// Lets the daemon live: the one wait in these tests that is for time to pass.
#[expect(
    clippy::disallowed_methods,
    reason = "a random moment is a moment in time"
)]
fn live(time: Duration) {
    thread::sleep(time);
}

fn vehicles() -> Vec<VehiclePlan> {
    (1..=3)
        .map(|system_id| weaving(system_id, PERIOD_S))
        .collect()
}

fn id(delivery: &Delivery) -> &str {
    delivery.webhook_id.as_deref().unwrap_or_default()
}

fn number(name: &str) -> Option<u64> {
    env::var(name)
        .ok()
        .map(|text| text.parse().expect("a number"))
}

/// A daemon whose ids are the same in every run, and its endpoint.
struct Stage {
    options: DaemonOptions,
    endpoint: Endpoint,
    _scene: Scene,
}

impl Stage {
    fn new() -> Self {
        let scene = Scene::new();
        let endpoint = Endpoint::start(&scene.secret);
        let unit = "[unit]\nhistory-id = \"3f7a0d5c-6a5e-4c0e-9b7e-0a4f5a1d2c3b\"\n";
        let rule = "[[rule]]\nname = \"corridor\"\n[rule.rate]\nunlimited = true\n";
        let text = format!("{unit}{}{rule}", config(&[("ops", &endpoint.url)]));
        Self {
            options: scene.configured(&text),
            endpoint,
            _scene: scene,
        }
    }
}
