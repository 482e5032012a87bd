//! The configuration is read again while vehicles fly: all of it, or none.

use std::fs;

use serde_json::Value;

use crate::control::ask;
use crate::support::daemon::Daemon;
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// Nobody posts to it.
const URL: &str = "http://127.0.0.1:9/hook";

#[test]
fn a_corridor_that_is_taken_away_ends_its_episode_and_says_so() {
    check_closed(
        |scene| {
            let text = fs::read_to_string(scene.path("corridors.geojson")).unwrap();
            let text = text.replace("\"id\": \"strip\"", "\"id\": \"other\"");
            scene.write("corridors.geojson", &text);
        },
        "corridor `strip`: removed\ncorridor `other`: added\n",
        "corridor-removed",
    );
}

#[test]
fn a_corridor_that_moves_away_ends_its_episode_and_says_so() {
    check_closed(
        |scene| {
            let text = fs::read_to_string(scene.path("corridors.geojson")).unwrap();
            scene.write("corridors.geojson", &text.replace("41.5]", "41.7]"));
        },
        "corridor `strip`: moved\n",
        "corridor-moved",
    );
}

#[test]
fn a_rule_that_does_not_watch_any_more_ends_its_episodes_and_says_so() {
    check_closed(
        |scene| {
            let config = fs::read_to_string(scene.path("corridord.toml")).unwrap();
            let rule = "\n[[rule]]\nname = \"corridor\"\ntracks = [\"aircraft\"]\n";
            scene.write("corridord.toml", &format!("{config}{rule}"));
        },
        "rule `corridor`: changed\n",
        "rule-changed",
    );
}

/// Waits until a vehicle is inside, changes something and has it read; the vehicle does not leave by
/// itself meanwhile.
#[track_caller]
fn check_closed(change: impl Fn(&Scene), printed: &str, reason: &str) {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let daemon = scene.configured(&config(&[("ops", &endpoint.url)])).start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 4_000.0)], 40.0);
    let entered = endpoint.wait_for_type("corridor.entered");
    drop(flight);
    change(&scene);
    let ended = ask(&scene, "reload", &[]);
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (Some(0), ""),
        "{}",
        ended.out
    );
    assert_eq!(ended.out, printed);
    let exited = endpoint.wait_for_type("corridor.exited");
    let properties = &exited["data"]["properties"];
    assert_eq!(properties["reason"], reason);
    assert_eq!(
        properties["episode"]["id"],
        entered["data"]["properties"]["episode"]["id"]
    );
    daemon.stop_clean();
}

#[test]
fn a_configuration_with_flaws_changes_nothing_and_every_flaw_is_told() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let good = config(&[("ops", &endpoint.url)]);
    let daemon = scene.configured(&good).start();
    scene.write(
        "corridord.toml",
        &format!("{good}\n[[rule]]\nname = 7\nnmae = \"x\"\n"),
    );
    let line = good.lines().count();
    let refused = ask(&scene, "reload", &[]);
    assert_eq!(refused.code, Some(78));
    assert_eq!(refused.out, "");
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78), "it is what `check` says");
    let told = "nothing was changed: the daemon goes on as before\n";
    assert_eq!(refused.err, format!("{}{told}", checked.err));
    let place = format!("DIR/corridord.toml:{}: rule[0].name: ", line + 3);
    assert!(refused.err.contains(&place), "{}", refused.err);

    let logged = daemon.log.wait_for_event("each flaw", |event| {
        event["level"] == "ERROR" && event["flaws"].as_u64() == Some(2)
    });
    assert!(
        logged["message"]
            .as_str()
            .unwrap()
            .contains("nothing was changed")
    );
    // It still does what it did.
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    endpoint.wait_for_type("corridor.entered");
    drop(flight);
    scene.write("corridord.toml", &good);
    let same = ask(&scene, "reload", &[]);
    assert_eq!(
        (same.code, same.out.as_str()),
        (Some(0), "nothing has changed\n")
    );
    daemon.stop_clean_but_for("configuration");
}

#[test]
fn a_signal_has_it_read_and_what_needs_a_restart_is_named_and_left() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let text = config(&[("ops", &endpoint.url)]);
    let daemon = scene.configured(&text).start();
    let changed = text
        .replace(&endpoint.url, URL)
        .replace("\"link1\"", "\"link2\"")
        .replace("\"state\"", "\"elsewhere\"");
    let rule = "\n[[rule]]\nname = \"corridor\"\nseverity = \"critical\"\n";
    scene.write("corridord.toml", &format!("{changed}{rule}"));
    daemon.signal("HUP");
    let named = wait_for("four keys that need a restart", || {
        let named = restarts(&daemon);
        (named.len() == 4).then_some(named)
    });
    assert_eq!(
        named,
        [
            "store.directory",
            "link `link1`",
            "link `link2`",
            "endpoint `ops`"
        ]
    );
    daemon.log.wait_for_message("configuration read again");

    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    let entered = endpoint.wait_for_type("corridor.entered");
    assert_eq!(entered["data"]["properties"]["severity"], "critical");
    drop(flight);
    assert!(!scene.path("elsewhere").exists());
    daemon.stop_clean_but_for("needs a restart");
}

fn restarts(daemon: &Daemon) -> Vec<String> {
    let events = daemon.log.events();
    let named = events.iter().filter(|event| {
        event["message"]
            .as_str()
            .is_some_and(|message| message.contains("needs a restart"))
    });
    let key = |event: &Value| event["key"].as_str().unwrap_or_default().to_owned();
    named.map(key).collect()
}

#[test]
fn a_start_ends_what_an_earlier_run_left_in_a_corridor_that_is_gone() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let options = scene.configured(&config(&[("ops", &endpoint.url)]));
    let daemon = options.start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 4_000.0)], 40.0);
    endpoint.wait_for_type("corridor.entered");
    drop(flight);
    daemon.stop_clean();
    let text = fs::read_to_string(scene.path("corridors.geojson")).unwrap();
    scene.write(
        "corridors.geojson",
        &text.replace("\"id\": \"strip\"", "\"id\": \"other\""),
    );

    let daemon = options.start();
    let exited = endpoint.wait_for_type("corridor.exited");
    let properties = &exited["data"]["properties"];
    assert_eq!(properties["reason"], "corridor-removed");
    assert_eq!(properties["track"]["key"], "vehicle:link1/7");
    assert_eq!(properties["corridor"]["id"], "strip");
    daemon.stop_clean();
    let told = endpoint.deliveries().len();
    options.start().stop_clean();
    assert_eq!(endpoint.deliveries().len(), told, "it is told once");
}
