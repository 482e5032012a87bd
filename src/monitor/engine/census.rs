//! Counts everybody who is followed, for who asks.

use super::{Follow, Monitor};
use crate::monitor::census::{Census, Inside, LastFix, TrackStatus};
use crate::monitor::standing::{Place, Standing};
use crate::monitor::timekeeper::CivilTime;
use crate::track::{Fix, TrackId, TrackTime};
use crate::units::{Metres, Moment};

impl Monitor {
    /// Says who is followed at `now`, how alive they are and where they stand.
    #[must_use]
    pub fn census(&self, now: Moment) -> Census {
        let civil = self.timekeeper.civil(now);
        let tracks = self.vigil.contacts().map(|(track, contact)| TrackStatus {
            kind: track.whom.kind().name().to_owned(),
            callsign: self.callsign(&track).map(str::to_owned),
            liveness: contact.liveness.name().to_owned(),
            silent_seconds: contact
                .heard()
                .map_or(0, |heard| now.monotonic.since(heard).as_secs()),
            fix: self.last_fix(&track, now, civil),
            inside: self.stays(&track, civil),
            track: track.to_string(),
        });
        let mut tracks: Vec<TrackStatus> = tracks.collect();
        tracks.sort_by(|a, b| a.track.cmp(&b.track));
        Census {
            clock: civil.clock,
            corridors: self.corridors.len(),
            rules: self
                .settings
                .rules
                .iter()
                .map(|rule| rule.name.clone())
                .collect(),
            tracks,
        }
    }

    fn last_fix(&self, track: &TrackId, now: Moment, civil: CivilTime) -> Option<LastFix> {
        let fix = self.tracks.get(track)?.last.as_ref()?;
        Some(LastFix {
            at: civil.at(fix, fix.at),
            age_seconds: now.monotonic.since(fix.received.monotonic).as_secs(),
            lat: fix.position.lat(),
            lon: fix.position.lon(),
            h_acc_m: fix.h_acc.map(Metres::get),
        })
    }

    /// Lists the corridors that a track is confirmed inside of.
    fn stays(&self, track: &TrackId, civil: CivilTime) -> Vec<Inside> {
        let Some((follow, fix)) = self.followed(track) else {
            return Vec::new();
        };
        let stays = follow
            .stands
            .iter()
            .filter_map(|((rule, corridor), stand)| {
                let (since, is_leaving) = stay(stand.standing)?;
                let corridor = self.corridors.get(*corridor);
                Some(Inside {
                    rule: self.settings.rules[*rule].name.clone(),
                    corridor: corridor.id.to_string(),
                    name: corridor.name.clone(),
                    since: civil.at(fix, since),
                    is_leaving,
                })
            });
        stays.collect()
    }

    fn followed(&self, track: &TrackId) -> Option<(&Follow, &Fix)> {
        let follow = self.tracks.get(track)?;
        Some((follow, follow.last.as_ref()?))
    }
}

/// Says since when a track is confirmed inside, if it is, and whether it may be on its way out.
fn stay(standing: Standing) -> Option<(TrackTime, bool)> {
    match standing.place() {
        Place::Inside(stay) => Some((stay.since, false)),
        Place::Leaving(stay, _) => Some((stay.since, true)),
        Place::Outside | Place::Nearing(_) | Place::Approaching(_) | Place::Entering(_) => None,
    }
}
