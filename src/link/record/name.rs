//! What the files of a link are called: by the link and by the time at which they begin.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::track::LinkName;
use crate::units::Utc;

/// A recording of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Recording {
    /// When it begins, by the clock of that time.
    pub(super) begun: Utc,
    /// The name of its file.
    pub(super) name: String,
}

impl Recording {
    /// Names a recording that begins at a time, `radio-2026-05-01T10-00-00.123Z.tlog`.
    pub(super) fn of(link: &LinkName, begun: Utc) -> Self {
        let stamp = begun.to_string().replace(':', "-");
        let name = format!("{link}-{stamp}.tlog");
        Self { begun, name }
    }

    /// Reads a file's name; absent if it is not the link's own with a time behind it.
    fn read(name: &str, link: &LinkName) -> Option<Self> {
        let stamp = name
            .strip_prefix(link.as_str())?
            .strip_prefix('-')?
            .strip_suffix(".tlog")?;
        let (date, time) = stamp.split_once('T')?;
        let begun = Utc::try_from(format!("{date}T{}", time.replace('-', ":"))).ok()?;
        let recording = Self::of(link, begun);
        // Other spellings of a time are not ours.
        (recording.name == name).then_some(recording)
    }
}

/// Returns a link's recordings in the order of time.
pub(super) fn recordings(directory: &Path, link: &LinkName) -> io::Result<Vec<Recording>> {
    let mut recordings = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        recordings.extend(name.to_str().and_then(|name| Recording::read(name, link)));
    }
    recordings.sort();
    Ok(recordings)
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
    fn a_name_is_read_back_and_no_other_is_ours() {
        let begun = Utc::from_micros(1_777_629_600_123_000);
        let radio = LinkName::new("radio");
        let name = "radio-2026-05-01T10-00-00.123Z.tlog";
        let recording = Recording::of(&radio, begun);
        assert_eq!(recording.name, name);
        assert_eq!(Recording::read(name, &radio), Some(recording));
        for foreign in [
            "radio.tlog",
            "radio-2.tlog",
            "radio-2-2026-05-01T10-00-00.123Z.tlog",
            "radio-2026-05-01T10-00-00Z.tlog",
            "radio-2026-05-01T10:00:00.123Z.tlog",
            "radio-2026-13-01T10-00-00.123Z.tlog",
            "radio-2026-05-01T10-00-00.123+00-00.tlog",
            "radio-2026-05-01T10-00-00.123Z.tlog.gz",
            "2026-05-01T10-00-00.123Z.tlog",
        ] {
            assert_eq!(Recording::read(foreign, &radio), None, "{foreign}");
        }
    }

    #[test]
    fn only_plain_names_begin_a_file() {
        assert!(can_name_files("radio-2.4_ghz"));
        for name in ["", ".", "..", "a/b", "ra dio", "r\0"] {
            assert!(!can_name_files(name), "{name:?}");
        }
    }
}
