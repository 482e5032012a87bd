//! "Why was nothing told?", asked of the running daemon and of a recording.

use std::time::Duration;

use serde_json::Value;

use crate::control::ask;
use crate::support::command::corridord;
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::recording::{self, Stamps};
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// Nobody posts to it.
const URL: &str = "http://127.0.0.1:9/hook";

#[test]
fn the_running_daemon_says_what_it_made_of_each_fix() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let rules = "
[[rule]]
name = \"patrol\"

[[rule]]
name = \"others\"
tracks = [\"remote-id\"]

[[rule]]
name = \"exits\"
events = [\"exited\"]
";
    let text = format!("{}{rules}", config(&[("ops", &endpoint.url)]));
    let daemon = scene.configured(&text).start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 4_000.0)], 40.0);
    let entered = endpoint.wait_for_type("corridor.entered");
    drop(flight);
    let at = entered["data"]["properties"]["detected_at"]
        .as_str()
        .unwrap();
    let track = "vehicle:link1/7";

    let story = wait_for("the story of the entry", || {
        let ended = ask(&scene, "explain", &[track, "strip", "--at", at, "--json"]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        let story: Value = serde_json::from_str(&ended.out).expect("JSON");
        verdicts(&story, "patrol")
            .contains(&"told: entered".to_owned())
            .then_some(story)
    });
    let patrol = verdicts(&story, "patrol");
    let entry = patrol
        .iter()
        .position(|verdict| verdict == "told: entered")
        .unwrap();
    assert_eq!(
        patrol[entry - 1],
        "not told: inside, 2 of 3 fixes, 0.1 of 2 s"
    );
    let exits = verdicts(&story, "exits");
    assert_eq!(
        exits[entry],
        "not told: entered was found, and the rule tells exited only"
    );
    assert_eq!(verdicts(&story, "others"), Vec::<String>::new());
    let others = &story["rules"][1]["verdict"];
    assert_eq!(
        others,
        "not told: rule `others` does not watch vehicle tracks, only remote-id"
    );
    let fix = &story["fixes"][entry];
    assert_eq!(fix["gate"], "passed");
    assert!(fix["edge_m"].as_f64().unwrap() < -fix["rules"][0]["margin_in_m"].as_f64().unwrap());

    let words = ask(
        &scene,
        "explain",
        &[track, "strip", "--rule", "patrol", "--at", at],
    );
    assert_eq!((words.code, words.err.as_str()), (Some(0), ""));
    for expected in [
        "track      vehicle:link1/7\n",
        "corridor   strip, Test strip\n",
        "told: entered\n",
    ] {
        assert!(words.out.contains(expected), "{expected}: {}", words.out);
    }
    assert!(!words.out.contains("exits"), "{}", words.out);
    daemon.stop_clean();
}

#[test]
fn names_that_nobody_has_get_the_nearest_ones() {
    let scene = Scene::new();
    let daemon = scene.configured(&config(&[("ops", URL)])).start();
    let nobody = ask(&scene, "explain", &["vehicle:link1/7", "strip"]);
    assert_eq!(nobody.code, Some(1));
    assert_eq!(
        nobody.err,
        "corridord: there is no track `vehicle:link1/7`: nobody was heard\n"
    );

    let flight = Flight::start(daemon.address(), vec![weaving(7, 40.0)], 4.0);
    wait_for("the track", || {
        let typo = ask(&scene, "explain", &["vehicle:link1/8", "strip"]);
        assert_eq!(typo.code, Some(1));
        let expected = "there is no track `vehicle:link1/8`: the nearest names are vehicle:link1/7";
        typo.err.contains(expected).then_some(())
    });
    let typo = ask(&scene, "explain", &["vehicle:link1/7", "stripe"]);
    assert_eq!(
        typo.err,
        "corridord: there is no corridor `stripe`: the nearest names are strip\n"
    );
    drop(flight);
    daemon.stop_clean();
}

#[test]
fn a_recording_is_asked_the_same() {
    let scene = Scene::new();
    scene.configured(&config(&[("ops", URL)]));
    let records = recording::fly(vec![weaving(7, 20.0)], Duration::from_secs(60), 1);
    let tlog = recording::tlog(&records, Stamps::BigEndian).concat();
    let path = scene.path("flight.tlog");
    std::fs::write(&path, tlog).expect("the recording is written");
    let config = scene.path("corridord.toml");
    let explain = |more: &[&str]| {
        let mut args = vec!["explain", "vehicle:recording/7", "strip", "--json"];
        args.extend([
            "--recording",
            path.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ]);
        args.extend(more);
        corridord(&args, &[])
    };
    let all = explain(&["--fixes", "100000"]);
    assert_eq!((all.code, all.err.as_str()), (Some(0), ""));
    let story: Value = serde_json::from_str(&all.out).expect("JSON");
    let verdicts = verdicts(&story, "corridor");
    // Ten fixes a second; all of them are kept.
    assert!((590..=600).contains(&verdicts.len()), "{}", verdicts.len());
    for event in ["entered", "exited"] {
        let told = verdicts
            .iter()
            .filter(|it| **it == format!("told: {event}"));
        assert_eq!(told.count(), 3, "{event}");
    }
    let again = explain(&["--fixes", "100000"]);
    assert_eq!(again.out, all.out, "the same every time");
    let alone = corridord(&["explain", "a", "b", "--recording", "c"], &[]);
    assert_eq!(alone.code, Some(2), "a recording needs a configuration");
}

/// What a rule made of each fix that it watched.
fn verdicts(story: &Value, rule: &str) -> Vec<String> {
    let fixes = story["fixes"].as_array().expect("fixes");
    let accounts = fixes
        .iter()
        .flat_map(|fix| fix["rules"].as_array().expect("rules"));
    let of_rule = accounts.filter(|account| account["rule"] == rule);
    let verdict = |account: &Value| account["verdict"].as_str().expect("a text").to_owned();
    of_rule.map(verdict).collect()
}
