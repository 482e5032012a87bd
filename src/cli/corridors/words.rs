//! Lengths, sizes and places in words, as every command of corridors writes them.

use crate::corridor::Extent;
use crate::units::{LatLon, Metres};

/// Says how long or how large a corridor is: `141.2 km`, `2 parts, 38.0 km`, `12.60 km2`,
/// `radius 500 m`.
pub(super) fn extent(extent: &Extent) -> String {
    match extent {
        Extent::Along { parts_m, .. } => {
            let km = parts_m.iter().sum::<f64>() / 1000.0;
            match parts_m.len() {
                0 | 1 => format!("{km:.1} km"),
                parts => format!("{parts} parts, {km:.1} km"),
            }
        }
        Extent::Across(size_m2) => format!("{:.2} km2", size_m2 / 1e6),
        Extent::Around(radius) => format!("radius {} m", radius.get()),
    }
}

/// Says how wide a line is to either side, `2000 m` or `1000 to 3000 m`; absent for an area.
pub(super) fn widths(extent: &Extent) -> Option<String> {
    match extent {
        Extent::Along {
            half_width: (least, greatest),
            ..
        } => Some(match (least.get(), greatest.get()) {
            (least, greatest) if least < greatest => format!("{least} to {greatest} m"),
            (least, _) => format!("{least} m"),
        }),
        Extent::Across(_) | Extent::Around(_) => None,
    }
}

/// Writes a place as it can be read again: `41.5N 22.1E`.
pub(super) fn place(at: LatLon) -> String {
    let (lat, lon) = (at.lat(), at.lon());
    let vertical = if lat < 0.0 { 'S' } else { 'N' };
    let horizontal = if lon < 0.0 { 'W' } else { 'E' };
    format!("{}{vertical} {}{horizontal}", lat.abs(), lon.abs())
}

/// Reads a length such as `500`, `500m` or `5 km`.
pub(super) fn length(text: &str) -> Result<Metres, String> {
    let (number, unit_m) = match text.trim() {
        text if text.ends_with("km") => (text.trim_end_matches("km"), 1000.0),
        text => (text.trim_end_matches('m'), 1.0),
    };
    let number: Option<f64> = number.trim_end().parse().ok();
    number
        .and_then(|number| Metres::new(number * unit_m).ok())
        .ok_or_else(|| "write metres or kilometres, such as 500 or \"5 km\"".to_owned())
}
