//! What in a sound file a person would look at again.

use std::fmt;

use serde_json::Value;

use super::flaw::{FeatureName, Member, Spot};
use super::metric::{Scale, length_m};
use super::shape::edges;
use crate::units::LatLon;

/// Vertices of a line that are farther apart leave the road between them to the imagination.
const SPACING_MAX_M: f64 = 10_000.0;

/// A road, and the edge of an area that somebody drew, does not turn back more sharply, degrees.
const TURN_MAX_DEG: f64 = 150.0;

/// Something about a feature that is read, and may be meant all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The feature.
    pub feature: FeatureName,
    /// What is doubtful about it.
    pub matter: Matter,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.feature, self.matter)
    }
}

/// What can be doubtful about a corridor.
///
/// What befalls several vertices is told of the first, with the number of the others.
#[derive(Clone, Debug, PartialEq)]
pub enum Matter {
    /// Alerts have to call it by its id.
    NoName,
    /// No rule that goes by country watches it.
    NoCountry,
    /// A vertex at the place of the one before it.
    Repeated(Site, Others),
    /// A vertex of a line more than 10 km from the one before it; how far, metres.
    FarApart(Site, f64, Others),
    /// A vertex at which the way turns back by more than 150 degrees; by how much.
    Spike(Site, f64, Others),
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("has no name: alerts call it by its id"),
            Self::NoCountry => f.write_str("has no country: no rule by country watches it"),
            Self::Repeated(site, others) => {
                write!(f, "{site}{others}: the same place as the vertex before it")
            }
            Self::FarApart(site, spacing_m, others) => {
                let km = spacing_m / 1000.0;
                write!(f, "{site}{others}: {km:.1} km from the vertex before it")
            }
            Self::Spike(site, turn_deg, others) => {
                write!(f, "{site}{others}: turns back by {turn_deg:.0} degrees")
            }
        }
    }
}

/// A vertex, and which of several parts or polygons has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The part or the polygon, if there are several.
    pub member: Option<Member>,
    /// The vertex.
    pub spot: Spot,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(member) = self.member {
            write!(f, "{member}: ")?;
        }
        write!(f, "{}", self.spot)
    }
}

/// How many vertices more a doubt is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others(pub usize);

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            others => write!(f, " and {others} more"),
        }
    }
}

/// Lists what is doubtful in a GeoJSON file, in the order of the file.
///
/// It looks at what stands in the file, since shapes leave repeated vertices out. What cannot be
/// read is no doubt but a flaw, and left to [`super::geojson::read`].
#[must_use]
pub fn lint(text: &str) -> Vec<Doubt> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let features = document.get("features").and_then(Value::as_array);
    let features = features.map_or(&[][..], Vec::as_slice);
    features
        .iter()
        .enumerate()
        .filter(|(_, feature)| is_corridor(feature))
        .flat_map(|(index, feature)| {
            let name = FeatureName {
                index,
                id: text_of(feature, "id").map(str::to_owned),
            };
            matters(feature).into_iter().map(move |matter| Doubt {
                feature: name.clone(),
                matter,
            })
        })
        .collect()
}

fn is_corridor(feature: &Value) -> bool {
    text_of(feature, "class") != Some("place")
}

fn text_of<'a>(feature: &'a Value, property: &str) -> Option<&'a str> {
    let text = feature.get("properties")?.get(property)?.as_str()?;
    (!text.trim().is_empty()).then_some(text)
}

fn matters(feature: &Value) -> Vec<Matter> {
    let mut found = Vec::new();
    if text_of(feature, "name").is_none() {
        found.push(Matter::NoName);
    }
    if text_of(feature, "country").is_none() {
        found.push(Matter::NoCountry);
    }
    let geometry = &feature["geometry"];
    let coordinates = &geometry["coordinates"];
    match geometry["type"].as_str() {
        Some("LineString") => found.extend(of_part(coordinates, None)),
        Some("MultiLineString") => {
            let parts = members(coordinates, Member::Part);
            found.extend(parts.flat_map(|(part, member)| of_part(part, member)));
        }
        Some("Polygon") => found.extend(of_polygon(coordinates, None)),
        Some("MultiPolygon") => {
            let polygons = members(coordinates, Member::Polygon);
            found.extend(polygons.flat_map(|(polygon, member)| of_polygon(polygon, member)));
        }
        _ => {}
    }
    found
}

/// Names the members of a geometry, if it has several.
fn members(
    coordinates: &Value,
    member: fn(usize) -> Member,
) -> impl Iterator<Item = (&Value, Option<Member>)> {
    let list = list(coordinates);
    let several = 1 < list.len();
    let entries = list.iter().enumerate();
    entries.map(move |(nth, entry)| (entry, several.then(|| member(nth))))
}

fn list(coordinates: &Value) -> &[Value] {
    coordinates.as_array().map_or(&[], Vec::as_slice)
}

fn of_part(coordinates: &Value, member: Option<Member>) -> Vec<Matter> {
    let way = Way::read(coordinates, member, None);
    let doubts = way.map(|way| [way.repeated(), way.far_apart(), way.spike()]);
    doubts.into_iter().flatten().flatten().collect()
}

fn of_polygon(coordinates: &Value, member: Option<Member>) -> Vec<Matter> {
    let rings = list(coordinates).iter().enumerate();
    let ways = rings.filter_map(|(nth, ring)| Way::read(ring, member, nth.checked_sub(1)));
    ways.flat_map(|way| [way.repeated(), way.spike()])
        .flatten()
        .collect()
}

/// A part of a line, or a ring, with its place in the geometry.
struct Way {
    vertices: Vec<LatLon>,
    member: Option<Member>,
    hole: Option<usize>,
}

