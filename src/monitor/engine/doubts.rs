//! Tracks whose position is not trusted: what is told of them, and what is kept over a restart.

use std::mem;

use serde::{Deserialize, Serialize};

use super::Monitor;
use crate::monitor::Decision;
use crate::monitor::alert::{self, Alert, Certainty, Event, Evidence};
use crate::monitor::compose;
use crate::monitor::identity;
use crate::monitor::memory::{Memory, Topic};
use crate::monitor::trust::{Change, Doubt, How, News, Place, Suspicion};
use crate::track::{Fix, Report, TrackId};
use crate::units::{LatLon, Utc};

/// A track whose position is not trusted, as it is kept over a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::monitor) struct Suspect {
    pub(in crate::monitor) since: Utc,
    pub(in crate::monitor) doubts: Vec<Doubt>,
    /// Whether its places are kept from the rules.
    pub(in crate::monitor) is_hidden: bool,
    /// The last place before the doubts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::monitor) last: Option<LastPlace>,
}

/// A place, and when it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::monitor) struct LastPlace {
    lat: f64,
    lon: f64,
    heard: Utc,
}

impl Suspect {
    /// Returns the last place before the doubts.
    pub(in crate::monitor) fn place(&self) -> Option<Place> {
        let last = self.last?;
        let position = LatLon::new(last.lat, last.lon).ok()?;
        Some(Place {
            position,
            heard: last.heard,
        })
    }

    fn of(since: Utc, suspicion: &Suspicion, last: Option<Place>) -> Self {
        Self {
            since,
            doubts: suspicion.doubts.iter().collect(),
            is_hidden: !suspicion.doubts.refuting().is_empty(),
            last: last.map(|place| LastPlace {
                lat: place.position.lat(),
                lon: place.position.lon(),
                heard: place.heard,
            }),
        }
    }

    fn memory(&self, track: &TrackId) -> Memory {
        Memory {
            topic: Topic::Trust,
            key: track.to_string(),
            state: serde_json::to_string(self).ok(),
        }
    }

    fn label(&self, moved_m: Option<f64>) -> alert::Trust {
        let names = self.doubts.iter().map(|doubt| doubt.name().to_owned());
        alert::Trust {
            doubts: names.collect(),
            since: self.since,
            last_trusted: self.last.map(|last| alert::Place {
                lat: last.lat,
                lon: last.lon,
            }),
            moved_m,
        }
    }
}

impl Monitor {
    /// Takes the change of a track's trust; `fix` is its first that is believed again.
    pub(super) fn handle_trust(
        &mut self,
        track: &TrackId,
        (report, fix): (&Report, Option<&Fix>),
        news: &News,
    ) {
        let civil = self.timekeeper.civil(report.received);
        let before = self.suspects.remove(track);
        let since = |suspicion: &Suspicion| {
            let known = before.as_ref().map(|before| before.since);
            known.unwrap_or_else(|| civil.of(suspicion.since))
        };
        match news.change {
            Change::Suspect(suspicion) => {
                let suspect = Suspect::of(since(&suspicion), &suspicion, news.trusted);
                let alert = self.alert_of_trust(
                    Event::PositionSuspect,
                    track,
                    (report, fix),
                    suspect.label(None),
                );
                let memories = vec![suspect.memory(track)];
                self.suspects.insert(track.clone(), suspect);
                self.tell(Decision {
                    memories,
                    alert,
                    ..Decision::default()
                });
                self.handle_suffering(track, report.received, news.trusted);
            }
            Change::Shown(_) => {
                let Some(before) = before else {
                    return;
                };
                let suspect = Suspect {
                    is_hidden: false,
                    ..before
                };
                let memories = vec![suspect.memory(track)];
                self.suspects.insert(track.clone(), suspect);
                self.tell(Decision {
                    memories,
                    ..Decision::default()
                });
            }
            Change::Trusted(suspicion, how) => {
                let suspect = Suspect::of(since(&suspicion), &suspicion, news.trusted);
                let moved_m = fix.and_then(|fix| self.moved_m(fix, news.trusted, how));
                let label = suspect.label(moved_m);
                let event = Event::PositionTrusted;
                let alert = self.alert_of_trust(event, track, (report, fix), label);
                let forgotten = Memory {
                    state: None,
                    ..suspect.memory(track)
                };
                self.tell(Decision {
                    memories: vec![forgotten],
                    alert,
                    ..Decision::default()
                });
                self.handle_recovery(track, report.received);
            }
        }
    }

    /// Labels what is told of a track whose position is not trusted: it is possible at the most.
    pub(super) fn labelled(&self, track: &TrackId, alert: Alert) -> Alert {
        let Some(suspect) = self.suspects.get(track) else {
            return alert;
        };
        Alert {
            certainty: alert.certainty.map(|_| Certainty::Possible),
            trust: Some(suspect.label(None)),
            ..alert
        }
    }

    /// Takes up what an earlier run doubted.
    pub(super) fn restore_trust(&mut self) {
        for ((topic, key), state) in mem::take(&mut self.memories) {
            if topic != Topic::Trust {
                self.memories.insert((topic, key), state);
            } else if let Ok(suspect) = serde_json::from_str(&state) {
                self.doubted.insert(key, suspect);
            }
        }
    }

    /// Says how far a place that is believed lies from the last one, if nothing flies there in the
    /// time, metres.
    fn moved_m(&self, fix: &Fix, before: Option<Place>, how: How) -> Option<f64> {
        let before = before?;
        let moved_m = fix.position.distance_m(before.position);
        let passed_s = fix.received.utc.since(before.heard).as_secs_f64();
        let gate = &self.settings.gate;
        let reach_m = gate.jump_slack.get() + gate.speed_max_mps * passed_s;
        match how {
            How::Settled | How::Overruled => Some(moved_m.round()),
            How::Returned => (reach_m < moved_m).then_some(moved_m.round()),
        }
    }

    /// Composes an alert about a track's trust, at its last fix that was believed.
    fn alert_of_trust(
        &self,
        event: Event,
        track: &TrackId,
        (report, fix): (&Report, Option<&Fix>),
        trust: alert::Trust,
    ) -> Option<Alert> {
        if !self.settings.fleet.tells(event, track.whom.kind()) {
            return None;
        }
        let last = self.tracks.get(track).and_then(|it| it.last.as_ref());
        let fix = fix.or(last)?;
        let profile = self.profile(track);
        let civil = self.timekeeper.civil(report.received);
        let now = civil.of(report.received);
        let what = format!("{}: {}", track, trust.doubts.join(" "));
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let id = identity::trust_id(history, unit, event, &what, now);
        let who = (track, &profile, self.callsign(track));
        Some(Alert {
            severity: self.settings.fleet.severity_of(event),
            status: self.settings.fleet.status,
            occurred_at: if event == Event::PositionSuspect {
                trust.since.min(now)
            } else {
                now
            },
            detected_at: now,
            trust: Some(trust),
            evidence: Some(Evidence {
                frames: vec![report.frame.to_string()],
                boot_ms: None,
            }),
            ..compose::of_track(id, event, unit, who, (fix, civil))
        })
    }
}
