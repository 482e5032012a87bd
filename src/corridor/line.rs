//! A line and the strip around it.

use super::flaw::{Fault, Member};
use super::metric::length_m;
use super::runs::Runs;
use super::segment::Segment;
use super::shape::edges;
use super::soundness::{line_faults, reach_fault, width_fault, width_faults};
use crate::units::{LatLon, Metres};

/// A line, in one part or several, and the strip around it.
///
/// Each part has at least two vertices, no two in a row at the same place. The strip is round at
/// its ends and bends. What is measured along the line runs on from part to part: the gap between
/// them does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    runs: Runs,
    widths: Widths,
    /// For each vertex, the metres from the first one along the line.
    reached_m: Box<[f64]>,
}

/// Half the width of the strip along a line.
#[derive(Clone, Debug, PartialEq)]
pub enum HalfWidths {
    /// The same everywhere.
    Same(Metres),
    /// One for each vertex of each part; between two vertices it grows or shrinks linearly.
    Each(Vec<Vec<Metres>>),
}

/// The half-widths as they are kept: one for all, or one for each vertex of all parts.
#[derive(Clone, Debug, PartialEq)]
enum Widths {
    Same(Metres),
    Each(Box<[Metres]>),
}

impl Line {
    /// The greatest half-width, metres: far beyond it, local metres no longer hold.
    pub const HALF_WIDTH_MAX_M: f64 = 100_000.0;

    /// Checks the vertices of a centreline in one part, and half the width of the strip.
    ///
    /// Vertices that repeat the one before them are left out.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the line, not only the first thing.
    pub fn new(vertices: Vec<LatLon>, half_width: Metres) -> Result<Self, Vec<Fault>> {
        Self::of_parts(vec![vertices], HalfWidths::Same(half_width))
    }

    /// Checks the parts of a centreline, in the order in which it is followed, and its half-widths.
    ///
    /// Vertices that repeat the one before them are left out.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the line, not only the first thing.
    pub fn of_parts(parts: Vec<Vec<LatLon>>, half_widths: HalfWidths) -> Result<Self, Vec<Fault>> {
        let faults = Self::faults(&parts, Some(&half_widths));
        if faults.is_empty() {
            Ok(Self::of_sound(parts, half_widths))
        } else {
            Err(faults)
        }
    }

    /// Lists what is wrong with the parts of a line and with its half-widths, if they are known.
    pub(super) fn faults(parts: &[Vec<LatLon>], half_widths: Option<&HalfWidths>) -> Vec<Fault> {
        let mut faults = Vec::new();
        if parts.is_empty() {
            faults.push(Fault::NoPart);
        }
        if let Some(HalfWidths::Same(half_width)) = half_widths {
            faults.extend(width_fault(half_width.get()));
        }
        let widths = match half_widths {
            Some(HalfWidths::Each(widths)) => Some(widths),
            Some(HalfWidths::Same(_)) | None => None,
        };
        if let Some(widths) = widths.filter(|widths| widths.len() != parts.len()) {
            faults.push(Fault::WidthLists {
                found: widths.len(),
                wanted: parts.len(),
            });
        }
        for (nth, part) in parts.iter().enumerate() {
            let mut of_part = line_faults(part);
            if let Some(widths) = widths.and_then(|widths| widths.get(nth)) {
                of_part.extend(width_faults(widths, part));
            }
            let reaching = part.iter().enumerate().filter_map(|(vertex, at)| {
                let width = match half_widths? {
                    HalfWidths::Same(half_width) => half_width,
                    HalfWidths::Each(widths) => widths.get(nth)?.get(vertex)?,
                };
                reach_fault(*at, vertex, width.get())
            });
            of_part.extend(reaching);
            let member = (1 < parts.len()).then_some(Member::Part(nth));
            faults.extend(of_part.into_iter().map(|fault| fault.within(member)));
        }
        faults
    }

    fn of_sound(mut parts: Vec<Vec<LatLon>>, half_widths: HalfWidths) -> Self {
        let widths = match half_widths {
            HalfWidths::Same(half_width) => Widths::Same(half_width),
            HalfWidths::Each(each) => {
                let kept = each.into_iter().zip(&parts);
                Widths::Each(
                    kept.flat_map(|(widths, part)| distinct(widths, part))
                        .collect(),
                )
            }
        };
        for part in &mut parts {
            part.dedup();
        }
        let runs = Runs::new(parts);
        Self {
            reached_m: reached_m(&runs),
            runs,
            widths,
        }
    }

