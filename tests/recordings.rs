//! Recordings, and what `corridord replay` makes of them: byte for byte the same, at any pace.
//!
//! Each tlog in `tests/recordings` was made from a scenario by `tests/recordings/make` and is replayed
//! by the real binary with the configuration beside it. What it prints stands in a file `.expected`.
//! `CORRIDORD_BLESS=1` writes these files in place of comparing: look at what has changed in them, and
//! why, before it is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use corridor_sim::tlog::{self, Records};
use serde_json::Value;

/// Recordings that there are at least.
const RECORDINGS_MIN: usize = 15;
/// What all of them and what is expected of them may take, bytes.
const SIZE_MAX: u64 = 1_500_000;

#[test]
fn a_recording_gives_the_bytes_that_are_expected_of_it() {
    let is_blessed = env::var_os("CORRIDORD_BLESS").is_some_and(|it| it == "1");
    let mut wrong = String::new();
    for recording in recordings() {
        let told = replay(&recording, &[]);
        let file = recording.with_extension("expected");
        if is_blessed {
            fs::write(&file, told).expect("the file is written");
            continue;
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if told != expected {
            let name = recording.file_name().expect("a name").to_string_lossy();
            wrong.extend([&*name, ": ", &difference(&expected, &told), "\n"]);
        }
    }
    assert!(
        wrong.is_empty(),
        "if that is meant, CORRIDORD_BLESS=1 writes it down\n{wrong}"
    );
}

#[test]
fn the_pace_of_a_replay_changes_no_byte() {
    // Nearly all of it is waiting, so that all of them wait at one time.
    thread::scope(|scope| {
        let running: Vec<_> = recordings()
            .into_iter()
            .map(|recording| {
                scope.spawn(move || {
                    let expected = replay(&recording, &[]);
                    let paced = replay(&recording, &["--faster", "100"]);
                    assert_eq!(paced, expected, "{}", recording.display());
                })
            })
            .collect();
        for one in running {
            one.join().expect("it is the same");
        }
    });
}

#[test]
fn a_replay_at_its_own_pace_takes_its_time_and_changes_no_byte() {
    let whole = fs::read(folder().join("jammed.tlog")).expect("it is read");
    let start_us = Records::new(&whole).next().expect("a record").unix_us;
    let (mut beginning, mut lasts) = (Vec::new(), Duration::ZERO);
    for record in Records::new(&whole) {
        let since = Duration::from_micros(record.unix_us - start_us);
        if Duration::from_secs(2) < since {
            break;
        }
        tlog::append(&mut beginning, record.unix_us, record.frame);
        lasts = since;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let recording = folder.path().join("beginning.tlog");
    fs::write(&recording, beginning).expect("it is written");
    let expected = replay(&recording, &[]);
    let start = now();
    let paced = replay(&recording, &["--faster", "1"]);
    let took = start.elapsed();
    assert_eq!(paced, expected);
    assert!(
        1 < expected.lines().count(),
        "something is told: {expected}"
    );
    assert!(
        Duration::from_secs(1) < lasts && lasts <= took,
        "{lasts:?} took {took:?}"
    );
}

#[test]
fn there_are_recordings_enough_and_they_are_small() {
    let files = files();
    let with = |wanted: &str| {
        let has = |path: &&PathBuf| path.extension().is_some_and(|it| it == wanted);
        let stems = files.iter().filter(has).map(|path| path.with_extension(""));
        stems.collect::<BTreeSet<PathBuf>>()
    };
    let (recordings, expected) = (with("tlog"), with("expected"));
    assert_eq!(recordings, expected, "each has what is expected of it");
    assert!(RECORDINGS_MIN <= recordings.len(), "{}", recordings.len());
    let sizes = files.iter().map(|path| fs::metadata(path).expect("a file"));
    let size: u64 = sizes.map(|file| file.len()).sum();
    assert!(size <= SIZE_MAX, "{size} bytes");
}

#[test]
fn every_event_of_a_corridor_and_every_kind_of_track_is_told_of_a_recording() {
    let mut events = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for recording in recordings() {
        let expected = fs::read_to_string(recording.with_extension("expected")).unwrap_or_default();
        for alert in expected.lines().filter_map(parsed) {
            events.extend(alert["type"].as_str().map(str::to_owned));
            let kind = &alert["data"]["properties"]["track"]["kind"];
            kinds.extend(kind.as_str().map(str::to_owned));
        }
    }
    for event in ["entered", "dwelling", "crossed", "exited"] {
        assert!(events.contains(&format!("corridor.{event}")), "{events:?}");
    }
    assert!(events.contains("identity.conflict"), "{events:?}");
    let all = ["aircraft", "camera-point", "remote-id", "vehicle", "vessel"];
    assert_eq!(kinds, all.map(str::to_owned).into());
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test measures how long the binary takes"
)]
fn now() -> Instant {
    Instant::now()
}

/// Every recording, in the order of their names.
fn recordings() -> Vec<PathBuf> {
    let mut recordings = files();
    recordings.retain(|path| path.extension().is_some_and(|it| it == "tlog"));
    recordings
}

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it is listed").path());
    let mut paths: Vec<PathBuf> = paths.collect();
    paths.sort();
    paths
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// What `corridord replay --summary` writes to standard output.
fn replay(recording: &Path, flags: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_corridord"))
        .arg("replay")
        .arg(recording)
        .arg("--config")
        .arg(folder().join("corridord.toml"))
        .arg("--summary")
        .args(flags)
        .stdin(Stdio::null())
        .output()
        .expect("the replay starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", recording.display());
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Says in words where two outputs part.
fn difference(expected: &str, told: &str) -> String {
    let (expected, told): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), told.lines().collect());
    let pairs = expected.iter().zip(&told);
    let same = pairs
        .take_while(|(expected, told)| expected == told)
        .count();
    let counts = format!("{} lines instead of {}", told.len(), expected.len());
    let at = |lines: &[&str]| {
        lines
            .get(same)
            .map_or("nothing".to_owned(), |it| in_words(it))
    };
    let mut text = format!(
        "{counts}, line {} differs\n    expected {}\n    told     {}",
        same + 1,
        at(&expected),
        at(&told),
    );
    let values = |lines: &[&str]| {
        lines
            .get(same)
            .and_then(|it| parsed(it))
            .map(|it| leaves(&it))
    };
    if let (Some(expected), Some(told)) = (values(&expected), values(&told)) {
        let paths: BTreeSet<&String> = expected.keys().chain(told.keys()).collect();
        for path in paths {
            let [was, is] = [&expected, &told].map(|it| it.get(path).map_or("absent", |it| it));
            if was != is {
                text.extend(["\n    ", path, ": ", was, " -> ", is]);
            }
        }
    }
    text
}

fn parsed(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}

/// An alert in a few words, or the line as it is.
fn in_words(line: &str) -> String {
    let Some(alert) = parsed(line).filter(|it| it.get("type").is_some()) else {
        return line.to_owned();
    };
    let properties = &alert["data"]["properties"];
    format!(
        "{} at {} of {} in {}",
        alert["type"], alert["timestamp"], properties["track"]["key"], properties["corridor"]["id"]
    )
}

/// Every value of a document, by its path.
fn leaves(value: &Value) -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    walk(value, &format!("{path}.{key}"), found);
                }
            }
            Value::Array(list) => {
                for (number, value) in list.iter().enumerate() {
                    walk(value, &format!("{path}[{number}]"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                found.insert(path.to_owned(), value.to_string());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}
