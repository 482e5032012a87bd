//! A place that distances are asked from: rough ones fast, exact ones where it matters.

use super::bounds::{Bounds, SLACK_M};
use super::metric::{Scale, Vantage};
use crate::units::LatLon;

/// Twice the least radius of curvature of the ellipsoid, metres, rounded down.
const TWICE_RADIUS_M: f64 = 12_600_000.0;

/// Beyond this share of a rough distance, what it may be off by grows faster than itself.
const DOUBT_MAX: f64 = 0.25;

/// A place with the plane that touches the ellipsoid there.
///
/// Distances in that plane are rough. The way to a point is as long as in the plane halfway there, but
/// for terms of the second order. By how much the scales of the two planes can differ is known, so
/// that a rough distance says which segments can be the nearest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    pub(super) at: LatLon,
    vantage: Vantage,
    scale: Scale,
    /// How steeply the scale towards east changes at this latitude.
    slope: f64,
}

impl Probe {
    /// Prepares to measure from a place.
    pub(super) fn new(at: LatLon) -> Self {
        let vantage = Vantage::new(at);
        Self {
            at,
            vantage,
            scale: vantage.scale(),
            slope: vantage.slope().abs(),
        }
    }

    /// Boxes everything within a radius.
    pub(super) fn bounds(&self, radius_m: f64) -> Bounds {
        let radius_m = radius_m + SLACK_M;
        // Roughly the radius could be this much more; then nothing is certain.
        if DOUBT_MAX < self.doubt(2.0 * radius_m) {
            return Bounds::around(&[self.at], radius_m);
        }
        let rough_m = radius_m * (1.0 + 2.0 * self.doubt(2.0 * radius_m));
        let (lon, lat) = (rough_m / self.scale.east, rough_m / self.scale.north);
        Bounds::outwards(
            [self.at.lon() - lon, self.at.lat() - lat],
            [self.at.lon() + lon, self.at.lat() + lat],
        )
    }

    /// Returns what exact distances are measured by.
    pub(super) fn vantage(&self) -> &Vantage {
        &self.vantage
    }

    /// Takes a place into the plane, metres towards east and north.
    #[inline]
    pub(super) fn flat(&self, place: LatLon) -> [f64; 2] {
        [
            (place.lon() - self.at.lon()) * self.scale.east,
            (place.lat() - self.at.lat()) * self.scale.north,
        ]
    }

    /// Measures to a box in the plane, metres; 0 inside.
    #[inline]
    pub(super) fn gap_m(&self, bounds: &Bounds) -> f64 {
        let beside =
            |at: f64, low: f32, high: f32| (f64::from(low) - at).max(at - f64::from(high)).max(0.0);
        let east = beside(self.at.lon(), bounds.low[0], bounds.high[0]) * self.scale.east;
        let north = beside(self.at.lat(), bounds.low[1], bounds.high[1]) * self.scale.north;
        (east * east + north * north).sqrt()
    }

    /// Says how much of a rough distance is certain, metres; never falls as the distance grows, so that
    /// it holds for all that is roughly as far away or farther.
    #[inline]
    pub(super) fn at_least_m(&self, rough_m: f64) -> f64 {
        let doubt = self.doubt(rough_m);
        if doubt <= DOUBT_MAX {
            return rough_m * (1.0 - doubt) - SLACK_M;
        }
        // As far as the doubt is surely small enough.
        let surest_m = TWICE_RADIUS_M * DOUBT_MAX / (2.6 * (self.slope + 1.0));
        surest_m.min(rough_m) * (1.0 - DOUBT_MAX)
    }

    /// Bounds the share of a rough distance by which the exact one may differ.
    ///
    /// Half the distance away, the scales differ by the slope of the logarithm of the radius of
    /// the parallel, which is the tangent of the latitude but for a hundredth, and the square of
    /// that.
    #[inline]
    fn doubt(&self, rough_m: f64) -> f64 {
        let angle = rough_m * (1.0 / TWICE_RADIUS_M);
        let slope = self.slope + 0.02;
        1.3 * angle * (slope + (1.0 + slope * slope) * angle)
    }
}

/// Measures from the origin to a straight edge in the plane, squared metres.
#[inline]
pub(super) fn squared_to_edge(start: [f64; 2], end: [f64; 2]) -> f64 {
    let edge = [end[0] - start[0], end[1] - start[1]];
    let along = -(start[0] * edge[0] + start[1] * edge[1]);
    // Of an edge without a length, every point is its start.
    let squared = (edge[0] * edge[0] + edge[1] * edge[1]).max(f64::MIN_POSITIVE);
    let fraction = (along / squared).clamp(0.0, 1.0);
    let left = [start[0] + edge[0] * fraction, start[1] + edge[1] * fraction];
    left[0] * left[0] + left[1] * left[1]
}
