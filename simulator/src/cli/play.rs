//! `corridor-sim play`.

use std::path::PathBuf;

use clap::Args;
use corridor_sim::play::{self, Pace, PlaySettings};
use tokio_util::sync::CancellationToken;

use super::note;

/// The flags of `play`.
#[derive(Args, Debug)]
pub(super) struct PlayArgs {
    /// The recording; garbage in it and a cut tail are skipped.
    recording: PathBuf,
    /// Where to send the frames, over UDP.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:14550")]
    to: String,
    /// Play this many times faster than it was recorded, or `max`: 10,000 frames a second.
    #[arg(long, value_name = "N|max", default_value = "1")]
    faster: Pace,
}

/// Plays, and tells what was sent.
pub(super) async fn run(args: PlayArgs, cancel: CancellationToken) -> anyhow::Result<()> {
    let settings = PlaySettings {
        recording: args.recording,
        to: super::address(&args.to).await?,
        pace: args.faster,
    };
    let summary = play::run(settings, cancel).await?;
    note(&summary.to_string())
}
