//! How far a place is from the edge of a corridor, and on which side of it.

use super::metric::Foot;
use super::shape::{Area, Line, Shape};
use crate::units::LatLon;

/// What is nearer to an edge than this lies on it, metres.
///
/// Degrees as f64 resolve a nanometre; a micrometre hides what the arithmetic adds to it.
const ON_EDGE_M: f64 = 1e-6;

impl Shape {
    /// Measures the signed distance to the edge, metres: negative inside, 0 on the edge.
    pub(super) fn edge_m(&self, at: LatLon) -> f64 {
        match self {
            Self::Line(line) => line.edge_m(self.nearest_m(at)),
            Self::Area(area) => area.edge_m(at, self.nearest_m(at)),
        }
    }

    /// Measures the distance to the nearest of its vertices and edges, metres.
    pub(super) fn nearest_m(&self, at: LatLon) -> f64 {
        self.edges()
            .map(|(start, end)| Foot::of(at, start, end).distance_m)
            .fold(f64::INFINITY, f64::min)
    }
}

impl Line {
    /// Turns the distance to the centreline into the signed distance to the edge.
    pub(super) fn edge_m(&self, centreline_m: f64) -> f64 {
        settle(centreline_m - self.half_width().get())
    }
}

impl Area {
    /// Gives the distance from `at` to the nearest of its edges its sign.
    pub(super) fn edge_m(&self, at: LatLon, nearest_m: f64) -> f64 {
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
