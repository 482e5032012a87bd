//! `corridord corridors near`: which corridors a place concerns, and how it lies to each.

use std::io::{self, Write};

use clap::error::ErrorKind;
use serde::Serialize;

use super::described::decimetres;
use super::position;
use super::source::Source;
use super::style::{HEADING, painted};
use super::words;
use crate::clock::Clock;
use crate::corridor::{Corridor, CorridorSet, Location, NearPlace, Nearby, Side, mgrs};
use crate::units::{LatLon, Metres, Utc};

/// Where the nearest corridor is still worth telling, metres; far beyond it, local metres fail.
const NEAREST_MAX_M: f64 = 100_000.0;

/// Shows the corridors near a place, the nearest first
///
/// Distances to the edge of a corridor are negative inside.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: Words,
    /// How far away the edge of a corridor may be, such as 500 or "5 km"
    #[arg(long, default_value = "10 km", value_parser = words::length)]
    radius: Metres,
    #[command(flatten)]
    source: Source,
    /// Writes JSON
    #[arg(long)]
    json: bool,
}

/// The words of a place.
///
/// Five arguments, since one that takes several values takes flags for negative numbers too.
#[derive(Debug, clap::Args)]
struct Words {
    /// Latitude and longitude in decimal degrees: 41.5 22.1, or 41.5N,22.1E; or a grid reference (MGRS)
    /// such as 34TFL 26229 55516
    #[arg(value_name = "LAT", allow_hyphen_values = true)]
    first: String,
    /// Nothing if both stand in one word
    #[arg(value_name = "LON", allow_hyphen_values = true)]
    second: Option<String>,
    #[arg(hide = true, allow_hyphen_values = true)]
    third: Option<String>,
    #[arg(hide = true, allow_hyphen_values = true)]
    fourth: Option<String>,
    #[arg(hide = true, allow_hyphen_values = true)]
    fifth: Option<String>,
}

impl Words {
    fn text(&self) -> String {
        let more = [&self.second, &self.third, &self.fourth, &self.fifth];
        let more = more.into_iter().flatten().map(String::as_str);
        let words = std::iter::once(self.first.as_str()).chain(more);
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A place, and the corridors around it.
struct Around<'a> {
    at: LatLon,
    radius: Metres,
    town: Option<NearPlace>,
    /// Those within the radius, the nearest first.
    within: Vec<Found<'a>>,
    /// The nearest one if none is within the radius, up to [`NEAREST_MAX_M`].
    nearest: Option<Found<'a>>,
}

/// A corridor, and how the place lies to it.
struct Found<'a> {
    corridor: &'a Corridor,
    /// Whether it counts at this moment; absent if it always does.
    active: Option<bool>,
    location: Location,
    place_line: String,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let corridors = args.source.read()?;
    let at = position::read(&args.place.text(), &corridors.region)
        .map_err(|error| clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")))?;
    let around = look(&corridors.set, at, args.radius, Clock::start().now().utc);
    let mut out = painted();
    if args.json {
        serde_json::to_writer(&mut out, &answer(&around))?;
        writeln!(out)?;
    } else {
        print(&around, &mut out)?;
    }
    Ok(())
}

fn look(set: &CorridorSet, at: LatLon, radius: Metres, now: Utc) -> Around<'_> {
    let within = within(set, at, radius);
    let nearest = nearest(set, at).map(|nearest| locate(set, nearest, at, now));
    Around {
        at,
        radius,
        town: set.nearest_place(at),
        nearest: nearest.filter(|it| within.is_empty() && it.location.edge_m <= NEAREST_MAX_M),
        within: within.iter().map(|it| locate(set, *it, at, now)).collect(),
    }
}

fn within(set: &CorridorSet, at: LatLon, radius: Metres) -> Vec<Nearby> {
    let mut within = Vec::new();
    set.near(at, radius, &mut within);
    within.sort_by(|a, b| a.edge_m.total_cmp(&b.edge_m));
    within
}

/// Finds the corridor whose edge is nearest, however far away it is.
fn nearest(set: &CorridorSet, at: LatLon) -> Option<Nearby> {
    set.iter()
        .map(|(corridor, _)| set.measure(corridor, at))
        .min_by(|a, b| a.edge_m.total_cmp(&b.edge_m))
}

