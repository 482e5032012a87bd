//! Reads `[[rule]]`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::config::choice::{find, one_of};
use crate::config::document::Section;
use crate::config::filter;
use crate::config::list::Lists;
use crate::config::never;
use crate::config::rate;
use crate::config::severity;
use crate::corridor::CorridorSet;
use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::rule::{Confirm, Margin, Rule};
use crate::units::Metres;

/// What a rule names that stands elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Absent if they are not sound.
    pub(super) corridors: Option<&'a CorridorSet>,
    pub(super) lists: &'a Lists,
    /// What the unit calls its own, by track key.
    pub(super) callsigns: &'a BTreeMap<String, String>,
}

/// Reads the rules of the file, or gives the default one; their names are added to `names`.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    known: Known<'_>,
    names: &mut BTreeSet<String>,
) -> Vec<Rule> {
    if sections.is_empty() {
        let rule = Rule::default();
        names.insert(rule.name.clone());
        return vec![rule];
    }
    let read = |section| read_one(section, known, names);
    sections.into_iter().map(read).collect()
}

fn read_one(mut section: Section<'_, '_>, known: Known<'_>, names: &mut BTreeSet<String>) -> Rule {
    let name = section.text_required("name");
    if let Some(name) = &name {
        if name.value.trim().is_empty() {
            section.refuse(name, "is empty");
        } else if !names.insert(name.value.clone()) {
            section.refuse(name, "another rule has this name already");
        }
    }
    let default = Rule::default();
    let (margin, margin_exit) = read_margins(&mut section);
    let rule = Rule {
        name: name.map(|name| name.value).unwrap_or_default(),
        corridors: filter::corridors(&mut section, known.corridors),
        tracks: filter::tracks(&mut section, known.lists, &default.tracks.kinds),
        band: filter::band(&mut section),
        hours: filter::hours(&mut section),
        events: read_events(&mut section).unwrap_or(default.events),
        confirm: read_confirm(&mut section, "confirm").unwrap_or_default(),
        confirm_exit: read_confirm(&mut section, "confirm-exit"),
        margin,
        margin_exit,
        dwell: section
            .span("dwell")
            .map(|dwell| dwell.value)
            .or(default.dwell),
        dwell_every: read_span(&mut section, "dwell-every"),
        horizon: read_span(&mut section, "horizon"),
        cool_down: read_span(&mut section, "cool-down"),
        exit_on_lost: section.flag("exit-on-lost").unwrap_or_default(),
        severity: one_of(&mut section, "severity", &Severity::ALL, |value| {
            value.name()
        }),
        severity_when: severity::read(section.sections("severity-when"), known),
        status: one_of(&mut section, "status", &Status::ALL, |value| value.name()),
        rate: rate::read(&mut section, default.rate),
    };
    never::refuse(&section, &rule, known);
    section.finish();
    rule
}

fn read_events(rule: &mut Section<'_, '_>) -> Option<Vec<Event>> {
    let names = rule.texts("events")?;
    if names.value.is_empty() {
        rule.refuse(&names, "is empty, so the rule would tell nothing");
    }
    let find = |name| find(rule, name, &Event::OF_CORRIDORS, |event| event.short_name());
    Some(names.value.iter().filter_map(find).collect())
}

fn read_span(rule: &mut Section<'_, '_>, key: &'static str) -> Option<Duration> {
    let span = rule.span(key)?;
    if span.value.is_zero() {
        rule.refuse(&span, "must be more than 0");
    }
    Some(span.value)
}

/// Reads when a change of side counts.
pub(super) fn read_confirm(rule: &mut Section<'_, '_>, key: &'static str) -> Option<Confirm> {
    let mut section = rule.section(key)?;
    let fixes = section.count("fixes");
    if let Some(fixes) = fixes.as_ref().filter(|fixes| fixes.value == 0) {
        section.refuse(fixes, "must be at least 1");
    }
    let span = section.number("seconds").and_then(|seconds| {
        let span = Duration::try_from_secs_f64(seconds.value).ok();
        if span.is_none() {
            section.refuse(&seconds, "must be 0 or more");
        }
        span
    });
    if fixes.is_none() && span.is_none() {
        section.refuse_whole("fixes", "give fixes, seconds or both");
    }
    section.finish();
    Some(Confirm {
        fixes: fixes.map(|fixes| fixes.value),
        span,
    })
}

/// Reads the margin inside the edge, and the one outside if there is another.
fn read_margins(rule: &mut Section<'_, '_>) -> (Margin, Option<Margin>) {
    let default = Margin::default();
    let inwards = read_margin(rule, "margin", default).unwrap_or(default);
    (inwards, read_margin(rule, "margin-exit", inwards))
}

/// Reads how far beyond an edge a fix must be to count.
pub(super) fn read_margin(
    rule: &mut Section<'_, '_>,
    key: &'static str,
    default: Margin,
) -> Option<Margin> {
    let mut section = rule.section(key)?;
    let mut length = |key, default: Metres| {
        let Some(metres) = section.number(key) else {
            return default;
        };
        Metres::new(metres.value).unwrap_or_else(|error| {
            section.refuse(&metres, &error.to_string());
            default
        })
    };
    let base = length("metres", default.base);
    let accuracy_assumed = length("accuracy-assumed-metres", default.accuracy_assumed);
    let factor = section.number("accuracy-factor");
    if let Some(factor) = factor.as_ref().filter(|factor| factor.value < 0.0) {
        section.refuse(factor, "must be 0 or more");
    }
    section.finish();
    Some(Margin {
        base,
        accuracy_factor: factor.map_or(default.accuracy_factor, |factor| factor.value),
        accuracy_assumed,
    })
}
