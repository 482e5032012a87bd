//! Places on the WGS-84 ellipsoid and the metres between near ones.
//!
//! Pure, and good to a millimetre over the kilometre that one step spans here: a
//! degree is measured by the two radii of curvature at the latitude between.

use thiserror::Error;

/// The semi-major axis of WGS-84, metres.
const EQUATOR_M: f64 = 6_378_137.0;
/// The first eccentricity of WGS-84, squared.
const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_141_316e-3;
/// Beyond this latitude a degree of longitude is too short to steer by.
const LATITUDE_DEG_MAX: f64 = 85.0;

/// A place on the ellipsoid, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Latitude, north positive.
    pub lat_deg: f64,
    /// Longitude, east positive.
    pub lon_deg: f64,
}

/// A pair of numbers that no vehicle flies at.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error(
    "latitude {lat_deg}, longitude {lon_deg} is outside 85 south to 85 north, 180 west to 180 east"
)]
pub struct NotAPlace {
    lat_deg: f64,
    lon_deg: f64,
}

/// A step on the ground, in metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// Towards north.
    pub north_m: f64,
    /// Towards east.
    pub east_m: f64,
}

impl Place {
    /// Checks a latitude and a longitude in degrees.
    ///
    /// # Errors
    ///
    /// Refuses what is no number, beyond 180 degrees of longitude, or nearer to a pole
    /// than 5 degrees.
    pub fn new(lat_deg: f64, lon_deg: f64) -> Result<Self, NotAPlace> {
        if lat_deg.abs() <= LATITUDE_DEG_MAX && lon_deg.abs() <= 180.0 {
            Ok(Self { lat_deg, lon_deg })
        } else {
            Err(NotAPlace { lat_deg, lon_deg })
        }
    }

    /// Returns the step that leads to `other`, which lies within a few kilometres.
    #[must_use]
    pub fn step_to(self, other: Self) -> Step {
        let (north, east) = metres_per_degree(f64::midpoint(self.lat_deg, other.lat_deg));
        Step {
            north_m: (other.lat_deg - self.lat_deg) * north,
            east_m: (other.lon_deg - self.lon_deg) * east,
        }
    }

    /// Returns the place that `step`, of a few kilometres at most, leads to.
    #[must_use]
    pub fn after(self, step: Step) -> Self {
        let (north, _) = metres_per_degree(self.lat_deg);
        let near = self.lat_deg + step.north_m / north / 2.0;
        let (north, east) = metres_per_degree(near);
        Self {
            lat_deg: self.lat_deg + step.north_m / north,
            lon_deg: self.lon_deg + step.east_m / east,
        }
    }

    /// Returns the place `fraction` of the way to `other`, straight in longitude and latitude.
    ///
    /// The line is the one that RFC 7946 section 3.1.1 means.
    #[must_use]
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        Self {
            lat_deg: self.lat_deg + (other.lat_deg - self.lat_deg) * fraction,
            lon_deg: self.lon_deg + (other.lon_deg - self.lon_deg) * fraction,
        }
    }
}

impl Step {
    /// Returns the length of the step, metres.
    #[must_use]
    pub fn length_m(self) -> f64 {
        self.north_m.hypot(self.east_m)
    }

    /// Returns the direction of the step, degrees clockwise from north, 0 to 360.
    #[must_use]
    pub fn course_deg(self) -> f64 {
        self.east_m
            .atan2(self.north_m)
            .to_degrees()
            .rem_euclid(360.0)
    }

    /// Returns the step this many times.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            north_m: self.north_m * factor,
            east_m: self.east_m * factor,
        }
    }

    /// Returns the step of `length_m` to the right of this one, or none for a step that leads nowhere.
    #[must_use]
    pub fn right(self, length_m: f64) -> Option<Self> {
        let own_m = self.length_m();
        (0.0 < own_m).then(|| Self {
            north_m: -self.east_m / own_m * length_m,
            east_m: self.north_m / own_m * length_m,
        })
    }
}

/// Measures one degree of latitude and one of longitude at a latitude, metres.
fn metres_per_degree(lat_deg: f64) -> (f64, f64) {
    let (sin, cos) = lat_deg.to_radians().sin_cos();
    let w_squared = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let w = w_squared.sqrt();
    let meridian_m = EQUATOR_M * (1.0 - ECCENTRICITY_SQUARED) / (w_squared * w);
    let parallel_m = EQUATOR_M / w * cos;
    (meridian_m.to_radians(), parallel_m.to_radians())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_is_as_long_as_the_tables_say() {
        check(0.0, 110_574.3, 111_319.5);
        check(42.0, 111_073.3, 82_850.8);
        check(60.0, 111_412.3, 55_800.0);
    }

    #[test]
    fn a_step_leads_there_and_back() {
        let from = Place::new(41.7, 21.8).unwrap();
        let step = Step {
            north_m: 1_200.0,
            east_m: -700.0,
        };
        let back = from.step_to(from.after(step));
        assert!((back.north_m - step.north_m).abs() < 1e-3, "{back:?}");
        assert!((back.east_m - step.east_m).abs() < 1e-3, "{back:?}");
    }

    #[test]
    fn right_of_north_is_east() {
        let north = Step {
            north_m: 5.0,
            east_m: 0.0,
        };
        assert_eq!(
            north.right(2.0),
            Some(Step {
                north_m: 0.0,
                east_m: 2.0
            })
        );
        assert_eq!(Step::default().right(2.0), None);
        assert!((north.right(2.0).unwrap().course_deg() - 90.0).abs() < 1e-9);
    }

    #[test]
    fn poles_and_no_numbers_are_no_places() {
        for (lat, lon) in [
            (89.0, 0.0),
            (0.0, 181.0),
            (f64::NAN, 0.0),
            (0.0, f64::INFINITY),
        ] {
            assert!(Place::new(lat, lon).is_err(), "{lat} {lon}");
        }
    }

    #[track_caller]
    fn check(lat_deg: f64, north_m: f64, east_m: f64) {
        let (north, east) = metres_per_degree(lat_deg);
        assert!((north - north_m).abs() < 0.1, "{north} is not {north_m}");
        assert!((east - east_m).abs() < 0.1, "{east} is not {east_m}");
    }
}
