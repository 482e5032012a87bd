//! Reads corridors from a GeoJSON feature collection (RFC 7946), with all its flaws at once.
//!
//! A `LineString` with the property `half_width_m` is a strip, a Polygon an area, and a Point of
//! the class "place" a named place. Properties that nobody knows are left alone.

mod coordinates;
mod feature;
mod file;
mod properties;
mod sink;
mod tree;

#[cfg(test)]
mod tests;

pub use file::{File, read};
