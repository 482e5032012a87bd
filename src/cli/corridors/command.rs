//! The commands of `corridord corridors`, and which file runs each.

use super::{check, import, list, near, show};

/// Shows, checks and converts corridors
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Near(near::Args),
    Check(check::Args),
    Import(import::Args),
}

/// Runs the command.
pub(in crate::cli) fn run(args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Near(args) => near::run(args),
        Command::Check(args) => check::run(args),
        Command::Import(args) => import::run(args),
    }
}
