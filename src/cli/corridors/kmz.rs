//! KMZ: a zip archive with one KML document, and pictures that nobody here needs.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// Says whether bytes begin like an archive.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Unpacks the first document of an archive, of at most `bytes_max` bytes.
///
/// # Errors
///
/// Says what is wrong with the archive.
pub(super) fn document(bytes: &[u8], bytes_max: u64) -> Result<Vec<u8>, String> {
    let cannot = |error: &dyn std::error::Error| format!("is no KMZ that can be read: {error}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| cannot(&error))?;
    let is_kml = |name: &[u8]| name.to_ascii_lowercase().ends_with(b".kml");
    let nth = archive.file_names_raw().position(is_kml);
    let nth = nth.ok_or("is an archive without a KML document")?;
    let document = archive.by_index(nth).map_err(|error| cannot(&error))?;
    let mut unpacked = Vec::new();
    let read = document.take(bytes_max + 1).read_to_end(&mut unpacked);
    read.map_err(|error| cannot(&error))?;
    Ok(unpacked)
}
