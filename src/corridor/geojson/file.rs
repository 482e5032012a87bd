//! The file as a whole: its features, and what they have in common.

use std::collections::HashMap;

use serde_json::Value;

use super::feature::{self, Record};
use crate::corridor::description::{Corridor, Place};
use crate::corridor::flaw::{Fault, FeatureName, Flaw};
use crate::corridor::region::Region;

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
    let features = features(text).map_err(|fault| {
        vec![Flaw {
            feature: None,
            fault,
        }]
    })?;
    let mut file = File::default();
    let mut flaws = Vec::new();
    let mut ids = HashMap::new();
    for (index, value) in features.iter().enumerate() {
        let id = feature::id(value);
        let name = FeatureName {
            index,
            id: id.clone(),
        };
        let flaw = |fault| Flaw {
            feature: Some(name.clone()),
            fault,
        };
        match feature::read(value, region) {
            Ok(Record::Corridor(corridor)) => {
                if is_outside(&corridor, region) {
                    file.warnings.push(flaw(Fault::OutsideRegion(*region)));
                }
                file.corridors.push(*corridor);
            }
            Ok(Record::Place(place)) => {
                if !region.contains(place.at.lat(), place.at.lon()) {
                    file.warnings.push(flaw(Fault::OutsideRegion(*region)));
                }
                file.places.push(place);
                continue;
            }
            Err(faults) => flaws.extend(faults.into_iter().map(flaw)),
        }
        if let Some(id) = id {
            let first = *ids.entry(id).or_insert(index);
            if first != index {
                flaws.push(flaw(Fault::IdTaken(first)));
            }
        }
    }
    if flaws.is_empty() {
        Ok(file)
    } else {
        Err(flaws)
    }
}

fn features(text: &str) -> Result<Vec<Value>, Fault> {
    let file: Value = serde_json::from_str(text).map_err(|error| Fault::Syntax {
        line: error.line(),
        column: error.column(),
        reason: reason(&error),
    })?;
    let Value::Object(mut members) = file else {
        return Err(Fault::NotACollection("it is no object".to_owned()));
    };
    match members.get("type") {
        Some(Value::String(kind)) if kind == "FeatureCollection" => {}
        Some(other) => return Err(Fault::NotACollection(format!("its type is {other}"))),
        None => return Err(Fault::NotACollection("it has no type".to_owned())),
    }
    match members.remove("features") {
        Some(Value::Array(features)) => Ok(features),
        _ => Err(Fault::NotACollection(
            "it has no list of features".to_owned(),
        )),
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

fn is_outside(corridor: &Corridor, region: &Region) -> bool {
    corridor.shape.edges().any(|(start, end)| {
        [start, end]
            .iter()
            .any(|at| !region.contains(at.lat(), at.lon()))
    })
}
