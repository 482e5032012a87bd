//! The thread that writes: a disk that fails is told once and tried again.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use tracing::{info, warn};

use super::Entry;
use super::reel::Reel;
use crate::metrics::Metrics;
use crate::units::{Moment, Monotonic};

/// How long after a failure the disk is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Takes frames until there is no tape any more.
#[derive(Debug)]
pub(super) struct Writer {
    reel: Reel,
    failed: Option<Monotonic>,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub(super) fn new(reel: Reel, metrics: Arc<Metrics>) -> Self {
        Self {
            reel,
            failed: None,
            metrics,
        }
    }

    pub(super) fn run(mut self, waiting: &Receiver<Entry>) {
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
            (Ok(()), Some(_)) if !self.reel.is_open() => {}
            (Ok(()), Some(_)) => {
                info!(%link, "recording again");
                self.failed = None;
            }
            (Err(error), before) => {
                if before.is_none() {
                    let directory = self.reel.settings.directory.display();
                    warn!(%link, %directory, %error, "cannot record, tried until it can");
                }
                self.reel.abandon();
                self.failed = Some(at.monotonic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::sync_channel;
    use std::thread;

    use super::super::fixture::{at, heartbeat, settings};
    use super::super::name::recordings;
    use super::*;
    use crate::track::LinkName;
    use crate::wire::TlogReader;

    #[test]
    fn a_disk_that_fails_is_tried_again_and_what_it_costs_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("mount");
        // A file where the folder should be.
        fs::write(&directory, "").unwrap();
        let metrics = Arc::new(Metrics::default());
        let (frames, waiting) = sync_channel(100);
        let entry = |second| Entry {
            received: at(second),
            frame: heartbeat(0),
        };
        for second in 0..5 {
            frames.send(entry(second)).unwrap();
        }
        let reel = Reel::new(
            LinkName::new("radio"),
            settings(&directory),
            Arc::clone(&metrics),
        );
        let writer = Writer::new(reel, Arc::clone(&metrics));
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
        let kept = recordings(&directory, &LinkName::new("radio")).unwrap();
        let bytes = fs::read(directory.join(&kept[0].name)).unwrap();
        assert_eq!(TlogReader::new(&bytes).count(), 3);
        assert_eq!(metrics.link_recording_dropped.get(), 5);
    }
}
