//! What a format's reader hands back.

use serde_json::{Map, Value, json};

use super::fault::{Fault, LeftOut, Remark, Whereabouts};

/// Longitude and latitude, degrees, not checked.
pub(super) type Position = [f64; 2];

/// A feature as its file describes it, in our properties.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// Where it stands.
    pub(super) feature: Whereabouts,
    /// The id that the file gives it.
    pub(super) id: Option<String>,
    /// Which of several drafts of one feature it is, from 1.
    pub(super) part: Option<usize>,
    /// The properties, without `id`.
    pub(super) properties: Map<String, Value>,
    pub(super) geometry: Geometry,
}

impl Draft {
    /// Begins a draft without properties.
    pub(super) fn new(feature: Whereabouts, geometry: Geometry) -> Self {
        Self {
            feature,
            id: None,
            part: None,
            properties: Map::new(),
            geometry,
        }
    }
}

/// The coordinates of a draft.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Geometry {
    /// A place, or the middle of a disc.
    Point(Position),
    /// A line of one or several parts.
    Lines(Vec<Vec<Position>>),
    /// An area of one or several polygons; the first ring of each is the outer one.
    Areas(Vec<Vec<Vec<Position>>>),
    /// What GeoJSON has already.
    Json(Value),
}

/// What a geometry makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    Line,
    Area,
}

impl Geometry {
    /// Says what it makes; absent if it is neither point, line nor area.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Point(_) => Some(Kind::Point),
            Self::Lines(_) => Some(Kind::Line),
            Self::Areas(_) => Some(Kind::Area),
            Self::Json(geometry) => match geometry.get("type")?.as_str()? {
                "Point" => Some(Kind::Point),
                "LineString" | "MultiLineString" => Some(Kind::Line),
                "Polygon" | "MultiPolygon" => Some(Kind::Area),
                _ => None,
            },
        }
    }

    /// Closes the rings that do not end where they start, and says whether there were any.
    pub(super) fn close_rings(&mut self) -> bool {
        let Self::Areas(areas) = self else {
            return false;
        };
        let mut closed = false;
        for ring in areas.iter_mut().flatten() {
            if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
                && first.map(f64::to_bits) != last.map(f64::to_bits)
            {
                ring.push(first);
                closed = true;
            }
        }
        closed
    }

    /// Writes it as GeoJSON (RFC 7946 section 3.1).
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Point(position) => json!({"type": "Point", "coordinates": position}),
            Self::Lines(mut lines) if lines.len() == 1 => {
                json!({"type": "LineString", "coordinates": lines.pop()})
            }
            Self::Lines(lines) => json!({"type": "MultiLineString", "coordinates": lines}),
            Self::Areas(mut areas) if areas.len() == 1 => {
                json!({"type": "Polygon", "coordinates": areas.pop()})
            }
            Self::Areas(areas) => json!({"type": "MultiPolygon", "coordinates": areas}),
            Self::Json(geometry) => geometry,
        }
    }
}

/// Everything that a format's reader found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) drafts: Vec<Draft>,
    pub(super) left_out: Vec<Remark<LeftOut>>,
    pub(super) faults: Vec<Remark<Fault>>,
}

impl Reading {
    /// Gives up on the file as a whole.
    pub(super) fn refused(fault: Fault) -> Self {
        let what = Remark {
            feature: None,
            what: fault,
        };
        Self {
            faults: vec![what],
            ..Self::default()
        }
    }

    /// Adds what is wrong with a feature.
    pub(super) fn refuse(&mut self, feature: &Whereabouts, fault: Fault) {
        self.faults.push(Remark {
            feature: Some(feature.clone()),
            what: fault,
        });
    }

    /// Adds what a feature is left out for.
    pub(super) fn leave_out(&mut self, feature: &Whereabouts, why: LeftOut) {
        self.left_out.push(Remark {
            feature: Some(feature.clone()),
            what: why,
        });
    }
}
