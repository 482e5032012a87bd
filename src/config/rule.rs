//! Reads `[[rule]]`.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::config::choice::{find, one_of};
use crate::config::document::Section;
use crate::corridor::CorridorSet;
use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::rule::{Confirm, CorridorFilter, Margin, Rule};
use crate::track::TrackKind;
use crate::units::Metres;

/// Reads the rules of the file, or gives the default one.
pub(super) fn read(sections: Vec<Section<'_, '_>>, corridors: Option<&CorridorSet>) -> Vec<Rule> {
    if sections.is_empty() {
        return vec![Rule::default()];
    }
    let mut names = BTreeSet::new();
    let read = |section| read_one(section, corridors, &mut names);
    sections.into_iter().map(read).collect()
}

fn read_one(
    mut section: Section<'_, '_>,
    corridors: Option<&CorridorSet>,
    names: &mut BTreeSet<String>,
) -> Rule {
    let name = section.text_required("name");
    if let Some(name) = &name {
        if name.value.trim().is_empty() {
            section.refuse(name, "is empty");
        } else if !names.insert(name.value.clone()) {
            section.refuse(name, "another rule has this name already");
        }
    }
    let default = Rule::default();
    let rule = Rule {
        name: name.map(|name| name.value).unwrap_or_default(),
        corridors: read_filter(&mut section),
        tracks: read_tracks(&mut section).unwrap_or(default.tracks),
        events: read_events(&mut section).unwrap_or(default.events),
        confirm: read_confirm(&mut section),
        margin: read_margin(&mut section),
        dwell: section
            .span("dwell")
            .map(|dwell| dwell.value)
            .or(default.dwell),
        severity: one_of(&mut section, "severity", &Severity::ALL, |value| {
            value.name()
        }),
        status: one_of(&mut section, "status", &Status::ALL, |value| value.name()),
    };
    if let Some(corridors) = corridors
        && !corridors
            .iter()
            .any(|(_index, corridor)| rule.corridors.matches(corridor))
    {
        section.refuse_whole(
            "corridors",
            "no corridor matches, so the rule would never fire",
        );
    }
    section.finish();
    rule
}

fn read_filter(rule: &mut Section<'_, '_>) -> CorridorFilter {
    let Some(mut section) = rule.section("corridors") else {
        return CorridorFilter::default();
    };
    let mut list = |key| -> Vec<String> {
        let texts = section
            .texts(key)
            .map(|texts| texts.value)
            .unwrap_or_default();
        texts.into_iter().map(|text| text.value).collect()
    };
    let filter = CorridorFilter {
        ids: list("ids"),
        countries: list("countries"),
        classes: list("classes"),
    };
    section.finish();
    filter
}

fn read_events(rule: &mut Section<'_, '_>) -> Option<Vec<Event>> {
    let names = rule.texts("events")?;
    if names.value.is_empty() {
        rule.refuse(&names, "is empty, so the rule would tell nothing");
    }
    let find = |name| find(rule, name, &Event::OF_CORRIDORS, |event| event.short_name());
    Some(names.value.iter().filter_map(find).collect())
}

fn read_tracks(rule: &mut Section<'_, '_>) -> Option<Vec<TrackKind>> {
    let names = rule.texts("tracks")?;
    if names.value.is_empty() {
        rule.refuse(&names, "is empty, so the rule would watch nobody");
    }
    let find = |name| find(rule, name, &TrackKind::ALL, |kind| kind.name());
    Some(names.value.iter().filter_map(find).collect())
}

fn read_confirm(rule: &mut Section<'_, '_>) -> Confirm {
    let Some(mut section) = rule.section("confirm") else {
        return Confirm::default();
    };
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
    Confirm {
        fixes: fixes.map(|fixes| fixes.value),
        span,
    }
}

fn read_margin(rule: &mut Section<'_, '_>) -> Margin {
    let default = Margin::default();
    let Some(mut section) = rule.section("margin") else {
        return default;
    };
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
    Margin {
        base,
        accuracy_factor: factor.map_or(default.accuracy_factor, |factor| factor.value),
        accuracy_assumed,
    }
}
