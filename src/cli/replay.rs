//! `corridord replay`: a recording through the same core, as fast as it goes or at its own pace.

mod pace;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use uuid::Uuid;

use self::pace::Pace;
use crate::config::{self, Outside, Purpose, Settings};
use crate::deliver;
use crate::link::{Arrival, Ear};
use crate::monitor::alert::{Alert, Event as AlertEvent, Held};
use crate::monitor::rule::Rule;
use crate::monitor::{self, Explanation, HeldBack, Monitor, Question, Rejection, Restored};
use crate::track::Message;
use crate::units::{Moment, Monotonic, Utc};
use crate::wire::{Event, TlogCounts, TlogReader};

/// The link, and the namespace, that a recording is heard on.
const LINK: &str = "recording";

/// Runs a recording through the rules and prints one JSON alert a line
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording, a tlog
    recording: PathBuf,
    /// The configuration whose corridors and rules apply
    #[arg(long, value_name = "FILE", required_unless_present = "corridors")]
    config: Option<PathBuf>,
    /// Corridors as GeoJSON; may repeat, and replaces those of the configuration
    #[arg(long, value_name = "FILE")]
    corridors: Vec<PathBuf>,
    /// One fix confirms, no margin, no plausibility gate but near 0,0: for comparing with other
    /// tools
    #[arg(long)]
    raw: bool,
    /// Print the counts as a last JSON line on standard output too
    #[arg(long)]
    summary: bool,
    /// Wait as long between frames as the recorder did, 1 to 1000 times faster; the output is the
    /// same. By default nothing is waited for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    faster: Option<u32>,
}

/// What a replay met, in numbers.
#[derive(Debug, Default, Serialize)]
struct Summary {
    frames_good: u64,
    frames_unknown: u64,
    frames_refused: u64,
    /// Stretches that are no good record.
    bad_data: u64,
    /// Those of them that are whole records with a wrong checksum.
    bad_checksum: u64,
    skipped_bytes: u64,
    tail_bytes: u64,
    unstamped: u64,
    /// Good frames by `system/component`.
    systems: BTreeMap<String, u64>,
    global_position_int: u64,
    near_zero: u64,
    positions: u64,
    rejections: BTreeMap<&'static str, u64>,
    /// Positions of a worse source than one that was fresh.
    outranked: u64,
    alerts: BTreeMap<&'static str, u64>,
    /// Alerts that were held back, also those that were told later.
    held: u64,
    /// When the last frame came.
    #[serde(skip)]
    end: Moment,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let outside = Outside {
        corridors: args.corridors.clone(),
        ..Outside::default()
    };
    let settings = config::load(args.config.as_deref(), &outside, Purpose::Replay)?.settings;
    let bytes = fs::read(&args.recording)
        .with_context(|| format!("cannot read the recording {}", args.recording.display()))?;

    let mut monitor = monitor_of(settings, args.raw);
    let mut out = BufWriter::new(io::stdout().lock());
    let pace = Pace::start(args.faster);
    let summary =
        replay(&bytes, &mut monitor, &pace, &mut out).context("cannot write the alerts")?;
    if args.summary {
        serde_json::to_writer(&mut out, &summary)?;
        writeln!(out)?;
    }
    out.flush()?;
    print(&args.recording, &summary)?;
    if summary.frames_good == 0 && !bytes.is_empty() {
        bail!(
            "{}: no MAVLink frame found; is it a tlog?",
            args.recording.display()
        );
    }
    Ok(())
}

/// Walks a recording and answers a question about it, as of its end.
///
/// # Errors
///
/// Refuses what has no frame in it.
pub(super) fn explain(
    bytes: &[u8],
    settings: Settings,
    question: &Question,
) -> anyhow::Result<Explanation> {
    let mut monitor = monitor_of(settings, false);
    monitor.keep_notes_only_of(&question.track);
    let summary = replay(bytes, &mut monitor, &Pace::start(None), &mut io::sink())?;
    if summary.frames_good == 0 {
        bail!("no MAVLink frame found; is it a tlog?");
    }
    Ok(monitor.explain(summary.end, question))
}

/// Makes a monitor of what a configuration says, for a recording.
fn monitor_of(settings: Settings, is_raw: bool) -> Monitor {
    let watch = settings.watch(Uuid::nil());
    let mut watch = monitor::Settings {
        // No database: the same recording gives the same ids.
        history: Uuid::nil(),
        // It is all there is: its vehicles' time goes with its stamps.
        recordings: BTreeSet::new(),
        ..watch
    };
    if is_raw {
        watch.rules = vec![Rule::raw()];
        watch.routes.clear();
        watch.attendances.clear();
        watch.gate.plausibility = false;
    }
    Monitor::new(watch, Arc::new(settings.corridors), Restored::default())
}

/// Walks the recording; a stamp that goes back does not turn monotonic time back.
fn replay(
    bytes: &[u8],
    monitor: &mut Monitor,
    pace: &Pace,
    out: &mut impl Write,
) -> io::Result<Summary> {
    let ear = Ear::named(LINK);
    let progress = progress_bar(bytes.len());
    let mut summary = Summary::default();
    let mut systems: BTreeMap<(u32, u8), u64> = BTreeMap::new();
    let mut clock = ReplayClock::default();
    let mut held = BTreeMap::new();
    let mut reader = TlogReader::new(bytes);
    while let Some(record) = reader.next() {
        let offset = reader.offset() as u64;
        let Event::Frame(frame) = record.event else {
            continue;
        };
        let now = clock.at(record.received_us);
        summary.end = now;
        pace.wait_for(now.monotonic);
        *systems
            .entry((frame.system_id(), frame.component_id()))
            .or_default() += 1;
        let arrival = Arrival {
            received: now,
            ..Arrival::default()
        };
        monitor.catch_up(now);
        ear.hear(arrival, &frame, |report| {
            if matches!(report.message, Message::GlobalPosition(_)) {
                summary.global_position_int += 1;
                progress.set_position(offset);
            }
            monitor.handle_report(&report);
        });
        // Nobody waits for the tracks of a recording.
        while monitor.poll_notice().is_some() {}
        while monitor.poll_remark().is_some() {}
        write_told(monitor, &mut held, &mut summary, out)?;
        if pace.is_timed() {
            out.flush()?;
        }
    }
    monitor.finish();
    write_told(monitor, &mut held, &mut summary, out)?;
    progress.finish_and_clear();
    summary.take_frames(reader.counts(), &systems);
    summary.take_positions(monitor.counts());
    Ok(summary)
}

