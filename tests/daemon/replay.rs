//! Recordings through the real binary: the same alerts every time, and what was skipped is said.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use corridor_sim::frame::{FrameKind, MavlinkVersion};
use corridor_sim::geodesy::Place;
use corridor_sim::plan::VehiclePlan;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::support::corridors;
use crate::support::daemon::BINARY;
use crate::support::flight::weaving;
use crate::support::recording::{self, Recorded, Replayed, Stamps, text};

#[test]
fn a_recording_gives_its_alerts_and_its_counts_and_the_same_bytes_every_time() {
    let scene = Scene::new();
    let records = three_vehicles(Duration::from_secs(60));
    let recording = scene.write("flight.tlog", &records);
    let replayed = scene.replay(&recording, &["--summary"]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);

    // Three vehicles weave in and out three times each.
    let alerts = replayed.alerts();
    for (event, expected) in [("corridor.entered", 9), ("corridor.exited", 9)] {
        let told = alerts.iter().filter(|alert| alert["type"] == event);
        assert_eq!(told.count(), expected, "{event}");
    }
    assert_eq!(alerts.len(), 18);
    let summary = replayed.summary();
    let of_kind = |kind| records.iter().filter(|record| record.kind == kind).count();
    let of_system = |id| records.iter().filter(|it| system_id(it) == id).count();
    assert_eq!(summary["frames_good"], records.len());
    assert_eq!(
        summary["systems"],
        json!({"1/1": of_system(1), "2/1": of_system(2), "3/1": of_system(3)})
    );
    let positions = of_kind(FrameKind::GlobalPosition);
    assert_eq!(summary["global_position_int"], positions);
    assert_eq!(summary["positions"], positions);
    assert_eq!(summary["alerts"]["entered"], 9);
    assert_eq!(summary["alerts"]["exited"], 9);
    for none in [
        "bad_data",
        "skipped_bytes",
        "tail_bytes",
        "unstamped",
        "near_zero",
    ] {
        assert_eq!(summary[none], 0, "{none}");
    }
    for (reason, count) in summary["rejections"].as_object().expect("the reasons") {
        assert_eq!(count, 0, "{reason}");
    }

    let again = scene.replay(&recording, &["--summary"]);
    assert_eq!(again.stdout, replayed.stdout);
    assert_eq!(again.stderr, replayed.stderr);
}

#[test]
fn raw_alerts_are_the_side_changes_of_an_independent_computation() {
    let scene = Scene::new();
    for seed in 1..=5 {
        let plan = VehiclePlan {
            noise_m: 4.0,
            ..weaving(1, 20.0)
        };
        let records = recording::fly(vec![plan], Duration::from_secs(150), seed);
        let expected = side_changes(&records);
        assert!(14 <= expected.len(), "seed {seed}: {expected:?}");

        let recording = scene.write("raw.tlog", &records);
        let replayed = scene.replay(&recording, &["--raw"]);
        let told: Vec<(String, i64)> = replayed.alerts().iter().map(event_and_lat).collect();
        assert_eq!(told, expected, "seed {seed}");
    }
}

#[test]
fn raw_believes_every_place_but_those_near_zero() {
    let scene = Scene::new();
    let place = |lat, lon| Place::new(lat, lon).expect("a place");
    let at = |from: Place| VehiclePlan {
        path: vec![from, from.towards(place(45.0, 25.0), 0.01)],
        ..weaving(1, 20.0)
    };
    // One system id in three places in turn: no vehicle flies so.
    let plans = vec![
        at(place(41.5, 22.0)),
        at(place(44.0, 20.0)),
        at(place(0.0, 0.0)),
    ];
    let records = recording::fly(plans, Duration::from_secs(10), 1);
    let recording = scene.write("places.tlog", &records);

    let sent = records
        .iter()
        .filter(|record| record.kind == FrameKind::GlobalPosition)
        .count();
    let near_zero = records.iter().filter(|record| is_near_zero(record)).count();
    assert!(80 < near_zero && near_zero < sent, "{near_zero} of {sent}");
    let raw = scene.replay(&recording, &["--raw", "--summary"]).summary();
    assert_eq!(raw["near_zero"], near_zero);
    assert_eq!(raw["positions"], sent - near_zero);

    let judged = scene.replay(&recording, &["--summary"]).summary();
    assert_eq!(judged["near_zero"], near_zero);
    let taken = judged["positions"].as_u64().expect("a number");
    let rejected: u64 = judged["rejections"]
        .as_object()
        .expect("the reasons")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(usize::try_from(taken + rejected).unwrap(), sent, "{judged}");
    assert!(
        usize::try_from(taken).unwrap() < sent - near_zero,
        "{judged}"
    );
}

