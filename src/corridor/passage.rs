//! Where a path between two fixes goes into a corridor and out of it.

use super::distance::settle;
use super::index::Part;
use super::metric::{Foot, length_m};
use super::set::{CorridorIndex, CorridorSet};
use super::shape::Shape;
use crate::units::LatLon;

/// How exactly a path's way into a strip is found, metres along the path.
const PRECISION_M: f64 = 0.001;

/// By how much a distance may change per metre of path: 1, but for the curvature of the Earth.
const SLOPE_MAX: f64 = 1.01;

/// A corridor that a path touches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// Which one.
    pub corridor: CorridorIndex,
    /// Where the path first is inside, as a fraction of the path: 0 if it starts inside.
    pub enter: f64,
    /// Where the path last is inside: 1 if it ends inside.
    pub leave: f64,
}

impl CorridorSet {
    /// Finds all corridors that the path from `from` to `to` touches.
    ///
    /// The path is straight in longitude and latitude. A corridor narrower than the path is long
    /// is found as well, and one that is left and entered again has one passage. `found` is
    /// cleared first; it comes in the order of the corridors. A path that spans more than 180
    /// degrees of longitude touches nothing.
    pub fn passages(&self, from: LatLon, to: LatLon, found: &mut Vec<Passage>) {
        found.clear();
        let Some(path) = Path::new(from, to) else {
            return;
        };
        self.index.along(from, to, |entry| {
            let shape = &self.get(entry.corridor).shape;
            if let Some((enter, leave)) = path.through_part(shape, entry.part) {
                found.push(Passage {
                    corridor: entry.corridor,
                    enter,
                    leave,
                });
            }
        });
        found.sort_unstable_by(|a, b| {
            (a.corridor.cmp(&b.corridor)).then(a.enter.total_cmp(&b.enter))
        });
        found.dedup_by(|later, earlier| {
            let same = later.corridor == earlier.corridor;
            if same {
                earlier.leave = earlier.leave.max(later.leave);
            }
            same
        });
    }

    /// Finds where the path from `from` to `to` touches one corridor, if it does.
    #[must_use]
    pub fn passage(&self, corridor: CorridorIndex, from: LatLon, to: LatLon) -> Option<Passage> {
        let path = Path::new(from, to)?;
        let shape = &self.get(corridor).shape;
        let inside = match shape {
            Shape::Line(_) => None,
            Shape::Area(_) => path.through_part(shape, Part::Inside),
        };
        let edges = shape
            .edges()
            .filter_map(|(start, end)| path.through_part(shape, Part::Edge(start, end)));
        let (enter, leave) = inside
            .into_iter()
            .chain(edges)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(Passage {
            corridor,
            enter,
            leave,
        })
    }

    /// Finds where the path first is inside a corridor, as a fraction of the path.
    ///
    /// 0 if it starts inside, nothing if it does not touch the corridor; the place lies inside,
    /// within a centimetre of the edge.
    #[must_use]
    pub fn entry_fraction(&self, corridor: CorridorIndex, from: LatLon, to: LatLon) -> Option<f64> {
        self.passage(corridor, from, to)
            .map(|passage| passage.enter)
    }

    /// Finds where the path last is inside a corridor, as a fraction of the path.
    ///
    /// 1 if it ends inside, nothing if it does not touch the corridor.
    #[must_use]
    pub fn exit_fraction(&self, corridor: CorridorIndex, from: LatLon, to: LatLon) -> Option<f64> {
        self.passage(corridor, from, to)
            .map(|passage| passage.leave)
    }
}

/// A straight path between two fixes.
#[derive(Clone, Copy)]
struct Path {
    from: LatLon,
    to: LatLon,
    length_m: f64,
}

impl Path {
    fn new(from: LatLon, to: LatLon) -> Option<Self> {
        ((to.lon() - from.lon()).abs() <= 180.0).then(|| Self {
            from,
            to,
            length_m: length_m(from, to),
        })
    }

    fn at(&self, fraction: f64) -> LatLon {
        self.from.towards(self.to, fraction)
    }

    /// Finds the first and the last fraction at which the path is inside a part of a shape.
    fn through_part(&self, shape: &Shape, part: Part) -> Option<(f64, f64)> {
        match (shape, part) {
            (Shape::Line(line), Part::Edge(start, end)) => {
                self.through_strip(start, end, line.half_width().get())
            }
            (Shape::Line(_), Part::Inside) => None,
            (Shape::Area(_), Part::Edge(start, end)) => {
                let fraction = self.crossing(start, end)?;
                Some((fraction, fraction))
            }
            (Shape::Area(_), Part::Inside) => {
                let starts = shape.edge_m(self.from) <= 0.0;
                let ends = shape.edge_m(self.to) <= 0.0;
                (starts || ends)
                    .then_some((if starts { 0.0 } else { 1.0 }, if ends { 1.0 } else { 0.0 }))
            }
        }
    }

