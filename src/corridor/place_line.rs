//! One line that a patrol can drive to.

use super::description::Corridor;
use super::locate::{Location, NearPlace};
use super::projection::ON_CENTRELINE_M;
use super::set::{CorridorIndex, CorridorSet};
use super::wind::wind;
use crate::units::LatLon;

/// How far a course may differ from the bearing of a line and still follow it, degrees.
const FOLLOWS_DEG: f64 = 60.0;

impl CorridorSet {
    /// Says in one line where `at` lies.
    ///
    /// "E 75 km 38.2 towards Gevgelija, 180 m east of the centreline, 4.1 km south of Demir
    /// Kapija"; of an area "350 m outside Bogorodica crossing, ...". The direction is told if the
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
            _ => vec![inside(corridor, location.edge_m)],
        };
        parts.extend(location.near.as_ref().map(from_town));
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
    let chainage = format!("{road} km {:.1}", chainage_m / 1000.0);
    match towards(corridor, location.along_bearing_deg, course_deg) {
        Some(end) => format!("{chainage} towards {end}"),
        None => chainage,
    }
}

/// Names the end of the line that a course leads to.
fn towards(
    corridor: &Corridor,
    along_bearing_deg: Option<f64>,
    course_deg: Option<f64>,
) -> Option<&str> {
    let turn = (course_deg? - along_bearing_deg?).rem_euclid(360.0);
    let off = turn.min(360.0 - turn);
    if off <= FOLLOWS_DEG {
        corridor.to.as_deref()
    } else if 180.0 - FOLLOWS_DEG <= off {
        corridor.from.as_deref()
    } else {
        None
    }
}

fn across(location: &Location, cross_track_m: f64) -> String {
    match location.compass {
        Some(wind) => format!("{} {wind} of the centreline", spoken(cross_track_m)),
        None => "on the centreline".to_owned(),
    }
}

fn inside(corridor: &Corridor, edge_m: f64) -> String {
    if edge_m <= 0.0 {
        format!("inside {}", corridor.name)
    } else {
        format!("{} outside {}", spoken(edge_m), corridor.name)
    }
}

fn from_town(town: &NearPlace) -> String {
    if town.distance_m < ON_CENTRELINE_M {
        format!("at {}", town.name)
    } else {
        let wind = wind(town.bearing_deg);
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
