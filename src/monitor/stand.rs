//! A standing with its story: where the edge was crossed, how far the track came inside.
//!
//! Margins decide whether a crossing is told; where and when it happened is geometry, found
//! on the straight line between two fixes.

mod past;
mod step;

use std::time::Duration;

use crate::corridor::{CorridorIndex, CorridorSet, Side as LineSide};
use crate::monitor::alert::{Event, ExitReason};
use crate::monitor::approach::Lead;
use crate::monitor::passing::Passing;
use crate::monitor::rule::Rule;
use crate::monitor::standing::{Change, Place, Side, Sight, Standing, StandingRecord, Stay};
use crate::track::{Fix, TrackTime};
use crate::units::{LatLon, Utc};

pub(super) use past::{Ended, Past};
pub(super) use step::Step;

/// Where one track stands with one corridor under one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Stand {
    pub(super) standing: Standing,
    /// The present episode, or the last one.
    pub(super) past: Past,
    /// Whether the present episode began with an approach that is neither over nor led inside.
    pub(super) is_approaching: bool,
    /// Whether the present episode was told by naming it in another corridor's alert.
    pub(super) is_named: bool,
    /// Whether the last fix was inside the edge itself.
    within_edge: bool,
    inward: Option<Crossing>,
    outward: Option<Crossing>,
    /// A way right through that is not confirmed yet.
    passing: Passing,
    /// Where and when the present stay began, as far as it was seen.
    entry: Option<Crossing>,
    /// Length travelled inside until the odometer showed `counting_from_m`, metres.
    travelled_m: f64,
    /// From which reading of the odometer on length counts, while it does.
    counting_from_m: Option<f64>,
    /// Why the track is outside, from the first fix on that was surely so.
    away: Option<ExitReason>,
}

/// Where and when the edge was crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crossing {
    pub(super) position: LatLon,
    pub(super) at: TrackTime,
    pub(super) side: Option<LineSide>,
}

/// What a fix changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Nothing that has to be kept.
    Nothing,
    /// Something that has to be kept, and is not told.
    Noted,
    /// Something to tell.
    Told(Told),
}

/// What there is to tell, with its story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Told {
    Approaching {
        at: TrackTime,
        lead: Lead,
    },
    Entered {
        at: TrackTime,
        entry: Option<Crossing>,
    },
    Dwelling {
        at: TrackTime,
        entry: Option<Crossing>,
        inside: Duration,
    },
    Crossed {
        entry: Crossing,
        exit: Crossing,
    },
    Exited {
        at: TrackTime,
        entry: Option<Crossing>,
        exit: Option<Crossing>,
        inside: Duration,
        reason: ExitReason,
    },
}

impl Outcome {
    /// Names the event of what there is to tell.
    pub(super) fn event(&self) -> Option<Event> {
        match self {
            Self::Told(told) => Some(told.event()),
            Self::Nothing | Self::Noted => None,
        }
    }
}

impl Stand {
    /// Begins outside, after the episodes so far.
    pub(super) fn after(past: Past) -> Self {
        Self {
            past,
            ..Self::default()
        }
    }

    /// Takes up where the last run of the daemon left off.
    ///
    /// UTC bridges the restart, since the monotonic clocks of two runs do not compare.
    pub(super) fn restore(
        record: &StandingRecord,
        corridors: &CorridorSet,
        corridor: CorridorIndex,
        (first, arrived_at): (&Fix, Utc),
    ) -> Self {
        let time = |utc| track_time(first, arrived_at, utc);
        let ended = record.left_at.map(|left_at| {
            if record.approaching {
                Ended::Withdrawn(time(left_at))
            } else {
                Ended::Left(time(left_at))
            }
        });
        let mut stand = Self::after(Past {
            episode: record.episode,
            alerts: record.alerts,
            ended,
        });
        stand.is_named = record.named;
        if record.approaching && ended.is_none() {
            stand.is_approaching = true;
            stand.standing = Standing::Certain(Place::Approaching(None));
        }
        if let Some(visit) = &record.visit {
            let since = time(visit.entered_at);
            stand.standing = Standing::Certain(Place::Inside(Stay {
                dwells: visit.dwells,
                ..Stay::begun(since)
            }));
            // Out of the way that nobody saw, only what leads inside counts.
            let inside = corridors
                .exit_fraction(corridor, visit.last_position, first.position)
                .unwrap_or(0.0);
            let length_m = inside * visit.last_position.distance_m(first.position);
            let travelled_m = Some(visit.travelled_m).filter(|metres| metres.is_finite());
            stand.travelled_m = travelled_m.unwrap_or(0.0) + length_m;
            stand.entry = visit.entry.map(|position| Crossing {
                position,
                at: since,
                side: corridors.edge_side(corridor, position),
            });
        }
        stand
    }

