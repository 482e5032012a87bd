//! The command as a shell sees it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

const CORRIDORS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "e75"}, "geometry":
        {"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}}
]}"#;

#[test]
fn a_flight_ends_with_a_summary_on_stderr() {
    let corridors = corridors();
    let path = corridors.path().to_str().unwrap();
    let flags = ["--corridors", path, "--to", "127.0.0.1:1", "--seed", "5"];
    let pace = [
        "--for",
        "3s",
        "--faster",
        "30",
        "--offset-m",
        "-40",
        "--mavlink",
        "1",
    ];
    let output = run(&[&["fly"][..], &flags, &pace].concat());
    check(
        &output,
        true,
        "1 vehicle on e75, sending to 127.0.0.1:1, seed 5",
    );
    check(
        &output,
        true,
        "sent 3 HEARTBEAT, 3 SYSTEM_TIME, 6 GPS_RAW_INT, ",
    );
}

#[test]
fn what_is_wrong_is_told_on_stderr() {
    let corridors = corridors();
    let path = corridors.path().to_str().unwrap();
    let unknown = run(&["fly", "--corridors", path, "--corridor", "e76"]);
    check(
        &unknown,
        false,
        "no corridor is called `e76`; there are: e75",
    );
    let missing = run(&["play", "no-such.tlog", "--to", "127.0.0.1:1"]);
    check(&missing, false, "read no-such.tlog: ");
    let remote = run(&["receive", "--listen", "0.0.0.0:0"]);
    check(&remote, false, "0.0.0.0:0 is no loopback address");
}

#[test]
fn a_scenario_that_is_built_in_runs_by_its_name_and_tells_its_seed() {
    let to = ["--to", "127.0.0.1:1", "--for", "2s", "--faster", "20"];
    let output = run(&[&["run", "reboot"][..], &to].concat());
    check(&output, true, "reboot: A vehicle that boots in flight");
    check(&output, true, "1 vehicle, sending to 127.0.0.1:1, seed 3\n");
    let again = run(&[&["run", "reboot", "--seed", "77"][..], &to].concat());
    check(&again, true, ", seed 77\nsent 2 HEARTBEAT, ");
    let unknown = run(&["run", "reboots"]);
    check(
        &unknown,
        false,
        "no scenario is called `reboots`; there are: ",
    );
}

#[test]
fn what_is_built_in_is_listed_with_a_sentence_and_printed_by_its_name() {
    let list = printed(&["list"]);
    let is_told = |line: &str| line.starts_with("reboot ") && line.ends_with('.');
    assert!(list.lines().any(is_told), "{list}");
    assert!(printed(&["list", "reboot"]).contains("kind = \"reboot\""));
    assert!(printed(&["list", "--corridors"]).contains("\"valley\""));
}

#[test]
fn a_scenario_is_recorded_at_once_and_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("own.toml");
    let corridors = folder.path().join("corridors.geojson");
    std::fs::write(&corridors, CORRIDORS).expect("it is written");
    let text = "corridors = \"corridors.geojson\"\n[[vehicle]]\nsystem-id = 1\n";
    std::fs::write(&scenario, text).expect("it is written");
    let record = |scenario: &str, flags: &[&str]| {
        let recording = folder.path().join("flight.tlog");
        let path = recording.to_str().expect("UTF-8");
        check(
            &run(&[&["record", scenario, path], flags].concat()),
            true,
            path,
        );
        std::fs::read(recording).expect("it is there")
    };
    let reboot = record("reboot", &["--for", "5s"]);
    assert_eq!(reboot, record("reboot", &["--for", "5s"]));
    assert_ne!(reboot, record("reboot", &["--for", "5s", "--seed", "4"]));
    // 2026-02-02T02:40:00Z.
    assert_eq!(first_second(&reboot), 1_770_000_000);

    let scenario = scenario.to_str().expect("UTF-8");
    let epoch = ["--for", "5s", "--start", "2001-01-01T00:00:00Z"];
    let own = record(scenario, &epoch);
    assert_eq!(first_second(&own), 978_307_200);
    let endless = run(&["record", scenario, "/dev/null"]);
    check(&endless, false, "does not say how long it lasts: add --for");
}

/// When a recording begins, in whole seconds since the Unix epoch.
fn first_second(recording: &[u8]) -> u64 {
    let stamp = recording.first_chunk().expect("a stamp");
    u64::from_be_bytes(*stamp) / 1_000_000
}

#[test]
fn a_secret_is_one_line() {
    let output = run(&["secret"]);
    check(&output, true, "");
    let secret = String::from_utf8(output.stdout).unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!(secret.lines().count(), 1);
}

#[test]
fn the_first_line_of_receive_tells_where_it_listens() {
    let mut receive = command()
        .args(["receive", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(receive.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    receive.kill().unwrap();
    receive.wait().unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert!(line.ends_with("/hook\n"), "{line}");
}

#[track_caller]
fn check(output: &Output, success: bool, stderr_part: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), success, "{stderr}");
    assert!(stderr.contains(stderr_part), "{stderr}");
}

#[track_caller]
fn printed(args: &[&str]) -> String {
    let output = run(args);
    check(&output, true, "");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn run(args: &[&str]) -> Output {
    command().args(args).output().expect("the command starts")
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_corridor-sim"))
}

fn corridors() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
    file.write_all(CORRIDORS.as_bytes())
        .expect("the file is written");
    file
}
