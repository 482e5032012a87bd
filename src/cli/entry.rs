//! Parses the arguments, runs the command, prints the error chain once and chooses the exit code.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use thiserror::Error;

use crate::app::StartError;
use crate::cli::{check, corridors, explain, held, reload, replay, run, silence, status};
use crate::config::Flaws;

#[cfg(feature = "demo")]
use crate::cli::demo;

/// The configuration, or a file of corridors, is wrong: starting again would not help (`EX_CONFIG` of sysexits.h).
const EXIT_CONFIG: u8 = 78;
/// The arguments are wrong, as clap has it.
const EXIT_ARGUMENTS: u8 = 2;
/// The database cannot be used (`EX_DATAERR` of sysexits.h).
const EXIT_DATA: u8 = 65;

/// Turns drone telemetry into corridor alerts that a police command centre can act on.
///
/// Exit codes: 0 done, 1 failed, 2 wrong arguments, 65 the database cannot be used, 78 the
/// configuration or a file of corridors is wrong.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Check(check::Args),
    Status(status::Args),
    Silence(silence::Args),
    Held(held::Args),
    Explain(explain::Args),
    Reload(reload::Args),
    Replay(replay::Args),
    Corridors(corridors::Args),
    #[cfg(feature = "demo")]
    Demo(demo::Args),
}

/// A file that was checked is wrong, and everything about it has been told.
#[derive(Debug, Error)]
#[error("what was checked is wrong")]
pub(super) struct Refused;

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Silence(args) => silence::run(&args),
        Command::Held(args) => held::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Reload(args) => reload::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Corridors(args) => corridors::run(&args),
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as in `corridord replay .. | head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if error.is::<Refused>() => ExitCode::from(EXIT_CONFIG),
        Err(error) => {
            // Nothing is left to be told if standard error is gone too.
            drop(writeln!(io::stderr().lock(), "{}", describe(&error)));
            exit_code(&error)
        }
    }
}

/// Writes flaws one a line, and anything else as a chain of causes.
fn describe(error: &anyhow::Error) -> String {
    if let Some(flaws) = error.downcast_ref::<Flaws>() {
        flaws.to_string()
    } else if let Some(arguments) = error.downcast_ref::<clap::Error>() {
        arguments.to_string().trim_end().to_owned()
    } else {
        format!("corridord: {error:#}")
    }
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.is::<Flaws>() {
        return ExitCode::from(EXIT_CONFIG);
    }
    if error.is::<clap::Error>() {
        return ExitCode::from(EXIT_ARGUMENTS);
    }
    match error.downcast_ref::<StartError>() {
        Some(StartError::Store { source }) if source.is_about_data() => ExitCode::from(EXIT_DATA),
        Some(_) | None => ExitCode::FAILURE,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }
}
