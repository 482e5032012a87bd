//! `corridor-sim record`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use corridor_sim::recording;
use jiff::Timestamp;

use super::show;
use super::{duration, note};

/// The flags of `record`.
#[derive(Args, Debug)]
pub(super) struct RecordArgs {
    /// The scenario, as `list` names it, or a file of your own that ends in .toml.
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Where to write the recording; what is there is replaced.
    #[arg(value_name = "RECORDING")]
    to: PathBuf,
    /// Another course of chance: the same seed gives the same bytes [default: the scenario's].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How long it lasts [default: as long as the scenario].
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    lasts: Option<Duration>,
    /// When it starts, for the vehicles and for the recorder.
    #[arg(long, value_name = "TIME", default_value = "2026-02-02T02:40:00Z")]
    start: Timestamp,
}

/// Writes a recording at once, and tells what is in it.
pub(super) fn run(args: &RecordArgs) -> anyhow::Result<()> {
    let (file, corridors) = show::find(&args.scenario)?;
    let name = &args.scenario;
    let scenario = file
        .scenario(&corridors)
        .with_context(|| format!("read {name}"))?;
    let lasts = args.lasts.or(file.lasts);
    let lasts =
        lasts.with_context(|| format!("{name} does not say how long it lasts: add --for"))?;
    let seed = args.seed.or(file.seed).unwrap_or_else(rand::random);
    let start_us = u64::try_from(args.start.as_microsecond()).context("it starts before 1970")?;
    let bytes = recording::record(&scenario, start_us, seed, lasts)
        .with_context(|| format!("read {name}"))?;
    fs::write(&args.to, &bytes).with_context(|| format!("write {}", args.to.display()))?;
    note(&format!(
        "{}: {} s of {name}, seed {seed}, {} bytes",
        args.to.display(),
        lasts.as_secs_f64(),
        bytes.len()
    ))
}