fn locate(set: &CorridorSet, nearby: Nearby, at: LatLon, now: Utc) -> Found<'_> {
    let corridor = set.get(nearby.corridor);
    Found {
        corridor,
        active: (!corridor.hours.is_always()).then(|| corridor.is_active(now)),
        location: set.locate(nearby.corridor, at),
        place_line: set.place_line(nearby.corridor, at, None),
    }
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    lat: f64,
    lon: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mgrs: Option<String>,
    radius_m: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<Town<'a>>,
    corridors: Vec<Entry<'a>>,
    /// Told only if there is none within the radius.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<Entry<'a>>,
}

/// The nearest named place.
#[derive(Debug, Serialize)]
struct Town<'a> {
    name: &'a str,
    distance_m: f64,
    bearing_deg: f64,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    name: &'a str,
    inside: bool,
    /// Whether it counts at this moment; absent if it always does.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    edge_m: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cross_track_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chainage_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    along_bearing_deg: Option<f64>,
    place: &'a str,
}

fn answer<'a>(around: &'a Around<'a>) -> Answer<'a> {
    Answer {
        lat: around.at.lat(),
        lon: around.at.lon(),
        mgrs: mgrs(around.at),
        radius_m: around.radius.get(),
        near: around.town.as_ref().map(|near| Town {
            name: &near.name,
            distance_m: near.distance_m.round(),
            bearing_deg: near.bearing_deg.round(),
        }),
        corridors: around.within.iter().map(entry).collect(),
        nearest: around.nearest.as_ref().map(entry),
    }
}

fn entry<'a>(found: &'a Found<'a>) -> Entry<'a> {
    let location = &found.location;
    Entry {
        id: found.corridor.id.as_str(),
        name: &found.corridor.name,
        inside: location.edge_m <= 0.0,
        active: found.active,
        edge_m: decimetres(location.edge_m),
        cross_track_m: location.cross_track_m.map(decimetres),
        side: location.side.map(Side::as_str),
        chainage_km: location.chainage_m.map(|it| it.round() / 1000.0),
        along_bearing_deg: location
            .along_bearing_deg()
            .map(|it| (it * 10.0).round() / 10.0),
        place: &found.place_line,
    }
}

fn print(around: &Around<'_>, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}", words::place(around.at))?;
    if let Some(mgrs) = mgrs(around.at) {
        write!(out, ", {mgrs}")?;
    }
    match &around.town {
        Some(near) => {
            let (km, bearing) = (near.distance_m / 1000.0, near.bearing_deg);
            let name = &near.name;
            writeln!(out, ", {km:.1} km from {name} at {bearing:.0} degrees")?;
        }
        None => writeln!(out)?,
    }
    let radius_km = around.radius.get() / 1000.0;
    match around.within.len() {
        0 => write!(out, "no corridor within {radius_km} km")?,
        found => write!(out, "corridors within {radius_km} km: {found}")?,
    }
    writeln!(
        out,
        "{}",
        if around.nearest.is_some() {
            "; the nearest is"
        } else {
            ""
        }
    )?;
    for found in around.within.iter().chain(&around.nearest) {
        tell(found, out)?;
    }
    Ok(())
}

fn tell(found: &Found<'_>, out: &mut impl Write) -> io::Result<()> {
    let location = &found.location;
    let id = &found.corridor.id;
    let mut parts = vec![if location.edge_m <= 0.0 {
        format!("inside, {:.0} m from the edge", -location.edge_m)
    } else {
        format!("outside, {:.0} m from the edge", location.edge_m)
    }];
    if found.active == Some(false) {
        parts.push("does not count at this time".to_owned());
    }
    parts.extend(across(location));
    let chainage = location.chainage_m;
    parts.extend(chainage.map(|chainage_m| format!("km {:.3}", chainage_m / 1000.0)));
    writeln!(out, "\n{HEADING}{id}{HEADING:#}: {}", parts.join("; "))?;
    writeln!(out, "    {}", found.place_line)
}

/// Says how far beside the centreline a place lies, and on which side.
fn across(location: &Location) -> Option<String> {
    let metres = location.cross_track_m?;
    Some(match location.side {
        Some(Side::Left) => format!("{metres:.0} m left of the centreline"),
        Some(Side::Right) => format!("{metres:.0} m right of the centreline"),
        Some(Side::On) => "on the centreline".to_owned(),
        None => format!("{metres:.0} m beyond an end of the centreline"),
    })
}
