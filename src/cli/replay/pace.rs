//! How fast a recording is walked: by its stamps, or without waiting for anything.

use std::thread;
use std::time::Duration;

use crate::clock::Clock;
use crate::units::Monotonic;

/// Waits until what was recorded is due.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the walk began, and how many times faster than the recording it goes; absent if it
    /// waits for nothing.
    timed: Option<(Clock, u32)>,
}

impl Pace {
    /// Begins at this moment.
    pub(super) fn start(faster: Option<u32>) -> Self {
        Self {
            timed: faster.map(|faster| (Clock::start(), faster)),
        }
    }

    /// Says whether somebody may be waiting for what is told meanwhile.
    pub(super) fn is_timed(&self) -> bool {
        self.timed.is_some()
    }

    /// Waits until a time since the first record is due.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the only thread, and time is what it waits for"
    )]
    pub(super) fn wait_for(&self, at: Monotonic) {
        if let Some((clock, faster)) = &self.timed {
            let due = Duration::from_micros(at.as_micros()) / *faster;
            let played = clock.now().monotonic.since(Monotonic::default());
            thread::sleep(due.saturating_sub(played));
        }
    }
}
