//! `corridord run`: the daemon.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use rand::RngExt as _;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::app::{self, Daemon};
use crate::cli::signals::{Signals, Wish};
use crate::clock::Clock;
use crate::config::{self, Loaded, Purpose};
use crate::log;
use crate::metrics::Metrics;
use crate::notify;
use crate::reload::Source;

/// How often the status line of the service is renewed.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Listens to the links and delivers alerts until a signal ends it
///
/// SIGHUP, or `corridord reload`, has it read the configuration again.
///
/// Without a configuration file, give --link, --corridors, --endpoint and --secret-file. A flag
/// replaces what the file says of the same thing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// Repeats the jitter of an earlier run, which logged its seed
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// How the log on standard error looks
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_format: log::Format,
}

/// The flags that replace parts of the configuration.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Overrides {
    #[arg(
        long = "link",
        value_name = "ADDRESS",
        help = "A link: udpin:HOST:PORT, udpout:HOST:PORT, tcpin:HOST:PORT, tcpout:HOST:PORT, \
                serial:DEVICE:BAUD or file:RECORDING; may repeat"
    )]
    pub(super) links: Vec<String>,
    /// Corridors as GeoJSON; may repeat
    #[arg(long, value_name = "FILE")]
    pub(super) corridors: Vec<PathBuf>,
    /// A URL that alerts are posted to; may repeat
    #[arg(long = "endpoint", value_name = "URL")]
    pub(super) endpoints: Vec<String>,
    /// The secret that signs: one file for all endpoints, or one for each in their order
    #[arg(long = "secret-file", value_name = "FILE")]
    pub(super) secret_files: Vec<PathBuf>,
    /// Where alerts and standings are kept
    #[arg(long, value_name = "DIR")]
    pub(super) state: Option<PathBuf>,
}

impl Overrides {
    /// Adds what the environment says.
    pub(super) fn outside(&self) -> config::Outside {
        let folder = |name| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        config::Outside {
            links: self.links.clone(),
            corridors: self.corridors.clone(),
            endpoints: self.endpoints.clone(),
            secret_files: self.secret_files.clone(),
            state: self.state.clone(),
            credentials: folder("CREDENTIALS_DIRECTORY"),
            state_default: folder("STATE_DIRECTORY"),
            // The service manager may name several, separated by colons (systemd.exec(5)).
            runtime: folder("RUNTIME_DIRECTORY").and_then(|list| env::split_paths(&list).next()),
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    log::start(args.log_format);
    let outside = args.overrides.outside();
    let Loaded { settings, warnings } =
        config::load(args.config.as_deref(), &outside, Purpose::Run)?;
    for warning in warnings {
        warn!(%warning, "configuration");
    }
    let seed = args.seed.unwrap_or_else(|| rand::rng().random());
    info!(version = env!("CARGO_PKG_VERSION"), seed, "starting");
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let source = Source {
        file: args.config.clone(),
        outside,
    };
    let served = runtime.block_on(serve(settings, source, seed));
    // Dropping it would wait for name look-ups that nobody needs: without a network they take long.
    runtime.shutdown_background();
    served
}

async fn serve(settings: config::Settings, source: Source, seed: u64) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("cannot listen for signals")?;
    let outside = app::Outside {
        clock: Clock::start(),
        seed,
        fresh_history: Uuid::new_v4(),
        source: Some(source),
    };
    let mut daemon = app::start(settings, outside).await?;
    let addresses: Vec<String> = daemon
        .addresses()
        .iter()
        .map(|(link, address)| format!("{link} on {address}"))
        .collect();
    let listening = if addresses.is_empty() {
        "no port".to_owned()
    } else {
        addresses.join(", ")
    };
    info!(listening, "ready");
    notify::ready(&format!("listening: {listening}"));

    let metrics = daemon.metrics();
    let telling = tell_service_manager(&metrics);
    tokio::pin!(telling);
    let failure = loop {
        tokio::select! {
            wish = signals.wish() => match wish {
                Wish::Stop => break None,
                Wish::Reload => daemon.reload(),
            },
            failure = daemon.failed() => break Some(failure),
            () = &mut telling => break None,
        }
    };
    notify::stopping();
    info!("stopping");
    signals.leave_at_the_next();
    let stopped = stop(daemon).await;
    match failure {
        Some(failure) => {
            error!("{failure}");
            Err(failure.into())
        }
        None => stopped,
    }
}

async fn stop(daemon: Daemon) -> anyhow::Result<()> {
    daemon.stop().await?;
    info!("stopped");
    Ok(())
}

/// Keeps the watchdog quiet and the status line fresh, for ever.
async fn tell_service_manager(metrics: &Metrics) {
    let mut alive = interval(notify::watchdog_interval().unwrap_or(STATUS_EVERY));
    let mut status = interval(STATUS_EVERY);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    status.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _tick = alive.tick() => notify::alive(),
            _tick = status.tick() => notify::status(&format!(
                "{} tracks, {} positions, {} alerts accepted, {} delivered",
                metrics.tracks.get(),
                metrics.positions_accepted.get(),
                metrics.alerts_accepted.get(),
                metrics.deliveries.get(),
            )),
        }
    }
}
