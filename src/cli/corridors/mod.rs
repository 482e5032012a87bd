//! `corridord corridors`: what can be done with corridors without a daemon; one file a command.

mod import;

/// Shows and converts corridors
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(import::Args),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Command::Import(args) => import::run(args),
    }
}
