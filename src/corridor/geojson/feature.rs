//! One feature: a corridor or a place.

use serde::de::{IgnoredAny, MapAccess};
use serde_json::{Map, Value};

use super::coordinates::{members, positions, rings, single};
use super::limits;
use super::posts;
use super::properties::{Properties, shown};
use super::sink::{Fill, Sink};
use super::tree::Coordinates;
use super::widths;
use crate::corridor::area::{Area, Polygon};
use crate::corridor::description::{Class, Corridor, CorridorId, Place};
use crate::corridor::disc::Disc;
use crate::corridor::flaw::{Fault, Member};
use crate::corridor::line::{HalfWidths, Line};
use crate::corridor::region::Region;
use crate::corridor::shape::Shape;
use crate::units::{LatLon, Metres};

/// What a feature describes.
pub(super) enum Record {
    Corridor(Box<Corridor>),
    Place(Place),
}

/// A feature as it stands in the file.
#[derive(Debug, Default)]
pub(super) struct Feature {
    kind: Option<Value>,
    properties: Value,
    geometry: Geometry,
}

impl Feature {
    /// Reads the id alone, to name the feature in whatever is said about it.
    pub(super) fn id(&self) -> Option<String> {
        let id = self.properties.get("id")?.as_str()?;
        (!id.trim().is_empty()).then(|| id.to_owned())
    }
}

impl Sink for Feature {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => self.kind = Some(members.next_value()?),
                "properties" => self.properties = members.next_value()?,
                "geometry" => members.next_value_seed(Fill(&mut self.geometry))?,
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn other(&mut self, _value: Value) {}
}

/// A geometry as it stands in the file.
#[derive(Debug, Default)]
struct Geometry {
    /// What stands in the place of an object.
    other: Value,
    kind: Option<Value>,
    coordinates: Coordinates,
}

impl Geometry {
    fn kind(&self) -> Option<&str> {
        self.kind.as_ref()?.as_str()
    }

    /// Names what is no geometry that is read.
    fn fault(&self) -> Fault {
        Fault::Geometry(match (&self.kind, &self.other) {
            (Some(kind), _) => shown(kind),
            (None, Value::Object(_)) => "an object without a type".to_owned(),
            (None, other) => shown(other),
        })
    }
}

impl Sink for Geometry {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut members: A) -> Result<(), A::Error> {
        self.other = Value::Object(Map::new());
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => self.kind = Some(members.next_value()?),
                "coordinates" => members.next_value_seed(Fill(&mut self.coordinates))?,
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn other(&mut self, value: Value) {
        self.other = value;
    }
}

/// Reads a feature, or lists everything that is wrong with it.
pub(super) fn read(feature: &Feature, region: &Region) -> Result<Record, Vec<Fault>> {
    if feature.kind.as_ref().and_then(Value::as_str) != Some("Feature") {
        let found = feature.kind.as_ref().map_or_else(
            || "it has no type".to_owned(),
            |kind| format!("its type is {}", shown(kind)),
        );
        return Err(vec![Fault::NotAFeature(found)]);
    }
    let mut properties = Properties::of(&feature.properties);
    let coordinates = &feature.geometry.coordinates;
    let record = match feature.geometry.kind() {
        Some("Point") => point(coordinates, region, &mut properties),
        Some("LineString") => {
            let half_widths = widths::of_line(&mut properties);
            let part = positions(coordinates, region, None, &mut properties.faults);
            let parts = part.map(|part| vec![part]);
            let shape = line(parts, half_widths, &mut properties.faults);
            corridor(&mut properties, "LineString", Class::Corridor, shape)
        }
        Some("MultiLineString") => {
            let half_widths = widths::of_parts(&mut properties);
            let parts = parts(coordinates, region, &mut properties.faults);
            let shape = line(parts, half_widths, &mut properties.faults);
            corridor(&mut properties, "MultiLineString", Class::Corridor, shape)
        }
        Some("Polygon") => {
            let polygon = polygon(coordinates, region, &mut properties.faults);
            let polygons = polygon.map(|polygon| vec![polygon]);
            let shape = area(polygons, &mut properties.faults);
            corridor(&mut properties, "Polygon", Class::Zone, shape)
        }
        Some("MultiPolygon") => {
            let polygons = polygons(coordinates, region, &mut properties.faults);
            let shape = area(polygons, &mut properties.faults);
            corridor(&mut properties, "MultiPolygon", Class::Zone, shape)
        }
        _ => {
            properties.faults.push(feature.geometry.fault());
            None
        }
    };
    match record {
        Some(record) if properties.faults.is_empty() => Ok(record),
        _ => Err(properties.faults),
    }
}

