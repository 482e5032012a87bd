//! Which corridors a path between two fixes touches, and from where to where.

use super::index::Part;
use super::path::Path;
use super::set::{CorridorIndex, CorridorSet};
use super::shape::Shape;
use crate::units::LatLon;

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
        self.index.along(from, to, |corridor, part| {
            if let Some((enter, leave)) = self.through_part(&path, corridor, part) {
                found.push(Passage {
                    corridor,
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
        let mut inside = match &self.get(corridor).shape {
            Shape::Line(_) | Shape::Disc(_) => None,
            Shape::Area(_) => self.through_part(&path, corridor, Part::Inside),
        };
        self.index.along_one(corridor, from, to, |segment| {
            let through = self.through_part(&path, corridor, Part::Segment(segment));
            let both = inside.into_iter().chain(through);
            inside = both.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        });
        let (enter, leave) = inside?;
        Some(Passage {
            corridor,
            enter,
            leave,
        })
    }

    fn through_part(&self, path: &Path, corridor: CorridorIndex, part: Part) -> Option<(f64, f64)> {
        let shape = &self.get(corridor).shape;
        path.through_part(shape, part, |at| self.edge_distance_m(corridor, at) <= 0.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::description::Corridor;
    use crate::corridor::sample::{area, corridor, line, metres, moved, place, square};
    use crate::corridor::{Class, Disc, HalfWidths, Line};

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
    fn a_strip_that_widens_and_a_disc_are_entered_at_their_edge() {
        let start = place(41.0, 22.0);
        let parts = vec![vec![start, moved(start, 0.0, 10_000.0)]];
        let widths = HalfWidths::Each(vec![vec![metres(100.0), metres(600.0)]]);
        let shape = Shape::Line(Line::of_parts(parts, widths).unwrap());
        let wedge = corridor("wedge", Class::Corridor, shape);
        // Half the width of a wedge across it, over the cosine of the angle at which it widens.
        let half = 350.0 / (1.0 - 0.05_f64.powi(2)).sqrt() / 2_000.0;
        let from = moved(start, -1_000.0, 5_000.0);
        let to = moved(from, 2_000.0, 0.0);
        check(wedge, from, to, Some((0.5 - half, 0.5 + half)), "across");

        let disc = Shape::Disc(Disc::new(start, metres(500.0)).unwrap());
        let disc = corridor("disc", Class::Zone, disc);
        let (from, to) = (
            moved(start, -1_000.0, -300.0),
            moved(start, 1_000.0, -300.0),
        );
        check(disc, from, to, Some((0.3, 0.7)), "a chord");
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
