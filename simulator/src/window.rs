//! Times that begin and end.

use std::time::Duration;

/// A time that begins and ends, since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When it begins.
    pub from: Duration,
    /// When it is over; [`Duration::MAX`] is never.
    pub until: Duration,
}

impl Window {
    /// The window that everything lies in.
    pub const ALWAYS: Self = Self {
        from: Duration::ZERO,
        until: Duration::MAX,
    };

    /// Opens a window for whole seconds.
    #[must_use]
    pub const fn seconds(from: u64, until: u64) -> Self {
        Self {
            from: Duration::from_secs(from),
            until: Duration::from_secs(until),
        }
    }

    /// Says whether a time lies inside; the end does not.
    #[must_use]
    pub fn contains(&self, time: Duration) -> bool {
        self.from <= time && time < self.until
    }

    /// Says whether it ends no later than it begins.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until <= self.from
    }
}
