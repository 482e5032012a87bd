//! A route: what an endpoint asks of an alert to get it.

use std::collections::BTreeSet;
use std::fmt;

use crate::monitor::alert::{Event, Severity, Status};
use crate::route::Areas;
use crate::route::ground::Ground;
use crate::route::subject::{Place, Subject};
use crate::track::TrackKind;

/// What an endpoint gets; a list that is empty asks for nothing.
///
/// Ground is what corridors and areas say: an alert is about the ground of a route if one of its
/// corridors passes `ids`, `countries` and `of_classes`, or if it happened in one of the areas.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Corridors by id.
    pub ids: Vec<String>,
    /// ISO 3166-1 alpha-2 codes; what concerns one of them passes.
    pub countries: Vec<String>,
    /// The ids of all corridors of the classes that are asked for; absent if none is.
    pub of_classes: Option<BTreeSet<String>>,
    /// Areas of its own.
    pub areas: Option<Areas>,
    /// The least severity.
    pub severity_min: Severity,
    /// Events.
    pub events: Vec<Event>,
    /// Whether it has to be meant.
    pub statuses: Vec<Status>,
    /// Kinds of tracks; an alert about no track passes.
    pub tracks: Vec<TrackKind>,
}

impl Route {
    /// The route that takes everything.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            severity_min: Severity::Info,
            ..Self::default()
        }
    }

    /// Says whether an alert goes this way.
    pub(super) fn takes(&self, subject: &Subject<'_>) -> bool {
        self.severity_min <= subject.severity
            && (self.events.is_empty() || self.events.contains(&subject.event))
            && (self.statuses.is_empty() || self.statuses.contains(&subject.status))
            && self.takes_kind(subject)
            && self.takes_ground(subject)
    }

    fn takes_kind(&self, subject: &Subject<'_>) -> bool {
        let kind = subject.kind;
        self.tracks.is_empty()
            || kind.is_none_or(|kind| self.tracks.iter().any(|asked| asked.name() == kind))
    }

    /// Compares the ground. An alert without any, such as a conflict of identities, has nothing to
    /// compare: it goes to those that ask for its event by name.
    fn takes_ground(&self, subject: &Subject<'_>) -> bool {
        let asks_for_corridors = self.asks_for_corridors();
        if !asks_for_corridors && self.areas.is_none() {
            return true;
        }
        if asks_for_corridors && subject.grounds.iter().any(|ground| self.is_on(ground)) {
            return true;
        }
        let by_name = subject.grounds.is_empty() && self.events.contains(&subject.event);
        match (&self.areas, &subject.place) {
            (Some(areas), Place::Known(place)) => areas.contain(*place),
            (Some(_), Place::Somewhere) => false,
            (Some(_), Place::Nowhere) | (None, _) => by_name,
        }
    }

    fn asks_for_corridors(&self) -> bool {
        !(self.ids.is_empty() && self.countries.is_empty() && self.of_classes.is_none())
    }

    fn is_on(&self, ground: &Ground<'_>) -> bool {
        let asks = |list: &[String], is_met: &dyn Fn(&str) -> bool| {
            list.is_empty() || list.iter().any(|wanted| is_met(wanted))
        };
        let of_classes = self.of_classes.as_ref();
        asks(&self.ids, &|id| id == ground.id)
            && asks(&self.countries, &|country| {
                ground.countries.contains(&country)
            })
            && of_classes.is_none_or(|ids| ids.contains(ground.id))
    }
}

impl fmt::Display for Route {
    /// Writes what it asks for, `everything` if that is nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut asked = Vec::new();
        let mut ask = |what: &str, words: Vec<&str>| {
            if !words.is_empty() {
                asked.push(format!("{what} {}", words.join(", ")));
            }
        };
        ask("ids", self.ids.iter().map(String::as_str).collect());
        ask(
            "countries",
            self.countries.iter().map(String::as_str).collect(),
        );
        ask(
            "events",
            self.events.iter().map(|it| it.short_name()).collect(),
        );
        ask("status", self.statuses.iter().map(|it| it.name()).collect());
        ask("tracks", self.tracks.iter().map(|it| it.name()).collect());
        if let Some(ids) = &self.of_classes {
            asked.push(format!("{} corridors by class", ids.len()));
        }
        if let Some(areas) = &self.areas {
            asked.push(format!("{} areas", areas.count()));
        }
        if Severity::Info < self.severity_min {
            asked.push(format!("{} or graver", self.severity_min.name()));
        }
        if asked.is_empty() {
            asked.push("everything".to_owned());
        }
        f.write_str(&asked.join("; "))
    }
}
