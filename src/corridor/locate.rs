//! Where a place lies relative to one corridor.

use super::chain::From;
use super::heading::Heading;
use super::metric::Offset;
use super::places::NearPlace;
use super::probe::Probe;
use super::projection::{ON_CENTRELINE_M, Side};
use super::set::{CorridorIndex, CorridorSet, Nearby};
use super::shape::Shape;
use super::sight::Sight;
use super::wind::wind;
use crate::units::{LatLon, Metres};

/// Where a place lies relative to a corridor.
///
/// What only a line has is absent for an area and a disc.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The signed distance to the edge, metres: negative inside, 0 on the edge.
    pub edge_m: f64,
    /// The chainage of the nearest point of the centreline by the posts of the road, metres.
    pub chainage_m: Option<f64>,
    /// The distance from the centreline, metres, never negative.
    pub cross_track_m: Option<f64>,
    /// The side of the centreline, seen from its first vertex; absent straight beyond an end of
    /// the line as well.
    pub side: Option<Side>,
    /// Half the width of the strip at that chainage.
    pub half_width: Option<Metres>,
    /// The way along the line there, towards its last vertex.
    pub(super) along: Option<Offset>,
    /// The wind from the centreline to the place, "north-east"; absent within 20 m of it.
    ///
    /// Of an area or a disc, from its edge to a place outside; absent in a hole.
    pub compass: Option<&'static str>,
}

impl Location {
    /// Returns the bearing of the line there, towards its last vertex, degrees from north in 0 to 360.
    #[must_use]
    pub fn along_bearing_deg(&self) -> Option<f64> {
        self.along.map(Offset::bearing_deg)
    }

    /// Compares a course, degrees from north, with the bearing of the line.
    #[must_use]
    pub fn heading(&self, course_deg: f64) -> Option<Heading> {
        Some(Heading::of(course_deg, self.along_bearing_deg()?))
    }
}

impl CorridorSet {
    /// Tells where `at` lies relative to a corridor, which it need not be inside of.
    #[must_use]
    pub fn locate(&self, corridor: CorridorIndex, at: LatLon) -> Location {
        self.locate_near(&self.measure(corridor, at), at)
    }

    /// Tells where `at` lies relative to a corridor that was found near it.
    #[must_use]
    pub fn locate_near(&self, nearby: &Nearby, at: LatLon) -> Location {
        let corridor = self.get(nearby.corridor);
        match &corridor.shape {
            Shape::Line(line) => {
                let sight = nearby.sight.filter(|sight| sight.from.at() == at);
                let projection = line.project(&match sight {
                    // The edge of a strip of one width is nearest where its middle is.
                    Some(sight) if !line.is_tapered() => sight,
                    Some(_) | None => self.sight(nearby.corridor, at),
                });
                let off = ON_CENTRELINE_M <= projection.cross_track_m;
                Location {
                    edge_m: nearby.edge_m,
                    chainage_m: Some(corridor.posts.km_at(projection.along_m) * 1000.0),
                    cross_track_m: Some(projection.cross_track_m),
                    side: projection.side,
                    half_width: Metres::new(projection.half_width_m).ok(),
                    along: Some(projection.along),
                    compass: off.then(|| wind(projection.way)),
                }
            }
            Shape::Area(_) | Shape::Disc(_) => Location {
                edge_m: nearby.edge_m,
                chainage_m: None,
                cross_track_m: None,
                side: None,
                half_width: None,
                along: None,
                compass: self.wind_from_edge(nearby, at),
            },
        }
    }

    /// Names the wind from the edge of an area or a disc to a place at least 20 m outside.
    fn wind_from_edge(&self, nearby: &Nearby, at: LatLon) -> Option<&'static str> {
        if nearby.edge_m < ON_CENTRELINE_M {
            return None;
        }
        let sight = nearby.sight.filter(|sight| sight.from.at() == at);
        let sight = sight.or_else(|| self.measure(nearby.corridor, at).sight)?;
        let is_in_hole = match &self.get(nearby.corridor).shape {
            Shape::Area(area) => area.is_of_hole(sight.footing.nth),
            Shape::Line(_) | Shape::Disc(_) => false,
        };
        (!is_in_hole).then(|| wind(sight.footing.foot.way))
    }

    /// Finds the named place that is nearest, if one is within 50 km.
    #[must_use]
    pub fn nearest_place(&self, at: LatLon) -> Option<NearPlace> {
        self.places.nearest(at)
    }

    /// Tells on which side of a line a point of its edge lies: left or right, however narrow
    /// the strip.
    ///
    /// Absent for an area and a disc, and at the round ends of a line.
    #[must_use]
    pub fn edge_side(&self, corridor: CorridorIndex, at: LatLon) -> Option<Side> {
        match &self.get(corridor).shape {
            Shape::Line(line) => line.flank(&self.sight(corridor, at)),
            Shape::Area(_) | Shape::Disc(_) => None,
        }
    }

    /// Finds the nearest point of a centreline.
    fn sight(&self, corridor: CorridorIndex, at: LatLon) -> Sight {
        let probe = Probe::new(at);
        let nearest = self.index.nearest(corridor, &probe, From::Middle);
        let sight = nearest.sight(&probe);
        sight.expect("a line has a segment, and one of them is nearest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, line, moved, place, square};
    use crate::corridor::{Place, PostDirection, Posts};

    #[test]
    fn a_line_has_all_its_measures() {
        let start = place(41.0, 22.0);
        let mut strip = line("strip", 500.0, vec![start, moved(start, 0.0, 9_000.0)]);
        strip.posts = Posts::from(2.0, PostDirection::Up);
        let town = Place {
            name: "Veles".to_owned(),
            at: moved(start, 0.0, 3_000.0),
        };
        let set = CorridorSet::new(vec![strip], vec![town]).unwrap();
        let at = moved(start, -600.0, 3_000.0);
        let location = set.locate(set.find("strip").unwrap(), at);
        check(location.edge_m, 100.0);
        check(location.chainage_m.unwrap(), 5_000.0);
        check(location.cross_track_m.unwrap(), 600.0);
        check(location.along_bearing_deg().unwrap(), 0.0);
        check(location.half_width.unwrap().get(), 500.0);
        assert_eq!(location.side, Some(Side::Left));
        assert_eq!(location.compass, Some("west"));
        let near = set.nearest_place(at).unwrap();
        check(near.distance_m, 600.0);
        check(near.bearing_deg, 270.0);
        assert_eq!(near.name, "Veles");
    }

    #[test]
    fn an_area_has_the_wind_from_its_edge_alone() {
        let yard = area("yard", square(41.0, 22.0, 1_000.0), Vec::new());
        let set = CorridorSet::new(vec![yard], Vec::new()).unwrap();
        let east = moved(place(41.0, 22.0), 900.0, 100.0);
        let location = set.locate(set.find("yard").unwrap(), east);
        check(location.edge_m, 400.0);
        assert_eq!(location.compass, Some("east"));
        let location = set.locate(set.find("yard").unwrap(), place(41.0, 22.0));
        check(location.edge_m, -500.0);
        assert_eq!(
            location,
            Location {
                edge_m: location.edge_m,
                chainage_m: None,
                cross_track_m: None,
                side: None,
                half_width: None,
                along: None,
                compass: None,
            }
        );
    }

    fn check(measured: f64, expected: f64) {
        assert!(
            (measured - expected).abs() < 0.5,
            "{measured} for {expected}"
        );
    }
}
