//! Quantities with their unit and their bounds: lengths, positions, instants, heights.
//!
//! Pure. What cannot be compared has different types: a [`Monotonic`] instant is
//! not a [`Utc`] one, and a height above the sea is not a height above home.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A length on or above the ground, in metres.
///
/// Finite and never negative, so comparing two lengths needs no NaN case and a
/// corridor half-width cannot turn a corridor inside out.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Metres(f64);

/// A number that is no length: negative, infinite or NaN.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("{value} is not a length: it must be finite and not negative")]
pub struct NotALength {
    value: f64,
}

impl Metres {
    /// No length at all.
    pub const ZERO: Self = Self(0.0);

    /// Checks `value`, which is already in metres.
    ///
    /// # Errors
    ///
    /// Refuses negative, infinite and NaN values.
    pub fn new(value: f64) -> Result<Self, NotALength> {
        if value.is_finite() && 0.0 <= value {
            Ok(Self(value))
        } else {
            Err(NotALength { value })
        }
    }

    /// Converts whole millimetres, the unit of `GPS_RAW_INT.h_acc`.
    #[must_use]
    pub fn from_millimetres(millimetres: u32) -> Self {
        Self(f64::from(millimetres) / 1000.0)
    }

    /// Returns the number of metres.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Returns the shorter of two lengths.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// Returns the longer of two lengths.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }
}

impl TryFrom<f64> for Metres {
    type Error = NotALength;

    fn try_from(value: f64) -> Result<Self, NotALength> {
        Self::new(value)
    }
}

impl From<Metres> for f64 {
    fn from(length: Metres) -> Self {
        length.0
    }
}

/// A place on the WGS-84 ellipsoid, in degrees.
///
/// The latitude lies in -90 to 90 and the longitude in -180 to 180.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatLon {
    lat: f64,
    lon: f64,
}

/// The mean radius of the WGS-84 ellipsoid, (2a + b) / 3, metres.
const MEAN_RADIUS_M: f64 = 6_371_008.8;

/// A pair of numbers that is no place on Earth.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum NotAPlace {
    /// The latitude is outside -90 to 90 degrees, or no number.
    #[error("latitude {0} is outside -90 to 90")]
    Latitude(f64),
    /// The longitude is outside -180 to 180 degrees, or no number.
    #[error("longitude {0} is outside -180 to 180")]
    Longitude(f64),
}

impl LatLon {
    /// Checks a latitude and a longitude in degrees.
    ///
    /// # Errors
    ///
    /// Names the axis that is out of range or no number.
    pub fn new(lat: f64, lon: f64) -> Result<Self, NotAPlace> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(NotAPlace::Latitude(lat));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(NotAPlace::Longitude(lon));
        }
        Ok(Self { lat, lon })
    }

    /// Converts degrees times 1e7, the unit of MAVLink's `lat` and `lon`.
    ///
    /// # Errors
    ///
    /// Names the axis that is out of range.
    pub fn from_deg_e7(lat: i32, lon: i32) -> Result<Self, NotAPlace> {
        Self::new(f64::from(lat) / 1e7, f64::from(lon) / 1e7)
    }

    /// Returns the latitude in degrees, north positive.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Returns the longitude in degrees, east positive.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Returns the distance to `other` in metres, for plausibility.
    ///
    /// Haversine on the mean sphere: within 0.6 % of the geodesic. Distances to corridor
    /// edges are exact and come from the corridor room.
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        let half_lat = (other.lat - self.lat).to_radians() / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let cosines = self.lat.to_radians().cos() * other.lat.to_radians().cos();
        let chord = half_lat.sin().powi(2) + cosines * half_lon.sin().powi(2);
        2.0 * MEAN_RADIUS_M * chord.sqrt().min(1.0).asin()
    }

    /// Returns the length of a step to `other` in metres, for adding steps up.
    ///
    /// On the mean sphere, flattened at the latitude halfway: what [`Self::distance_m`] says, within a
    /// hundred-thousandth up to 50 km, in a fraction of the time. Steps do not cross the antimeridian.
    #[must_use]
    pub fn step_m(self, other: Self) -> f64 {
        let halfway = f64::midpoint(self.lat, other.lat).to_radians();
        let north = (other.lat - self.lat).to_radians();
        let east = (other.lon - self.lon).to_radians() * halfway.cos();
        MEAN_RADIUS_M * (north * north + east * east).sqrt()
    }

    /// Returns the place `fraction` of the way to `other`, straight in longitude and latitude.
    ///
    /// The line is the one that RFC 7946 section 3.1.1 means; `fraction` is held within 0 to 1.
    #[must_use]
    pub fn towards(self, other: Self, fraction: f64) -> Self {
        let fraction = fraction.clamp(0.0, 1.0);
        Self {
            lat: self.lat + (other.lat - self.lat) * fraction,
            lon: self.lon + (other.lon - self.lon) * fraction,
        }
    }
}

