//! The quality gate: which samples go on with what a sender told before, and where they stand on its
//! track's timeline.
//!
//! Pure, one gate a sender. A sample that fails is counted by its reason and changes nothing
//! that a rule could see.
//!
//! | reason       | a sample is rejected because                                              |
//! |--------------|---------------------------------------------------------------------------|
//! | no fix       | a fresh `GPS_RAW_INT` says that the receiver has no 3D fix                |
//! | near zero    | it lies within 10 km of 0,0, where autopilots without a fix believe to be |
//! | out of range | it is no place on Earth                                                   |
//! | late         | its clock is behind the last accepted sample's                            |
//! | repeated     | its clock is the last accepted sample's, and so is its place, or          |
//! |              | that clock is not known to stand still                                    |
//! | jump         | nothing could have come there from the last accepted sample, or its       |
//! |              | clock is far ahead of the time that has passed                            |
//! | suspect      | the track's places are not believed at the time (`trust.rs`)              |
//!
//! A sample that is late or a jump may be a stranger's: `voices.rs` decides what that means.

use crate::monitor::interference::InterferenceSettings;
use crate::monitor::point::{ClockKind, DELAY_MAX, History, Point, passed_ms};
use crate::monitor::trust::TrustSettings;
use crate::track::TrackTime;
use crate::units::{LatLon, Metres};

/// How strict the gate is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateSettings {
    /// Faster than this, from one sample to the next, is a jump, metres per second.
    pub speed_max_mps: f64,
    /// How far a sample may be off at any speed, metres.
    pub jump_slack: Metres,
    /// Whether samples are judged at all, beyond lying on Earth and away from 0,0.
    pub plausibility: bool,
    /// How soon a position that was doubted is believed again.
    pub trust: TrustSettings,
    /// When several tracks count as disturbed together.
    pub interference: InterferenceSettings,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            speed_max_mps: 150.0,
            jump_slack: Metres::from_millimetres(100_000),
            plausibility: true,
            trust: TrustSettings::default(),
            interference: InterferenceSettings::default(),
        }
    }
}

/// Why a sample was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// The receiver has no 3D fix.
    NoFix,
    /// Near 0,0.
    NearZero,
    /// No place on Earth.
    OutOfRange,
    /// An impossible jump.
    Jump,
    /// Older than the last one.
    Late,
    /// The same sample again.
    Repeated,
    /// The track's places are not believed at the time.
    Suspect,
}

impl Rejection {
    /// Every reason, in the order of the summary.
    pub const ALL: [Self; 7] = [
        Self::NoFix,
        Self::NearZero,
        Self::OutOfRange,
        Self::Jump,
        Self::Late,
        Self::Repeated,
        Self::Suspect,
    ];

    /// Names the reason in summaries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoFix => "no_fix",
            Self::NearZero => "near_zero",
            Self::OutOfRange => "out_of_range",
            Self::Jump => "jump",
            Self::Late => "late",
            Self::Repeated => "repeated",
            Self::Suspect => "suspect",
        }
    }
}

/// What a gate says of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It goes on with what was told before.
    Passes(Pass),
    /// It was told before, or adds nothing.
    Rejected(Rejection),
    /// It does not fit what was told before.
    Stranger {
        /// What it is counted as.
        reason: Rejection,
        /// How its clock compares.
        clocks: Clocks,
    },
}

/// How the clocks of two samples compare, given when they arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clocks {
    /// They agree, or are not the same clock.
    Agree,
    /// One is behind by less than a minute: it may have been under way for so long.
    Behind,
    /// One is ahead by less than a minute.
    Ahead,
    /// They have nothing to do with each other.
    Differ,
}

/// Where a sample stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pass {
    /// On the track's timeline.
    pub(super) at: TrackTime,
    /// False after a jump that turned out to be true: nobody knows the way between.
    pub(super) continuous: bool,
    /// Added to the clock to give the timeline, microseconds.
    pub(super) offset_us: i64,
}

/// Judges the samples of one sender.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    last: Option<Anchor>,
    history: History,
    /// New places that came with the clock of the last sample.
    standstills: u32,
}

/// The last sample that passed.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    point: Point,
    at: TrackTime,
    offset_us: i64,
}

/// Places in a row that prove that a clock stands still.
const STANDSTILLS: u32 = 3;
/// A clock that goes back by less is a late sample, never a reboot, milliseconds.
const REORDER_MS: i64 = 10_000;
/// How long a sample may have been under way at all, milliseconds.
const LAG_MAX_MS: i64 = 60_000;
/// The half side of the square around 0,0, degrees: about 10 km.
const NEAR_ZERO_DEG: f64 = 0.09;

/// Says whether a place is where autopilots without a fix believe to be.
pub(super) fn is_near_zero(position: LatLon) -> bool {
    position.lat().abs() < NEAR_ZERO_DEG && position.lon().abs() < NEAR_ZERO_DEG
}

impl Gate {
    /// Returns the last sample that passed.
    pub(super) fn last(&self) -> Option<&Point> {
        self.last.as_ref().map(|last| &last.point)
    }

    /// Says on which clock a reading lies that is of the boot clock, or of one of the message's own.
    pub(super) fn kind_of(&self, point: &Point) -> ClockKind {
        let boot = |last: &&Anchor| last.point.clock.kind == ClockKind::Boot;
        let near = |last: &Anchor| point.ahead_ms(&last.point).abs() <= 10 * LAG_MAX_MS;
        match self.last.as_ref().filter(boot) {
            Some(last) if near(last) => ClockKind::Boot,
            Some(_) | None => ClockKind::Own,
        }
    }

