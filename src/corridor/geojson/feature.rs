//! One feature: a corridor or a place.

use serde::de::{IgnoredAny, MapAccess};
use serde_json::{Map, Value};

use super::coordinates::{positions, rings, single};
use super::properties::{Properties, shown};
use super::sink::{Fill, Sink};
use super::tree::Coordinates;
use crate::corridor::description::{Class, Corridor, CorridorId, Place};
use crate::corridor::flaw::Fault;
use crate::corridor::region::Region;
use crate::corridor::shape::{Area, Line, Shape};
use crate::corridor::soundness::{line_faults, width_fault};
use crate::units::Metres;

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
        Some("Point") => place(coordinates, region, &mut properties).map(Record::Place),
        Some("LineString") => {
            let shape = line(coordinates, region, &mut properties);
            corridor(&mut properties, "LineString", Class::Corridor, shape)
        }
        Some("Polygon") => {
            let shape = area(coordinates, region, &mut properties.faults);
            corridor(&mut properties, "Polygon", Class::Zone, shape)
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

fn place(coordinates: &Coordinates, region: &Region, properties: &mut Properties) -> Option<Place> {
    match properties.text("class") {
        Some(class) if class == "place" => {}
        Some(found) => properties.faults.push(Fault::Class {
            found,
            geometry: "Point",
            wanted: "place",
        }),
        None => properties.faults.push(Fault::PointWithoutClass),
    }
    let name = properties.text("name");
    if name.is_none() {
        properties.faults.push(Fault::PlaceUnnamed);
    }
    let at = single(coordinates, region, &mut properties.faults);
    Some(Place {
        name: name?,
        at: at?,
    })
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
    let section = properties.text("section");
    let from = properties.text("from");
    let to = properties.text("to");
    let km_start = properties.number("km_start").unwrap_or(0.0);
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
        section,
        from,
        to,
        km_start,
        source,
        certainty,
        shape: shape?,
    })))
}

/// Judges the width and the vertices apart, so that neither hides what is wrong with the other.
fn line(coordinates: &Coordinates, region: &Region, properties: &mut Properties) -> Option<Shape> {
    let half_width = properties.required_number("half_width_m", Fault::WidthMissing);
    properties.faults.extend(half_width.and_then(width_fault));
    let vertices = positions(coordinates, region, None, &mut properties.faults)?;
    let faults = line_faults(&vertices);
    let half_width = half_width.and_then(|half_width| Metres::new(half_width).ok());
    match half_width {
        Some(half_width) if faults.is_empty() => {
            Line::new(vertices, half_width).ok().map(Shape::Line)
        }
        _ => {
            properties.faults.extend(faults);
            None
        }
    }
}

fn area(coordinates: &Coordinates, region: &Region, faults: &mut Vec<Fault>) -> Option<Shape> {
    let mut rings = rings(coordinates, region, faults)?;
    let holes = rings.split_off(1);
    match Area::new(rings.pop()?, holes) {
        Ok(area) => Some(Shape::Area(area)),
        Err(more) => {
            faults.extend(more);
            None
        }
    }
}
