//! `corridord corridors import`: makes GeoJSON corridors of what others publish and draw.

use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::kmz;
use crate::clock::Clock;
use crate::config::{Flaw, Flaws};
use crate::corridor::Region;
use crate::corridor::import::{Collection, Conversion, FileReport, Format, Given, Report};

/// How much of a file is read, bytes: what is larger is more likely a mistake than corridors.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Makes GeoJSON corridors of GeoJSON, KML, GPX, WKT, ED-269 or ED-318
///
/// The format is told by the text itself, or else by the extension. What the files lack is given by
/// flags; what they say themselves stays. A report goes to standard error: what was read, which ids
/// were made, what was left out and why. Everything that is wrong is told at once, and ends with 78.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the corridors are written, standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Reads every file as this format
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// The half-width of lines that have none, metres
    #[arg(long, value_name = "METRES")]
    half_width_m: Option<f64>,
    /// The country of corridors that have none, such as MK
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// The class of corridors that have none: corridor, crossing or zone
    #[arg(long)]
    class: Option<String>,
    /// The road reference of corridors that have none, such as "E 75"
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// What every id begins with
    #[arg(long, value_name = "PREFIX", default_value = "")]
    id_prefix: String,
    /// Reads the tracks of GPX as corridors too
    #[arg(long)]
    tracks: bool,
    /// Leaves features out that something is wrong with, instead of refusing everything
    #[arg(long)]
    leave_out_flawed: bool,
    /// Where corridors are expected, degrees; what lies elsewhere is warned of, and refused if it
    /// would lie there with its axes exchanged
    #[arg(long, value_name = "SOUTH,NORTH,WEST,EAST", value_parser = region, allow_hyphen_values = true)]
    region: Option<Region>,
    /// Writes the report to standard output as JSON, too
    #[arg(long, requires = "output")]
    json: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let given = Given {
        half_width_m: args.half_width_m,
        country: args.country.clone(),
        class: args.class.clone(),
        reference: args.reference.clone(),
        id_prefix: args.id_prefix.clone(),
        tracks: args.tracks,
        leave_out_flawed: args.leave_out_flawed,
    };
    let mut conversion = Conversion::new(given, args.region.unwrap_or_default());
    let mut flaws = Vec::new();
    for file in &args.files {
        match read(file, args.format) {
            Ok((format, text)) => conversion.add(&file.display().to_string(), format, &text),
            Err(message) => flaws.push(flaw(&file.display().to_string(), message)),
        }
    }
    let converted = conversion.finish(Clock::start().now().utc);
    let (collection, report) = match converted {
        Ok(converted) if flaws.is_empty() => converted,
        Ok(_) => return Err(Flaws(flaws).into()),
        Err(refused) => {
            let refused = refused.0.into_iter();
            flaws.extend(refused.map(|(file, fault)| flaw(&file, fault.to_string())));
            return Err(Flaws(flaws).into());
        }
    };
    let mut err = io::stderr().lock();
    for file in &report.files {
        tell(file, &mut err)?;
    }
    if collection.is_empty() {
        let files: Vec<String> = args
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let message = "there is no corridor and no place in it".to_owned();
        return Err(Flaws(vec![flaw(&files.join(", "), message)]).into());
    }
    write(args, &collection, &report)
}

fn format(key: &str) -> Result<Format, String> {
    let found = Format::ALL.into_iter().find(|format| format.key() == key);
    found.ok_or_else(|| {
        let keys = Format::ALL.map(Format::key);
        format!("it is none of {}", keys.join(", "))
    })
}

fn region(text: &str) -> Result<Region, String> {
    let sides: Option<Vec<f64>> = text
        .split(',')
        .map(|side| side.trim().parse().ok())
        .collect();
    match sides.as_deref() {
        Some(&[south, north, west, east]) if south < north && west < east => Ok(Region {
            south,
            north,
            west,
            east,
        }),
        _ => Err("it must be four numbers such as 34,50,12,31".to_owned()),
    }
}

/// Reads a file as text, and tells its format.
fn read(file: &Path, format: Option<Format>) -> Result<(Format, String), String> {
    let cannot = |error: io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    let mut source = File::open(file).map_err(cannot)?.take(FILE_BYTES_MAX + 1);
    source.read_to_end(&mut bytes).map_err(cannot)?;
    let mut bytes = bounded(bytes)?;
    if kmz::looks_like(&bytes) {
        bytes = bounded(kmz::document(&bytes, FILE_BYTES_MAX)?)?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is no UTF-8 text: byte {at} fits no letter")
    })?;
    let extension = file.extension().and_then(|it| it.to_str());
    let format = format
        .map_or_else(|| Format::recognise(&text, extension), Ok)
        .map_err(|error| error.to_string())?;
    Ok((format, text))
}

/// Refuses what is larger than is read.
fn bounded(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 <= FILE_BYTES_MAX {
        return Ok(bytes);
    }
    let mebibytes = FILE_BYTES_MAX >> 20;
    Err(format!(
        "is larger than {mebibytes} MiB, which is as much as is read"
    ))
}

fn flaw(source: &str, message: String) -> Flaw {
    Flaw {
        source: source.to_owned(),
        line: None,
        key: String::new(),
        message,
    }
}

/// Tells what came of a file, in words.
fn tell(file: &FileReport, out: &mut impl Write) -> io::Result<()> {
    let name = &file.file;
    writeln!(
        out,
        "{name}: {}: {} lines, {} areas, {} discs, {} places; {} left out, {} warnings",
        file.format,
        file.lines,
        file.areas,
        file.discs,
        file.places,
        file.left_out.len(),
        file.warnings.len()
    )?;
    for id in &file.ids {
        writeln!(out, "{name}: {}: its id is {}", id.feature, id.id)?;
    }
    for left_out in &file.left_out {
        writeln!(out, "{name}: {left_out} (left out)")?;
    }
    for warning in &file.warnings {
        writeln!(out, "{name}: {warning} (warning)")?;
    }
    Ok(())
}

/// Writes the corridors, to a file as a whole or not at all.
fn write(args: &Args, collection: &Collection, report: &Report) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let Some(output) = &args.output else {
        writeln!(out, "{collection}")?;
        return Ok(());
    };
    let mut part = output.clone().into_os_string();
    part.push(".part");
    let cannot = || format!("cannot write {}", output.display());
    fs::write(&part, format!("{collection}\n")).with_context(cannot)?;
    fs::rename(&part, output).with_context(cannot)?;
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    }
    Ok(())
}
