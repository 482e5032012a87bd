//! A standing with its story: where the edge was crossed, how far the track came inside.
//!
//! Margins decide whether a crossing is told; where and when it happened is geometry, found
//! on the straight line between two fixes.

use std::time::Duration;

use crate::corridor::{CorridorIndex, CorridorSet, Side as LineSide};
use crate::monitor::alert::ExitReason;
use crate::monitor::passing::Passing;
use crate::monitor::presence::Presence;
use crate::monitor::rule::Rule;
use crate::monitor::standing::{Change, Place, Side, Sight, Standing, StandingRecord, Stay};
use crate::track::{Fix, TrackTime};
use crate::units::{LatLon, Utc};

/// Parts of a way through at whose joints its depth is measured.
const DEPTH_SAMPLES: u32 = 16;

/// Where one track stands with one corridor under one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Stand {
    pub(super) standing: Standing,
    /// Counts episodes from 1; 0 before the first.
    pub(super) episode: u64,
    /// Alerts of the present episode.
    pub(super) alerts: u32,
    /// Signed distance of the last fix to the edge, metres; absent after a gap.
    edge_m: Option<f64>,
    inward: Option<Crossing>,
    outward: Option<Crossing>,
    /// A way right through that is not confirmed yet.
    passing: Passing,
    /// Where and when the present stay began, as far as it was seen.
    entry: Option<Crossing>,
    /// Length travelled inside, metres.
    pub(super) travelled_m: f64,
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

/// What a fix changed, with the story that an alert tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Told {
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

/// One fix against one corridor, with the way that led there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    pub(super) corridors: &'a CorridorSet,
    pub(super) corridor: CorridorIndex,
    pub(super) rule: &'a Rule,
    pub(super) fix: &'a Fix,
    /// The fix before, if the way between the two may be taken for flown.
    pub(super) before: Option<&'a Fix>,
    /// Signed distance of the fix to the edge, metres; infinite if beyond every margin.
    pub(super) edge_m: f64,
    /// Whether the corridor counts at the height and the time of the fix.
    pub(super) presence: Presence,
    /// Whether it counted at those of the fix before.
    pub(super) counted: bool,
    /// First entry and last exit of the way, as fractions of it, if it touches the corridor.
    pub(super) passage: Option<(f64, f64)>,
}

