//! What is told of an area without satellite navigation.
//!
//! What follows from a position within the area, or of a track that suffers, is labelled; `storm` holds it
//! back until the area clears, but for what is critical.

use std::time::Duration;

use super::doubts::Suspect;
use super::{Follow, Monitor};
use crate::monitor::Decision;
use crate::monitor::alert::{self, Alert, Event};
use crate::monitor::identity;
use crate::monitor::interference::{Airspace, Area, Turn};
use crate::monitor::memory::{Memory, Topic};
use crate::monitor::trust::{Doubts, Place};
use crate::track::{Fix, TrackId, TrackKind};
use crate::units::{LatLon, Moment};

/// Who was heard within so long is around.
const AROUND: Duration = Duration::from_secs(60);
/// The key of the only area.
const KEY: &str = "area";

impl Monitor {
    /// Takes a track that turned suspect, if satellite signals may be the cause.
    pub(super) fn handle_suffering(&mut self, track: &TrackId, now: Moment, last: Option<Place>) {
        let Some(place) = last.filter(|_| self.suffers(track)) else {
            return;
        };
        let civil = self.timekeeper.civil(now).of(now);
        let (tracks, suspects) = (&self.tracks, &self.suspects);
        let around = |middle: LatLon, radius_m: f64| {
            let is_around = |(track, follow): &(&TrackId, &Follow)| {
                let is_heard = |last: &&Fix| {
                    suspects.contains_key(*track)
                        || now.monotonic.since(last.received.monotonic) <= AROUND
                };
                let last = follow.last.as_ref().filter(is_heard);
                track.whom.kind() != TrackKind::CameraPoint
                    && last.is_some_and(|it| it.position.distance_m(middle) <= radius_m)
            };
            tracks.iter().filter(is_around).count()
        };
        let key = track.to_string();
        let turn = self.airspace.suspect(
            &self.settings.gate.interference,
            (now, civil),
            (&key, place.position),
            around,
        );
        self.turn(now, turn);
    }

    /// Takes a track that is trusted again.
    pub(super) fn handle_recovery(&mut self, track: &TrackId, now: Moment) {
        let turn = self.airspace.trusted(&track.to_string());
        self.turn(now, turn);
    }

    /// Leaves out who is silent.
    pub(super) fn handle_silence_in_area(&mut self, now: Moment) {
        let is_due = self.airspace.next_timeout();
        if is_due.is_some_and(|due| due <= now.monotonic) {
            let turn = self.airspace.handle_timeout(now.monotonic);
            self.turn(now, turn);
        }
    }

    /// Labels what follows from a position in the area.
    pub(super) fn labelled_by_area(&self, mut decision: Decision) -> Decision {
        if let Some(area) = self.airspace.area()
            && let Some(alert) = decision.alert.as_mut().filter(|it| concerns(area, it))
        {
            alert.interference = Some(label(area, false));
        }
        decision
    }

    /// Takes up the area of an earlier run.
    pub(super) fn restore_area(&mut self) {
        let state = self.memories.remove(&(Topic::Interference, KEY.to_owned()));
        if let Some(Ok(area)) = state.as_deref().map(serde_json::from_str) {
            self.airspace = Airspace::restored(area);
        }
    }

    fn suffers(&self, track: &TrackId) -> bool {
        let doubts = |suspect: &Suspect| suspect.doubts.iter().copied().collect::<Doubts>();
        track.whom.kind() != TrackKind::CameraPoint
            && self
                .suspects
                .get(track)
                .is_some_and(|suspect| doubts(suspect).may_be_interference())
    }

    fn turn(&mut self, now: Moment, turn: Option<Turn>) {
        match turn {
            None => {}
            Some(Turn::Began(area)) => {
                let alert = self.alert_of_area(now, &area, false);
                let memories = self.memory_of_area().into_iter().collect();
                self.tell(Decision {
                    memories,
                    alert,
                    ..Decision::default()
                });
            }
            Some(Turn::Grew(_)) => {
                let memories = self.memory_of_area().into_iter().collect();
                self.tell(Decision {
                    memories,
                    ..Decision::default()
                });
            }
            Some(Turn::Cleared(area)) => {
                let alert = self.alert_of_area(now, &area, true);
                let forgotten = Memory {
                    topic: Topic::Interference,
                    key: KEY.to_owned(),
                    state: None,
                };
                self.tell(Decision {
                    memories: vec![forgotten],
                    alert,
                    ..Decision::default()
                });
            }
        }
    }

    fn alert_of_area(&self, now: Moment, area: &Area, is_over: bool) -> Option<Alert> {
        let event = Event::GnssInterference;
        let fleet = &self.settings.fleet;
        if !fleet.events.contains(&event) {
            return None;
        }
        let civil = self.timekeeper.civil(now);
        let at = civil.of(now);
        let what = if is_over { "cleared" } else { "began" };
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let id = identity::trust_id(history, unit, event, what, area.since);
        Some(Alert {
            severity: fleet.severity_of(event),
            status: fleet.status,
            interference: Some(label(area, is_over)),
            ..Alert::bare(id, event, at, civil.clock, unit)
        })
    }

    fn memory_of_area(&self) -> Option<Memory> {
        let area = self.airspace.area()?;
        Some(Memory {
            topic: Topic::Interference,
            key: KEY.to_owned(),
            state: serde_json::to_string(area).ok(),
        })
    }
}

/// Says whether an alert follows from a position within an area, or of a track that suffers there.
fn concerns(area: &Area, alert: &Alert) -> bool {
    let follows = match alert.event {
        Event::Approaching
        | Event::Entered
        | Event::Dwelling
        | Event::Crossed
        | Event::Exited
        | Event::RouteLeft
        | Event::RouteResumed => true,
        Event::Unattended
        | Event::TrackLost
        | Event::TrackRegained
        | Event::PositionSuspect
        | Event::PositionTrusted
        | Event::IdentityConflict
        | Event::GnssInterference
        | Event::Summary
        | Event::Test => false,
    };
    let suffers = alert
        .track
        .as_ref()
        .is_some_and(|track| area.tracks.contains(&track.key));
    let position = alert.position.as_ref();
    let place = position.and_then(|it| LatLon::new(it.lat, it.lon).ok());
    follows && (suffers || place.is_some_and(|place| area.has(place)))
}

fn label(area: &Area, cleared: bool) -> alert::Interference {
    alert::Interference {
        cleared,
        since: area.since,
        centre: alert::Place {
            lat: area.lat,
            lon: area.lon,
        },
        radius_m: area.radius_m,
        tracks: area.tracks.iter().cloned().collect(),
    }
}