    /// Takes one fix and says what is worth telling.
    pub(super) fn step(&mut self, step: &Step<'_>) -> Outcome {
        self.follow_edge(step);
        let outline = Side::of(step.edge_m, step.inner_m(), step.outer_m());
        let side = self.judge(step, outline);
        let lead = match side {
            Side::Outside => step.leads_in(self.standing.place()),
            Side::Inside | Side::Uncertain => None,
        };
        let at = step.fix.at;
        let was = self.standing;
        let (next, change) = was.step(at, Sight::of(side, lead.is_some()), step.rule);
        self.standing = next;
        if side == Side::Outside
            && !was.is_inside()
            && let Some(told) = self.pass(step)
        {
            return Outcome::Told(told);
        }
        match change {
            Some(Change::Approaching) => {
                lead.map_or(Outcome::Nothing, |lead| self.approach(at, lead, step.rule))
            }
            Some(Change::Withdrawn | Change::Brushed) => self.withdraw(at),
            Some(Change::Entered { since }) => self.enter(was, since, step),
            Some(Change::Dwelling) => Outcome::Told(Told::Dwelling {
                at,
                entry: self.entry,
                inside: inside_for(next, at),
            }),
            Some(Change::Exited { since }) => {
                let reason = self.away.unwrap_or(ExitReason::Left);
                self.exit(was, since, reason)
            }
            None => Outcome::Nothing,
        }
    }

    /// Counts as inside at once if the last fix was surely so, since another corridor that the same fix
    /// is inside of is told to be entered; says whether it does.
    ///
    /// What is confirmed for the one, that the fixes of late can be believed, holds for both.
    pub(super) fn join(&mut self, at: TrackTime, rule: &Rule) -> bool {
        let Standing::Certain(Place::Entering(row)) = self.standing else {
            return false;
        };
        if self.past.hushed_until(at, rule).is_some() {
            return false;
        }
        self.begin_stay(row.since, None);
        self.begin_or_go_on(at, rule);
        true
    }

    /// Ends a stay that no fix ends; there is something to tell unless it was hushed.
    pub(super) fn close(&mut self, at: TrackTime, reason: ExitReason) -> Outcome {
        let was = self.standing;
        self.standing = Standing::default();
        if was.is_inside() {
            self.exit(was, at, reason)
        } else {
            self.withdraw(at)
        }
    }

    /// Goes on with another outline, of whose edge nobody knows where it was crossed.
    pub(super) fn redraw(&mut self, within_edge: bool, odometer_m: f64) {
        self.inward = None;
        self.outward = None;
        self.passing = Passing::default();
        match (self.within_edge, within_edge) {
            (true, false) => self.count_until(odometer_m),
            (false, true) => self.count_from(odometer_m, true),
            (true, true) | (false, false) => {}
        }
        self.within_edge = within_edge;
    }

    /// Says whether nothing is under way: but for the past it could be a new one.
    pub(super) fn is_over(&self) -> bool {
        self.standing == Standing::default()
            && !self.within_edge
            && !self.is_approaching
            && !self.passing.is_under_way()
    }

    /// Says until when fixes that are surely inside change nothing but the length, if it is a stay that is
    /// confirmed.
    pub(super) fn is_calm_until(&self, rule: &Rule) -> Option<TrackTime> {
        match self.standing {
            Standing::Certain(Place::Inside(stay)) if self.within_edge => {
                let due = stay.hushed_until.or_else(|| stay.dwell_due(rule));
                Some(due.unwrap_or(TrackTime::MAX))
            }
            Standing::Certain(
                Place::Outside
                | Place::Nearing(_)
                | Place::Approaching(_)
                | Place::Entering(_)
                | Place::Inside(_)
                | Place::Leaving(_, _),
            )
            | Standing::Uncertain(_, _) => None,
        }
    }

    /// Where the edge was crossed inwards in this stay.
    pub(super) fn entry(&self) -> Option<Crossing> {
        self.entry
    }

    /// Length travelled inside when the odometer shows `odometer_m`, metres.
    pub(super) fn travelled_m(&self, odometer_m: f64) -> f64 {
        let since_m = self
            .counting_from_m
            .map_or(0.0, |from_m| odometer_m - from_m);
        self.travelled_m + since_m
    }

