//! One straight piece of a shape, and how far a place is from the strip around it.

use super::metric::{Foot, Vantage};
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
        let (_, edge_m) = self.edge_from(&Vantage::new(at));
        edge_m
    }

    /// Does the same for a place that is prepared to be measured from, and tells from which point of
    /// the piece.
    pub(super) fn edge_from(&self, vantage: &Vantage) -> (Foot, f64) {
        let foot = vantage.foot(self.start, self.end, self.grows_m());
        (foot, foot.distance_m - self.half_width_m(foot.fraction))
    }

    /// Finds the nearest point of the piece, and how far away it is, metres.
    pub(super) fn middle_from(&self, vantage: &Vantage) -> (Foot, f64) {
        let foot = vantage.foot(self.start, self.end, 0.0);
        (foot, foot.distance_m)
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

    /// A segment at the latitudes of the region, up to `length_m` long and wide as it may be.
    fn some_segment(length_m: f64) -> impl Strategy<Value = Segment> {
        let half_width_m = || prop_oneof![Just(0.0), 1.0..3_000.0, 1.0..100_000.0];
        let way = (1.0..length_m, 0.0..360.0_f64);
        (38.0..47.0, way, half_width_m(), half_width_m()).prop_map(
            |(lat, (length_m, bearing), start_half_width_m, end_half_width_m)| {
                let start = place(lat, 21.0);
                let (east, north) = bearing.to_radians().sin_cos();
                Segment {
                    start,
                    end: moved(start, length_m * east, length_m * north),
                    start_half_width_m,
                    end_half_width_m,
                }
            },
        )
    }

    /// Finds the least of what falls and then rises between 0 and 1, and where it is.
    fn least(of: impl Fn(f64) -> f64) -> (f64, f64) {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..120 {
            let third = (high - low) / 3.0;
            if of(low + third) < of(high - third) {
                high -= third;
            } else {
                low += third;
            }
        }
        let middle = f64::midpoint(low, high);
        [0.0, middle, 1.0]
            .map(|fraction| (of(fraction), fraction))
            .into_iter()
            .reduce(|a, b| if b.0 < a.0 { b } else { a })
            .unwrap()
    }

    proptest! {
        #[test]
        fn the_distance_to_a_strip_is_within_a_millimetre_up_to_5_km_from_its_edge(
            segment in some_segment(50_000.0),
            (fraction, bearing) in (0.0..1.0, 0.0..360.0_f64),
            away_m in -5_000.0..5_000.0,
        ) {
            let (east, north) = bearing.to_radians().sin_cos();
            let far_m = f64::max(0.0, segment.half_width_m(fraction) + away_m);
            let from = segment.start.towards(segment.end, fraction);
            let at = moved(from, east * far_m, north * far_m);
            let (judged, _) = least(|fraction| {
                let middle = segment.start.towards(segment.end, fraction);
                geodesic_m(at, middle) - segment.half_width_m(fraction)
            });
            let measured = segment.edge_m(at);
            prop_assert!((measured - judged).abs() < 0.001, "{measured} m instead of {judged} m");
        }

        #[test]
        fn two_segments_meet_without_a_gap(
            segment in some_segment(10_000.0),
            (bearing, length_m, half_width_m) in (0.0..360.0_f64, 1.0..10_000.0, 0.0..3_000.0),
            (around, share) in (0.0..360.0_f64, 0.0..0.9999),
        ) {
            let spot = |from, bearing: f64, length_m: f64| {
                let (east, north) = bearing.to_radians().sin_cos();
                moved(from, length_m * east, length_m * north)
            };
            let bend = segment.end;
            let next = Segment {
                start: bend,
                end: spot(bend, bearing, length_m),
                start_half_width_m: segment.end_half_width_m,
                end_half_width_m: half_width_m,
            };
            let at = spot(bend, around, segment.end_half_width_m * share);
            let edge_m = segment.edge_m(at).min(next.edge_m(at));
            prop_assert!(edge_m <= 1e-6, "{edge_m} m beside the bend");
        }

        #[test]
        fn the_nearest_point_is_within_a_metre_up_to_20_km_away(
            segment in some_segment(50_000.0),
            (fraction, bearing) in (0.0..1.0, 0.0..360.0_f64),
            away_m in 0.0..20_000.0,
        ) {
            let (east, north) = bearing.to_radians().sin_cos();
            let from = segment.start.towards(segment.end, fraction);
            let at = moved(from, east * away_m, north * away_m);
            let (judged, fraction) =
                least(|fraction| geodesic_m(at, segment.start.towards(segment.end, fraction)));
            let foot = Vantage::new(at).foot(segment.start, segment.end, 0.0);
            let off_m = geodesic_m(
                segment.start.towards(segment.end, foot.fraction),
                segment.start.towards(segment.end, fraction),
            );
            prop_assert!((foot.distance_m - judged).abs() < 0.001, "{foot:?} {judged}");
            prop_assert!(off_m < 1.0, "{off_m} m along");
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
