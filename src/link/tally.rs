//! What one link has brought over all its openings, and whether it is there: for the line at its end, and
//! for who asks meanwhile.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tracing::info;

use crate::metrics::{Counter, Gauge};
use crate::track::{FrameLoss, LinkName};
use crate::units::Monotonic;
use crate::wire::{FrameCounts, SequenceCounts};

/// Counts of one link; every opening and every client of it adds to them.
#[derive(Debug, Default)]
pub struct Tally {
    frames: Counter,
    unknown_ids: Counter,
    bad_checksums: Counter,
    garbage_bytes: Counter,
    settled: Counter,
    lost: Counter,
    /// When the last frame came, microseconds of monotonic time; means nothing before the first.
    heard_us: Gauge,
    presence: watch::Sender<LinkPresence>,
}

/// Whether a link is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkPresence {
    /// It is being opened for the first time.
    #[default]
    Opening,
    /// It could not be opened so far, and is tried until it can.
    Missing,
    /// It is open.
    Open,
    /// It was open, and is tried until it is again.
    Lost,
    /// It has brought all there is: a recording.
    Finished,
}

impl LinkPresence {
    /// Returns the name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Missing => "missing",
            Self::Open => "open",
            Self::Lost => "lost",
            Self::Finished => "finished",
        }
    }
}

impl Tally {
    /// Adds what `counts` has beyond `before`, which has come by `now`.
    pub(super) fn add_frames(&self, now: Monotonic, counts: FrameCounts, before: FrameCounts) {
        if before.frames < counts.frames {
            self.heard_us.set(now.as_micros());
        }
        self.frames.add(counts.frames - before.frames);
        self.unknown_ids
            .add(counts.unknown_ids - before.unknown_ids);
        self.bad_checksums.add(counts.bad_crc - before.bad_crc);
        self.garbage_bytes
            .add(counts.garbage_bytes - before.garbage_bytes);
    }

    /// Adds what `counts` has beyond `before`.
    pub(super) fn add_sequences(&self, counts: SequenceCounts, before: SequenceCounts) {
        self.settled.add(counts.heard - before.heard);
        self.lost.add(counts.lost - before.lost);
    }

    /// Says whether the link is there.
    pub fn set_presence(&self, presence: LinkPresence) {
        self.presence.send_replace(presence);
    }

    /// Returns whether the link is there.
    #[must_use]
    pub fn presence(&self) -> LinkPresence {
        *self.presence.borrow()
    }

    /// Returns how many frames have come.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames.get()
    }

    /// Returns when the last frame came, if there was one.
    #[must_use]
    pub fn heard(&self) -> Option<Monotonic> {
        (0 < self.frames()).then(|| Monotonic::from_micros(self.heard_us.get()))
    }

    /// Returns how much was lost since the start, if enough came in to tell.
    #[must_use]
    pub fn loss(&self) -> Option<FrameLoss> {
        FrameLoss::of(self.settled.get(), self.lost.get())
    }

    /// Logs the counts, once the link has ended.
    pub fn tell(&self, link: &LinkName) {
        let loss = self.loss();
        info!(
            %link,
            frames = self.frames.get(),
            lost = self.lost.get(),
            loss_percent = loss.map(FrameLoss::percent),
            unknown_ids = self.unknown_ids.get(),
            bad_checksums = self.bad_checksums.get(),
            garbage_bytes = self.garbage_bytes.get(),
            "link summary"
        );
    }
}
