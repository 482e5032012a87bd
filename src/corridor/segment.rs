//! One straight piece of a shape, and how far a place is from the strip around it.

use super::metric::Foot;
use crate::units::LatLon;

/// A straight piece of a shape, and half the width of the strip at either end of it.
///
/// The strip is the union of discs around every point of the piece, whose radius grows linearly
/// from one end to the other: round at its ends, and where two pieces meet without a gap. The
/// edge of an area has no width, a disc no length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Where it starts.
    pub start: LatLon,
    /// Where it ends.
    pub end: LatLon,
    /// Half the width of the strip at its start, metres.
    pub start_half_width_m: f64,
    /// Half the width of the strip at its end, metres.
    pub end_half_width_m: f64,
}

impl Segment {
    /// Takes the edge of an area.
    pub(super) const fn edge(start: LatLon, end: LatLon) -> Self {
        Self {
            start,
            end,
            start_half_width_m: 0.0,
            end_half_width_m: 0.0,
        }
    }

    /// Returns the greatest half-width, metres.
    #[must_use]
    pub const fn half_width_max_m(&self) -> f64 {
        self.start_half_width_m.max(self.end_half_width_m)
    }

    /// Returns half the width of the strip at a fraction of the length, metres.
    pub(super) fn half_width_m(&self, fraction: f64) -> f64 {
        self.start_half_width_m + self.grows_m() * fraction
    }

    /// Measures the signed distance from `at` to the edge of the strip, metres: negative inside.
    ///
    /// Convex: along a straight path it falls and then rises, since the distance to a point of the
    /// piece less the radius there is convex in the place and the point together, and the least of
    /// such a function over one of its arguments is convex in the other.
    pub(super) fn edge_m(&self, at: LatLon) -> f64 {
        let foot = Foot::within(at, self.start, self.end, self.grows_m());
        foot.distance_m - self.half_width_m(foot.fraction)
    }

    fn grows_m(&self) -> f64 {
        self.end_half_width_m - self.start_half_width_m
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corridor::sample::{geodesic_m, moved, place};

    proptest! {
        #[test]
        fn the_distance_to_a_tapered_strip_is_that_of_a_walk_over_its_discs(
            (lat, north, east) in (38.0..47.0, -4_000.0..4_000.0, -4_000.0..4_000.0),
            (start_half_width_m, end_half_width_m) in (1.0..3_000.0, 1.0..3_000.0),
            (at_north, at_east) in (-4_000.0..4_000.0, -4_000.0..4_000.0),
        ) {
            let start = place(lat, 21.0);
            let segment = Segment {
                start,
                end: moved(start, east, north),
                start_half_width_m,
                end_half_width_m,
            };
            let at = moved(start, at_east, at_north);
            let walked = (0..=4_000)
                .map(|step| {
                    let fraction = f64::from(step) / 4_000.0;
                    let middle = start.towards(segment.end, fraction);
                    geodesic_m(at, middle) - segment.half_width_m(fraction)
                })
                .fold(f64::INFINITY, f64::min);
            let measured = segment.edge_m(at);
            // Between two steps of the walk the distance is less than at either.
            prop_assert!(
                (-1.0..0.01).contains(&(measured - walked)),
                "{measured} m instead of {walked} m"
            );
        }
    }

    #[test]
    fn a_disc_within_the_other_adds_nothing() {
        let start = place(41.0, 22.0);
        let segment = Segment {
            start,
            end: moved(start, 0.0, 300.0),
            start_half_width_m: 1_000.0,
            end_half_width_m: 100.0,
        };
        for (east, north) in [(0.0, 1_500.0), (700.0, 200.0), (-900.0, -900.0)] {
            let at = moved(start, east, north);
            let off = segment.edge_m(at) - (east.hypot(north) - 1_000.0);
            assert!(off.abs() < 0.01, "{off} m off at {east} {north}");
        }
    }
}
