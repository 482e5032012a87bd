//! Tells of what expires once a day, not with every attempt.
//!
//! Pure.

use std::time::Duration;

use crate::deliver::Expiry;
use crate::units::{Moment, Monotonic};

/// How often somebody is told of the same end.
const EVERY: Duration = Duration::from_secs(86_400);

/// What was told, and when.
#[derive(Debug, Default)]
pub(super) struct Reminder {
    told: Vec<(Expiry, Monotonic)>,
}

impl Reminder {
    /// Returns what is to be told of `expiry` at `now`, if it is time for that.
    pub(super) fn remind(&mut self, expiry: Expiry, now: Moment) -> Option<String> {
        let warning = expiry.warning(now.utc)?;
        self.told.retain(|(_, at)| now.monotonic.since(*at) < EVERY);
        if self.told.iter().any(|(told, _)| *told == expiry) {
            return None;
        }
        self.told.push((expiry, now.monotonic));
        Some(warning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Utc;

    fn at(hours: u64) -> Moment {
        let since = Duration::from_secs(hours * 3600);
        Moment {
            monotonic: Monotonic::from_micros(0).plus(since),
            utc: Utc::from_micros(1_777_629_600_000_000).after(since),
        }
    }

    #[test]
    fn what_expires_is_told_once_a_day() {
        let mut reminder = Reminder::default();
        let mut told = |what: &str, hours| {
            let end = at(20 * 24).utc;
            let expiry = Expiry::at(what, end);
            reminder.remind(expiry, at(hours)).is_some()
        };
        assert!(told("one", 0), "at once");
        assert!(!told("one", 1), "not again");
        assert!(told("other", 1), "another one all the same");
        assert!(told("one", 24), "a day later");
    }
}
