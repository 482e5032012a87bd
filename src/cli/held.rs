//! `corridord held`: what was held back, by what, and letting one go after all.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use uuid::Uuid;

use crate::cli::kept::Kept;
use crate::cli::silence::{span, time};
use crate::clock::Clock;
use crate::control::{HeldList, HeldRelease};
use crate::monitor::alert::Alert;
use crate::store::{LetGo, Withheld};
use crate::units::Utc;

/// How far back is looked unless somebody says otherwise.
const SINCE: Duration = Duration::from_secs(86_400);

/// Lists alerts that were held back, newest first, and by what: a limit, a silence or another alert
///
/// Asks the running daemon; if none runs, its database is opened instead.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Those of so long a time, such as 2h, or since a time, such as 2026-05-01T18:00:00Z; by default
    /// those of a day
    #[arg(long, value_name = "SPAN-OR-TIME", value_parser = since)]
    since: Option<Since>,
    /// How many at most
    #[arg(long, default_value_t = 100)]
    limit: u32,
    /// Prints JSON, with each alert as a whole
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    kept: Kept,
}

#[derive(Debug, Subcommand)]
enum Command {
    Release(ReleaseArgs),
}

/// Sends an alert after all to everybody that it was held back from
///
/// It says that it was held back, and since when. Only the running daemon can do that: it knows who
/// gets it.
#[derive(Debug, clap::Args)]
struct ReleaseArgs {
    /// The alert's id, as `corridord held` shows it
    id: Uuid,
    #[command(flatten)]
    kept: Kept,
}

/// From when on.
#[derive(Clone, Copy, Debug)]
enum Since {
    Ago(Duration),
    At(Utc),
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Some(Command::Release(release)) => let_go(release),
        None => list(args),
    }
}

fn list(args: &Args) -> anyhow::Result<()> {
    let now = Clock::start().now().utc;
    let since = match args.since.unwrap_or(Since::Ago(SINCE)) {
        Since::Ago(span) => now.before(span),
        Since::At(time) => time,
    };
    let limit = args.limit;
    let held = args.kept.ask(&HeldList { since, limit })?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &held)?;
        writeln!(out)?;
        return Ok(());
    }
    if held.is_empty() {
        writeln!(out, "nothing was held back since {since}")?;
    }
    for one in &held {
        writeln!(out, "{}", line(one))?;
    }
    Ok(())
}

fn let_go(args: &ReleaseArgs) -> anyhow::Result<()> {
    let id = args.id;
    match args.kept.ask(&HeldRelease { id })? {
        LetGo::To(endpoints) => {
            let endpoints = endpoints.join(", ");
            writeln!(io::stdout().lock(), "{id} goes to {endpoints}")?;
            Ok(())
        }
        LetGo::Before(at) => bail!("{id} was let go at {at} already"),
        LetGo::Unknown => bail!("no alert {id} was held back"),
    }
}

fn line(held: &Withheld) -> String {
    let Withheld {
        id,
        held_by,
        endpoint,
        since,
        released_at,
        alert,
    } = held;
    let what = alert
        .as_ref()
        .map_or_else(|| "an alert that cannot be read".to_owned(), describe);
    let from = endpoint
        .as_ref()
        .map_or_else(String::new, |name| format!(" for {name}"));
    let told = released_at.map_or_else(String::new, |at| format!("; told late, at {at}"));
    format!("{since}  {id}  {what}: held{from} by {held_by}{told}")
}

fn describe(alert: &Alert) -> String {
    let mut words = vec![alert.event.to_string()];
    words.extend(alert.track.as_ref().map(|track| track.key.clone()));
    words.extend(alert.corridor.as_ref().map(|it| format!("in {}", it.id)));
    words.join(" ")
}

fn since(text: &str) -> Result<Since, String> {
    span(text)
        .map(Since::Ago)
        .or_else(|_no_span| time(text).map(Since::At))
        .map_err(|_no_time| {
            "write a span such as 2h, or a time such as 2026-05-01T18:00:00Z".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{OCCURRED_AT, alert_example};

    #[test]
    fn what_was_held_is_a_line_that_says_by_what_and_whether_it_was_told() {
        let mut held = Withheld {
            id: Uuid::from_u128(7),
            held_by: "silence 3: works".to_owned(),
            endpoint: None,
            since: OCCURRED_AT,
            released_at: None,
            alert: Some(alert_example()),
        };
        let what = "2026-05-01T10:00:00.250Z  00000000-0000-0000-0000-000000000007  \
                    corridor.crossed vehicle:alpha/1 in e75-south: held";
        assert_eq!(line(&held), format!("{what} by silence 3: works"));
        held.endpoint = Some("ops".to_owned());
        held.released_at = Some(OCCURRED_AT);
        let late = "by silence 3: works; told late, at 2026-05-01T10:00:00.250Z";
        assert_eq!(line(&held), format!("{what} for ops {late}"));
    }

    #[test]
    fn since_is_a_span_or_a_time() {
        assert!(matches!(since("2h"), Ok(Since::Ago(_))));
        assert!(matches!(since("2026-05-01T18:00:00Z"), Ok(Since::At(_))));
        assert!(since("yesterday").is_err());
    }
}
