//! One line that a patrol can drive to.

use super::description::Corridor;
use super::heading::Way;
use super::locate::Location;
use super::metric::Offset;
use super::places::NearPlace;
use super::projection::ON_CENTRELINE_M;
use super::set::{CorridorIndex, CorridorSet};
use super::wind::wind;
use crate::units::LatLon;

impl CorridorSet {
    /// Says in one line where `at` lies.
    ///
    /// "E 75 km 38.2 towards Gevgelija, 180 m east of the centreline, 4.1 km south of Demir
    /// Kapija"; of an area "350 m north-east of Bogorodica crossing, ...". The direction of travel is told if the
    /// course, degrees from north, follows the line and that end of it has a name.
    #[must_use]
    pub fn place_line(
        &self,
        corridor: CorridorIndex,
        at: LatLon,
        course_deg: Option<f64>,
    ) -> String {
        let location = self.locate(corridor, at);
        let corridor = self.get(corridor);
        let mut parts = match (location.chainage_m, location.cross_track_m) {
            (Some(chainage_m), Some(cross_track_m)) => vec![
                along(corridor, &location, chainage_m, course_deg),
                across(&location, cross_track_m),
            ],
            _ => vec![beside(corridor, &location)],
        };
        parts.extend(self.nearest_place(at).as_ref().map(from_town));
        parts.join(", ")
    }
}

fn along(
    corridor: &Corridor,
    location: &Location,
    chainage_m: f64,
    course_deg: Option<f64>,
) -> String {
    let road = corridor.reference.as_ref().unwrap_or(&corridor.name);
    // Zero has no sign, which posts that run down may round to.
    let km = (chainage_m / 100.0).round() / 10.0 + 0.0;
    let chainage = format!("{road} km {km:.1}");
    match towards(corridor, location, course_deg) {
        Some(end) => format!("{chainage} towards {end}"),
        None => chainage,
    }
}

/// Names the end of the line that a course leads to.
fn towards<'a>(
    corridor: &'a Corridor,
    location: &Location,
    course_deg: Option<f64>,
) -> Option<&'a str> {
    match location.heading(course_deg?)?.way {
        Way::Along => corridor.to.as_deref(),
        Way::Against => corridor.from.as_deref(),
        Way::Across => None,
    }
}

fn across(location: &Location, cross_track_m: f64) -> String {
    match location.compass {
        Some(wind) => format!("{} {wind} of the centreline", spoken(cross_track_m)),
        None => "on the centreline".to_owned(),
    }
}

/// Says how a place lies to an area or a disc.
fn beside(corridor: &Corridor, location: &Location) -> String {
    let name = &corridor.name;
    match (location.edge_m, location.compass) {
        (edge_m, _) if edge_m <= 0.0 => format!("inside {name}"),
        (edge_m, Some(wind)) => format!("{} {wind} of {name}", spoken(edge_m)),
        (edge_m, None) if edge_m < ON_CENTRELINE_M => format!("at the edge of {name}"),
        // In a hole, with the area all around.
        (edge_m, None) => format!("{} outside {name}", spoken(edge_m)),
    }
}

fn from_town(town: &NearPlace) -> String {
    if town.distance_m < ON_CENTRELINE_M {
        format!("at {}", town.name)
    } else {
        let wind = wind(Offset::towards(town.bearing_deg));
        format!("{} {wind} of {}", spoken(town.distance_m), town.name)
    }
}

