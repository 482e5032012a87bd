//! `corridord corridors check`: everything that is wrong or doubtful in files of corridors.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::described::decimetres;
use super::source::{SHIPPED, sources};
use super::style::{DOUBTFUL, REFUSED, painted};
use crate::cli::entry::Refused;
use crate::corridor::import::{self, Format};
use crate::corridor::{
    Corridor, CorridorSet, FeatureName, Flaw, Place, Region, Summary, geojson, lint, shipped,
};

/// What some programs write before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Checks files of corridors, or those that are shipped
///
/// Reads them as the daemon would and prints everything that is wrong with them, with file, feature
/// and vertex, what a person should look at again, and, as a note, which lines come back to themselves.
/// Ends with 78 if anything is wrong.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// GeoJSON files; without them those of the configuration, or the shipped ones
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The configuration that says where corridors are expected
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Writes JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let sources = sources(args.config.as_ref(), &args.files)?;
    let mut ids = HashMap::new();
    let mut checked: Vec<Checked> = Vec::new();
    for file in &sources.files {
        checked.push(match fs::read_to_string(file) {
            Ok(text) => {
                let extension = file.extension().and_then(OsStr::to_str);
                check(name(file), extension, &text, &sources.region, &mut ids)
            }
            Err(error) => Checked::refused(name(file), format!("cannot be read: {error}")),
        });
    }
    if sources.files.is_empty() {
        let text = shipped::WESTERN_BALKANS;
        checked.push(check(
            SHIPPED.to_owned(),
            None,
            text,
            &sources.region,
            &mut ids,
        ));
    }
    let mut out = painted();
    if args.json {
        serde_json::to_writer(&mut out, &Report { files: &checked })?;
        writeln!(out)?;
    } else {
        for file in &checked {
            print(file, &mut out)?;
        }
    }
    if checked.iter().all(|file| file.flaws.is_empty()) {
        Ok(())
    } else {
        Err(Refused.into())
    }
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    files: &'a [Checked],
}

/// What was found in a file.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    flaws: Vec<Remark>,
    warnings: Vec<Remark>,
    /// What is sound, and good to know.
    notes: Vec<Remark>,
    /// Absent if something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<Holdings>,
}

impl Checked {
    fn refused(file: String, message: String) -> Self {
        Self {
            file,
            flaws: vec![Remark::of(None, message)],
            warnings: Vec::new(),
            notes: Vec::new(),
            holds: None,
        }
    }
}

/// One thing that is wrong or doubtful.
#[derive(Debug, Serialize)]
struct Remark {
    /// Its place in the file, from 0; absent if the file as a whole is meant, or the id says enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    message: String,
}

impl Remark {
    fn of(feature: Option<&FeatureName>, message: String) -> Self {
        Self {
            feature: feature.map(|feature| feature.index),
            id: feature.and_then(|feature| feature.id.clone()),
            message,
        }
    }

    /// Names the feature as the errors of the daemon do.
    fn text(&self) -> String {
        match (self.feature, &self.id) {
            (Some(index), id) => {
                let id = id.clone();
                format!("{}: {}", FeatureName { index, id }, self.message)
            }
            (None, Some(id)) => format!("{id}: {}", self.message),
            (None, None) => self.message.clone(),
        }
    }
}

/// What a sound file holds.
#[derive(Debug, Serialize)]
struct Holdings {
    corridors: usize,
    lines: usize,
    areas: usize,
    places: usize,
    segments: usize,
    length_m: f64,
}

impl Holdings {
    fn of(summary: Summary) -> Self {
        Self {
            corridors: summary.corridors,
            lines: summary.lines,
            areas: summary.areas,
            places: summary.places,
            segments: summary.segments,
            length_m: decimetres(summary.length_km * 1000.0),
        }
    }
}

/// What a file says, as the daemon reads it.
struct Reading {
    corridors: Vec<Corridor>,
    places: Vec<Place>,
    warnings: Vec<Remark>,
}

/// Checks a file; `ids` holds the corridors of the files before it.
fn check(
    file: String,
    extension: Option<&str>,
    text: &str,
    region: &Region,
    ids: &mut HashMap<String, String>,
) -> Checked {
    match read(extension, text, region) {
        Ok(reading) => {
            let flaws = taken(&file, &reading.corridors, ids);
            let set = CorridorSet::new(reading.corridors, reading.places).ok();
            let holds = set.filter(|_| flaws.is_empty());
            Checked {
                file,
                flaws,
                warnings: reading.warnings,
                notes: holds.as_ref().map_or_else(Vec::new, folds),
                holds: holds.map(|set| Holdings::of(set.summary())),
            }
        }
        Err((flaws, warnings)) => Checked {
            file,
            flaws,
            warnings,
            notes: Vec::new(),
            holds: None,
        },
    }
}

