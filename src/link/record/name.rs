//! What the files of a link are called: by the link and by the time at which they begin.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::track::LinkName;

/// Returns the names of a link's recordings; sorted, they are in the order of time.
pub(super) fn recordings(directory: &Path, link: &LinkName) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_recording(name, link)) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// Says whether a name is the link's own with a time behind it: `radio-2026-05-01T10-00-00.123Z.tlog`.
fn is_recording(name: &str, link: &LinkName) -> bool {
    const SHAPE: &str = "-0000-00-00T00-00-00.000Z.tlog";
    let stamp = name.strip_prefix(link.as_str()).unwrap_or_default();
    stamp.len() == SHAPE.len()
        && stamp.bytes().zip(SHAPE.bytes()).all(|(it, shape)| {
            if shape == b'0' {
                it.is_ascii_digit()
            } else {
                it == shape
            }
        })
}

/// Says whether a link's name can begin a file's name.
#[must_use]
pub fn can_name_files(link: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    !link.is_empty()
        && link.chars().all(is_plain)
        && Path::new(link).file_name() == Some(OsStr::new(link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_begin_a_file() {
        assert!(can_name_files("radio-2.4_ghz"));
        for name in ["", ".", "..", "a/b", "ra dio", "r\0"] {
            assert!(!can_name_files(name), "{name:?}");
        }
    }
}
