//! A swarm is told by its first ten and a summary of the others, over a kill in the midst of it; and what
//! somebody has silenced is held back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;
use serde_json::Value;

use crate::support::command::{Ended, corridord};
use crate::support::endpoint::{Endpoint, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::relay::Relay;
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// Ten leave in an hour; the others are told three seconds after the first of them.
const SWARM: &str = "
[tracks]
new-at-once = 100

[fleet]
events = []

[[rule]]
name = \"swarm\"
events = [\"entered\"]

[rule.rate]
alerts = 10
per = \"1 h\"
group-wait = \"3 s\"
";

#[test]
fn sixty_vehicles_at_once_are_ten_alerts_and_fifty_more_over_a_kill() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let config = config(&[("ops", &endpoint.url)]);
    let options = scene.configured(&format!("{config}{SWARM}"));
    let relay = Relay::start();
    let vehicles = (1..=60).map(|id| VehiclePlan {
        position_hz: 4.0,
        raw_hz: 1.0,
        ..weaving(id, 60.0)
    });
    let flight = Flight::start(relay.address(), vehicles.collect(), 6.0);

    let daemon = options.start();
    relay.forward_to(daemon.address());
    endpoint.wait_until("ten alerts", |deliveries| 10 <= deliveries.len());
    daemon.kill();
    let daemon = options.start();
    relay.forward_to(daemon.address());
    endpoint.wait_until("all sixty", |deliveries| {
        let told = Told::of(deliveries);
        60 <= told.entered.len() + told.counted()
    });
    drop(flight);
    daemon.stop_clean();

    let told = Told::of(&endpoint.deliveries());
    assert_eq!(told.entered.len(), 10, "{told:?}");
    assert_eq!(told.counted(), 50, "{told:?}");
    let tracks: BTreeSet<&String> = told.entered.iter().chain(&told.listed).collect();
    assert_eq!(tracks.len(), 60, "each of them is named once");
    endpoint.assert_signed();
}

/// What was told, each of it once, however often it came.
#[derive(Debug, Default)]
struct Told {
    /// The tracks that were told one by one.
    entered: BTreeSet<String>,
    /// How many each summary is about, by its id.
    summaries: BTreeMap<String, usize>,
    /// The tracks that summaries list.
    listed: BTreeSet<String>,
}

impl Told {
    fn of(deliveries: &[Delivery]) -> Self {
        let mut told = Self::default();
        for delivery in deliveries {
            let body = delivery.body.as_ref().expect("a body");
            let data = &body["data"];
            match type_of(delivery) {
                "corridor.entered" => {
                    told.entered
                        .insert(text(&data["properties"]["track"]["key"]));
                }
                "summary" => {
                    let summary = &data["properties"]["summary"];
                    let count = summary["count"].as_u64().expect("a count");
                    let count = usize::try_from(count).expect("a small number");
                    told.summaries.insert(text(&data["id"]), count);
                    let lines = summary["alerts"].as_array().expect("a list");
                    told.listed
                        .extend(lines.iter().map(|line| text(&line["track"])));
                }
                other => panic!("nobody asked for {other}"),
            }
        }
        told
    }

    fn counted(&self) -> usize {
        self.summaries.values().sum()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn what_is_silenced_is_held_over_a_restart_until_somebody_lets_it_go() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let config = config(&[("ops", &endpoint.url)]);
    let rule = "\n[fleet]\nevents = []\n\n[[rule]]\nname = \"road\"\nevents = [\"entered\"]\n";
    let options = scene.configured(&format!("{config}{rule}"));
    let state = scene.path("state");
    let ask = |args: &[&str]| asked(args, &state);

    let begun = [
        "--rule",
        "road",
        "--track",
        "vehicle:link1/7",
        "--for",
        "1h",
    ];
    let why = ["--comment", "known", "--author", "Ana"];
    let add = [&["silence", "add"], &begun[..], &why[..]].concat();
    let none = ask(&add);
    assert_eq!(none.code, Some(1), "there is no database yet: {none:?}");
    let daemon = options.start();
    let added = ask(&add);
    assert!(
        added
            .out
            .starts_with("silence 1 holds back rule road, track vehicle:link1/7 until "),
        "{added:?}"
    );
    daemon.kill();
    let listed = ask(&["silence", "list"]);
    assert!(
        listed.out.starts_with("1  holds until "),
        "of the database: {listed:?}"
    );

    let daemon = options.start();
    let flight = Flight::start(
        daemon.address(),
        vec![weaving(7, 20.0), weaving(8, 20.0)],
        4.0,
    );
    endpoint.wait_for_type("corridor.entered");
    let held = wait_for("an alert that is held", || {
        let held: Value = serde_json::from_str(&ask(&["held", "--json"]).out).expect("JSON");
        held.as_array()
            .is_some_and(|all| !all.is_empty())
            .then_some(held)
    });
    drop(flight);
    assert_eq!(held[0]["held_by"], "silence 1: known");
    assert_eq!(held[0]["alert"]["track"]["key"], "vehicle:link1/7");
    let told = endpoint.deliveries();
    let is_silenced = |delivery: &Delivery| key(delivery) == "vehicle:link1/7";
    assert!(!told.iter().any(is_silenced), "{told:?}");

    let id = text(&held[0]["id"]);
    let released = ask(&["held", "release", &id]);
    assert_eq!(released.out, format!("{id} goes to ops\n"), "{released:?}");
    let told = endpoint.wait_until("what was let go", |told| told.iter().any(is_silenced));
    let late = told
        .iter()
        .find(|it| is_silenced(it))
        .and_then(|it| it.body.clone());
    let label = &late.expect("a body")["data"]["properties"]["held"];
    assert_eq!(label["by"], "silence 1: known");
    assert!(
        label["since"].is_string() && label["released_at"].is_string(),
        "{label}"
    );
    let again = ask(&["held", "release", &id]);
    assert!(again.err.contains("was let go at "), "{again:?}");

    let ended = ask(&["silence", "end", "1"]);
    assert!(
        ended.out.starts_with("silence 1 is over; it held back "),
        "{ended:?}"
    );
    let listed = ask(&["silence", "list"]);
    assert!(listed.out.starts_with("1  ended at "), "{listed:?}");
    let unknown = ask(&["silence", "end", "9"]);
    assert!(unknown.err.contains("there is no silence 9"), "{unknown:?}");
    daemon.stop_clean();
}

/// Runs a command about the daemon, or the database, of a folder.
fn asked(args: &[&str], state: &Path) -> Ended {
    let state = state.to_str().expect("UTF-8");
    corridord(&[args, &["--state", state]].concat(), &[])
}

/// Returns whom an alert is about.
fn key(delivery: &Delivery) -> String {
    let body = delivery.body.as_ref().expect("a body");
    text(&body["data"]["properties"]["track"]["key"])
}
