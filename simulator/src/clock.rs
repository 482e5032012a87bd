//! The only reader of the host's clocks.

use std::time::Instant;

/// Reads the clock that never goes back.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads this clock"
)]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

/// Reads civil time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads this clock"
)]
pub(crate) fn utc() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Reads civil time in microseconds since the Unix epoch; 0 before it.
pub(crate) fn unix_us() -> u64 {
    u64::try_from(utc().as_microsecond()).unwrap_or(0)
}
