//! A standing with its story: where the edge was crossed, how far the track came inside.
//!
//! Margins decide whether a crossing is told; where and when it happened is geometry, found
//! on the straight line between two fixes.

use std::time::Duration;

use crate::corridor::{CorridorIndex, CorridorSet, Side as LineSide};
use crate::monitor::rule::Rule;
use crate::monitor::standing::{Change, Side, Standing, StandingRecord};
use crate::track::{Fix, TrackTime};
use crate::units::{LatLon, Utc};

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
    /// Both fixes of a pair were outside and the way between them led well inside.
    through: bool,
    /// Where and when the present stay began, as far as it was seen.
    entry: Option<Crossing>,
    /// Length travelled inside, metres.
    pub(super) travelled_m: f64,
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
    /// First entry and last exit of the way, as fractions of it, if it touches the corridor.
    pub(super) passage: Option<(f64, f64)>,
}

impl Stand {
    /// Takes up where the last run of the daemon left off.
    ///
    /// UTC bridges the restart, since the monotonic clocks of two runs do not compare.
    pub(super) fn restore(record: &StandingRecord, first: &Fix) -> Self {
        let mut stand = Self {
            episode: record.episode,
            alerts: record.alerts,
            ..Self::default()
        };
        if let Some(visit) = &record.visit {
            let since = track_time(first, visit.entered_at);
            stand.standing = Standing::Inside {
                since,
                dwelt: visit.dwelt,
            };
            stand.travelled_m = visit.travelled_m + visit.last_position.distance_m(first.position);
            stand.entry = visit.entry.map(|position| Crossing {
                position,
                at: since,
                side: None,
            });
        }
        stand
    }

    /// Takes one fix and says what is worth telling.
    pub(super) fn step(&mut self, step: &Step<'_>) -> Option<Told> {
        let outer = step.rule.margin.width(step.fix.h_acc);
        let depth = step.corridors.get(step.corridor).depth().get();
        // A corridor that is narrower than the margin must still have an inside.
        let inner = outer.min(depth / 2.0);
        self.follow_edge(step, inner);

        let side = Side::of(step.edge_m, inner, outer);
        let at = step.fix.at;
        let was = self.standing;
        let (next, change) = was.step(at, side, step.rule.confirm, step.rule.dwell);
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
            Some(Change::Brushed) | None => {
                (side == Side::Outside && next == Standing::Outside).then(|| self.pass())?
            }
        }
    }

    /// Says whether nothing would be lost if it were forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.standing == Standing::Outside && self.episode == 0
    }

    /// Notes that the last fix was beyond every margin.
    pub(super) fn set_far(&mut self) {
        self.edge_m = Some(f64::INFINITY);
    }

    /// Where the edge was crossed inwards in this stay.
    pub(super) fn entry(&self) -> Option<Crossing> {
        self.entry
    }

    /// Follows the edge itself, without margins: crossings, and the length inside.
    fn follow_edge(&mut self, step: &Step<'_>, inner: f64) {
        let edge_m = step.edge_m;
        let Some(before) = step.before else {
            self.edge_m = Some(edge_m);
            self.inward = None;
            self.outward = None;
            self.through = false;
            return;
        };
        let was_m = self.edge_m.replace(edge_m).unwrap_or(f64::INFINITY);
        let length_m = before.position.distance_m(step.fix.position);
        match (was_m <= 0.0, edge_m <= 0.0) {
            (true, true) => self.travelled_m += length_m,
            (false, true) => {
                let fraction = step.entry_fraction(before).unwrap_or(1.0);
                if !self.standing.is_inside() {
                    self.travelled_m = 0.0;
                }
                self.travelled_m += (1.0 - fraction) * length_m;
                self.inward = Some(step.crossing(before, fraction));
            }
            (true, false) => {
                let fraction = step.exit_fraction(before).unwrap_or(0.0);
                self.travelled_m += fraction * length_m;
                self.outward = Some(step.crossing(before, fraction));
            }
            (false, false) => {
                if let Some((enter, leave)) = step.passage
                    && 0.0 < enter
                    && leave < 1.0
                {
                    let middle = before
                        .position
                        .towards(step.fix.position, f64::midpoint(enter, leave));
                    let middle_m = step.corridors.edge_distance_m(step.corridor, middle);
                    self.through |= middle_m <= -inner;
                    if !self.standing.is_inside() {
                        self.travelled_m = 0.0;
                    }
                    self.travelled_m += (leave - enter) * length_m;
                    self.inward = Some(step.crossing(before, enter));
                    self.outward = Some(step.crossing(before, leave));
                }
            }
        }
    }

    /// Begins a stay: at the edge where that was seen, else at the first fix inside.
    fn enter(&mut self, first_inside: TrackTime) -> Told {
        self.entry = self.inward.take();
        self.outward = None;
        self.through = false;
        let at = self.entry.map_or(first_inside, |entry| entry.at);
        self.standing = Standing::Inside {
            since: at,
            dwelt: false,
        };
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
        };
        self.inward = None;
        self.through = false;
        told
    }

    /// Decides, once outside beyond doubt, whether the corridor was passed right through.
    fn pass(&mut self) -> Option<Told> {
        let through = std::mem::take(&mut self.through);
        let (entry, exit) = (self.inward.take()?, self.outward.take()?);
        let sides_differ = entry.side.is_some() && exit.side.is_some() && entry.side != exit.side;
        if entry.at <= exit.at && (through || sides_differ) {
            self.begin_episode();
            return Some(Told::Crossed { entry, exit });
        }
        None
    }

    fn begin_episode(&mut self) {
        self.episode += 1;
        self.alerts = 0;
    }
}

impl Step<'_> {
    fn entry_fraction(&self, before: &Fix) -> Option<f64> {
        self.corridors
            .entry_fraction(self.corridor, before.position, self.fix.position)
    }

    fn exit_fraction(&self, before: &Fix) -> Option<f64> {
        self.corridors
            .exit_fraction(self.corridor, before.position, self.fix.position)
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

/// Converts an instant of civil time to the track's timeline, by way of a fix that has both.
fn track_time(fix: &Fix, time: Utc) -> TrackTime {
    let earlier = fix
        .received
        .utc
        .as_micros()
        .saturating_sub(time.as_micros())
        .max(0);
    TrackTime::from_micros(fix.at.as_micros().saturating_sub(earlier))
}

fn inside_for(standing: Standing, at: TrackTime) -> Duration {
    match standing {
        Standing::Inside { since, .. } | Standing::Leaving { since, .. } => at.since(since),
        Standing::Outside | Standing::Entering { .. } => Duration::ZERO,
    }
}
