//! A position on the clock that its sender stamped it by, and what is out of reach from where.

use std::collections::VecDeque;
use std::time::Duration;

use crate::monitor::gate::GateSettings;
use crate::units::{LatLon, Metres, Monotonic};

/// How much longer than the next one a sample may have been under way.
pub(super) const DELAY_MAX: Duration = Duration::from_secs(10);

/// A clock of a sender; instants by different ones do not compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SenderClock {
    /// Each component has booted by itself.
    pub(super) component_id: u8,
    pub(super) kind: ClockKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockKind {
    /// Since the sender booted.
    Boot,
    /// Since the Unix epoch.
    Unix,
    /// Whatever the message counts from.
    Own,
    /// There is none: the arrival tells the time.
    Arrival,
}

/// A place, and when by which clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) clock: SenderClock,
    /// Milliseconds on that clock.
    pub(super) ms: i64,
    pub(super) received: Monotonic,
    pub(super) position: LatLon,
    pub(super) h_acc: Option<Metres>,
}

impl Point {
    /// Says how far this clock reading is ahead of where `earlier`'s would be by the arrivals,
    /// milliseconds; behind is negative.
    pub(super) fn ahead_ms(&self, earlier: &Self) -> i64 {
        self.ms - earlier.ms - passed_ms(earlier.received, self.received)
    }

    /// Says whether something could have come here from `other`, whichever is the earlier.
    pub(super) fn is_reachable_from(&self, other: &Self, settings: &GateSettings) -> bool {
        self.strain_from(other, settings) <= 1.0
    }

    /// Says whether something could have come here from `other` in the time that their clock tells,
    /// whenever they arrived.
    pub(super) fn is_within_flight_of(&self, other: &Self, settings: &GateSettings) -> bool {
        let span = Duration::from_millis(self.ms.abs_diff(other.ms));
        self.position.distance_m(other.position) <= self.reach_m(other, settings, span)
    }

    /// Says how far this is from `other`, as a share of how far something could have come.
    ///
    /// The span is the shorter one of the sender's clock and of the arrivals: a clock that runs far
    /// ahead is another sender's, not a long flight.
    pub(super) fn strain_from(&self, other: &Self, settings: &GateSettings) -> f64 {
        let arrivals = other
            .received
            .max(self.received)
            .since(other.received.min(self.received));
        let span = if self.clock == other.clock {
            let told = Duration::from_millis(self.ms.abs_diff(other.ms));
            told.min(arrivals + DELAY_MAX)
        } else {
            arrivals + DELAY_MAX
        };
        let reach_m = self.reach_m(other, settings, span);
        let distance_m = self.position.distance_m(other.position);
        // Whoever is allowed no way at all may stand still.
        if distance_m == 0.0 {
            0.0
        } else {
            distance_m / reach_m
        }
    }

    fn reach_m(&self, other: &Self, settings: &GateSettings, span: Duration) -> f64 {
        let blur_m = 2.0 * (metres(self.h_acc) + metres(other.h_acc));
        settings.jump_slack.get() + blur_m + settings.speed_max_mps * span.as_secs_f64()
    }
}

/// Where something was lately, by its own clock, so that a late sample can be told from a stranger's.
#[derive(Clone, Debug, Default)]
pub(super) struct History(VecDeque<Point>);

/// Points that are remembered; at least [`History::STEP_MS`] apart, so for a minute.
const POINTS_MAX: usize = 120;

impl History {
    /// Points closer than this to the one before are left out, milliseconds.
    const STEP_MS: i64 = 500;
    /// A point speaks for instants that are not further away, milliseconds.
    const NEAR_MS: u64 = 5_000;

    /// Remembers a point; one of another clock begins anew.
    pub(super) fn note(&mut self, point: Point) {
        if let Some(last) = self.0.back() {
            if last.clock != point.clock || point.ms < last.ms {
                self.0.clear();
            } else if point.ms - last.ms < Self::STEP_MS {
                return;
            }
        }
        if self.0.len() == POINTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(point);
    }

    /// Returns the oldest point that is remembered.
    pub(super) fn first(&self) -> Option<&Point> {
        self.0.front()
    }

    /// Says whether it was near a point when that was measured, if that is known.
    pub(super) fn was_near(&self, point: &Point, settings: &GateSettings) -> Option<bool> {
        let of_clock = self.0.iter().filter(|known| known.clock == point.clock);
        let nearest = of_clock.min_by_key(|known| known.ms.abs_diff(point.ms))?;
        if Self::NEAR_MS < nearest.ms.abs_diff(point.ms) {
            return None;
        }
        // The arrivals of a late sample say nothing.
        let then = Point {
            received: point.received,
            ..*nearest
        };
        Some(point.is_reachable_from(&then, settings))
    }
}

/// Returns the milliseconds from `earlier` to `later`, negative if it is the other way round.
pub(super) fn passed_ms(earlier: Monotonic, later: Monotonic) -> i64 {
    let millis = |time: Monotonic| i64::try_from(time.as_micros() / 1000).unwrap_or(i64::MAX);
    millis(later) - millis(earlier)
}

fn metres(length: Option<Metres>) -> f64 {
    length.map_or(0.0, Metres::get)
}
