//! Tracks and the corridors that they are assigned to.

use std::time::Duration;

use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Episode, Event, RoutePosition, RuleName};
use crate::monitor::compose;
use crate::monitor::identity;
use crate::monitor::memory::{Memory, Topic};
use crate::monitor::routes::{Change, Keeping, Lie, Route, RouteRecord};
use crate::monitor::rule::Who;
use crate::track::{Fix, TrackId, TrackTime};
use crate::units::Utc;

/// How a track keeps to one route.
#[derive(Debug)]
pub(super) struct Assigned {
    route: usize,
    corridor: CorridorIndex,
    keeping: Keeping,
    /// When it left, and how many alerts told of that; absent while it has not.
    absence: Option<(Utc, u32)>,
}

impl Monitor {
    /// Assigns a track to the routes that it is on the lists of.
    ///
    /// What an earlier run knew is taken up; civil time bridges the restart.
    pub(super) fn assign(&mut self, follow: &mut Follow, who: &Who<'_>, fix: &Fix) {
        let routes = &self.settings.routes;
        follow.assigned.retain(|it| routes[it.route].is_of(who));
        for nth in 0..self.settings.routes.len() {
            let route = &self.settings.routes[nth];
            let is_known = follow.assigned.iter().any(|it| it.route == nth);
            let Some(corridor) = self.corridors.find(&route.corridor) else {
                continue;
            };
            if is_known || !route.is_of(who) {
                continue;
            }
            let key = memory_key(route, who.key);
            let record: Option<RouteRecord> = self.take_memory(Topic::Route, &key);
            let arrived_at = self.timekeeper.civil(fix.received).of(fix.received);
            let (keeping, absence) = match record {
                None => (Keeping::Awaited { since: fix.at }, None),
                Some(RouteRecord::On) => (Keeping::On, None),
                Some(RouteRecord::Off { since, alerts }) => {
                    let off_since = earlier(fix.at, arrived_at.since(since));
                    (Keeping::Off { since: off_since }, Some((since, alerts)))
                }
            };
            follow.assigned.push(Assigned {
                route: nth,
                corridor,
                keeping,
                absence,
            });
        }
    }

    /// Keeps how a track keeps to its routes as an earlier run would, to be taken up by the routes of a
    /// reload that have the same name and corridor.
    pub(super) fn set_routes_aside(&mut self, follow: &mut Follow) {
        for assigned in follow.assigned.drain(..) {
            let record = match (assigned.keeping, assigned.absence) {
                (
                    Keeping::Awaited { .. }
                    | Keeping::Joining { .. }
                    | Keeping::Leaving {
                        awaited: Some(_), ..
                    },
                    _,
                ) => continue,
                (Keeping::Off { .. } | Keeping::Returning { .. }, Some((since, alerts))) => {
                    RouteRecord::Off { since, alerts }
                }
                (
                    Keeping::On
                    | Keeping::Leaving { awaited: None, .. }
                    | Keeping::Off { .. }
                    | Keeping::Returning { .. },
                    _,
                ) => RouteRecord::On,
            };
            let route = &self.settings.routes[assigned.route];
            if let Ok(state) = serde_json::to_string(&record) {
                let key = memory_key(route, &follow.key);
                self.memories.insert((Topic::Route, key), state);
            }
        }
    }

    /// Steps a track along the routes that it is assigned to.
    pub(super) fn step_routes(&mut self, follow: &mut Follow, track: &TrackId, fix: &Fix) {
        for nth in 0..follow.assigned.len() {
            let assigned = &follow.assigned[nth];
            let (route, corridor) = (&self.settings.routes[assigned.route], assigned.corridor);
            let edge_m = self.corridors.edge_distance_m(corridor, fix.position);
            let now = self.timekeeper.civil(fix.received).of(fix.received);
            let lie = if route.hours.is_active(now) {
                let depth = self.corridors.get(corridor).depth();
                Lie::Side(route.side(edge_m, fix.accuracy(), depth))
            } else {
                Lie::OutOfHours
            };
            let (keeping, change) = assigned.keeping.step(fix.at, lie, route);
            follow.assigned[nth].keeping = keeping;
            if let Some(change) = change {
                let decision = self.decide_route(follow, nth, track, (fix, edge_m), change);
                self.tell(decision);
            }
        }
    }

    /// Turns a change into what is kept of it, and the alert to send.
    fn decide_route(
        &self,
        follow: &mut Follow,
        nth: usize,
        track: &TrackId,
        (fix, edge_m): (&Fix, f64),
        change: Change,
    ) -> Decision {
        let assigned = &mut follow.assigned[nth];
        let route = &self.settings.routes[assigned.route];
        let civil = self.timekeeper.civil(fix.received);
        let (record, told) = match change {
            Change::Joined => {
                assigned.absence = None;
                (Some(RouteRecord::On), None)
            }
            Change::Ended => {
                assigned.absence = None;
                (None, None)
            }
            Change::Left { since } => {
                let left_at = civil.at(fix, since);
                assigned.absence = Some((left_at, 1));
                let record = RouteRecord::Off {
                    since: left_at,
                    alerts: 1,
                };
                let told = (Event::RouteLeft, since, left_at, 0);
                (Some(record), Some(told))
            }
            Change::Resumed { at } => {
                let (left_at, alerts) = assigned.absence.take().unwrap_or((civil.at(fix, at), 0));
                let told = (Event::RouteResumed, at, left_at, alerts);
                (Some(RouteRecord::On), Some(told))
            }
        };
        let corridor = assigned.corridor;
        let alert = told.map(|told| self.route_alert(track, route, corridor, (fix, edge_m), told));
        let state = record.and_then(|record| serde_json::to_string(&record).ok());
        Decision {
            memories: vec![Memory {
                topic: Topic::Route,
                key: memory_key(route, &follow.key),
                state,
            }],
            alert,
            ..Decision::default()
        }
    }

    fn route_alert(
        &self,
        track: &TrackId,
        route: &Route,
        corridor: CorridorIndex,
        (fix, edge_m): (&Fix, f64),
        (event, at, left_at, index): (Event, TrackTime, Utc, u32),
    ) -> Alert {
        let civil = self.timekeeper.civil(fix.received);
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let key = track.to_string();
        let parts = [unit.as_str(), &route.name, &route.corridor, &key];
        let id = identity::story_id(history, "route", parts, left_at);
        let profile = self.profile(track);
        let who = (track, &profile, self.callsign(track));
        let (position, place) = compose::place_in(&self.corridors, corridor, fix);
        let off_m = edge_m - route.tolerance.get();
        Alert {
            severity: route.severity,
            status: route.status,
            episode: Some(Episode { id, index }),
            occurred_at: civil.at(fix, at),
            corridor: Some(position),
            place: Some(place),
            route: Some(RoutePosition {
                name: route.name.clone(),
                off_m: compose::round(edge_m, 1),
                tolerance_m: route.tolerance.get(),
            }),
            rule: Some(RuleName::of(&route.name)),
            certainty: Some(compose::certainty(
                off_m,
                fix,
                route.margin.accuracy_assumed,
            )),
            ..compose::of_track(
                identity::alert_id(id, event, index),
                event,
                unit,
                who,
                (fix, civil),
            )
        }
    }
}

fn earlier(at: TrackTime, span: Duration) -> TrackTime {
    let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    TrackTime::from_micros(at.as_micros().saturating_sub(micros))
}

/// Names a track and its route; another corridor makes it another assignment.
fn memory_key(route: &Route, track: &str) -> String {
    serde_json::json!([route.name, route.corridor, track]).to_string()
}
