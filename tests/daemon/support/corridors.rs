//! Corridors that are small enough to fly through in seconds.

use std::path::{Path, PathBuf};

use corridor_sim::geodesy::Place;

/// The id of the strip.
pub(crate) const STRIP: &str = "strip";

/// The centreline of the strip: 4 km due east at 41.5 N, 200 m to either side belong to it.
pub(crate) fn centreline() -> Vec<Place> {
    let place = |lat, lon| Place::new(lat, lon).expect("a place");
    vec![place(41.5, 22.0), place(41.5, 22.048)]
}

/// Writes the strip and a town to a file.
pub(crate) fn write(folder: &Path) -> PathBuf {
    super::daemon::write(
        folder,
        "corridors.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature",
   "properties": {"id": "strip", "name": "Test strip", "ref": "E 75", "country": "MK",
                  "from": "West", "to": "East", "half_width_m": 200},
   "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.048, 41.5]]}},
  {"type": "Feature",
   "properties": {"name": "Testgrad", "class": "place"},
   "geometry": {"type": "Point", "coordinates": [22.02, 41.52]}}
]}
"#,
    )
}
