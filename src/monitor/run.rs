//! Samples that fit nobody, and agree with each other.

use std::time::Duration;

use crate::monitor::gate::{Clocks, GateSettings};
use crate::monitor::paths::Paths;
use crate::monitor::point::{DELAY_MAX, Point};
use crate::track::Report;
use crate::units::Monotonic;

/// Samples that agree before anything is made of them.
pub(super) const SAMPLES_MIN: u32 = 3;
/// Clocks that go back so often are those of two senders.
const INVERSIONS_MIN: u32 = 5;
/// A run that nothing joins for so long is forgotten.
const STALE: Duration = Duration::from_secs(30);

/// A run of samples that agree with each other, but with no sender that is known.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) first: Monotonic,
    pub(super) last: Point,
    pub(super) samples: u32,
    /// How many there were since a known sender said something that fits.
    pub(super) in_a_row: u32,
    pub(super) clocks: Clocks,
    pub(super) paths: Paths,
    /// How often a known sender said something that fits, since it began.
    pub(super) interrupted: u32,
    /// How often its clock was ahead of what a known sender said next on the same way, or the
    /// other way round.
    inversions: u32,
    /// The number of the sender whose doubted places these are.
    pub(super) owner: Option<u8>,
}

impl Run {
    pub(super) fn start(report: &Report, point: Point, clocks: Clocks) -> Self {
        Self {
            first: point.received,
            last: point,
            samples: 1,
            in_a_row: 1,
            clocks,
            paths: Paths::of(report),
            interrupted: 0,
            inversions: 0,
            owner: None,
        }
    }

    /// Says whether nothing has joined it for long; one that has an owner is kept as long as that one
    /// is not believed.
    pub(super) fn is_stale(&self, now: Monotonic) -> bool {
        self.owner.is_none() && STALE < now.since(self.last.received)
    }

    /// Takes a sample if it goes on with this run.
    pub(super) fn join(
        &mut self,
        report: &Report,
        point: Point,
        clocks: Clocks,
        settings: &GateSettings,
    ) -> bool {
        if !self.fits(&point, settings) {
            return false;
        }
        self.paths.note(report);
        // What was told twice counts once.
        if self.last.ms < point.ms {
            self.last = point;
            self.clocks = clocks;
            self.samples = self.samples.saturating_add(1);
            self.in_a_row = self.in_a_row.saturating_add(1);
        }
        true
    }

    /// Says whether a sample goes on with this run.
    pub(super) fn fits(&self, point: &Point, settings: &GateSettings) -> bool {
        point.clock == self.last.clock
            && point.is_reachable_from(&self.last, settings)
            && i64::try_from(DELAY_MAX.as_millis())
                .is_ok_and(|delay_ms| point.ahead_ms(&self.last).abs() <= delay_ms)
    }

    /// Takes note that a known sender said something that fits.
    pub(super) fn interrupt(&mut self, report: &Report, point: &Point) {
        self.in_a_row = 0;
        self.interrupted = self.interrupted.saturating_add(1);
        let goes_back = point.clock == self.last.clock && point.ms < self.last.ms;
        self.inversions += u32::from(goes_back && self.paths.has(report));
    }

    /// Takes note that its last sample was behind what a known sender had said on the same way.
    pub(super) fn note_behind(&mut self) {
        self.inversions = self.inversions.saturating_add(1);
    }

    /// Says whether its clock and a known sender's take turns in going back, on one way: of a single
    /// sender a few samples may be late, but not time and again.
    pub(super) const fn is_inverted(&self) -> bool {
        INVERSIONS_MIN <= self.inversions
    }
}
