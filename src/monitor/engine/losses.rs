//! Alerts about tracks that are lost, or heard again.
//!
//! | track               | silent for too long                 | its next fix                       |
//! |---------------------|-------------------------------------|------------------------------------|
//! | heard               | lost: *track.lost*, if it concerns  | -                                  |
//! | lost and told       | -                                   | heard: *track.regained*            |
//! | lost and not told   | -                                   | heard                              |
//! | lost in another run | -                                   | heard: *track.regained*            |
//!
//! A track without a fix is told of to nobody: there is nothing to say where it was.

use serde::{Deserialize, Serialize};

use super::reload::as_of;
use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Also, Episode, Event, ExitReason};
use crate::monitor::compose;
use crate::monitor::identity;
use crate::monitor::memory::{Memory, Topic};
use crate::monitor::standing::StandingRecord;
use crate::track::{Fix, TrackId};
use crate::units::{Moment, Utc};

/// What is kept of a track that was told as lost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Loss {
    /// When it was heard last.
    heard_at: Utc,
}

impl Monitor {
    /// Tells of those that have become silent for too long.
    pub(super) fn tell_losses(&mut self, now: Moment) {
        while let Some((track, heard)) = self.vigil.poll_loss() {
            if let Some(mut follow) = self.tracks.remove(&track) {
                // Its next fix tells that it is heard again.
                follow.calm_until = None;
                let civil = self.timekeeper.civil(now);
                let heard_at = civil.of(now).before(now.monotonic.since(heard));
                if let Some(last) = follow.last.clone() {
                    self.lose(&follow, &track, (&last, heard_at), now);
                    self.give_up(&mut follow, &track, &last, now);
                }
                self.tracks.insert(track, follow);
            }
        }
    }

    /// Ends the stays of a lost track under the rules that ask for it.
    ///
    /// It comes after the loss was told, which explains it.
    fn give_up(&mut self, follow: &mut Follow, track: &TrackId, last: &Fix, now: Moment) {
        let asks = |pair: &(usize, CorridorIndex)| self.settings.rules[pair.0].exit_on_lost;
        let pairs: Vec<_> = follow.stands.keys().copied().filter(asks).collect();
        for pair in pairs {
            let fix = as_of(last, now);
            self.end(follow, track, pair, &fix, ExitReason::TrackLost);
        }
    }

    fn lose(
        &mut self,
        follow: &Follow,
        track: &TrackId,
        (last, heard_at): (&Fix, Utc),
        now: Moment,
    ) {
        let inside = inside(follow);
        let fleet = &self.settings.fleet;
        let (event, kind) = (Event::TrackLost, track.whom.kind());
        let concerns = fleet.tells_loss(!inside.is_empty());
        if !concerns || !(fleet.tells(event, kind) || fleet.tells(Event::TrackRegained, kind)) {
            return;
        }
        let loss = Loss { heard_at };
        let alert = fleet.tells(event, kind).then(|| {
            let alert = self.silence_alert(track, event, (last, true), loss, now);
            self.with_corridors(alert, follow, &inside, last)
        });
        let state = serde_json::to_string(&loss).ok();
        self.lost.insert(follow.key.clone(), loss);
        self.tell(Decision {
            memories: vec![memory(&follow.key, state)],
            alert,
            ..Decision::default()
        });
    }

    /// Tells that a track is heard again, if it was told as lost.
    pub(super) fn regain(&mut self, follow: &Follow, track: &TrackId, fix: &Fix) {
        if self.lost.is_empty() {
            return;
        }
        let Some(loss) = self.lost.remove(&follow.key) else {
            return;
        };
        let event = Event::TrackRegained;
        let is_told = self.settings.fleet.tells(event, track.whom.kind());
        let alert = is_told.then(|| {
            let alert = self.silence_alert(track, event, (fix, false), loss, fix.received);
            self.with_corridors(alert, follow, &inside(follow), fix)
        });
        self.tell(Decision {
            memories: vec![memory(&follow.key, None)],
            alert,
            ..Decision::default()
        });
    }

    fn silence_alert(
        &self,
        track: &TrackId,
        event: Event,
        (fix, is_since): (&Fix, bool),
        loss: Loss,
        now: Moment,
    ) -> Alert {
        let (history, unit) = (self.settings.history, &self.settings.unit);
        let key = track.to_string();
        let parts = [unit.as_str(), "", "", &key];
        let story = identity::story_id(history, "silence", parts, loss.heard_at);
        let index = u32::from(event == Event::TrackRegained);
        let profile = self.profile(track);
        let who = (track, &profile, self.callsign(track));
        let civil = self.timekeeper.civil(now);
        let silence = civil.of(now).since(loss.heard_at);
        let id = identity::alert_id(story, event, index);
        Alert {
            severity: self.settings.fleet.severity_of(event),
            status: self.settings.fleet.status,
            episode: Some(Episode { id: story, index }),
            occurred_at: if is_since {
                loss.heard_at
            } else {
                civil.of(now)
            },
            detected_at: civil.of(now),
            silence_seconds: Some(compose::round(silence.as_secs_f64(), 1)),
            ..compose::of_track(id, event, unit, who, (fix, civil))
        }
    }

    /// Adds the corridors that a track is inside of: the first one with the place, the others by name.
    fn with_corridors(
        &self,
        alert: Alert,
        follow: &Follow,
        inside: &[(usize, CorridorIndex)],
        fix: &Fix,
    ) -> Alert {
        let Some(((_, first), others)) = inside.split_first() else {
            return alert;
        };
        let (position, place) = compose::place_in(&self.corridors, *first, fix);
        let also = others.iter().filter_map(|&(rule, corridor)| {
            let episode = self.episode_of(follow, rule, corridor)?;
            let corridor = self.corridors.get(corridor);
            let mut countries: Vec<String> = corridor.country.iter().cloned().collect();
            countries.extend(corridor.countries.iter().cloned());
            countries.sort_unstable();
            countries.dedup();
            Some(Also {
                id: corridor.id.to_string(),
                name: corridor.name.clone(),
                countries,
                episode,
            })
        });
        Alert {
            corridor: Some(position),
            place: Some(place),
            also: also.collect(),
            ..alert
        }
    }

    /// Names the episode of a track with a corridor, and the alert of it that would be next.
    fn episode_of(&self, follow: &Follow, rule: usize, corridor: CorridorIndex) -> Option<Episode> {
        let stand = follow.stands.get(&(rule, corridor))?;
        let record = StandingRecord {
            rule: self.settings.rules[rule].name.clone(),
            track: follow.key.clone(),
            corridor: self.corridors.get(corridor).id.to_string(),
            episode: stand.past.episode,
            alerts: stand.past.alerts,
            visit: None,
            approaching: false,
            named: false,
            left_at: None,
        };
        let (history, unit) = (self.settings.history, &self.settings.unit);
        Some(Episode {
            id: identity::episode_id(history, unit, &record),
            index: stand.past.alerts,
        })
    }
}

/// Lists the corridors that a track is confirmed inside of, each with the first rule that says so.
fn inside(follow: &Follow) -> Vec<(usize, CorridorIndex)> {
    let mut found: Vec<(usize, CorridorIndex)> = Vec::new();
    for (&(rule, corridor), stand) in &follow.stands {
        let is_new = found.iter().all(|(_, other)| *other != corridor);
        if stand.standing.is_inside() && is_new {
            found.push((rule, corridor));
        }
    }
    found
}

fn memory(track: &str, state: Option<String>) -> Memory {
    Memory {
        topic: Topic::Liveness,
        key: track.to_owned(),
        state,
    }
}
