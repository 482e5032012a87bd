//! Who is who, through the real binary: namesakes, and whoever tells everybody who they are.

use corridor_sim::frame::FrameKind;
use corridor_sim::geodesy::Place;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::receive::Delivery;
use serde_json::Value;

use crate::support::corridors;
use crate::support::endpoint::{Endpoint, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};

#[test]
fn two_vehicles_with_one_system_id_are_told_as_a_conflict_and_followed_as_two() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let daemon = scene.configured(&config(&[("ops", &endpoint.url)])).start();
    // It hovers in the corridor, two kilometres from the other one.
    let hovering = VehiclePlan {
        speed_mps: 0.0,
        start_m: 3_000.0,
        offset_m: 0.0,
        sway_m: 0.0,
        ..weaving(1, 20.0)
    };
    let plans = vec![weaving(1, 40.0), hovering];
    let flight = Flight::start(daemon.address(), plans, 4.0);
    let conflict = endpoint.wait_for_type("identity.conflict");
    endpoint.wait_until("both are inside", |deliveries| {
        let entered = |key: &str| {
            deliveries.iter().any(|delivery| {
                type_of(delivery) == "corridor.entered"
                    && properties(delivery)["track"]["key"] == key
            })
        };
        entered("vehicle:link1/1") && entered("vehicle:link1/1#2")
    });
    drop(flight);
    daemon.stop_clean();

    let properties = &conflict["data"]["properties"];
    for absent in ["corridor", "place", "rule", "episode", "certainty"] {
        assert_eq!(properties[absent], Value::Null, "{absent}");
    }
    let senders = properties["conflict"]["senders"]
        .as_array()
        .expect("a list");
    let part = |name: &str| [&senders[0][name], &senders[1][name]];
    assert_eq!(part("track"), ["vehicle:link1/1", "vehicle:link1/1#2"]);
    assert_ne!(part("address")[0], part("address")[1]);
    let told = endpoint.deliveries();
    let conflicts = told.iter().filter(|it| type_of(it) == "identity.conflict");
    assert_eq!(conflicts.count(), 1, "told once");
}

#[test]
fn remote_id_and_transponders_are_told_where_a_rule_watches_them() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let rule = "\n[[rule]]\nname = \"others\"\ntracks = [\"remote-id\", \"aircraft\"]\n";
    let daemon = scene
        .configured(&(config(&[("ops", &endpoint.url)]) + rule))
        .start();
    let place = |lon| Place::new(41.5, lon).expect("a place");
    let traffic = |number, kinds: &[FrameKind]| VehiclePlan {
        speed_mps: 0.0,
        start_m: 100.0,
        ..VehiclePlan::traffic(vec![place(22.01), place(22.04)], 200, number, kinds)
    };
    let plans = vec![
        weaving(1, 40.0),
        traffic(1, &[FrameKind::AdsbVehicle]),
        traffic(2, &[FrameKind::RemoteBasicId, FrameKind::RemoteLocation]),
    ];
    let flight = Flight::start(daemon.address(), plans, 4.0);
    let told = endpoint.wait_until("an aircraft and a drone", |deliveries| {
        let is_told = |kind: &str| deliveries.iter().any(|it| kind_of(it) == kind);
        is_told("aircraft") && is_told("remote-id")
    });
    drop(flight);
    daemon.stop_clean();
    for delivery in &told {
        assert_ne!(kind_of(delivery), "vehicle");
        assert_eq!(properties(delivery)["authenticity"], "broadcast");
        assert_eq!(properties(delivery)["corridor"]["id"], corridors::STRIP);
    }
    endpoint.assert_signed();
}

fn properties(delivery: &Delivery) -> &Value {
    let body = delivery.body.as_ref().expect("a body");
    &body["data"]["properties"]
}

fn kind_of(delivery: &Delivery) -> &str {
    properties(delivery)["track"]["kind"]
        .as_str()
        .expect("a kind")
}