/// Reads a file as the daemon does: GeoJSON, or what authorities publish.
///
/// What is refused comes with what is doubtful.
fn read(
    extension: Option<&str>,
    text: &str,
    region: &Region,
) -> Result<Reading, (Vec<Remark>, Vec<Remark>)> {
    match Format::recognise(text, extension) {
        Ok(Format::GeoJson) | Err(_) => read_geojson(text, region),
        Ok(Format::Ed269 | Format::Ed318 | Format::Gpx | Format::Kml | Format::Wkt) => {
            let plain = |messages: Vec<String>| {
                let messages = messages.into_iter();
                messages.map(|it| Remark::of(None, it)).collect()
            };
            match import::read(text, extension, region) {
                Ok(read) => Ok(Reading {
                    corridors: read.corridors,
                    places: read.places,
                    warnings: plain(read.warnings),
                }),
                Err(flaws) => Err((plain(flaws), Vec::new())),
            }
        }
    }
}

fn read_geojson(text: &str, region: &Region) -> Result<Reading, (Vec<Remark>, Vec<Remark>)> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let told = |flaws: &[Flaw]| -> Vec<Remark> {
        let flaws = flaws.iter();
        flaws
            .map(|flaw| Remark::of(flaw.feature.as_ref(), flaw.fault.to_string()))
            .collect()
    };
    let doubts: Vec<Remark> = lint(text)
        .iter()
        .map(|doubt| Remark::of(Some(&doubt.feature), doubt.matter.to_string()))
        .collect();
    match geojson::read(text, region) {
        Ok(file) => {
            let mut warnings = told(&file.warnings);
            warnings.extend(doubts);
            warnings.sort_by_key(|warning| warning.feature);
            Ok(Reading {
                corridors: file.corridors,
                places: file.places,
                warnings,
            })
        }
        Err(flaws) => Err((told(&flaws), doubts)),
    }
}

/// Lists the lines that come back to themselves.
fn folds(set: &CorridorSet) -> Vec<Remark> {
    let folds = set.iter().filter_map(|(nth, corridor)| {
        let fold = set.fold(nth)?;
        Some(Remark {
            feature: None,
            id: Some(corridor.id.to_string()),
            message: fold.to_string(),
        })
    });
    folds.collect()
}

/// Lists what keeps a sound file from being watched together with those before it.
fn taken(file: &str, corridors: &[Corridor], ids: &mut HashMap<String, String>) -> Vec<Remark> {
    let mut flaws = Vec::new();
    if corridors.is_empty() {
        flaws.push(Remark::of(None, "there is no corridor in it".to_owned()));
    }
    for corridor in corridors {
        let id = corridor.id.to_string();
        if let Some(first) = ids.get(&id) {
            flaws.push(Remark::of(
                None,
                format!("the id \"{id}\" is taken by {first}"),
            ));
        } else {
            ids.insert(id, file.to_owned());
        }
    }
    flaws
}

fn print(checked: &Checked, out: &mut impl Write) -> io::Result<()> {
    let file = &checked.file;
    for flaw in &checked.flaws {
        writeln!(out, "{REFUSED}{file}: {}{REFUSED:#}", flaw.text())?;
    }
    for warning in &checked.warnings {
        let text = warning.text();
        writeln!(out, "{DOUBTFUL}{file}: {text} (warning){DOUBTFUL:#}")?;
    }
    for note in &checked.notes {
        writeln!(out, "{file}: {} (note)", note.text())?;
    }
    let (warnings, notes) = (checked.warnings.len(), checked.notes.len());
    if let Some(holds) = &checked.holds {
        writeln!(
            out,
            "{file}: sound: {} lines of {:.1} km in all, {} areas, {} segments, {} named places; \
             {warnings} warnings, {notes} notes",
            holds.lines,
            holds.length_m / 1000.0,
            holds.areas,
            holds.segments,
            holds.places
        )
    } else {
        let flaws = checked.flaws.len();
        writeln!(out, "{file}: refused: {flaws} errors, {warnings} warnings")
    }
}
