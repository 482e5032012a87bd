//! What is said about a file that is read: what refuses it, what is left out, what was changed.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use super::json;
use crate::corridor::flaw;
use crate::corridor::lint::Site;

/// Something that is said about a feature, or about the file as a whole.
///
/// The file's name is the reader's to add.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark<T> {
    /// The feature; absent if it is about the file.
    pub feature: Option<Whereabouts>,
    /// What is said.
    pub what: T,
}

impl<T: fmt::Display> fmt::Display for Remark<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.feature {
            Some(feature) => write!(f, "{feature}: {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

/// Which feature of a file: `feature 2 ("Ring road"), line 17`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// Its place in the file, from 0.
    pub index: usize,
    /// What the file calls it.
    pub name: Option<String>,
    /// The line that it begins at, from 1, where the format tells.
    pub line: Option<usize>,
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feature {}", self.index)?;
        if let Some(name) = &self.name {
            write!(f, " (\"{name}\")")?;
        }
        match self.line {
            Some(line) => write!(f, ", line {line}"),
            None => Ok(()),
        }
    }
}

/// A vertex of a geometry, as far as it has parts and holes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vertex {
    /// The part, from 0.
    pub part: Option<usize>,
    /// The hole, from 0.
    pub hole: Option<usize>,
    /// The vertex, from 0.
    pub nth: usize,
}

impl fmt::Display for Vertex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(part) = self.part {
            write!(f, "part {part}, ")?;
        }
        if let Some(hole) = self.hole {
            write!(f, "hole {hole}, ")?;
        }
        write!(f, "vertex {}", self.nth)
    }
}

/// What refuses a file.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Fault {
    /// The text breaks the rules of its syntax.
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The text is well formed, but something else.
    #[error("not {wanted}: {found}")]
    Other {
        /// What it should be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// A position that is no pair of numbers.
    #[error("{vertex}: {found} is no position: it must be {wanted}")]
    Position {
        /// The vertex.
        vertex: Vertex,
        /// What stands there.
        found: String,
        /// What must stand there.
        wanted: &'static str,
    },
    /// A property of the wrong type.
    #[error("{property} is {found}: it must be {wanted}")]
    Property {
        /// The property, with the way to it.
        property: String,
        /// Its value, or that it is missing.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// A line that nobody gave a width.
    #[error("a line without a width: give one with --half-width-m")]
    WidthMissing,
    /// Coordinates that are no longitude and latitude.
    #[error("{0}: only longitude and latitude of WGS-84 (4326) are read")]
    ReferenceSystem(String),
    /// A position that only makes sense with its axes exchanged.
    #[error(
        "{site}: longitude {lon} and latitude {lat} lie outside the region, and inside it with the \
         axes swapped"
    )]
    Swapped {
        /// The vertex.
        site: Site,
        /// What is read as the longitude.
        lon: f64,
        /// What is read as the latitude.
        lat: f64,
    },
    /// What else the GeoJSON reader finds.
    #[error("{0}")]
    Judged(flaw::Fault),
}

impl Fault {
    /// Says what a property of JSON must be.
    pub(super) fn property(property: &str, found: Option<&Value>, wanted: &'static str) -> Self {
        Self::Property {
            property: property.to_owned(),
            found: found.map_or_else(|| "missing".to_owned(), json::shown),
            wanted,
        }
    }
}

impl From<flaw::Fault> for Fault {
    /// Says what is swapped in words that fit every format.
    fn from(fault: flaw::Fault) -> Self {
        let (member, within) = if let flaw::Fault::Within { member, fault } = &fault {
            (Some(*member), fault.as_ref())
        } else {
            (None, &fault)
        };
        if let flaw::Fault::Swapped {
            spot,
            first,
            second,
        } = within
        {
            Self::Swapped {
                site: Site {
                    member,
                    spot: *spot,
                },
                lon: *first,
                lat: *second,
            }
        } else {
            Self::Judged(fault)
        }
    }
}

/// Why something of a file is no corridor and no place.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LeftOut {
    /// A feature without coordinates.
    #[error("it has no geometry")]
    NoGeometry,
    /// A geometry that makes neither a corridor nor a place.
    #[error("a {0} makes no corridor")]
    Kind(String),
    /// What somebody flew or drove, which is no corridor unless somebody says so.
    #[error("a track: read with --tracks")]
    Track,
    /// A part of a track that has no length.
    #[error("segment {0} has less than two points")]
    ShortSegment(usize),
    /// A point that nobody could tell a position from.
    #[error("a point without a name, which is no place, and without a radius, which is no area")]
    NamelessPoint,
}

/// What was read in another way than it stands there.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Note {
    /// A ring that does not end where it starts.
    #[error("a ring that was not closed is closed")]
    RingClosed,
    /// A country that our codes do not know.
    #[error("country {0} is no code that is known here: kept as it is")]
    Country(String),
    /// A lower limit that is above something else than the upper one.
    #[error(
        "the lower limit, {metres} m ({lower}), is left out: it cannot be compared with the upper one \
         ({upper})"
    )]
    LowerLimit {
        /// The limit, metres.
        metres: f64,
        /// What it is above.
        lower: &'static str,
        /// What the upper one is above.
        upper: &'static str,
    },
    /// Hours that follow the sun.
    #[error("its hours begin or end with the sun ({0}): it counts all day")]
    Daylight(String),
    /// Hours of which one end is not told.
    #[error("its hours have no beginning or no end: it counts all day")]
    HalfHours,
    /// When a placemark is shown, which says nothing of when a corridor counts.
    #[error("its {0} is not taken over: it counts at all times")]
    ShownAt(String),
    /// Hours in an offset that no time zone stands for.
    #[error("its hours are in no whole offset from UTC ({0}): it counts all day")]
    Offset(String),
    /// What the GeoJSON reader warns of.
    #[error("{0}")]
    Judged(flaw::Fault),
}