/// Writes what is told from here on; what is held back is kept in `held` until it is let go.
fn write_told(
    monitor: &mut Monitor,
    held: &mut BTreeMap<Uuid, Alert>,
    summary: &mut Summary,
    out: &mut impl Write,
) -> io::Result<()> {
    while let Some(decision) = monitor.poll_decision() {
        let released = decision.releases.iter().filter_map(|release| {
            let mut alert = held.remove(&release.alert)?;
            let label = alert.held.as_mut()?;
            label.released_at = release.at;
            Some(alert)
        });
        let mut told: Vec<Alert> = released.collect();
        match (decision.alert, decision.held) {
            (Some(mut alert), Some(HeldBack { by })) => {
                let since = alert.detected_at;
                alert.held = Some(Held {
                    by,
                    since,
                    released_at: since,
                });
                held.insert(alert.id, alert);
                summary.held += 1;
            }
            (Some(alert), None) => told.push(alert),
            (None, _) => {}
        }
        for alert in told {
            *summary.alerts.entry(alert.event.short_name()).or_default() += 1;
            out.write_all(&deliver::body(&alert)?)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

impl Summary {
    fn take_frames(&mut self, counts: TlogCounts, systems: &BTreeMap<(u32, u8), u64>) {
        self.frames_good = counts.frames;
        self.frames_unknown = counts.unknown_ids;
        self.frames_refused = counts.refused_flags;
        self.bad_data = counts.skipped_runs;
        self.bad_checksum = counts.bad_crc;
        self.skipped_bytes = counts.skipped_bytes;
        self.tail_bytes = counts.tail_bytes;
        self.unstamped = counts.unstamped;
        for ((system, component), frames) in systems {
            self.systems
                .insert(format!("{system}/{component}"), *frames);
        }
    }

    fn take_positions(&mut self, counts: &monitor::Counts) {
        let rejected = |reason| counts.rejections.get(&reason).copied().unwrap_or(0);
        self.positions = counts.positions;
        self.outranked = counts.outranked;
        self.near_zero = rejected(Rejection::NearZero);
        for reason in Rejection::ALL {
            self.rejections.insert(reason.name(), rejected(reason));
        }
        for event in AlertEvent::ALL {
            self.alerts.entry(event.short_name()).or_default();
        }
    }
}

/// Time as the recording tells it.
#[derive(Debug, Default)]
struct ReplayClock {
    first_us: Option<u64>,
    latest_us: u64,
}

impl ReplayClock {
    fn at(&mut self, received_us: u64) -> Moment {
        let first_us = *self.first_us.get_or_insert(received_us);
        self.latest_us = self.latest_us.max(received_us);
        Moment {
            monotonic: Monotonic::from_micros(self.latest_us.saturating_sub(first_us)),
            utc: Utc::from_micros(i64::try_from(received_us).unwrap_or(i64::MAX)),
        }
    }
}

fn progress_bar(length: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length as u64);
    match ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_plain) => bar,
    }
}

/// Tells the counts, and what was skipped, in words.
fn print(recording: &Path, summary: &Summary) -> io::Result<()> {
    let mut err = io::stderr().lock();
    let name = recording.display();
    writeln!(err, "{name}: {} good frames", summary.frames_good)?;
    for (system, frames) in &summary.systems {
        writeln!(err, "  {frames} of system/component {system}")?;
    }
    if 0 < summary.frames_unknown + summary.frames_refused {
        writeln!(
            err,
            "  {} frames of unknown messages, {} with unknown flags",
            summary.frames_unknown, summary.frames_refused
        )?;
    }
    if 0 < summary.bad_data {
        writeln!(
            err,
            "  skipped {} stretches, {} bytes in all, that are no good record",
            summary.bad_data, summary.skipped_bytes
        )?;
    }
    if 0 < summary.bad_checksum {
        writeln!(
            err,
            "  {} of them have a wrong checksum",
            summary.bad_checksum
        )?;
    }
    if 0 < summary.unstamped {
        writeln!(
            err,
            "  left out {} frames that have no time stamp",
            summary.unstamped
        )?;
    }
    if 0 < summary.tail_bytes {
        writeln!(
            err,
            "  {} bytes at the end are no whole record",
            summary.tail_bytes
        )?;
    }
    writeln!(
        err,
        "  {} GLOBAL_POSITION_INT, {} positions of worse sources; {} positions taken, {} rejected",
        summary.global_position_int,
        summary.outranked,
        summary.positions,
        summary.rejections.values().sum::<u64>()
    )?;
    for (reason, count) in summary.rejections.iter().filter(|(_, count)| 0 < **count) {
        writeln!(err, "    {count} {reason}")?;
    }
    let alerts: Vec<String> = summary
        .alerts
        .iter()
        .map(|(event, count)| format!("{count} {event}"))
        .collect();
    writeln!(err, "  alerts: {}", alerts.join(", "))?;
    if 0 < summary.held {
        writeln!(err, "  {} alerts were held back", summary.held)?;
    }
    Ok(())
}
