//! Local metres: the plane that fits the WGS-84 ellipsoid around one latitude.

use super::geodesic::{Latitude, way};
use crate::units::LatLon;

/// The semi-major axis of the ellipsoid, metres.
///
/// Source: NGA.STND.0036, World Geodetic System 1984, table 3.1.
pub(super) const SEMI_MAJOR_M: f64 = 6_378_137.0;

/// The flattening of the ellipsoid, from the same table.
pub(super) const FLATTENING: f64 = 1.0 / 298.257_223_563;

/// The longest piece that is measured in one plane, metres.
const PIECE_M: f64 = 10_000.0;

/// By how much a foot may move in the plane that touches the ellipsoid there, metres.
///
/// The edge, straight in longitude and latitude, leaves that plane's straight line by a fraction of
/// a millimetre.
const SETTLED_M: f64 = 50.0;

/// How often a foot is looked for at most; within 100 km it settles at the second time.
const TRIES: u8 = 4;

/// How often two thirds of a segment are kept in a search: down to a millionth of it.
const SEARCHES: u8 = 35;

/// Metres per degree towards north and towards east around one latitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) north: f64,
    pub(super) east: f64,
}

impl Scale {
    /// Takes the plane that touches the ellipsoid at `lat`, in degrees.
    pub(super) fn around(lat: f64) -> Self {
        Latitude::of(lat).scale()
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Offset {
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Offset {
    /// Goes a metre in a direction, degrees clockwise from north.
    pub(super) fn towards(bearing_deg: f64) -> Self {
        let (east, north) = bearing_deg.to_radians().sin_cos();
        Self { east, north }
    }

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

    /// Returns a multiple.
    fn times(self, factor: f64) -> Self {
        Self {
            east: self.east * factor,
            north: self.north * factor,
        }
    }

    /// Returns the sum.
    fn plus(self, other: Self) -> Self {
        Self {
            east: self.east + other.east,
            north: self.north + other.north,
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

/// The point of a segment that a place is measured from, in the plane that touches the ellipsoid
/// there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Foot {
    /// How far along the edge it lies, 0 to 1.
    pub(super) fraction: f64,
    /// The way from it to the place.
    pub(super) way: Offset,
    /// The way along the whole edge.
    pub(super) edge: Offset,
    /// How far away it is, metres: the length of the way.
    pub(super) distance_m: f64,
}

impl Foot {
    fn new(fraction: f64, way: Offset, edge: Offset) -> Self {
        Self {
            fraction,
            way,
            edge,
            distance_m: way.length_m(),
        }
    }
}

/// A place that is measured from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vantage {
    at: LatLon,
    latitude: Latitude,
    scale: Scale,
}

impl Vantage {
    /// Prepares to measure from `at`.
    pub(super) fn new(at: LatLon) -> Self {
        let latitude = Latitude::of(at.lat());
        Self {
            at,
            latitude,
            scale: latitude.scale(),
        }
    }

    /// Returns the place.
    pub(super) const fn at(&self) -> LatLon {
        self.at
    }

    /// Returns the plane at the place.
    pub(super) const fn scale(&self) -> Scale {
        self.scale
    }

    /// Returns the plane at a latitude, in degrees, as [`Scale::around`] does, from the one that is
    /// known: nearby that takes no sine.
    pub(super) fn scale_at(&self, lat: f64) -> Scale {
        self.latitude.moved(lat - self.at.lat()).scale()
    }

    /// Measures the straight line between two places as [`length_m`] does.
    pub(super) fn length_m(&self, from: LatLon, to: LatLon) -> f64 {
        length_in_pieces(from, to, |lat| self.scale_at(lat))
    }

    /// Returns the tangent of the latitude.
    pub(super) fn slope(&self) -> f64 {
        self.latitude.slope()
    }

    /// Finds the point of a segment whose distance, less the half-width there, is least.
    ///
    /// The half-width grows by `grows_m` from `start` to `end`; of a segment of one width it is the
    /// nearest point.
    ///
    /// The first try takes the plane at the place, the next the one that touches the ellipsoid at
    /// the point found, in which the place lies where the geodesic leads. Up to 5 km from the edge
    /// of a strip of any width the distance is then off by less than a millimetre, and up to 20 km
    /// from a segment the point by less than a metre.
    pub(super) fn foot(&self, start: LatLon, end: LatLon, grows_m: f64) -> Foot {
        let flat = |to| self.scale.offset(start, to);
        let mut tried = fraction(flat(end), flat(self.at), grows_m);
        for _ in 0..TRIES {
            let (foot, moved_m) = self.settled(tried, start, end, grows_m);
            if moved_m < SETTLED_M {
                return foot;
            }
            tried = foot.fraction;
        }
        self.search(start, end, grows_m)
    }

    /// Finds the foot in the plane at a point that was tried; tells by how far it is off, metres.
    fn settled(&self, tried: f64, start: LatLon, end: LatLon, grows_m: f64) -> (Foot, f64) {
        let near = start.towards(end, tried);
        let way = self.way_from(near);
        let edge = self.scale_at(near.lat()).offset(start, end);
        let fraction = fraction(edge, edge.times(tried).plus(way), grows_m);
        let along = edge.times(tried - fraction);
        (Foot::new(fraction, along.plus(way), edge), along.length_m())
    }

    /// Searches all of a segment whose half-width grows about as fast as it is long: its discs
    /// touch from within nearly everywhere, and how the Earth curves decides.
    fn search(&self, start: LatLon, end: LatLon, grows_m: f64) -> Foot {
        let foot = |fraction| {
            let near = start.towards(end, fraction);
            let edge = self.scale_at(near.lat()).offset(start, end);
            Foot::new(fraction, self.way_from(near), edge)
        };
        let edge_m = |foot: &Foot| foot.distance_m - grows_m * foot.fraction;
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..SEARCHES {
            let third = (high - low) / 3.0;
            if edge_m(&foot(low + third)) < edge_m(&foot(high - third)) {
                high -= third;
            } else {
                low += third;
            }
        }
        let mut found = foot(f64::midpoint(low, high));
        for end in [foot(0.0), foot(1.0)] {
            if edge_m(&end) < edge_m(&found) {
                found = end;
            }
        }
        found
    }

    fn way_from(&self, near: LatLon) -> Offset {
        let north = near.lat() - self.at.lat();
        way(self.latitude.moved(north / 2.0), near, self.at)
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
    length_in_pieces(from, to, Scale::around)
}

fn length_in_pieces(from: LatLon, to: LatLon, plane: impl Fn(f64) -> Scale) -> f64 {
    let in_one = |from: LatLon, to: LatLon| {
        let middle = f64::midpoint(from.lat(), to.lat());
        plane(middle).offset(from, to).length_m()
    };
    let straight = in_one(from, to);
    if straight <= PIECE_M {
        return straight;
    }
    let pieces = (straight / PIECE_M).ceil();
    let mut length = 0.0;
    let mut piece = 0.0;
    let mut start = from;
    while piece < pieces {
        piece += 1.0;
        let end = from.towards(to, piece / pieces);
        length += in_one(start, end);
        start = end;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::place;

    #[test]
    fn distances_agree_with_the_geodesic_from_38_to_47_degrees_north() {
        for lat in [38.0, 39.5, 41.0, 42.5, 44.0, 45.5, 47.0] {
            for bearing in [0.0, 30.0, 90.0, 135.0, 200.0, 270.0, 315.0] {
                for (distance, tolerance) in [
                    (1.0, 1e-6),
                    (100.0, 1e-6),
                    (5_000.0, 1e-6),
                    (20_000.0, 1e-5),
                    (100_000.0, 0.005),
                ] {
                    check(lat, bearing, distance, tolerance);
                }
            }
        }
    }

    fn measured_m(from: LatLon, start: LatLon, end: LatLon) -> f64 {
        Vantage::new(from).foot(start, end, 0.0).distance_m
    }

    fn check(lat: f64, bearing: f64, distance: f64, tolerance: f64) {
        use geo::{Destination, Geodesic, Point};
        let from = place(lat, 21.0);
        let there = Geodesic.destination(Point::new(21.0, lat), bearing, distance);
        let to = place(there.y(), there.x());
        let measured = measured_m(from, to, to);
        assert!(
            (measured - distance).abs() < tolerance,
            "{measured} m instead of {distance} m towards {bearing} at {lat}"
        );
    }

    #[test]
    fn a_place_on_a_vertex_or_on_an_end_is_at_no_distance() {
        let (start, end) = (place(41.1, 22.3), place(41.2, 22.7));
        assert!(measured_m(start, start, end) < 1e-9);
        assert!(measured_m(end, start, end) < 1e-9);
        assert!(measured_m(start, start, start) < 1e-9);
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
