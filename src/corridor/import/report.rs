//! What a conversion tells about what it did.

use serde::Serialize;

/// What came of each file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The files, in the order in which they were added.
    pub files: Vec<FileReport>,
}

/// What came of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Its name.
    pub file: String,
    /// What it was read as.
    pub format: &'static str,
    /// Corridors along a line.
    pub lines: usize,
    /// Corridors that are areas.
    pub areas: usize,
    /// Corridors that are discs.
    pub discs: usize,
    /// Named places.
    pub places: usize,
    /// The ids that are not the file's own.
    pub ids: Vec<NewId>,
    /// What was left out, and why.
    pub left_out: Vec<String>,
    /// What somebody should look at.
    pub warnings: Vec<String>,
}

/// An id that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewId {
    /// The feature, as messages call it.
    pub feature: String,
    /// The id that its corridor has.
    pub id: String,
}
