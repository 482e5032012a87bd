//! The corridor sets that come with the program.

/// The first corridors of the Western Balkans, as GeoJSON for [`super::geojson::read`].
///
/// Its waypoints are placed by hand; each corridor says how certain they are.
pub const WESTERN_BALKANS: &str = include_str!("../../config/corridors/western-balkans.geojson");
