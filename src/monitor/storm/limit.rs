//! One limit: what may leave, and what waits to be told as one.

use crate::monitor::storm::group::{Gathered, Group};
use crate::monitor::storm::line::Line;
use crate::monitor::storm::rate::{Bucket, Rate};
use crate::units::Monotonic;

/// The state of one limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limit {
    pub(super) bucket: Bucket,
    pub(super) group: Group,
}

impl Limit {
    /// Says whether one more may leave, and counts it if so.
    pub(super) fn lets_pass(&mut self, rate: Rate, now: Monotonic) -> bool {
        self.bucket.take(rate, now)
    }

    /// Holds one back and returns what has to be told before.
    pub(super) fn hold(&mut self, line: Line, rate: Rate, now: Monotonic) -> Option<Gathered> {
        self.group.hold(line, now.plus(rate.group_wait))
    }
}