impl Stand {
    /// Begins outside, after so many episodes.
    pub(super) fn after(episodes: u64) -> Self {
        Self {
            episode: episodes,
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
        let mut stand = Self {
            episode: record.episode,
            alerts: record.alerts,
            ..Self::default()
        };
        if let Some(visit) = &record.visit {
            let since = track_time(first, arrived_at, visit.entered_at);
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
    pub(super) fn step(&mut self, step: &Step<'_>) -> Option<Told> {
        let outer = step.rule.exit_margin().width(step.fix.h_acc);
        let depth = step.corridors.get(step.corridor).depth().get();
        // A corridor that is narrower than the margin must still have an inside.
        let inner = step.rule.margin.width(step.fix.h_acc).min(depth / 2.0);
        self.follow_edge(step, inner);

        let side = self.judge(step, Side::of(step.edge_m, inner, outer));
        let at = step.fix.at;
        let was = self.standing;
        let (next, change) = was.step(at, Sight::of(side, false), step.rule);
        self.standing = next;
        match change {
            Some(Change::Entered { since }) => Some(self.enter(since)),
            Some(Change::Dwelling) => {
                let inside = inside_for(next, at);
                Some(Told::Dwelling {
                    at,
                    entry: self.entry,
                    inside,
                })
            }
            Some(Change::Exited { since }) => Some(self.exit(was, since)),
            Some(Change::Brushed | Change::Approaching | Change::Withdrawn) | None => {
                let outside = side == Side::Outside && is_outside(next);
                outside.then(|| self.pass(step, inner))?
            }
        }
    }

    /// Says whether nothing is under way: but for the count of episodes it could be a new one.
    pub(super) fn is_over(&self) -> bool {
        let outside = self.edge_m.is_none_or(|edge_m| 0.0 < edge_m);
        self.standing == Standing::default() && outside && !self.passing.is_under_way()
    }

    /// Where the edge was crossed inwards in this stay.
    pub(super) fn entry(&self) -> Option<Crossing> {
        self.entry
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
    fn follow_edge(&mut self, step: &Step<'_>, inner: f64) {
        let edge_m = step.edge_m;
        let was_m = self.edge_m.replace(edge_m).unwrap_or(f64::INFINITY);
        let Some(before) = step.before else {
            return self.lose_the_way(step);
        };
        if !(step.counted && step.presence.counts()) {
            let was_inside = step.counted && was_m <= 0.0;
            return self.appear(was_inside, step.presence.counts() && edge_m <= 0.0);
        }
        let length_m = before.position.distance_m(step.fix.position);
        match (was_m <= 0.0, edge_m <= 0.0) {
            (true, true) => self.travelled_m += length_m,
            (false, true) => {
                let fraction = step.passage.map_or(1.0, |(enter, _)| enter);
                self.go_in(step.crossing(before, fraction), step, inner);
                self.travelled_m += (1.0 - fraction) * length_m;
            }
            (true, false) => {
                let fraction = step.passage.map_or(0.0, |(_, leave)| leave);
                self.travelled_m += fraction * length_m;
                self.go_out(step.crossing(before, fraction));
            }
            (false, false) => {
                if let Some((enter, leave)) = step.passage
                    && 0.0 < enter
                    && leave < 1.0
                {
                    self.go_in(step.crossing(before, enter), step, inner);
                    self.travelled_m += (leave - enter) * length_m;
                    self.go_out(step.crossing(before, leave));
                }
            }
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

    fn go_in(&mut self, crossing: Crossing, step: &Step<'_>, inner: f64) {
        self.inward = Some(crossing);
        self.outward = None;
        let afresh = self
            .passing
            .go_in(crossing, |from, to| step.leads_deep(from, to, inner));
        if afresh && !self.standing.is_inside() {
            self.travelled_m = 0.0;
        }
    }

    fn go_out(&mut self, crossing: Crossing) {
        self.outward = Some(crossing);
        self.passing.go_out();
    }

    /// Begins a stay: at the edge where that was seen, else at the first fix inside.
    fn enter(&mut self, first_inside: TrackTime) -> Told {
        self.entry = self.inward.take();
        self.outward = None;
        self.passing = Passing::default();
        let at = self.entry.map_or(first_inside, |entry| entry.at);
        self.standing = Standing::Certain(Place::Inside(Stay::begun(at)));
        self.begin_episode();
        Told::Entered {
            at,
            entry: self.entry,
        }
    }

    /// Ends a stay: at the edge where that was seen, else at the first fix outside.
    fn exit(&mut self, was: Standing, first_outside: TrackTime) -> Told {
        let exit = self.outward.take();
        let left_at = exit.map_or(first_outside, |exit| exit.at);
        let told = Told::Exited {
            at: left_at,
            entry: self.entry.take(),
            exit,
            inside: inside_for(was, left_at),
            reason: self.away.take().unwrap_or(ExitReason::Left),
        };
        self.inward = None;
        self.passing = Passing::default();
        told
    }

    /// Decides, once outside is confirmed, whether the corridor was passed right through.
    fn pass(&mut self, step: &Step<'_>, inner: f64) -> Option<Told> {
        if !self
            .passing
            .is_confirmed(step.fix.at, step.rule.exit_confirm())
        {
            return None;
        }
        self.inward = None;
        let passing = std::mem::take(&mut self.passing);
        let exit = self.outward.take()?;
        let entry = passing.led_through(exit, |from, to| step.leads_deep(from, to, inner))?;
        self.begin_episode();
        Some(Told::Crossed { entry, exit })
    }

    fn begin_episode(&mut self) {
        self.episode += 1;
        self.alerts = 0;
    }
}

impl Step<'_> {
    /// Says whether the straight way between two places leads well inside somewhere.
    ///
    /// A bend or a hole may keep the middle of the way outside.
    fn leads_deep(&self, from: LatLon, to: LatLon, inner: f64) -> bool {
        (1..DEPTH_SAMPLES).any(|nth| {
            let at = from.towards(to, f64::from(nth) / f64::from(DEPTH_SAMPLES));
            self.corridors.edge_distance_m(self.corridor, at) <= -inner
        })
    }

    fn crossing(&self, before: &Fix, fraction: f64) -> Crossing {
        let position = before.position.towards(self.fix.position, fraction);
        let span = self
            .fix
            .at
            .since(before.at)
            .mul_f64(fraction.clamp(0.0, 1.0));
        let micros = i64::try_from(span.as_micros()).unwrap_or(0);
        Crossing {
            position,
            at: TrackTime::from_micros(before.at.as_micros().saturating_add(micros)),
            side: self.corridors.edge_side(self.corridor, position),
        }
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
    standing
        .stay()
        .map_or(Duration::ZERO, |stay| at.since(stay.since))
}

/// Says whether no fix of late was surely inside.
fn is_outside(standing: Standing) -> bool {
    match standing.place() {
        Place::Outside | Place::Nearing(_) | Place::Approaching(_) => true,
        Place::Entering(_) | Place::Inside(_) | Place::Leaving(_, _) => false,
    }
}
