//! The index over everything that a place or a path can be near to.

use rstar::{AABB, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeObject, RTreeParams};

use super::bounds::{Bounds, SLACK_M};
use super::chain::{Chain, Chains, From, Nearest, Stretch, least};
use super::probe::Probe;
use super::segment::Segment;
use super::set::CorridorIndex;
use super::shape::Shape;
use crate::units::LatLon;

#[cfg(test)]
mod tests;

/// An immutable index over the segments of all corridors.
///
/// An R-tree of stretches says which corridors are near; the boxes of each corridor's own chains
/// say where it is nearest, however long it is.
#[derive(Debug)]
pub(super) struct Index {
    tree: RTree<Entry, Nodes>,
    chains: Chains,
    all: Vec<Chain>,
    /// For each corridor, where its chains end.
    ends: Vec<usize>,
}

/// Something that the tree finds, in a box that holds everything that counts as near it.
#[derive(Clone, Debug)]
struct Entry {
    corridor: CorridorIndex,
    held: Held,
    bounds: Bounds,
}

/// What a box in the tree stands for.
#[derive(Clone, Copy, Debug)]
enum Held {
    /// A stretch of a chain, by their numbers, its box widened by the half-width of a line.
    Stretch(u32, u32),
    /// A polygon, which holds places that are near none of its edges.
    Inside,
}

/// What a path may touch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// A segment.
    Segment(Segment),
    /// The inside of an area, away from its edges.
    Inside,
}

/// How many children of a node are weighed against each other.
const DOZEN: usize = 12;

/// How many boxes a node of the tree holds.
#[derive(Debug)]
struct Nodes;

impl RTreeParams for Nodes {
    const MIN_SIZE: usize = 4;
    const MAX_SIZE: usize = 8;
    const REINSERTION_COUNT: usize = 2;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds.envelope()
    }
}

