//! Recordings of a link: tlogs that are turned over by size and thinned out by number.
//!
//! Invariants:
//!
//! 1. A recording never holds a link up: frames wait in a bounded queue, and those that find it
//!    full are left out and counted.
//! 2. No secret gets into a recording: `SETUP_SIGNING` is left out, and signatures are taken off,
//!    since they would help to guess a key.
//! 3. Only files that have the link's name and the shape of a recording are ever removed.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::metrics::Metrics;
use crate::track::LinkName;
use crate::units::{Moment, Monotonic};
use crate::wire::{Frame, Version};

/// Frames that may wait for the disk.
const WAITING_MAX: usize = 4096;
/// How long after a failure the disk is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// How long a stop waits for the disk.
const FINISH_MAX: Duration = Duration::from_secs(2);
/// A message that carries a key.
const SETUP_SIGNING: u32 = 256;
/// The signature of a MAVLink 2 frame, bytes.
const SIGNATURE_LENGTH: usize = 13;
/// The checksum of a frame, bytes.
const CHECKSUM_LENGTH: usize = 2;
/// Where a MAVLink 2 frame says that it is signed, and the bit.
const SIGNED: (usize, u8) = (2, 0x01);

/// Where and how much is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSettings {
    /// The folder; made if it is not there.
    pub directory: PathBuf,
    /// The size at which a file is followed by another, bytes.
    pub size_max_bytes: u64,
    /// How many files of the link are kept, at least 1.
    pub files_max: usize,
}

/// The thread that writes.
#[derive(Debug)]
pub struct Recorder {
    ended: oneshot::Receiver<()>,
}

/// The way of frames to the recorder; the recording ends with the last of them.
#[derive(Clone, Debug)]
pub struct Tape {
    frames: SyncSender<Entry>,
    metrics: Arc<Metrics>,
}

/// A frame as it is recorded, and when it was received.
#[derive(Debug)]
struct Entry {
    received: Moment,
    frame: Vec<u8>,
}

impl Recorder {
    /// Starts the thread of a link.
    ///
    /// # Errors
    ///
    /// Says why the host gives no thread.
    pub fn start(
        link: &LinkName,
        settings: RecordSettings,
        metrics: Arc<Metrics>,
    ) -> io::Result<(Self, Tape)> {
        let (frames, waiting) = sync_channel(WAITING_MAX);
        let (tell_end, ended) = oneshot::channel();
        let reel = Reel::new(link.clone(), settings);
        let writer = Writer {
            reel,
            failed: None,
            metrics: Arc::clone(&metrics),
        };
        thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || {
                writer.run(&waiting);
                drop(tell_end);
            })?;
        Ok((Self { ended }, Tape { frames, metrics }))
    }

    /// Waits until everything is written; every tape must be gone.
    pub async fn finish(self, link: &LinkName) {
        if timeout(FINISH_MAX, self.ended).await.is_err() {
            warn!(%link, "the disk is too slow: the end of the recording is not waited for");
        }
    }
}

impl Tape {
    /// Records a frame, if there is room for it.
    pub(super) fn record(&self, received: Moment, frame: &Frame<'_>) {
        if frame.message_id() == SETUP_SIGNING {
            return;
        }
        let entry = Entry {
            received,
            frame: unsigned(frame),
        };
        if self.frames.try_send(entry).is_err() {
            self.metrics.link_recording_dropped.add(1);
        }
    }
}

/// Takes frames until there is no tape any more.
#[derive(Debug)]
struct Writer {
    reel: Reel,
    failed: Option<Monotonic>,
    metrics: Arc<Metrics>,
}

impl Writer {
    fn run(mut self, waiting: &Receiver<Entry>) {
        loop {
            let entry = match waiting.try_recv() {
                Ok(entry) => entry,
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {
                    let flushed = self.reel.flush();
                    let Ok(entry) = waiting.recv() else { break };
                    self.note(entry.received, flushed);
                    entry
                }
            };
            if self.is_resting(entry.received) {
                self.metrics.link_recording_dropped.add(1);
                continue;
            }
            let written = self.reel.write(&entry);
            let dropped = u64::from(written.is_err());
            self.note(entry.received, written);
            self.metrics.link_recording_dropped.add(dropped);
        }
        if let Err(error) = self.reel.flush() {
            warn!(link = %self.reel.link, %error, "the end of the recording is lost");
        }
    }

    fn is_resting(&self, at: Moment) -> bool {
        self.failed
            .is_some_and(|failed| at.monotonic.since(failed) < RETRY_AFTER)
    }

    /// Tells a failure once until something was written again.
    fn note(&mut self, at: Moment, written: io::Result<()>) {
        let link = &self.reel.link;
        match (written, self.failed) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) if self.reel.file.is_none() => {}
            (Ok(()), Some(_)) => {
                info!(%link, "recording again");
                self.failed = None;
            }
            (Err(error), before) => {
                if before.is_none() {
                    let directory = self.reel.settings.directory.display();
                    warn!(%link, %directory, %error, "cannot record, tried until it can");
                }
                self.reel.file = None;
                self.failed = Some(at.monotonic);
            }
        }
    }
}

/// The file that is written, and those before it.
#[derive(Debug)]
struct Reel {
    link: LinkName,
    settings: RecordSettings,
    file: Option<BufWriter<File>>,
    /// What is in the file, bytes.
    length: u64,
}

impl Reel {
    fn new(link: LinkName, settings: RecordSettings) -> Self {
        Self {
            link,
            settings,
            file: None,
            length: 0,
        }
    }

