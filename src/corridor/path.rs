//! Where a straight path between two fixes goes into a part of a shape and out of it.

use super::distance::settle;
use super::index::Part;
use super::metric::length_m;
use super::segment::Segment;
use super::shape::Shape;
use crate::units::LatLon;

/// How exactly a path's way into a strip is found, metres along the path.
const PRECISION_M: f64 = 0.001;

/// By how much a distance may change per metre of path: 1, but for the curvature of the Earth.
const SLOPE_MAX: f64 = 1.01;

/// A straight path between two fixes.
#[derive(Clone, Copy)]
pub(super) struct Path {
    from: LatLon,
    to: LatLon,
    length_m: f64,
}

impl Path {
    /// Takes the path between two fixes, unless it spans more than 180 degrees of longitude.
    pub(super) fn new(from: LatLon, to: LatLon) -> Option<Self> {
        ((to.lon() - from.lon()).abs() <= 180.0).then(|| Self {
            from,
            to,
            length_m: length_m(from, to),
        })
    }

    fn at(&self, fraction: f64) -> LatLon {
        self.from.towards(self.to, fraction)
    }

    /// Finds the first and the last fraction at which the path is inside a part of a shape, with
    /// what says whether a place is inside the whole of it.
    pub(super) fn through_part(
        &self,
        shape: &Shape,
        part: Part,
        is_inside: impl Fn(LatLon) -> bool,
    ) -> Option<(f64, f64)> {
        match (shape, part) {
            (Shape::Line(_) | Shape::Disc(_), Part::Segment(segment)) => {
                self.through_strip(segment)
            }
            (Shape::Line(_) | Shape::Disc(_), Part::Inside) => None,
            (Shape::Area(_), Part::Segment(edge)) => {
                let fraction = self.crossing(edge.start, edge.end)?;
                Some((fraction, fraction))
            }
            (Shape::Area(_), Part::Inside) => {
                let starts = is_inside(self.from);
                let ends = is_inside(self.to);
                (starts || ends)
                    .then_some((if starts { 0.0 } else { 1.0 }, if ends { 1.0 } else { 0.0 }))
            }
        }
    }

    /// Finds where the path is within the strip around a segment.
    ///
    /// The distance to it falls and then rises along a straight path, so that there is at most one
    /// way in and one way out.
    fn through_strip(&self, segment: Segment) -> Option<(f64, f64)> {
        let edge_m = |fraction| settle(segment.edge_m(self.at(fraction)));
        let starts = edge_m(0.0) <= 0.0;
        let ends = edge_m(1.0) <= 0.0;
        let inside = if starts {
            0.0
        } else if ends {
            1.0
        } else {
            self.lowest(edge_m)?
        };
        Some((
            if starts {
                0.0
            } else {
                self.edge(edge_m, 0.0, inside)
            },
            if ends {
                1.0
            } else {
                self.edge(edge_m, 1.0, inside)
            },
        ))
    }

    /// Finds a fraction at which `edge_m` is not positive, by cutting off thirds of the path.
    fn lowest(&self, edge_m: impl Fn(f64) -> f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, 1.0);
        loop {
            let third = (high - low) / 3.0;
            let (left, right) = (low + third, high - third);
            let (at_left, at_right) = (edge_m(left), edge_m(right));
            if at_left <= 0.0 {
                return Some(left);
            }
            if at_right <= 0.0 {
                return Some(right);
            }
            let reach_m = (high - low) * self.length_m * SLOPE_MAX;
            if reach_m < at_left.min(at_right) || reach_m < PRECISION_M {
                return None;
            }
            if at_left < at_right {
                high = right;
            } else {
                low = left;
            }
        }
    }

    /// Halves the way between a fraction outside and one inside; what it returns is inside.
    fn edge(&self, edge_m: impl Fn(f64) -> f64, mut outside: f64, mut inside: f64) -> f64 {
        while PRECISION_M < (inside - outside).abs() * self.length_m {
            let middle = f64::midpoint(inside, outside);
            if edge_m(middle) <= 0.0 {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    }

    /// Finds where the path meets an edge, both being straight in longitude and latitude.
    ///
    /// A path along an edge meets its neighbours, or starts and ends on it.
    fn crossing(&self, start: LatLon, end: LatLon) -> Option<f64> {
        let path = [
            self.to.lon() - self.from.lon(),
            self.to.lat() - self.from.lat(),
        ];
        let edge = [end.lon() - start.lon(), end.lat() - start.lat()];
        let way = [start.lon() - self.from.lon(), start.lat() - self.from.lat()];
        let sine = cross(path, edge);
        if sine == 0.0 {
            return None;
        }
        let along_path = cross(way, edge) / sine;
        let along_edge = cross(way, path) / sine;
        // Rounding must not let a path slip through a vertex, between two edges.
        let within = -1e-12..=1.0 + 1e-12;
        (within.contains(&along_path) && within.contains(&along_edge))
            .then(|| along_path.clamp(0.0, 1.0))
    }
}

fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}