impl Index {
    /// Builds everything in one go.
    ///
    /// # Panics
    ///
    /// If there are four billion chains, or stretches of one chain.
    pub(super) fn new<'a>(shapes: impl Iterator<Item = (CorridorIndex, &'a Shape)>) -> Self {
        let mut index = Self {
            tree: RTree::new_with_params(),
            chains: Chains::default(),
            all: Vec::new(),
            ends: Vec::new(),
        };
        let mut entries = Vec::new();
        for (corridor, shape) in shapes {
            if let Shape::Area(area) = shape {
                entries.extend(area.exteriors().map(|exterior| Entry {
                    corridor,
                    held: Held::Inside,
                    bounds: Bounds::around(exterior, 0.0),
                }));
            }
            index.add(corridor, shape, &mut entries);
        }
        index.tree = RTree::bulk_load_with_params(entries);
        index
    }

    fn add(&mut self, corridor: CorridorIndex, shape: &Shape, entries: &mut Vec<Entry>) {
        let mut first = 0;
        for count in shape.chains() {
            let segments = (first..first + count).map(|nth| shape.segment(nth));
            let chain = self.chains.add(first, segments);
            first += count;
            let number = narrow(self.all.len());
            entries.extend((0..chain.stretches()).map(|nth| {
                let vertices = self.chains.vertices(&chain, chain.stretch(nth));
                Entry {
                    corridor,
                    held: Held::Stretch(number, narrow(nth)),
                    bounds: Bounds::around(vertices, chain.half_width_max_m()),
                }
            }));
            self.all.push(chain);
        }
        self.ends.push(self.all.len());
    }

    fn chains_of(&self, corridor: CorridorIndex) -> &[Chain] {
        let nth = corridor.get();
        let start = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[nth]]
    }

    fn stretch(&self, chain: u32, stretch: u32) -> (&Chain, Stretch) {
        let chain = &self.all[wide(chain)];
        (chain, chain.stretch(wide(stretch)))
    }

    /// Shows `visit` every corridor with a segment whose strip begins within `radius_m`, with
    /// the distance to it, negative inside the strip; perhaps several times, the nearest included.
    ///
    /// An area that the place may be inside of is shown as well, as infinitely far away.
    pub(super) fn around(
        &self,
        probe: &Probe,
        radius_m: f64,
        mut visit: impl FnMut(CorridorIndex, &Nearest),
    ) {
        let mut last: Option<Approach> = None;
        self.visit(&probe.bounds(radius_m), |entry| {
            let Held::Stretch(chain, stretch) = entry.held else {
                return visit(entry.corridor, &Nearest::NONE);
            };
            let near = NearStretch::of(self, probe, &self.all[wide(chain)], wide(stretch));
            match &mut last {
                Some(approach) if approach.corridor == entry.corridor => approach.meet(near),
                Some(_) | None => {
                    let next = Approach::new(entry.corridor, near, radius_m);
                    if let Some(before) = last.replace(next) {
                        before.end(&mut visit);
                    }
                }
            }
        });
        if let Some(last) = last {
            last.end(&mut visit);
        }
    }

    /// Shows `visit` everything that the straight path between two places may touch.
    pub(super) fn along(
        &self,
        from: LatLon,
        to: LatLon,
        mut visit: impl FnMut(CorridorIndex, Part),
    ) {
        self.visit(&Bounds::around(&[from, to], 0.0), |entry| {
            let Held::Stretch(chain, stretch) = entry.held else {
                return visit(entry.corridor, Part::Inside);
            };
            let (chain, stretch) = self.stretch(chain, stretch);
            let near = Bounds::around(&[from, to], chain.half_width_max_m());
            self.chains.meeting_of(chain, stretch, &near, &mut |nth| {
                let segment = self.chains.segment(chain, nth);
                visit(entry.corridor, Part::Segment(segment));
            });
        });
    }

    /// Shows `visit` the segments of one corridor that the straight path between two places may
    /// touch.
    pub(super) fn along_one(
        &self,
        corridor: CorridorIndex,
        from: LatLon,
        to: LatLon,
        mut visit: impl FnMut(Segment),
    ) {
        for chain in self.chains_of(corridor) {
            let near = Bounds::around(&[from, to], chain.half_width_max_m());
            self.chains.meeting(chain, &near, &mut |nth| {
                visit(self.chains.segment(chain, nth));
            });
        }
    }

    /// Shows `visit` every segment whose strip may meet that of another.
    pub(super) fn beside(&self, segment: &Segment, mut visit: impl FnMut(CorridorIndex, Segment)) {
        let (ends, reach_m) = ([segment.start, segment.end], segment.half_width_max_m());
        self.visit(&Bounds::around(&ends, reach_m), |entry| {
            let Held::Stretch(chain, stretch) = entry.held else {
                return;
            };
            let (chain, stretch) = self.stretch(chain, stretch);
            let near = Bounds::around(&ends, reach_m + chain.half_width_max_m());
            self.chains.meeting_of(chain, stretch, &near, &mut |nth| {
                visit(entry.corridor, self.chains.segment(chain, nth));
            });
        });
    }

    /// Does the same for the segments of one corridor, with their numbers within its shape.
    pub(super) fn beside_one(
        &self,
        corridor: CorridorIndex,
        segment: &Segment,
        mut visit: impl FnMut(usize, Segment),
    ) {
        let (ends, reach_m) = ([segment.start, segment.end], segment.half_width_max_m());
        for chain in self.chains_of(corridor) {
            let near = Bounds::around(&ends, reach_m + chain.half_width_max_m());
            self.chains.meeting(chain, &near, &mut |nth| {
                visit(chain.first + nth, self.chains.segment(chain, nth));
            });
        }
    }

    /// Finds the segment of a corridor that is nearest, of equals the first.
    pub(super) fn nearest(&self, corridor: CorridorIndex, probe: &Probe, from: From) -> Nearest {
        let mut best = Nearest::NONE;
        for chain in self.chains_of(corridor) {
            self.chains.nearest(chain, probe, from, &mut best);
        }
        best
    }

    /// Says whether a place lies inside the rings of an area; on an edge it may say either.
    pub(super) fn encloses(&self, corridor: CorridorIndex, at: LatLon) -> bool {
        let rings = self.chains_of(corridor).iter();
        let crossed = rings.filter(|ring| self.chains.is_crossed_oddly(ring, at));
        crossed.count() % 2 == 1
    }

    /// Bounds from below how far away the nearest edge of any strip or area is, metres.
    ///
    /// Strips for which `is_known` says yes are left out, and so is what is farther than `most_m`.
    pub(super) fn clearance_m(
        &self,
        probe: &Probe,
        most_m: f64,
        is_known: impl Fn(CorridorIndex) -> bool,
    ) -> f64 {
        let mut search = Clearance {
            index: self,
            probe,
            is_known,
            metres: most_m,
        };
        search.descend(self.tree.root());
        search.metres
    }

    fn visit(&self, bounds: &Bounds, mut visit: impl FnMut(&Entry)) {
        walk(self.tree.root(), bounds, &mut visit);
    }
}