    /// Writes microseconds since the Unix epoch, big-endian, and the frame.
    fn write(&mut self, entry: &Entry) -> io::Result<()> {
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

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
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

/// Returns the names of a link's recordings; sorted, they are in the order of time.
fn recordings(directory: &Path, link: &LinkName) -> io::Result<Vec<String>> {
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

/// Returns a frame without its signature, which leaves it with another checksum.
fn unsigned(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = frame.raw().to_vec();
    if frame.version() != Version::V2 || !frame.is_signed() {
        return bytes;
    }
    let end = bytes.len().saturating_sub(SIGNATURE_LENGTH);
    bytes.truncate(end);
    let (at, bit) = SIGNED;
    let checksum = end.saturating_sub(CHECKSUM_LENGTH);
    // A checksum is linear: what a changed bit does to it depends on what follows, in length
    // alone. So it needs no CRC_EXTRA, which is unknown for a message of another dialect.
    let change = change_of_checksum(bit, checksum.saturating_sub(at));
    if let Some(flags) = bytes.get_mut(at) {
        *flags &= !bit;
    }
    for (byte, change) in bytes.iter_mut().skip(checksum).zip(change.to_le_bytes()) {
        *byte ^= change;
    }
    bytes
}

/// Returns what `change` in a byte does to the checksum with `following` bytes behind it,
/// `CRC_EXTRA` among them.
fn change_of_checksum(change: u8, following: usize) -> u16 {
    let step = |crc: u16| {
        (0..8).fold(crc, |crc, _bit| {
            let shifted = crc >> 1;
            if crc & 1 == 1 {
                shifted ^ 0x8408
            } else {
                shifted
            }
        })
    };
    (0..following).fold(step(u16::from(change)), |crc, _zero| step(crc))
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
    use crate::units::Utc;
    use crate::wire::{Event, Framer, TlogReader};

    /// HEARTBEAT of system 7, MAVLink 2.
    const HEARTBEAT: [u8; 21] = [
        0xfd, 9, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0x51, 4, 3, 0, 0,
    ];

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

    #[test]
    fn signatures_are_taken_off_and_the_checksum_is_right_after_that() {
        let mut signed = heartbeat(1);
        signed.extend([9; SIGNATURE_LENGTH]);
        let mut framer = Framer::new(&signed);
        let Some(Event::Frame(frame)) = framer.next() else {
            panic!("a signed frame is a frame");
        };
        assert!(frame.is_signed());
        assert_eq!(unsigned(&frame), heartbeat(0));

        let plain = heartbeat(0);
        let mut framer = Framer::new(&plain);
        assert_eq!(unsigned(framer.next().unwrap().frame()), plain);
    }

    #[test]
    fn a_frame_too_many_is_left_out_and_counted() {
        let metrics = Arc::new(Metrics::default());
        let (frames, waiting) = sync_channel(2);
        let tape = Tape {
            frames,
            metrics: Arc::clone(&metrics),
        };
        let bytes = heartbeat(0);
        for _frame in 0..5 {
            let event = Framer::new(&bytes).next().unwrap();
            tape.record(at(0), event.frame());
        }
        assert_eq!(metrics.link_recording_dropped.get(), 3);
        assert_eq!(waiting.try_iter().count(), 2);
    }

    #[test]
    fn a_disk_that_fails_is_tried_again_and_what_it_costs_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("mount");
        // A file where the folder should be.
        fs::write(&directory, "").unwrap();
        let metrics = Arc::new(Metrics::default());
        let settings = RecordSettings {
            directory: directory.clone(),
            size_max_bytes: 1_000_000,
            files_max: 3,
        };
        let (frames, waiting) = sync_channel(100);
        let entry = |second| Entry {
            received: at(second),
            frame: heartbeat(0),
        };
        for second in 0..5 {
            frames.send(entry(second)).unwrap();
        }
        let writer = Writer {
            reel: Reel::new(LinkName::new("radio"), settings.clone()),
            failed: None,
            metrics: Arc::clone(&metrics),
        };
        thread::scope(|scope| {
            scope.spawn(move || writer.run(&waiting));
            while metrics.link_recording_dropped.get() < 5 {
                thread::yield_now();
            }
            fs::remove_file(&directory).unwrap();
            for second in 20..23 {
                frames.send(entry(second)).unwrap();
            }
            drop(frames);
        });
        let names = recordings(&directory, &LinkName::new("radio")).unwrap();
        let bytes = fs::read(directory.join(&names[0])).unwrap();
        assert_eq!(TlogReader::new(&bytes).count(), 3);
        assert_eq!(metrics.link_recording_dropped.get(), 5);
    }

    #[test]
    fn only_plain_names_begin_a_file() {
        assert!(can_name_files("radio-2.4_ghz"));
        for name in ["", ".", "..", "a/b", "ra dio", "r\0"] {
            assert!(!can_name_files(name), "{name:?}");
        }
    }

    fn at(second: u64) -> Moment {
        Moment {
            monotonic: Monotonic::from_micros(second * 1_000_000),
            utc: Utc::from_micros(i64::try_from(1_770_000_000 + second).unwrap() * 1_000_000),
        }
    }

    /// Returns the heartbeat with these flags and the checksum that belongs to it.
    fn heartbeat(flags: u8) -> Vec<u8> {
        let mut frame = HEARTBEAT.to_vec();
        frame[2] = flags;
        let crc = crc::Crc::<u16>::new(&crc::CRC_16_MCRF4XX);
        let mut digest = crc.digest();
        digest.update(&frame[1..19]);
        digest.update(&[50]);
        frame[19..].copy_from_slice(&digest.finalize().to_le_bytes());
        frame
    }
}