#[test]
fn a_cut_recording_is_read_as_far_as_it_goes_and_the_tail_is_said() {
    let scene = Scene::new();
    let records = recording::tlog(&three_vehicles(Duration::from_secs(30)), Stamps::BigEndian);
    let whole = records.concat();
    let mut rng = StdRng::seed_from_u64(11);
    let mut cuts: Vec<usize> = (0..10)
        .map(|_| rng.random_range(records[0].len()..whole.len()))
        .collect();
    cuts.push(records[0].len());
    cuts.push(whole.len() - 1);
    for cut in cuts {
        let mut end = 0;
        let fits = records.iter().take_while(|record| {
            end += record.len();
            end <= cut
        });
        let fits = fits.count();
        let tail = cut - records[..fits].concat().len();

        let recording = scene.write_bytes("cut.tlog", &whole[..cut]);
        let replayed = scene.replay(&recording, &["--summary"]);
        assert_eq!(replayed.code, Some(0), "cut at {cut}: {}", replayed.stderr);
        let summary = replayed.summary();
        assert_eq!(summary["frames_good"], fits, "cut at {cut}");
        assert_eq!(summary["tail_bytes"], tail, "cut at {cut}");
        assert_eq!(summary["bad_data"], 0, "cut at {cut}");
        let said = format!("  {tail} bytes at the end are no whole record\n");
        let is_said = replayed.stderr.contains(&said);
        assert_eq!(is_said, 0 < tail, "cut at {cut}: {}", replayed.stderr);
    }
}