    /// Returns the vertices of all parts of the centreline.
    #[must_use]
    pub fn vertices(&self) -> &[LatLon] {
        self.runs.vertices()
    }

    /// Returns the vertices of each part.
    pub fn parts(&self) -> impl Iterator<Item = &[LatLon]> {
        self.runs.iter()
    }

    /// Returns half the width of the strip at a vertex, by its number among those of all parts.
    ///
    /// # Panics
    ///
    /// If there is no such vertex.
    #[must_use]
    pub fn half_width(&self, vertex: usize) -> Metres {
        match &self.widths {
            Widths::Same(half_width) => *half_width,
            Widths::Each(each) => each[vertex],
        }
    }

    /// Says whether the width changes along the line.
    pub(super) const fn is_tapered(&self) -> bool {
        matches!(self.widths, Widths::Each(_))
    }

    /// Returns half the width of the strip where it is narrowest.
    #[must_use]
    pub fn half_width_min(&self) -> Metres {
        self.widths
            .as_slice()
            .iter()
            .copied()
            .reduce(Metres::min)
            .unwrap_or_default()
    }

    /// Returns half the width of the strip where it is widest.
    #[must_use]
    pub fn half_width_max(&self) -> Metres {
        self.widths
            .as_slice()
            .iter()
            .copied()
            .reduce(Metres::max)
            .unwrap_or_default()
    }

    /// Returns the length of the centreline, metres; the gaps between its parts do not count.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.reached_m.last().copied().unwrap_or(0.0)
    }

    pub(super) const fn runs(&self) -> &Runs {
        &self.runs
    }

    pub(super) const fn segment_count(&self) -> usize {
        self.runs.segments()
    }

    pub(super) fn segment(&self, nth: usize) -> Segment {
        let vertex = self.runs.vertex(nth);
        Segment {
            start: self.vertices()[vertex],
            end: self.vertices()[vertex + 1],
            start_half_width_m: self.half_width(vertex).get(),
            end_half_width_m: self.half_width(vertex + 1).get(),
        }
    }

    /// Returns the metres along the centreline to the start of a segment, which must exist.
    pub(super) fn reached_m(&self, segment: usize) -> f64 {
        self.reached_m[self.runs.vertex(segment)]
    }

    /// Says whether a segment is the first of its part.
    pub(super) fn opens(&self, segment: usize) -> bool {
        self.runs.opens(segment)
    }

    /// Says whether a segment is the last of its part.
    pub(super) fn closes(&self, segment: usize) -> bool {
        self.runs.closes(segment)
    }
}

impl Widths {
    const fn as_slice(&self) -> &[Metres] {
        match self {
            Self::Same(half_width) => std::slice::from_ref(half_width),
            Self::Each(each) => each,
        }
    }
}

/// Leaves out the half-widths of vertices that repeat the one before them.
fn distinct(widths: Vec<Metres>, vertices: &[LatLon]) -> impl Iterator<Item = Metres> {
    widths.into_iter().enumerate().filter_map(|(nth, width)| {
        let before = nth.checked_sub(1).and_then(|before| vertices.get(before));
        (before != vertices.get(nth)).then_some(width)
    })
}

