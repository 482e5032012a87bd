//! Files that are watched as they are: our GeoJSON, and the zones that authorities publish.

use super::conversion::{Conversion, Given};
use super::format::{Format, without_mark};
use crate::corridor::description::{Corridor, Place};
use crate::corridor::geojson;
use crate::corridor::region::Region;

/// What is watched of a file.
#[derive(Debug, Default)]
pub struct Published {
    /// The corridors, in the order of the file.
    pub corridors: Vec<Corridor>,
    /// The named places, in the order of the file.
    pub places: Vec<Place>,
    /// What somebody should look at, though the file is read, and what is left out of it.
    pub warnings: Vec<String>,
}

/// Reads a file whose corridors are expected in `region`: GeoJSON, ED-269 or ED-318.
///
/// Zones change without anybody here doing anything, so they need no conversion. The other formats lack
/// widths and ids, and would be given other ids each time; they are refused.
///
/// # Errors
///
/// Lists everything that is wrong.
pub fn read(
    text: &str,
    extension: Option<&str>,
    region: &Region,
) -> Result<Published, Vec<String>> {
    match Format::recognise(text, extension) {
        Ok(format @ (Format::Ed269 | Format::Ed318)) => zones(text, format, region),
        Ok(format @ (Format::Gpx | Format::Kml | Format::Wkt)) => Err(vec![format!(
            "it is {format}: make corridors of it with `corridord corridors import`"
        )]),
        Ok(Format::GeoJson) | Err(_) => match geojson::read(without_mark(text), region) {
            Ok(file) => Ok(Published {
                corridors: file.corridors,
                places: file.places,
                warnings: file.warnings.iter().map(ToString::to_string).collect(),
            }),
            Err(flaws) => Err(flaws.iter().map(ToString::to_string).collect()),
        },
    }
}

fn zones(text: &str, format: Format, region: &Region) -> Result<Published, Vec<String>> {
    let mut conversion = Conversion::new(Given::default(), *region);
    conversion.add("", format, text);
    let (file, report) = conversion.corridors().map_err(|refused| {
        let faults = refused.0.iter();
        faults
            .map(|(_, fault)| fault.to_string())
            .collect::<Vec<_>>()
    })?;
    let mut warnings = Vec::new();
    for file in report.files {
        let left_out = file.left_out.iter();
        warnings.extend(left_out.map(|left_out| format!("{left_out} (left out)")));
        warnings.extend(file.warnings);
    }
    Ok(Published {
        corridors: file.corridors,
        places: file.places,
        warnings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: &str = r#"[{"identifier": "A", "geometry": [{"horizontalProjection": {"type": "Polygon",
        "coordinates": [[[21.6, 41.9], [21.7, 41.9], [21.7, 42.0]]]}}]}]"#;

    #[test]
    fn zones_are_watched_as_they_are() {
        let published = read(ZONES, Some("json"), &Region::default()).unwrap();
        assert_eq!(published.corridors[0].id.as_str(), "A");
        assert_eq!(
            published.warnings,
            ["feature 0 (\"A\"): a ring that was not closed is closed"]
        );
        let broken = ZONES.replace("[21.7, 41.9]", "[21.7]");
        assert_eq!(
            read(&broken, None, &Region::default()).unwrap_err(),
            [
                "feature 0 (\"A\"): vertex 1: [21.7] is no position: GeoJSON order is [longitude, latitude]"
            ]
        );
    }

    #[test]
    fn what_needs_a_conversion_says_so() {
        for (text, format) in [("<kml/>", "KML"), ("<gpx/>", "GPX"), ("POINT (1 2)", "WKT")] {
            assert_eq!(
                read(text, None, &Region::default()).unwrap_err(),
                [format!(
                    "it is {format}: make corridors of it with `corridord corridors import`"
                )]
            );
        }
    }
}
