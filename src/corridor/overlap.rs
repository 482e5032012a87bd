//! How deep two strips reach into each other.

use super::metric::Vantage;
use super::segment::Segment;
use crate::units::LatLon;

/// How exactly the deepest place of an overlap is found, as a share of a segment.
const PRECISION: f64 = 1e-4;

/// Where two strips are deepest in each other, or nearest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overlap {
    /// What is between their edges, metres: negative if they overlap.
    pub(super) gap_m: f64,
    /// Where it is on the middle of the first.
    pub(super) at: LatLon,
    /// The same as a fraction of its length, 0 to 1.
    pub(super) fraction: f64,
    /// Where it is on the middle of the other, as a fraction of its length.
    pub(super) other_fraction: f64,
}

impl Overlap {
    /// Measures two strips.
    ///
    /// What is between their edges falls and then rises along the first, since the distance to the
    /// other does and a half-width grows linearly.
    pub(super) fn of(segment: &Segment, other: &Segment) -> Self {
        let at = |fraction| Self::at(segment, other, fraction);
        let (mut low, mut high) = (0.0, 1.0);
        while PRECISION < high - low {
            let third = (high - low) / 3.0;
            if at(low + third).gap_m < at(high - third).gap_m {
                high -= third;
            } else {
                low += third;
            }
        }
        let middle = at(f64::midpoint(low, high));
        middle.or(at(0.0)).or(at(1.0))
    }

    /// Measures from a place on the middle of the first, given as a fraction of its length.
    pub(super) fn at(segment: &Segment, other: &Segment, fraction: f64) -> Self {
        let at = segment.start.towards(segment.end, fraction);
        let (foot, edge_m) = other.edge_from(&Vantage::new(at));
        Self {
            gap_m: edge_m - segment.half_width_m(fraction),
            at,
            fraction,
            other_fraction: foot.fraction,
        }
    }

    /// Takes the deeper of two.
    pub(super) fn or(self, other: Self) -> Self {
        if other.gap_m < self.gap_m {
            other
        } else {
            self
        }
    }
}
