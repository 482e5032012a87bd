//! Reads which corridors, which tracks, which times and which heights something is about.

use std::sync::Arc;

use crate::config::choice::find;
use crate::config::document::{Located, Section};
use crate::config::list::Lists;
use crate::corridor::{
    Band, BandFault, Class, CorridorSet, Datum, Hours, Period, PeriodFault, PeriodText,
};
use crate::monitor::lists::List;
use crate::monitor::rule::{CorridorFilter, Pattern, TrackFilter};
use crate::track::{Authenticity, TrackKind};

/// Reads `corridors`: what is left out asks for nothing.
///
/// What no corridor has is a slip of the pen, and what it was to watch would be watched by nobody.
pub(super) fn corridors(
    parent: &mut Section<'_, '_>,
    known: Option<&CorridorSet>,
) -> CorridorFilter {
    let Some(mut section) = parent.section("corridors") else {
        return CorridorFilter::default();
    };
    let filter = CorridorFilter {
        ids: ids(&mut section, known),
        countries: countries(&mut section),
        classes: words(&mut section, "classes", &Class::ALL, |class| class.as_str()),
        tags: tags(&mut section, known),
    };
    section.finish();
    filter
}

fn ids(section: &mut Section<'_, '_>, known: Option<&CorridorSet>) -> Vec<Pattern> {
    let ids = texts(section, "ids");
    for id in &ids {
        let pattern = Pattern::new(&id.value);
        let matches = |set: &CorridorSet| {
            let mut corridors = set.iter();
            corridors.any(|(_, corridor)| pattern.matches(corridor.id.as_str()))
        };
        if !known.is_none_or(matches) {
            section.refuse(id, &format!("no corridor has the id `{}`", id.value));
        }
    }
    ids.iter().map(|id| Pattern::new(&id.value)).collect()
}

fn countries(section: &mut Section<'_, '_>) -> Vec<String> {
    let countries = texts(section, "countries");
    for country in &countries {
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code(&country.value) {
            let message = format!("`{}` is no code such as MK", country.value);
            section.refuse(country, &message);
        }
    }
    values(countries)
}

fn tags(section: &mut Section<'_, '_>, known: Option<&CorridorSet>) -> Vec<String> {
    let tags = texts(section, "tags");
    for tag in &tags {
        let has = |set: &CorridorSet| {
            let mut corridors = set.iter();
            corridors.any(|(_, corridor)| corridor.tags.contains(&tag.value))
        };
        if !known.is_none_or(has) {
            section.refuse(tag, &format!("no corridor has the tag `{}`", tag.value));
        }
    }
    values(tags)
}

/// Reads whom something is about; without a word about their kind it is `kinds`.
pub(super) fn tracks(
    section: &mut Section<'_, '_>,
    lists: &Lists,
    kinds: &[TrackKind],
) -> TrackFilter {
    let found = section.texts("tracks").map(|names| {
        if names.value.is_empty() {
            section.refuse(&names, "is empty, so that nobody would be meant");
        }
        let find = |name| find(section, name, &TrackKind::ALL, |kind| kind.name());
        names.value.iter().filter_map(find).collect()
    });
    let filter = TrackFilter {
        kinds: found.unwrap_or_else(|| kinds.to_vec()),
        callsigns: callsigns(section),
        lists: lists_of(section, "lists", lists),
        not_lists: lists_of(section, "not-lists", lists),
        authenticity: words(section, "authenticity", &Authenticity::ALL, |it| it.name()),
    };
    refuse_nobody(section, &filter);
    filter
}

/// Refuses what no track can meet.
fn refuse_nobody(section: &Section<'_, '_>, filter: &TrackFilter) {
    if !filter.kinds.is_empty() && filter.is_contradictory() {
        let message = "no track of these kinds is heard like that: only vehicles and camera points \
                       can sign, only aircraft, vessels and Remote ID broadcast";
        section.refuse_whole("authenticity", message);
    }
    let is_out = |list: &Arc<List>| filter.not_lists.contains(list);
    if !filter.lists.is_empty() && filter.lists.iter().all(is_out) {
        section.refuse_whole("not-lists", "leaves nobody out of `lists`");
    }
}