    /// Adds height and time to what the outline says, and notes why the track is outside.
    fn judge(&mut self, step: &Step<'_>, outline: Side) -> Side {
        let side = outline.max(step.presence.side(step.rule, step.fix.v_acc));
        match (side, outline) {
            (Side::Inside, _) => self.away = None,
            (Side::Uncertain, _) => {}
            (Side::Outside, Side::Outside) => _ = self.away.get_or_insert(ExitReason::Left),
            (Side::Outside, Side::Inside | Side::Uncertain) => {
                _ = self.away.get_or_insert(step.presence.reason());
            }
        }
        side
    }

    /// Follows the edge itself, without margins: crossings, and the length inside.
    fn follow_edge(&mut self, step: &Step<'_>) {
        let within = step.edge_m <= 0.0;
        let was_within = std::mem::replace(&mut self.within_edge, within);
        let now_m = step.odometer_m;
        let Some(before) = step.before else {
            self.count_until(now_m);
            self.lose_the_way(step);
            return self.count_from(now_m, within && step.presence.counts());
        };
        let length_m = step.length_m();
        if !(step.counted && step.presence.counts()) {
            self.count_until(now_m - length_m);
            let is_inside = step.presence.counts() && within;
            self.appear(step.counted && was_within, is_inside);
            return self.count_from(now_m, is_inside);
        }
        match (was_within, within) {
            (true, true) => {
                _ = self.counting_from_m.get_or_insert(now_m - length_m);
            }
            (false, true) => {
                let fraction = step.passage.map_or(1.0, |(enter, _)| enter);
                self.go_in(step.crossing(before, fraction), step);
                self.count_from(now_m - (1.0 - fraction) * length_m, true);
            }
            (true, false) => {
                let fraction = step.passage.map_or(0.0, |(_, leave)| leave);
                self.count_until(now_m - (1.0 - fraction) * length_m);
                self.go_out(step.crossing(before, fraction));
            }
            (false, false) => {
                if let Some((enter, leave)) = step.passage
                    && 0.0 < enter
                    && leave < 1.0
                {
                    self.go_in(step.crossing(before, enter), step);
                    self.travelled_m += (leave - enter) * length_m;
                    self.go_out(step.crossing(before, leave));
                }
            }
        }
    }

    fn count_from(&mut self, odometer_m: f64, counts: bool) {
        self.counting_from_m = counts.then_some(odometer_m);
    }

    fn count_until(&mut self, odometer_m: f64) {
        if let Some(from_m) = self.counting_from_m.take() {
            self.travelled_m += odometer_m - from_m;
        }
    }

    /// The corridor begins or ceases to count, by height or by time, or does neither.
    ///
    /// That happens at no point of the outline, and none is made up. Within the margin of an entry
    /// over the edge the way in stays known.
    fn appear(&mut self, was_inside: bool, is_inside: bool) {
        if was_inside == is_inside {
            return;
        }
        self.outward = None;
        self.passing = Passing::default();
        if is_inside && is_outside(self.standing) {
            self.inward = None;
            self.travelled_m = 0.0;
        }
    }

    /// Nobody knows how the track came here.
    ///
    /// Only a way across a line stays known, if the track is still on the far side.
    fn lose_the_way(&mut self, step: &Step<'_>) {
        self.inward = None;
        let far = self.outward.and_then(|exit| exit.side);
        let here = || step.corridors.edge_side(step.corridor, step.fix.position);
        if step.edge_m <= 0.0 || far.is_none() || far != here() {
            self.outward = None;
            self.passing = Passing::default();
        }
        if !self.standing.is_inside() {
            self.travelled_m = 0.0;
        }
    }

    fn go_in(&mut self, crossing: Crossing, step: &Step<'_>) {
        self.inward = Some(crossing);
        self.outward = None;
        let afresh = self
            .passing
            .go_in(crossing, |from, to| step.leads_deep(from, to));
        if afresh && !self.standing.is_inside() {
            self.travelled_m = 0.0;
        }
    }

    fn go_out(&mut self, crossing: Crossing) {
        self.outward = Some(crossing);
        self.passing.go_out();
    }

    /// Begins an episode with an approach, or goes on with one that just seemed to be over.
    fn approach(&mut self, at: TrackTime, lead: Lead, rule: &Rule) -> Outcome {
        if self.past.hushed_until(at, rule).is_some() {
            return Outcome::Nothing;
        }
        self.is_approaching = true;
        if self.past.may_resume(at, rule) {
            self.past.ended = None;
            return Outcome::Noted;
        }
        self.past.begin();
        self.is_named = false;
        Outcome::Told(Told::Approaching { at, lead })
    }

