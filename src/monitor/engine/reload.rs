//! Other rules and corridors, while tracks are followed and stories are under way.

use std::sync::Arc;

use super::around::Asks;
use super::filing::Filed;
use super::watch::Found;
use super::{Follow, Monitor, Settings, watched_by};
use crate::corridor::{CorridorIndex, CorridorSet, Vicinity};
use crate::monitor::alert::ExitReason;
use crate::monitor::stand::{Outcome, Stand};
use crate::monitor::standing::Side;
use crate::track::{Fix, TrackId};
use crate::units::{Metres, Moment};

/// A rule and a corridor by their numbers.
type Pair = (usize, CorridorIndex);

/// What comes into force.
#[derive(Clone, Copy, Debug)]
struct Coming<'a> {
    settings: &'a Settings,
    corridors: &'a CorridorSet,
    watched: &'a [Vec<CorridorIndex>],
}

/// What becomes of a story.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It goes on in silence, by these numbers.
    GoesOn {
        pair: Pair,
        /// Whether the corridor has another outline.
        is_redrawn: bool,
    },
    /// It ends.
    Ends(ExitReason),
}

impl Monitor {
    /// Goes by other settings and corridors from here on; [`Self::poll_decision`] follows it.
    ///
    /// Stories follow their rule by its name and their corridor by its id. One whose rule or corridor
    /// is gone, or whose corridor has moved away from the last fix, ends with that reason; the others
    /// go on in silence.
    pub fn reload(&mut self, now: Moment, settings: Settings, corridors: Arc<CorridorSet>) {
        self.now = now;
        let watched = watched_by(&settings.rules, &corridors);
        let coming = Coming {
            settings: &settings,
            corridors: &corridors,
            watched: &watched,
        };
        self.set_posts_aside(now);
        let mut carried = Vec::new();
        for (track, follow) in std::mem::take(&mut self.tracks) {
            let follow = self.carry_over(follow, &track, now, &coming);
            carried.push((track, follow));
        }
        self.asks = Asks::of(&settings.rules);
        self.watched = watched;
        self.storm.set_settings(settings.storm());
        self.settings = settings;
        self.corridors = corridors;
        self.reloaded = Some(now);
        for (track, mut follow) in carried {
            if let Some(last) = follow.last.clone() {
                // What has come back counts its episodes on.
                self.restore(&mut follow, &last);
                self.appear(&mut follow, &last);
            }
            self.tracks.insert(track, follow);
        }
        self.close_gone(now);
    }

    /// Ends the stories of a track that end, and gives the others their new numbers.
    fn carry_over(
        &mut self,
        mut follow: Follow,
        track: &TrackId,
        now: Moment,
        coming: &Coming<'_>,
    ) -> Follow {
        follow.notes.forget_judgements();
        follow.calm_until = None;
        follow.filed = Filed::default();
        self.set_routes_aside(&mut follow);
        follow.vicinity = Vicinity::default();
        let last = follow.last.clone();
        let mut going_on = Vec::new();
        let pairs: Vec<Pair> = follow.stands.keys().copied().collect();
        for pair in pairs {
            match self.fate(pair, track, last.as_ref(), coming) {
                Fate::GoesOn {
                    pair: to,
                    is_redrawn,
                } => {
                    if let Some(mut stand) = follow.stands.remove(&pair) {
                        if is_redrawn && let Some(last) = &last {
                            let edge_m = coming.corridors.edge_distance_m(to.1, last.position);
                            stand.redraw(edge_m <= 0.0, follow.odometer_m);
                        }
                        going_on.push((to, stand));
                    }
                }
                Fate::Ends(reason) => {
                    if let Some(last) = &last {
                        self.end(&mut follow, track, pair, &as_of(last, now), reason);
                    }
                    if let Some(stand) = follow.stands.remove(&pair) {
                        follow.pasts.insert(pair, stand.past);
                    }
                }
            }
        }
        let mut gone = Follow {
            key: follow.key.clone(),
            last: last.clone(),
            ..Follow::default()
        };
        for (pair, past) in std::mem::take(&mut follow.pasts) {
            match self.renumber(pair, coming) {
                Some(to) => follow.pasts.insert(to, past),
                None => gone.pasts.insert(pair, past),
            };
        }
        // Episodes are counted on if the rule and the corridor come back.
        self.keep_episodes(gone);
        follow.stands = going_on.into_iter().collect();
        follow
    }

