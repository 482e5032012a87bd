//! The altitude band of a zone: feet to metres, and vertical references to our datums.

use serde_json::{Map, Value};

use super::fault::{Fault, Note};

/// A foot, metres (the international one).
const FOOT_M: f64 = 0.3048;

/// What the two limits are called, each with its vertical reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) lower: [&'static str; 2],
    pub(super) upper: [&'static str; 2],
}

/// The unit of lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Metre,
    Foot,
}

impl Unit {
    /// Reads a unit; metres if there is none.
    pub(super) fn of(value: Option<&Value>, path: &str) -> Result<Self, Fault> {
        let unit = value.filter(|unit| !unit.is_null() && unit.as_str() != Some(""));
        match unit.map(Value::as_str) {
            None | Some(Some("M" | "m")) => Ok(Self::Metre),
            Some(Some("FT" | "ft")) => Ok(Self::Foot),
            Some(_) => {
                let path = format!("the unit of {path}");
                Err(Fault::property(&path, unit, "m or ft"))
            }
        }
    }

    /// Converts a length to metres, to the millimetre.
    pub(super) fn metres(self, length: f64) -> f64 {
        match self {
            Self::Metre => length,
            Self::Foot => (length * FOOT_M * 1000.0).round() / 1000.0,
        }
    }
}

/// A limit above what it is measured from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Limit {
    metres: f64,
    datum: &'static str,
}

/// Adds the limits to the properties; a limit that is not there is none.
///
/// Our bands have one datum. The surface as the lower limit of a band above the sea limits nothing. Of
/// two other limits that cannot be compared the lower one is left out, which makes the zone larger and
/// is noted.
pub(super) fn band(
    limits: &Value,
    path: &str,
    unit: Unit,
    ends: Ends,
    properties: &mut Map<String, Value>,
) -> Result<Option<Note>, Fault> {
    let mut lower = limit(limits, path, unit, ends.lower)?;
    let upper = limit(limits, path, unit, ends.upper)?;
    let mut note = None;
    if let (Some(low), Some(high)) = (lower, upper)
        && low.datum != high.datum
    {
        lower = None;
        let is_surface = low.datum == "ground" && low.metres <= 0.0;
        note = (!is_surface).then_some(Note::LowerLimit {
            metres: low.metres,
            lower: low.datum,
            upper: high.datum,
        });
    }
    for (property, limit) in [("altitude_min_m", lower), ("altitude_max_m", upper)] {
        if let Some(limit) = limit {
            properties.insert(property.to_owned(), limit.metres.into());
            properties.insert("altitude_datum".to_owned(), limit.datum.into());
        }
    }
    Ok(note)
}

fn limit(
    limits: &Value,
    path: &str,
    unit: Unit,
    [name, reference]: [&str; 2],
) -> Result<Option<Limit>, Fault> {
    let Some(value) = limits.get(name).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let Some(length) = value.as_f64() else {
        let path = format!("{path}.{name}");
        return Err(Fault::property(&path, Some(value), "a number"));
    };
    let datum = match limits.get(reference).and_then(Value::as_str) {
        Some("AGL") => "ground",
        Some("AMSL") => "msl",
        Some("WGS84") => "ellipsoid",
        _ => {
            let path = format!("{path}.{reference}");
            let wanted = "AGL, AMSL or WGS84";
            return Err(Fault::property(&path, limits.get(reference), wanted));
        }
    };
    Ok(Some(Limit {
        metres: unit.metres(length),
        datum,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENDS: Ends = Ends {
        lower: ["lower", "lowerReference"],
        upper: ["upper", "upperReference"],
    };

    #[test]
    fn limits_become_a_band_of_one_datum() {
        let check = |limits: &Value, unit, band: &Value, note: Option<&str>| {
            let mut properties = Map::new();
            let found = super::band(limits, "layer", unit, ENDS, &mut properties).unwrap();
            assert_eq!(&Value::Object(properties), band, "{limits}");
            assert_eq!(
                found.map(|note| note.to_string()).as_deref(),
                note,
                "{limits}"
            );
        };
        check(&Value::Null, Unit::Metre, &json!({}), None);
        check(
            &json!({"lower": 0, "lowerReference": "AGL", "upper": 393.7008, "upperReference": "AGL"}),
            Unit::Foot,
            &json!({"altitude_min_m": 0.0, "altitude_max_m": 120.0, "altitude_datum": "ground"}),
            None,
        );
        check(
            &json!({"lower": 0, "lowerReference": "AGL", "upper": 900, "upperReference": "AMSL"}),
            Unit::Metre,
            &json!({"altitude_max_m": 900.0, "altitude_datum": "msl"}),
            None,
        );
        check(
            &json!({"lower": 50, "lowerReference": "AGL", "upper": 900, "upperReference": "WGS84"}),
            Unit::Metre,
            &json!({"altitude_max_m": 900.0, "altitude_datum": "ellipsoid"}),
            Some(
                "the lower limit, 50 m (ground), is left out: it cannot be compared with the upper one \
                  (ellipsoid)",
            ),
        );
        check(
            &json!({"lower": 300, "lowerReference": "AMSL", "upper": null}),
            Unit::Metre,
            &json!({"altitude_min_m": 300.0, "altitude_datum": "msl"}),
            None,
        );
    }

    #[test]
    fn a_limit_that_makes_no_sense_is_refused() {
        let check = |limits: &Value, fault: &str| {
            let found = super::band(limits, "layer", Unit::Metre, ENDS, &mut Map::new());
            assert_eq!(
                found.map_err(|fault| fault.to_string()),
                Err(fault.to_owned())
            );
        };
        check(
            &json!({"upper": "high", "upperReference": "AGL"}),
            "layer.upper is \"high\": it must be a number",
        );
        check(
            &json!({"upper": 5, "upperReference": "FL"}),
            "layer.upperReference is \"FL\": it must be AGL, AMSL or WGS84",
        );
        check(
            &json!({"lower": 5}),
            "layer.lowerReference is missing: it must be AGL, AMSL or WGS84",
        );
        let fault = Unit::of(Some(&json!("km")), "layer").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the unit of layer is \"km\": it must be m or ft"
        );
    }
}