/// Reads callsigns, or patterns of them.
pub(super) fn callsigns(section: &mut Section<'_, '_>) -> Vec<Pattern> {
    let callsigns = texts(section, "callsigns");
    for callsign in &callsigns {
        if callsign.value.trim().is_empty() {
            section.refuse(callsign, "is empty");
        }
    }
    let patterns = callsigns.iter();
    patterns.map(|text| Pattern::new(&text.value)).collect()
}

/// Reads the names of lists, and finds them.
pub(super) fn lists_of(
    section: &mut Section<'_, '_>,
    key: &'static str,
    lists: &Lists,
) -> Vec<Arc<List>> {
    let names = texts(section, key);
    let find = |name| lists.find(section, name);
    names.iter().filter_map(find).collect()
}

/// Reads a list of words, each of which must be one of `all`.
pub(super) fn words<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    all: &[T],
    name: impl Fn(&T) -> &'static str,
) -> Vec<T> {
    let texts = texts(section, key);
    let words = texts.iter();
    words
        .filter_map(|text| find(section, text, all, &name))
        .collect()
}

/// Reads the active hours, `[[rule.active]]`; always without them.
pub(super) fn hours(parent: &mut Section<'_, '_>) -> Hours {
    let periods = parent.sections("active").into_iter().filter_map(period);
    Hours::new(periods.collect())
}

fn period(mut section: Section<'_, '_>) -> Option<Period> {
    let days = section.texts("days");
    let mut text = |key| (key, section.text(key));
    let texts = ["from", "to", "zone", "since", "until"].map(&mut text);
    let value = |wanted: &str| {
        let found = texts.iter().find(|(key, _)| *key == wanted);
        found.and_then(|(_, text)| Some(text.as_ref()?.value.as_str()))
    };
    let read = Period::read(&PeriodText {
        days: days
            .as_ref()
            .map(|days| days.value.iter().map(|day| day.value.as_str()).collect()),
        from: value("from"),
        to: value("to"),
        zone: value("zone"),
        since: value("since"),
        until: value("until"),
    });
    let period = read.map_err(|faults| {
        for fault in faults {
            let key = key_of(&fault);
            let message = fault.to_string();
            let place = texts.iter().find(|(of, _)| *of == key);
            match (place.and_then(|(_, text)| text.as_ref()), &days) {
                (Some(text), _) => section.refuse(text, &message),
                (None, Some(days)) if key == "days" => section.refuse(days, &message),
                (None, Some(_) | None) => section.refuse_whole(key, &message),
            }
        }
    });
    section.finish();
    period.ok()
}

fn key_of(fault: &PeriodFault) -> &'static str {
    match fault {
        PeriodFault::Day(_) | PeriodFault::NoDays => "days",
        PeriodFault::TimeOfDay { property, .. }
        | PeriodFault::Instant { property, .. }
        | PeriodFault::HalfHours(property) => property,
        PeriodFault::NoHours => "to",
        PeriodFault::ZoneMissing | PeriodFault::Zone(_) => "zone",
        PeriodFault::Over { .. } => "until",
    }
}

/// Reads the altitude band; any height without it.
pub(super) fn band(parent: &mut Section<'_, '_>) -> Option<Band> {
    let mut section = parent.section("altitude")?;
    let min = section.number("min-metres");
    let max = section.number("max-metres");
    let datum = section.text_required("datum");
    let datum = datum.and_then(|text| find(&section, &text, &Datum::ALL, |datum| datum.as_str()));
    let value = |metres: &Option<Located<f64>>| metres.as_ref().map(|metres| metres.value);
    let band = datum.and_then(|datum| {
        let band = Band::new(datum, value(&min), value(&max));
        band.map_err(|fault| match (fault, &max) {
            (BandFault::Empty { min_m, .. }, Some(max)) => {
                let message = format!("must be more than `min-metres`, which is {min_m}");
                section.refuse(max, &message);
            }
            (BandFault::Empty { .. } | BandFault::Unbounded | BandFault::DatumMissing, _) => {
                let message = "give `min-metres`, `max-metres` or both";
                section.refuse_whole("min-metres", message);
            }
        })
        .ok()
    });
    section.finish();
    band
}

/// Reads a list of texts; none without it.
pub(super) fn texts(section: &mut Section<'_, '_>, key: &'static str) -> Vec<Located<String>> {
    let texts = section.texts(key);
    texts.map(|texts| texts.value).unwrap_or_default()
}

fn values(texts: Vec<Located<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