/// Rounds a length as a person says it: to 10 m, from a kilometre on to 100 m.
fn spoken(length_m: f64) -> String {
    let tens = (length_m / 10.0).round() * 10.0;
    if tens < 1000.0 {
        format!("{tens:.0} m")
    } else {
        format!("{:.1} km", length_m / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, corridor, line, metres, moved, place, square};
    use crate::corridor::{Class, Disc, Place, PostDirection, Posts, Shape};

    /// A line southwards, 10 km long, that starts at chainage 30 km.
    fn motorway() -> Corridor {
        let start = place(41.5, 22.0);
        Corridor {
            name: "Corridor X".to_owned(),
            reference: Some("E 75".to_owned()),
            from: Some("Skopje".to_owned()),
            to: Some("Gevgelija".to_owned()),
            posts: Posts::from(30.0, PostDirection::Up),
            ..line("x", 2_000.0, vec![start, moved(start, 0.0, -10_000.0)])
        }
    }

    fn crossing() -> Corridor {
        Corridor {
            name: "Bogorodica crossing".to_owned(),
            ..area("crossing", square(41.5, 22.0, 1_000.0), Vec::new())
        }
    }

    /// A town 4.1 km down the motorway.
    fn town() -> Vec<Place> {
        let at = moved(place(41.5, 22.0), 0.0, -4_100.0);
        vec![Place {
            name: "Demir Kapija".to_owned(),
            at,
        }]
    }

    #[test]
    fn a_line_tells_chainage_direction_offset_and_town() {
        let check = |east, north, course, expected: &str| {
            check(motorway(), town(), (east, north), course, expected);
        };
        check(
            180.0,
            -8_200.0,
            Some(170.0),
            "E 75 km 38.2 towards Gevgelija, 180 m east of the centreline, \
             4.1 km south of Demir Kapija",
        );
        check(
            -1_500.0,
            -4_100.0,
            Some(20.0),
            "E 75 km 34.1 towards Skopje, 1.5 km west of the centreline, \
             1.5 km west of Demir Kapija",
        );
        check(
            0.0,
            -4_100.0,
            Some(90.0),
            "E 75 km 34.1, on the centreline, at Demir Kapija",
        );
        check(
            996.0,
            -3_700.0,
            None,
            "E 75 km 33.7, 1.0 km east of the centreline, 1.1 km east of Demir Kapija",
        );
    }

    #[test]
    fn posts_that_run_down_turn_neither_the_direction_nor_the_offset() {
        let down = Corridor {
            posts: Posts::from(46.4, PostDirection::Down),
            ..motorway()
        };
        let line = "E 75 km 38.2 towards Gevgelija, 180 m east of the centreline";
        check(down, Vec::new(), (180.0, -8_200.0), Some(170.0), line);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let nameless = Corridor {
            reference: None,
            from: None,
            to: None,
            ..motorway()
        };
        let bare = "Corridor X km 30.5, 300 m west of the centreline";
        check(nameless, Vec::new(), (-300.0, -500.0), Some(180.0), bare);
        let far = vec![Place {
            name: "Tirana".to_owned(),
            at: place(41.33, 19.82),
        }];
        let without_town = "E 75 km 30.5 towards Gevgelija, 300 m west of the centreline";
        check(motorway(), far, (-300.0, -500.0), Some(180.0), without_town);
    }

    #[test]
    fn a_course_follows_the_line_within_60_degrees() {
        for (course, direction) in [
            (121.0, " towards Gevgelija"),
            (239.0, " towards Gevgelija"),
            (119.0, ""),
            (61.0, ""),
            (59.0, " towards Skopje"),
            (301.0, " towards Skopje"),
            (-10.0, " towards Skopje"),
        ] {
            let expected = format!("E 75 km 31.0{direction}, on the centreline");
            check(
                motorway(),
                Vec::new(),
                (0.0, -1_000.0),
                Some(course),
                &expected,
            );
        }
    }

    #[test]
    fn an_area_tells_whether_one_is_inside() {
        let check = |east, north, expected: &str| {
            check(crossing(), town(), (east, north), Some(0.0), expected);
        };
        check(
            0.0,
            0.0,
            "inside Bogorodica crossing, 4.1 km north of Demir Kapija",
        );
        check(
            850.0,
            0.0,
            "350 m east of Bogorodica crossing, 4.2 km north of Demir Kapija",
        );
        check(
            -1_500.0,
            1_500.0,
            "1.4 km north-west of Bogorodica crossing, 5.8 km north of Demir Kapija",
        );
        check(
            0.0,
            -515.0,
            "at the edge of Bogorodica crossing, 3.6 km north of Demir Kapija",
        );
    }

    #[test]
    fn a_disc_lies_in_a_direction_and_a_hole_has_its_area_all_around() {
        let disc = Shape::Disc(Disc::new(place(41.5, 22.0), metres(500.0)).unwrap());
        let disc = corridor("disc", Class::Zone, disc);
        let line = "1.1 km south-west of disc";
        check(disc, Vec::new(), (-1_100.0, -1_100.0), None, line);
        let hole = square(41.5, 22.0, 1_000.0);
        let yard = area("yard", square(41.5, 22.0, 9_000.0), vec![hole]);
        check(yard, Vec::new(), (300.0, 0.0), None, "200 m outside yard");
    }

    fn check(
        corridor: Corridor,
        places: Vec<Place>,
        (east_m, north_m): (f64, f64),
        course_deg: Option<f64>,
        expected: &str,
    ) {
        let set = CorridorSet::new(vec![corridor], places).unwrap();
        let (corridor, _) = set.iter().next().unwrap();
        let at = moved(place(41.5, 22.0), east_m, north_m);
        assert_eq!(set.place_line(corridor, at, course_deg), expected);
    }
}
