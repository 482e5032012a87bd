//! `corridord status`: how the running daemon is.

use std::io::{self, Write};

use crate::cli::ask::Which;
use crate::control::{BacklogStatus, LinkStatus, Status, StatusRequest};
use crate::monitor::TrackStatus;
use crate::monitor::alert::{Clock, ClockSource};

/// Shows how the running daemon is: links, tracks, endpoints, clock
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let status = args.which.ask(&StatusRequest {})?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &status)?;
        writeln!(out)?;
    } else {
        print(&status, &mut out)?;
    }
    Ok(())
}

fn print(said: &Status, out: &mut impl Write) -> io::Result<()> {
    let running = span(said.running_seconds);
    let (unit, version) = (&said.unit, &said.version);
    writeln!(
        out,
        "unit       {unit}: corridord {version}, running for {running}"
    )?;
    writeln!(out, "clock      {}", clock(&said.census.clock))?;
    for link in &said.links {
        writeln!(out, "link       {}", link_line(link))?;
    }
    let census = &said.census;
    writeln!(
        out,
        "watched    {} corridors by {}",
        census.corridors,
        counted(census.rules.len(), "rule"),
    )?;
    for track in &census.tracks {
        print_track(track, out)?;
    }
    if census.tracks.is_empty() {
        writeln!(out, "track      none was heard")?;
    }
    for endpoint in &said.endpoints {
        writeln!(out, "endpoint   {}", endpoint_line(endpoint))?;
    }
    Ok(())
}

fn clock(clock: &Clock) -> String {
    let source = match clock.source {
        ClockSource::Ntp => "the host's, kept right over the network",
        ClockSource::Gnss => "the vehicles', by their receivers: the host's is wrong",
        ClockSource::Host => "the host's, with nothing to keep it right",
    };
    let trusted = match clock.trusted {
        Some(true) => "trusted",
        Some(false) => "not trusted",
        None => "nobody says whether it is right",
    };
    match clock.error_ms {
        Some(error_ms) => format!("{source}; {trusted}, {error_ms} ms off by what vehicles say"),
        None => format!("{source}; {trusted}"),
    }
}

fn link_line(link: &LinkStatus) -> String {
    let LinkStatus {
        name,
        address,
        presence,
        frames,
        silent_seconds,
        loss_percent,
    } = link;
    let mut parts = vec![format!("{name} on {address}: {}", presence.name())];
    parts.push(silent_seconds.map_or_else(
        || "no frame yet".to_owned(),
        |seconds| format!("{frames} frames, the last one {} ago", span(seconds)),
    ));
    parts.extend(loss_percent.map(|percent| format!("{percent} % lost")));
    parts.join(", ")
}

fn print_track(track: &TrackStatus, out: &mut impl Write) -> io::Result<()> {
    let TrackStatus {
        track: key,
        kind: _,
        callsign,
        liveness,
        silent_seconds,
        fix,
        inside,
    } = track;
    write!(out, "track      {key}")?;
    if let Some(callsign) = callsign {
        write!(out, " ({callsign})")?;
    }
    write!(out, ": {liveness}")?;
    if liveness != "alive" {
        write!(out, ", silent for {}", span(*silent_seconds))?;
    }
    match fix {
        Some(fix) => {
            let age = span(fix.age_seconds);
            write!(out, "; at {:.6}, {:.6} {age} ago", fix.lat, fix.lon)?;
        }
        None => write!(out, "; no position that can be believed yet")?,
    }
    writeln!(out)?;
    for stay in inside {
        let leaving = if stay.is_leaving {
            ", on its way out"
        } else {
            ""
        };
        let (name, corridor, rule, since) = (&stay.name, &stay.corridor, &stay.rule, stay.since);
        writeln!(
            out,
            "           inside {name} ({corridor}) since {since}, by rule {rule}{leaving}"
        )?;
    }
    Ok(())
}

fn endpoint_line(endpoint: &BacklogStatus) -> String {
    let BacklogStatus {
        name,
        pending,
        delivered,
        sent,
        gone,
        parked,
        expired,
        oldest_pending_seconds,
    } = endpoint;
    let oldest =
        oldest_pending_seconds.map(|seconds| format!(" (the oldest for {})", span(seconds)));
    let oldest = oldest.unwrap_or_default();
    let mut parts = vec![format!(
        "{name}: {delivered} delivered, {pending} waiting{oldest}"
    )];
    for (count, what) in [
        (sent, "sent"),
        (gone, "refused for good"),
        (parked, "parked for a person"),
        (expired, "given up as too old"),
    ] {
        if 0 < *count {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.join(", ")
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

/// Writes a span in its two greatest units.
fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (_, _, _) => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_in_their_two_greatest_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min 1 s"),
            (3_600, "1 h 0 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(span(seconds), expected);
        }
    }
}
