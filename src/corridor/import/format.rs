//! Which format a text has.

use std::fmt;

use thiserror::Error;

/// A format that corridors are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// GeoJSON, RFC 7946.
    GeoJson,
    /// UAS zones, EUROCAE ED-269.
    Ed269,
    /// UAS zones, EUROCAE ED-318.
    Ed318,
    /// GPX 1.0 and 1.1, topografix.com.
    Gpx,
    /// KML 2, OGC 12-007r2.
    Kml,
    /// Well-known text of OGC 06-103r4, and its extension with an SRID.
    Wkt,
}

/// A text in none of the formats.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("it is none of GeoJSON, ED-269, ED-318, GPX, KML and WKT: say which with --format")]
pub struct Unrecognised;

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::GeoJson,
        Self::Ed269,
        Self::Ed318,
        Self::Gpx,
        Self::Kml,
        Self::Wkt,
    ];

    /// Returns the name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GeoJson => "GeoJSON",
            Self::Ed269 => "ED-269",
            Self::Ed318 => "ED-318",
            Self::Gpx => "GPX",
            Self::Kml => "KML",
            Self::Wkt => "WKT",
        }
    }

    /// Returns the name that commands use.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::Ed269 => "ed-269",
            Self::Ed318 => "ed-318",
            Self::Gpx => "gpx",
            Self::Kml => "kml",
            Self::Wkt => "wkt",
        }
    }

    /// Tells the format by the text itself, or else by the extension of the file's name.
    ///
    /// # Errors
    ///
    /// Neither tells.
    pub fn recognise(text: &str, extension: Option<&str>) -> Result<Self, Unrecognised> {
        by_content(text)
            .or_else(|| by_extension(extension?))
            .ok_or(Unrecognised)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Takes the mark off that some editors begin a text with.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn by_content(text: &str) -> Option<Format> {
    let text = without_mark(text).trim_start();
    match text.bytes().next()? {
        b'{' | b'[' => Some(json(text)),
        b'<' => match root(text)? {
            "gpx" => Some(Format::Gpx),
            "kml" => Some(Format::Kml),
            _ => None,
        },
        _ => super::wkt::looks_like(text).then_some(Format::Wkt),
    }
}

/// Tells the formats that are JSON apart by members that only one of them has.
fn json(text: &str) -> Format {
    if text.contains("\"horizontalProjection\"") {
        Format::Ed269
    } else if text.contains("\"zoneAuthority\"") || text.contains("\"lowerReference\"") {
        Format::Ed318
    } else {
        Format::GeoJson
    }
}

/// Finds the name of the outermost element, without a prefix.
fn root(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start().strip_prefix('<')?;
        let end = match text.as_bytes().first()? {
            b'?' => "?>",
            b'!' if text.starts_with("!--") => "-->",
            b'!' => ">",
            _ => {
                let end = text.find(|letter: char| letter.is_whitespace() || "/>".contains(letter));
                let name = &text[..end?];
                return Some(name.rsplit(':').next().unwrap_or(name));
            }
        };
        let (_, rest) = text.split_once(end)?;
        text = rest;
    }
}

fn by_extension(extension: &str) -> Option<Format> {
    match extension.to_ascii_lowercase().as_str() {
        "geojson" | "json" => Some(Format::GeoJson),
        "gpx" => Some(Format::Gpx),
        "kml" => Some(Format::Kml),
        "wkt" | "ewkt" => Some(Format::Wkt),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_its_format() {
        let check = |text: &str, extension: Option<&str>, format: Option<Format>| {
            assert_eq!(Format::recognise(text, extension).ok(), format, "{text}");
        };
        check("\u{feff} {}", Some("wkt"), Some(Format::GeoJson));
        check(
            "# roads\n x;SRID=4326;linestringz (1 2)",
            None,
            Some(Format::Wkt),
        );
        check("POINT EMPTY", Some("txt"), Some(Format::Wkt));
        check("", Some("WKT"), Some(Format::Wkt));
        check("", Some("geojson"), Some(Format::GeoJson));
        check("hello", Some("txt"), None);
        check(
            r#"[{"geometry": [{"horizontalProjection": {}}]}]"#,
            None,
            Some(Format::Ed269),
        );
        check(
            r#"{"features": [{"properties": {"zoneAuthority": []}}]}"#,
            None,
            Some(Format::Ed318),
        );
        check(
            "<?xml version='1.0'?> <!-- <gpx> --><!DOCTYPE x>\n<k:kml xmlns:k='x'>",
            None,
            Some(Format::Kml),
        );
        check("<gpx/>", Some("kml"), Some(Format::Gpx));
        check("<osm>", Some("gpx"), Some(Format::Gpx));
        check("<osm>", None, None);
        check("<!-- ", None, None);
        check("", None, None);
    }
}
