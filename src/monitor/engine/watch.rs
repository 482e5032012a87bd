//! One fix of one track against every rule and corridor that it could change anything for.

use std::mem;
use std::time::Duration;

use super::around::Asks;
use super::{Follow, Monitor};
use crate::corridor::{CorridorIndex, CorridorSet};
use crate::monitor::presence::Presence;
use crate::monitor::rule::Rule;
use crate::monitor::stand::{Outcome, Stand, Step, Told};
use crate::track::{Fix, TrackId, TrackKind, TrackTime};

/// After a longer silence nobody knows the way between two fixes.
const WAY_KNOWN_MAX: Duration = Duration::from_secs(300);

/// What a fix changed for a rule and one of its corridors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) corridor: CorridorIndex,
    /// Signed distance of the fix to the edge, metres; infinite if beyond every margin.
    pub(super) edge_m: f64,
    pub(super) told: Told,
}

impl Monitor {
    /// Takes a fix that passed the gate.
    pub(super) fn handle_fix(&mut self, track: &TrackId, fix: Fix, continuous: bool) {
        if let Some(follow) = self.tracks.get_mut(track)
            && follow.stays_calm(&self.corridors, &self.asks, &fix, continuous)
        {
            let Follow { key, notes, .. } = follow;
            notes.note_fix(&mut self.notes_room, key, &fix, continuous);
            follow.last = Some(fix);
            #[cfg(test)]
            {
                self.calm_fixes += 1;
            }
            return;
        }
        let mut follow = self.tracks.get_mut(track).map_or_else(
            || Follow {
                key: track.to_string(),
                ..Follow::default()
            },
            mem::take,
        );
        let Follow {
            key: name, notes, ..
        } = &mut follow;
        notes.note_fix(&mut self.notes_room, name, &fix, continuous);
        if follow.last.is_none() {
            self.restore(&mut follow, &fix);
        }
        self.file(&mut follow, track, &fix);
        let last = follow.last.take();
        let before = last
            .as_ref()
            .filter(|last| is_flown_from(last, &fix, continuous));
        if let Some(before) = before {
            follow.count_way(before, &fix);
        }

        self.find_concerned(&mut follow, &fix, before);
        let concerned = mem::take(&mut self.around.concerned);
        for rule in 0..self.settings.rules.len() {
            for &corridor in &concerned {
                self.step(&mut follow, rule, corridor, &fix, before);
            }
            self.conclude(&mut follow, track, rule, &fix);
        }
        self.around.concerned = concerned;
        self.step_routes(&mut follow, track, &fix);
        self.attend(&follow, &fix);
        self.regain(&follow, track, &fix);

        follow.calm_until = self.is_calm_until(&follow, track.whom.kind());
        follow.last = Some(fix);
        self.tracks.insert(track.clone(), follow);
    }

    fn step(
        &mut self,
        follow: &mut Follow,
        rule_index: usize,
        corridor: CorridorIndex,
        fix: &Fix,
        before: Option<&Fix>,
    ) {
        if !self.is_about(follow, rule_index, corridor) {
            return;
        }
        let key = (rule_index, corridor);
        let rule = &self.settings.rules[rule_index];
        let edge_m = self.around.edge_m(corridor);
        let passage = self.around.passage(corridor);
        let lead = self.around.lead(corridor);
        let is_near =
            edge_m.is_some_and(|edge_m| edge_m <= rule.exit_margin().width(fix.accuracy()));
        let is_concerned = is_near || passage.is_some() || lead.is_some();
        if !is_concerned && !follow.stands.contains_key(&key) {
            return;
        }
        // The search went as far as the margin, up to a bound, so that what it did not find lies beyond.
        let edge_m = edge_m.unwrap_or_else(|| {
            if Asks::is_within_reach(rule.reach_m(fix.accuracy())) {
                f64::INFINITY
            } else {
                self.corridors.edge_distance_m(corridor, fix.position)
            }
        });
        let (presence, counted) = self.presence(rule, corridor, fix, before);
        let past = follow.pasts.get(&key).copied().unwrap_or_default();
        let stand = follow
            .stands
            .entry(key)
            .or_insert_with(|| Stand::after(past));
        let before_fix = stand.standing;
        let outcome = stand.step(&Step {
            corridors: &self.corridors,
            corridor,
            rule,
            fix,
            before,
            odometer_m: follow.odometer_m,
            edge_m,
            presence,
            counted,
            passage: passage.map(|passage| (passage.enter, passage.leave)),
            lead,
        });
        let change = (before_fix, stand.standing);
        let name = &follow.key;
        let found = outcome.event();
        follow
            .notes
            .note_judgement(&mut self.notes_room, name, key, change, found);
        self.remark_height(follow, rule_index, fix);
        match outcome {
            Outcome::Nothing => {}
            Outcome::Noted => self.note(follow, key, fix),
            Outcome::Told(told) => self.found.push(Found {
                corridor,
                edge_m,
                told,
            }),
        }
        if self.found.is_empty() {
            follow.forget_if_over(key);
        }
    }

