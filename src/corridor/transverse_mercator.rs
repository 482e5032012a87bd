//! The map projection under UTM: metres east of a meridian and north of the equator.
//!
//! Krüger's series to the sixth order in the third flattening: within 5 nm of the exact
//! projection up to 3,900 km from the meridian, far beyond any zone.
//!
//! Source: Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 85 (2011),
//! 475-485, equations 7 to 14 and 35.

use super::metric::{FLATTENING, SEMI_MAJOR_M};

/// How much smaller than the ellipsoid UTM draws its central meridian.
///
/// Source: NGA.STND.0037, Universal Grids and Grid Reference Systems, section 7.
const CENTRAL_SCALE: f64 = 0.9996;

/// The third flattening of the ellipsoid.
const THIRD: f64 = FLATTENING / (2.0 - FLATTENING);

/// The radius of the sphere whose meridians are as long as those of the ellipsoid, metres.
const RECTIFYING_M: f64 =
    SEMI_MAJOR_M / (1.0 + THIRD) * powers([1.0, 0.0, 1.0 / 4.0, 0.0, 1.0 / 64.0, 0.0, 1.0 / 256.0]);

/// The coefficients of the series, the one of the double angle first.
const SERIES: [f64; 6] = [
    powers([
        0.0,
        1.0 / 2.0,
        -2.0 / 3.0,
        5.0 / 16.0,
        41.0 / 180.0,
        -127.0 / 288.0,
        7_891.0 / 37_800.0,
    ]),
    powers([
        0.0,
        0.0,
        13.0 / 48.0,
        -3.0 / 5.0,
        557.0 / 1_440.0,
        281.0 / 630.0,
        -1_983_433.0 / 1_935_360.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        61.0 / 240.0,
        -103.0 / 140.0,
        15_061.0 / 26_880.0,
        167_603.0 / 181_440.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        0.0,
        49_561.0 / 161_280.0,
        -179.0 / 168.0,
        6_601_661.0 / 7_257_600.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        34_729.0 / 80_640.0,
        -3_418_889.0 / 1_995_840.0,
    ]),
    powers([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 212_378_941.0 / 319_334_400.0]),
];

/// Sums up powers of the third flattening, the lowest first.
const fn powers(factors: [f64; 7]) -> f64 {
    let mut sum = 0.0;
    let mut power = factors.len();
    while 0 < power {
        power -= 1;
        sum = sum * THIRD + factors[power];
    }
    sum
}

/// Metres on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MapPoint {
    /// Metres east of the central meridian.
    pub(super) east: f64,
    /// Metres north of the equator.
    pub(super) north: f64,
}

/// Projects a place at `lat`, `off_meridian` degrees east of the central meridian.
///
/// The latitude lies within -90 to 90, the longitude within -90 to 90 of the meridian.
pub(super) fn project(lat: f64, off_meridian: f64) -> MapPoint {
    // Done in the quadrant of north-east, so that what mirrors on Earth mirrors on the map.
    let conformal = conformal_tangent(lat.abs());
    let (sin, cos) = sin_cos_degrees(off_meridian.abs());
    let sphere = Complex {
        re: conformal.atan2(cos),
        im: (sin / conformal.hypot(cos)).asinh(),
    };
    let rectified = sphere.plus(series(sphere));
    let radius = RECTIFYING_M * CENTRAL_SCALE;
    MapPoint {
        east: (radius * rectified.im).copysign(off_meridian),
        north: (radius * rectified.re).copysign(lat),
    }
}

/// Returns the tangent of the conformal latitude.
fn conformal_tangent(lat: f64) -> f64 {
    let eccentricity = (FLATTENING * (2.0 - FLATTENING)).sqrt();
    let (sin, cos) = sin_cos_degrees(lat);
    let tangent = sin / cos;
    if tangent.is_infinite() {
        return tangent;
    }
    let secant = tangent.hypot(1.0);
    let sigma = (eccentricity * (eccentricity * tangent / secant).atanh()).sinh();
    sigma.hypot(1.0) * tangent - sigma * secant
}

/// Sums the series of the sines of even multiples of `angle` by Clenshaw's recurrence.
fn series(angle: Complex) -> Complex {
    let (sin, cos) = (2.0 * angle.re).sin_cos();
    let (sinh, cosh) = ((2.0 * angle.im).sinh(), (2.0 * angle.im).cosh());
    let twice_cosine = Complex {
        re: 2.0 * cos * cosh,
        im: -2.0 * sin * sinh,
    };
    let sine_of_double = Complex {
        re: sin * cosh,
        im: cos * sinh,
    };
    let (mut sum, mut before) = (Complex::ZERO, Complex::ZERO);
    for factor in SERIES.into_iter().rev() {
        let next = twice_cosine.times(sum).minus(before);
        (sum, before) = (
            next.plus(Complex {
                re: factor,
                im: 0.0,
            }),
            sum,
        );
    }
    sine_of_double.times(sum)
}

/// Returns sine and cosine of an angle within 0 to 90 degrees, exact at both ends.
fn sin_cos_degrees(degrees: f64) -> (f64, f64) {
    if degrees <= 45.0 {
        degrees.to_radians().sin_cos()
    } else {
        let (cos, sin) = (90.0 - degrees).to_radians().sin_cos();
        (sin, cos)
    }
}

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const ZERO: Self = Self { re: 0.0, im: 0.0 };

    fn plus(self, other: Self) -> Self {
        Self {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            re: self.re - other.re,
            im: self.im - other.im,
        }
    }

    fn times(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}
