//! Decisions to alerts: the one way out of the monitor.

use super::watch::Found;
use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Also, Episode, Event};
use crate::monitor::compose::{self, Ingredients};
use crate::monitor::identity;
use crate::monitor::memory::Memory;
use crate::monitor::rule::Rule;
use crate::monitor::stand::{Ended, Stand};
use crate::monitor::standing::{StandingRecord, Visit};
use crate::monitor::storm::{CannotEnd, NotASilence, Present, Silence, SilenceRequest};
use crate::monitor::timekeeper::{CivilTime, Timekeeper};
use crate::monitor::voice::Profile;
use crate::monitor::voices::Conflict;
use crate::track::{Fix, TrackId, TrackTime, Whom};
use crate::units::Moment;

impl Monitor {
    /// Hands a decision out, or holds its alert back; every alert leaves here.
    pub(super) fn tell(&mut self, decision: Decision) {
        let decision = self.labelled_by_area(decision);
        let present = present(&self.timekeeper, self.now, &self.settings.unit);
        let before = self.decisions.len();
        self.storm.pass(&present, decision, &mut self.decisions);
        for passed in self.decisions.iter().skip(before) {
            if let (Some(held), Some(alert)) = (&passed.held, &passed.alert) {
                self.held_notes.note(alert, &held.by);
            }
        }
    }

    /// Tells what was held back for long enough.
    pub(super) fn tell_overdue(&mut self) {
        let present = present(&self.timekeeper, self.now, &self.settings.unit);
        self.storm.handle_timeout(&present, &mut self.decisions);
    }

    /// Tells what is held back for a summary, since no report will come any more.
    pub fn finish(&mut self) {
        let present = present(&self.timekeeper, self.now, &self.settings.unit);
        self.storm.finish(&present, &mut self.decisions);
    }

