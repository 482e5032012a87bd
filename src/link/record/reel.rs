//! The file that is written, and those before it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::statvfs;
use tracing::debug;

use super::keep::{self, HEADROOM_BYTES};
use super::name::{Recording, recordings};
use super::{Entry, RecordSettings};
use crate::metrics::Metrics;
use crate::track::LinkName;
use crate::units::{Moment, Monotonic};

/// How often the disk and the recordings are looked after while frames come in.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Writes frames into files, and removes those that are too many, too old or in the way.
#[derive(Debug)]
pub(super) struct Reel {
    pub(super) link: LinkName,
    pub(super) settings: RecordSettings,
    file: Option<Open>,
    metrics: Arc<Metrics>,
}

/// The file that is written.
#[derive(Debug)]
struct Open {
    recording: Recording,
    writer: BufWriter<File>,
    begun: Monotonic,
    /// What is in it, bytes.
    length: u64,
    /// When the disk was looked at last, and how long the file was.
    looked: (Monotonic, u64),
}

impl Reel {
    pub(super) fn new(link: LinkName, settings: RecordSettings, metrics: Arc<Metrics>) -> Self {
        Self {
            link,
            settings,
            file: None,
            metrics,
        }
    }

    /// Writes microseconds since the Unix epoch, big-endian, and the frame.
    pub(super) fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let at = entry.received;
        let stamp = u64::try_from(at.utc.as_micros()).unwrap_or(0);
        let record = [&stamp.to_be_bytes()[..], &entry.frame].concat();
        let more = record.len() as u64;
        let is_full = |file: &Open| {
            let open_for = at.monotonic.since(file.begun);
            keep::is_full(&self.settings, file.length, more, open_for)
        };
        if self.file.as_ref().is_some_and(is_full) {
            self.flush()?;
            self.file = None;
        }
        let mut file = match self.file.take() {
            Some(file) if file.is_due(at) => self.look_after(file, at)?,
            Some(file) => file,
            None => self.begin(at)?,
        };
        file.writer.write_all(&record)?;
        file.length += more;
        self.file = Some(file);
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file
            .as_mut()
            .map_or(Ok(()), |file| file.writer.flush())
    }

    /// Says whether a file is being written.
    pub(super) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Leaves the file as it is; the next frame begins another.
    pub(super) fn abandon(&mut self) {
        self.file = None;
    }

    /// Begins a file, after making room for it.
    fn begin(&self, at: Moment) -> io::Result<Open> {
        let directory = &self.settings.directory;
        fs::create_dir_all(directory)?;
        let before = recordings(directory, &self.link)?;
        let headroom = HEADROOM_BYTES.min(self.settings.size_max_bytes);
        self.thin_out(&before, at, self.settings.free_min_bytes + headroom)?;
        let recording = Recording::of(&self.link, at.utc);
        let path = directory.join(&recording.name);
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Open {
            recording,
            writer: BufWriter::new(file),
            begun: at.monotonic,
            length: 0,
            looked: (at.monotonic, 0),
        })
    }

    /// Makes sure that the files before `file` and the disk still are as they should be.
    ///
    /// If they cannot be, the file is closed.
    fn look_after(&self, mut file: Open, at: Moment) -> io::Result<Open> {
        file.writer.flush()?;
        file.looked = (at.monotonic, file.length);
        let mut before = recordings(&self.settings.directory, &self.link)?;
        before.retain(|it| it.name != file.recording.name);
        self.thin_out(&before, at, self.settings.free_min_bytes)?;
        Ok(file)
    }

    fn thin_out(&self, before: &[Recording], at: Moment, free_wanted: u64) -> io::Result<()> {
        let surplus = keep::surplus(&self.settings, before, at.utc);
        let (surplus, rest) = before.split_at(surplus);
        for recording in surplus {
            self.remove(recording, "too many or too old")?;
        }
        let free = || free_bytes(&self.settings.directory);
        keep::make_room(free_wanted, rest, free, |recording| {
            self.remove(recording, "the disk is full")
        })
    }

    fn remove(&self, recording: &Recording, reason: &str) -> io::Result<()> {
        let Recording { name, begun: _ } = recording;
        match fs::remove_file(self.settings.directory.join(name)) {
            Ok(()) => {
                debug!(link = %self.link, name, reason, "recording removed");
                self.metrics.link_recordings_removed.add(1);
                Ok(())
            }
            // Somebody else was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Open {
    fn is_due(&self, at: Moment) -> bool {
        let (looked, length) = self.looked;
        LOOK_EVERY <= at.monotonic.since(looked) || HEADROOM_BYTES <= self.length - length
    }
}

/// Returns what a user who is not root may still write to the folder's disk.
///
/// A file system that tells no size, as some over a network do, is taken to have room.
fn free_bytes(directory: &Path) -> io::Result<u64> {
    let told = statvfs(directory)?;
    if told.f_blocks == 0 {
        return Ok(u64::MAX);
    }
    Ok(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at, heartbeat, settings};
    use super::*;
    use crate::wire::TlogReader;

    #[test]
    fn a_recording_is_read_back_and_turned_over_by_size() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("recordings");
        let settings = RecordSettings {
            size_max_bytes: 10 * (8 + heartbeat(0).len() as u64),
            files_max: 3,
            ..settings(&directory)
        };
        let foreign = ["radio-2.tlog", "radio-2-2026-05-01T10-00-00.000Z.tlog"];
        fs::create_dir_all(&directory).unwrap();
        for name in foreign {
            fs::write(directory.join(name), "keep me").unwrap();
        }
        let mut reel = reel(settings);
        record(&mut reel, 0..45);
        assert_eq!(files(&reel), [(20, 10), (30, 10), (40, 5)]);
        assert_eq!(reel.metrics.link_recordings_removed.get(), 2);
        for name in foreign {
            assert!(directory.join(name).exists(), "{name} is not ours");
        }
    }

    #[test]
    fn a_recording_is_turned_over_by_time_and_removed_by_age() {
        let folder = tempfile::tempdir().unwrap();
        let settings = RecordSettings {
            span_max: Duration::from_secs(20),
            age_max: Some(Duration::from_secs(50)),
            ..settings(folder.path())
        };
        let mut reel = reel(settings);
        record(&mut reel, 0..65);
        assert_eq!(
            files(&reel),
            [(0, 20), (20, 20), (40, 20), (60, 5)].split_at(1).1
        );
        // While a file is open the others get older, and are looked after.
        record(&mut reel, [75]);
        assert_eq!(files(&reel), [(40, 20), (60, 6)]);
    }

    #[test]
    fn the_file_that_is_written_stays_however_full_the_disk_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut reel = reel(settings(folder.path()));
        record(&mut reel, 0..3);
        let earlier = Recording::of(&reel.link, at(0).utc.before(Duration::from_secs(60)));
        fs::write(folder.path().join(&earlier.name), "").unwrap();
        reel.settings.free_min_bytes = u64::MAX / 2;
        let refused = reel.write(&entry(13)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::StorageFull);
        assert!(
            !folder.path().join(&earlier.name).exists(),
            "the oldest goes"
        );
        assert_eq!(files(&reel), [(0, 3)]);
        assert!(!reel.is_open());
    }

    fn reel(settings: RecordSettings) -> Reel {
        Reel::new(LinkName::new("radio"), settings, Arc::default())
    }

    /// Records a heartbeat at each of these seconds.
    fn record(reel: &mut Reel, seconds: impl IntoIterator<Item = u64>) {
        for second in seconds {
            reel.write(&entry(second)).unwrap();
        }
        reel.flush().unwrap();
    }

    fn entry(second: u64) -> Entry {
        Entry {
            received: at(second),
            frame: heartbeat(0),
        }
    }

    /// Returns the second of the first record of each file, and how many it has.
    fn files(reel: &Reel) -> Vec<(u64, usize)> {
        let directory = &reel.settings.directory;
        let read = |recording: Recording| {
            let bytes = fs::read(directory.join(recording.name)).unwrap();
            let seconds: Vec<u64> = TlogReader::new(&bytes)
                .map(|record| record.received_us / 1_000_000 - 1_770_000_000)
                .collect();
            (seconds[0], seconds.len())
        };
        let kept = recordings(directory, &reel.link).unwrap();
        kept.into_iter().map(read).collect()
    }
}