/// Reads a place, or a disc if it has a radius or the class of a corridor.
fn point(
    coordinates: &Coordinates,
    region: &Region,
    properties: &mut Properties,
) -> Option<Record> {
    let class = properties.text("class");
    let at = single(coordinates, region, &mut properties.faults);
    if class.as_deref() == Some("place") {
        place(at, properties).map(Record::Place)
    } else if class.is_none() && properties.value("radius_m").is_none() {
        properties.faults.push(Fault::PointWithoutClass);
        None
    } else {
        let shape = disc(at, properties);
        corridor(properties, "Point", Class::Zone, shape)
    }
}

fn place(at: Option<LatLon>, properties: &mut Properties) -> Option<Place> {
    let name = properties.text("name");
    if name.is_none() {
        properties.faults.push(Fault::PlaceUnnamed);
    }
    Some(Place {
        name: name?,
        at: at?,
    })
}

fn disc(centre: Option<LatLon>, properties: &mut Properties) -> Option<Shape> {
    if properties.value("radius_m").is_none() {
        properties.faults.push(Fault::RadiusMissing);
    }
    let radius_m = properties.number("radius_m");
    let faults = Disc::faults(centre, radius_m);
    if faults.is_empty() {
        let radius = Metres::new(radius_m?).ok()?;
        Disc::new(centre?, radius).ok().map(Shape::Disc)
    } else {
        properties.faults.extend(faults);
        None
    }
}

fn corridor(
    properties: &mut Properties,
    geometry: &'static str,
    class: Class,
    shape: Option<Shape>,
) -> Option<Record> {
    let id = properties.text("id");
    match &id {
        None => properties.faults.push(Fault::IdMissing),
        Some(id) if id.trim().is_empty() => properties.faults.push(Fault::IdEmpty),
        Some(_) => {}
    }
    let class = match properties.text("class").as_deref() {
        None => class,
        Some("corridor") => Class::Corridor,
        Some("crossing") => Class::Crossing,
        Some("zone") => Class::Zone,
        Some(found) => {
            properties.faults.push(Fault::Class {
                found: found.to_owned(),
                geometry,
                wanted: "corridor, crossing or zone",
            });
            class
        }
    };
    let name = properties.text("name");
    let reference = properties.text("ref");
    let country = properties.text("country");
    let countries = properties.texts("countries");
    let tags = properties.texts("tags");
    let section = properties.text("section");
    let from = properties.text("from");
    let to = properties.text("to");
    let length_m = match &shape {
        Some(Shape::Line(line)) => Some(line.length_m()),
        Some(Shape::Area(_) | Shape::Disc(_)) | None => None,
    };
    let posts = posts::read(properties, length_m);
    let band = limits::band(properties);
    let hours = limits::hours(properties);
    let source = properties.text("source");
    let certainty = properties.text("certainty");
    let id = id?;
    Some(Record::Corridor(Box::new(Corridor {
        name: name.unwrap_or_else(|| id.clone()),
        id: CorridorId::new(&id),
        reference,
        country,
        countries,
        class,
        tags,
        section,
        from,
        to,
        posts,
        band,
        hours,
        source,
        certainty,
        shape: shape?,
    })))
}

/// Judges the widths and the vertices apart, so that neither hides what is wrong with the other.
fn line(
    parts: Option<Vec<Vec<LatLon>>>,
    half_widths: Option<HalfWidths>,
    faults: &mut Vec<Fault>,
) -> Option<Shape> {
    let parts = parts?;
    let Some(half_widths) = half_widths else {
        faults.extend(Line::faults(&parts, None));
        return None;
    };
    Line::of_parts(parts, half_widths)
        .map(Shape::Line)
        .map_err(|more| faults.extend(more))
        .ok()
}

fn area(polygons: Option<Vec<Polygon>>, faults: &mut Vec<Fault>) -> Option<Shape> {
    Area::of_polygons(polygons?)
        .map(Shape::Area)
        .map_err(|more| faults.extend(more))
        .ok()
}

fn parts(
    coordinates: &Coordinates,
    region: &Region,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Vec<LatLon>>> {
    members(
        coordinates,
        "a list of lines, each a list of positions",
        Member::Part,
        |part, faults| positions(part, region, None, faults),
        faults,
    )
}

fn polygons(
    coordinates: &Coordinates,
    region: &Region,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Polygon>> {
    members(
        coordinates,
        "a list of polygons, each a list of rings",
        Member::Polygon,
        |rings, faults| polygon(rings, region, faults),
        faults,
    )
}

fn polygon(coordinates: &Coordinates, region: &Region, faults: &mut Vec<Fault>) -> Option<Polygon> {
    let mut rings = rings(coordinates, region, faults)?;
    let holes = rings.split_off(1);
    Some(Polygon {
        exterior: rings.pop()?,
        holes,
    })
}
