//! Where a corridor runs: a line with a width, an area with holes, or a disc.

use super::area::Area;
use super::disc::Disc;
use super::line::Line;
use super::runs::Runs;
use super::segment::Segment;
use crate::units::LatLon;

/// Where a corridor runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Everything within a half-width of a line, which may change along it.
    Line(Line),
    /// Everything within the polygons, but for their holes.
    Area(Area),
    /// Everything within a radius of a place.
    Disc(Disc),
}

impl Shape {
    /// Returns how many straight segments it is made of.
    #[must_use]
    pub const fn segment_count(&self) -> usize {
        match self {
            Self::Line(line) => line.segment_count(),
            Self::Area(area) => area.segment_count(),
            Self::Disc(_) => 1,
        }
    }

    /// Returns a segment by its number, from 0.
    ///
    /// Those of a line come in its order, those of an area ring by ring, without a width; a disc
    /// is one without a length.
    ///
    /// # Panics
    ///
    /// If there is no such segment.
    #[must_use]
    pub fn segment(&self, nth: usize) -> Segment {
        match self {
            Self::Line(line) => line.segment(nth),
            Self::Area(area) => area.segment(nth),
            Self::Disc(disc) => disc.segment(),
        }
    }

    /// Returns how many segments each part of a line and each ring of an area has.
    pub(super) fn chains(&self) -> impl Iterator<Item = usize> {
        let (runs, disc) = match self {
            Self::Line(line) => (Some(line.runs()), None),
            Self::Area(area) => (Some(area.rings()), None),
            Self::Disc(_) => (None, Some(1)),
        };
        let runs = runs.into_iter().flat_map(Runs::iter);
        runs.map(|run| run.len() - 1).chain(disc)
    }

    /// Returns every segment, in the order of their numbers.
    pub fn segments(&self) -> impl Iterator<Item = Segment> {
        (0..self.segment_count()).map(|nth| self.segment(nth))
    }
}

/// Pairs each vertex with the next.
pub(super) fn edges(vertices: &[LatLon]) -> impl Iterator<Item = (LatLon, LatLon)> {
    vertices.windows(2).filter_map(|pair| match pair {
        [start, end] => Some((*start, *end)),
        _ => None,
    })
}
