//! `corridord corridors show`: everything about one corridor.

use std::io::{self, Write};

use anyhow::anyhow;
use serde::Serialize;
use strsim::normalized_damerau_levenshtein;

use super::beside::Around;
use super::described::{Described, decimetres};
use super::source::Source;
use super::style::{HEADING, painted};
use super::words;
use crate::clock::Clock;
use crate::corridor::{Band, Corridor, CorridorSet, Extent, Hours, Measures};
use crate::units::Utc;

/// How much of an id must agree for it to be the one that was meant, 0 to 1.
const ALIKE_MIN: f64 = 0.4;

/// How many ids are proposed.
const PROPOSED_MAX: usize = 3;

/// Shows everything that is known about one corridor
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its id, as `list` shows it
    id: String,
    #[command(flatten)]
    source: Source,
    /// Writes JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    described: Described<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    km_start: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    km_end: Option<f64>,
    vertices: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts_m: Vec<f64>,
    /// West, south, east, north, as RFC 7946 has it.
    bbox: [f64; 4],
    #[serde(skip_serializing_if = "Option::is_none")]
    altitude_min_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altitude_max_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    altitude_datum: Option<&'static str>,
    /// Its periods in words; absent, like the two after it, if it always counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'a str>,
    #[serde(flatten)]
    around: Around<'a>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let set = args.source.read()?.set;
    let found = set.find(&args.id).ok_or_else(|| unknown(&args.id, &set))?;
    let corridor = set.get(found);
    let measures = corridor.measures();
    let around = Around::of(&set, found);
    let now = Clock::start().now().utc;
    let mut out = painted();
    if args.json {
        serde_json::to_writer(&mut out, &shown(corridor, &measures, around, now))?;
        writeln!(out)?;
    } else {
        print(corridor, &measures, &around, now, &mut out)?;
    }
    Ok(())
}

/// Says which ids could have been meant.
fn unknown(id: &str, set: &CorridorSet) -> anyhow::Error {
    let wanted = id.to_lowercase();
    let likeness = |known: &str| {
        if known.contains(&wanted) {
            1.0
        } else {
            normalized_damerau_levenshtein(&wanted, known)
        }
    };
    let mut alike: Vec<(f64, &str)> = set
        .iter()
        .map(|(_, corridor)| corridor.id.as_str())
        .map(|known| (likeness(&known.to_lowercase()), known))
        .filter(|(alike, _)| ALIKE_MIN <= *alike)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    let proposed: Vec<&str> = alike.iter().take(PROPOSED_MAX).map(|(_, id)| *id).collect();
    if proposed.is_empty() {
        anyhow!("no corridor has the id \"{id}\"; `corridord corridors list` shows them all")
    } else {
        anyhow!(
            "no corridor has the id \"{id}\"; did you mean {}?",
            proposed.join(" or ")
        )
    }
}

fn shown<'a>(
    corridor: &'a Corridor,
    measures: &Measures,
    around: Around<'a>,
    now: Utc,
) -> Shown<'a> {
    let band = corridor.band.as_ref();
    let hours = Some(&corridor.hours).filter(|hours| !hours.is_always());
    let posts = posts(corridor, &measures.extent);
    let bounds = measures.bounds;
    Shown {
        described: Described::of(corridor, &measures.extent),
        km_start: posts.map(|(start, _)| start),
        km_end: posts.map(|(_, end)| end),
        vertices: measures.vertices,
        parts_m: match &measures.extent {
            Extent::Along { parts_m, .. } => parts_m.iter().copied().map(decimetres).collect(),
            Extent::Across(_) | Extent::Around(_) => Vec::new(),
        },
        bbox: [bounds.west, bounds.south, bounds.east, bounds.north],
        altitude_min_m: band.and_then(Band::min_m),
        altitude_max_m: band.and_then(Band::max_m),
        altitude_datum: band.map(|band| band.datum().as_str()),
        hours: hours.map(ToString::to_string),
        active: hours.map(|hours| hours.is_active(now)),
        next_change: hours.and_then(|hours| Some(hours.next_change(now)?.to_string())),
        source: corridor.source.as_deref(),
        certainty: corridor.certainty.as_deref(),
        around,
    }
}

/// Returns the posts at the first and at the last vertex, kilometres.
fn posts(corridor: &Corridor, extent: &Extent) -> Option<(f64, f64)> {
    match extent {
        Extent::Along { parts_m, .. } => {
            let post = |along_m| (corridor.posts.km_at(along_m) * 1000.0).round() / 1000.0;
            Some((post(0.0), post(parts_m.iter().sum())))
        }
        Extent::Across(_) | Extent::Around(_) => None,
    }
}

fn print(
    corridor: &Corridor,
    measures: &Measures,
    around: &Around<'_>,
    now: Utc,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut tell = |what: &str, text: Option<&str>| match text {
        Some(text) => writeln!(out, "{HEADING}{what:<11}{HEADING:#} {text}"),
        None => Ok(()),
    };
    tell("id", Some(corridor.id.as_str()))?;
    tell("name", Some(&corridor.name))?;
    tell("class", Some(corridor.class.as_str()))?;
    tell("country", corridor.country.as_deref())?;
    let countries = Some(corridor.countries.join(", ")).filter(|it| !it.is_empty());
    tell("concerns", countries.as_deref())?;
    tell("road", corridor.reference.as_deref())?;
    tell("section", corridor.section.as_deref())?;
    tell("from", corridor.from.as_deref())?;
    tell("to", corridor.to.as_deref())?;
    if let Some((start, end)) = posts(corridor, &measures.extent) {
        tell("posts", Some(&format!("km {start:.1} to km {end:.1}")))?;
    }
    tell("size", Some(&words::extent(&measures.extent)))?;
    tell("parts", parts(&measures.extent).as_deref())?;
    tell("half-width", words::widths(&measures.extent).as_deref())?;
    tell("vertices", Some(&measures.vertices.to_string()))?;
    tell("within", Some(&measures.bounds.to_string()))?;
    tell(
        "heights",
        corridor.band.map(|band| band.to_string()).as_deref(),
    )?;
    tell("counts", times(&corridor.hours, now).as_deref())?;
    tell("source", corridor.source.as_deref())?;
    tell("certainty", corridor.certainty.as_deref())?;
    for crossing in &around.crossings {
        tell("crossing", Some(&crossing.text()))?;
    }
    for neighbour in &around.neighbours {
        tell("neighbour", Some(&neighbour.text()))?;
    }
    Ok(())
}

/// Says how long each part is, if there are several.
fn parts(extent: &Extent) -> Option<String> {
    match extent {
        Extent::Along { parts_m, .. } if 1 < parts_m.len() => {
            let lengths = parts_m
                .iter()
                .map(|metres| format!("{:.1} km", metres / 1000.0));
            Some(lengths.collect::<Vec<_>>().join(", "))
        }
        Extent::Along { .. } | Extent::Across(_) | Extent::Around(_) => None,
    }
}

/// Says when a corridor counts, unless it always does, and whether it does at this moment.
fn times(hours: &Hours, now: Utc) -> Option<String> {
    if hours.is_always() {
        return None;
    }
    let state = if hours.is_active(now) {
        "it does"
    } else {
        "it does not"
    };
    Some(match hours.next_change(now) {
        Some(change) => format!("{hours} ({state} until {change})"),
        None => format!("{hours} ({state})"),
    })
}
