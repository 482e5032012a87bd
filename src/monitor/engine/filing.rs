//! Which rules, routes and attendances are about a track: found once, and again when it is called
//! otherwise or the certainty of its identity changes.

use std::mem;
use std::sync::Arc;

use super::{Follow, Monitor};
use crate::corridor::{CorridorIndex, Datum, Level};
use crate::monitor::rule::Who;
use crate::track::{Authenticity, Fix, Text, TrackId, TrackKind};

/// What asks for a track.
#[derive(Debug, Default)]
pub(super) struct Filed {
    /// What it was filed by; absent before its first fix.
    by: Option<(Authenticity, Option<Text<9>>)>,
    /// By rule, whether it is about the track.
    pub(super) rules: Vec<bool>,
    /// The attendances that the track counts for.
    pub(super) attendances: Vec<usize>,
    /// The key, as attendances remember it.
    pub(super) key: Arc<str>,
    /// Whether it was said that a rule asks for heights that the track does not tell.
    is_height_told: bool,
}

/// What somebody who looks after the rules should know; said once a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// A rule asks for heights above a datum that the track does not tell: it counts by its place
    /// alone.
    HeightNotCompared {
        /// The track's key.
        track: String,
        /// The rule's name.
        rule: String,
        /// What the rule's heights are measured from.
        datum: Datum,
    },
}

impl Monitor {
    /// Files a track anew if a filter might say something else than for the fix before.
    pub(super) fn file(&mut self, follow: &mut Follow, track: &TrackId, fix: &Fix) {
        let told = self.told_callsign(track);
        let by = Some((fix.authenticity, told));
        if follow.filed.by == by {
            return;
        }
        let key = mem::take(&mut follow.key);
        let given = self.settings.callsigns.get(&key).cloned();
        let who = Who {
            key: &key,
            kind: track.whom.kind(),
            callsign: given.as_deref().or(told.as_ref().map(Text::as_str)),
            authenticity: fix.authenticity,
        };
        let filed = &mut follow.filed;
        filed.rules.clear();
        let rules = self.settings.rules.iter();
        filed
            .rules
            .extend(rules.map(|rule| rule.tracks.matches(&who)));
        filed.attendances.clear();
        let attendances = self.settings.attendances.iter().enumerate();
        let counting = attendances.filter(|(_, attendance)| attendance.tracks.matches(&who));
        filed.attendances.extend(counting.map(|(nth, _)| nth));
        if filed.by.is_none() {
            filed.key = Arc::from(key.as_str());
        }
        filed.by = by;
        let Filed { rules, .. } = filed;
        follow.stands.retain(|key, stand| {
            let is_kept = rules[key.0] || stand.standing.is_inside();
            if !is_kept {
                follow.pasts.insert(*key, stand.past);
            }
            is_kept
        });
        self.assign(follow, &who, fix);
        follow.key = key;
    }

    /// Says whether a rule has to do with a track and a corridor.
    ///
    /// A stay that has begun is told to its end, whatever becomes known of the track meanwhile.
    pub(super) fn is_about(&self, follow: &Follow, rule: usize, corridor: CorridorIndex) -> bool {
        let is_inside = || {
            let stand = follow.stands.get(&(rule, corridor));
            stand.is_some_and(|stand| stand.standing.is_inside())
        };
        self.watches(rule, corridor) && (follow.filed.rules[rule] || is_inside())
    }

    /// Says once a track that a rule asks for heights that it does not tell.
    pub(super) fn remark_height(&mut self, follow: &mut Follow, rule: usize, fix: &Fix) {
        let rule = &self.settings.rules[rule];
        if let Some(band) = rule.band
            && band.level(&fix.heights) == Level::NotCompared
            && !mem::replace(&mut follow.filed.is_height_told, true)
        {
            self.remarks.push_back(Remark::HeightNotCompared {
                track: follow.key.clone(),
                rule: rule.name.clone(),
                datum: band.datum(),
            });
        }
    }

    /// Says who a track is, for the filters of rules; `told` is what it calls itself.
    pub(super) fn who<'a>(
        &'a self,
        track: &TrackId,
        key: &'a str,
        told: Option<&'a Text<9>>,
        last: Option<&Fix>,
    ) -> Who<'a> {
        Who {
            key,
            kind: track.whom.kind(),
            callsign: self.callsign(track).or(told.map(Text::as_str)),
            authenticity: last.map_or_else(Authenticity::default, |last| last.authenticity),
        }
    }

    /// Returns what a track calls itself; only transponders do.
    pub(super) fn told_callsign(&self, track: &TrackId) -> Option<Text<9>> {
        match track.whom.kind() {
            TrackKind::Aircraft => {
                let voices = self.identities.get(&track.whom)?;
                voices.profile(track.voice).callsign
            }
            TrackKind::Vehicle
            | TrackKind::Vessel
            | TrackKind::RemoteId
            | TrackKind::CameraPoint => None,
        }
    }
}
