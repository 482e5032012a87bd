//! What the daemon and the service manager tell each other.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use crate::support::daemon::DaemonOptions;
use crate::support::endpoint::{Endpoint, SecretFile};
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};
use crate::support::{DEADLINE, wait_for};

#[test]
fn the_service_manager_hears_of_start_life_and_stop() {
    let (_scene, manager, mut options) = scene();
    set(&mut options, "WATCHDOG_USEC", "200000");
    let daemon = options.start();

    let ready = format!("READY=1\nSTATUS=listening: link1 on {}", daemon.address());
    assert_eq!(heard(&manager).trim_end(), ready);
    for _sign in 0..3 {
        wait_for("a sign of life", || {
            (heard(&manager).trim_end() == "WATCHDOG=1").then_some(())
        });
    }
    daemon.stop_clean();
    wait_for("the stop", || {
        (heard(&manager).trim_end() == "STOPPING=1\nSTATUS=stopping").then_some(())
    });
}

#[test]
fn the_service_manager_hears_when_the_configuration_is_read_again_and_when_that_is_over() {
    let (_scene, manager, options) = scene();
    let daemon = options.start();
    assert!(heard(&manager).starts_with("READY=1\n"));
    daemon.signal("HUP");
    let reloading = wait_for("the start of the reload", || {
        Some(heard(&manager)).filter(|heard| heard.starts_with("RELOADING=1\n"))
    });
    let since = reloading.trim_end().split_once("\nMONOTONIC_USEC=");
    let since: u64 = since.expect("the time of it").1.parse().expect("a number");
    assert!(0 < since);
    wait_for("the end of the reload", || {
        (heard(&manager).trim_end() == "READY=1").then_some(())
    });
    daemon.stop_clean();
}

#[test]
fn the_watchdog_of_another_process_and_one_without_a_limit_are_left_alone() {
    for (name, value) in [("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", "0")] {
        let (_scene, manager, mut options) = scene();
        set(&mut options, "WATCHDOG_USEC", "200000");
        set(&mut options, name, value);
        let daemon = options.start();
        assert!(heard(&manager).starts_with("READY=1\n"));
        let status = wait_for("the status", || {
            Some(heard(&manager)).filter(|heard| heard.starts_with("STATUS="))
        });
        assert_eq!(
            status.trim_end(),
            "STATUS=0 tracks, 0 positions, 0 alerts accepted, 0 delivered"
        );
        daemon.stop_clean();
    }
}

#[test]
fn the_state_goes_where_the_service_manager_says_unless_somebody_says_otherwise() {
    let scene = Scene::new();
    let by_default = scene.path("by-default");
    let text = config(&[("ops", URL)]);
    let mut options = scene.configured(&without_store(&text));
    set(
        &mut options,
        "STATE_DIRECTORY",
        by_default.to_str().unwrap(),
    );
    options.start().stop_clean();
    assert!(by_default.join("corridord.db").exists());

    fs::remove_dir_all(&by_default).unwrap();
    let mut options = scene.configured(&text);
    set(
        &mut options,
        "STATE_DIRECTORY",
        by_default.to_str().unwrap(),
    );
    options.start().stop_clean();
    assert!(
        scene.path("state/corridord.db").exists(),
        "the file says so"
    );

    let flag = scene.path("by-flag");
    options
        .args
        .extend(["--state", flag.to_str().unwrap()].map(str::to_owned));
    options.start().stop_clean();
    assert!(flag.join("corridord.db").exists(), "the flag says so");
    assert!(!by_default.exists());
}

#[test]
fn a_secret_of_the_service_manager_comes_before_one_beside_the_configuration() {
    let scene = Scene::new();
    let credentials = tempfile::tempdir().unwrap();
    let secret = SecretFile::fresh(credentials.path());
    let endpoint = Endpoint::start(&secret);
    let mut options = scene.configured(&config(&[("ops", &endpoint.url)]));
    let folder = credentials.path().to_str().unwrap();
    set(&mut options, "CREDENTIALS_DIRECTORY", folder);

    let daemon = options.start();
    let flight = Flight::start(daemon.address(), vec![weaving(7, 20.0)], 4.0);
    endpoint.wait_for_type("corridor.entered");
    drop(flight);
    daemon.stop_clean();
    endpoint.assert_signed();
}

/// Nobody posts to it.
const URL: &str = "http://127.0.0.1:9/hook";

/// A daemon whose service manager listens.
fn scene() -> (Scene, UnixDatagram, DaemonOptions) {
    let scene = Scene::new();
    let socket = scene.path("notify");
    let manager = listen(&socket);
    let mut options = scene.configured(&config(&[("ops", URL)]));
    set(
        &mut options,
        "NOTIFY_SOCKET",
        socket.to_str().expect("UTF-8"),
    );
    (scene, manager, options)
}

fn listen(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).expect("a socket");
    socket
        .set_read_timeout(Some(DEADLINE))
        .expect("a time limit");
    socket
}

/// Returns the next thing that the daemon says.
fn heard(manager: &UnixDatagram) -> String {
    let mut buffer = [0; 4096];
    let length = manager.recv(&mut buffer).expect("the daemon says more");
    String::from_utf8(buffer[..length].to_vec()).expect("UTF-8")
}

fn set(options: &mut DaemonOptions, name: &str, value: &str) {
    options.env.push((name.to_owned(), value.to_owned()));
}

/// Takes the section `[store]` out of a configuration.
fn without_store(text: &str) -> String {
    let store = "\n[store]\ndirectory = \"state\"\n";
    assert!(text.contains(store));
    text.replace(store, "")
}
