//! `corridor-sim run`.

use std::time::Duration;

use clap::Args;
use corridor_sim::scenario::shipped;
use corridor_sim::transport::Target;
use tokio_util::sync::CancellationToken;

use super::show::{self, Overrides};
use super::{duration, note};

/// The flags of `run`.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    /// The scenario, as `list` names it.
    #[arg(value_name = "NAME")]
    name: String,
    /// Another course of chance: the same seed gives the same frames [default: the scenario's].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Let time run this many times faster, the vehicles' clocks too.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    faster: f64,
    /// Where to send the frames, as for `fly`: one target for all links, or one for each
    /// [default: 127.0.0.1:14550].
    #[arg(long, value_name = "TARGET")]
    to: Vec<Target>,
    /// How long to fly, in the vehicles' own time [default: as long as the scenario lasts].
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    lasts: Option<Duration>,
}

/// Flies a shipped scenario, and tells what was sent.
pub(super) async fn run(args: RunArgs, cancel: CancellationToken) -> anyhow::Result<()> {
    let shipped = shipped::find(&args.name)?;
    let file = shipped.read()?;
    let overrides = Overrides {
        to: args.to,
        seed: args.seed,
        lasts: args.lasts,
        faster: args.faster,
    };
    let settings = show::settings(&file, &shipped::corridors()?, overrides)?;
    if let Some(about) = &file.about {
        note(&format!("{}: {about}", shipped.name))?;
    }
    for expected in &file.alerts {
        note(&format!("should be told: {expected}"))?;
    }
    if let Some(reason) = &file.not_met {
        note(&format!("not met yet: {reason}"))?;
    }
    let what = show::vehicles(settings.scenario.vehicles.len());
    show::show(&what, settings, cancel).await
}