impl fmt::Display for LatLon {
    /// Writes `41.123456 N 22.123456 E`, the order in which officers read coordinates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let north = if self.lat < 0.0 { 'S' } else { 'N' };
        let east = if self.lon < 0.0 { 'W' } else { 'E' };
        write!(
            f,
            "{:.6} {north} {:.6} {east}",
            self.lat.abs(),
            self.lon.abs()
        )
    }
}

/// An instant on a clock that never goes back, in microseconds since some start.
///
/// Two values compare only if they come from the same clock: the host's since the
/// daemon started, or a recording's since its first record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(u64);

impl Monotonic {
    /// Wraps microseconds since the clock's start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since the clock's start.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns the time since `earlier`, or zero if `earlier` is the later one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Returns the instant that is so much later.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        let micros = u64::try_from(later.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// An instant of civil time, in microseconds since the Unix epoch, UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Utc(i64);

/// A text that is no RFC 3339 time.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("`{text}` is not an RFC 3339 time: {reason}")]
pub struct NotATime {
    text: String,
    reason: String,
}

impl Utc {
    /// Wraps microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Returns the time since `earlier`, or zero if `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the instant `span` later.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// Returns the instant `span` earlier.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl fmt::Display for Utc {
    /// Writes RFC 3339 with milliseconds, `2026-05-01T10:00:00.123Z`.
    ///
    /// An instant that no calendar holds is written as the nearest one that it does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.div_euclid(1000);
        let nearest = if millis < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        let stamp = jiff::Timestamp::from_millisecond(millis).unwrap_or(nearest);
        write!(f, "{stamp:.3}")
    }
}

impl From<Utc> for String {
    fn from(time: Utc) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Utc {
    type Error = NotATime;

    fn try_from(text: String) -> Result<Self, NotATime> {
        match text.parse::<jiff::Timestamp>() {
            Ok(stamp) => Ok(Self(stamp.as_microsecond())),
            Err(error) => Err(NotATime {
                reason: error.to_string(),
                text,
            }),
        }
    }
}

/// The same instant on both clocks, read together.
///
/// Rules measure spans on `monotonic`; `utc` only stamps what leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The clock that never goes back.
    pub monotonic: Monotonic,
    /// Civil time.
    pub utc: Utc,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_finite_and_not_negative() {
        for bad in [-0.001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Metres::new(bad).is_err(), "{bad} is refused");
        }
        assert_eq!(Metres::new(12.5).map(Metres::get), Ok(12.5));
        assert_eq!(Metres::from_millimetres(1_500), Metres::new(1.5).unwrap());
    }

    #[test]
    fn a_place_names_the_axis_that_is_wrong() {
        assert_eq!(LatLon::new(90.1, 0.0), Err(NotAPlace::Latitude(90.1)));
        assert_eq!(LatLon::new(0.0, -180.5), Err(NotAPlace::Longitude(-180.5)));
        assert!(matches!(
            LatLon::new(f64::NAN, 0.0),
            Err(NotAPlace::Latitude(_))
        ));
        assert_eq!(
            LatLon::from_deg_e7(411_234_567, -225_000_000).map(|at| at.to_string()),
            Ok("41.123457 N 22.500000 W".to_owned())
        );
    }

    #[test]
    fn a_degree_of_latitude_is_about_111_km() {
        let place = |lat, lon| LatLon::new(lat, lon).unwrap();
        let north = place(41.0, 22.0).distance_m(place(42.0, 22.0));
        assert!((north - 111_195.0).abs() < 1.0, "{north}");
        let east = place(60.0, 22.0).distance_m(place(60.0, 23.0));
        assert!((east - 55_597.0).abs() < 5.0, "{east}");
    }

    #[test]
    fn utc_is_written_with_milliseconds_and_read_back() {
        let time = Utc::from_micros(1_436_056_070_401_916);
        assert_eq!(time.to_string(), "2015-07-05T00:27:50.401Z");
        assert_eq!(
            Utc::try_from("2015-07-05T00:27:50.401Z".to_owned()),
            Ok(Utc::from_micros(1_436_056_070_401_000))
        );
        assert!(Utc::try_from("yesterday".to_owned()).is_err());
    }

    #[test]
    fn spans_never_turn_negative() {
        let (early, late) = (Utc::from_micros(5), Utc::from_micros(7));
        assert_eq!(late.since(early), Duration::from_micros(2));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.after(Duration::from_micros(2)), late);
        assert_eq!(late.before(Duration::from_micros(2)), early);
        let (early, late) = (Monotonic::from_micros(5), Monotonic::from_micros(7));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::from_micros(2));
    }
}
