//! How far a place is from the edge of a corridor, and on which side of it.

use super::area::Area;
use super::metric::Vantage;
use super::shape::Shape;
use crate::units::LatLon;

/// What is nearer to an edge than this lies on it, metres.
///
/// Degrees as f64 resolve a nanometre; a micrometre hides what the arithmetic adds to it.
const ON_EDGE_M: f64 = 1e-6;

impl Shape {
    /// Measures the signed distance to the edge, metres: negative inside, 0 on the edge.
    pub(super) fn edge_m(&self, at: LatLon) -> f64 {
        let vantage = Vantage::new(at);
        let nearest_m = self
            .segments()
            .map(|segment| segment.edge_from_m(&vantage))
            .fold(f64::INFINITY, f64::min);
        self.signed_m(at, nearest_m)
    }

    /// Turns the least of the distances to its segments into the signed distance to the edge.
    ///
    /// The strip of a line is the union of those of its segments. An area has an inside that is
    /// near none of its edges.
    pub(super) fn signed_m(&self, at: LatLon, nearest_m: f64) -> f64 {
        match self {
            Self::Line(_) | Self::Disc(_) => settle(nearest_m),
            Self::Area(area) => area.signed_m(at, nearest_m),
        }
    }
}

impl Area {
    /// Gives the distance from `at` to the nearest of its edges its sign.
    fn signed_m(&self, at: LatLon, nearest_m: f64) -> f64 {
        settle(if self.encloses(at) {
            -nearest_m
        } else {
            nearest_m
        })
    }
}

/// Takes what lies within [`ON_EDGE_M`] of the edge to lie on it.
pub(super) fn settle(edge_m: f64) -> f64 {
    if edge_m.abs() < ON_EDGE_M {
        0.0
    } else {
        edge_m
    }
}
