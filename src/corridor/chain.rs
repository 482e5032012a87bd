//! A chain of segments end to end, such as the part of a line or a ring, in boxes of boxes.

use std::cmp::Ordering;

use super::bounds::Bounds;
use super::probe::{Probe, squared_to_edge};
use super::segment::Segment;
use super::sight::{Footing, Sight};
use crate::units::LatLon;

/// Segments of a stretch, the least that has a box: as many as are measured roughly at once.
pub(super) const STRETCH: usize = 16;

/// Boxes that a greater box holds.
const FAN: usize = 8;

/// The chains of all shapes, in arrays that are read in their order.
#[derive(Debug, Default)]
pub(super) struct Chains {
    vertices: Vec<LatLon>,
    /// For each vertex, half the width of the strip, of those chains where it changes.
    half_widths_m: Vec<f64>,
    boxes: Vec<Bounds>,
}

/// One chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// The number of its first segment within the shape.
    pub(super) first: usize,
    pub(super) segments: usize,
    /// Where its first vertex is.
    vertex: usize,
    /// Where the boxes of its stretches are; those of ever greater stretches follow.
    boxes: usize,
    widths: Widths,
    half_width_max_m: f64,
}

#[derive(Clone, Copy, Debug)]
enum Widths {
    Same(f64),
    /// Where the first is.
    Each(usize),
}

/// What a search has found: how far away the nearest point is, and which it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nearest {
    pub(super) metres: f64,
    /// Absent as long as nothing so near is found.
    pub(super) footing: Option<Footing>,
}

impl Nearest {
    /// Farther away than anything.
    pub(super) const NONE: Self = Self::within(f64::INFINITY);

    /// Nothing yet, and only what is as near as this counts.
    pub(super) const fn within(metres: f64) -> Self {
        Self {
            metres,
            footing: None,
        }
    }

    /// Returns from where to where it was measured.
    pub(super) fn sight(&self, probe: &Probe) -> Option<Sight> {
        let from = *probe.vantage();
        self.footing.map(|footing| Sight { from, footing })
    }

    /// Says whether a segment, by its number, is nearer; of equals the first of the shape is.
    fn is_beaten_by(&self, metres: f64, nth: usize) -> bool {
        match metres.total_cmp(&self.metres) {
            Ordering::Less => true,
            Ordering::Equal => self.footing.as_ref().is_none_or(|own| nth < own.nth),
            Ordering::Greater => false,
        }
    }
}

/// From where a distance to a segment counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// From the edge of the strip, signed.
    Edge,
    /// From the middle of it.
    Middle,
}

impl Chains {
    /// Takes the segments of a chain, which has at least one; `first` is the number of its first
    /// segment within the shape.
    pub(super) fn add(&mut self, first: usize, segments: impl Iterator<Item = Segment>) -> Chain {
        let (vertex, each) = (self.vertices.len(), self.half_widths_m.len());
        let mut half_width_max_m: f64 = 0.0;
        for segment in segments {
            if self.vertices.len() == vertex {
                self.vertices.push(segment.start);
                self.half_widths_m.push(segment.start_half_width_m);
            }
            self.vertices.push(segment.end);
            self.half_widths_m.push(segment.end_half_width_m);
            half_width_max_m = half_width_max_m.max(segment.half_width_max_m());
        }
        let chain = Chain {
            first,
            segments: self.vertices.len() - vertex - 1,
            vertex,
            boxes: self.boxes.len(),
            widths: self.joined(each),
            half_width_max_m,
        };
        self.add_boxes(&chain);
        chain
    }

    /// Keeps one half-width instead of all from `each` on, if they are the same.
    fn joined(&mut self, each: usize) -> Widths {
        let common = self.half_widths_m[each];
        let is_same = |width: &f64| width.to_bits() == common.to_bits();
        if self.half_widths_m[each..].iter().all(is_same) {
            self.half_widths_m.truncate(each);
            Widths::Same(common)
        } else {
            Widths::Each(each)
        }
    }

