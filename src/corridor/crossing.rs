//! Whether a ring crosses itself.

use geo::algorithm::line_intersection::{LineIntersection, line_intersection};
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use super::flaw::{Fault, Ring};
use super::ring::coord;
use crate::units::LatLon;

/// Edges in a row that are compared with others as a whole first.
const STRETCH: usize = 16;

/// Finds the first two edges of a closed ring that meet elsewhere than at a shared vertex.
pub(super) fn self_crossing(vertices: &[LatLon], ring: Ring) -> Option<Fault> {
    let outline = Outline::of(vertices);
    let tree = RTree::bulk_load(outline.stretches());
    let pairs = tree.intersection_candidates_with_other_tree(&tree);
    let meetings = pairs
        .map(|(one, other)| (one.data, other.data))
        .filter(|(one, other)| one <= other)
        .filter_map(|(one, other)| outline.first_meeting(one, other));
    let meeting = meetings.min_by_key(|meeting| (meeting.first, meeting.second))?;
    Some(Fault::SelfCrossing {
        ring,
        first: outline.number(meeting.first),
        second: outline.number(meeting.second),
        near: meeting.near,
    })
}

/// Two edges that meet, by their numbers among those with a length.
struct Meeting {
    first: usize,
    second: usize,
    near: LatLon,
}

/// The edges of a ring, numbered twice: as in the file, and without those that have no length, which
/// makes the two beside them neighbours.
struct Outline<'a> {
    vertices: &'a [LatLon],
    /// The edges with a length, by their numbers in the file.
    edges: Vec<usize>,
}

impl<'a> Outline<'a> {
    fn of(vertices: &'a [LatLon]) -> Self {
        let has_length = |nth: &usize| vertices[*nth] != vertices[nth + 1];
        let edges = 0..vertices.len().saturating_sub(1);
        Self {
            vertices,
            edges: edges.filter(has_length).collect(),
        }
    }

    fn number(&self, nth: usize) -> usize {
        self.edges[nth]
    }

    fn edge(&self, nth: usize) -> geo::Line {
        let start = self.edges[nth];
        geo::Line::new(coord(self.vertices[start]), coord(self.vertices[start + 1]))
    }

    fn span(&self, nth: usize) -> Span {
        let start = self.edges[nth];
        Span::of(self.vertices[start], self.vertices[start + 1])
    }

    /// Returns the edges of a stretch.
    fn stretch(&self, nth: usize) -> std::ops::Range<usize> {
        nth * STRETCH..self.edges.len().min((nth + 1) * STRETCH)
    }

    fn boxed(&self, nth: usize) -> Span {
        let spans = self.stretch(nth).map(|edge| self.span(edge));
        spans.fold(Span::NOTHING, Span::and)
    }

    fn stretches(&self) -> Vec<GeomWithData<Rectangle<[f64; 2]>, usize>> {
        let numbers = 0..self.edges.len().div_ceil(STRETCH);
        let boxed = numbers.map(|nth| {
            let Span { low, high } = self.boxed(nth);
            GeomWithData::new(Rectangle::from_corners(low, high), nth)
        });
        boxed.collect()
    }

    /// Finds the first meeting of an edge of one stretch with one of another, not the earlier.
    fn first_meeting(&self, one: usize, other: usize) -> Option<Meeting> {
        let beyond = self.boxed(other);
        let mut spans = [Span::NOTHING; STRETCH];
        for (span, nth) in spans.iter_mut().zip(self.stretch(other)) {
            *span = self.span(nth);
        }
        self.stretch(one).find_map(|first| {
            let span = self.span(first);
            if !span.meets(&beyond) {
                return None;
            }
            let later = self.stretch(other).zip(&spans);
            let mut touched = later.filter(|(second, it)| first < *second && it.meets(&span));
            touched.find_map(|(second, _)| {
                let near = self.meeting_point(first, second)?;
                Some(Meeting {
                    first,
                    second,
                    near,
                })
            })
        })
    }

