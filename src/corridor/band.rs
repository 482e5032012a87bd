//! The heights at which a corridor counts, and how a height lies to them.

use std::fmt;

use thiserror::Error;

use crate::track::Heights;

/// What a height is measured from; heights of two datums do not compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datum {
    /// Mean sea level.
    Msl,
    /// The WGS-84 ellipsoid.
    Ellipsoid,
    /// The place where the vehicle took off.
    Home,
    /// The ground below.
    Ground,
}

impl Datum {
    /// Every datum, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::Msl, Self::Ellipsoid, Self::Home, Self::Ground];

    /// Returns the word that stands for it in files and alerts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Msl => "msl",
            Self::Ellipsoid => "ellipsoid",
            Self::Home => "home",
            Self::Ground => "ground",
        }
    }

    /// Finds the height above this datum among those of a fix, metres.
    fn of(self, heights: &Heights) -> Option<f64> {
        match self {
            Self::Msl => heights.msl_m,
            Self::Ellipsoid => heights.ellipsoid_m,
            Self::Home => heights.above_home_m,
            Self::Ground => heights.above_ground_m,
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A span of heights above one datum, open at one end at the most.
///
/// Its bounds are finite, and the lower one lies below the upper one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    datum: Datum,
    min_m: Option<f64>,
    max_m: Option<f64>,
}

/// What can be wrong with a band.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum BandFault {
    /// Heights without a datum.
    #[error("altitude_datum is missing: a height means nothing without one")]
    DatumMissing,
    /// A datum without heights.
    #[error("altitude_datum stands alone: it needs altitude_min_m, altitude_max_m or both")]
    Unbounded,
    /// A band that holds no height.
    #[error("altitude_max_m is {max_m}: it must be more than altitude_min_m, which is {min_m}")]
    Empty {
        /// The lower bound, metres.
        min_m: f64,
        /// The upper bound, metres.
        max_m: f64,
    },
}

/// How a height lies to a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// The signed distance to the nearest bound, metres: negative within, 0 on a bound.
    Compared {
        /// The distance.
        edge_m: f64,
        /// Whether the upper bound is the nearest one.
        is_upper: bool,
    },
    /// The fix has no height above the datum of the band.
    NotCompared,
}

impl Band {
    /// Checks a span of heights above `datum`, metres.
    ///
    /// # Errors
    ///
    /// Refuses a band without bounds and one that holds no height.
    pub fn new(datum: Datum, min_m: Option<f64>, max_m: Option<f64>) -> Result<Self, BandFault> {
        match (min_m, max_m) {
            (None, None) => Err(BandFault::Unbounded),
            (Some(min_m), Some(max_m)) if max_m <= min_m => Err(BandFault::Empty { min_m, max_m }),
            (_, _) => Ok(Self {
                datum,
                min_m,
                max_m,
            }),
        }
    }

    /// Returns what its heights are measured from.
    #[must_use]
    pub const fn datum(&self) -> Datum {
        self.datum
    }

    /// Returns the least height, metres, if there is one.
    #[must_use]
    pub const fn min_m(&self) -> Option<f64> {
        self.min_m
    }

    /// Returns the greatest height, metres, if there is one.
    #[must_use]
    pub const fn max_m(&self) -> Option<f64> {
        self.max_m
    }

    /// Says how far inside one can get, metres; infinite if it is open at one end.
    #[must_use]
    pub fn depth_m(&self) -> f64 {
        match (self.min_m, self.max_m) {
            (Some(min_m), Some(max_m)) => (max_m - min_m) / 2.0,
            (_, _) => f64::INFINITY,
        }
    }

    /// Compares the height of a fix that has the datum of the band; no other one will do.
    #[must_use]
    pub fn level(&self, heights: &Heights) -> Level {
        let Some(height_m) = self.datum.of(heights) else {
            return Level::NotCompared;
        };
        let below_m = self
            .min_m
            .map_or(f64::NEG_INFINITY, |min_m| min_m - height_m);
        let above_m = self
            .max_m
            .map_or(f64::NEG_INFINITY, |max_m| height_m - max_m);
        Level::Compared {
            edge_m: below_m.max(above_m),
            is_upper: below_m < above_m,
        }
    }
}

impl fmt::Display for Band {
    /// Writes `120 to 600 m msl`, `up to 600 m msl`, `from 120 m msl`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let datum = self.datum;
        match (self.min_m, self.max_m) {
            (Some(min_m), Some(max_m)) => write!(f, "{min_m} to {max_m} m {datum}"),
            (None, Some(max_m)) => write!(f, "up to {max_m} m {datum}"),
            (Some(min_m), None) => write!(f, "from {min_m} m {datum}"),
            (None, None) => write!(f, "any height {datum}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_height_is_compared_with_the_nearest_bound_of_its_datum() {
        let msl = |msl_m| Heights {
            msl_m: Some(msl_m),
            above_home_m: Some(300.0),
            ..Heights::default()
        };
        let both = Band::new(Datum::Msl, Some(200.0), Some(600.0)).unwrap();
        check(both, msl(150.0), Some((50.0, false)), "below");
        check(both, msl(200.0), Some((0.0, false)), "on the lower bound");
        check(
            both,
            msl(250.0),
            Some((-50.0, false)),
            "within, nearer to the floor",
        );
        check(
            both,
            msl(590.0),
            Some((-10.0, true)),
            "within, nearer to the ceiling",
        );
        check(both, msl(700.0), Some((100.0, true)), "above");
        let ceiling = Band::new(Datum::Msl, None, Some(600.0)).unwrap();
        check(ceiling, msl(-20.0), Some((-620.0, true)), "below a ceiling");
        let floor = Band::new(Datum::Msl, Some(200.0), None).unwrap();
        check(
            floor,
            msl(9_000.0),
            Some((-8_800.0, false)),
            "above a floor",
        );
        let ellipsoid = Band::new(Datum::Ellipsoid, Some(200.0), Some(600.0)).unwrap();
        check(
            ellipsoid,
            msl(400.0),
            None,
            "another datum does not compare",
        );
        let home = Band::new(Datum::Home, Some(200.0), Some(600.0)).unwrap();
        check(
            home,
            msl(9_000.0),
            Some((-100.0, false)),
            "each datum has its height",
        );
        let ground = Band::new(Datum::Ground, Some(0.0), Some(600.0)).unwrap();
        check(ground, msl(400.0), None, "nobody knows the ground");
    }

    fn check(band: Band, heights: Heights, expected: Option<(f64, bool)>, what: &str) {
        let expected = expected.map_or(Level::NotCompared, |(edge_m, is_upper)| Level::Compared {
            edge_m,
            is_upper,
        });
        assert_eq!(band.level(&heights), expected, "{what}");
    }

    #[test]
    fn a_band_without_a_height_in_it_is_none() {
        let refused = |min_m, max_m| Band::new(Datum::Msl, min_m, max_m).unwrap_err().to_string();
        assert_eq!(
            refused(Some(600.0), Some(600.0)),
            "altitude_max_m is 600: it must be more than altitude_min_m, which is 600"
        );
        assert_eq!(
            refused(None, None),
            "altitude_datum stands alone: it needs altitude_min_m, altitude_max_m or both"
        );
    }

    #[test]
    fn a_band_is_told_in_words() {
        let told = |min_m, max_m| Band::new(Datum::Home, min_m, max_m).unwrap().to_string();
        assert_eq!(told(Some(120.0), Some(600.5)), "120 to 600.5 m home");
        assert_eq!(told(None, Some(600.0)), "up to 600 m home");
        assert_eq!(told(Some(120.0), None), "from 120 m home");
    }
}
