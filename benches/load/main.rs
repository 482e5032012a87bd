//! A file of a million segments: how long until it can be asked, and how much memory it takes.
//!
//!     cargo bench --bench load
//!
//! reads each file in a process of its own, from the path to the index, and tells the fastest of five
//! times and the highest peak. It fails beyond a second or 200 MB.

#[expect(dead_code, reason = "the lookups draw more of it")]
#[path = "../lookup/network.rs"]
mod network;
mod shapes;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use corridord::corridor::{CorridorSet, Region, geojson};

use network::{Network, SEED};

const SEGMENTS: usize = 1_000_000;
const TIMES: usize = 5;

/// What is to be reached.
const SPAN_MAX: Duration = Duration::from_secs(1);
const PEAK_MAX_KB: u64 = 200_000;

fn main() -> ExitCode {
    if let Ok(file) = env::var("CORRIDORD_LOAD") {
        load(Path::new(&file));
        return ExitCode::SUCCESS;
    }
    tell(&format!("seed {SEED:#x}"));
    let files = [
        (
            "one line of 1,000,000",
            "LineString",
            shapes::one_line(SEGMENTS),
        ),
        ("10,000 lines of 100", "LineString", Network::of(SEGMENTS)),
        ("100 areas of 10,000", "Polygon", shapes::rings(100, 10_000)),
        (
            "one area of 1,000,000",
            "Polygon",
            shapes::rings(1, 1_000_000),
        ),
    ];
    let verdicts = files.map(|(name, kind, network)| {
        let path = keep(&network.geojson(kind));
        drop(network);
        let (span, peak_kb) = fastest(&path);
        let is_met = span < SPAN_MAX && peak_kb < PEAK_MAX_KB;
        tell(&format!(
            "load: {name}: {} ms, {} MB at the peak: {}",
            span.as_millis(),
            peak_kb / 1_000,
            if is_met { "ok" } else { "MISSED" }
        ));
        is_met
    });
    if verdicts.into_iter().all(|met| met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Reads and indexes a file as the daemon does, and tells microseconds and kilobytes.
fn load(path: &Path) {
    #[expect(clippy::disallowed_methods, reason = "a bench measures")]
    let start = Instant::now();
    let text = fs::read_to_string(path).expect("the file is there");
    let file = geojson::read(&text, &Region::default()).expect("the file is sound");
    drop(text);
    let set = CorridorSet::new(file.corridors, file.places).expect("ids are numbers");
    let span = start.elapsed();
    assert!(SEGMENTS <= set.summary().segments);
    tell(&format!("{} {}", span.as_micros(), peak_kb()));
}

/// Returns the most memory that this process has had.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = line.and_then(|line| line.trim().strip_suffix(" kB"));
    digits.and_then(|kb| kb.parse().ok()).expect("kilobytes")
}

fn fastest(path: &Path) -> (Duration, u64) {
    let runs: Vec<(u64, u64)> = (0..TIMES).map(|_| in_a_child(path)).collect();
    let micros = runs.iter().map(|(micros, _)| *micros).min();
    let peak_kb = runs.iter().map(|(_, kb)| *kb).max();
    (
        Duration::from_micros(micros.expect("a run")),
        peak_kb.expect("a run"),
    )
}

fn in_a_child(path: &Path) -> (u64, u64) {
    let output = Command::new(env::current_exe().expect("this program"))
        .env("CORRIDORD_LOAD", path)
        .output()
        .expect("this program runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("digits");
    let mut numbers = text
        .split_whitespace()
        .map(|word| word.parse().expect("a number"));
    let mut next = || numbers.next().expect("two numbers");
    (next(), next())
}

fn keep(text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load.geojson");
    fs::write(&path, text).expect("the target folder is writable");
    path
}

fn tell(line: &str) {
    writeln!(io::stdout(), "{line}").expect("somebody reads");
}
