//! The file that gets one JSON line for each delivery.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::delivery::Delivery;

/// A file that grows by lines, or none.
#[derive(Debug)]
pub(super) struct Store {
    file: Option<File>,
}

impl Store {
    /// Stores nothing.
    pub(super) fn none() -> Self {
        Self { file: None }
    }

    /// Opens a file to append to, or creates it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self { file: Some(file) })
    }

    /// Writes a line in one piece, so that whoever reads along sees no half of one.
    pub(super) fn append(&mut self, delivery: &Delivery) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(delivery)?;
        line.push(b'\n');
        file.write_all(&line)
    }
}