    fn add_boxes(&mut self, chain: &Chain) {
        for nth in 0..chain.stretches() {
            let bounds = Bounds::of(self.vertices(chain, chain.stretch(nth)));
            self.boxes.push(bounds);
        }
        let (mut below, mut count) = (chain.boxes, chain.stretches());
        while 1 < count {
            let above = self.boxes.len();
            for nth in 0..count.div_ceil(FAN) {
                let held = below + nth * FAN..below + count.min((nth + 1) * FAN);
                let bounds = self.boxes[held].iter().copied();
                let bounds = bounds.fold(Bounds::NOTHING, Bounds::and);
                self.boxes.push(bounds);
            }
            (below, count) = (above, self.boxes.len() - above);
        }
    }

    /// Returns the vertices of some segments of a chain, one more than those are.
    pub(super) fn vertices(&self, chain: &Chain, segments: Stretch) -> &[LatLon] {
        let first = chain.vertex + segments.first;
        &self.vertices[first..=first + segments.count]
    }

    /// Returns a segment by its number within the chain.
    pub(super) fn segment(&self, chain: &Chain, nth: usize) -> Segment {
        let vertex = chain.vertex + nth;
        let [start_half_width_m, end_half_width_m] = match chain.widths {
            Widths::Same(width) => [width; 2],
            Widths::Each(first) => [
                self.half_widths_m[first + nth],
                self.half_widths_m[first + nth + 1],
            ],
        };
        Segment {
            start: self.vertices[vertex],
            end: self.vertices[vertex + 1],
            start_half_width_m,
            end_half_width_m,
        }
    }

    /// Puts the nearest segment of a chain in the place of `best`, if it is nearer.
    pub(super) fn nearest(&self, chain: &Chain, probe: &Probe, from: From, best: &mut Nearest) {
        let mut search = Search {
            chains: self,
            chain,
            probe,
            from,
            best,
        };
        let tower = Tower::of(chain);
        let gap_m = search.gap_m(tower.top(), 0, &tower);
        if search.may_be_nearer(gap_m) {
            search.descend(&tower, tower.top(), 0);
        }
    }

    /// Says roughly how far away the box of a stretch is, by its number, metres.
    pub(super) fn gap_m(&self, chain: &Chain, stretch: usize, probe: &Probe) -> f64 {
        probe.gap_m(&self.boxes[chain.boxes + stretch])
    }

    /// Puts the nearest segment of one stretch, by its number, in the place of `best`, if it is nearer; its
    /// box is roughly `gap_m` away.
    pub(super) fn nearest_of(
        &self,
        chain: &Chain,
        stretch: usize,
        gap_m: f64,
        probe: &Probe,
        best: &mut Nearest,
    ) {
        let mut search = Search {
            chains: self,
            chain,
            probe,
            from: From::Edge,
            best,
        };
        if search.may_be_nearer(gap_m) {
            search.scan(chain.stretch(stretch));
        }
    }

    /// Bounds from below how far the edge of the strip around a stretch is away, metres.
    pub(super) fn clearance_m(&self, chain: &Chain, stretch: Stretch, probe: &Probe) -> f64 {
        let rough = self.rough(chain, stretch, probe);
        let clear_m = |squared: f64, width_m| probe.at_least_m(squared.sqrt()) - width_m;
        if let Widths::Same(width_m) = chain.widths {
            let nearest = least(&rough).map_or(f64::INFINITY, |(_, squared)| squared);
            return clear_m(nearest, width_m);
        }
        let measured = rough.into_iter().take(stretch.count).enumerate();
        let each = measured.map(|(nth, squared)| {
            let segment = self.segment(chain, stretch.first + nth);
            clear_m(squared, segment.half_width_max_m())
        });
        each.fold(f64::INFINITY, f64::min)
    }

    /// Measures roughly to each segment of a stretch, squared metres.
    ///
    /// All of an array are measured, whether there are so many or not, so that several are at once.
    fn rough(&self, chain: &Chain, stretch: Stretch, probe: &Probe) -> [f64; STRETCH] {
        let mut east = [0.0; STRETCH + 1];
        let mut north = [0.0; STRETCH + 1];
        let vertices = self.vertices(chain, stretch);
        for ((east, north), vertex) in east.iter_mut().zip(&mut north).zip(vertices) {
            [*east, *north] = probe.flat(*vertex);
        }
        let mut rough = [0.0; STRETCH];
        for (nth, squared) in rough.iter_mut().enumerate() {
            let start = [east[nth], north[nth]];
            *squared = squared_to_edge(start, [east[nth + 1], north[nth + 1]]);
        }
        rough[stretch.count..].fill(f64::INFINITY);
        rough
    }

