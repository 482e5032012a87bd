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
        let (edge, foot) = self.nearest(at);
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

    /// Tells the side of `at` however near it is; none on the line and at its round ends.
    pub(super) fn flank(&self, at: LatLon) -> Option<Side> {
        let (edge, foot) = self.nearest(at);
        let (start, end) = (self.vertices()[edge], self.vertices()[edge + 1]);
        let last = self.vertices().len() - 2;
        let before = edge == 0 && foot.fraction <= 0.0;
        let beyond = edge == last && 1.0 <= foot.fraction;
        if before || beyond {
            return None;
        }
        let left = self.turn_at(edge, foot.fraction).map(|left| !left);
        left.or_else(|| {
            let scale = Scale::between(at, start.towards(end, foot.fraction));
            let cross = scale.offset(start, end).cross(scale.offset(start, at));
            (cross != 0.0).then_some(0.0 < cross)
        })
        .map(across)
    }

    /// Finds the edge that is nearest to `at`, and its nearest point; of equals the first.
    fn nearest(&self, at: LatLon) -> (usize, Foot) {
        let mut edge = 0;
        let mut foot = Foot::NONE;
        for (nth, (start, end)) in edges(self.vertices()).enumerate() {
            let next = Foot::of(at, start, end);
            if next.distance_m < foot.distance_m {
                (edge, foot) = (nth, next);
            }
        }
        (edge, foot)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{geodesic_m, metres, moved, place};

    #[test]
    fn the_side_is_that_of_the_direction_of_the_line() {
        let start = place(41.0, 22.0);
        let north = || vec![start, moved(start, 0.0, 5_000.0)];
        check(
            north(),
            moved(start, -300.0, 1_000.0),
            Some(Side::Left),
            "west of northwards",
        );
        check(
            north(),
            moved(start, 300.0, 1_000.0),
            Some(Side::Right),
            "east of northwards",
        );
        check(
            north(),
            moved(start, 19.0, 1_000.0),
            Some(Side::On),
            "as good as on it",
        );
        check(
            north(),
            moved(start, 0.0, -300.0),
            None,
            "straight before the start",
        );
        check(
            north(),
            moved(start, -100.0, 5_300.0),
            Some(Side::Left),
            "beyond the end, to the left",
        );
    }

    #[test]
    fn what_is_nearest_to_a_bend_lies_on_its_outer_side() {
        let start = place(41.0, 22.0);
        let bend = moved(start, 5_000.0, 0.0);
        let left = || vec![start, bend, moved(start, 0.0, 1_000.0)];
        check(
            left(),
            moved(bend, 300.0, 30.0),
            Some(Side::Right),
            "beyond a hairpin to the left",
        );
        let right = || vec![start, bend, moved(start, 0.0, -1_000.0)];
        check(
            right(),
            moved(bend, 300.0, -30.0),
            Some(Side::Left),
            "beyond one to the right",
        );
    }

    fn check(vertices: Vec<LatLon>, at: LatLon, side: Option<Side>, what: &str) {
        let line = Line::new(vertices, metres(100.0)).unwrap();
        assert_eq!(line.project(at).side, side, "{what}");
    }

    #[test]
    fn a_flank_is_told_next_to_the_line_but_not_at_its_ends() {
        let start = place(41.0, 22.0);
        let vertices = vec![start, moved(start, 0.0, 5_000.0)];
        let line = Line::new(vertices, metres(5.0)).unwrap();
        let flank = |east, north| line.flank(moved(start, east, north));
        assert_eq!(flank(-0.5, 1_000.0), Some(Side::Left));
        assert_eq!(flank(0.5, 1_000.0), Some(Side::Right));
        assert_eq!(flank(-3.0, -4.0), None, "before the start");
        assert_eq!(flank(3.0, 5_004.0), None, "beyond the end");
        let bend = vec![
            start,
            moved(start, 5_000.0, 0.0),
            moved(start, 0.0, 1_000.0),
        ];
        let line = Line::new(bend, metres(5.0)).unwrap();
        let beyond = moved(start, 5_004.0, 0.0);
        assert_eq!(line.flank(beyond), Some(Side::Right), "outside of a bend");
    }

    #[test]
    fn a_place_on_a_vertex_has_the_chainage_of_the_vertex() {
        let vertices = vec![place(41.0, 22.0), place(41.1, 22.1), place(41.1, 22.3)];
        let line = Line::new(vertices.clone(), metres(100.0)).unwrap();
        let first = geodesic_m(vertices[0], vertices[1]);
        for (at, along_m) in vertices.iter().zip([0.0, first, line.length_m()]) {
            let projection = line.project(*at);
            assert!((projection.along_m - along_m).abs() < 0.1, "{projection:?}");
            assert!(projection.cross_track_m < 1e-6);
            assert_eq!(projection.side, Some(Side::On));
        }
    }
}