    /// Says where two edges meet; neighbours may meet in the one vertex that they share.
    fn meeting_point(&self, first: usize, second: usize) -> Option<LatLon> {
        let is_last = second + 1 == self.edges.len();
        let neighbours = second == first + 1 || (first == 0 && is_last);
        if neighbours && !self.turns_back(first, second) {
            return None;
        }
        let at = match line_intersection(self.edge(first), self.edge(second))? {
            LineIntersection::SinglePoint { intersection, .. } if !neighbours => intersection,
            LineIntersection::SinglePoint { .. } => return None,
            LineIntersection::Collinear { intersection } => intersection.start,
        };
        LatLon::new(at.y, at.x).ok()
    }

    /// Says whether one of two neighbours turns back by more than a right angle where they meet:
    /// only then they can lie on each other.
    fn turns_back(&self, first: usize, second: usize) -> bool {
        let (one, other) = (self.edge(first).delta(), self.edge(second).delta());
        one.x * other.x + one.y * other.y < 0.0
    }
}

/// The box around some edges, longitude first.
#[derive(Clone, Copy)]
struct Span {
    low: [f64; 2],
    high: [f64; 2],
}

impl Span {
    const NOTHING: Self = Self {
        low: [f64::INFINITY; 2],
        high: [f64::NEG_INFINITY; 2],
    };

    fn of(start: LatLon, end: LatLon) -> Self {
        Self {
            low: [start.lon().min(end.lon()), start.lat().min(end.lat())],
            high: [start.lon().max(end.lon()), start.lat().max(end.lat())],
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            low: [self.low[0].min(other.low[0]), self.low[1].min(other.low[1])],
            high: [
                self.high[0].max(other.high[0]),
                self.high[1].max(other.high[1]),
            ],
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.low[0] <= other.high[0]
            && other.low[0] <= self.high[0]
            && self.low[1] <= other.high[1]
            && other.low[1] <= self.high[1]
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::corridor::sample::place;

    /// A ring of many edges whose radius swings.
    fn ring(edges: u32) -> Vec<LatLon> {
        let vertex = |nth: u32| {
            let angle = f64::from(nth % edges) / f64::from(edges) * TAU;
            let radius = 0.2 + 0.05 * (angle * 11.0).sin();
            place(42.0 + radius * angle.sin(), 21.0 + radius * angle.cos())
        };
        (0..=edges).map(vertex).collect()
    }

    #[test]
    fn a_large_ring_crosses_itself_where_one_vertex_is_misplaced() {
        assert_eq!(self_crossing(&ring(3_000), Ring::Exterior), None);
        for misplaced in [1, 15, 16, 17, 1_500, 2_998] {
            let mut vertices = ring(3_000);
            vertices[misplaced] = place(42.0 - 0.6, 21.0 + 0.01);
            let fault = self_crossing(&vertices, Ring::Exterior);
            let Some(Fault::SelfCrossing { first, second, .. }) = fault else {
                panic!("vertex {misplaced}: {fault:?}");
            };
            let beside = |edge| edge == misplaced || edge + 1 == misplaced;
            assert!(
                beside(first) || beside(second),
                "vertex {misplaced}: {first} {second}"
            );
        }
    }

    #[test]
    fn an_edge_that_turns_back_lies_on_the_one_before() {
        let corners = [
            (41.0, 22.0),
            (41.0, 24.0),
            (41.0, 23.0),
            (42.0, 23.0),
            (41.0, 22.0),
        ];
        let vertices = corners.map(|(lat, lon)| place(lat, lon));
        let fault = self_crossing(&vertices, Ring::Exterior);
        assert!(
            matches!(
                fault,
                Some(Fault::SelfCrossing {
                    first: 0,
                    second: 1,
                    ..
                })
            ),
            "{fault:?}"
        );
    }
}
