//! `corridord silence`: what nobody wants to hear for a while.

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::kept::Kept;
use crate::clock::Clock;
use crate::config::parse_span;
use crate::control::{SilenceAdd, SilenceEnd, SilenceList};
use crate::monitor::alert::{Event, Severity};
use crate::monitor::storm::{Matchers, Silence, SilenceRequest};
use crate::units::Utc;

/// Holds back, for a while, alerts that nobody wants to hear
///
/// Asks the running daemon; if none runs, its database is opened instead. Critical alerts are told
/// all the same unless --critical is given. What was held back is listed by `corridord held`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Box<Add>),
    List(List),
    End(End),
}

/// Begins a silence
///
/// It is about alerts that match all that is given; of an option that repeats, one is enough.
#[derive(Debug, clap::Args)]
struct Add {
    /// Alerts of this rule; may repeat
    #[arg(long = "rule", value_name = "NAME")]
    rules: Vec<String>,
    /// Alerts about this corridor and no other; may repeat
    #[arg(long = "corridor", value_name = "ID")]
    corridors: Vec<String>,
    /// Alerts about corridors that concern this country, such as MK, and no other; may repeat
    #[arg(long = "country", value_name = "CODE")]
    countries: Vec<String>,
    /// Alerts about this track, by its key or its callsign; may repeat
    #[arg(long = "track", value_name = "NAME")]
    tracks: Vec<String>,
    /// Alerts of this event, such as entered; may repeat
    #[arg(long = "event", value_name = "EVENT", value_parser = event)]
    events: Vec<Event>,
    /// Alerts that are no graver than this: info, minor, major or critical
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    severity_max: Option<Severity>,
    /// When it ends, such as 2026-05-01T18:00:00Z; at most 30 days away
    #[arg(long, value_name = "TIME", value_parser = time, required_unless_present = "span")]
    until: Option<Utc>,
    /// How long it lasts, such as 2h or "90 min"; at most 30 days
    #[arg(long = "for", value_name = "SPAN", value_parser = span, conflicts_with = "until")]
    span: Option<Duration>,
    /// Why
    #[arg(long)]
    comment: String,
    /// Who says so
    #[arg(long)]
    author: String,
    /// Holds back critical alerts too
    #[arg(long)]
    critical: bool,
    #[command(flatten)]
    kept: Kept,
}

/// Lists silences: those that hold, and those that were over within the last 30 days
#[derive(Debug, clap::Args)]
struct List {
    /// Prints JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    kept: Kept,
}

/// Ends a silence before its time
#[derive(Debug, clap::Args)]
struct End {
    /// Its number, as `corridord silence list` shows it
    number: u32,
    #[command(flatten)]
    kept: Kept,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Command::Add(add) => begin(add),
        Command::List(list) => print_all(list),
        Command::End(end) => finish(end),
    }
}

fn begin(add: &Add) -> anyhow::Result<()> {
    let now = Clock::start().now().utc;
    let until = add.until.or(add.span.map(|span| now.after(span)));
    let request = SilenceRequest {
        matchers: Matchers {
            rules: add.rules.clone(),
            corridors: add.corridors.clone(),
            countries: add.countries.iter().map(|it| it.to_uppercase()).collect(),
            tracks: add.tracks.clone(),
            events: add.events.clone(),
            severity_max: add.severity_max,
        },
        until: until.context("give --until or --for")?,
        comment: add.comment.clone(),
        author: add.author.clone(),
        critical: add.critical,
    };
    let silence = add.kept.ask(&SilenceAdd { silence: request })?;
    let (number, until) = (silence.number, silence.request.until);
    let matchers = &silence.request.matchers;
    writeln!(
        io::stdout().lock(),
        "silence {number} holds back {matchers} until {until}"
    )?;
    Ok(())
}