    /// Says whether a ray from a place towards east crosses a chain an odd number of times.
    ///
    /// A stretch that lies wholly to the east is crossed so if it starts and ends on different
    /// sides of the ray's latitude, whatever it does between.
    pub(super) fn is_crossed_oddly(&self, chain: &Chain, at: LatLon) -> bool {
        let tower = Tower::of(chain);
        self.crossings(chain, &tower, tower.top(), 0, at)
    }

    fn crossings(
        &self,
        chain: &Chain,
        tower: &Tower,
        level: usize,
        nth: usize,
        at: LatLon,
    ) -> bool {
        let bounds = &self.boxes[tower.starts[level] + nth];
        let is_beside = at.lat() < f64::from(bounds.low[1])
            || f64::from(bounds.high[1]) < at.lat()
            || f64::from(bounds.high[0]) < at.lon();
        if is_beside {
            return false;
        }
        let span = STRETCH * FAN.pow(u32::try_from(level).unwrap_or(u32::MAX));
        let first = nth * span;
        let end = chain.segments.min(first + span);
        if at.lon() < f64::from(bounds.low[0]) {
            let lat = |vertex: usize| self.vertices[chain.vertex + vertex].lat();
            return (at.lat() < lat(first)) != (at.lat() < lat(end));
        }
        if level == 0 {
            let vertices = self.vertices(chain, chain.stretch(nth)).windows(2);
            let crossed = vertices.filter(|pair| is_crossed(at, pair[0], pair[1]));
            return crossed.count() % 2 == 1;
        }
        let held = nth * FAN..tower.count(level - 1).min((nth + 1) * FAN);
        held.fold(false, |odd, child| {
            odd != self.crossings(chain, tower, level - 1, child, at)
        })
    }

    /// Shows `visit` every segment of a chain, by its number within it, whose box may meet another.
    pub(super) fn meeting(&self, chain: &Chain, bounds: &Bounds, visit: &mut impl FnMut(usize)) {
        let tower = Tower::of(chain);
        self.meeting_below(chain, &tower, tower.top(), 0, bounds, visit);
    }

    fn meeting_below(
        &self,
        chain: &Chain,
        tower: &Tower,
        level: usize,
        nth: usize,
        bounds: &Bounds,
        visit: &mut impl FnMut(usize),
    ) {
        if !self.boxes[tower.starts[level] + nth].meets(bounds) {
            return;
        }
        if level == 0 {
            return self.meeting_of(chain, chain.stretch(nth), bounds, visit);
        }
        for child in nth * FAN..tower.count(level - 1).min((nth + 1) * FAN) {
            self.meeting_below(chain, tower, level - 1, child, bounds, visit);
        }
    }

    /// Does the same for one stretch.
    pub(super) fn meeting_of(
        &self,
        chain: &Chain,
        stretch: Stretch,
        bounds: &Bounds,
        visit: &mut impl FnMut(usize),
    ) {
        let pairs = self.vertices(chain, stretch).windows(2);
        for (nth, pair) in pairs.enumerate() {
            if bounds.may_touch(pair[0], pair[1]) {
                visit(stretch.first + nth);
            }
        }
    }
}

/// Says whether a ray from a place towards east crosses an edge.
pub(super) fn is_crossed(at: LatLon, start: LatLon, end: LatLon) -> bool {
    if (at.lat() < start.lat()) == (at.lat() < end.lat()) {
        return false;
    }
    let fraction = (at.lat() - start.lat()) / (end.lat() - start.lat());
    at.lon() < start.lon() + fraction * (end.lon() - start.lon())
}