    /// Finds where the path is within `half_width_m` of an edge.
    ///
    /// The distance to an edge falls and then rises along a straight path, so that there is at
    /// most one way in and one way out.
    fn through_strip(&self, start: LatLon, end: LatLon, half_width_m: f64) -> Option<(f64, f64)> {
        let edge_m =
            |fraction| settle(Foot::of(self.at(fraction), start, end).distance_m - half_width_m);
        let starts = edge_m(0.0) <= 0.0;
        let ends = edge_m(1.0) <= 0.0;
        let inside = if starts {
            0.0
        } else if ends {
            1.0
        } else {
            self.lowest(edge_m)?
        };
        Some((
            if starts {
                0.0
            } else {
                self.edge(edge_m, 0.0, inside)
            },
            if ends {
                1.0
            } else {
                self.edge(edge_m, 1.0, inside)
            },
        ))
    }

    /// Finds a fraction at which `edge_m` is not positive, by cutting off thirds of the path.
    fn lowest(&self, edge_m: impl Fn(f64) -> f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, 1.0);
        loop {
            let third = (high - low) / 3.0;
            let (left, right) = (low + third, high - third);
            let (at_left, at_right) = (edge_m(left), edge_m(right));
            if at_left <= 0.0 {
                return Some(left);
            }
            if at_right <= 0.0 {
                return Some(right);
            }
            let reach_m = (high - low) * self.length_m * SLOPE_MAX;
            if reach_m < at_left.min(at_right) || reach_m < PRECISION_M {
                return None;
            }
            if at_left < at_right {
                high = right;
            } else {
                low = left;
            }
        }
    }

    /// Halves the way between a fraction outside and one inside; what it returns is inside.
    fn edge(&self, edge_m: impl Fn(f64) -> f64, mut outside: f64, mut inside: f64) -> f64 {
        while PRECISION_M < (inside - outside).abs() * self.length_m {
            let middle = f64::midpoint(inside, outside);
            if edge_m(middle) <= 0.0 {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    }

    /// Finds where the path meets an edge, both being straight in longitude and latitude.
    ///
    /// A path along an edge meets its neighbours, or starts and ends on it.
    fn crossing(&self, start: LatLon, end: LatLon) -> Option<f64> {
        let path = [
            self.to.lon() - self.from.lon(),
            self.to.lat() - self.from.lat(),
        ];
        let edge = [end.lon() - start.lon(), end.lat() - start.lat()];
        let way = [start.lon() - self.from.lon(), start.lat() - self.from.lat()];
        let sine = cross(path, edge);
        if sine == 0.0 {
            return None;
        }
        let along_path = cross(way, edge) / sine;
        let along_edge = cross(way, path) / sine;
        // Rounding must not let a path slip through a vertex, between two edges.
        let within = -1e-12..=1.0 + 1e-12;
        (within.contains(&along_path) && within.contains(&along_edge))
            .then(|| along_path.clamp(0.0, 1.0))
    }
}

fn cross(a: [f64; 2], b: [f64; 2]) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::description::Corridor;
    use crate::corridor::sample::{area, line, moved, place, square};

    #[test]
    fn a_strip_narrower_than_the_path_is_long_is_found() {
        let strip = || line("strip", 5.0, vec![place(41.0, 22.0), place(41.2, 22.0)]);
        let west = |metres: f64| moved(place(41.1, 22.0), -metres, 0.0);
        check(
            strip(),
            west(60.0),
            west(-140.0),
            Some((0.275, 0.325)),
            "across",
        );
        check(
            strip(),
            west(-140.0),
            west(60.0),
            Some((0.675, 0.725)),
            "back",
        );
        check(
            strip(),
            west(0.0),
            west(100.0),
            Some((0.0, 0.05)),
            "out of it",
        );
        check(
            strip(),
            west(100.0),
            west(0.0),
            Some((0.95, 1.0)),
            "into it",
        );
        check(
            strip(),
            west(4.0),
            west(-4.0),
            Some((0.0, 1.0)),
            "within it",
        );
        check(strip(), west(200.0), west(6.0), None, "up to it");
        check(
            strip(),
            west(0.0),
            west(0.0),
            Some((0.0, 1.0)),
            "standing in it",
        );
        check(strip(), west(9.0), west(9.0), None, "standing beside it");
    }

    #[test]
    fn a_path_beside_a_strip_that_cuts_its_round_end_is_found() {
        let end = place(41.0, 22.0);
        let strip = line("strip", 500.0, vec![end, place(41.2, 22.0)]);
        // A chord 300 m from the middle of the round end, 400 m to either side.
        let (from, to) = (moved(end, -1_000.0, -300.0), moved(end, 1_000.0, -300.0));
        check(strip, from, to, Some((0.3, 0.7)), "the round end");
    }

    #[test]
    fn a_strip_that_bends_away_and_back_has_one_passage() {
        let start = place(41.0, 22.0);
        let far = moved(start, 1_000.0, 3_000.0);
        let hook = line(
            "hook",
            100.0,
            vec![
                start,
                moved(start, 0.0, 3_000.0),
                far,
                moved(far, 0.0, -3_000.0),
            ],
        );
        let from = moved(start, -500.0, 500.0);
        check(
            hook,
            from,
            moved(from, 2_000.0, 0.0),
            Some((0.2, 0.8)),
            "both arms",
        );
    }

    #[test]
    fn an_area_is_entered_and_left_through_its_edges() {
        let yard = || {
            area(
                "yard",
                square(41.0, 22.0, 1_000.0),
                vec![square(41.0, 22.0, 200.0)],
            )
        };
        let middle = place(41.0, 22.0);
        let east = |metres: f64| moved(middle, metres, 0.0);
        check(
            yard(),
            east(-1_000.0),
            east(1_000.0),
            Some((0.25, 0.75)),
            "across the hole",
        );
        check(
            yard(),
            east(0.0),
            east(1_000.0),
            Some((0.1, 0.5)),
            "from the hole to the outside",
        );
        check(
            yard(),
            east(300.0),
            east(-300.0),
            Some((0.0, 1.0)),
            "from side to side",
        );
        check(yard(), east(0.0), east(50.0), None, "within the hole");
        check(yard(), east(700.0), east(900.0), None, "outside");
        let corner = square(41.0, 22.0, 1_000.0)[1];
        let (from, to) = (
            place(corner.lat() - 0.001, corner.lon() - 0.001),
            place(corner.lat() + 0.001, corner.lon() + 0.001),
        );
        check(yard(), from, to, Some((0.5, 0.5)), "the corner alone");
    }

    #[test]
    fn a_path_along_an_edge_is_inside_as_long_as_the_edge_is() {
        let ring = vec![
            place(41.0, 22.0),
            place(41.0, 22.2),
            place(41.2, 22.2),
            place(41.2, 22.0),
            place(41.0, 22.0),
        ];
        let (from, to) = (place(41.0, 21.9), place(41.0, 22.3));
        check(
            area("yard", ring, Vec::new()),
            from,
            to,
            Some((0.25, 0.75)),
            "the southern edge",
        );
    }

    #[test]
    fn a_path_round_the_back_of_the_earth_touches_nothing() {
        let strip = line("strip", 500.0, vec![place(41.0, 22.0), place(41.2, 22.0)]);
        check(
            strip,
            place(41.1, -170.0),
            place(41.1, 170.0),
            None,
            "the antimeridian",
        );
    }

    #[test]
    fn the_place_of_entry_lies_inside_within_a_centimetre_of_the_edge() {
        let vertices = vec![place(41.0, 22.0), place(41.2, 22.1), place(41.1, 22.4)];
        let set = CorridorSet::new(vec![line("a", 2_000.0, vertices)], Vec::new()).unwrap();
        let corridor = set.find("a").unwrap();
        let (from, to) = (place(41.3, 21.9), place(40.9, 22.5));
        for fraction in [
            set.entry_fraction(corridor, from, to),
            set.exit_fraction(corridor, from, to),
        ] {
            let at = from.towards(to, fraction.unwrap());
            let edge_m = set.edge_distance_m(corridor, at);
            assert!((-0.01..=0.0).contains(&edge_m), "{edge_m} m at {at}");
        }
    }

    /// Compares fractions to half a thousandth: the meridians close in by that much in some
    /// kilometres, and `moved` follows them.
    fn check(
        corridor: Corridor,
        from: LatLon,
        to: LatLon,
        expected: Option<(f64, f64)>,
        what: &str,
    ) {
        let set = CorridorSet::new(vec![corridor], Vec::new()).unwrap();
        let mut found = Vec::new();
        set.passages(from, to, &mut found);
        match (expected, found.as_slice()) {
            (None, []) => {}
            (Some((enter, leave)), [passage]) => assert!(
                (passage.enter - enter).abs() < 5e-4 && (passage.leave - leave).abs() < 5e-4,
                "{what}: {passage:?}"
            ),
            (expected, found) => panic!("{what}: {found:?} instead of {expected:?}"),
        }
    }
}