/// A stretch that the tree has found, and roughly how far its box is away, metres.
struct NearStretch<'a> {
    index: &'a Index,
    probe: &'a Probe,
    chain: &'a Chain,
    stretch: usize,
    gap_m: f64,
}

impl<'a> NearStretch<'a> {
    fn of(index: &'a Index, probe: &'a Probe, chain: &'a Chain, stretch: usize) -> Self {
        Self {
            index,
            probe,
            chain,
            stretch,
            gap_m: index.chains.gap_m(chain, stretch, probe),
        }
    }

    fn measure(&self, best: &mut Nearest) {
        let chains = &self.index.chains;
        chains.nearest_of(self.chain, self.stretch, self.gap_m, self.probe, best);
    }
}

/// A search for where one corridor is nearest, among stretches that come in any order.
///
/// The nearest box is measured first, so that most others need not be: one always waits.
struct Approach<'a> {
    corridor: CorridorIndex,
    best: Nearest,
    waiting: NearStretch<'a>,
}

impl<'a> Approach<'a> {
    fn new(corridor: CorridorIndex, first: NearStretch<'a>, radius_m: f64) -> Self {
        Self {
            corridor,
            best: Nearest::within(radius_m + SLACK_M),
            waiting: first,
        }
    }

    /// Measures the nearer of two stretches, and lets the other wait.
    fn meet(&mut self, near: NearStretch<'a>) {
        let first = if near.gap_m < self.waiting.gap_m {
            near
        } else {
            std::mem::replace(&mut self.waiting, near)
        };
        first.measure(&mut self.best);
    }

    fn end(mut self, visit: &mut impl FnMut(CorridorIndex, &Nearest)) {
        self.waiting.measure(&mut self.best);
        if self.best.footing.is_some() {
            visit(self.corridor, &self.best);
        }
    }
}

/// Shows `visit` everything whose box meets another.
///
/// The tree's own walk does the same, but compares boxes axis by axis through closures that are not
/// always inlined: half the instructions of a lookup.
fn walk(node: &ParentNode<Entry>, bounds: &Bounds, visit: &mut impl FnMut(&Entry)) {
    for child in node.children() {
        match child {
            RTreeNode::Leaf(entry) if entry.bounds.meets(bounds) => visit(entry),
            RTreeNode::Parent(below) if Bounds::from(below.envelope()).meets(bounds) => {
                walk(below, bounds, visit);
            }
            RTreeNode::Leaf(_) | RTreeNode::Parent(_) => {}
        }
    }
}

/// A search for the nearest edge of anything, by ever smaller boxes, the nearest first.
struct Clearance<'a, K> {
    index: &'a Index,
    probe: &'a Probe,
    is_known: K,
    metres: f64,
}

impl<K: Fn(CorridorIndex) -> bool> Clearance<'_, K> {
    /// Takes the children of a node by the dozen: a bulk load makes some nodes larger than the
    /// greatest size.
    fn descend(&mut self, node: &ParentNode<Entry>) {
        for children in node.children().chunks(DOZEN) {
            self.nearest_first(children);
        }
    }

    fn nearest_first(&mut self, children: &[RTreeNode<Entry>]) {
        let mut gaps = [f64::INFINITY; DOZEN];
        for (gap_m, child) in gaps.iter_mut().zip(children) {
            // The envelope of a leaf would be made anew.
            let bounds = match child {
                RTreeNode::Leaf(entry) => entry.bounds,
                RTreeNode::Parent(below) => Bounds::from(below.envelope()),
            };
            let rough_m = self.probe.gap_m(&bounds);
            *gap_m = self.probe.at_least_m(rough_m);
        }
        while let Some((nth, gap_m)) = least(&gaps)
            && gap_m < self.metres
        {
            gaps[nth] = f64::INFINITY;
            match &children[nth] {
                RTreeNode::Parent(below) => self.descend(below),
                RTreeNode::Leaf(entry) => self.measure(entry),
            }
        }
    }

    fn measure(&mut self, entry: &Entry) {
        if let Held::Stretch(chain, stretch) = entry.held
            && !(self.is_known)(entry.corridor)
        {
            let (chain, stretch) = self.index.stretch(chain, stretch);
            let clear_m = self.index.chains.clearance_m(chain, stretch, self.probe);
            self.metres = self.metres.min(clear_m);
        }
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).expect("a set of corridors has fewer than four billion of anything")
}

fn wide(number: u32) -> usize {
    usize::try_from(number).expect("a number of 32 bits")
}
