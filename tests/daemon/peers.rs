//! Peers that are not ours: pymavlink speaks to the daemon, and the reference library of Standard
//! Webhooks listens to it.

use std::collections::BTreeSet;
use std::path::Path;

use corridor_sim::receive::Delivery;
use serde_json::Value;

use crate::support::corridors;
use crate::support::daemon::{DaemonOptions, write};
use crate::support::endpoint::{Endpoint, SecretFile, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::pilot::{Dirt, Vehicle, fly, in_and_out, place};
use crate::support::python;

#[test]
fn one_system_id_on_two_links_is_two_vehicles() {
    let scene = Scene::new(&["alpha", "bravo"]);
    let daemon = scene.options.start();
    let vehicles = [
        Vehicle {
            version: 1,
            ..Vehicle::new(daemon.link_address("alpha"), 7, in_and_out(220_100_000))
        },
        Vehicle {
            h_acc_mm: Some(800),
            ..Vehicle::new(daemon.link_address("bravo"), 7, in_and_out(220_300_000))
        },
    ];
    let sent = fly(&vehicles, Dirt::None);
    let deliveries = scene
        .endpoint
        .wait_until("four alerts", |all| 4 <= all.len());
    daemon.stop_clean();

    assert_eq!(deliveries.len(), 4, "{:?}", events(&deliveries));
    assert_whole_visit(&deliveries, "vehicle:alpha/7", None);
    assert_whole_visit(&deliveries, "vehicle:bravo/7", Some(0.8));
    assert_decided_by(&sent, &deliveries);
    python::assert_verified(&scene.secret, &scene.endpoint.deliveries());
}

#[test]
fn two_versions_from_two_ports_share_a_link_with_dirt_in_between() {
    let scene = Scene::new(&["alpha"]);
    let daemon = scene.options.start();
    let address = daemon.link_address("alpha");
    let vehicles = [
        Vehicle {
            version: 1,
            ..Vehicle::new(address, 21, in_and_out(220_100_000))
        },
        Vehicle {
            h_acc_mm: Some(800),
            boot_ms: 1_000,
            ..Vehicle::new(address, 22, in_and_out(220_300_000))
        },
    ];
    let sent = fly(&vehicles, Dirt::Plenty);
    let deliveries = scene
        .endpoint
        .wait_until("four alerts", |all| 4 <= all.len());
    daemon.stop_clean();

    assert_eq!(deliveries.len(), 4, "{:?}", events(&deliveries));
    assert_whole_visit(&deliveries, "vehicle:alpha/21", None);
    assert_whole_visit(&deliveries, "vehicle:alpha/22", Some(0.8));
    assert_decided_by(&sent, &deliveries);
    python::assert_verified(&scene.secret, &scene.endpoint.deliveries());
}

/// Each pair hovers, one of it well inside and one well outside, and sends in turn.
///
/// Nothing here says which of the two is believed, only that believing changes at most once: the
/// samples of one vehicle are no proof that the other moved.
#[test]
fn one_system_id_on_one_link_is_told_at_most_once_and_by_a_fix_that_was_sent() {
    let scene = Scene::new(&["alpha"]);
    let daemon = scene.options.start();
    let address = daemon.link_address("alpha");
    let hover = |south_m| vec![place(south_m, 220_200_000); 60];
    let pair = |system_id, inside_m, outside_m, ahead_ms| {
        let inside = Vehicle::new(address, system_id, hover(inside_m));
        let outside = Vehicle::new(address, system_id, hover(outside_m));
        let boot_ms = outside.boot_ms + ahead_ms;
        [inside, Vehicle { boot_ms, ..outside }]
    };
    let pairs = [
        pair(11, 0, 2_000, 500),
        pair(12, 0, 2_000, 3_600_000),
        pair(13, 140, 260, 500),
    ];
    let mut sent = fly(pairs.as_flattened(), Dirt::None);
    // What a last vehicle sends on the same link is read after all of it.
    let last = Vehicle::new(address, 99, in_and_out(220_300_000));
    sent.extend(fly(&[last], Dirt::None));
    let is_last_exit = |delivery: &Delivery| {
        type_of(delivery) == "corridor.exited" && key(delivery) == "vehicle:alpha/99"
    };
    scene
        .endpoint
        .wait_until("the last exit", |all| all.iter().any(is_last_exit));
    daemon.stop_clean();

    let deliveries = scene.endpoint.deliveries();
    for track in ["vehicle:alpha/11", "vehicle:alpha/12", "vehicle:alpha/13"] {
        let told: Vec<&str> = of_track(&deliveries, track).map(type_of).collect();
        assert!(told.len() <= 1, "{track} was told {told:?}");
    }
    assert_decided_by(&sent, &deliveries);
    python::assert_verified(&scene.secret, &deliveries);
}

#[test]
fn the_reference_verifier_accepts_repeats_and_refuses_what_was_changed() {
    let scene = Scene::new(&["alpha"]);
    scene.endpoint.answer("503*2,ok");
    let daemon = scene.options.start();
    let flight = Flight::start(daemon.link_address("alpha"), vec![weaving(7, 20.0)], 4.0);
    scene.endpoint.wait_until("an accepted repeat", |all| {
        all.iter()
            .any(|delivery| delivery.status == Some(200) && 2 < delivery.times)
    });
    drop(flight);
    daemon.stop_clean_but_for("endpoint");

    let deliveries = scene.endpoint.deliveries();
    python::assert_verified(&scene.secret, &deliveries);

    let good = python::request(&scene.secret, &deliveries[0]);
    let changed = |pointer: &str, from: &str, to: &str| {
        let mut request = good.clone();
        let text = request.pointer_mut(pointer).expect("it is there");
        let other = text.as_str().expect("a text").replacen(from, to, 1);
        assert_ne!(*text, other, "{pointer} changes");
        *text = other.into();
        request
    };
    let timestamp = deliveries[0].webhook_timestamp.as_deref().unwrap();
    let later = (timestamp.parse::<u64>().unwrap() + 1).to_string();
    let other_secret = SecretFile::fresh(scene.folder.path());
    let refused = [
        changed("/body", "entered", "Entered"),
        changed("/body", "}", "} "),
        changed("/headers/webhook-timestamp", timestamp, &later),
        changed("/headers/webhook-id", "-", "_"),
        changed("/headers/webhook-signature", "v1,", "v2,"),
        python::request(&other_secret, &deliveries[0]),
    ];
    for (answer, request) in python::verify(&refused).iter().zip(&refused) {
        assert!(answer.starts_with("refused: "), "{answer}: {request}");
    }
    assert_eq!(python::verify(&[good]), ["accepted"]);
}

/// Asserts that this track was told to enter and to exit once each, and with which accuracy.
#[track_caller]
fn assert_whole_visit(deliveries: &[Delivery], track: &str, h_acc_m: Option<f64>) {
    let visit: Vec<&Delivery> = of_track(deliveries, track).collect();
    let told: Vec<&str> = visit.iter().copied().map(type_of).collect();
    assert_eq!(told, ["corridor.entered", "corridor.exited"], "{track}");
    let episodes: BTreeSet<String> = visit
        .iter()
        .map(|delivery| properties(delivery)["episode"]["id"].to_string())
        .collect();
    assert_eq!(episodes.len(), 1, "{track} has one episode");
    for delivery in visit {
        let accuracy = properties(delivery)["position"].get("h_acc_m");
        assert_eq!(accuracy.and_then(Value::as_f64), h_acc_m, "{track}");
    }
}

/// Asserts that each alert shows a frame that was sent.
#[track_caller]
fn assert_decided_by(sent: &[String], deliveries: &[Delivery]) {
    for delivery in deliveries {
        let frames = properties(delivery)["evidence"]["frames"].as_array();
        let frames = frames.expect("the deciding frames");
        assert!(!frames.is_empty(), "{delivery:?}");
        for frame in frames {
            let frame = frame.as_str().expect("a text");
            assert!(
                sent.iter().any(|sent| sent.eq_ignore_ascii_case(frame)),
                "nobody sent {frame}"
            );
        }
    }
}

fn of_track<'a>(deliveries: &'a [Delivery], track: &'a str) -> impl Iterator<Item = &'a Delivery> {
    deliveries
        .iter()
        .filter(move |delivery| key(delivery) == track)
}

fn events(deliveries: &[Delivery]) -> Vec<(&str, &str)> {
    deliveries
        .iter()
        .map(|delivery| (key(delivery), type_of(delivery)))
        .collect()
}

fn key(delivery: &Delivery) -> &str {
    properties(delivery)["track"]["key"]
        .as_str()
        .expect("a text")
}

fn properties(delivery: &Delivery) -> &Value {
    &delivery.body.as_ref().expect("a body")["data"]["properties"]
}

/// Links by name, an endpoint and the configuration that joins them.
struct Scene {
    options: DaemonOptions,
    endpoint: Endpoint,
    secret: SecretFile,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new(links: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = SecretFile::fresh(folder.path());
        let endpoint = Endpoint::start(&secret);
        corridors::write(folder.path());
        let config = config(folder.path(), links, &endpoint.url);
        Self {
            options: DaemonOptions::with_config(&config),
            endpoint,
            secret,
            folder,
        }
    }
}

fn config(folder: &Path, links: &[&str], url: &str) -> std::path::PathBuf {
    let links: Vec<String> = links
        .iter()
        .map(|link| format!("[[link]]\nname = \"{link}\"\naddress = \"udpin:127.0.0.1:0\"\n"))
        .collect();
    let text = format!(
        r#"{}
[unit]
name = "peers-test"

[corridors]
files = ["corridors.geojson"]

[[endpoint]]
name = "ops"
url = "{url}"
secret-file = "endpoint.secret"
fields = ["evidence-frames"]

[store]
directory = "state"
"#,
        links.concat()
    );
    write(folder, "corridord.toml", &text)
}
