//! Recordings of simulated flights, and what `replay` makes of a file.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use corridor_sim::frame::FrameKind;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::vehicle::Vehicle;
use serde_json::Value;

use super::daemon::BINARY;

/// When every recording starts, microseconds since the Unix epoch.
const START_US: u64 = 1_770_000_000_000_000;

/// One frame, and when it was received.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// Microseconds since the Unix epoch.
    pub(crate) stamp_us: u64,
    /// What it is.
    pub(crate) kind: FrameKind,
    /// Its bytes.
    pub(crate) frame: Vec<u8>,
}

/// Which end of a stamp comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stamps {
    /// The most significant byte, as most writers have it.
    BigEndian,
    /// The least significant byte.
    LittleEndian,
}

/// What a run of `replay` gave.
#[derive(Clone, Debug)]
pub(crate) struct Replayed {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// Flies `plans` for so long and records every frame, in the order of their stamps.
pub(crate) fn fly(plans: Vec<VehiclePlan>, lasts: Duration, seed: u64) -> Vec<Recorded> {
    let mut records = Vec::new();
    for (plan, seed) in plans.into_iter().zip(seed..) {
        let mut vehicle = Vehicle::new(plan, START_US, seed).expect("a sound plan");
        while let Some(frame) = vehicle.poll_frame(lasts) {
            let due_us = u64::try_from(frame.due.as_micros()).expect("a short flight");
            records.push(Recorded {
                stamp_us: START_US + due_us,
                kind: frame.kind,
                frame: frame.bytes,
            });
        }
    }
    records.sort_by_key(|record| record.stamp_us);
    records
}

/// Writes records as a tlog's bytes, each by itself.
pub(crate) fn tlog(records: &[Recorded], stamps: Stamps) -> Vec<Vec<u8>> {
    let write = |record: &Recorded| {
        let stamp = match stamps {
            Stamps::BigEndian => record.stamp_us.to_be_bytes(),
            Stamps::LittleEndian => record.stamp_us.to_le_bytes(),
        };
        [&stamp[..], &record.frame].concat()
    };
    records.iter().map(write).collect()
}

/// Runs `corridord replay` with these arguments.
pub(crate) fn replay(args: &[&str]) -> Replayed {
    let output = Command::new(BINARY)
        .arg("replay")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the replay starts");
    Replayed {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

impl Replayed {
    /// Returns the alerts, without the summary.
    pub(crate) fn alerts(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        let values =
            lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON in each line"));
        values.filter(|value| value.get("type").is_some()).collect()
    }

    /// Returns the last line, which `--summary` asks for.
    pub(crate) fn summary(&self) -> Value {
        let last = self.stdout.lines().last().expect("a last line");
        let summary: Value = serde_json::from_str(last).expect("JSON");
        assert!(summary.get("frames_good").is_some(), "{summary}");
        summary
    }
}
