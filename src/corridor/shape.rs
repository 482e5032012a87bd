//! Where a corridor runs: a line with a width, or an area with holes.

use super::flaw::Fault;
use super::metric::{Scale, length_m};
use super::ring::ring_faults;
use super::soundness::{line_faults, width_fault};
use crate::units::{LatLon, Metres};

/// Where a corridor runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Everything within a half-width of a line.
    Line(Line),
    /// Everything within a ring, but for its holes.
    Area(Area),
}

impl Shape {
    /// Returns the straight edges that it is made of, start and end.
    pub fn edges(&self) -> impl Iterator<Item = (LatLon, LatLon)> {
        let rings = match self {
            Self::Line(line) => std::slice::from_ref(&line.vertices),
            Self::Area(area) => area.rings.as_slice(),
        };
        rings.iter().flat_map(|ring| edges(ring))
    }
}

/// A line and the strip around it.
///
/// At least two vertices, no two in a row at the same place; round at its ends and bends.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    vertices: Vec<LatLon>,
    half_width: Metres,
    /// For each vertex, the metres from the first one along the line.
    reached_m: Vec<f64>,
}

impl Line {
    /// The greatest half-width, metres: far beyond it, local metres no longer hold.
    pub const HALF_WIDTH_MAX_M: f64 = 100_000.0;

    /// Checks the vertices of a centreline and half the width of the strip.
    ///
    /// Vertices that repeat the one before them are left out.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the line, not only the first thing.
    pub fn new(mut vertices: Vec<LatLon>, half_width: Metres) -> Result<Self, Vec<Fault>> {
        let mut faults = line_faults(&vertices);
        faults.extend(width_fault(half_width.get()));
        if !faults.is_empty() {
            return Err(faults);
        }
        vertices.dedup();
        let mut reached = 0.0;
        let mut reached_m = vec![reached];
        for (start, end) in edges(&vertices) {
            reached += length_m(start, end);
            reached_m.push(reached);
        }
        Ok(Self {
            vertices,
            half_width,
            reached_m,
        })
    }

    /// Returns the vertices of the centreline.
    #[must_use]
    pub fn vertices(&self) -> &[LatLon] {
        &self.vertices
    }

    /// Returns half the width of the strip.
    #[must_use]
    pub const fn half_width(&self) -> Metres {
        self.half_width
    }

    /// Returns the length of the centreline, metres.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.reached_m.last().copied().unwrap_or(0.0)
    }

    /// Returns the metres along the centreline to the vertex `vertex`, which must exist.
    pub(super) fn reached_m(&self, vertex: usize) -> f64 {
        self.reached_m[vertex]
    }
}

/// An area within a ring, but for its holes.
///
/// Every ring is closed and crosses neither itself nor another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// The exterior ring, then the holes; the last vertex of a ring is its first.
    rings: Vec<Vec<LatLon>>,
    depth: Metres,
}

impl Area {
    /// Checks an exterior ring and the holes in it, in any direction of rotation.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the rings, not only the first thing.
    pub fn new(exterior: Vec<LatLon>, holes: Vec<Vec<LatLon>>) -> Result<Self, Vec<Fault>> {
        let faults = ring_faults(&exterior, &holes);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut rings = holes;
        rings.insert(0, exterior);
        for ring in &mut rings {
            ring.dedup();
        }
        Ok(Self {
            depth: depth(&rings),
            rings,
        })
    }

    /// Returns the exterior ring, its last vertex the same as its first.
    #[must_use]
    pub fn exterior(&self) -> &[LatLon] {
        self.rings.first().map_or(&[], Vec::as_slice)
    }

    /// Returns the holes, each closed like the exterior ring.
    #[must_use]
    pub fn holes(&self) -> &[Vec<LatLon>] {
        self.rings.get(1..).unwrap_or(&[])
    }

    /// Returns the size of the area over the length of its edges.
    pub(super) const fn depth(&self) -> Metres {
        self.depth
    }

    /// Says whether `at` lies inside, by the edges that a ray towards east crosses.
    ///
    /// On an edge the answer may be either.
    pub(super) fn encloses(&self, at: LatLon) -> bool {
        let mut inside = false;
        for (start, end) in self.rings.iter().flat_map(|ring| edges(ring)) {
            if (at.lat() < start.lat()) != (at.lat() < end.lat()) {
                let fraction = (at.lat() - start.lat()) / (end.lat() - start.lat());
                if at.lon() < start.lon() + fraction * (end.lon() - start.lon()) {
                    inside = !inside;
                }
            }
        }
        inside
    }
}

/// Pairs each vertex with the next.
pub(super) fn edges(vertices: &[LatLon]) -> impl Iterator<Item = (LatLon, LatLon)> {
    vertices.windows(2).filter_map(|pair| match pair {
        [start, end] => Some((*start, *end)),
        _ => None,
    })
}

fn depth(rings: &[Vec<LatLon>]) -> Metres {
    let perimeter: f64 = rings
        .iter()
        .flat_map(|ring| edges(ring))
        .map(|(start, end)| length_m(start, end))
        .sum();
    let size = rings
        .iter()
        .enumerate()
        .map(|(nth, ring)| {
            let size = ring_size_m2(ring);
            if nth == 0 { size } else { -size }
        })
        .sum::<f64>();
    Metres::new(size.max(0.0) / perimeter).unwrap_or(Metres::ZERO)
}

/// Measures what a ring encloses, square metres, in the plane of its first vertex.
fn ring_size_m2(ring: &[LatLon]) -> f64 {
    let Some(origin) = ring.first().copied() else {
        return 0.0;
    };
    let twice: f64 = edges(ring)
        .map(|(start, end)| {
            let scale = Scale::between(start, end);
            scale.offset(origin, start).cross(scale.offset(origin, end))
        })
        .sum();
    (twice / 2.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{geodesic_m, metres, place, square};

    #[test]
    fn the_length_of_a_line_is_that_of_its_geodesics() {
        let vertices = vec![place(42.0, 21.4), place(41.6, 21.9), place(41.1, 22.5)];
        let judge: f64 = edges(&vertices).map(|(a, b)| geodesic_m(a, b)).sum();
        let line = Line::new(vertices, metres(100.0)).unwrap();
        assert!((line.length_m() / judge - 1.0).abs() < 1e-5);
        let first = geodesic_m(line.vertices()[0], line.vertices()[1]);
        assert!((line.reached_m(1) / first - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_vertex_that_repeats_the_one_before_it_is_left_out() {
        let (a, b) = (place(42.0, 21.4), place(41.6, 21.9));
        let line = Line::new(vec![a, a, b, b], metres(100.0)).unwrap();
        assert_eq!(line.vertices(), [a, b]);
    }

    #[test]
    fn the_depth_of_a_square_is_a_quarter_of_its_side() {
        let area = Area::new(square(41.0, 22.0, 4_000.0), Vec::new()).unwrap();
        assert!((area.depth().get() - 1_000.0).abs() < 1.0);
    }

    #[test]
    fn a_hole_makes_an_area_less_deep() {
        let hole = square(41.0, 22.0, 2_000.0);
        let area = Area::new(square(41.0, 22.0, 4_000.0), vec![hole]).unwrap();
        assert!((area.depth().get() - 500.0).abs() < 1.0);
        assert!(!area.encloses(place(41.0, 22.0)));
        assert!(area.encloses(place(41.013, 22.0)));
        assert!(!area.encloses(place(41.02, 22.0)));
    }
}
