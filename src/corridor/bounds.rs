//! Boxes in longitude and latitude, half the size of exact ones and never too small.

use rstar::AABB;

use super::metric::Scale;
use crate::units::LatLon;

/// Metres per degree of latitude where a degree is shortest, rounded down.
pub(super) const METRES_PER_DEGREE_MIN: f64 = 110_500.0;

/// What a search is given beyond its due, metres: the index must not lose what lies on an edge to
/// rounding.
pub(super) const SLACK_M: f64 = 0.001;

/// A box in degrees, longitude first, rounded outwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: [f32; 2],
    pub(super) high: [f32; 2],
}

impl Bounds {
    /// A box that holds nothing.
    pub(super) const NOTHING: Self = Self {
        low: [f32::INFINITY; 2],
        high: [f32::NEG_INFINITY; 2],
    };

    /// Boxes some places.
    pub(super) fn of(places: &[LatLon]) -> Self {
        let (low, high) = corners(places);
        Self::outwards(low, high)
    }

    /// Boxes some places and everything within `margin_m` of them.
    ///
    /// A degree of longitude is taken at a latitude beyond all that the margin reaches, from either
    /// of two boxes that are asked whether they meet.
    pub(super) fn around(places: &[LatLon], margin_m: f64) -> Self {
        let (low, high) = corners(places);
        let margin_m = margin_m + SLACK_M;
        let lat = margin_m / METRES_PER_DEGREE_MIN;
        let poleward = low[1].abs().max(high[1].abs()) + 2.0 * lat + 1.0;
        let lon = margin_m / Scale::around(poleward.min(89.9)).east;
        Self::outwards([low[0] - lon, low[1] - lat], [high[0] + lon, high[1] + lat])
    }

    /// Rounds outwards.
    pub(super) fn outwards(low: [f64; 2], high: [f64; 2]) -> Self {
        Self {
            low: low.map(below),
            high: high.map(above),
        }
    }

    /// Boxes both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            low: [self.low[0].min(other.low[0]), self.low[1].min(other.low[1])],
            high: [
                self.high[0].max(other.high[0]),
                self.high[1].max(other.high[1]),
            ],
        }
    }

    /// Says whether two boxes have a place in common.
    ///
    /// All four comparisons are made at once: which of them fails nobody can foretell, and to be wrong
    /// about it takes longer than all of them.
    #[expect(clippy::needless_bitwise_bool, reason = "it is made without branches")]
    #[inline]
    pub(super) fn meets(&self, other: &Self) -> bool {
        (self.low[0] <= other.high[0])
            & (other.low[0] <= self.high[0])
            & (self.low[1] <= other.high[1])
            & (other.low[1] <= self.high[1])
    }

    /// Says whether a straight line between two places may touch the box.
    pub(super) fn may_touch(&self, start: LatLon, end: LatLon) -> bool {
        let beyond = |a: f64, b: f64, low: f32, high: f32| {
            (a < f64::from(low) && b < f64::from(low))
                || (f64::from(high) < a && f64::from(high) < b)
        };
        !beyond(start.lon(), end.lon(), self.low[0], self.high[0])
            && !beyond(start.lat(), end.lat(), self.low[1], self.high[1])
    }

    /// Returns the box as the tree knows it.
    pub(super) fn envelope(&self) -> AABB<[f32; 2]> {
        AABB::from_corners(self.low, self.high)
    }
}

impl From<AABB<[f32; 2]>> for Bounds {
    fn from(envelope: AABB<[f32; 2]>) -> Self {
        Self {
            low: envelope.lower(),
            high: envelope.upper(),
        }
    }
}

fn corners(places: &[LatLon]) -> ([f64; 2], [f64; 2]) {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for at in places {
        for (axis, degrees) in [at.lon(), at.lat()].into_iter().enumerate() {
            low[axis] = low[axis].min(degrees);
            high[axis] = high[axis].max(degrees);
        }
    }
    (low, high)
}

/// Rounds down.
fn below(degrees: f64) -> f32 {
    let near = nearest(degrees);
    if degrees < f64::from(near) {
        near.next_down()
    } else {
        near
    }
}

/// Rounds up.
fn above(degrees: f64) -> f32 {
    let near = nearest(degrees);
    if f64::from(near) < degrees {
        near.next_up()
    } else {
        near
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "whoever asks rounds outwards"
)]
fn nearest(degrees: f64) -> f32 {
    degrees as f32
}