    /// Judges one sample without taking it.
    pub(super) fn judge(&mut self, settings: &GateSettings, point: &Point) -> Verdict {
        let Some(last) = self.last else {
            return Verdict::Passes(Pass {
                at: TrackTime::from_micros(micros(point)),
                continuous: true,
                offset_us: 0,
            });
        };
        if !settings.plausibility {
            return Verdict::Passes(goes_on(&last, point));
        }
        let pass = if point.clock == last.point.clock {
            match self.judge_clock(settings, &last, point) {
                Verdict::Passes(pass) => pass,
                refused @ (Verdict::Rejected(_) | Verdict::Stranger { .. }) => return refused,
            }
        } else {
            runs_on(&last, point)
        };
        if point.is_reachable_from(&last.point, settings) {
            return Verdict::Passes(pass);
        }
        Verdict::Stranger {
            reason: Rejection::Jump,
            clocks: Clocks::Agree,
        }
    }

    /// Compares the clock of a sample with that of the last one.
    fn judge_clock(&mut self, settings: &GateSettings, last: &Anchor, point: &Point) -> Verdict {
        if point.ms == last.point.ms {
            if !point.is_reachable_from(&last.point, settings) {
                return Verdict::Stranger {
                    reason: Rejection::Jump,
                    clocks: Clocks::Agree,
                };
            }
            if !self.stands_still(last.point.position, point.position) {
                return Verdict::Rejected(Rejection::Repeated);
            }
            return Verdict::Passes(runs_on(last, point));
        }
        let ahead_ms = point.ahead_ms(&last.point);
        if point.ms < last.point.ms {
            return self.judge_late(settings, last, point, ahead_ms);
        }
        self.standstills = 0;
        if i64::try_from(DELAY_MAX.as_millis()).unwrap_or(i64::MAX) < ahead_ms {
            return Verdict::Stranger {
                reason: Rejection::Jump,
                clocks: if ahead_ms <= LAG_MAX_MS {
                    Clocks::Ahead
                } else {
                    Clocks::Differ
                },
            };
        }
        Verdict::Passes(goes_on(last, point))
    }

    /// Tells a sample that is late from one that is another sender's, or a reboot.
    fn judge_late(
        &self,
        settings: &GateSettings,
        last: &Anchor,
        point: &Point,
        ahead_ms: i64,
    ) -> Verdict {
        let back_ms = last.point.ms - point.ms;
        let clocks = if -ahead_ms <= REORDER_MS {
            Clocks::Agree
        } else if -ahead_ms <= LAG_MAX_MS {
            Clocks::Behind
        } else {
            Clocks::Differ
        };
        let is_late = match clocks {
            Clocks::Differ => back_ms <= REORDER_MS,
            Clocks::Agree | Clocks::Behind | Clocks::Ahead => self
                .history
                .was_near(point, settings)
                .unwrap_or(back_ms <= REORDER_MS),
        };
        if is_late {
            return Verdict::Rejected(Rejection::Late);
        }
        Verdict::Stranger {
            reason: Rejection::Late,
            clocks,
        }
    }

    /// Says whether a clock reading lies before all that is remembered.
    pub(super) fn predates(&self, point: &Point) -> bool {
        self.history.first().is_none_or(|first| point.ms < first.ms)
    }

    /// Says whether it could have been at a place that its clock shows before all that is remembered.
    pub(super) fn could_have_been(&self, settings: &GateSettings, point: &Point) -> bool {
        let first = self.history.first();
        first.is_none_or(|first| point.is_within_flight_of(first, settings))
    }

    /// Takes a sample that passed.
    pub(super) fn accept(&mut self, point: Point, pass: Pass) {
        self.history.note(point);
        self.last = Some(Anchor {
            point,
            at: pass.at,
            offset_us: pass.offset_us,
        });
    }

    /// Goes back to an earlier place, since those after it were wrong.
    pub(super) fn rewind(&mut self, right: Point) {
        if let Some(last) = &mut self.last {
            if last.point.clock == right.clock {
                let at_us = micros(&right).saturating_add(last.offset_us);
                last.at = TrackTime::from_micros(at_us);
            }
            last.point = right;
        }
        self.history = History::default();
    }

    /// Goes on with a sample that does not fit, since the sender was silent: it rebooted, or that
    /// is its true place. The timeline runs on by the time that passed here.
    pub(super) fn overrule(&mut self, settings: &GateSettings, point: &Point) -> Pass {
        self.standstills = 0;
        self.history = History::default();
        match &self.last {
            None => Pass {
                at: TrackTime::from_micros(micros(point)),
                continuous: true,
                offset_us: 0,
            },
            Some(last) => Pass {
                continuous: point.is_reachable_from(&last.point, settings),
                ..runs_on(last, point)
            },
        }
    }

    /// Counts new places under one clock reading; says whether they prove that it stands still.
    fn stands_still(&mut self, last: LatLon, position: LatLon) -> bool {
        if position == last {
            return false;
        }
        self.standstills = self.standstills.saturating_add(1);
        STANDSTILLS <= self.standstills
    }
}

/// Goes on by the sender's clock.
fn goes_on(last: &Anchor, point: &Point) -> Pass {
    Pass {
        at: TrackTime::from_micros(micros(point).saturating_add(last.offset_us)),
        continuous: true,
        offset_us: last.offset_us,
    }
}

/// Goes on by the time that passed here, because the sender's clock does not tell.
fn runs_on(last: &Anchor, point: &Point) -> Pass {
    let passed_us = passed_ms(last.point.received, point.received)
        .max(0)
        .saturating_mul(1000);
    let at = last.at.as_micros().saturating_add(passed_us);
    Pass {
        at: TrackTime::from_micros(at),
        continuous: true,
        offset_us: at.saturating_sub(micros(point)),
    }
}

const fn micros(point: &Point) -> i64 {
    point.ms.saturating_mul(1000)
}
