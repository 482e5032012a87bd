//! The file that is written, and those before it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};

use super::name::recordings;
use super::{Entry, RecordSettings};
use crate::track::LinkName;
use crate::units::Moment;

/// The file that is written, and those before it.
#[derive(Debug)]
pub(super) struct Reel {
    pub(super) link: LinkName,
    pub(super) settings: RecordSettings,
    file: Option<BufWriter<File>>,
    /// What is in the file, bytes.
    length: u64,
}

impl Reel {
    pub(super) fn new(link: LinkName, settings: RecordSettings) -> Self {
        Self {
            link,
            settings,
            file: None,
            length: 0,
        }
    }

    /// Writes microseconds since the Unix epoch, big-endian, and the frame.
    pub(super) fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let stamp = u64::try_from(entry.received.utc.as_micros()).unwrap_or(0);
        let record = [&stamp.to_be_bytes()[..], &entry.frame].concat();
        if self.settings.size_max_bytes < self.length + record.len() as u64 {
            self.flush()?;
            self.file = None;
        }
        let mut file = if let Some(file) = self.file.take() {
            file
        } else {
            self.length = 0;
            BufWriter::new(self.next_file(entry.received)?)
        };
        file.write_all(&record)?;
        self.file = Some(file);
        self.length += record.len() as u64;
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }

    /// Says whether a file is being written.
    pub(super) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Leaves the file as it is; the next frame begins another.
    pub(super) fn abandon(&mut self) {
        self.file = None;
    }

    /// Begins a file that is named by the link and the time, after making room for it.
    fn next_file(&self, at: Moment) -> io::Result<File> {
        let directory = &self.settings.directory;
        fs::create_dir_all(directory)?;
        self.thin_out()?;
        let stamp = at.utc.to_string().replace(':', "-");
        let path = directory.join(format!("{}-{stamp}.tlog", self.link));
        OpenOptions::new().append(true).create(true).open(path)
    }

    /// Removes the oldest files until there is room for one more.
    fn thin_out(&self) -> io::Result<()> {
        let directory = &self.settings.directory;
        let mut files = recordings(directory, &self.link)?;
        files.sort();
        let spare = (files.len() + 1).saturating_sub(self.settings.files_max);
        for name in files.iter().take(spare) {
            fs::remove_file(directory.join(name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, heartbeat};
    use super::*;
    use crate::wire::TlogReader;

    #[test]
    fn a_recording_is_read_back_and_turned_over_by_size() {
        let folder = tempfile::tempdir().unwrap();
        let frame = heartbeat(0);
        let settings = RecordSettings {
            directory: folder.path().join("recordings"),
            size_max_bytes: 10 * (8 + frame.len() as u64),
            files_max: 3,
        };
        let mut reel = Reel::new(LinkName::new("radio"), settings.clone());
        let foreign = ["radio-2.tlog", "radio-2-2026-05-01T10-00-00.000Z.tlog"];
        fs::create_dir_all(&settings.directory).unwrap();
        for name in foreign {
            fs::write(settings.directory.join(name), "keep me").unwrap();
        }
        for second in 0..45 {
            let entry = Entry {
                received: at(second),
                frame: frame.clone(),
            };
            reel.write(&entry).unwrap();
        }
        reel.flush().unwrap();

        let mut kept = recordings(&settings.directory, &LinkName::new("radio")).unwrap();
        kept.sort();
        let read = |name: &String| {
            let bytes = fs::read(settings.directory.join(name)).unwrap();
            let records = TlogReader::new(&bytes);
            let seconds: Vec<u64> = records
                .map(|record| record.received_us / 1_000_000 - 1_770_000_000)
                .collect();
            (seconds[0], seconds.len())
        };
        let files: Vec<(u64, usize)> = kept.iter().map(read).collect();
        assert_eq!(files, [(20, 10), (30, 10), (40, 5)]);
        for name in foreign {
            assert!(settings.directory.join(name).exists(), "{name} is not ours");
        }
    }
}
