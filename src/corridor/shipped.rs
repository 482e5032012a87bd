//! The corridor sets that come with the program.

/// The corridors of the Western Balkans, as GeoJSON for [`super::geojson::read`].
///
/// Made by `config/corridors/make` of waypoints that are placed by hand; each corridor says how
/// certain they are.
pub const WESTERN_BALKANS: &str = include_str!("../../config/corridors/western-balkans.geojson");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::Region;
    use crate::corridor::geojson::read;
    use crate::corridor::metric::length_m;
    use crate::corridor::{Class, CorridorSet, Segment, Shape};

    /// Vertices farther apart would leave the road to the imagination.
    const SPACING_MAX_M: f64 = 10_000.0;

    #[test]
    fn the_set_is_read_without_a_flaw_or_a_warning() {
        let file = read(WESTERN_BALKANS, &Region::default()).unwrap();
        assert_eq!(file.warnings, Vec::new());
        let summary = CorridorSet::new(file.corridors, file.places)
            .unwrap()
            .summary();
        assert!(2 <= summary.lines && 40 <= summary.areas && 50 <= summary.places);
    }

    #[test]
    fn the_vertices_of_a_line_are_at_most_10_km_apart() {
        for corridor in read(WESTERN_BALKANS, &Region::default()).unwrap().corridors {
            for Segment { start, end, .. } in corridor.shape.segments() {
                let spacing = length_m(start, end);
                assert!(spacing <= SPACING_MAX_M, "{}: {spacing} m", corridor.id);
            }
        }
    }

    #[test]
    fn a_line_is_a_little_shorter_than_its_road() {
        // By road: 145 km from the east of Skopje, 35 km from the port to the ring of Tirana.
        check_length("x-mk-skopje-gevgelija", 130.0, 145.0);
        check_length("viii-al-durres-tirana", 31.0, 36.0);
    }

    fn check_length(id: &str, km_min: f64, km_max: f64) {
        let set = set();
        let corridor = set.get(set.find(id).unwrap());
        let Shape::Line(line) = &corridor.shape else {
            panic!("{id} is no line");
        };
        let km = line.length_m() / 1000.0;
        assert!((km_min..=km_max).contains(&km), "{id} is {km} km long");
        assert!(corridor.from.is_some() && corridor.to.is_some());
    }

    #[test]
    fn towns_by_the_road_lie_in_the_corridor_or_close_to_it() {
        let set = set();
        for (town, id) in [
            ("Petrovec", "x-mk-skopje-gevgelija"),
            ("Veles", "x-mk-skopje-gevgelija"),
            ("Gradsko", "x-mk-skopje-gevgelija"),
            ("Negotino", "x-mk-skopje-gevgelija"),
            ("Demir Kapija", "x-mk-skopje-gevgelija"),
            ("Miravci", "x-mk-skopje-gevgelija"),
            ("Gevgelija", "x-mk-skopje-gevgelija"),
            ("Durrës", "viii-al-durres-tirana"),
            ("Shijak", "viii-al-durres-tirana"),
            ("Vorë", "viii-al-durres-tirana"),
            ("Tirana", "viii-al-durres-tirana"),
        ] {
            let at = set
                .places
                .iter()
                .find(|place| place.name == town)
                .unwrap()
                .at;
            let edge_m = set.edge_distance_m(set.find(id).unwrap(), at);
            assert!(edge_m <= 500.0, "{town} lies {edge_m} m outside {id}");
        }
    }

    #[test]
    fn the_crossing_holds_the_end_of_the_motorway() {
        let set = set();
        let crossing = set.find("crossing-bogorodica-evzoni").unwrap();
        assert_eq!(set.get(crossing).class, Class::Crossing);
        let motorway = set.get(set.find("x-mk-skopje-gevgelija").unwrap());
        let end = motorway.shape.segments().last().unwrap().end;
        assert!(set.edge_distance_m(crossing, end) < 0.0);
    }

    fn set() -> CorridorSet {
        let file = read(WESTERN_BALKANS, &Region::default()).unwrap();
        CorridorSet::new(file.corridors, file.places).unwrap()
    }
}
