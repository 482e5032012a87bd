//! The daemon as a real process on port 0, with a receiving endpoint and flights beside it.
//!
//! A test asks for what it needs and waits for conditions with a deadline; nothing here sleeps
//! in the hope that something has happened by then. All traffic stays on loopback.

pub(crate) mod cable;
pub(crate) mod command;
pub(crate) mod corridors;
pub(crate) mod daemon;
pub(crate) mod endpoint;
pub(crate) mod far_end;
pub(crate) mod flight;
pub(crate) mod flood;
pub(crate) mod frames;
pub(crate) mod log;
pub(crate) mod pilot;
pub(crate) mod privilege;
pub(crate) mod pty;
pub(crate) mod python;
pub(crate) mod recording;
pub(crate) mod relay;
pub(crate) mod scene;
pub(crate) mod stage;

use std::time::{Duration, Instant};

/// How long a condition may take to become true before the test has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Asks `condition` again and again until it gives a value.
///
/// # Panics
///
/// Names `what` was waited for once the deadline has passed.
pub(crate) fn wait_for<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    wait_within(DEADLINE, what, condition)
}

/// The same with a deadline of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "a deadline needs a clock, and polling a pause"
)]
pub(crate) fn wait_within<T>(
    deadline: Duration,
    what: &str,
    mut condition: impl FnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(
            start.elapsed() < deadline,
            "waited {deadline:?} in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
