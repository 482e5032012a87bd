//! The way from one place to another on the ellipsoid, by Gauss's mid-latitude series.

use super::metric::{FLATTENING, Offset, SEMI_MAJOR_M, Scale};
use crate::units::LatLon;

/// The radius of curvature at the poles, metres.
const POLAR_RADIUS_M: f64 = SEMI_MAJOR_M / (1.0 - FLATTENING);

/// The square of the second eccentricity.
const ECCENTRICITY_SQUARED: f64 =
    FLATTENING * (2.0 - FLATTENING) / ((1.0 - FLATTENING) * (1.0 - FLATTENING));

/// Up to this angle, radians, its sine and cosine are those of their series.
const SMALL: f64 = 0.05;

/// The part of a term of the second order that counts.
const PART: f64 = 1.0 / 24.0;

/// What the terms of the series of sine and cosine are multiplied by.
const SINE: [f64; 3] = [1.0 / 6.0, 1.0 / 20.0, 1.0 / 42.0];
const COSINE: [f64; 3] = [1.0 / 2.0, 1.0 / 12.0, 1.0 / 30.0];

/// A latitude by its sine and cosine, from which those of latitudes nearby follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Latitude {
    sin: f64,
    cos: f64,
}

impl Latitude {
    /// Takes a latitude in degrees.
    pub(super) fn of(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { sin, cos }
    }

    /// Returns its tangent.
    pub(super) fn slope(self) -> f64 {
        self.sin / self.cos
    }

    /// Returns the latitude some degrees farther north.
    pub(super) fn moved(self, degrees: f64) -> Self {
        let (sin, cos) = sin_cos(degrees.to_radians());
        Self {
            sin: self.sin * cos + self.cos * sin,
            cos: self.cos * cos - self.sin * sin,
        }
    }

    /// Returns the metres per degree there, by the radii of curvature in the meridian and in the
    /// prime vertical.
    pub(super) fn scale(self) -> Scale {
        let stretch = 1.0 + ECCENTRICITY_SQUARED * self.cos * self.cos;
        let prime_vertical = POLAR_RADIUS_M / stretch.sqrt();
        Scale {
            north: (prime_vertical / stretch).to_radians(),
            east: (prime_vertical * self.cos).to_radians(),
        }
    }
}

/// Returns the way along the geodesic between two places, as it sets out from the first.
///
/// `middle` is the latitude halfway. Below 80 degrees of latitude the length is off by less than
/// 0.01 mm at 20 km and 3 mm at 100 km, the direction by less than a tenth of a microradian; at
/// thousands of kilometres both are rough.
///
/// Source: Jordan and Eggert, Handbuch der Vermessungskunde III, on mean latitudes.
pub(super) fn way(middle: Latitude, from: LatLon, to: LatLon) -> Offset {
    let straight = middle.scale().offset(from, to);
    let (sin2, cos2) = (middle.sin * middle.sin, middle.cos * middle.cos);
    let lon = (to.lon() - from.lon()).to_radians();
    let (lon2, lat2) = (lon * lon, (to.lat() - from.lat()).to_radians().powi(2));
    let flat = ECCENTRICITY_SQUARED * cos2;
    let lat2 = lat2 / ((1.0 + flat) * (1.0 + flat));

    let east = lat2 * (1.0 + flat - 9.0 * ECCENTRICITY_SQUARED * sin2) - lon2 * sin2;
    let north = lat2 * 3.0 * ECCENTRICITY_SQUARED * (cos2 - sin2)
        - lon2 * (2.0 * cos2 + 3.0 * sin2 + 2.0 * flat * cos2);
    let convergence =
        lat2 * (3.0 + 8.0 * flat + 5.0 * flat * flat) + 2.0 * lon2 * cos2 * (1.0 + flat);
    let in_the_middle = Offset {
        east: straight.east * (1.0 + east * PART),
        north: straight.north * (1.0 + north * PART),
    };
    let turn = lon * middle.sin * (1.0 + convergence * PART) / 2.0;
    let (sin, cos) = sin_cos(turn);
    Offset {
        east: in_the_middle.east * cos - in_the_middle.north * sin,
        north: in_the_middle.east * sin + in_the_middle.north * cos,
    }
}

/// Returns the sine and the cosine of an angle in radians, fast if it is small.
///
/// The terms of the series are multiplied by what is a constant: each division would take as long as
/// all the rest of a term.
fn sin_cos(angle: f64) -> (f64, f64) {
    if SMALL < angle.abs() {
        return angle.sin_cos();
    }
    let square = angle * angle;
    let series =
        |by: [f64; 3]| 1.0 - square * by[0] * (1.0 - square * by[1] * (1.0 - square * by[2]));
    (angle * series(SINE), series(COSINE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::corridor::sample::place;

    /// How far off a distance may be at most, and how far what a direction leads to, metres.
    const BOUNDS: [(f64, f64); 4] = [
        (5_000.0, 1e-6),
        (20_000.0, 1e-5),
        (50_000.0, 2e-4),
        (110_000.0, 0.006),
    ];

    proptest! {
        #[test]
        fn a_way_is_that_of_the_geodesic(
            lat in -80.0..80.0,
            bearing in 0.0..360.0,
            (most_m, off_m) in prop::sample::select(BOUNDS.as_slice()),
            share in 0.0..1.0,
        ) {
            use geo::{Destination, Geodesic, Point};
            let distance = most_m * share;
            let there = Geodesic.destination(Point::new(21.0, lat), bearing, distance);
            let (from, to) = (place(lat, 21.0), place(there.y(), there.x()));
            let middle = Latitude::of(lat).moved((to.lat() - lat) / 2.0);
            let way = way(middle, from, to);
            let length = way.length_m();
            prop_assert!((length - distance).abs() < off_m, "{length} m for {distance} m");
            let turn = (way.bearing_deg() - bearing + 540.0).rem_euclid(360.0) - 180.0;
            prop_assert!((turn.to_radians() * distance).abs() < off_m + 1e-6, "{turn} degrees");
        }
    }
}
