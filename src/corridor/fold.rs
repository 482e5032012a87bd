//! Where a line comes back to itself, so that a place has more than one chainage.

use std::cmp::Ordering;
use std::fmt;

use super::line::Line;
use super::metric::length_m;
use super::overlap::Overlap;
use super::segment::Segment;
use super::set::{CorridorIndex, CorridorSet};
use super::shape::Shape;
use crate::units::LatLon;

/// How far along the line two places are at least for their strips to count as two, in half-widths of
/// both: at a bend every strip lies over itself.
const APART_MIN: f64 = 3.0;

/// Where along a segment is looked, as fractions.
const TRIED: [f64; 9] = [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0];

/// Two places nearer to each other than this are one, metres.
const CROSSING_M: f64 = 5.0;

/// Where the strip of a line lies over itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
    /// The posts of the two places, kilometres.
    pub km: [f64; 2],
    /// How far they are apart, metres; 0 where the line crosses itself.
    pub apart_m: f64,
}

impl fmt::Display for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.km;
        if self.apart_m < CROSSING_M {
            return write!(f, "crosses itself: km {first:.1} is km {second:.1} as well");
        }
        let apart_km = self.apart_m / 1000.0;
        write!(
            f,
            "lies over itself: km {first:.1} and km {second:.1} are {apart_km:.1} km apart, and chainage \
             leaps between them"
        )
    }
}

impl CorridorSet {
    /// Finds where the strip of a line lies over itself, though the way along it is at least three times
    /// as long as the strip is wide there: where it is deepest.
    #[must_use]
    pub fn fold(&self, corridor: CorridorIndex) -> Option<Fold> {
        let described = self.get(corridor);
        let Shape::Line(line) = &described.shape else {
            return None;
        };
        let mut deepest: Option<Return> = None;
        for (nth, segment) in described.shape.segments().enumerate() {
            self.index.beside_one(corridor, &segment, |later, other| {
                let both_m = segment.half_width_max_m() + other.half_width_max_m();
                let way_m =
                    line.reached_m(later) + length_m(other.start, other.end) - line.reached_m(nth);
                if nth < later && APART_MIN * both_m <= way_m {
                    let found = Return::between(line, (nth, &segment), (later, &other));
                    deepest = found.into_iter().chain(deepest).min_by(Return::compare);
                }
            });
        }
        let Return { first, second, .. } = deepest?;
        Some(Fold {
            km: [first, second].map(|spot| described.posts.km_at(spot.along_m)),
            apart_m: length_m(first.at, second.at),
        })
    }
}

/// Two places of a line whose strips overlap.
#[derive(Clone, Copy)]
struct Return {
    first: Spot,
    second: Spot,
    gap_m: f64,
}

impl Return {
    /// Looks where two segments are deepest in each other, and here and there along the first: where
    /// they are parallel, one end may be a bend and the other a return.
    fn between(line: &Line, first: (usize, &Segment), second: (usize, &Segment)) -> Option<Self> {
        let overlaps = TRIED.map(|fraction| Overlap::at(first.1, second.1, fraction));
        let overlaps = overlaps.into_iter().chain([Overlap::of(first.1, second.1)]);
        let returns = overlaps.filter_map(|overlap| {
            let both_m = first.1.half_width_m(overlap.fraction)
                + second.1.half_width_m(overlap.other_fraction);
            let first = Spot::on(line, first, overlap.fraction);
            let second = Spot::on(line, second, overlap.other_fraction);
            let is_return = APART_MIN * both_m <= second.along_m - first.along_m;
            (overlap.gap_m <= 0.0 && is_return).then_some(Self {
                first,
                second,
                gap_m: overlap.gap_m,
            })
        });
        returns.min_by(Self::compare)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.gap_m.total_cmp(&other.gap_m)
    }
}

/// A place on a line.
#[derive(Clone, Copy)]
struct Spot {
    at: LatLon,
    /// Metres along the line from its first vertex.
    along_m: f64,
}

impl Spot {
    fn on(line: &Line, (nth, segment): (usize, &Segment), fraction: f64) -> Self {
        let at = segment.start.towards(segment.end, fraction);
        Self {
            at,
            along_m: line.reached_m(nth) + length_m(segment.start, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, corridor};
    use crate::corridor::sample::{line, metres, moved, place, square};
    use crate::corridor::{Class, Corridor, HalfWidths, PostDirection, Posts};

    /// Goes from 41 N 22 E by metres towards east and north.
    fn way(spots: &[(f64, f64)]) -> Vec<LatLon> {
        let spots = spots.iter();
        spots
            .map(|(east, north)| moved(place(41.0, 22.0), *east, *north))
            .collect()
    }

    #[test]
    fn a_line_that_comes_back_to_itself_is_told_where() {
        let hook = |apart_m: f64| {
            let spots = [
                (0.0, 0.0),
                (0.0, 9_000.0),
                (1_200.0, 9_000.0),
                (apart_m, 0.0),
            ];
            line("hook", 500.0, way(&spots))
        };
        check(
            &hook(900.0),
            Some(
                "lies over itself: km 0.0 and km 19.2 are 0.9 km apart, and chainage leaps between them",
            ),
        );
        check(&hook(1_100.0), None);
        let loop_line = [
            (0.0, 0.0),
            (0.0, 9_000.0),
            (4_000.0, 5_000.0),
            (-4_000.0, 5_000.0),
        ];
        let looped = Corridor {
            posts: Posts::from(100.0, PostDirection::Down),
            ..line("loop", 500.0, way(&loop_line))
        };
        check(&looped, Some("crosses itself: km 95.0 is km 81.3 as well"));
    }

    #[test]
    fn a_bend_is_no_return_and_an_area_has_none() {
        let bend = [
            (0.0, 0.0),
            (0.0, 9_000.0),
            (500.0, 9_200.0),
            (800.0, 9_000.0),
            (900.0, 8_600.0),
        ];
        check(&line("bend", 500.0, way(&bend)), None);
        check(&area("yard", square(41.0, 22.0, 9_000.0), Vec::new()), None);
    }

    #[test]
    fn parts_that_lie_beside_each_other_are_a_return() {
        let parts = vec![
            way(&[(0.0, 0.0), (0.0, 9_000.0)]),
            way(&[(300.0, 0.0), (320.0, 9_000.0)]),
        ];
        let both = Line::of_parts(parts, HalfWidths::Same(metres(500.0))).unwrap();
        check(
            &corridor("both", Class::Corridor, Shape::Line(both)),
            Some(
                "lies over itself: km 0.0 and km 9.0 are 0.3 km apart, and chainage leaps between them",
            ),
        );
    }

    fn check(described: &Corridor, expected: Option<&str>) {
        let set = CorridorSet::new(vec![described.clone()], Vec::new()).unwrap();
        let (corridor, _) = set.iter().next().unwrap();
        let told = set.fold(corridor).map(|fold| fold.to_string());
        assert_eq!(told.as_deref(), expected);
    }
}
