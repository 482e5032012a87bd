//! The map projection under UTM: metres east of a meridian and north of the equator.
//!
//! Krüger's series to the sixth order in the third flattening: within 5 nm of the exact
//! projection up to 3,900 km from the meridian, far beyond any zone.
//!
//! Source: Karney, Transverse Mercator with an accuracy of a few nanometers, J. Geodesy 85 (2011),
//! 475-485, equations 7 to 14 and 35; back from the map 15 to 21 and 36.

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

/// The coefficients of the series onto the map, the one of the double angle first.
const ONTO_MAP: [f64; 6] = [
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

/// The coefficients of the series back from the map.
const FROM_MAP: [f64; 6] = [
    powers([
        0.0,
        1.0 / 2.0,
        -2.0 / 3.0,
        37.0 / 96.0,
        -1.0 / 360.0,
        -81.0 / 512.0,
        96_199.0 / 604_800.0,
    ]),
    powers([
        0.0,
        0.0,
        1.0 / 48.0,
        1.0 / 15.0,
        -437.0 / 1_440.0,
        46.0 / 105.0,
        -1_118_711.0 / 3_870_720.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        17.0 / 480.0,
        -37.0 / 840.0,
        -209.0 / 4_480.0,
        5_569.0 / 90_720.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        0.0,
        4_397.0 / 161_280.0,
        -11.0 / 504.0,
        -830_251.0 / 7_257_600.0,
    ]),
    powers([
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        4_583.0 / 161_280.0,
        -108_847.0 / 3_991_680.0,
    ]),
    powers([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 20_648_693.0 / 638_668_800.0]),
];

/// How often a latitude is corrected at most; from anywhere it settles at the third time.
const TRIES: u8 = 5;

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
    let rectified = sphere.plus(series(&ONTO_MAP, sphere));
    let radius = RECTIFYING_M * CENTRAL_SCALE;
    MapPoint {
        east: (radius * rectified.im).copysign(off_meridian),
        north: (radius * rectified.re).copysign(lat),
    }
}

/// Returns the latitude of a point on the map, and how far east of the central meridian it lies, both
/// in degrees.
///
/// The point lies within 3,900 km of the meridian. Source: equations 15 to 21 and 36.
pub(super) fn unproject(point: MapPoint) -> (f64, f64) {
    let radius = RECTIFYING_M * CENTRAL_SCALE;
    let rectified = Complex {
        re: point.north.abs() / radius,
        im: point.east.abs() / radius,
    };
    let sphere = rectified.minus(series(&FROM_MAP, rectified));
    let (sin, cos) = sphere.re.sin_cos();
    let sinh = sphere.im.sinh();
    let lat = tangent_of_conformal(sin / sinh.hypot(cos)).atan();
    let off_meridian = sinh.atan2(cos);
    (
        lat.to_degrees().copysign(point.north),
        off_meridian.to_degrees().copysign(point.east),
    )
}

/// Returns the tangent of the latitude whose conformal latitude has a tangent, by Newton's method.
fn tangent_of_conformal(conformal: f64) -> f64 {
    let polar = (1.0 - FLATTENING) * (1.0 - FLATTENING);
    let mut tangent = conformal / polar;
    for _ in 0..TRIES {
        let found = conformal_of_tangent(tangent);
        let slope =
            (1.0 + polar * tangent * tangent) / (polar * tangent.hypot(1.0) * found.hypot(1.0));
        let step = (conformal - found) * slope;
        tangent += step;
        if step.abs() <= f64::EPSILON * tangent.abs() {
            break;
        }
    }
    tangent
}

/// Returns the tangent of the conformal latitude.
fn conformal_tangent(lat: f64) -> f64 {
    let (sin, cos) = sin_cos_degrees(lat);
    conformal_of_tangent(sin / cos)
}

fn conformal_of_tangent(tangent: f64) -> f64 {
    let eccentricity = (FLATTENING * (2.0 - FLATTENING)).sqrt();
    if tangent.is_infinite() {
        return tangent;
    }
    let secant = tangent.hypot(1.0);
    let sigma = (eccentricity * (eccentricity * tangent / secant).atanh()).sinh();
    sigma.hypot(1.0) * tangent - sigma * secant
}

/// Sums the series of the sines of even multiples of `angle` by Clenshaw's recurrence.
fn series(factors: &[f64; 6], angle: Complex) -> Complex {
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
    for factor in factors.iter().rev() {
        let next = twice_cosine.times(sum).minus(before);
        (sum, before) = (
            next.plus(Complex {
                re: *factor,
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
