//! Where a place lies along a line and across it.

use super::line::Line;
use super::metric::{Foot, Offset, Scale, Vantage};
use super::segment::Segment;
use crate::units::LatLon;

/// What is nearer to the centreline than this is on it, metres: less than a fix tells apart.
pub(super) const ON_CENTRELINE_M: f64 = 20.0;

/// A side of a line, seen from its first vertex, whichever way its posts run.
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
    /// The way from the nearest point to the place.
    pub(super) way: Offset,
    /// Metres along the line from its first vertex.
    pub(super) along_m: f64,
    /// Metres from the place to the nearest point.
    pub(super) cross_track_m: f64,
    /// Half the width of the strip at the nearest point, metres.
    pub(super) half_width_m: f64,
    /// The side of the line; none straight beyond an end of it.
    pub(super) side: Option<Side>,
    /// The bearing of the line there, degrees; along a straight line in degrees it changes.
    pub(super) bearing_deg: f64,
}

impl Line {
    /// Projects `at` to the centreline, whose segment `nth` is the nearest.
    pub(super) fn project(&self, at: LatLon, nth: usize) -> Projection {
        let segment = self.segment(nth);
        let (start, end) = (segment.start, segment.end);
        let vantage = Vantage::new(at);
        let foot = vantage.foot(start, end, 0.0);
        let nearest = start.towards(end, foot.fraction);
        let scale = vantage.scale_at(f64::midpoint(at.lat(), nearest.lat()));
        let way = scale.offset(nearest, at);
        let side = if foot.distance_m < ON_CENTRELINE_M {
            Some(Side::On)
        } else {
            let line = scale.offset(start, end);
            let left_m = line.cross(way) / line.length_m();
            self.turn_at(nth, foot.fraction)
                .map_or_else(|| straight(left_m), |left| Some(across(!left)))
        };
        let along = vantage.scale_at(nearest.lat()).offset(start, end);
        Projection {
            way,
            along_m: self.reached_m(nth) + vantage.length_m(start, nearest),
            cross_track_m: foot.distance_m,
            half_width_m: segment.half_width_m(foot.fraction),
            side,
            bearing_deg: along.bearing_deg(),
        }
    }

    /// Tells the side of `at` however near it is; none on the line and at the round ends of its
    /// parts. The segment `nth` is the nearest.
    pub(super) fn flank(&self, at: LatLon, nth: usize) -> Option<Side> {
        let Segment { start, end, .. } = self.segment(nth);
        let foot = Foot::of(at, start, end);
        let before = self.opens(nth) && foot.fraction <= 0.0;
        let beyond = self.closes(nth) && 1.0 <= foot.fraction;
        if before || beyond {
            return None;
        }
        let left = self.turn_at(nth, foot.fraction).map(|left| !left);
        left.or_else(|| {
            let scale = Scale::between(at, start.towards(end, foot.fraction));
            let cross = scale.offset(start, end).cross(scale.offset(start, at));
            (cross != 0.0).then_some(0.0 < cross)
        })
        .map(across)
    }

    /// Says whether the line turns left at the vertex that a fraction of a segment falls on.
    ///
    /// What is nearest to a bend lies on its outer side, whatever either segment alone says.
    fn turn_at(&self, nth: usize, fraction: f64) -> Option<bool> {
        let (before, after) = if fraction <= 0.0 && !self.opens(nth) {
            (self.segment(nth - 1), self.segment(nth))
        } else if 1.0 <= fraction && !self.closes(nth) {
            (self.segment(nth), self.segment(nth + 1))
        } else {
            return None;
        };
        let scale = Scale::around(after.start.lat());
        let turn = scale
            .offset(before.start, before.end)
            .cross(scale.offset(after.start, after.end));
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
    use crate::corridor::shape::edges;

    /// Walks over all segments; of equally near ones the first counts.
    fn nearest(line: &Line, at: LatLon) -> usize {
        let edges = line.parts().flat_map(edges).enumerate();
        let measured = edges.map(|(nth, (start, end))| (nth, Foot::of(at, start, end).distance_m));
        measured.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
    }

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
        assert_eq!(line.project(at, nearest(&line, at)).side, side, "{what}");
    }

    #[test]
    fn a_flank_is_told_next_to_the_line_but_not_at_its_ends() {
        let start = place(41.0, 22.0);
        let vertices = vec![start, moved(start, 0.0, 5_000.0)];
        let line = Line::new(vertices, metres(5.0)).unwrap();
        let flank = |east, north| {
            let at = moved(start, east, north);
            line.flank(at, nearest(&line, at))
        };
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
        assert_eq!(
            line.flank(beyond, nearest(&line, beyond)),
            Some(Side::Right),
            "outside of a bend"
        );
    }

    #[test]
    fn a_place_on_a_vertex_has_the_chainage_of_the_vertex() {
        let vertices = vec![place(41.0, 22.0), place(41.1, 22.1), place(41.1, 22.3)];
        let line = Line::new(vertices.clone(), metres(100.0)).unwrap();
        let first = geodesic_m(vertices[0], vertices[1]);
        for (at, along_m) in vertices.iter().zip([0.0, first, line.length_m()]) {
            let projection = line.project(*at, nearest(&line, *at));
            assert!((projection.along_m - along_m).abs() < 0.1, "{projection:?}");
            assert!(projection.cross_track_m < 1e-6);
            assert_eq!(projection.side, Some(Side::On));
        }
    }
}
