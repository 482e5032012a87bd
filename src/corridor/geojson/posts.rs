//! The properties that say where the posts of a line stand.

use super::properties::Properties;
use crate::corridor::flaw::Fault;
use crate::corridor::posts::{PostDirection, Posts};

/// Reads `km_start`, `km_direction` and `km_end`.
///
/// Without a length, whose line is at fault or is none, they are read for their own faults only.
pub(super) fn read(properties: &mut Properties, length_m: Option<f64>) -> Posts {
    let start_km = properties.number("km_start").unwrap_or(0.0);
    let end_km = properties.number("km_end");
    let direction = direction(properties);
    let Some((end_km, length_m)) = end_km.zip(length_m) else {
        return Posts::from(start_km, direction.unwrap_or(PostDirection::Up));
    };
    Posts::between(start_km, end_km, length_m, direction)
        .map_err(|fault| properties.faults.push(fault))
        .unwrap_or_default()
}

fn direction(properties: &mut Properties) -> Option<PostDirection> {
    match properties.text("km_direction")?.as_str() {
        "up" => Some(PostDirection::Up),
        "down" => Some(PostDirection::Down),
        found => {
            properties
                .faults
                .push(Fault::PostDirection(found.to_owned()));
            None
        }
    }
}
