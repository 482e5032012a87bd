//! The corridors that a fix could change anything for: those around it, behind it and ahead of it.

use std::time::Duration;

use super::{Follow, Monitor};
use crate::corridor::{CorridorIndex, Nearby, Passage};
use crate::monitor::approach::{self, Ahead, Lead};
use crate::monitor::rule::{Margin, Rule};
use crate::track::Fix;
use crate::units::Metres;

/// How far around a fix corridors are looked for, metres; those that are known to matter are
/// measured one by one beyond it.
const REACH_MAX_M: f64 = 1_000.0;

/// How far from an edge a fix may matter to any rule.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// The margins of all rules, each once.
    margins: Vec<Margin>,
    /// How far ahead the most far-sighted rule looks; zero if none does.
    horizon: Duration,
}

/// What lies around one fix.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub(super) nearby: Vec<Nearby>,
    passages: Vec<Passage>,
    way_ahead: Option<Ahead>,
    ahead: Vec<Passage>,
    /// All of these, and those that a story is under way with, each once.
    pub(super) concerned: Vec<CorridorIndex>,
}

impl Asks {
    /// Asks what all of these ask together.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut margins: Vec<Margin> = Vec::new();
        for margin in rules
            .iter()
            .flat_map(|rule| [rule.margin, rule.exit_margin()])
        {
            if !margins.contains(&margin) {
                margins.push(margin);
            }
        }
        let horizons = rules.iter().filter_map(|rule| rule.horizon);
        Self {
            margins,
            horizon: horizons.max().unwrap_or_default().mul_f64(approach::KEPT),
        }
    }

    /// How far away from a fix something may matter, metres: by a margin or ahead.
    pub(super) fn reach_m(&self, fix: &Fix) -> f64 {
        self.width_m(fix).max(self.ahead_m(fix))
    }

    /// Says whether a search around a fix goes as far as a margin.
    pub(super) fn is_within_reach(margin_m: f64) -> bool {
        margin_m <= REACH_MAX_M
    }

    fn width_m(&self, fix: &Fix) -> f64 {
        let widths = self
            .margins
            .iter()
            .map(|margin| margin.width(fix.accuracy()));
        widths.fold(0.0, f64::max)
    }

    fn ahead_m(&self, fix: &Fix) -> f64 {
        if self.horizon.is_zero() {
            0.0
        } else {
            approach::reach_m(fix, self.horizon)
        }
    }
}

impl Around {
    /// The signed distance to the edge of a corridor, metres, if it was found around.
    pub(super) fn edge_m(&self, corridor: CorridorIndex) -> Option<f64> {
        let nth = (self.nearby).binary_search_by_key(&corridor, |nearby| nearby.corridor);
        nth.ok().map(|nth| self.nearby[nth].edge_m)
    }

    /// The way through a corridor that led here, if there is one.
    pub(super) fn passage(&self, corridor: CorridorIndex) -> Option<&Passage> {
        find(&self.passages, corridor)
    }

    /// Where the way ahead leads into a corridor, if it does.
    pub(super) fn lead(&self, corridor: CorridorIndex) -> Option<Lead> {
        let way = self.way_ahead.as_ref()?;
        find(&self.ahead, corridor).and_then(|passage| way.lead(passage))
    }
}

impl Monitor {
    /// Collects the corridors that this fix could change anything for.
    ///
    /// Those within the margin of any rule, those that it has passed or may pass within the horizon, and
    /// those that a story is under way with.
    pub(super) fn find_concerned(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        if !self.knows_the_vicinity(follow, fix, before) {
            self.ask_the_index(follow, fix, before);
        }
        self.look_ahead(follow, fix);
        let Around {
            nearby,
            passages,
            ahead,
            concerned,
            ..
        } = &mut self.around;
        concerned.clear();
        concerned.extend(nearby.iter().map(|nearby| nearby.corridor));
        let ways = passages.iter().chain(ahead.iter());
        concerned.extend(ways.map(|passage| passage.corridor));
        concerned.extend(follow.stands.keys().map(|(_rule, corridor)| *corridor));
        concerned.sort_unstable();
        concerned.dedup();
    }

    /// Answers from what is remembered, if no edge is within the widest margin of any rule.
    ///
    /// Beyond every margin a distance decides nothing but on which side of the edge the fix is, so
    /// that a bound of it does.
    fn knows_the_vicinity(&mut self, follow: &Follow, fix: &Fix, before: Option<&Fix>) -> bool {
        let room_m = |fix: &Fix| follow.vicinity.room_m(&self.corridors, fix.position);
        let Some(room_m) = room_m(fix)
            .filter(|room_m| self.asks.width_m(fix) < *room_m)
            .filter(|_| before.is_none_or(|before| room_m(before).is_some()))
        else {
            return false;
        };
        let Around {
            nearby, passages, ..
        } = &mut self.around;
        nearby.clear();
        nearby.extend(follow.vicinity.inside(room_m));
        passages.clear();
        if before.is_some() {
            passages.extend(follow.vicinity.passages());
        }
        true
    }

    fn ask_the_index(&mut self, follow: &mut Follow, fix: &Fix, before: Option<&Fix>) {
        let reach = self.asks.width_m(fix).min(REACH_MAX_M);
        let reach = Metres::new(reach).unwrap_or_default();
        let Around {
            nearby, passages, ..
        } = &mut self.around;
        self.corridors.near(fix.position, reach, nearby);
        passages.clear();
        if let Some(before) = before {
            (self.corridors).passages(before.position, fix.position, passages);
        }
        self.corridors.survey(fix.position, &mut follow.vicinity);
    }

    /// Looks for corridors on the way ahead, if any rule asks and any edge may be so near.
    fn look_ahead(&mut self, follow: &Follow, fix: &Fix) {
        let Around {
            way_ahead, ahead, ..
        } = &mut self.around;
        ahead.clear();
        *way_ahead = None;
        let reach_m = self.asks.ahead_m(fix);
        let room_m = follow.vicinity.room_m(&self.corridors, fix.position);
        if reach_m <= 0.0 || room_m.is_some_and(|room_m| reach_m < room_m) {
            return;
        }
        *way_ahead = Ahead::of(fix, self.asks.horizon);
        if let Some(way) = way_ahead {
            self.corridors.passages(way.from, way.to, ahead);
        }
    }
}

fn find(passages: &[Passage], corridor: CorridorIndex) -> Option<&Passage> {
    let nth = passages.binary_search_by_key(&corridor, |passage| passage.corridor);
    nth.ok().map(|nth| &passages[nth])
}
