//! The command line: flags into settings, settings into runs.

mod fly;
mod list;
mod play;
mod receive;
mod record;
mod run;
mod show;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use corridor_sim::secret::Secret;
use jiff::SignedDuration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Flies simulated drones over MAVLink and receives the alerts that they cause.
///
/// Everything stays on this machine unless an address says otherwise.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fly vehicles along a corridor and send their telemetry over UDP, TCP or a serial device.
    Fly(fly::FlyArgs),
    /// List the scenarios that are built in, or print one.
    List(list::ListArgs),
    /// Fly a scenario that is built in: what flies, over which links, and what goes wrong when.
    ///
    /// Its corridors are those of `list --corridors`.
    Run(run::RunArgs),
    /// Receive webhooks, check their signatures and answer as told.
    ///
    /// While it runs, `PUT /control/answer` sets the answer (`{"status": 503, "retry_after":
    /// "2"}`, `{"stall_ms": 2000}`, `{"reset": true}` or `{"script": "ok,503"}`), `GET
    /// /control/deliveries` returns what came, `DELETE /control/deliveries` forgets it.
    Receive(receive::ReceiveArgs),
    /// Play a telemetry recording (.tlog) over UDP, one datagram a frame.
    Play(play::PlayArgs),
    /// Write what a scenario sends to a recording (.tlog), at once.
    Record(record::RecordArgs),
    /// Print a fresh secret for signing webhooks.
    Secret,
}

/// Does what the command line says, until it is done or a signal comes.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Fly(args) => fly::run(args, cancel_on_signal()?).await,
        Command::List(args) => list::run(&args),
        Command::Run(args) => run::run(args, cancel_on_signal()?).await,
        Command::Receive(args) => receive::run(args, cancel_on_signal()?).await,
        Command::Play(args) => play::run(args, cancel_on_signal()?).await,
        Command::Record(args) => record::run(&args),
        Command::Secret => say(Secret::fresh().expose()),
    }
}

/// Returns a token that Ctrl-C and SIGTERM cancel.
fn cancel_on_signal() -> anyhow::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let cancel = CancellationToken::new();
    let cancelled = cancel.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        cancelled.cancel();
    });
    Ok(cancel)
}

/// Writes a line to stdout at once.
fn say(line: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .context("write to stdout")
}

/// Writes a line to stderr.
fn note(line: &str) -> anyhow::Result<()> {
    writeln!(io::stderr(), "{line}").context("write to stderr")
}

/// Reads a duration such as `30s`, `5m` or `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let signed: SignedDuration = text
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    Duration::try_from(signed).map_err(|error| error.to_string())
}

/// Finds the address that `HOST:PORT` names; the first one counts.
async fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let mut found = tokio::net::lookup_host(text)
        .await
        .with_context(|| format!("look up {text}"))?;
    found
        .next()
        .with_context(|| format!("{text} has no address"))
}
