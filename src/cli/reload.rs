//! `corridord reload`: the running daemon reads its configuration again.

use std::io::{self, Write as _};

use crate::cli::ask::Which;
use crate::cli::entry::Refused;
use crate::control::{Reload, Reloaded};

/// Has the running daemon read its configuration and its corridors again
///
/// Prints what is different from before and what counts only from the next start on. If anything is
/// wrong nothing changes: every error is printed with its file, line and key, and the exit code is 78.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    match args.which.ask(&Reload {})? {
        Reloaded::Done {
            changes,
            needs_restart,
            warnings,
        } => {
            let mut err = io::stderr().lock();
            for warning in warnings {
                writeln!(err, "{warning} (warning)")?;
            }
            let mut out = io::stdout().lock();
            if changes.is_empty() && needs_restart.is_empty() {
                writeln!(out, "nothing has changed")?;
            }
            for change in changes {
                writeln!(out, "{change}")?;
            }
            for key in needs_restart {
                writeln!(out, "{key}: needs a restart, and is as it was until then")?;
            }
            Ok(())
        }
        Reloaded::Refused { flaws } => {
            let mut err = io::stderr().lock();
            for flaw in flaws {
                writeln!(err, "{flaw}")?;
            }
            writeln!(err, "nothing was changed: the daemon goes on as before")?;
            Err(Refused.into())
        }
    }
}
