//! `corridord check`: says everything that is wrong with a configuration, or what it comes to.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::run::Overrides;
use crate::clock::Clock;
use crate::config::{self, Loaded, Purpose, Settings};
use crate::corridor::Band;
use crate::deliver::{Format, Secret};
use crate::monitor::lists::List;
use crate::monitor::routes::Route;
use crate::monitor::rule::{Pattern, Rule};

/// Checks a configuration and shows what it comes to
///
/// Prints every error with its file, line and key, and exits with 78 if there is one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    overrides: Overrides,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let outside = args.overrides.outside();
    let Loaded { settings, warnings } =
        config::load(args.config.as_deref(), &outside, Purpose::Run)?;
    let mut err = io::stderr().lock();
    for warning in warnings {
        writeln!(err, "{warning} (warning)")?;
    }
    let now = Clock::start().now().utc;
    for endpoint in &settings.deliver.endpoints {
        let ends = endpoint.expiries();
        for warning in ends.iter().filter_map(|expiry| expiry.warning(now)) {
            writeln!(err, "endpoint `{}`: {warning} (warning)", endpoint.name)?;
        }
    }
    print(&settings, &mut io::stdout().lock())?;
    Ok(())
}

fn print(settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "unit       {}", settings.unit)?;
    for link in &settings.links {
        let (name, address, fleet) = (&link.name, &link.address, &link.namespace);
        write!(out, "link       {name} on {address}, fleet {fleet}")?;
        match link.station.transmit {
            transmit if transmit.is_nothing() => writeln!(out)?,
            transmit => writeln!(out, ", sends {transmit}")?,
        }
        if !link.forward.is_empty() {
            let consumers: Vec<String> = link.forward.iter().map(ToString::to_string).collect();
            writeln!(out, "           shared with {}", consumers.join(", "))?;
        }
    }
    for (link, signing) in settings
        .links
        .iter()
        .filter_map(|link| Some((link, link.signing.as_ref()?)))
    {
        writeln!(
            out,
            "signing    {}: {} key(s); {} unsigned frames, {} bad signatures",
            link.name,
            signing.keys.len(),
            signing.unsigned.name(),
            signing.bad.name()
        )?;
    }
    let summary = settings.corridors.summary();
    writeln!(
        out,
        "corridors  {}: {} lines of {:.1} km in all, {} areas, {} segments, {} named places",
        summary.corridors,
        summary.lines,
        summary.length_km,
        summary.areas,
        summary.segments,
        summary.places
    )?;
    for file in &settings.corridor_files {
        writeln!(out, "           {}", file.display())?;
    }
    print_rules(settings, out)?;
    for endpoint in &settings.deliver.endpoints {
        let keys = endpoint.secrets.len();
        let host = endpoint.url.host_str().unwrap_or_default();
        let scheme = endpoint.url.scheme();
        let name = &endpoint.name;
        writeln!(
            out,
            "endpoint   {name}: {scheme} to {host}, signed with {keys} secret(s)"
        )?;
        if endpoint.format != Format::Webhook {
            writeln!(out, "           as {}", endpoint.format.name())?;
        }
        for public in endpoint.secrets.iter().filter_map(Secret::public) {
            writeln!(out, "           verified by {public}")?;
        }
        let target = settings.routing.target(name).map(ToString::to_string);
        if let Some(target) = target.filter(|target| target != "everything") {
            writeln!(out, "           gets {target}")?;
        }
    }
    writeln!(out, "state      {}", settings.store.directory.display())
}

/// Says what is told, of whom and where.
fn print_rules(settings: &Settings, out: &mut impl Write) -> io::Result<()> {
    let corridors = settings.corridors.summary().corridors;
    for list in &settings.lists {
        let (tracks, callsigns) = (list.tracks.len(), list.callsigns.len());
        let name = &list.name;
        writeln!(
            out,
            "list       {name}: {tracks} track(s), {callsigns} callsign(s)"
        )?;
    }
    for rule in &settings.rules {
        let watched = settings
            .corridors
            .iter()
            .filter(|(_, it)| rule.corridors.matches(it));
        let tracks: Vec<&str> = rule.tracks.kinds.iter().map(|kind| kind.name()).collect();
        let events: Vec<&str> = rule.events.iter().map(|event| event.short_name()).collect();
        writeln!(
            out,
            "rule       {}: {} of {} corridors for {}: {}; {}, {}",
            rule.name,
            watched.count(),
            corridors,
            tracks.join(", "),
            events.join(", "),
            rule.severity.name(),
            rule.status.name()
        )?;
        print_limits(rule, out)?;
    }
    for route in &settings.routes {
        let Route {
            name,
            corridor,
            tolerance,
            ..
        } = route;
        let tolerance_m = tolerance.get();
        writeln!(
            out,
            "route      {name}: along {corridor}, up to {tolerance_m} m beyond its edge; {}, {}",
            route.severity.name(),
            route.status.name()
        )?;
    }
    for attendance in &settings.attendances {
        let watched = settings.corridors.iter();
        let watched = watched.filter(|(_, it)| attendance.corridors.matches(it));
        writeln!(
            out,
            "attendance {}: {} of {} corridors, after {} s; {}, {}",
            attendance.name,
            watched.count(),
            corridors,
            attendance.span.as_secs(),
            attendance.severity.name(),
            attendance.status.name()
        )?;
    }
    Ok(())
}

/// Says what else a rule asks for, a line for each kind of thing.
fn print_limits(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    let filter = &rule.tracks;
    let lists = |lists: &[Arc<List>]| {
        let names = lists.iter().map(|list| list.name.clone());
        names.collect::<Vec<_>>().join(", ")
    };
    let callsigns: Vec<&str> = filter.callsigns.iter().map(Pattern::as_str).collect();
    let authenticity = filter.authenticity.iter().map(|it| it.name());
    let authenticity: Vec<&str> = authenticity.collect();
    let band = rule.band.as_ref().map(Band::to_string);
    let hours = (!rule.hours.is_always()).then(|| rule.hours.to_string());
    for (what, value) in [
        ("called", callsigns.join(", ")),
        ("on", lists(&filter.lists)),
        ("not on", lists(&filter.not_lists)),
        ("that is", authenticity.join(" or ")),
        ("at", band.unwrap_or_default()),
        ("active", hours.unwrap_or_default()),
    ] {
        if !value.is_empty() {
            writeln!(out, "           {what} {value}")?;
        }
    }
    match rule.severity_when.len() {
        0 => Ok(()),
        conditions => writeln!(
            out,
            "           another severity on {conditions} condition(s)"
        ),
    }
}
