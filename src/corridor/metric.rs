//! Local metres: the plane that fits the WGS-84 ellipsoid around one latitude.

use crate::units::LatLon;

/// The semi-major axis of the ellipsoid, metres.
///
/// Source: NGA.STND.0036, World Geodetic System 1984, table 3.1.
pub(super) const SEMI_MAJOR_M: f64 = 6_378_137.0;

/// The flattening of the ellipsoid, from the same table.
pub(super) const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// The longest piece that is measured in one plane, metres.
const PIECE_M: f64 = 10_000.0;

/// Metres per degree towards north and towards east around one latitude.
///
/// They follow from the radii of curvature in the meridian and in the prime vertical.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) north: f64,
    pub(super) east: f64,
}

impl Scale {
    /// Takes the plane that touches the ellipsoid at `lat`, in degrees.
    pub(super) fn around(lat: f64) -> Self {
        let eccentricity_squared = FLATTENING * (2.0 - FLATTENING);
        let (sin, cos) = lat.to_radians().sin_cos();
        let bulge = 1.0 - eccentricity_squared * sin * sin;
        let prime_vertical = SEMI_MAJOR_M / bulge.sqrt();
        let meridian = prime_vertical * (1.0 - eccentricity_squared) / bulge;
        Self {
            north: meridian.to_radians(),
            east: (prime_vertical * cos).to_radians(),
        }
    }

    /// Takes the plane halfway between two places, where their distance is least distorted.
    pub(super) fn between(from: LatLon, to: LatLon) -> Self {
        Self::around(f64::midpoint(from.lat(), to.lat()))
    }

    /// Returns the way between two places as metres towards east and north.
    pub(super) fn offset(self, from: LatLon, to: LatLon) -> Offset {
        Offset {
            east: (to.lon() - from.lon()) * self.east,
            north: (to.lat() - from.lat()) * self.north,
        }
    }
}

/// A way in the plane, metres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offset {
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Offset {
    /// Returns the length, metres.
    pub(super) fn length_m(self) -> f64 {
        self.dot(self).sqrt()
    }

    /// Returns the direction, degrees clockwise from north in 0 to 360.
    pub(super) fn bearing_deg(self) -> f64 {
        let bearing = self.east.atan2(self.north).to_degrees();
        if bearing < 0.0 {
            bearing + 360.0
        } else {
            bearing
        }
    }

    /// Returns the scalar product.
    pub(super) fn dot(self, other: Self) -> f64 {
        self.east * other.east + self.north * other.north
    }

    /// Returns the vector product, positive if `other` points to the left of this way.
    pub(super) fn cross(self, other: Self) -> f64 {
        self.east * other.north - self.north * other.east
    }
}

/// The point of a segment that a place is measured from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foot {
    /// How far along the edge it lies, 0 to 1.
    pub(super) fraction: f64,
    /// How far away it is, metres.
    pub(super) distance_m: f64,
}

impl Foot {
    /// Farther away than any foot.
    pub(super) const NONE: Self = Self {
        fraction: 0.0,
        distance_m: f64::INFINITY,
    };

    /// Drops a perpendicular from `at` to the segment from `start` to `end`.
    pub(super) fn of(at: LatLon, start: LatLon, end: LatLon) -> Self {
        Self::within(at, start, end, 0.0)
    }

    /// Finds the point whose distance, less the half-width there, is least.
    ///
    /// The half-width grows by `grows_m` from `start` to `end`. The first try takes the plane at
    /// `at`, the second the one halfway to the point that the first has found: within 5 km the
    /// distance is then off by millimetres.
    pub(super) fn within(at: LatLon, start: LatLon, end: LatLon, grows_m: f64) -> Self {
        let rough = Self::in_plane(Scale::around(at.lat()), at, start, end, grows_m);
        let nearest = start.towards(end, rough.fraction);
        Self::in_plane(Scale::between(at, nearest), at, start, end, grows_m)
    }

    fn in_plane(scale: Scale, at: LatLon, start: LatLon, end: LatLon, grows_m: f64) -> Self {
        let edge = scale.offset(start, end);
        let way = scale.offset(start, at);
        let fraction = fraction(edge, way, grows_m);
        let left = Offset {
            east: way.east - edge.east * fraction,
            north: way.north - edge.north * fraction,
        };
        Self {
            fraction,
            distance_m: left.length_m(),
        }
    }
}

