//! Sets tracing up: what is logged, and how it looks. The log goes to standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Starts logging; what a program of the same process set up before stays.
///
/// `CORRIDORD_LOG` chooses what is logged, `info` by default; `corridord::deliver=debug,info`
/// shows every attempt.
pub fn start(format: Format) {
    start_at(format, LevelFilter::INFO);
}

/// Starts logging warnings only, unless `CORRIDORD_LOG` asks for more.
pub fn start_quiet() {
    start_at(Format::Text, LevelFilter::WARN);
}

fn start_at(format: Format, level: LevelFilter) {
    let filter = EnvFilter::builder()
        .with_env_var("CORRIDORD_LOG")
        .with_default_directive(level.into())
        .from_env_lossy();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match format {
        Format::Text => builder.try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    };
    // An embedding program logs in its own way.
    drop(started);
}
