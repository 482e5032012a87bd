//! Reads corridors from a GeoJSON feature collection (RFC 7946), with all its flaws at once.
//!
//! A `LineString` or a `MultiLineString` with the property `half_width_m` is a strip, a Polygon or a
//! `MultiPolygon` an area, a Point with the property `radius_m` a disc, and a Point of the class
//! "place" a named place. Properties that nobody knows are left alone.

mod coordinates;
mod feature;
mod file;
mod limits;
mod posts;
mod properties;
mod sink;
mod tree;
mod widths;

#[cfg(test)]
mod tests;

pub use file::{File, read};
