//! Reads `[endpoint.route]`, and judges all routes together.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::config::choice::find;
use crate::config::corridors::{self, CorridorFiles, CorridorSources};
use crate::config::document::Section;
use crate::config::findings::Findings;
use crate::corridor::{Class, CorridorSet, Region};
use crate::monitor;
use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::attendance::Attendance;
use crate::monitor::fleet::Fleet;
use crate::monitor::rule::Rule;
use crate::route::{Areas, Prospect, Route, Routing, gaps, idle};
use crate::track::TrackKind;

/// Reads the route of one endpoint; without the table it gets everything.
pub(super) fn read(
    endpoint: &mut Section<'_, '_>,
    base: &Path,
    watched: Option<&CorridorFiles>,
    findings: &mut Findings,
) -> Route {
    let Some(mut section) = endpoint.section("route") else {
        return Route::everything();
    };
    let region = watched.map(|watched| watched.region).unwrap_or_default();
    let classes = choices(&mut section, "classes", &Class::ALL, |class| class.as_str());
    let route = Route {
        ids: list(&mut section, "ids"),
        countries: list(&mut section, "countries"),
        of_classes: ids_of(classes, watched.map(|watched| &watched.set)),
        areas: read_areas(&mut section, base, region, findings),
        severity_min: read_severity(&mut section),
        events: choices(&mut section, "events", &Event::ALL, |event| {
            event.short_name()
        })
        .unwrap_or_default(),
        statuses: choices(&mut section, "statuses", &Status::ALL, |status| {
            status.name()
        })
        .unwrap_or_default(),
        tracks: choices(&mut section, "tracks", &TrackKind::ALL, |kind| kind.name())
            .unwrap_or_default(),
    };
    section.finish();
    route
}

fn list(section: &mut Section<'_, '_>, key: &'static str) -> Vec<String> {
    let texts = section.texts(key);
    let texts = texts.map(|texts| texts.value).unwrap_or_default();
    texts.into_iter().map(|text| text.value).collect()
}

/// Reads words that have to be some of a few; absent if the list is empty, or is not there.
fn choices<T: Copy>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    all: &[T],
    name: impl Fn(&T) -> &'static str,
) -> Option<Vec<T>> {
    let texts = section.texts(key)?;
    let texts = texts.value.iter();
    let found: Vec<T> = texts
        .filter_map(|text| find(section, text, all, &name))
        .collect();
    Some(found).filter(|found| !found.is_empty())
}

fn ids_of(classes: Option<Vec<Class>>, watched: Option<&CorridorSet>) -> Option<BTreeSet<String>> {
    let classes = classes?;
    let corridors = watched?.iter().map(|(_, corridor)| corridor);
    let asked = corridors.filter(|corridor| classes.contains(&corridor.class));
    Some(asked.map(|corridor| corridor.id.to_string()).collect())
}

fn read_severity(section: &mut Section<'_, '_>) -> Severity {
    let text = section.text("severity-min");
    text.and_then(|text| find(section, &text, &Severity::ALL, |it| it.name()))
        .unwrap_or(Severity::Info)
}

/// Reads files of areas, as those of corridors are read.
fn read_areas(
    section: &mut Section<'_, '_>,
    base: &Path,
    region: Region,
    findings: &mut Findings,
) -> Option<Areas> {
    let patterns = section.texts("areas")?;
    let mut files = Vec::new();
    for pattern in &patterns.value {
        match corridors::resolve(base, &pattern.value) {
            Ok(mut found) => files.append(&mut found),
            Err(message) => section.refuse(pattern, &message),
        }
    }
    if files.is_empty() {
        return None;
    }
    let read = corridors::read_files(CorridorSources { files, region }, findings)?;
    Some(Areas::new(Arc::new(read.set)))
}

/// Refuses routes that leave an alert nowhere to go, and those that no alert would ever take.
pub(super) fn judge(
    root: &Section<'_, '_>,
    routing: &Routing,
    told: Told<'_>,
    watched: &CorridorSet,
) {
    let prospects = prospects(told, watched);
    let lost = gaps(routing, prospects.iter().copied());
    if let Some(first) = lost.first() {
        let more = match lost.len() - 1 {
            0 => String::new(),
            more => format!(", nor {more} more kinds of alerts"),
        };
        let message = format!(
            "no route takes {first}{more}: widen a route, or say `default = true` in an endpoint \
             (areas do not count here, since a position may lie outside of them)"
        );
        root.refuse_whole("endpoint", &message);
    }
    for name in idle(routing, &prospects) {
        let message =
            format!("`{name}` would never get an alert: nothing that is told goes its way");
        root.refuse_whole("endpoint", &message);
    }
}

/// Everything that may tell an alert.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) rules: &'a [Rule],
    pub(super) routes: &'a [monitor::routes::Route],
    pub(super) attendances: &'a [Attendance],
    pub(super) fleet: &'a Fleet,
}

/// Returns every kind of alert that the unit may tell.
fn prospects<'a>(told: Told<'_>, watched: &'a CorridorSet) -> Vec<Prospect<'a>> {
    let Told {
        rules,
        routes,
        attendances,
        fleet,
    } = told;
    let mut prospects = Vec::new();
    for route in routes {
        let corridor = watched.find(&route.corridor);
        for (&event, &kind) in pairs(&[Event::RouteLeft, Event::RouteResumed], &TrackKind::ALL) {
            prospects.push(Prospect {
                event,
                severity: route.severity,
                status: route.status,
                kind: Some(kind),
                corridor: corridor.map(|index| watched.get(index)),
            });
        }
    }
    for attendance in attendances {
        let corridors = watched.iter().map(|(_, corridor)| corridor);
        let corridors = corridors.filter(|corridor| attendance.corridors.matches(corridor));
        prospects.extend(corridors.map(|corridor| Prospect {
            event: Event::Unattended,
            severity: attendance.severity,
            status: attendance.status,
            kind: None,
            corridor: Some(corridor),
        }));
    }
    for rule in rules {
        let corridors = watched.iter().map(|(_, corridor)| corridor);
        for corridor in corridors.filter(|corridor| rule.corridors.matches(corridor)) {
            for (&kind, &event) in pairs(&rule.tracks.kinds, &rule.events) {
                prospects.extend(severities(rule).map(|severity| Prospect {
                    event,
                    severity,
                    status: rule.status,
                    kind: Some(kind),
                    corridor: Some(corridor),
                }));
            }
        }
    }
    for (&kind, &event) in pairs(&fleet.tracks, &fleet.events) {
        prospects.push(Prospect {
            event,
            severity: fleet.severity_of(event),
            status: fleet.status,
            kind: Some(kind),
            corridor: None,
        });
    }
    prospects.push(Prospect {
        event: Event::Summary,
        severity: Severity::default(),
        status: Status::default(),
        kind: None,
        corridor: None,
    });
    prospects
}

/// Returns every severity that an alert of a rule may have.
fn severities(rule: &Rule) -> impl Iterator<Item = Severity> {
    let conditions = rule.severity_when.iter();
    let mut all: Vec<Severity> = conditions.map(|condition| condition.severity).collect();
    all.push(rule.severity);
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

fn pairs<'a, A, B>(first: &'a [A], second: &'a [B]) -> impl Iterator<Item = (&'a A, &'a B)> {
    first
        .iter()
        .flat_map(move |a| second.iter().map(move |b| (a, b)))
}