/// Finds how far along an edge the point lies whose distance from the end of `way`, less the
/// half-width there, is least.
///
/// A half-width that grows by the sine of an angle for each metre moves it by the tangent of that
/// angle for each metre across. One that grows faster than the edge is long has all smaller discs
/// within the greatest.
fn fraction(edge: Offset, way: Offset, grows_m: f64) -> f64 {
    let squared = edge.dot(edge);
    let left = squared - grows_m * grows_m;
    if left <= 0.0 {
        return if 0.0 < grows_m { 1.0 } else { 0.0 };
    }
    let mut along = way.dot(edge) / squared;
    if grows_m != 0.0 {
        along += edge.cross(way).abs() / squared * grows_m / left.sqrt();
    }
    along.clamp(0.0, 1.0)
}

/// Measures the straight line in longitude and latitude between two places, metres.
pub(super) fn length_m(from: LatLon, to: LatLon) -> f64 {
    let straight = Scale::between(from, to).offset(from, to).length_m();
    let pieces = (straight / PIECE_M).ceil().max(1.0);
    let mut length = 0.0;
    let mut piece = 0.0;
    let mut start = from;
    while piece < pieces {
        piece += 1.0;
        let end = from.towards(to, piece / pieces);
        length += Scale::between(start, end).offset(start, end).length_m();
        start = end;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{geodesic_m, place};

    #[test]
    fn distances_agree_with_the_geodesic_from_38_to_47_degrees_north() {
        for lat in [38.0, 39.5, 41.0, 42.5, 44.0, 45.5, 47.0] {
            for bearing in [0.0, 30.0, 90.0, 135.0, 200.0, 270.0, 315.0] {
                for (distance, tolerance) in [
                    (1.0, 1e-6),
                    (100.0, 1e-5),
                    (5_000.0, 0.001),
                    (20_000.0, 0.05),
                    (100_000.0, 5.0),
                ] {
                    check(lat, bearing, distance, tolerance);
                }
            }
        }
    }

    fn check(lat: f64, bearing: f64, distance: f64, tolerance: f64) {
        use geo::{Destination, Geodesic, Point};
        let from = place(lat, 21.0);
        let there = Geodesic.destination(Point::new(21.0, lat), bearing, distance);
        let to = place(there.y(), there.x());
        for (way, measured) in [
            ("one plane", Foot::of(from, to, to).distance_m),
            ("in pieces", length_m(from, to)),
        ] {
            assert!(
                (measured - distance).abs() < tolerance,
                "{way}: {measured} m instead of {distance} m towards {bearing} at {lat}"
            );
        }
    }

    #[test]
    fn the_distance_to_an_edge_agrees_with_a_walk_along_it() {
        for lat in [38.0, 42.0, 47.0] {
            let (start, end) = (place(lat, 21.0), place(lat + 0.06, 21.14));
            for (north, east) in [
                (0.0, 0.0),
                (0.04, 0.05),
                (-0.01, 0.09),
                (0.07, 0.1),
                (-0.03, -0.03),
                (0.07, 0.15),
            ] {
                let at = place(lat + north, 21.0 + east);
                let walked = (0..=200_000)
                    .map(|step| geodesic_m(at, start.towards(end, f64::from(step) / 200_000.0)))
                    .fold(f64::INFINITY, f64::min);
                let measured = Foot::of(at, start, end).distance_m;
                assert!(
                    walked < 6_000.0,
                    "{walked} m is too far from the edge for this table"
                );
                assert!(
                    (measured - walked).abs() < 0.01,
                    "{measured} m instead of {walked} m at {lat}, {north} {east}"
                );
            }
        }
    }

    #[test]
    fn a_place_on_a_vertex_or_on_an_end_is_at_no_distance() {
        let (start, end) = (place(41.1, 22.3), place(41.2, 22.7));
        assert!(Foot::of(start, start, end).distance_m < 1e-9);
        assert!(Foot::of(end, start, end).distance_m < 1e-9);
        assert!(Foot::of(start, start, start).distance_m < 1e-9);
    }

    #[test]
    fn a_bearing_runs_clockwise_from_north() {
        for (east, north, bearing) in [
            (0.0, 1.0, 0.0),
            (1.0, 0.0, 90.0),
            (0.0, -1.0, 180.0),
            (-1.0, 0.0, 270.0),
        ] {
            let off = Offset { east, north }.bearing_deg() - bearing;
            assert!(off.abs() < 1e-9, "{off} degrees off at {bearing}");
        }
    }
}
