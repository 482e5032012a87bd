//! Which corridors have ground in common with another, and where.

use std::collections::BTreeMap;

use super::overlap::Overlap;
use super::set::{CorridorIndex, CorridorSet};
use super::shape::Shape;
use crate::units::LatLon;

/// A corridor that touches or overlaps another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Which one.
    pub corridor: CorridorIndex,
    /// Where it is deepest in the other: on the centreline of that, on the edge of an area, or within it.
    pub at: LatLon,
}

impl CorridorSet {
    /// Finds all corridors that touch or overlap another one, in order.
    #[must_use]
    pub fn neighbours(&self, of: CorridorIndex) -> Vec<Neighbour> {
        let mut deepest: BTreeMap<CorridorIndex, Overlap> = BTreeMap::new();
        for segment in self.get(of).shape.segments() {
            self.index.beside(&segment, |corridor, other| {
                if corridor == of {
                    return;
                }
                let overlap = Overlap::of(&segment, &other);
                if overlap.gap_m <= 0.0 {
                    let best = deepest.entry(corridor).or_insert(overlap);
                    *best = best.or(overlap);
                }
            });
        }
        let others = self.iter().map(|(corridor, _)| corridor);
        let others = others.filter(|corridor| *corridor != of);
        let found = others.filter_map(|corridor| {
            let at = match deepest.get(&corridor) {
                Some(overlap) => overlap.at,
                None => self.enclosed(of, corridor)?,
            };
            Some(Neighbour { corridor, at })
        });
        found.collect()
    }

    /// Finds a place of one of two corridors whose edges do not meet that lies within the other.
    fn enclosed(&self, one: CorridorIndex, other: CorridorIndex) -> Option<LatLon> {
        [(one, other), (other, one)]
            .into_iter()
            .find_map(|(inner, outer)| {
                match &self.get(outer).shape {
                    Shape::Area(_) => {
                        let mut starts = starts(&self.get(inner).shape);
                        starts.find(|at| self.index.encloses(outer, *at))
                    }
                    // What lies within a strip or a disc is near the middle of it.
                    Shape::Line(_) | Shape::Disc(_) => None,
                }
            })
    }
}

/// Returns the first vertex of each part of a line and of each ring of an area, and the middle of a disc.
fn starts(shape: &Shape) -> impl Iterator<Item = LatLon> {
    let firsts = shape.chains().scan(0, |next, count| {
        let first = *next;
        *next += count;
        Some(first)
    });
    firsts.map(|first| shape.segment(first).start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, corridor, line, metres, moved, place, square};
    use crate::corridor::{Class, Corridor, Disc};

    /// A line northwards of 10 km, 500 m to either side.
    fn strip() -> Corridor {
        let start = place(41.0, 22.0);
        line("strip", 500.0, vec![start, moved(start, 0.0, 10_000.0)])
    }

    #[test]
    fn what_has_ground_in_common_is_a_neighbour_where_it_is_deepest() {
        let start = place(41.0, 22.0);
        let beside = |away_m: f64| {
            let from = moved(start, away_m, 2_000.0);
            line("beside", 400.0, vec![from, moved(from, 3_000.0, 1_000.0)])
        };
        check(
            strip(),
            beside(899.0),
            Some((0.0, 2_000.0)),
            "strips that overlap",
        );
        check(strip(), beside(901.0), None, "strips that do not");
        let across = line(
            "across",
            10.0,
            vec![
                moved(start, -3_000.0, 7_000.0),
                moved(start, 3_000.0, 7_000.0),
            ],
        );
        check(strip(), across, Some((0.0, 7_000.0)), "a strip across");
        let disc = |away_m| {
            let disc = Disc::new(moved(start, away_m, 4_000.0), metres(300.0)).unwrap();
            corridor("disc", Class::Zone, Shape::Disc(disc))
        };
        check(strip(), disc(799.0), Some((0.0, 4_000.0)), "a disc");
        check(strip(), disc(801.0), None, "a disc beside it");
        let yard = |east, side_m| {
            let middle = moved(start, east, 5_000.0);
            area(
                "yard",
                square(middle.lat(), middle.lon(), side_m),
                Vec::new(),
            )
        };
        check(strip(), yard(1_600.0, 2_000.0), None, "a yard beside it");
        let yards = [(1_400.0, 2_000.0), (0.0, 200.0), (0.0, 30_000.0)];
        for (east, side_m) in yards {
            let set = CorridorSet::new(vec![strip(), yard(east, side_m)], Vec::new()).unwrap();
            let [one, other] = ["strip", "yard"].map(|id| set.find(id).unwrap());
            for (of, found) in [(one, other), (other, one)] {
                let neighbours: Vec<CorridorIndex> =
                    set.neighbours(of).iter().map(|it| it.corridor).collect();
                assert_eq!(
                    neighbours,
                    [found],
                    "a yard of {side_m} m, {east} m to the east"
                );
            }
        }
    }

    #[test]
    fn what_lies_in_the_hole_of_an_area_is_no_neighbour() {
        let hole = square(41.0, 22.0, 4_000.0);
        let ring = area("ring", square(41.0, 22.0, 9_000.0), vec![hole]);
        let yard = area("yard", square(41.0, 22.0, 1_000.0), Vec::new());
        let set = CorridorSet::new(vec![ring, yard], Vec::new()).unwrap();
        for (of, _) in set.iter() {
            assert_eq!(set.neighbours(of), []);
        }
    }

    /// Looks from the one to the other and back; the place is told in metres from 41 N 22 E.
    fn check(one: Corridor, other: Corridor, expected: Option<(f64, f64)>, what: &str) {
        let set = CorridorSet::new(vec![one, other], Vec::new()).unwrap();
        let both: Vec<CorridorIndex> = set.iter().map(|(corridor, _)| corridor).collect();
        let found = set.neighbours(both[0]);
        let back = set.neighbours(both[1]);
        assert_eq!(found.len(), back.len(), "{what}");
        match (expected, found.as_slice()) {
            (None, []) => {}
            (Some((east, north)), [neighbour]) => {
                assert_eq!(neighbour.corridor, both[1], "{what}");
                let off_m = neighbour
                    .at
                    .distance_m(moved(place(41.0, 22.0), east, north));
                assert!(off_m < 2.0, "{what}: {off_m} m off");
            }
            (expected, found) => panic!("{what}: {found:?} instead of {expected:?}"),
        }
    }
}
