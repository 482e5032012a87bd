//! The R-tree over everything that a place or a path can be near to.

use std::ops::ControlFlow;

use rstar::{AABB, RTree, RTreeObject};

use super::metric::Scale;
use super::segment::Segment;
use super::set::CorridorIndex;
use super::shape::Shape;
use crate::units::LatLon;

/// Metres per degree of latitude where a degree is shortest, rounded down.
const METRES_PER_DEGREE_MIN: f64 = 110_500.0;

/// What every box is widened by beyond its due, metres: the index must not lose what lies on
/// an edge to rounding.
const SLACK_M: f64 = 0.001;

/// An immutable index over the edges of all corridors, in boxes of degrees.
#[derive(Debug)]
pub(super) struct Index(RTree<Entry>);

/// Something that the index finds, in a box that holds everything that counts as near it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) corridor: CorridorIndex,
    pub(super) part: Part,
    envelope: AABB<[f64; 2]>,
}

/// What a box in the index stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// A segment, its box widened by the half-width of a line.
    Segment(Segment),
    /// An area, which holds places that are near none of its edges.
    Inside,
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl Index {
    /// Builds the tree in one go.
    pub(super) fn new<'a>(shapes: impl Iterator<Item = (CorridorIndex, &'a Shape)>) -> Self {
        let mut entries = Vec::new();
        for (corridor, shape) in shapes {
            if let Shape::Area(area) = shape {
                entries.extend(area.exteriors().map(|exterior| Entry {
                    corridor,
                    part: Part::Inside,
                    envelope: envelope(exterior.iter().copied(), 0.0),
                }));
            }
            entries.extend(shape.segments().map(|segment| Entry {
                corridor,
                part: Part::Segment(segment),
                envelope: envelope(
                    [segment.start, segment.end].into_iter(),
                    segment.half_width_max_m(),
                ),
            }));
        }
        Self(RTree::bulk_load(entries))
    }

    /// Shows `visit` every entry that may lie within `radius_m` of `at`.
    pub(super) fn around(&self, at: LatLon, radius_m: f64, visit: impl FnMut(&Entry)) {
        self.visit(envelope([at].into_iter(), radius_m), visit);
    }

    /// Shows `visit` every entry that the straight path between two places may touch.
    pub(super) fn along(&self, from: LatLon, to: LatLon, visit: impl FnMut(&Entry)) {
        self.visit(envelope([from, to].into_iter(), 0.0), visit);
    }

    fn visit(&self, envelope: AABB<[f64; 2]>, mut visit: impl FnMut(&Entry)) {
        let walk = self
            .0
            .locate_in_envelope_intersecting_int(envelope, |entry| {
                visit(entry);
                ControlFlow::<()>::Continue(())
            });
        debug_assert!(walk.is_continue(), "the visitor never stops the walk");
    }
}

/// Boxes some places, `margin_m` wider than they are.
///
/// A degree of longitude is taken at a latitude beyond all that the margin reaches, from either
/// of two boxes that are asked whether they meet.
fn envelope(places: impl Iterator<Item = LatLon>, margin_m: f64) -> AABB<[f64; 2]> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for at in places {
        for (axis, degrees) in [at.lon(), at.lat()].into_iter().enumerate() {
            low[axis] = low[axis].min(degrees);
            high[axis] = high[axis].max(degrees);
        }
    }
    let margin_m = margin_m + SLACK_M;
    let lat = margin_m / METRES_PER_DEGREE_MIN;
    let poleward = low[1].abs().max(high[1].abs()) + 2.0 * lat + 1.0;
    let lon = margin_m / Scale::around(poleward.min(89.9)).east;
    AABB::from_corners([low[0] - lon, low[1] - lat], [high[0] + lon, high[1] + lat])
}