/// Some segments in a row, by their numbers within a chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Chain {
    /// Returns how many stretches it has.
    pub(super) fn stretches(&self) -> usize {
        self.segments.div_ceil(STRETCH)
    }

    /// Returns a stretch by its number.
    pub(super) fn stretch(&self, nth: usize) -> Stretch {
        let first = nth * STRETCH;
        Stretch {
            first,
            count: STRETCH.min(self.segments - first),
        }
    }

    /// Returns half the width of the strip where it is widest.
    pub(super) fn half_width_max_m(&self) -> f64 {
        self.half_width_max_m
    }
}

/// Where the boxes of each level are, those of the stretches lowest.
struct Tower {
    starts: [usize; Self::LEVELS],
    levels: usize,
    end: usize,
}

impl Tower {
    /// Enough for all segments that a machine can hold.
    const LEVELS: usize = 24;

    fn of(chain: &Chain) -> Self {
        let mut tower = Self {
            starts: [chain.boxes; Self::LEVELS],
            levels: 1,
            end: chain.boxes + chain.stretches(),
        };
        let mut count = chain.stretches();
        while 1 < count {
            count = count.div_ceil(FAN);
            tower.starts[tower.levels] = tower.end;
            tower.end += count;
            tower.levels += 1;
        }
        tower
    }

    fn top(&self) -> usize {
        self.levels - 1
    }

    fn count(&self, level: usize) -> usize {
        let end = if level == self.top() {
            self.end
        } else {
            self.starts[level + 1]
        };
        end - self.starts[level]
    }
}

/// A search for the nearest segment, by ever smaller boxes, the nearest first.
struct Search<'a> {
    chains: &'a Chains,
    chain: &'a Chain,
    probe: &'a Probe,
    from: From,
    best: &'a mut Nearest,
}

impl Search<'_> {
    fn descend(&mut self, tower: &Tower, level: usize, nth: usize) {
        if level == 0 {
            return self.scan(self.chain.stretch(nth));
        }
        let first = nth * FAN;
        let count = tower.count(level - 1).min(first + FAN) - first;
        let mut gaps = [f64::INFINITY; FAN];
        for (child, gap_m) in gaps.iter_mut().enumerate().take(count) {
            *gap_m = self.gap_m(level - 1, first + child, tower);
        }
        while let Some((child, gap_m)) = least(&gaps)
            && self.may_be_nearer(gap_m)
        {
            gaps[child] = f64::INFINITY;
            self.descend(tower, level - 1, first + child);
        }
    }

    /// Measures all segments roughly, and exactly those that may be the nearest.
    fn scan(&mut self, stretch: Stretch) {
        let mut rough = self.chains.rough(self.chain, stretch, self.probe);
        while let Some((nth, squared)) = least(&rough)
            && self.may_be_nearer(squared.sqrt())
        {
            rough[nth] = f64::INFINITY;
            let segment = self.chains.segment(self.chain, stretch.first + nth);
            let (foot, metres) = match self.from {
                From::Edge => segment.edge_from(self.probe.vantage()),
                From::Middle => segment.middle_from(self.probe.vantage()),
            };
            let nth = self.chain.first + stretch.first + nth;
            if self.best.is_beaten_by(metres, nth) {
                *self.best = Nearest {
                    metres,
                    footing: Some(Footing { nth, segment, foot }),
                };
            }
        }
    }

    fn gap_m(&self, level: usize, nth: usize, tower: &Tower) -> f64 {
        self.probe
            .gap_m(&self.chains.boxes[tower.starts[level] + nth])
    }

    fn may_be_nearer(&self, rough_m: f64) -> bool {
        let width_m = match self.from {
            From::Edge => self.chain.half_width_max_m,
            From::Middle => 0.0,
        };
        self.probe.at_least_m(rough_m) - width_m <= self.best.metres
    }
}

/// Finds the least of some numbers, the first of equals, unless all are infinite.
pub(super) fn least<const N: usize>(numbers: &[f64; N]) -> Option<(usize, f64)> {
    let (mut nth, mut least) = (0, f64::INFINITY);
    for (each, number) in numbers.iter().enumerate() {
        if *number < least {
            (nth, least) = (each, *number);
        }
    }
    (least < f64::INFINITY).then_some((nth, least))
}
