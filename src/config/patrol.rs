//! Reads `[[route]]`: tracks that are assigned to a corridor.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::config::choice::one_of;
use crate::config::document::{Located, Section};
use crate::config::filter;
use crate::config::list::track_patterns;
use crate::config::rule::{Known, read_confirm, read_margin};
use crate::monitor::alert::{Severity, Status};
use crate::monitor::lists::List;
use crate::monitor::routes::Route;
use crate::monitor::rule::Margin;
use crate::units::Metres;

/// How far beyond the edge is still on the route, unless somebody says otherwise.
const TOLERANCE_DEFAULT: Metres = Metres::ZERO;

/// Reads the routes; their names are added to `names`.
pub(super) fn read(
    sections: Vec<Section<'_, '_>>,
    known: Known<'_>,
    names: &mut BTreeSet<String>,
) -> Vec<Route> {
    let read = |section| read_one(section, known, names);
    sections.into_iter().map(read).collect()
}

fn read_one(mut section: Section<'_, '_>, known: Known<'_>, names: &mut BTreeSet<String>) -> Route {
    let name = read_name(&mut section, names);
    let mut assigned = filter::lists_of(&mut section, "lists", known.lists);
    let own = List {
        name: String::new(),
        tracks: track_patterns(&mut section, "tracks"),
        callsigns: filter::callsigns(&mut section),
    };
    let names_somebody = ["tracks", "callsigns", "lists"].iter();
    if own.is_empty() && assigned.is_empty() && !names_somebody.clone().any(|key| section.has(key))
    {
        section.refuse_whole(
            "tracks",
            "nobody is assigned: give tracks, callsigns or lists",
        );
    }
    if !own.is_empty() {
        assigned.push(Arc::new(own));
    }
    let corridor = section.text_required("corridor");
    if let (Some(id), Some(set)) = (&corridor, known.corridors)
        && set.find(&id.value).is_none()
    {
        section.refuse(id, &format!("no corridor has the id `{}`", id.value));
    }
    let tolerance = section.number("tolerance-metres");
    let tolerance = tolerance.and_then(|metres| length(&section, &metres));
    let route = Route {
        name,
        assigned,
        corridor: corridor.map(|id| id.value).unwrap_or_default(),
        tolerance: tolerance.unwrap_or(TOLERANCE_DEFAULT),
        confirm: read_confirm(&mut section, "confirm").unwrap_or_default(),
        margin: read_margin(&mut section, "margin", Margin::default()).unwrap_or_default(),
        grace: section.span("grace").map(|grace| grace.value),
        hours: filter::hours(&mut section),
        severity: one_of(&mut section, "severity", &Severity::ALL, |it| it.name()),
        status: one_of(&mut section, "status", &Status::ALL, |it| it.name()),
    };
    section.finish();
    route
}

/// Reads a name that no rule, route or attendance has yet: alerts tell nothing else of them.
pub(super) fn read_name(section: &mut Section<'_, '_>, names: &mut BTreeSet<String>) -> String {
    let name = section.text_required("name");
    if let Some(name) = &name {
        if name.value.trim().is_empty() {
            section.refuse(name, "is empty");
        } else if !names.insert(name.value.clone()) {
            let message = "another rule, route or attendance has this name already";
            section.refuse(name, message);
        }
    }
    name.map(|name| name.value).unwrap_or_default()
}

fn length(section: &Section<'_, '_>, metres: &Located<f64>) -> Option<Metres> {
    let length = Metres::new(metres.value);
    length
        .map_err(|error| section.refuse(metres, &error.to_string()))
        .ok()
}
