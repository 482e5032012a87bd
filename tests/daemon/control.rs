//! Asking the running daemon: its socket, `corridord status`.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};

use serde_json::Value;

use crate::support::command::{Ended, corridord};
use crate::support::endpoint::Endpoint;
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// Nobody posts to it.
const URL: &str = "http://127.0.0.1:9/hook";

#[test]
fn the_status_tells_of_links_tracks_corridors_and_endpoints() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    endpoint.answer("503");
    let text = format!(
        "[[callsign]]\ntrack = \"vehicle:link1/7\"\nname = \"OREL\"\n{}",
        config(&[("ops", &endpoint.url)])
    );
    let daemon = scene.configured(&text).start();
    let before = status(&scene);
    assert_eq!(before["links"][0]["presence"], "open");
    assert_eq!(before["links"][0]["frames"], 0);
    assert_eq!(before["tracks"], Value::Array(Vec::new()));
    assert_eq!(before["corridors"], 1);

    let flight = Flight::start(daemon.address(), vec![weaving(7, 40.0)], 4.0);
    let inside = wait_for("a track inside that is owed to the endpoint", || {
        let status = status(&scene);
        let is_inside = status["tracks"][0]["inside"][0]["corridor"] == "strip";
        let is_owed = status["endpoints"][0]["pending"].as_u64() == Some(1);
        (is_inside && is_owed).then_some(status)
    });
    let track = &inside["tracks"][0];
    assert_eq!(track["track"], "vehicle:link1/7");
    assert_eq!(track["callsign"], "OREL");
    assert_eq!(track["liveness"], "alive");
    assert_eq!(track["inside"][0]["rule"], "corridor");
    let lat = track["fix"]["lat"].as_f64().unwrap();
    assert!((41.49..41.51).contains(&lat), "{track}");
    assert!(0 < inside["links"][0]["frames"].as_u64().unwrap());

    let words = ask(&scene, "status", &[]);
    assert_eq!((words.code, words.err.as_str()), (Some(0), ""));
    for expected in [
        "link       link1 on udpin:127.0.0.1:0: open, ",
        "track      vehicle:link1/7 (OREL): alive; at 41.",
        "           inside Test strip (strip) since ",
        "endpoint   ops: 0 delivered, 1 waiting (the oldest for ",
    ] {
        assert!(words.out.contains(expected), "{expected}: {}", words.out);
    }
    drop(flight);
    daemon.stop_clean();
}

#[test]
fn the_socket_is_the_owners_only_and_goes_with_the_daemon() {
    let scene = Scene::new();
    let socket = scene.path("state/control.sock");
    let daemon = scene.configured(&config(&[("ops", URL)])).start();
    let found = fs::metadata(&socket).unwrap();
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o7777, 0o600);
    daemon.stop_clean();
    assert!(!socket.exists());
    let nobody = ask(&scene, "status", &[]);
    assert_eq!(nobody.code, Some(1));
    let expected = "corridord: no daemon answers on DIR/state/control.sock: ";
    assert!(nobody.err.starts_with(expected), "{}", nobody.err);
}

#[test]
fn the_socket_of_a_killed_daemon_is_replaced_and_that_of_a_living_one_is_not() {
    let scene = Scene::new();
    let options = scene.configured(&config(&[("ops", URL)]));
    options.start().kill();
    assert!(scene.path("state/control.sock").exists(), "left behind");

    let daemon = options.start();
    let mut second = options.spawn();
    assert_eq!(second.wait().code(), Some(1), "the store is in use");
    assert_eq!(status(&scene)["unit"], "field-unit");
    daemon.stop_clean();
}

#[test]
fn the_socket_stands_where_the_service_manager_says() {
    let scene = Scene::new();
    let runtime = scene.path("run");
    fs::create_dir(&runtime).unwrap();
    let mut options = scene.configured(&config(&[("ops", URL)]));
    let variable = ("RUNTIME_DIRECTORY", runtime.to_str().unwrap());
    let (name, value) = variable;
    options.env.push((name.to_owned(), value.to_owned()));
    let daemon = options.start();
    assert!(!scene.path("state/control.sock").exists());
    let by_environment = corridord(&["status"], &[variable]);
    assert_eq!(by_environment.code, Some(0), "{}", by_environment.err);
    let socket = runtime.join("control.sock");
    let by_flag = corridord(&["status", "--socket", socket.to_str().unwrap()], &[]);
    assert_eq!(by_flag.code, Some(0), "{}", by_flag.err);
    daemon.stop_clean();
}

#[test]
fn a_socket_that_cannot_be_made_keeps_no_alert_from_being_told() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    fs::create_dir_all(scene.path("state")).unwrap();
    scene.write("state/control.sock", "mine");
    let daemon = scene.configured(&config(&[("ops", &endpoint.url)])).start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    endpoint.wait_for_type("corridor.entered");
    drop(flight);
    daemon.stop_clean_but_for("nobody can ask this daemon");
    let text = fs::read(scene.path("state/control.sock")).unwrap();
    assert_eq!(text, b"mine", "it is left alone");
}

/// Asks the daemon of a scene; its folder is called `DIR` in the answer.
pub(crate) fn ask(scene: &Scene, command: &str, more: &[&str]) -> Ended {
    let state = scene.path("state");
    let mut args = vec![command, "--state", state.to_str().expect("UTF-8")];
    args.extend(more);
    let ended = corridord(&args, &[]);
    let folder = scene.folder().to_str().expect("UTF-8");
    Ended {
        code: ended.code,
        out: ended.out.replace(folder, "DIR"),
        err: ended.err.replace(folder, "DIR"),
    }
}

fn status(scene: &Scene) -> Value {
    let ended = ask(scene, "status", &["--json"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    serde_json::from_str(&ended.out).expect("JSON")
}
