//! The only reader of clocks: gives monotonic and UTC time together.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::units::{Moment, Monotonic, Utc};

/// The host's clocks, monotonic time counted from the start of the daemon.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts counting.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room that reads clocks"
    )]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Reads both clocks.
    #[must_use]
    pub fn now(&self) -> Moment {
        let micros = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        Moment {
            monotonic: Monotonic::from_micros(micros),
            utc: Self::utc(),
        }
    }

    /// Returns how long to wait until `due`, zero if that has passed.
    #[must_use]
    pub fn until(&self, due: Utc) -> Duration {
        due.since(self.now().utc)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room that reads clocks"
    )]
    fn utc() -> Utc {
        let now = SystemTime::now();
        let micros = match now.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |us| -us),
        };
        Utc::from_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotonic_time_does_not_go_back_and_utc_is_this_century() {
        let clock = Clock::start();
        let (first, second) = (clock.now(), clock.now());
        assert!(first.monotonic <= second.monotonic);
        assert!(first.utc > Utc::from_micros(946_684_800_000_000));
        assert_eq!(clock.until(Utc::from_micros(0)), Duration::ZERO);
    }
}
