//! Runs of vertices: the parts of a line, the rings of an area.

use crate::units::LatLon;

/// Runs of vertices, kept end to end.
///
/// Each has at least two vertices. Their segments are numbered through from 0; none leads from one
/// run to the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Runs {
    vertices: Box<[LatLon]>,
    /// For each run, the number of its first segment.
    firsts: Box<[usize]>,
}

impl Runs {
    /// Puts runs end to end; a single one is not copied.
    pub(super) fn new(runs: Vec<Vec<LatLon>>) -> Self {
        let mut firsts = Vec::with_capacity(runs.len());
        let mut vertices = Vec::new();
        for run in runs {
            firsts.push(vertices.len() - firsts.len());
            if vertices.is_empty() {
                vertices = run;
            } else {
                vertices.extend(run);
            }
        }
        Self {
            vertices: vertices.into_boxed_slice(),
            firsts: firsts.into_boxed_slice(),
        }
    }

    /// Returns the vertices of all runs.
    pub(super) fn vertices(&self) -> &[LatLon] {
        &self.vertices
    }

    /// Returns the vertices of a run, none if there is no such run.
    pub(super) fn run(&self, nth: usize) -> &[LatLon] {
        let first_vertex = |nth: usize| Some(self.firsts.get(nth)? + nth);
        let Some(first) = first_vertex(nth) else {
            return &[];
        };
        let end = first_vertex(nth + 1).unwrap_or(self.vertices.len());
        &self.vertices[first..end]
    }

    /// Returns every run.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[LatLon]> {
        (0..self.firsts.len()).map(|nth| self.run(nth))
    }

    /// Returns how many segments there are.
    pub(super) const fn segments(&self) -> usize {
        self.vertices.len() - self.firsts.len()
    }

    /// Returns the number of the run that a segment belongs to.
    pub(super) fn run_of(&self, segment: usize) -> usize {
        let until = self.firsts.partition_point(|first| *first <= segment);
        until.saturating_sub(1)
    }

    /// Returns the number of the vertex that a segment starts at; it ends at the next.
    pub(super) fn vertex(&self, segment: usize) -> usize {
        segment + self.run_of(segment)
    }

    /// Says whether a segment is the first of its run.
    pub(super) fn opens(&self, segment: usize) -> bool {
        self.firsts.binary_search(&segment).is_ok()
    }

    /// Says whether a segment is the last of its run.
    pub(super) fn closes(&self, segment: usize) -> bool {
        segment + 1 == self.segments() || self.opens(segment + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::place;

    fn run(lat: f64, vertices: i32) -> Vec<LatLon> {
        (0..vertices)
            .map(|nth| place(lat, f64::from(nth)))
            .collect()
    }

    #[test]
    fn segments_are_numbered_through_and_none_joins_two_runs() {
        let runs = Runs::new(vec![run(1.0, 3), run(2.0, 2), run(3.0, 4)]);
        assert_eq!(runs.segments(), 6);
        let starts: Vec<usize> = (0..6).map(|segment| runs.vertex(segment)).collect();
        assert_eq!(starts, [0, 1, 3, 5, 6, 7]);
        assert_eq!(runs.run(2), run(3.0, 4));
        assert_eq!(runs.run(3), []);
        assert_eq!(runs.iter().flatten().count(), runs.vertices().len());
    }

    #[test]
    fn a_run_knows_its_ends() {
        let runs = Runs::new(vec![run(1.0, 3), run(2.0, 2), run(3.0, 4)]);
        let which = |is: &dyn Fn(usize) -> bool| (0..6).filter(|nth| is(*nth)).collect::<Vec<_>>();
        assert_eq!(which(&|segment| runs.opens(segment)), [0, 2, 3]);
        assert_eq!(which(&|segment| runs.closes(segment)), [1, 2, 5]);
    }
}