fn finish(end: &End) -> anyhow::Result<()> {
    let number = end.number;
    let silence = end.kept.ask(&SilenceEnd { number })?;
    let held = silence.held;
    let mut out = io::stdout().lock();
    writeln!(out, "silence {number} is over; it held back {held} alerts")?;
    Ok(())
}

fn print_all(list: &List) -> anyhow::Result<()> {
    let silences = list.kept.ask(&SilenceList {})?;
    let mut out = io::stdout().lock();
    if list.json {
        serde_json::to_writer_pretty(&mut out, &silences)?;
        writeln!(out)?;
        return Ok(());
    }
    if silences.is_empty() {
        writeln!(out, "no silence holds, and none was over lately")?;
    }
    let now = Clock::start().now().utc;
    for silence in &silences {
        writeln!(out, "{}", line(silence, now))?;
    }
    Ok(())
}

fn line(silence: &Silence, now: Utc) -> String {
    let Silence {
        number,
        request,
        since,
        ended_at,
        held,
    } = silence;
    let SilenceRequest {
        matchers,
        until,
        comment,
        author,
        critical,
    } = request;
    let state = match ended_at {
        Some(at) => format!("ended at {at}"),
        None if *until <= now => format!("over since {until}"),
        None => format!("holds until {until}"),
    };
    let critical = if *critical {
        ", critical alerts too"
    } else {
        ""
    };
    format!(
        "{number}  {state}: {matchers}{critical}; {held} held back; \"{comment}\", {author}, {since}"
    )
}

fn event(text: &str) -> Result<Event, String> {
    let found = Event::ALL
        .into_iter()
        .find(|event| event.short_name() == text || event.name() == text);
    found.ok_or_else(|| {
        let names = Event::ALL.map(Event::short_name);
        format!("there is no such event; there are {}", names.join(", "))
    })
}

fn severity(text: &str) -> Result<Severity, String> {
    let found = Severity::ALL.into_iter().find(|it| it.name() == text);
    found.ok_or_else(|| {
        let names = Severity::ALL.map(Severity::name);
        format!("write one of {}", names.join(", "))
    })
}

/// Reads a time.
pub(super) fn time(text: &str) -> Result<Utc, String> {
    Utc::try_from(text.to_owned()).map_err(|error| error.to_string())
}

/// Reads a span.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    parse_span(text).ok_or_else(|| "write a span such as 2h or \"90 min\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_a_line_that_says_how_long_it_holds() {
        let at = |seconds: i64| Utc::from_micros(seconds * 1_000_000);
        let mut silence = Silence {
            number: 3,
            request: SilenceRequest {
                matchers: Matchers {
                    rules: vec!["road".to_owned()],
                    tracks: vec!["RAVEN".to_owned(), "OWL".to_owned()],
                    severity_max: Some(Severity::Minor),
                    ..Matchers::default()
                },
                until: at(7_200),
                comment: "works".to_owned(),
                author: "Ana".to_owned(),
                critical: true,
            },
            since: at(0),
            ended_at: None,
            held: 2,
        };
        let what = "rule road, track RAVEN or OWL, at most minor, critical alerts too; \
                    2 held back; \"works\", Ana, 1970-01-01T00:00:00.000Z";
        let holds = line(&silence, at(3_600));
        assert_eq!(
            holds,
            format!("3  holds until 1970-01-01T02:00:00.000Z: {what}")
        );
        let over = line(&silence, at(7_200));
        assert_eq!(
            over,
            format!("3  over since 1970-01-01T02:00:00.000Z: {what}")
        );
        silence.ended_at = Some(at(60));
        let ended = line(&silence, at(90));
        assert_eq!(
            ended,
            format!("3  ended at 1970-01-01T00:01:00.000Z: {what}")
        );
    }

    #[test]
    fn events_have_either_name() {
        assert_eq!(event("entered"), Ok(Event::Entered));
        assert_eq!(event("corridor.entered"), Ok(Event::Entered));
        assert!(
            event("enter")
                .unwrap_err()
                .starts_with("there is no such event; there are approaching, ")
        );
    }
}
