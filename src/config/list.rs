//! Reads `[[list]]`: tracks that rules call by one name.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::document::{Located, Section};
use crate::config::filter::{callsigns, texts};
use crate::config::findings::Findings;
use crate::config::flaw::Flaw;
use crate::config::tracks::is_track_pattern;
use crate::monitor::lists::List;
use crate::monitor::rule::Pattern;

/// What a track of a list may be written like.
const TRACK_WANTED: &str = "write vehicle:NAMESPACE/SYSTEM-ID as alerts do, icao:HEX, \
                            mmsi:NUMBER or remote-id:HEX, with * for any run of characters";

/// The lists of a configuration, and which of them somebody asked for.
#[derive(Debug, Default)]
pub(super) struct Lists {
    known: Vec<Arc<List>>,
    named: RefCell<BTreeSet<String>>,
}

impl Lists {
    /// Finds a list, or refuses its name.
    pub(super) fn find(
        &self,
        section: &Section<'_, '_>,
        name: &Located<String>,
    ) -> Option<Arc<List>> {
        let found = self.known.iter().find(|list| list.name == name.value);
        if found.is_some() {
            self.named.borrow_mut().insert(name.value.clone());
        } else {
            let names: Vec<&str> = self.known.iter().map(|list| list.name.as_str()).collect();
            let message = match names.as_slice() {
                [] => format!("there is no [[list]] `{}`, nor any other", name.value),
                names => {
                    let names = names.join(", ");
                    format!("there is no [[list]] `{}`: there is {names}", name.value)
                }
            };
            section.refuse(name, &message);
        }
        found.map(Arc::clone)
    }

    /// Warns of lists that nobody asked for, and returns all of them.
    pub(super) fn finish(self, findings: &mut Findings) -> Vec<Arc<List>> {
        let named = self.named.into_inner();
        for list in &self.known {
            if !named.contains(&list.name) {
                let source = format!("list `{}`", list.name);
                findings.warn(&source, "no rule, route or attendance names it");
            }
        }
        self.known
    }
}

/// Reads all lists.
pub(super) fn read(root: &mut Section<'_, '_>, base: &Path, findings: &mut Findings) -> Lists {
    let mut lists = Lists::default();
    for section in root.sections("list") {
        if let Some(list) = read_one(section, base, &lists.known, findings) {
            lists.known.push(Arc::new(list));
        }
    }
    lists
}

fn read_one(
    mut section: Section<'_, '_>,
    base: &Path,
    others: &[Arc<List>],
    findings: &mut Findings,
) -> Option<List> {
    let name = section.text_required("name");
    if let Some(name) = &name {
        if name.value.trim().is_empty() {
            section.refuse(name, "is empty");
        } else if others.iter().any(|other| other.name == name.value) {
            section.refuse(name, "another list has this name already");
        }
    }
    let tracks = track_patterns(&mut section, "tracks");
    let mut list = List {
        name: name.map(|name| name.value).unwrap_or_default(),
        tracks,
        callsigns: callsigns(&mut section),
    };
    for address in texts(&mut section, "icao") {
        match icao_key(&address.value) {
            Some(key) => list.tracks.push(Pattern::new(&key)),
            None => section.refuse(&address, "must be six hexadecimal digits"),
        }
    }
    match section.text("file") {
        Some(file) => read_file(&section, &file, base, &mut list, findings),
        None if list.is_empty() && !section.has("icao") => {
            let message = "holds nobody: give tracks, callsigns, icao or file";
            section.refuse_whole("tracks", message);
        }
        None => {}
    }
    section.finish();
    (!list.name.is_empty()).then_some(list)
}

/// Reads track keys, or patterns of them.
pub(super) fn track_patterns(section: &mut Section<'_, '_>, key: &'static str) -> Vec<Pattern> {
    let texts = texts(section, key);
    for text in &texts {
        if !is_track_pattern(&text.value) {
            section.refuse(text, &format!("is no track: {TRACK_WANTED}"));
        }
    }
    texts.iter().map(|text| Pattern::new(&text.value)).collect()
}

/// Reads a file with one track or callsign a line; what follows a `#` at the start of a line, or
/// after a blank, explains.
fn read_file(
    section: &Section<'_, '_>,
    file: &Located<String>,
    base: &Path,
    list: &mut List,
    findings: &mut Findings,
) {
    let path = base.join(&file.value);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("cannot read {}: {error}", path.display());
            return section.refuse(file, &message);
        }
    };
    let is_empty_before = list.is_empty();
    for (number, line) in (1..).zip(text.lines()) {
        let entry = entry_of(line);
        if entry.is_empty() {
            continue;
        }
        match entry.strip_prefix("callsign:").map(str::trim) {
            Some(callsign) if !callsign.is_empty() => list.callsigns.push(Pattern::new(callsign)),
            None if is_track_pattern(entry) => list.tracks.push(Pattern::new(entry)),
            Some(_) | None => findings.flaws.push(Flaw {
                source: path.display().to_string(),
                line: Some(number),
                key: String::new(),
                message: format!("`{entry}` is no track, nor callsign:NAME: {TRACK_WANTED}"),
            }),
        }
    }
    if is_empty_before && list.is_empty() && findings.flaws.is_empty() {
        section.refuse(file, &format!("nobody stands in {}", path.display()));
    }
}

fn entry_of(line: &str) -> &str {
    let line = line.trim();
    let comment = if line.starts_with('#') {
        Some(0)
    } else {
        line.find(" #")
    };
    line[..comment.unwrap_or(line.len())].trim()
}

/// Turns an ICAO address, in capitals or not, into the key of its track.
fn icao_key(address: &str) -> Option<String> {
    let is_address = address.len() == 6 && address.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_address.then(|| format!("icao:{}", address.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_what_stands_before_an_explanation() {
        assert_eq!(entry_of("vehicle:alpha/1"), "vehicle:alpha/1");
        assert_eq!(
            entry_of("  vehicle:alpha/1#2 # the other"),
            "vehicle:alpha/1#2"
        );
        assert_eq!(entry_of("callsign:RAVEN *"), "callsign:RAVEN *");
        assert_eq!(entry_of("# nobody"), "");
        assert_eq!(entry_of("   "), "");
    }

    #[test]
    fn an_icao_address_is_the_key_of_a_track() {
        assert_eq!(icao_key("4CA7b1").as_deref(), Some("icao:4ca7b1"));
        assert_eq!(icao_key("4ca7b"), None);
        assert_eq!(icao_key("4ca7bx"), None);
    }
}
