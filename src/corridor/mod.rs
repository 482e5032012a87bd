//! The corridors that are watched: read from GeoJSON, indexed, and measured in metres.
//!
//! Pure. Invariants:
//!
//! 1. A shape that exists is sound: a line has a length and a width, the rings of an area
//!    are closed and cross nothing, its polygons do not overlap. The constructors are the only way
//!    in.
//! 2. Distances are WGS-84 metres, never degrees. An edge between two vertices is the
//!    straight line in longitude and latitude (RFC 7946 section 3.1.1), not the geodesic.
//! 3. A signed distance to an edge is negative inside. The edge itself, and whatever lies
//!    within a micrometre of it, has the distance 0 and counts as inside.
//! 4. The index leaves out work, never an answer: it says what a walk over every corridor
//!    would say.
//! 5. Answers about several corridors come in the order of [`CorridorIndex`].
//! 6. Corridors keep to latitudes below 80 degrees and do not cross the antimeridian, nor does their
//!    width.

pub mod geojson;
pub mod import;
pub mod shipped;

mod ahead;
mod area;
mod band;
mod bounds;
mod chain;
mod crossing;
mod description;
mod disc;
mod distance;
mod flaw;
mod fold;
mod geodesic;
mod grid_reading;
mod heading;
mod hours;
mod index;
mod line;
mod lint;
mod locate;
mod measures;
mod metric;
mod mgrs;
mod neighbours;
mod overlap;
mod passage;
mod path;
mod place_line;
mod places;
mod posts;
mod probe;
mod projection;
mod region;
mod revision;
mod ring;
mod runs;
mod segment;
mod set;
mod shape;
mod sight;
mod soundness;
mod transverse_mercator;
mod vicinity;
mod wind;

#[cfg(test)]
mod sample;

pub use ahead::{Ahead, Drift};
pub use area::{Area, Polygon};
pub use band::{Band, BandFault, Datum, Level};
pub use description::{Class, Corridor, CorridorId, Place};
pub use disc::Disc;
pub use flaw::{Fault, FeatureName, Flaw, Member, Ring, Spot};
pub use fold::Fold;
pub use grid_reading::{NoReference, read_mgrs};
pub use heading::{Heading, Way};
pub use hours::{Hours, Period, PeriodFault, PeriodText};
pub use line::{HalfWidths, Line};
pub use lint::{Doubt, Matter, Others, Site, lint};
pub use locate::Location;
pub use measures::{Extent, Measures};
pub use mgrs::mgrs;
pub use neighbours::Neighbour;
pub use passage::Passage;
pub use places::NearPlace;
pub use posts::{PostDirection, Posts};
pub use projection::Side;
pub use region::Region;
pub use segment::Segment;
pub use set::{CorridorIndex, CorridorSet, DuplicateId, Nearby, Summary};
pub use shape::Shape;
pub use vicinity::Vicinity;
