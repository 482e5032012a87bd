//! Reads what others publish and draw, and turns it into GeoJSON corridors with their provenance.
//!
//! One file a format: each takes a text and hands back drafts, what it leaves out and why, and
//! what is wrong. A [`Conversion`] adds what the files lack, gives each corridor an id, and has the
//! one GeoJSON reader judge the outcome, so that every format meets the same checks. Nothing is
//! left out in silence.

mod conversion;
mod country;
mod draft;
mod ed269;
mod ed318;
mod fault;
mod format;
mod geojson;
mod gpx;
mod json;
mod kml;
mod limits;
mod naming;
mod properties;
mod published;
mod report;
mod schedule;
mod winding;
mod wkt;
mod xml;
mod zone;

#[cfg(test)]
mod fixture;

pub use conversion::{Collection, Conversion, Given, Refused};
pub use fault::{Fault, LeftOut, Note, Remark, Whereabouts};
pub use format::{Format, Unrecognised};
pub use published::{Published, read};
pub use report::{FileReport, NewId, Report};
