//! What is wrong with a corridor file, and where.

use std::fmt;

use thiserror::Error;

use super::band::BandFault;
use super::hours::PeriodFault;
use super::region::Region;
use crate::units::{LatLon, NotAPlace};

/// One thing that is wrong with a corridor file.
///
/// The text names the feature, and the vertex where one is at fault; the file's name is the
/// reader's to add.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// The feature at fault, or the file as a whole.
    pub feature: Option<FeatureName>,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.feature {
            Some(feature) => write!(f, "{feature}: {}", self.fault),
            None => write!(f, "{}", self.fault),
        }
    }
}

impl std::error::Error for Flaw {}

/// How a feature is called in a message: `feature 2 (id "strip")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeatureName {
    /// Its place in the file, from 0.
    pub index: usize,
    /// Its id, if it has one that can be read.
    pub id: Option<String>,
}

impl fmt::Display for FeatureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "feature {}", self.index)?;
        match &self.id {
            Some(id) => write!(f, " (id \"{id}\")"),
            None => Ok(()),
        }
    }
}

/// A ring of a polygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// The outer one.
    Exterior,
    /// A hole, from 0.
    Hole(usize),
}

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exterior => f.write_str("the exterior ring"),
            Self::Hole(hole) => write!(f, "hole {hole}"),
        }
    }
}

/// A vertex of a line, of the exterior ring of a polygon, or of a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The hole, from 0.
    pub hole: Option<usize>,
    /// The vertex, from 0.
    pub vertex: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hole {
            Some(hole) => write!(f, "hole {hole}, vertex {}", self.vertex),
            None => write!(f, "vertex {}", self.vertex),
        }
    }
}

/// One of several that a corridor is made of, each from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A part of a line.
    Part(usize),
    /// A polygon of an area.
    Polygon(usize),
    /// A vertex of a line.
    Vertex(usize),
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(nth) => write!(f, "part {nth}"),
            Self::Polygon(nth) => write!(f, "polygon {nth}"),
            Self::Vertex(nth) => write!(f, "vertex {nth}"),
        }
    }
}

impl Fault {
    /// Says which member of the corridor has it, if there are several.
    pub(super) fn within(self, member: Option<Member>) -> Self {
        match member {
            Some(member) => Self::Within {
                member,
                fault: Box::new(self),
            },
            None => self,
        }
    }
}