    /// Says what becomes of a story.
    fn fate(
        &self,
        (rule, corridor): Pair,
        track: &TrackId,
        last: Option<&Fix>,
        coming: &Coming<'_>,
    ) -> Fate {
        let before = self.corridors.get(corridor);
        let Some(after) = coming.corridors.find(before.id.as_str()) else {
            return Fate::Ends(ExitReason::CorridorRemoved);
        };
        let rule = &self.settings.rules[rule];
        let told = self.told_callsign(track);
        let key = track.to_string();
        let is_meant = |to: usize| {
            let tracks = &coming.settings.rules[to].tracks;
            // A stay that has begun is told to its end by a rule that did not change.
            *tracks == rule.tracks || tracks.matches(&self.who(track, &key, told.as_ref(), last))
        };
        let Some(to) = coming.rule(&rule.name) else {
            return Fate::Ends(ExitReason::RuleChanged);
        };
        if !coming.watches(to, after) || !is_meant(to) {
            return Fate::Ends(ExitReason::RuleChanged);
        }
        let pair = (to, after);
        let is_redrawn = before.shape != coming.corridors.get(after).shape;
        if is_redrawn
            && let Some(last) = last
            && coming.is_outside(pair, last)
        {
            return Fate::Ends(ExitReason::CorridorMoved);
        }
        Fate::GoesOn { pair, is_redrawn }
    }

    /// Ends a story that no fix ends, and tells of it if it was told that it had begun.
    pub(super) fn end(
        &mut self,
        follow: &mut Follow,
        track: &TrackId,
        pair: Pair,
        fix: &Fix,
        reason: ExitReason,
    ) {
        let Some(stand) = follow.stands.get_mut(&pair) else {
            return;
        };
        match stand.close(fix.at, reason) {
            Outcome::Nothing => {}
            Outcome::Noted => self.note(follow, pair, fix),
            Outcome::Told(told) => {
                let (rule, corridor) = pair;
                let edge_m = self.corridors.edge_distance_m(corridor, fix.position);
                let found = Found {
                    corridor,
                    edge_m,
                    told,
                };
                self.tell_together(follow, track, rule, fix, &[found]);
            }
        }
    }

    /// Gives what is kept of a story that is over its new number, if its rule and its corridor are there.
    fn renumber(&self, (rule, corridor): Pair, coming: &Coming<'_>) -> Option<Pair> {
        let rule = coming.rule(&self.settings.rules[rule].name)?;
        let corridor = self.corridors.get(corridor).id.as_str();
        Some((rule, coming.corridors.find(corridor)?))
    }

    /// Begins the stories with corridors that have come over a track: where it came in, nobody can say,
    /// since it did not move.
    fn appear(&self, follow: &mut Follow, last: &Fix) {
        let mut around = Vec::new();
        self.corridors
            .near(last.position, Metres::ZERO, &mut around);
        for nearby in around {
            for rule in 0..self.settings.rules.len() {
                let pair = (rule, nearby.corridor);
                if self.watches(rule, nearby.corridor) && !follow.stands.contains_key(&pair) {
                    let past = follow.pasts.get(&pair).copied().unwrap_or_default();
                    let mut stand = Stand::after(past);
                    stand.redraw(true, follow.odometer_m);
                    follow.stands.insert(pair, stand);
                }
            }
        }
    }
}

impl Coming<'_> {
    fn rule(&self, name: &str) -> Option<usize> {
        let mut rules = self.settings.rules.iter();
        rules.position(|rule| rule.name == name)
    }

    fn watches(&self, rule: usize, corridor: CorridorIndex) -> bool {
        self.watched[rule].binary_search(&corridor).is_ok()
    }

    /// Says whether a fix is surely outside.
    fn is_outside(&self, (rule, corridor): Pair, fix: &Fix) -> bool {
        let margin_m = self.settings.rules[rule].exit_margin().width(fix.h_acc);
        let edge_m = self.corridors.edge_distance_m(corridor, fix.position);
        Side::of(edge_m, margin_m, margin_m) == Side::Outside
    }
}

/// Takes a fix for what is known at a later moment: an old position.
pub(super) fn as_of(last: &Fix, now: Moment) -> Fix {
    let silence = now.monotonic.since(last.received.monotonic);
    Fix {
        at: last.at.plus(silence),
        received: now,
        age: Some(last.age.unwrap_or_default() + silence),
        ..last.clone()
    }
}
