//! Reads `[corridors]` and the files that it names.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::document::{Document, Section};
use crate::config::findings::Findings;
use crate::config::flaw::{Flaw, Flaws};
use crate::config::load::text_of;
use crate::config::outside::Outside;
use crate::corridor::{CorridorSet, Region, import};

/// Where corridors stand, and where in the world they are expected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorridorSources {
    /// The files, in order.
    pub files: Vec<PathBuf>,
    /// The part of the world.
    pub region: Region,
}

/// Corridors, and what somebody should look at though they are usable.
#[derive(Debug)]
pub struct LoadedCorridors {
    /// The corridors.
    pub set: CorridorSet,
    /// Not errors.
    pub warnings: Vec<Flaw>,
}

/// Reads of a configuration which corridors it watches, and nothing else: a program that only
/// shows them needs no secrets.
///
/// `replacing` are the files that a flag names in the place of those of the configuration.
///
/// # Errors
///
/// Everything that is wrong with `[corridors]`.
pub fn corridor_sources(file: &Path, replacing: &[PathBuf]) -> Result<CorridorSources, Flaws> {
    let text = text_of(file)?;
    let document = Document::parse(&file.display().to_string(), &text).map_err(Flaws)?;
    let base = file.parent().unwrap_or(Path::new(""));
    let outside = Outside {
        corridors: replacing.to_vec(),
        ..Outside::default()
    };
    let sources = read_sources(&mut document.root(), base, &outside);
    let flaws = document.into_flaws();
    if flaws.is_empty() {
        Ok(sources)
    } else {
        Err(Flaws(flaws))
    }
}

/// Reads files of corridors together, as the daemon watches them.
///
/// # Errors
///
/// Everything that is wrong with them, at once.
pub fn load_corridors(sources: CorridorSources) -> Result<LoadedCorridors, Flaws> {
    let mut findings = Findings::default();
    match read_files(sources, &mut findings) {
        Some(files) if findings.flaws.is_empty() => Ok(LoadedCorridors {
            set: files.set,
            warnings: findings.warnings,
        }),
        Some(_) | None => Err(Flaws(findings.flaws)),
    }
}

/// The corridors, and where they came from.
#[derive(Debug)]
pub(super) struct CorridorFiles {
    pub(super) set: CorridorSet,
    pub(super) files: Vec<PathBuf>,
    /// Where in the world they were expected.
    pub(super) region: Region,
}

/// Reads the files that flags or the configuration name; absent if one of them is not sound.
pub(super) fn read(
    root: &mut Section<'_, '_>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Option<CorridorFiles> {
    let sources = read_sources(root, base, outside);
    if sources.files.is_empty() {
        return None;
    }
    read_files(sources, findings)
}

fn read_sources(root: &mut Section<'_, '_>, base: &Path, outside: &Outside) -> CorridorSources {
    let mut files = Vec::new();
    let mut named = false;
    let mut region = Region::default();
    match root.section("corridors") {
        None => named = root.has("corridors"),
        Some(mut section) => {
            let patterns = section.texts("files");
            named |= patterns.is_none() && section.has("files");
            for pattern in patterns.iter().flat_map(|patterns| &patterns.value) {
                named = true;
                match resolve(base, &pattern.value) {
                    Ok(mut found) => files.append(&mut found),
                    Err(message) => section.refuse(pattern, &message),
                }
            }
            region = read_region(&mut section);
            section.finish();
        }
    }
    if !outside.corridors.is_empty() {
        outside.corridors.clone_into(&mut files);
    } else if !named {
        root.refuse_whole(
            "corridors.files",
            "is missing: name the GeoJSON files to watch",
        );
    }
    CorridorSources { files, region }
}

/// Reads where corridors are expected; a side that is left out is where it is by default.
fn read_region(corridors: &mut Section<'_, '_>) -> Region {
    let mut region = Region::default();
    let Some(mut section) = corridors.section("region") else {
        return region;
    };
    for (key, side, most) in [
        ("south", &mut region.south, 90.0),
        ("north", &mut region.north, 90.0),
        ("west", &mut region.west, 180.0),
        ("east", &mut region.east, 180.0),
    ] {
        if let Some(degrees) = section.number(key) {
            *side = degrees.value;
            if most < degrees.value.abs() {
                section.refuse(&degrees, &format!("must be -{most} to {most}"));
            }
        }
    }
    for (low, high, key, below) in [
        (region.south, region.north, "north", "south"),
        (region.west, region.east, "east", "west"),
    ] {
        if high <= low {
            let message = format!("is {high}: must be more than `{below}`, which is {low}");
            section.refuse_whole(key, &message);
        }
    }
    section.finish();
    region
}

pub(super) fn resolve(base: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let full = base.join(pattern);
    let full = full.to_str().ok_or("is no UTF-8 path")?;
    let paths = glob::glob(full).map_err(|error| format!("is no pattern: {error}"))?;
    let mut files = Vec::new();
    for path in paths {
        files.push(path.map_err(|error| format!("cannot be read: {error}"))?);
    }
    if files.is_empty() {
        return Err(format!("no file matches {full}"));
    }
    Ok(files)
}

pub(super) fn read_files(
    sources: CorridorSources,
    findings: &mut Findings,
) -> Option<CorridorFiles> {
    let CorridorSources { files, region } = sources;
    let (mut corridors, mut places) = (Vec::new(), Vec::new());
    let flaws_before = findings.flaws.len();
    for file in &files {
        let source = file.display().to_string();
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                findings.refuse(&source, &format!("cannot read the corridors: {error}"));
                continue;
            }
        };
        let extension = file.extension().and_then(OsStr::to_str);
        match import::read(&text, extension, &region) {
            Ok(mut read) => {
                corridors.append(&mut read.corridors);
                places.append(&mut read.places);
                for warning in read.warnings {
                    findings.warn(&source, &warning);
                }
            }
            Err(flaws) => {
                for flaw in flaws {
                    findings.refuse(&source, &flaw);
                }
            }
        }
    }
    if flaws_before < findings.flaws.len() {
        return None;
    }
    let names: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    if corridors.is_empty() {
        findings.refuse(&names.join(", "), "there is no corridor in it");
        return None;
    }
    match CorridorSet::new(corridors, places) {
        Ok(set) => Some(CorridorFiles { set, files, region }),
        Err(duplicate) => {
            findings.refuse(&names.join(", "), &duplicate.to_string());
            None
        }
    }
}