#[test]
fn garbage_between_records_is_skipped_and_said_and_changes_no_alert() {
    let scene = Scene::new();
    let records = recording::tlog(&three_vehicles(Duration::from_secs(30)), Stamps::BigEndian);
    let clean = scene.write_bytes("clean.tlog", &records.concat());
    let mut rng = StdRng::seed_from_u64(12);
    let (mut dirty, mut stretches, mut bytes) = (Vec::new(), 0, 0);
    for record in records {
        if rng.random_bool(0.05) {
            let mut garbage = vec![0; rng.random_range(1..400)];
            rng.fill_bytes(&mut garbage);
            stretches += 1;
            bytes += garbage.len();
            dirty.extend(garbage);
        }
        dirty.extend(record);
    }
    assert!(10 < stretches, "{stretches} stretches of garbage");

    let replayed = scene.replay(&scene.write_bytes("dirty.tlog", &dirty), &["--summary"]);
    let undisturbed = scene.replay(&clean, &["--summary"]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert_eq!(replayed.alerts(), undisturbed.alerts());
    let (summary, expected) = (replayed.summary(), undisturbed.summary());
    assert_eq!(summary["frames_good"], expected["frames_good"]);
    assert_eq!(summary["bad_data"], stretches);
    assert_eq!(summary["skipped_bytes"], bytes);
    let said =
        format!("  skipped {stretches} stretches, {bytes} bytes in all, that are no good record\n");
    assert!(replayed.stderr.contains(&said), "{}", replayed.stderr);
}

#[test]
fn stamps_may_have_either_end_first() {
    let scene = Scene::new();
    let records = three_vehicles(Duration::from_secs(30));
    let replay = |stamps| {
        let bytes = recording::tlog(&records, stamps).concat();
        scene.replay(&scene.write_bytes("ends.tlog", &bytes), &["--summary"])
    };
    let big = replay(Stamps::BigEndian);
    assert!(!big.alerts().is_empty(), "there is something to compare");
    assert_eq!(replay(Stamps::LittleEndian).stdout, big.stdout);
}

#[test]
fn an_empty_recording_has_nothing_to_tell() {
    let scene = Scene::new();
    let replayed = scene.replay(&scene.write_bytes("empty.tlog", b""), &["--summary"]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert_eq!(replayed.alerts(), Vec::<Value>::new());
    assert_eq!(replayed.summary()["frames_good"], 0);
    assert!(
        replayed.stderr.contains("0 good frames"),
        "{}",
        replayed.stderr
    );
}

#[test]
fn what_cannot_be_replayed_is_refused_in_words() {
    let scene = Scene::new();
    let corridors = text(&scene.corridors);
    let prose = scene.write_bytes("prose.txt", "no frame in here\n".repeat(99).as_bytes());
    let prose = text(&prose);
    let missing = scene.folder.path().join("missing.tlog");
    let missing = text(&missing);
    check_refused(
        &[prose, "--corridors", corridors],
        1,
        &format!("corridord: {prose}: no MAVLink frame found; is it a tlog?\n"),
    );
    check_refused(
        &[missing, "--corridors", corridors],
        1,
        &format!(
            "corridord: cannot read the recording {missing}: No such file or directory (os error \
             2)\n"
        ),
    );
    check_refused(&[prose], 2, "--config <FILE>");
    check_refused(&[prose, "--corridors", missing], 78, missing);
}

#[test]
fn whoever_has_read_enough_ends_it_quietly() {
    let scene = Scene::new();
    let records = recording::fly(vec![weaving(1, 8.0)], Duration::from_secs(600), 1);
    let recording = scene.write("long.tlog", &records);
    let whole = scene.replay(&recording, &["--raw"]).stdout;
    assert!(200_000 < whole.len(), "no pipe holds {} bytes", whole.len());

    let mut child = Command::new(BINARY)
        .args(["replay", text(&recording), "--raw", "--summary"])
        .args(["--corridors", text(&scene.corridors)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let mut stderr = String::new();
    let mut err = child.stderr.take().unwrap();
    err.read_to_string(&mut stderr).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(Some(first.trim_end()), whole.lines().next());
    assert_eq!(stderr, "");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_progress_bar_is_drawn_on_a_terminal_only() {
    let scene = Scene::new();
    let records = three_vehicles(Duration::from_secs(120));
    let recording = scene.write("flight.tlog", &records);
    let replayed = scene.replay(&recording, &[]);
    let is_plain = |text: &str| !text.contains(['\r', '\u{1b}']);
    assert!(is_plain(&replayed.stdout), "{:?}", replayed.stdout);
    assert!(is_plain(&replayed.stderr), "{:?}", replayed.stderr);

    // `script` gives the command a terminal and prints what it shows there.
    let command = format!(
        "'{BINARY}' replay '{}' --corridors '{}' > /dev/null",
        text(&recording),
        text(&scene.corridors)
    );
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
        .expect("script, of util-linux, starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("KiB/"), "{shown:?}");
    assert!(shown.contains("good frames"), "{shown:?}");
}

#[track_caller]
fn check_refused(args: &[&str], code: i32, said: &str) {
    let Replayed {
        code: ended,
        stdout,
        stderr,
    } = recording::replay(args);
    assert_eq!(ended, Some(code), "{args:?}: {stderr}");
    assert!(stderr.contains(said), "{args:?}: {stderr}");
    assert_eq!(stdout, "", "{args:?}");
}

/// Three vehicles that weave in and out of the strip every 20 seconds, one with MAVLink 1.
fn three_vehicles(lasts: Duration) -> Vec<Recorded> {
    let plans = (1..=3).map(|system_id| VehiclePlan {
        version: match system_id {
            2 => MavlinkVersion::V1,
            _ => MavlinkVersion::V2,
        },
        ..weaving(system_id, 20.0)
    });
    recording::fly(plans.collect(), lasts, 1)
}

/// The alerts that the strip's flat geometry gives: each change of side, and the latitude there.
///
/// The strip runs due east, so only the latitude decides: 200 m by the radius of the meridian.
fn side_changes(records: &[Recorded]) -> Vec<(String, i64)> {
    const CENTRE_LAT_DEG: f64 = 41.5;
    let (equator_m, e_squared) = (6_378_137.0, 6.694_379_990_141_316e-3_f64);
    let sine = CENTRE_LAT_DEG.to_radians().sin();
    let meridian_m = equator_m * (1.0 - e_squared) / (1.0 - e_squared * sine * sine).powf(1.5);

    let mut was_inside = false;
    let mut changes = Vec::new();
    for (lat_e7, lon_e7) in records.iter().filter_map(lat_lon_e7) {
        assert!(
            (220_001_000..220_479_000).contains(&lon_e7),
            "beside the strip"
        );
        let off_deg = 1e-7 * f64::from(lat_e7) - CENTRE_LAT_DEG;
        let edge_m = off_deg.to_radians().abs() * meridian_m - 200.0;
        assert!(0.001 < edge_m.abs(), "{edge_m} m is too near to be sure");
        let is_inside = edge_m < 0.0;
        if is_inside != was_inside {
            let event = if is_inside { "entered" } else { "exited" };
            changes.push((format!("corridor.{event}"), i64::from(lat_e7)));
        }
        was_inside = is_inside;
    }
    changes
}

fn event_and_lat(alert: &Value) -> (String, i64) {
    let event = alert["type"].as_str().expect("a text").to_owned();
    let lat_deg = alert["data"]["properties"]["position"]["lat"].as_f64();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a latitude in 1e-7 degrees fits"
    )]
    let lat_e7 = (lat_deg.expect("a latitude") * 1e7).round() as i64;
    (event, lat_e7)
}

fn is_near_zero(record: &Recorded) -> bool {
    lat_lon_e7(record).is_some_and(|(lat, lon)| lat.abs() < 900_000 && lon.abs() < 900_000)
}

/// Reads the place out of a `GLOBAL_POSITION_INT`, behind the payload's `time_boot_ms`.
fn lat_lon_e7(record: &Recorded) -> Option<(i32, i32)> {
    if record.kind != FrameKind::GlobalPosition {
        return None;
    }
    let payload = match record.frame[0] {
        0xfd => &record.frame[10..],
        _ => &record.frame[6..],
    };
    let number = |at: usize| i32::from_le_bytes(*payload[at..].first_chunk().expect("whole"));
    Some((number(4), number(8)))
}

fn system_id(record: &Recorded) -> u8 {
    match record.frame[0] {
        0xfd => record.frame[5],
        _ => record.frame[3],
    }
}

/// A folder with the strip in it.
struct Scene {
    folder: tempfile::TempDir,
    corridors: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let corridors = corridors::write(folder.path());
        Self { folder, corridors }
    }

    fn write(&self, name: &str, records: &[Recorded]) -> PathBuf {
        self.write_bytes(name, &recording::tlog(records, Stamps::BigEndian).concat())
    }

    fn write_bytes(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }

    fn replay(&self, recording: &Path, flags: &[&str]) -> Replayed {
        let args = [text(recording), "--corridors", text(&self.corridors)];
        recording::replay(&[&args[..], flags].concat())
    }
}
