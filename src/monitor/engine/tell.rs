//! Decisions to alerts: the one way out of the monitor.

use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Episode, Event};
use crate::monitor::compose::{self, Ingredients};
use crate::monitor::identity;
use crate::monitor::memory::Memory;
use crate::monitor::stand::{Stand, Told};
use crate::monitor::standing::{StandingRecord, Visit};
use crate::monitor::storm::{CannotEnd, NotASilence, Present, Silence, SilenceRequest};
use crate::monitor::timekeeper::{CivilTime, Timekeeper};
use crate::monitor::voice::Profile;
use crate::monitor::voices::Conflict;
use crate::track::{Fix, TrackId, Whom};
use crate::units::Moment;

impl Monitor {
    /// Hands a decision out, or holds its alert back; every alert leaves here.
    pub(super) fn tell(&mut self, decision: Decision) {
        let present = present(&self.timekeeper, self.now, &self.settings.unit);
        self.storm.pass(&present, decision, &mut self.decisions);
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

    /// Turns what a fix changed into the standing to store and the alert to send.
    pub(super) fn decide(
        &self,
        follow: &mut Follow,
        track: &TrackId,
        rule_index: usize,
        corridor: CorridorIndex,
        fix: &Fix,
        told: &Told,
    ) -> Option<Decision> {
        let rule = &self.settings.rules[rule_index];
        let profile = self.profile(track);
        let civil = self.timekeeper.civil(fix.received);
        let stand = follow.stands.get_mut(&(rule_index, corridor))?;
        let mut standing = StandingRecord {
            rule: rule.name.clone(),
            track: follow.key.clone(),
            corridor: self.corridors.get(corridor).id.to_string(),
            episode: stand.episode,
            alerts: stand.alerts,
            visit: visit(stand, fix, civil),
            approaching: false,
            named: false,
            left_at: None,
        };
        let event = told.event();
        let alert = rule.events.contains(&event).then(|| -> Alert {
            let id = identity::episode_id(self.settings.history, &self.settings.unit, &standing);
            let episode = Episode {
                id,
                index: stand.alerts,
            };
            stand.alerts += 1;
            let ingredients = Ingredients {
                unit: &self.settings.unit,
                corridors: &self.corridors,
                corridor,
                rule,
                track,
                profile: &profile,
                callsign: self.callsign(track),
                fix,
                civil,
                travelled_m: stand.travelled_m,
                episode,
                id: identity::alert_id(id, event, episode.index),
            };
            ingredients.compose(told)
        });
        standing.alerts = stand.alerts;
        Some(Decision {
            standing: Some(standing),
            alert,
            ..Decision::default()
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
        if !self.settings.fleet.tells(event, whom.kind()) {
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

/// Describes a stay for the store.
fn visit(stand: &Stand, fix: &Fix, civil: CivilTime) -> Option<Visit> {
    let stay = stand.standing.stay()?;
    Some(Visit {
        entered_at: civil.at(fix, stay.since),
        entry: stand.entry().map(|entry| entry.position),
        dwells: stay.dwells,
        last_position: fix.position,
        travelled_m: stand.travelled_m,
    })
}
