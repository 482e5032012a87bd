//! Finds rules, and conditions of rules, that can never count.

use crate::config::document::Section;
use crate::config::rule::Known;
use crate::corridor::{Band, Corridor, Hours};
use crate::monitor::rule::{CorridorFilter, Rule, SeverityWhen, TrackFilter};
use crate::track::TrackKind;

/// Refuses a rule that would never fire, and conditions of it that would never be met.
pub(super) fn refuse(section: &Section<'_, '_>, rule: &Rule, known: Known<'_>) {
    if let Some(corridors) = known.corridors {
        let watched: Vec<&Corridor> = corridors
            .iter()
            .map(|(_, corridor)| corridor)
            .filter(|corridor| rule.corridors.matches(corridor))
            .collect();
        if watched.is_empty() {
            let message = "no corridor matches, so the rule would never fire";
            section.refuse_whole("corridors", message);
        } else if let Some(band) = &rule.band
            && !watched.iter().any(|corridor| may_meet(band, corridor))
        {
            let message = "none of its corridors counts at these heights, so the rule would never \
                           fire";
            section.refuse_whole("altitude", message);
        }
        for (nth, condition) in rule.severity_when.iter().enumerate() {
            let mut watched = watched.iter();
            if !watched.any(|corridor| condition.corridors.matches(corridor)) {
                let key = format!("severity-when[{nth}].corridors");
                section.refuse_whole(&key, "the rule watches none of these");
            }
        }
    }
    if is_nobody_called(&rule.tracks, known) {
        let message = "no [[callsign]] matches, and only aircraft tell their own, so the rule would \
                       never fire";
        section.refuse_whole("callsigns", message);
    }
    for (nth, condition) in rule.severity_when.iter().enumerate() {
        let last = nth + 1 == rule.severity_when.len();
        refuse_condition(section, rule, nth, condition, last);
    }
}

fn refuse_condition(
    section: &Section<'_, '_>,
    rule: &Rule,
    nth: usize,
    condition: &SeverityWhen,
    is_last: bool,
) {
    let refuse = |key: &str, message: &str| {
        section.refuse_whole(&format!("severity-when[{nth}].{key}"), message);
    };
    let mut events = condition.events.iter();
    if !condition.events.is_empty() && !events.any(|event| rule.events.contains(event)) {
        refuse("events", "the rule tells none of these");
    }
    let mut kinds = condition.tracks.kinds.iter();
    if !kinds.any(|kind| rule.tracks.kinds.contains(kind)) {
        refuse("tracks", "the rule watches none of these");
    }
    let asks_nothing = SeverityWhen {
        severity: condition.severity,
        events: Vec::new(),
        corridors: CorridorFilter::default(),
        tracks: TrackFilter::of_kinds(&TrackKind::ALL),
        certainty: Vec::new(),
        heading: Vec::new(),
        hours: Hours::default(),
    };
    if !is_last && *condition == asks_nothing {
        let message = "asks for nothing, so that the conditions behind it would never count";
        refuse("severity", message);
    }
}

/// Says whether something may be at heights of both the band and a corridor.
///
/// Heights of two datums do not compare: nobody knows.
fn may_meet(band: &Band, corridor: &Corridor) -> bool {
    corridor.band.is_none_or(|other| {
        let lies_below = |low: &Band, high: &Band| match (low.max_m(), high.min_m()) {
            (Some(max_m), Some(min_m)) => max_m < min_m,
            (Some(_) | None, _) => false,
        };
        other.datum() != band.datum() || !(lies_below(band, &other) || lies_below(&other, band))
    })
}

/// Says whether a filter asks for callsigns that nobody can have.
fn is_nobody_called(tracks: &TrackFilter, known: Known<'_>) -> bool {
    let mut names = known.callsigns.values();
    !tracks.callsigns.is_empty()
        && !tracks.kinds.contains(&TrackKind::Aircraft)
        && !names.any(|name| {
            let mut patterns = tracks.callsigns.iter();
            patterns.any(|pattern| pattern.matches_in_any_case(name))
        })
}
