//! Where a place lies along a line and across it.

use super::metric::{Foot, Scale, length_m};
use super::shape::{Line, edges};
use crate::units::LatLon;

/// What is nearer to the centreline than this is on it, metres: less than a fix tells apart.
pub(super) const ON_CENTRELINE_M: f64 = 20.0;

/// A side of a line, seen in the direction in which its chainage grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// On the left.
    Left,
    /// On the right.
    Right,
    /// On the centreline, or within 20 m of it.
    On,
}

impl Side {
    /// Returns the word that stands for it in alerts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::On => "on",
        }
    }
}

/// The nearest point of a centreline, and how a place lies to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Projection {
    /// The nearest point.
    pub(super) foot: LatLon,
    /// Metres along the line from its first vertex.
    pub(super) along_m: f64,
    /// Metres from the place to the nearest point.
    pub(super) cross_track_m: f64,
    /// The side of the line; none straight beyond an end of it.
    pub(super) side: Option<Side>,
    /// The bearing of the line there, degrees.
    pub(super) bearing_deg: f64,
}

impl Line {
    /// Projects `at` to the centreline; of equally near points the first one counts.
    pub(super) fn project(&self, at: LatLon) -> Projection {
        let mut edge = 0;
        let mut foot = Foot::NONE;
        for (nth, (start, end)) in edges(self.vertices()).enumerate() {
            let next = Foot::of(at, start, end);
            if next.distance_m < foot.distance_m {
                (edge, foot) = (nth, next);
            }
        }
        let (start, end) = (self.vertices()[edge], self.vertices()[edge + 1]);
        let nearest = start.towards(end, foot.fraction);
        let scale = Scale::between(at, nearest);
        let side = if foot.distance_m < ON_CENTRELINE_M {
            Some(Side::On)
        } else {
            let line = scale.offset(start, end);
            let left_m = line.cross(scale.offset(nearest, at)) / line.length_m();
            self.turn_at(edge, foot.fraction)
                .map_or_else(|| straight(left_m), |left| Some(across(!left)))
        };
        Projection {
            foot: nearest,
            along_m: self.reached_m(edge) + length_m(start, nearest),
            cross_track_m: foot.distance_m,
            side,
            bearing_deg: Scale::between(start, end).offset(start, end).bearing_deg(),
        }
    }

    /// Says whether the line turns left at the vertex that a fraction of an edge falls on.
    ///
    /// What is nearest to a bend lies on its outer side, whatever either edge alone says.
    fn turn_at(&self, edge: usize, fraction: f64) -> Option<bool> {
        let middle = if fraction <= 0.0 {
            edge
        } else if 1.0 <= fraction {
            edge + 1
        } else {
            return None;
        };
        let before = *self.vertices().get(middle.checked_sub(1)?)?;
        let (bend, after) = (
            *self.vertices().get(middle)?,
            *self.vertices().get(middle + 1)?,
        );
        let scale = Scale::around(bend.lat());
        let turn = scale.offset(before, bend).cross(scale.offset(bend, after));
        (turn != 0.0).then_some(0.0 < turn)
    }
}

/// Tells the side beside an edge, or beyond an end of the line.
fn straight(left_m: f64) -> Option<Side> {
    (ON_CENTRELINE_M <= left_m.abs()).then(|| across(0.0 < left_m))
}

const fn across(left: bool) -> Side {
    if left { Side::Left } else { Side::Right }
}
