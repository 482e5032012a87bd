//! One fix of one track against every rule and corridor that it could change anything for.

use std::mem;
use std::time::Duration;

use super::{Follow, Monitor};
use crate::corridor::CorridorIndex;
use crate::monitor::presence::Presence;
use crate::monitor::rule::Rule;
use crate::monitor::stand::{Stand, Step};
use crate::monitor::standing::StandingRecord;
use crate::track::{Fix, TrackId};
use crate::units::Metres;

/// How far around a fix corridors are looked for, metres; those that are known to matter are
/// measured one by one beyond it.
const REACH_MAX_M: f64 = 1_000.0;
/// After a longer silence nobody knows the way between two fixes.
const WAY_KNOWN_MAX: Duration = Duration::from_secs(300);

impl Monitor {
    /// Takes a fix that passed the gate.
    pub(super) fn handle_fix(&mut self, track: &TrackId, fix: Fix, continuous: bool) {
        let mut follow = self.tracks.get_mut(track).map_or_else(
            || Follow {
                key: track.to_string(),
                ..Follow::default()
            },
            mem::take,
        );
        if follow.last.is_none() {
            self.restore(&mut follow, &fix);
        }
        self.file(&mut follow, track, &fix);
        let last = follow.last.take();
        let before = last.as_ref().filter(|last| {
            continuous && last.at <= fix.at && fix.at.since(last.at) <= WAY_KNOWN_MAX
        });

        self.find_concerned(&mut follow, &fix, before);
        let concerned = mem::take(&mut self.concerned);
        for rule in 0..self.settings.rules.len() {
            for &corridor in &concerned {
                self.step(&mut follow, track, rule, corridor, &fix, before);
            }
        }
        self.concerned = concerned;
        self.step_routes(&mut follow, track, &fix);
        self.attend(&follow, &fix);
        self.regain(&follow, track, &fix);

        follow.last = Some(fix);
        self.tracks.insert(track.clone(), follow);
    }

    /// Collects the corridors that this fix could change anything for.
    ///
    /// Those that it lies in or has passed, and those that a story is under way with. Margins
    /// only matter for the latter, so that they bound the search.
    fn find_concerned(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        if !self.knows_the_vicinity(follow, fix, before) {
            self.ask_the_index(follow, fix, before);
        }
        self.concerned.clear();
        self.concerned
            .extend(self.nearby.iter().map(|nearby| nearby.corridor));
        self.concerned
            .extend(self.passages.iter().map(|passage| passage.corridor));
        self.concerned
            .extend(follow.stands.keys().map(|(_rule, corridor)| *corridor));
        self.concerned.sort_unstable();
        self.concerned.dedup();
    }

    /// Answers from what is remembered, if no edge is within the widest margin of any rule.
    ///
    /// Beyond every margin a distance decides nothing but on which side of the edge the fix is, so
    /// that a bound of it does.
    fn knows_the_vicinity(&mut self, follow: &Follow, fix: &Fix, before: Option<&Fix>) -> bool {
        let room_m = |fix: &Fix| follow.vicinity.room_m(&self.corridors, fix.position);
        let rules = self.settings.rules.iter();
        let widest = rules
            .map(|rule| rule.reach_m(fix.h_acc))
            .fold(0.0, f64::max);
        let Some(room_m) = room_m(fix)
            .filter(|room_m| widest < *room_m)
            .filter(|_| before.is_none_or(|before| room_m(before).is_some()))
        else {
            return false;
        };
        self.nearby.clear();
        self.nearby.extend(follow.vicinity.inside(room_m));
        self.passages.clear();
        if before.is_some() {
            self.passages.extend(follow.vicinity.passages());
        }
        true
    }

    fn ask_the_index(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        let widths = follow
            .stands
            .keys()
            .map(|(rule, _corridor)| self.settings.rules[*rule].reach_m(fix.h_acc));
        let reach = widths.fold(0.0, f64::max).min(REACH_MAX_M);
        let reach = Metres::new(reach).unwrap_or_default();
        self.corridors.near(fix.position, reach, &mut self.nearby);
        self.passages.clear();
        if let Some(before) = before {
            self.corridors
                .passages(before.position, fix.position, &mut self.passages);
        }
        self.corridors.survey(fix.position, &mut follow.vicinity);
    }

    fn step(
        &mut self,
        follow: &mut Follow,
        track: &TrackId,
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
        let nearby = self.nearby.iter().find(|near| near.corridor == corridor);
        let passage = self.passages.iter().find(|way| way.corridor == corridor);
        let is_inside = nearby.is_some_and(|near| near.edge_m <= 0.0);
        let was_known = follow.stands.contains_key(&key);
        if !is_inside && passage.is_none() && !was_known {
            return;
        }
        let edge_m = match nearby {
            Some(near) => near.edge_m,
            // The search went as far as the margin, so that it lies beyond.
            None if was_known && rule.reach_m(fix.h_acc) <= REACH_MAX_M => f64::INFINITY,
            None => self.corridors.edge_distance_m(corridor, fix.position),
        };
        let (presence, counted) = self.presence(rule, corridor, fix, before);
        let episodes = follow.episodes.get(&key).copied().unwrap_or(0);
        let stand = follow
            .stands
            .entry(key)
            .or_insert_with(|| Stand::after(episodes));
        let told = stand.step(&Step {
            corridors: &self.corridors,
            corridor,
            rule,
            fix,
            before,
            edge_m,
            presence,
            counted,
            passage: passage.map(|passage| (passage.enter, passage.leave)),
        });
        self.remark_height(follow, rule_index, fix);
        if let Some(told) = told {
            let decision = self.decide(follow, track, rule_index, corridor, fix, &told);
            if let Some(decision) = decision {
                self.tell(decision);
            }
        }
        if let Some(stand) = follow.stands.get(&key)
            && stand.is_over()
        {
            follow.episodes.insert(key, stand.episode);
            follow.stands.remove(&key);
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

    /// Gives a track that is heard for the first time the standings of an earlier run.
    fn restore(&mut self, follow: &mut Follow, first: &Fix) {
        let Some(records) = self.restored.remove(&follow.key) else {
            return;
        };
        let arrived_at = self.timekeeper.civil(first.received).of(first.received);
        for record in records {
            if let Some((rule, corridor)) = self.watch_of(&record) {
                let stand = Stand::restore(&record, &self.corridors, corridor, (first, arrived_at));
                if stand.is_over() {
                    follow.episodes.insert((rule, corridor), stand.episode);
                } else {
                    follow.stands.insert((rule, corridor), stand);
                }
            } else {
                let orphans = self.restored.entry(follow.key.clone());
                orphans.or_default().push(record);
            }
        }
    }

    /// Returns the standings of an earlier run that say inside where no rule of that name
    /// watches: nothing can close them.
    #[must_use]
    pub fn orphans(&self) -> Vec<&StandingRecord> {
        self.restored
            .values()
            .flatten()
            .filter(|record| record.visit.is_some() && self.watch_of(record).is_none())
            .collect()
    }

    /// Finds the rule and the corridor of a standing, if the one watches the other.
    fn watch_of(&self, record: &StandingRecord) -> Option<(usize, CorridorIndex)> {
        let mut rules = self.settings.rules.iter();
        let rule = rules.position(|rule| rule.name == record.rule)?;
        let corridor = self.corridors.find(&record.corridor)?;
        self.watches(rule, corridor).then_some((rule, corridor))
    }

    pub(super) fn watches(&self, rule: usize, corridor: CorridorIndex) -> bool {
        self.watched[rule].binary_search(&corridor).is_ok()
    }
}
