//! The file as a whole: its features, and what they have in common.

use std::collections::HashMap;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess};
use serde_json::Value;

use super::feature::{self, Feature, Record};
use super::sink::{Fill, Sink};
use crate::corridor::description::{Corridor, Place};
use crate::corridor::flaw::{Fault, FeatureName, Flaw};
use crate::corridor::region::Region;
use crate::corridor::shape::Shape;

/// What a file describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// The corridors, in the order of the file.
    pub corridors: Vec<Corridor>,
    /// The named places, in the order of the file.
    pub places: Vec<Place>,
    /// What somebody should look at, though the file is read.
    pub warnings: Vec<Flaw>,
}

/// Reads a file whose corridors are expected in `region`.
///
/// # Errors
///
/// Lists all flaws, in the order of the file. Only text that is no JSON, or no feature
/// collection, has a single one.
pub fn read(text: &str, region: &Region) -> Result<File, Vec<Flaw>> {
    let reading = document(text, region).map_err(|fault| {
        vec![Flaw {
            feature: None,
            fault,
        }]
    })?;
    if reading.flaws.is_empty() {
        Ok(reading.file)
    } else {
        Err(reading.flaws)
    }
}

fn document(text: &str, region: &Region) -> Result<Reading, Fault> {
    let mut document = Document {
        is_object: false,
        kind: None,
        features: Features::of(*region),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    Fill(&mut document)
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| Fault::Syntax {
            line: error.line(),
            column: error.column(),
            reason: reason(&error),
        })?;
    document.into_reading()
}

/// The outermost value of a file.
struct Document {
    is_object: bool,
    kind: Option<Value>,
    features: Features,
}

impl Sink for Document {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut members: A) -> Result<(), A::Error> {
        self.is_object = true;
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "type" => self.kind = Some(members.next_value()?),
                "features" => {
                    self.features = Features::of(self.features.region);
                    members.next_value_seed(Fill(&mut self.features))?;
                }
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn other(&mut self, _value: Value) {}
}

impl Document {
    fn into_reading(self) -> Result<Reading, Fault> {
        let complaint = match &self.kind {
            _ if !self.is_object => "it is no object".to_owned(),
            Some(Value::String(kind)) if kind == "FeatureCollection" => {
                return (self.features.reading)
                    .ok_or_else(|| Fault::NotACollection("it has no list of features".to_owned()));
            }
            Some(other) => format!("its type is {other}"),
            None => "it has no type".to_owned(),
        };
        Err(Fault::NotACollection(complaint))
    }
}

/// The list of features, if it is one.
struct Features {
    region: Region,
    reading: Option<Reading>,
}

impl Features {
    fn of(region: Region) -> Self {
        Self {
            region,
            reading: None,
        }
    }
}

impl Sink for Features {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let reading = self.reading.insert(Reading::of(self.region));
        let mut feature = Feature::default();
        while entries.next_element_seed(Fill(&mut feature))?.is_some() {
            reading.take(&feature);
            feature = Feature::default();
        }
        Ok(())
    }

    fn other(&mut self, _value: Value) {}
}

/// What was found in the features so far, one after the other.
struct Reading {
    region: Region,
    file: File,
    flaws: Vec<Flaw>,
    /// Which feature has an id.
    ids: HashMap<String, usize>,
    features: usize,
}

impl Reading {
    fn of(region: Region) -> Self {
        Self {
            region,
            file: File::default(),
            flaws: Vec::new(),
            ids: HashMap::new(),
            features: 0,
        }
    }

    fn take(&mut self, feature: &Feature) {
        let (region, index) = (self.region, self.features);
        self.features += 1;
        let id = feature.id();
        let name = FeatureName {
            index,
            id: id.clone(),
        };
        let flaw = |fault| Flaw {
            feature: Some(name.clone()),
            fault,
        };
        match feature::read(feature, &region) {
            Ok(Record::Corridor(corridor)) => {
                if is_outside(&corridor, &region) {
                    self.file.warnings.push(flaw(Fault::OutsideRegion(region)));
                }
                let doubts = doubts(&corridor).into_iter().map(flaw);
                self.file.warnings.extend(doubts);
                self.file.corridors.push(*corridor);
            }
            Ok(Record::Place(place)) => {
                if !region.contains(place.at.lat(), place.at.lon()) {
                    self.file.warnings.push(flaw(Fault::OutsideRegion(region)));
                }
                self.file.places.push(place);
                return;
            }
            Err(faults) => self.flaws.extend(faults.into_iter().map(flaw)),
        }
        if let Some(id) = id {
            let first = *self.ids.entry(id).or_insert(index);
            if first != index {
                self.flaws.push(flaw(Fault::IdTaken(first)));
            }
        }
    }
}

/// Takes the position off the end of the JSON reader's message.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn doubts(corridor: &Corridor) -> Vec<Fault> {
    match &corridor.shape {
        Shape::Line(line) => corridor.posts.doubts(line.length_m()),
        Shape::Area(_) | Shape::Disc(_) => Vec::new(),
    }
}

fn is_outside(corridor: &Corridor, region: &Region) -> bool {
    corridor.shape.segments().any(|segment| {
        [segment.start, segment.end]
            .iter()
            .any(|at| !region.contains(at.lat(), at.lon()))
    })
}