fn reached_m(runs: &Runs) -> Box<[f64]> {
    let mut reached = 0.0;
    let mut reached_m = Vec::with_capacity(runs.vertices().len());
    for run in runs.iter() {
        reached_m.push(reached);
        for (start, end) in edges(run) {
            reached += length_m(start, end);
            reached_m.push(reached);
        }
    }
    reached_m.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{geodesic_m, metres, place};

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
    fn a_vertex_that_repeats_the_one_before_it_is_left_out_with_its_width() {
        let (a, b) = (place(42.0, 21.4), place(41.6, 21.9));
        let line = Line::new(vec![a, a, b, b], metres(100.0)).unwrap();
        assert_eq!(line.vertices(), [a, b]);
        let widths = [100.0, 100.0, 200.0, 200.0].map(metres).to_vec();
        let line = Line::of_parts(vec![vec![a, a, b, b]], HalfWidths::Each(vec![widths])).unwrap();
        assert_eq!(line.vertices(), [a, b]);
        assert_eq!(
            [0, 1].map(|vertex| line.half_width(vertex)),
            [100.0, 200.0].map(metres)
        );
    }

    #[test]
    fn the_gap_between_two_parts_does_not_count() {
        let parts = vec![
            vec![place(42.0, 21.4), place(41.9, 21.4)],
            vec![place(41.0, 21.4), place(40.9, 21.4), place(40.8, 21.4)],
        ];
        let each: Vec<f64> = parts
            .iter()
            .flat_map(|part| edges(part))
            .map(|(start, end)| length_m(start, end))
            .collect();
        let line = Line::of_parts(parts, HalfWidths::Same(metres(100.0))).unwrap();
        assert_eq!(line.segment_count(), 3);
        assert_eq!(line.parts().count(), 2);
        assert!((line.length_m() - each.iter().sum::<f64>()).abs() < 1e-6);
        assert!((line.reached_m(1) - each[0]).abs() < 1e-6);
        assert_eq!(line.segment(1).start, place(41.0, 21.4));
    }

    #[test]
    fn a_segment_has_the_half_widths_of_its_vertices() {
        let parts = vec![vec![
            place(42.0, 21.4),
            place(41.9, 21.4),
            place(41.8, 21.4),
        ]];
        let widths = vec![[300.0, 100.0, 500.0].map(metres).to_vec()];
        let line = Line::of_parts(parts, HalfWidths::Each(widths)).unwrap();
        let second = line.segment(1);
        assert_eq!(second.start_half_width_m.to_bits(), 100.0_f64.to_bits());
        assert_eq!(second.end_half_width_m.to_bits(), 500.0_f64.to_bits());
        assert_eq!(line.half_width_min(), metres(100.0));
        assert_eq!(line.half_width_max(), metres(500.0));
    }

    #[test]
    fn everything_that_is_wrong_with_a_line_is_told_with_its_part_and_vertex() {
        let (a, b) = (place(42.0, 21.4), place(41.9, 21.4));
        let each = |widths: &[&[f64]]| {
            let list = |part: &&[f64]| part.iter().copied().map(metres).collect();
            HalfWidths::Each(widths.iter().map(list).collect())
        };
        check(Vec::new(), each(&[]), &["a line needs at least one part"]);
        check(
            vec![vec![a, b], vec![a]],
            HalfWidths::Same(metres(0.0)),
            &[
                "half_width_m is 0: it must be more than 0",
                "part 1: a line needs at least 2 vertices, and this one has 1",
            ],
        );
        check(
            vec![vec![a, b]],
            each(&[&[0.0, 200_000.0]]),
            &[
                "vertex 0: half_width_m is 0: it must be more than 0",
                "vertex 1: half_width_m is 200000: it must be at most 100000",
            ],
        );
        check(
            vec![vec![a, b], vec![a, b]],
            each(&[&[1.0, 2.0], &[1.0]]),
            &["part 1: half_width_m has 1 number for 2 vertices: each needs one"],
        );
        check(
            vec![vec![a, b], vec![a, b]],
            each(&[&[1.0, 2.0]]),
            &["half_width_m has 1 list for 2 parts: each needs one"],
        );
        check(
            vec![vec![a, b, b]],
            each(&[&[1.0, 2.0, 3.0]]),
            &[
                "vertex 2: it is the same place as the vertex before it, with another half-width: \
                 one place has one",
            ],
        );
    }

    #[test]
    fn a_strip_that_reaches_over_the_antimeridian_is_refused() {
        let far = vec![place(10.0, 170.0), place(10.0, 179.95)];
        let fault = "vertex 1: what lies within the width reaches over the antimeridian: corridors do \
                     not cross it";
        assert!(Line::new(far.clone(), metres(5_000.0)).is_ok());
        check(
            vec![far.clone()],
            HalfWidths::Same(metres(6_000.0)),
            &[fault],
        );
        let widths = HalfWidths::Each(vec![[90_000.0, 6_000.0].map(metres).to_vec()]);
        check(vec![far], widths, &[fault]);
    }

    fn check(parts: Vec<Vec<LatLon>>, half_widths: HalfWidths, faults: &[&str]) {
        let found = Line::of_parts(parts, half_widths).unwrap_err();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, faults);
    }
}