impl Way {
    /// Reads positions; absent if one of them is none.
    fn read(coordinates: &Value, member: Option<Member>, hole: Option<usize>) -> Option<Self> {
        let position = |position: &Value| {
            let (lon, lat) = (position.get(0)?.as_f64()?, position.get(1)?.as_f64()?);
            LatLon::new(lat, lon).ok()
        };
        let vertices: Option<Vec<LatLon>> = coordinates.as_array()?.iter().map(position).collect();
        Some(Self {
            vertices: vertices?,
            member,
            hole,
        })
    }

    fn site(&self, vertex: usize) -> Site {
        Site {
            member: self.member,
            spot: Spot {
                hole: self.hole,
                vertex,
            },
        }
    }

    fn repeated(&self) -> Option<Matter> {
        let edges = edges(&self.vertices).enumerate();
        let found = edges.filter(|(_, (start, end))| start == end);
        let (site, (), others) = first_of(found.map(|(edge, _)| (self.site(edge + 1), ())))?;
        Some(Matter::Repeated(site, others))
    }

    fn far_apart(&self) -> Option<Matter> {
        let edges = edges(&self.vertices).enumerate();
        let spacings =
            edges.map(|(edge, (start, end))| (self.site(edge + 1), length_m(start, end)));
        let found = spacings.filter(|(_, spacing_m)| SPACING_MAX_M < *spacing_m);
        let (site, spacing_m, others) = first_of(found)?;
        Some(Matter::FarApart(site, spacing_m, others))
    }

    fn spike(&self) -> Option<Matter> {
        let vertices = self.vertices.iter().copied();
        let mut apart: Vec<(usize, LatLon)> = vertices.enumerate().collect();
        apart.dedup_by_key(|(_, at)| *at);
        let turns = apart.windows(3).filter_map(|three| match three {
            &[(_, before), (vertex, at), (_, after)] => {
                Some((self.site(vertex), turn_deg(before, at, after)))
            }
            _ => None,
        });
        let found = turns.filter(|(_, turn_deg)| TURN_MAX_DEG < *turn_deg);
        let (site, turn_deg, others) = first_of(found)?;
        Some(Matter::Spike(site, turn_deg, others))
    }
}

/// Measures by how much a way turns at a vertex, 0 straight on and 180 straight back.
fn turn_deg(before: LatLon, at: LatLon, after: LatLon) -> f64 {
    let scale = Scale::around(at.lat());
    let (onto, off) = (scale.offset(before, at), scale.offset(at, after));
    onto.cross(off).atan2(onto.dot(off)).abs().to_degrees()
}

fn first_of<T>(mut found: impl Iterator<Item = (Site, T)>) -> Option<(Site, T, Others)> {
    let (site, measure) = found.next()?;
    Some((site, measure, Others(found.count())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_would_look_at_again_is_told_of_each_corridor() {
        check(
            r#"{"id": "a", "name": "A", "country": "MK"}"#,
            r#""LineString", "coordinates": [[22.0, 41.0], [22.05, 41.0], [22.1, 41.01]]"#,
            &[],
        );
        check(
            r#"{"id": "a", "name": null, "country": " "}"#,
            r#""LineString", "coordinates": [[22.0, 41.0], [22.05, 41.0]]"#,
            &[
                "feature 0 (id \"a\"): has no name: alerts call it by its id",
                "feature 0 (id \"a\"): has no country: no rule by country watches it",
            ],
        );
        check(
            r#"{"id": "a", "name": "A", "country": "MK"}"#,
            r#""LineString", "coordinates": [[22.0, 41.0], [22.0, 41.0], [22.0, 41.0], [22.2, 41.0],
                [22.2, 41.0], [22.1, 41.01]]"#,
            &[
                "feature 0 (id \"a\"): vertex 1 and 2 more: the same place as the vertex before it",
                "feature 0 (id \"a\"): vertex 3: 16.8 km from the vertex before it",
                "feature 0 (id \"a\"): vertex 3: turns back by 172 degrees",
            ],
        );
        check(
            r#"{"id": "a", "name": "A", "country": "MK"}"#,
            r#""Polygon", "coordinates": [[[22.0, 41.0], [22.5, 41.0], [22.5, 41.5], [22.0, 41.0]],
                [[22.3, 41.1], [22.4, 41.1], [22.4, 41.2], [22.4, 41.2], [22.3, 41.1]]]"#,
            &["feature 0 (id \"a\"): hole 0, vertex 3: the same place as the vertex before it"],
        );
        check(
            r#"{"id": "a", "name": "A", "country": "MK"}"#,
            r#""MultiLineString", "coordinates": [[[22.0, 41.0], [22.05, 41.0]],
                [[22.1, 41.0], [22.3, 41.0]]]"#,
            &["feature 0 (id \"a\"): part 1: vertex 1: 16.8 km from the vertex before it"],
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_reader_and_a_place_has_no_doubts() {
        check(
            "7",
            "\"LineString\", \"coordinates\": [[22.0, 41.0], 7]",
            &[
                "feature 0: has no name: alerts call it by its id",
                "feature 0: has no country: no rule by country watches it",
            ],
        );
        check(
            r#"{"class": "place"}"#,
            "\"Point\", \"coordinates\": []",
            &[],
        );
        assert_eq!(lint("{"), Vec::new());
    }

    fn check(properties: &str, geometry: &str, told: &[&str]) {
        let text = format!(
            "{{\"features\": [{{\"properties\": {properties}, \"geometry\": {{\"type\": {geometry}}}}}]}}"
        );
        let doubts: Vec<String> = lint(&text).iter().map(ToString::to_string).collect();
        assert_eq!(doubts, told, "{text}");
    }
}
