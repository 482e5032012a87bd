//! A corridor as programs read it from `--json`.

use serde::Serialize;

use crate::corridor::{Corridor, Extent};

/// What `list` and `show` say of a corridor; what is not known is absent.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    id: &'a str,
    name: &'a str,
    class: &'a str,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    countries: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    shape: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    half_width_min_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    half_width_max_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_m2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_m: Option<f64>,
}

impl<'a> Described<'a> {
    /// Describes a corridor of a known extent.
    pub(super) fn of(corridor: &'a Corridor, extent: &Extent) -> Self {
        let mut described = Self {
            id: corridor.id.as_str(),
            name: &corridor.name,
            class: corridor.class.as_str(),
            reference: corridor.reference.as_deref(),
            country: corridor.country.as_deref(),
            countries: &corridor.countries,
            section: corridor.section.as_deref(),
            from: corridor.from.as_deref(),
            to: corridor.to.as_deref(),
            shape: "area",
            length_m: None,
            half_width_min_m: None,
            half_width_max_m: None,
            size_m2: None,
            radius_m: None,
        };
        match extent {
            Extent::Along {
                parts_m,
                half_width: (least, greatest),
            } => {
                described.shape = "line";
                described.length_m = Some(decimetres(parts_m.iter().sum()));
                described.half_width_min_m = Some(least.get());
                described.half_width_max_m = Some(greatest.get());
            }
            Extent::Across(size_m2) => described.size_m2 = Some(size_m2.round()),
            Extent::Around(radius) => {
                described.shape = "disc";
                described.radius_m = Some(radius.get());
            }
        }
        described
    }
}

/// Rounds metres to what is worth telling.
pub(super) fn decimetres(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}
