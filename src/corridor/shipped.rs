//! The corridor sets that come with the program.

/// The corridors of the Western Balkans, as GeoJSON for [`super::geojson::read`].
///
/// Made by `config/corridors/make` of waypoints that are placed by hand; each corridor says how
/// certain they are.
pub const WESTERN_BALKANS: &str = include_str!("../../config/corridors/western-balkans.geojson");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::corridor::geojson::read;
    use crate::corridor::metric::length_m;
    use crate::corridor::{Class, Corridor, CorridorSet, Line, Region, Segment, Shape};
    use crate::units::{LatLon, Metres};

    /// Vertices farther apart would leave the road to the imagination.
    const SPACING_MAX_M: f64 = 10_000.0;
    /// Sections of two countries that meet at a border end this close to each other.
    const MEETING_MAX_M: f64 = 2_000.0;

    #[test]
    fn the_set_is_read_without_a_flaw_or_a_warning() {
        let file = read(WESTERN_BALKANS, &Region::default()).unwrap();
        assert_eq!(file.warnings, Vec::new());
        let summary = CorridorSet::new(file.corridors, file.places)
            .unwrap()
            .summary();
        assert!(80 <= summary.lines && 50 <= summary.areas && 500 <= summary.places);
    }

    #[test]
    fn every_section_says_all_that_an_alert_needs_of_it() {
        let mut countries = BTreeSet::new();
        for (corridor, line) in &sections() {
            let id = &corridor.id;
            countries.insert(corridor.country.clone().unwrap());
            assert_eq!(corridor.class, Class::Corridor, "{id}");
            assert!(corridor.reference.is_some(), "{id}");
            assert!(corridor.from.is_some() && corridor.to.is_some(), "{id}");
            assert!(corridor.section.is_some(), "{id}");
            assert!(
                corridor.source.is_some() && corridor.certainty.is_some(),
                "{id}"
            );
            let widths = [line.half_width_min(), line.half_width_max()].map(Metres::get);
            let is_usual = widths
                .iter()
                .all(|width| (1_000.0..=5_000.0).contains(width));
            assert!(is_usual, "{id} has the half-widths {widths:?}");
        }
        let countries: Vec<_> = countries.iter().map(String::as_str).collect();
        let expected = [
            "AL", "BA", "BG", "GR", "HR", "HU", "ME", "MK", "RO", "RS", "XK",
        ];
        assert_eq!(countries, expected);
    }

    #[test]
    fn every_crossing_concerns_the_two_countries_that_it_joins() {
        for corridor in corridors() {
            if matches!(corridor.shape, Shape::Area(_)) {
                let id = &corridor.id;
                assert_eq!(corridor.class, Class::Crossing, "{id}");
                assert_eq!(corridor.countries.len(), 2, "{id}");
                assert_eq!(
                    corridor.country.as_ref(),
                    corridor.countries.first(),
                    "{id}"
                );
            }
        }
    }

    #[test]
    fn the_vertices_of_a_line_are_at_most_10_km_apart() {
        for corridor in corridors() {
            for Segment { start, end, .. } in corridor.shape.segments() {
                let spacing = length_m(start, end);
                assert!(spacing <= SPACING_MAX_M, "{}: {spacing} m", corridor.id);
            }
        }
    }

    #[test]
    fn a_line_is_a_little_shorter_than_its_road() {
        // By road: 145 km from the east of Skopje, 35 km from the port to the ring of Tirana, 188 km
        // from Horgoš to Belgrade by the A1, 97 km of A4, 120 km of A3.
        check_length("x-mk-skopje-gevgelija", 130.0, 145.0);
        check_length("viii-al-durres-tirana", 31.0, 36.0);
        check_length("xb-rs-horgos-beograd", 170.0, 188.0);
        check_length("xc-rs-nis-dimitrovgrad", 90.0, 105.0);
        check_length("x-rs-batrovci-beograd", 110.0, 125.0);
    }

    #[track_caller]
    fn check_length(id: &str, km_min: f64, km_max: f64) {
        let sections = sections();
        let (_, line) = sections
            .iter()
            .find(|(corridor, _)| corridor.id.as_str() == id)
            .unwrap();
        let km = line.length_m() / 1000.0;
        assert!((km_min..=km_max).contains(&km), "{id} is {km} km long");
    }

    #[test]
    fn corridor_x_goes_on_where_it_crosses_a_border() {
        check_meet("xb-hu-szeged-roszke", "xb-rs-horgos-beograd");
        check_meet("x-hr-slavonski-brod-bajakovo", "x-rs-batrovci-beograd");
        check_meet("x-rs-nis-presevo", "x-mk-tabanovce-petrovec");
        check_meet("xc-rs-nis-dimitrovgrad", "xc-bg-kalotina-dragoman");
        check_meet("x-mk-skopje-gevgelija", "x-gr-evzonoi-polykastro");
    }

    /// Checks that one section ends where the next one begins.
    #[track_caller]
    fn check_meet(before: &str, after: &str) {
        let sections = sections();
        let vertices = |id: &str| -> Vec<LatLon> {
            let found = sections
                .iter()
                .find(|(corridor, _)| corridor.id.as_str() == id);
            found.unwrap().1.vertices().to_vec()
        };
        let end = *vertices(before).last().unwrap();
        let gap = length_m(end, vertices(after)[0]);
        assert!(gap <= MEETING_MAX_M, "{gap} m between {before} and {after}");
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
            ("Elbasan", "viii-al-tirana-qafe-thane"),
            ("Leskovac", "x-rs-nis-presevo"),
            ("Vranje", "x-rs-nis-presevo"),
            ("Beška", "xb-rs-horgos-beograd"),
            ("Pirot", "xc-rs-nis-dimitrovgrad"),
            ("Jablanica", "vc-ba-konjic-mostar"),
            ("Zenica", "vc-ba-doboj-zenica"),
            ("Banja Luka", "route-2a-ba-gradiska-banja-luka"),
            ("Podujeva", "route-7-xk-prishtine-merdare"),
            ("Bijelo Polje", "route-4-me-dobrakovo-kolasin"),
            ("Nikšić", "route-2b-me-niksic-podgorica"),
        ] {
            let corridor = set.find(id).unwrap();
            let namesakes = set.places.iter().filter(|place| place.name == town);
            let edge_m = namesakes
                .map(|place| set.edge_distance_m(corridor, place.at))
                .fold(f64::INFINITY, f64::min);
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

    fn corridors() -> Vec<Corridor> {
        read(WESTERN_BALKANS, &Region::default()).unwrap().corridors
    }

    /// The corridors that are lines, with them.
    fn sections() -> Vec<(Corridor, Line)> {
        let lines = corridors()
            .into_iter()
            .filter_map(|corridor| match &corridor.shape {
                Shape::Line(line) => {
                    let line = line.clone();
                    Some((corridor, line))
                }
                Shape::Area(_) | Shape::Disc(_) => None,
            });
        lines.collect()
    }

    fn set() -> CorridorSet {
        let file = read(WESTERN_BALKANS, &Region::default()).unwrap();
        CorridorSet::new(file.corridors, file.places).unwrap()
    }
}
