//! Where the frames of a link and those of its consumers pass each other.

use std::sync::Arc;

use crate::link::lanes::{Lane, Lanes};
use crate::metrics::Metrics;
use crate::wire::{Framer, StreamFramer};

/// The ways between a link and its consumers.
#[derive(Clone, Debug)]
pub struct Junction {
    consumers: Lanes,
    lines: Lanes,
    metrics: Arc<Metrics>,
}

impl Junction {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            consumers: Lanes::default(),
            lines: Lanes::default(),
            metrics,
        }
    }

    /// Opens the way of what is heard to another consumer.
    pub(super) fn open_to_consumer(&self) -> Lane {
        self.consumers.open()
    }

    /// Opens the way of what consumers send to another socket, connection or device of the link.
    pub(in crate::link) fn open_to_line(&self) -> Lane {
        self.lines.open()
    }

    /// Passes a frame that was heard to every consumer.
    pub(in crate::link) fn pass_heard(&self, frame: &[u8]) {
        let passed = self.consumers.pass(frame);
        self.metrics.forward_frames.add(passed.taken);
        self.metrics.forward_frames_dropped.add(passed.lost);
    }

    /// Passes the frames of a datagram that a consumer sent to the link; returns how many.
    pub(super) fn pass_datagram(&self, bytes: &[u8]) -> usize {
        let frames = Framer::new(bytes);
        frames
            .map(|event| self.pass_sent(event.frame().raw()))
            .count()
    }

    /// Passes the frames that a consumer's stream has come to.
    pub(super) fn pass_stream(&self, stream: &mut StreamFramer) {
        while let Some(event) = stream.next_event() {
            self.pass_sent(event.frame().raw());
        }
    }

    fn pass_sent(&self, frame: &[u8]) {
        let passed = self.lines.pass(frame);
        let is_unsent = passed.taken == 0 && passed.lost == 0;
        self.metrics
            .link_frames_unsent
            .add(passed.lost + u64::from(is_unsent));
    }
}
