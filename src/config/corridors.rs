//! Reads `[corridors]` and the files that it names.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::document::Section;
use crate::config::findings::Findings;
use crate::config::outside::Outside;
use crate::corridor::{CorridorSet, Region, import};

/// The corridors, and where they came from.
#[derive(Debug)]
pub(super) struct CorridorFiles {
    pub(super) set: CorridorSet,
    pub(super) files: Vec<PathBuf>,
}

/// Reads the files that flags or the configuration name; absent if one of them is not sound.
pub(super) fn read(
    root: &mut Section<'_, '_>,
    base: &Path,
    outside: &Outside,
    findings: &mut Findings,
) -> Option<CorridorFiles> {
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
        return read_files(outside.corridors.clone(), &region, findings);
    }
    if !named {
        root.refuse_whole(
            "corridors.files",
            "is missing: name the GeoJSON files to watch",
        );
    }
    if files.is_empty() {
        return None;
    }
    read_files(files, &region, findings)
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

fn resolve(base: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
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

fn read_files(
    files: Vec<PathBuf>,
    region: &Region,
    findings: &mut Findings,
) -> Option<CorridorFiles> {
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
        match import::read(&text, extension, region) {
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
        Ok(set) => Some(CorridorFiles { set, files }),
        Err(duplicate) => {
            findings.refuse(&names.join(", "), &duplicate.to_string());
            None
        }
    }
}