    /// Ends an approach without a word.
    fn withdraw(&mut self, at: TrackTime) -> Outcome {
        if !std::mem::take(&mut self.is_approaching) {
            return Outcome::Nothing;
        }
        self.past.ended = Some(Ended::Withdrawn(at));
        Outcome::Noted
    }

    /// Begins a stay, or tells of one that it was too soon to tell of.
    fn enter(&mut self, was: Standing, first_inside: TrackTime, step: &Step<'_>) -> Outcome {
        let at = step.fix.at;
        if !was.is_inside() {
            let hushed_until = self.past.hushed_until(at, step.rule);
            self.begin_stay(first_inside, hushed_until);
            if hushed_until.is_some() {
                return Outcome::Nothing;
            }
        }
        self.begin_or_go_on(at, step.rule);
        Outcome::Told(self.entered(at))
    }

    /// Tells of the present stay.
    pub(super) fn entered(&self, at: TrackTime) -> Told {
        Told::Entered {
            at: self.standing.stay().map_or(at, |stay| stay.since),
            entry: self.entry,
        }
    }

    /// Begins a stay: at the edge where that was seen, else at the first fix inside.
    fn begin_stay(&mut self, first_inside: TrackTime, hushed_until: Option<TrackTime>) {
        self.entry = self.inward.take();
        self.outward = None;
        self.passing = Passing::default();
        let since = self.entry.map_or(first_inside, |entry| entry.at);
        self.standing = Standing::Certain(Place::Inside(Stay {
            hushed_until,
            ..Stay::begun(since)
        }));
    }

    /// Ends a stay: at the edge where that was seen, else at the first fix outside.
    fn exit(&mut self, was: Standing, first_outside: TrackTime, reason: ExitReason) -> Outcome {
        let exit = self.outward.take();
        let left_at = exit.map_or(first_outside, |exit| exit.at);
        let told = Told::Exited {
            at: left_at,
            entry: self.entry.take(),
            exit,
            inside: inside_for(was, left_at),
            reason,
        };
        self.away = None;
        self.inward = None;
        self.passing = Passing::default();
        if was.stay().is_some_and(|stay| stay.hushed_until.is_some()) {
            return Outcome::Nothing;
        }
        self.past.ended = Some(Ended::Left(left_at));
        Outcome::Told(told)
    }

    /// Decides, once outside is confirmed, whether the corridor was passed right through.
    fn pass(&mut self, step: &Step<'_>) -> Option<Told> {
        let (at, rule) = (step.fix.at, step.rule);
        if !self.passing.is_confirmed(at, rule.exit_confirm()) {
            return None;
        }
        self.inward = None;
        let passing = std::mem::take(&mut self.passing);
        let exit = self.outward.take()?;
        let entry = passing.led_through(exit, |from, to| step.leads_deep(from, to))?;
        if self.past.hushed_until(at, rule).is_some() {
            return None;
        }
        self.begin_or_go_on(at, rule);
        self.past.ended = Some(Ended::Left(exit.at));
        Some(Told::Crossed { entry, exit })
    }

    /// Begins an episode, unless it has begun with an approach.
    fn begin_or_go_on(&mut self, at: TrackTime, rule: &Rule) {
        if !std::mem::take(&mut self.is_approaching) && !self.past.may_resume(at, rule) {
            self.past.begin();
        }
        self.past.ended = None;
        self.is_named = false;
    }
}

/// Converts an instant of civil time to the track's timeline, by way of a fix and its arrival.
fn track_time(fix: &Fix, arrived_at: Utc, time: Utc) -> TrackTime {
    let earlier = arrived_at
        .as_micros()
        .saturating_sub(time.as_micros())
        .max(0);
    TrackTime::from_micros(fix.at.as_micros().saturating_sub(earlier))
}

fn inside_for(standing: Standing, at: TrackTime) -> Duration {
    let stay = standing.stay();
    stay.map_or(Duration::ZERO, |stay| at.since(stay.since))
}

/// Says whether no fix of late was surely inside.
fn is_outside(standing: Standing) -> bool {
    match standing.place() {
        Place::Outside | Place::Nearing(_) | Place::Approaching(_) => true,
        Place::Entering(_) | Place::Inside(_) | Place::Leaving(_, _) => false,
    }
}
