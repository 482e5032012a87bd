//! How large a corridor is, as people compare corridors.

use super::description::Corridor;
use super::metric::length_m;
use super::region::Region;
use super::shape::{Shape, edges};
use crate::units::{LatLon, Metres};

/// How large a corridor is.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// How many vertices it has; the last one of a ring, which is its first, does not count.
    pub vertices: usize,
    /// What its vertices lie within, the strip around them not included.
    pub bounds: Region,
    /// How long or how large it is.
    pub extent: Extent,
}

/// The extent of a shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Extent {
    /// Of a line.
    Along {
        /// The length of each of its parts, metres.
        parts_m: Vec<f64>,
        /// The least and the greatest half-width.
        half_width: (Metres, Metres),
    },
    /// Of an area: its size but for its holes, square metres.
    Across(f64),
    /// Of a disc: its radius.
    Around(Metres),
}

impl Corridor {
    /// Measures the corridor.
    #[must_use]
    pub fn measures(&self) -> Measures {
        let vertices: Vec<LatLon> = vertices(&self.shape);
        let extent = match &self.shape {
            Shape::Line(line) => Extent::Along {
                parts_m: line.parts().map(way_m).collect(),
                half_width: (line.half_width_min(), line.half_width_max()),
            },
            Shape::Area(area) => Extent::Across(area.size_m2()),
            Shape::Disc(disc) => Extent::Around(disc.radius()),
        };
        Measures {
            vertices: vertices.len(),
            bounds: bounds(&vertices),
            extent,
        }
    }
}

fn vertices(shape: &Shape) -> Vec<LatLon> {
    match shape {
        Shape::Line(line) => line.vertices().to_vec(),
        // Every vertex of a ring starts a segment, the repeated last one does not.
        Shape::Area(_) | Shape::Disc(_) => shape.segments().map(|it| it.start).collect(),
    }
}

fn way_m(part: &[LatLon]) -> f64 {
    edges(part).map(|(start, end)| length_m(start, end)).sum()
}

fn bounds(vertices: &[LatLon]) -> Region {
    let empty = Region {
        south: f64::INFINITY,
        north: f64::NEG_INFINITY,
        west: f64::INFINITY,
        east: f64::NEG_INFINITY,
    };
    vertices.iter().fold(empty, |bounds, at| Region {
        south: bounds.south.min(at.lat()),
        north: bounds.north.max(at.lat()),
        west: bounds.west.min(at.lon()),
        east: bounds.east.max(at.lon()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, line, moved, place, square};

    #[test]
    fn a_line_is_measured_along_and_an_area_across() {
        let start = place(41.0, 22.0);
        let strip = line("strip", 500.0, vec![start, moved(start, 0.0, 9_000.0)]);
        let measures = strip.measures();
        let Extent::Along { parts_m, .. } = measures.extent else {
            panic!("a line");
        };
        assert!((parts_m[0] - 9_000.0).abs() < 0.1, "{parts_m:?}");
        assert_eq!((measures.vertices, measures.bounds.south), (2, 41.0));

        let hole = square(41.0, 22.0, 1_000.0);
        let yard = area("yard", square(41.0, 22.0, 2_000.0), vec![hole]);
        let measures = yard.measures();
        let Extent::Across(size_m2) = measures.extent else {
            panic!("an area");
        };
        assert!((size_m2 / 3e6 - 1.0).abs() < 1e-3, "{size_m2}");
        assert_eq!(measures.vertices, 8);
    }
}
