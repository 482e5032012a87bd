//! Where a place lies along a line and across it.

use super::line::Line;
use super::metric::{Offset, Scale};
use super::sight::{Footing, Sight};

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
    /// The way along the segment there; along a straight line in degrees its bearing changes.
    pub(super) along: Offset,
}

impl Line {
    /// Projects a place to the centreline, whose nearest point it sees.
    pub(super) fn project(&self, sight: &Sight) -> Projection {
        let Footing { nth, segment, foot } = sight.footing;
        let nearest = segment.start.towards(segment.end, foot.fraction);
        let side = if foot.distance_m < ON_CENTRELINE_M {
            Some(Side::On)
        } else {
            let left_m = foot.edge.cross(foot.way) / foot.edge.length_m();
            self.turn_at(nth, foot.fraction)
                .map_or_else(|| straight(left_m), |left| Some(across(!left)))
        };
        Projection {
            way: foot.way,
            along_m: self.reached_m(nth) + sight.from.length_m(segment.start, nearest),
            cross_track_m: foot.distance_m,
            half_width_m: segment.half_width_m(foot.fraction),
            side,
            along: foot.edge,
        }
    }

    /// Tells the side of a place however near it is; none on the line and at the round ends of its
    /// parts.
    pub(super) fn flank(&self, sight: &Sight) -> Option<Side> {
        let Footing { nth, foot, .. } = sight.footing;
        let before = self.opens(nth) && foot.fraction <= 0.0;
        let beyond = self.closes(nth) && 1.0 <= foot.fraction;
        if before || beyond {
            return None;
        }
        let left = self.turn_at(nth, foot.fraction).map(|left| !left);
        left.or_else(|| {
            let cross = foot.edge.cross(foot.way);
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
    use crate::corridor::metric::Vantage;
    use crate::corridor::sample::{geodesic_m, metres, moved, place};
    use crate::units::LatLon;

    /// Walks over all segments; of equally near ones the first counts.
    fn nearest(line: &Line, at: LatLon) -> Sight {
        let from = Vantage::new(at);
        let seen = (0..line.segment_count()).map(|nth| {
            let segment = line.segment(nth);
            let (foot, _) = segment.middle_from(&from);
            Footing { nth, segment, foot }
        });
        let footing = seen.min_by(|a, b| a.foot.distance_m.total_cmp(&b.foot.distance_m));
        let footing = footing.unwrap();
        Sight { from, footing }
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
        assert_eq!(line.project(&nearest(&line, at)).side, side, "{what}");
    }

    #[test]
    fn a_flank_is_told_next_to_the_line_but_not_at_its_ends() {
        let start = place(41.0, 22.0);
        let vertices = vec![start, moved(start, 0.0, 5_000.0)];
        let line = Line::new(vertices, metres(5.0)).unwrap();
        let flank = |east, north| {
            let at = moved(start, east, north);
            line.flank(&nearest(&line, at))
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
            line.flank(&nearest(&line, beyond)),
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
            let projection = line.project(&nearest(&line, *at));
            assert!((projection.along_m - along_m).abs() < 0.1, "{projection:?}");
            assert!(projection.cross_track_m < 1e-6);
            assert_eq!(projection.side, Some(Side::On));
        }
    }
}