    /// Tells what a fix changed for a rule: one alert for all corridors that the same happened with.
    fn conclude(&mut self, follow: &mut Follow, track: &TrackId, rule: usize, fix: &Fix) {
        if self.found.is_empty() {
            return;
        }
        let mut found = mem::take(&mut self.found);
        // The one that the track is deepest in speaks for the others. What is known of a distance may be
        // no more than on which side of the margin it lies.
        if 1 < found.len() {
            for one in &mut found {
                one.edge_m = (self.corridors).edge_distance_m(one.corridor, fix.position);
            }
        }
        found.sort_by(|a, b| {
            let alike = a.told.kind().cmp(&b.told.kind());
            alike.then(a.edge_m.total_cmp(&b.edge_m))
        });
        for alike in found.chunk_by(|a, b| a.told.kind() == b.told.kind()) {
            self.tell_together(follow, track, rule, fix, alike);
        }
        found.clear();
        self.found = found;
        let keys: Vec<_> = follow.stands.keys().copied().collect();
        for key in keys {
            follow.forget_if_over(key);
        }
    }

    /// Says whether a corridor counts for a rule at the height and the time of a fix, and whether it
    /// did at those of the fix before.
    fn presence(
        &self,
        rule: &Rule,
        corridor: CorridorIndex,
        fix: &Fix,
        before: Option<&Fix>,
    ) -> (Presence, bool) {
        let corridor = self.corridors.get(corridor);
        if !corridor.is_limited() && !rule.is_limited() {
            return (Presence::ALWAYS, true);
        }
        let civil = self.timekeeper.civil(fix.received);
        let of = |fix: &Fix| Presence::of(corridor, rule, fix, civil.of(fix.received));
        (of(fix), before.is_some_and(|before| of(before).counts()))
    }

    /// Says until when fixes with room around them change nothing for a track, if it is so settled.
    ///
    /// It is if with each corridor that it is inside of, every rule that is about both has a stay that is
    /// confirmed, and nothing else is under way. What counts at some heights and times only may change
    /// without a move, and so may what an aircraft calls itself. Routes and attendances look at each fix.
    fn is_calm_until(&self, follow: &Follow, kind: TrackKind) -> Option<TrackTime> {
        let mut until = TrackTime::MAX;
        for (&(rule, corridor), stand) in &follow.stands {
            let asked = &self.settings.rules[rule];
            if self.corridors.get(corridor).is_limited() || asked.is_limited() {
                return None;
            }
            until = until.min(stand.is_calm_until(asked)?);
        }
        if !follow.assigned.is_empty() {
            return None;
        }
        for nearby in follow.vicinity.inside(0.0) {
            if kind == TrackKind::Aircraft || !follow.filed.attendances.is_empty() {
                return None;
            }
            let rules = 0..self.settings.rules.len();
            for rule in rules.filter(|rule| self.is_about(follow, *rule, nearby.corridor)) {
                if !follow.stands.contains_key(&(rule, nearby.corridor)) {
                    return None;
                }
            }
        }
        Some(until)
    }

    /// Says whether a rule watches a corridor.
    pub(super) fn watches(&self, rule: usize, corridor: CorridorIndex) -> bool {
        self.watched[rule].binary_search(&corridor).is_ok()
    }
}

impl Follow {
    /// Takes a fix that can change nothing for any rule, but for the way flown; says whether it is one.
    ///
    /// It is while the track is calm and has more room around it than any margin and than it flies
    /// within any horizon.
    fn stays_calm(
        &mut self,
        corridors: &CorridorSet,
        asks: &Asks,
        fix: &Fix,
        continuous: bool,
    ) -> bool {
        let (Some(until), Some(last)) = (self.calm_until, &self.last) else {
            return false;
        };
        let is_calm = fix.at < until
            && is_flown_from(last, fix, continuous)
            && last.authenticity == fix.authenticity
            && (self.vicinity.room_m(corridors, fix.position))
                .is_some_and(|room_m| asks.reach_m(fix) < room_m);
        if is_calm && !self.stands.is_empty() {
            self.odometer_m += last.position.step_m(fix.position);
        }
        is_calm
    }

    /// Adds the way between two fixes, while anybody asks for it.
    fn count_way(&mut self, before: &Fix, fix: &Fix) {
        if !self.stands.is_empty() {
            self.odometer_m += before.position.step_m(fix.position);
        }
    }

    /// Keeps of a story that is over only its past.
    pub(super) fn forget_if_over(&mut self, key: (usize, CorridorIndex)) {
        if let Some(stand) = self.stands.get(&key)
            && stand.is_over()
        {
            self.pasts.insert(key, stand.past);
            self.stands.remove(&key);
        }
    }
}

/// Says whether the way between two fixes may be taken for flown.
fn is_flown_from(last: &Fix, fix: &Fix, continuous: bool) -> bool {
    continuous && last.at <= fix.at && fix.at.since(last.at) <= WAY_KNOWN_MAX
}
