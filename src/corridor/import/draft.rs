//! What a format's reader hands back.

use serde_json::{Map, Value, json};

use super::fault::{Fault, LeftOut, Note, Remark, Whereabouts};

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
        match self {
            Self::Point(_) | Self::Lines(_) => false,
            Self::Areas(areas) => {
                let bits = |position: &Position| position.map(f64::to_bits);
                let rings = areas.iter_mut().flatten();
                rings
                    .map(|ring| close(ring, bits))
                    .filter(|closed| *closed)
                    .count()
                    != 0
            }
            Self::Json(geometry) => {
                let is_polygon = geometry.get("type").is_some_and(|kind| kind == "Polygon");
                let is_area = is_polygon
                    || geometry
                        .get("type")
                        .is_some_and(|kind| kind == "MultiPolygon");
                let Some(coordinates) = geometry.get_mut("coordinates").filter(|_| is_area) else {
                    return false;
                };
                let areas = if is_polygon {
                    std::slice::from_mut(coordinates)
                } else {
                    coordinates
                        .as_array_mut()
                        .map_or(&mut [][..], Vec::as_mut_slice)
                };
                let rings = areas.iter_mut().filter_map(Value::as_array_mut).flatten();
                let rings = rings.filter_map(Value::as_array_mut);
                rings
                    .map(|ring| close(ring, numbers))
                    .filter(|closed| *closed)
                    .count()
                    != 0
            }
        }
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

/// Repeats the first position of a ring at its end, unless it stands there.
fn close<T: Clone, K: PartialEq>(ring: &mut Vec<T>, place: impl Fn(&T) -> K) -> bool {
    let is_open = match (ring.first(), ring.last()) {
        (Some(first), Some(last)) => place(first) != place(last),
        _ => false,
    };
    if is_open {
        ring.extend(ring.first().cloned());
    }
    is_open
}

/// Returns the longitude and the latitude of a position, to be compared.
fn numbers(position: &Value) -> [Option<u64>; 2] {
    [0, 1].map(|nth| Some(position.get(nth)?.as_f64()?.to_bits()))
}

/// Everything that a format's reader found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) drafts: Vec<Draft>,
    pub(super) left_out: Vec<Remark<LeftOut>>,
    pub(super) notes: Vec<Remark<Note>>,
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

    /// Returns what was read, or adds what is wrong.
    pub(super) fn or_refuse<T>(
        &mut self,
        feature: &Whereabouts,
        read: Result<T, Fault>,
    ) -> Option<T> {
        read.map_err(|fault| self.refuse(feature, fault)).ok()
    }

    /// Adds what was read in another way.
    pub(super) fn note(&mut self, feature: &Whereabouts, note: Note) {
        self.notes.push(Remark {
            feature: Some(feature.clone()),
            what: note,
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
