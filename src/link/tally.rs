//! What one link has brought over all its openings, for the line at its end.

use tracing::info;

use crate::metrics::Counter;
use crate::track::{FrameLoss, LinkName};
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
}

impl Tally {
    /// Adds what `counts` has beyond `before`.
    pub(super) fn add_frames(&self, counts: FrameCounts, before: FrameCounts) {
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

    /// Logs the counts, once the link has ended.
    pub fn tell(&self, link: &LinkName) {
        let loss = FrameLoss::of(self.settled.get(), self.lost.get());
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
