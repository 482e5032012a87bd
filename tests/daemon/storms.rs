//! A swarm is told by its first ten and a summary of the others, over a kill in the midst of it.

use std::collections::{BTreeMap, BTreeSet};

use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;
use serde_json::Value;

use crate::support::endpoint::{Endpoint, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::relay::Relay;
use crate::support::scene::{Scene, config};

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
