//! `corridord corridors list`: every corridor in a line.

use std::io::{self, Write};

use serde::Serialize;

use super::described::Described;
use super::source::Source;
use super::style::{HEADING, painted};
use super::words::{extent, widths};
use crate::corridor::{Class, Corridor, Extent};
use crate::monitor::rule::CorridorFilter;

/// Lists corridors, in the order of their files
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    source: Source,
    /// Only corridors in this country, such as MK; may repeat
    #[arg(long = "country", value_name = "CODE")]
    countries: Vec<String>,
    /// Only corridors of this class: corridor, crossing or zone; may repeat
    #[arg(long = "class", value_parser = ["corridor", "crossing", "zone"])]
    classes: Vec<String>,
    /// Writes JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct List<'a> {
    corridors: Vec<Described<'a>>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let corridors = args.source.read()?;
    let is_chosen = |class: &Class| args.classes.iter().any(|it| it == class.as_str());
    let filter = CorridorFilter {
        countries: args.countries.iter().map(|it| it.to_uppercase()).collect(),
        classes: Class::ALL.into_iter().filter(is_chosen).collect(),
        ..CorridorFilter::default()
    };
    let chosen: Vec<(&Corridor, Extent)> = corridors
        .set
        .iter()
        .filter(|(_, corridor)| filter.matches(corridor))
        .map(|(_, corridor)| (corridor, corridor.measures().extent))
        .collect();
    let mut out = painted();
    if args.json {
        let described = chosen.iter().map(|(it, extent)| Described::of(it, extent));
        let list = List {
            corridors: described.collect(),
        };
        serde_json::to_writer(&mut out, &list)?;
        writeln!(out)?;
    } else {
        let rows: Vec<[String; 7]> = chosen.iter().map(|(it, size)| row(it, size)).collect();
        print(&rows, &mut out)?;
    }
    Ok(())
}

const TITLES: [&str; 7] = ["id", "class", "in", "road", "size", "half-width", "name"];

fn row(corridor: &Corridor, size: &Extent) -> [String; 7] {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        corridor.id.to_string(),
        corridor.class.to_string(),
        or_dash(&corridor.country),
        or_dash(&corridor.reference),
        extent(size),
        widths(size).unwrap_or_else(|| "-".to_owned()),
        corridor.name.clone(),
    ]
}

fn print(rows: &[[String; 7]], out: &mut impl Write) -> io::Result<()> {
    let mut columns = TITLES.map(str::len);
    for row in rows {
        for (width, cell) in columns.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |cells: [&str; 7]| {
        let padded = cells
            .iter()
            .zip(columns)
            .map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{HEADING}{}{HEADING:#}", line(TITLES))?;
    for row in rows {
        writeln!(out, "{}", line(row.each_ref().map(String::as_str)))?;
    }
    Ok(())
}