    /// Begins a silence; what has to be stored comes out as a decision.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub fn silence(
        &mut self,
        request: SilenceRequest,
        now: Moment,
    ) -> Result<Silence, NotASilence> {
        let civil = self.timekeeper.civil(now).of(now);
        let (silence, memories) = self.storm.silence(request, civil)?;
        self.remember(memories);
        Ok(silence)
    }

    /// Ends a silence before its time; what has to be stored comes out as a decision.
    ///
    /// # Errors
    ///
    /// Fails if there is none of this number, or it is over.
    pub fn end_silence(&mut self, number: u32, now: Moment) -> Result<Silence, CannotEnd> {
        let civil = self.timekeeper.civil(now).of(now);
        let (silence, memories) = self.storm.end_silence(number, civil)?;
        self.remember(memories);
        Ok(silence)
    }

    /// Returns every silence that holds, or did not long ago.
    #[must_use]
    pub fn silences(&self) -> &[Silence] {
        self.storm.silences().all()
    }

    fn remember(&mut self, memories: Vec<Memory>) {
        self.decisions.push_back(Decision {
            memories,
            ..Decision::default()
        });
    }

    /// Keeps where a track stands, without a word.
    pub(super) fn note(&mut self, follow: &Follow, key: (usize, CorridorIndex), fix: &Fix) {
        let standing = self.record(follow, key, fix);
        self.tell(Decision {
            standing,
            ..Decision::default()
        });
    }

    /// Tells what happened with several corridors of a rule at one fix: of the first one, with the
    /// others named.
    ///
    /// With one that is entered, those are that the fix is surely inside of as well.
    pub(super) fn tell_together(
        &mut self,
        follow: &mut Follow,
        track: &TrackId,
        rule: usize,
        fix: &Fix,
        alike: &[Found],
    ) {
        let [first, others @ ..] = alike else {
            return;
        };
        let event = first.told.event();
        let keys = others.iter().map(|found| (rule, found.corridor));
        if !self.settings.rules[rule].events.contains(&event) {
            self.note(follow, (rule, first.corridor), fix);
            for key in keys {
                self.note(follow, key, fix);
            }
            return;
        }
        let mut keys: Vec<_> = keys.collect();
        if event == Event::Entered {
            let joined = follow.join(rule, &self.settings.rules[rule], fix.at);
            for key in &joined {
                self.note_joined(follow, *key);
            }
            keys.extend(joined);
        }
        let named = keys.into_iter().map(|key| self.name(follow, key, fix));
        let (others, also) = named.collect::<Vec<_>>().into_iter().flatten().unzip();
        let decision = self.decide(follow, track, rule, fix, first, also);
        if let Some(decision) = decision {
            self.tell(Decision { others, ..decision });
        }
    }

    /// Notes that a corridor was entered with another one.
    fn note_joined(&mut self, follow: &mut Follow, key: (usize, CorridorIndex)) {
        if let Some(stand) = follow.stands.get(&key) {
            let name = &follow.key;
            let standing = (stand.standing, stand.standing);
            let found = Some(Event::Entered);
            follow
                .notes
                .note_judgement(&mut self.notes_room, name, key, standing, found);
        }
    }

    /// Names a corridor in the alert about another one, as the next of its own episode.
    fn name(
        &self,
        follow: &mut Follow,
        key: (usize, CorridorIndex),
        fix: &Fix,
    ) -> Option<(StandingRecord, Also)> {
        let stand = follow.stands.get_mut(&key)?;
        stand.is_named = true;
        let index = stand.past.alerts;
        stand.past.alerts += 1;
        let record = self.record(follow, key, fix)?;
        let corridor = self.corridors.get(key.1);
        let countries = if corridor.countries.is_empty() {
            corridor.country.clone().into_iter().collect()
        } else {
            corridor.countries.clone()
        };
        let also = Also {
            id: corridor.id.to_string(),
            name: corridor.name.clone(),
            countries,
            episode: Episode {
                id: identity::episode_id(self.settings.history, &self.settings.unit, &record),
                index,
            },
        };
        Some((record, also))
    }

    /// Turns what a fix changed into the standing to store and the alert to send.
    fn decide(
        &self,
        follow: &mut Follow,
        track: &TrackId,
        rule_index: usize,
        fix: &Fix,
        found: &Found,
        also: Vec<Also>,
    ) -> Option<Decision> {
        let key = (rule_index, found.corridor);
        let stand = follow.stands.get_mut(&key)?;
        let index = stand.past.alerts;
        stand.past.alerts += 1;
        let travelled_m = stand.travelled_m(follow.odometer_m);
        let standing = self.record(follow, key, fix)?;
        let id = identity::episode_id(self.settings.history, &self.settings.unit, &standing);
        let ingredients = Ingredients {
            unit: &self.settings.unit,
            corridors: &self.corridors,
            corridor: found.corridor,
            rule: &self.settings.rules[rule_index],
            track,
            profile: &self.profile(track),
            callsign: self.callsign(track),
            fix,
            civil: self.timekeeper.civil(fix.received),
            travelled_m,
            episode: Episode { id, index },
            id: identity::alert_id(id, found.told.event(), index),
        };
        let alert = Alert {
            also,
            ..self.labelled(track, ingredients.compose(&found.told))
        };
        Some(Decision {
            standing: Some(standing),
            alert: Some(alert),
            ..Decision::default()
        })
    }

    /// Describes where a track stands for the store.
    fn record(
        &self,
        follow: &Follow,
        key: (usize, CorridorIndex),
        fix: &Fix,
    ) -> Option<StandingRecord> {
        let stand = follow.stands.get(&key)?;
        let civil = self.timekeeper.civil(fix.received);
        let ended = stand.past.ended;
        Some(StandingRecord {
            rule: self.settings.rules[key.0].name.clone(),
            track: follow.key.clone(),
            corridor: self.corridors.get(key.1).id.to_string(),
            episode: stand.past.episode,
            alerts: stand.past.alerts,
            visit: visit(stand, follow.odometer_m, fix, civil),
            approaching: stand.is_approaching || matches!(ended, Some(Ended::Withdrawn(_))),
            named: stand.is_named,
            left_at: ended.map(|ended| civil.at(fix, ended.at())),
        })
    }

    /// Tells of two senders that use one identity, at the last fix of either.
    pub(super) fn tell_conflict(&mut self, whom: &Whom, conflict: &Conflict) {
        self.counts.conflicts += 1;
        let tracks = conflict.senders.iter().map(|note| TrackId {
            whom: whom.clone(),
            voice: note.voice,
        });
        let last_of = |track: TrackId| {
            let fix = self.tracks.get(&track)?.last.clone()?;
            Some((track, fix))
        };
        let latest = tracks.filter_map(last_of);
        let Some((track, fix)) = latest.max_by_key(|(_, fix)| fix.received.monotonic) else {
            return;
        };
        let event = Event::IdentityConflict;
        if !self.settings.fleet.tells(event, whom.kind()) || self.hears_the_vehicle_of(whom) {
            return;
        }
        let profile = self.profile(&track);
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let day = fix.received.utc.as_seconds().div_euclid(86_400);
        let id = identity::conflict_id(history, unit, &whom.to_string(), day);
        let who = (&track, &profile, self.callsign(&track));
        let civil = self.timekeeper.civil(fix.received);
        let alert = Alert {
            severity: self.settings.fleet.severity_of(event),
            status: self.settings.fleet.status,
            ..compose::conflict(id, unit, who, (&fix, civil), conflict)
        };
        self.tell(Decision {
            alert: Some(alert),
            ..Decision::default()
        });
    }

    /// Says whether somebody is the camera of a vehicle that is followed itself: two with one identity
    /// have cameras with one too, and are told once.
    fn hears_the_vehicle_of(&self, whom: &Whom) -> bool {
        match whom {
            Whom::CameraImage(camera) | Whom::CameraTarget(camera) => {
                let vehicle = TrackId {
                    whom: Whom::Vehicle {
                        namespace: camera.namespace.clone(),
                        system_id: camera.system_id,
                    },
                    voice: 1,
                };
                self.tracks.contains_key(&vehicle)
            }
            Whom::Vehicle { .. }
            | Whom::Aircraft { .. }
            | Whom::Vessel { .. }
            | Whom::RemoteId { .. } => false,
        }
    }

    pub(super) fn profile(&self, track: &TrackId) -> Profile {
        let voices = self.identities.get(&track.whom);
        voices
            .map(|voices| voices.profile(track.voice))
            .unwrap_or_default()
    }

    pub(super) fn callsign(&self, track: &TrackId) -> Option<&str> {
        let callsigns = &self.settings.callsigns;
        callsigns.get(&track.to_string()).map(String::as_str)
    }
}

/// Says what time it is, and by whom.
fn present<'a>(timekeeper: &Timekeeper, now: Moment, unit: &'a str) -> Present<'a> {
    let civil = timekeeper.civil(now);
    Present {
        now: Moment {
            utc: civil.of(now),
            ..now
        },
        clock: civil.clock,
        unit,
    }
}

impl Follow {
    /// Lets all stands of a rule count as inside that the last fix was surely inside of; returns which.
    fn join(&mut self, rule: usize, asked: &Rule, at: TrackTime) -> Vec<(usize, CorridorIndex)> {
        let of_rule = self.stands.iter_mut().filter(|(key, _)| key.0 == rule);
        of_rule
            .filter_map(|(key, stand)| stand.join(at, asked).then_some(*key))
            .collect()
    }
}

/// Describes a stay for the store.
fn visit(stand: &Stand, odometer_m: f64, fix: &Fix, civil: CivilTime) -> Option<Visit> {
    let stay = stand.standing.stay()?;
    Some(Visit {
        entered_at: civil.at(fix, stay.since),
        entry: stand.entry().map(|entry| entry.position),
        dwells: stay.dwells,
        last_position: fix.position,
        travelled_m: stand.travelled_m(odometer_m),
    })
}