/// What can be wrong with a corridor or with the file that describes it.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Fault {
    /// The text is no JSON.
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the JSON reader expected.
        reason: String,
    },
    /// The text is JSON, but no feature collection.
    #[error("not a GeoJSON FeatureCollection: {0}")]
    NotACollection(String),
    /// An entry of the collection is no feature.
    #[error("not a GeoJSON Feature: {0}")]
    NotAFeature(String),
    /// A corridor without an id.
    #[error("the property id is missing")]
    IdMissing,
    /// An id without a letter.
    #[error("the property id is empty")]
    IdEmpty,
    /// An id that an earlier feature has.
    #[error("the id is taken by feature {0}")]
    IdTaken(usize),
    /// A place that nobody can call by a name.
    #[error("the property name is missing: a place needs one")]
    PlaceUnnamed,
    /// A property of the wrong type.
    #[error("{property} is {found}: it must be {wanted}")]
    WrongType {
        /// The property.
        property: &'static str,
        /// Its value, as JSON.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// A class that does not exist, or not for this geometry.
    #[error("class is \"{found}\": a {geometry} has {wanted}")]
    Class {
        /// The value.
        found: String,
        /// The geometry's type.
        geometry: &'static str,
        /// What it may be.
        wanted: &'static str,
    },
    /// A point that is neither a place nor a disc.
    #[error("a Point must have the class \"place\", or a radius_m to be a corridor")]
    PointWithoutClass,
    /// A disc that says nothing about its size.
    #[error("radius_m is missing: a Point that is a corridor needs it")]
    RadiusMissing,
    /// A disc without a size.
    #[error("radius_m is {0}: it must be more than 0")]
    RadiusNotPositive(f64),
    /// A disc too wide to be measured in local metres.
    #[error("radius_m is {found}: it must be at most {most}")]
    RadiusTooGreat {
        /// The radius, metres.
        found: f64,
        /// The greatest one, metres.
        most: f64,
    },
    /// A line that says nothing about its width.
    #[error("half_width_m is missing: a LineString needs it")]
    WidthMissing,
    /// A line without a width.
    #[error("half_width_m is {0}: it must be more than 0")]
    WidthNotPositive(f64),
    /// A line too wide to be measured in local metres.
    #[error("half_width_m is {found}: it must be at most {most}")]
    WidthTooGreat {
        /// The half-width, metres.
        found: f64,
        /// The greatest one, metres.
        most: f64,
    },
    /// Half-widths that are not one for each vertex.
    #[error("half_width_m has {} for {}: each needs one", count(*.found, "number", "numbers"), count(*.wanted, "vertex", "vertices"))]
    WidthNumbers {
        /// How many there are.
        found: usize,
        /// How many vertices there are.
        wanted: usize,
    },
    /// Lists of half-widths that are not one for each part.
    #[error("half_width_m has {} for {}: each needs one", count(*.found, "list", "lists"), count(*.wanted, "part", "parts"))]
    WidthLists {
        /// How many there are.
        found: usize,
        /// How many parts there are.
        wanted: usize,
    },
    /// A vertex that repeats the one before it but for the half-width.
    #[error(
        "it is the same place as the vertex before it, with another half-width: one place has one"
    )]
    WidthStep,
    /// What is wrong with one of several parts, polygons or half-widths.
    #[error("{member}: {fault}")]
    Within {
        /// Which one.
        member: Member,
        /// What is wrong with it.
        fault: Box<Fault>,
    },
    /// Posts that neither go up nor down.
    #[error("km_direction is \"{0}\": it must be up or down")]
    PostDirection(String),
    /// The same post at both ends of a line.
    #[error("km_end is {0}, and so is km_start: the posts of a line differ at its ends")]
    PostsStandStill(f64),
    /// Posts that do not run the way that is said.
    #[error("km_direction is not the way from km_start {start_km} to km_end {end_km}")]
    PostsTurned {
        /// The post at the first vertex, kilometres.
        start_km: f64,
        /// The post at the last vertex, kilometres.
        end_km: f64,
    },
    /// Posts that hardly fit their line; a warning.
    #[error(
        "km_start and km_end are {posts_km:.1} km apart, and the line is {line_km:.1} km long: \
         accepted, its posts are spread evenly"
    )]
    PostsStretched {
        /// How far apart the posts at the ends are, kilometres.
        posts_km: f64,
        /// The length of the line, kilometres.
        line_km: f64,
    },
    /// Posts that count below zero; a warning.
    #[error("its posts run down to km {0:.1}: accepted as they stand")]
    PostsBelowZero(f64),
    /// A geometry of a type that means no corridor.
    #[error(
        "geometry is {0}: only Point, LineString, MultiLineString, Polygon and MultiPolygon are read"
    )]
    Geometry(String),
    /// Coordinates that are no list of what they should be.
    #[error("coordinates are {found}: they must be {wanted}")]
    Coordinates {
        /// The value, as JSON.
        found: String,
        /// What they must be.
        wanted: &'static str,
    },
    /// A position that is no pair of numbers.
    #[error("{spot}: {found} is no position: GeoJSON order is [longitude, latitude]")]
    Position {
        /// The vertex.
        spot: Spot,
        /// The value, as JSON.
        found: String,
    },
    /// A position that is not on Earth.
    #[error("{spot}: {reason}")]
    OffEarth {
        /// The vertex.
        spot: Spot,
        /// The axis that is out of range.
        reason: NotAPlace,
    },
    /// A position that only makes sense with its axes exchanged.
    #[error(
        "{spot}: [{first}, {second}] lies outside the region, and inside it with the axes \
         swapped: GeoJSON order is [longitude, latitude]"
    )]
    Swapped {
        /// The vertex.
        spot: Spot,
        /// The first number.
        first: f64,
        /// The second number.
        second: f64,
    },
    /// A vertex too near to a pole.
    #[error("{spot}: latitude {lat} is beyond {most}: corridors near the poles cannot be measured")]
    Polar {
        /// The vertex.
        spot: Spot,
        /// Its latitude, degrees.
        lat: f64,
        /// The greatest latitude, degrees.
        most: f64,
    },
    /// An edge that goes round the back of the Earth.
    #[error(
        "{spot}: the edge from the vertex before it spans more than 180 degrees of longitude: \
         corridors do not cross the antimeridian"
    )]
    Antimeridian {
        /// The vertex at which the edge ends.
        spot: Spot,
    },
    /// A strip or a disc that reaches round the back of the Earth.
    #[error(
        "{spot}: what lies within the width reaches over the antimeridian: corridors do not cross it"
    )]
    OverAntimeridian {
        /// The vertex that is too near to it.
        spot: Spot,
    },
    /// A line of one vertex or none.
    #[error("a line needs at least 2 vertices, and this one has {0}")]
    TooFewVertices(usize),
    /// A line all of whose vertices are one place.
    #[error("the line has no length: all its vertices are the same place")]
    NoLength,
    /// A ring that encloses nothing.
    #[error("{ring} needs at least 4 positions, and has {found}")]
    RingTooShort {
        /// The ring.
        ring: Ring,
        /// How many it has.
        found: usize,
    },
    /// A ring that does not end where it starts.
    #[error("{0} is not closed: its last position must be its first")]
    RingOpen(Ring),
    /// A ring that crosses or touches itself.
    #[error("{ring} crosses itself: edges {first} and {second} meet near {near}")]
    SelfCrossing {
        /// The ring.
        ring: Ring,
        /// An edge, by the vertex that it starts at.
        first: usize,
        /// The other edge.
        second: usize,
        /// Where they meet.
        near: LatLon,
    },
    /// A hole that is not within the exterior ring.
    #[error("hole {0} does not lie inside the exterior ring")]
    HoleOutside(usize),
    /// A line without any part.
    #[error("a line needs at least one part")]
    NoPart,
    /// An area without any polygon.
    #[error("an area needs at least one polygon")]
    NoPolygon,
    /// Two polygons that have ground in common.
    #[error("polygons {0} and {1} overlap: they must be one")]
    PolygonsOverlap(usize, usize),
    /// Two polygons between which there is no ground.
    #[error("polygons {0} and {1} share an edge: they must be one")]
    PolygonsShareEdge(usize, usize),
    /// Rings that lie over each other in another way.
    #[error("{0}")]
    Rings(String),
    /// A part of a property that is of the wrong type.
    #[error("{property} is {found}: it must be {wanted}")]
    WrongMember {
        /// The property and the part, `active[0].from`.
        property: String,
        /// Its value, as JSON.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// Heights that make no band.
    #[error(transparent)]
    Band(BandFault),
    /// A period that makes no sense.
    #[error("active[{nth}]: {fault}")]
    Period {
        /// Its place in the list, from 0.
        nth: usize,
        /// What is wrong with it.
        fault: PeriodFault,
    },
    /// Something that a period cannot say.
    #[error("active[{nth}] has \"{found}\": its keys are days, from, to, zone, since and until")]
    PeriodKey {
        /// Its place in the list, from 0.
        nth: usize,
        /// The key.
        found: String,
    },
    /// A feature far from where it is expected; a warning.
    #[error("lies outside the region ({0}): accepted as it stands")]
    OutsideRegion(Region),
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
