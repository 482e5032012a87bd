//! A recording as a link: the daemon tells of it what a replay tells.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::endpoint::Endpoint;
use crate::support::scene::Scene;

/// How many times faster it is played.
const FASTER: u32 = 20;

#[test]
fn a_recording_that_a_link_plays_is_told_as_it_is_replayed() {
    let expected = fs::read_to_string(recordings().join("mavlink-2.expected"));
    let expected = expected.expect("it is read");
    let bodies = expected
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let alerts: Vec<Value> = bodies.filter(|it: &Value| it["data"].is_object()).collect();
    assert!(5 < alerts.len(), "{}", alerts.len());

    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let daemon = scene.configured(&config(&endpoint.url)).start();
    let told = endpoint.wait_until("every alert", |all| alerts.len() <= all.len());
    daemon.stop_clean();
    let told: Vec<Value> = told.into_iter().filter_map(|it| it.body).collect();
    assert_eq!(by_track(&told), by_track(&alerts));
}

/// The configuration that recordings are replayed with, of a daemon that plays one.
fn config(url: &str) -> String {
    let replayed = fs::read_to_string(recordings().join("corridord.toml")).expect("it is read");
    let unit = "name = \"recordings\"\n";
    let beside = "../../simulator";
    assert!(replayed.contains(unit) && replayed.contains(beside));
    let simulator = Path::new(env!("CARGO_MANIFEST_DIR")).join("simulator");
    let replayed = replayed
        .replace(beside, simulator.to_str().expect("UTF-8"))
        .replace(
            unit,
            // What a replay counts its episodes in.
            &format!("{unit}history-id = \"00000000-0000-0000-0000-000000000000\"\n"),
        );
    let recording = recordings().join("mavlink-2.tlog");
    format!(
        "{replayed}
[[link]]
name = \"recording\"
address = \"file:{}?faster={FASTER}\"

[[endpoint]]
name = \"ops\"
url = \"{url}\"
secret-file = \"endpoint.secret\"

[store]
directory = \"state\"
",
        recording.display()
    )
}

/// The events and the ids of alerts, in the order of each track.
fn by_track(alerts: &[Value]) -> BTreeMap<&str, Vec<[&str; 2]>> {
    let mut tracks: BTreeMap<&str, Vec<[&str; 2]>> = BTreeMap::new();
    for alert in alerts {
        let track = alert["data"]["properties"]["track"]["key"].as_str();
        let event = alert["type"].as_str().expect("a type");
        let id = alert["data"]["id"].as_str().expect("an id");
        let of_track = tracks.entry(track.unwrap_or_default()).or_default();
        of_track.push([event, id]);
    }
    tracks
}

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}
