//! Standings of an earlier run that no fix can end, since their corridor or their rule is gone.

use super::Monitor;
use crate::corridor::Corridor;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, CorridorPosition, Episode, Event, ExitReason, RuleName, Track};
use crate::monitor::identity;
use crate::monitor::standing::{StandingRecord, Visit};
use crate::track::TrackKind;
use crate::units::{Moment, Utc};

impl Monitor {
    /// Ends what an earlier run left inside a corridor that is not there, or under a rule that does not
    /// watch it any more; [`Self::poll_decision`] follows it.
    pub fn close_gone(&mut self, now: Moment) {
        self.now = now;
        let mut ended = Vec::new();
        let mut restored = std::mem::take(&mut self.restored);
        for record in restored.values_mut().flatten() {
            if self.watch_of(record).is_none()
                && let Some(visit) = record.visit.take()
            {
                ended.push(self.end_gone(record, &visit, now));
            }
        }
        self.restored = restored;
        for decision in ended {
            self.tell(decision);
        }
    }

    fn end_gone(&self, record: &mut StandingRecord, visit: &Visit, now: Moment) -> Decision {
        let civil = self.timekeeper.civil(now);
        let at = civil.of(now);
        record.left_at = Some(at);
        let corridor = self.corridors.find(&record.corridor);
        let reason = if corridor.is_some() {
            ExitReason::RuleChanged
        } else {
            ExitReason::CorridorRemoved
        };
        let rules = &self.settings.rules;
        let rule = rules.iter().find(|rule| rule.name == record.rule);
        // Who was told of nothing need not hear of its end; what a rule told that is gone, nobody knows.
        let tells = rule.is_none_or(|rule| rule.events.contains(&Event::Exited));
        if record.alerts == 0 || !tells {
            return Decision {
                standing: Some(record.clone()),
                ..Decision::default()
            };
        }
        let episode = Episode {
            id: identity::episode_id(self.settings.history, &self.settings.unit, record),
            index: record.alerts,
        };
        record.alerts += 1;
        let id = identity::alert_id(episode.id, Event::Exited, episode.index);
        let unit = &self.settings.unit;
        let bare = Alert::bare(id, Event::Exited, at, civil.clock, unit);
        let corridor = corridor.map(|corridor| self.corridors.get(corridor));
        let alert = Alert {
            severity: rule.map(|rule| rule.severity).unwrap_or_default(),
            status: rule.map(|rule| rule.status).unwrap_or_default(),
            episode: Some(episode),
            reason: Some(reason),
            track: Some(self.track_of_key(&record.track)),
            corridor: Some(corridor_known(&record.corridor, corridor)),
            rule: Some(RuleName::of(&record.rule)),
            inside_seconds: Some(seconds_between(visit.entered_at, at)),
            travelled_m: Some(visit.travelled_m).filter(|metres| metres.is_finite()),
            ..bare
        };
        Decision {
            standing: Some(record.clone()),
            alert: Some(alert),
            ..Decision::default()
        }
    }

    /// Says of a track that was not heard in this run what its key says.
    fn track_of_key(&self, key: &str) -> Track {
        Track {
            key: key.to_owned(),
            kind: TrackKind::of_key(key).name().to_owned(),
            system_id: None,
            component_id: None,
            callsign: self.settings.callsigns.get(key).cloned(),
            icao: None,
            remote_id: None,
            operator_id: None,
            loss_percent: None,
            mav_type: None,
            autopilot: None,
        }
    }
}

/// Says of a corridor what is known without a place: of one that is gone, its id.
fn corridor_known(id: &str, corridor: Option<&Corridor>) -> CorridorPosition {
    CorridorPosition {
        id: id.to_owned(),
        name: corridor.map_or(id, |corridor| &corridor.name).to_owned(),
        reference: corridor.and_then(|corridor| corridor.reference.clone()),
        country: corridor.and_then(|corridor| corridor.country.clone()),
        countries: corridor.map_or_else(Vec::new, |corridor| corridor.countries.clone()),
        section: corridor.and_then(|corridor| corridor.section.clone()),
        chainage_km: None,
        cross_track_m: None,
        side: None,
        heading_along: None,
        heading_off_deg: None,
        edge_m: None,
        altitude_min_m: None,
        altitude_max_m: None,
        altitude_datum: None,
        height: None,
        half_width_m: None,
        source: corridor.and_then(|corridor| corridor.source.clone()),
        certainty: corridor.and_then(|corridor| corridor.certainty.clone()),
        near: None,
    }
}

/// Seconds from one instant to a later one, to the millisecond.
fn seconds_between(from: Utc, to: Utc) -> f64 {
    (to.since(from).as_secs_f64() * 1000.0).round() / 1000.0
}
