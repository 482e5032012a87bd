//! Recordings of a link: tlogs that are turned over by size and time, and thinned out by number,
//! age and the free disk.
//!
//! Invariants:
//!
//! 1. A recording never holds a link up: frames wait in a bounded queue, and those that find it
//!    full are left out and counted.
//! 2. No secret gets into a recording: `SETUP_SIGNING` is left out, and signatures are taken off,
//!    since they would help to guess a key.
//! 3. Only files that have the link's name and the shape of a recording are ever removed.
//! 4. Recordings never fill the disk: below the floor the link's oldest ones go, and if that is not
//!    enough, recording rests until there is room.

#[cfg(test)]
mod fixture;
mod keep;
mod name;
mod reel;
mod strip;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::warn;

use crate::metrics::Metrics;
use crate::track::LinkName;
use crate::units::Moment;
use crate::wire::Frame;

pub use name::can_name_files;
use reel::Reel;
use writer::Writer;

/// Frames that may wait for the disk.
const WAITING_MAX: usize = 4096;
/// How long a stop waits for the disk.
const FINISH_MAX: Duration = Duration::from_secs(2);
/// A message that carries a key.
const SETUP_SIGNING: u32 = 256;

/// Where and how much is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSettings {
    /// The folder; made if it is not there.
    pub directory: PathBuf,
    /// The size at which a file is followed by another, bytes.
    pub size_max_bytes: u64,
    /// The time after which a file is followed by another.
    pub span_max: Duration,
    /// How many files of the link are kept, at least 1.
    pub files_max: usize,
    /// The age at which a file is removed, counted from its beginning.
    pub age_max: Option<Duration>,
    /// How much of the disk has to stay free, bytes.
    pub free_min_bytes: u64,
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
        let reel = Reel::new(link.clone(), settings, Arc::clone(&metrics));
        let writer = Writer::new(reel, Arc::clone(&metrics));
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
            frame: strip::unsigned(frame),
        };
        if self.frames.try_send(entry).is_err() {
            self.metrics.link_recording_dropped.add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{at, heartbeat};
    use super::*;
    use crate::wire::Framer;

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
}
