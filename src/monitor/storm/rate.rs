//! How many alerts may leave in how much time: a token bucket that is one instant.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::Monotonic;

/// How many alerts leave one by one, and how long those beyond wait to be told as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// So many at once, and so many again after [`Self::per`]; absent if there is no limit.
    pub alerts: Option<u32>,
    /// The time in which a bucket that is empty fills.
    pub per: Duration,
    /// How long the first alert that is held waits for others before all are told in a summary.
    pub group_wait: Duration,
}

/// A single aircraft comes nowhere near; a swarm is told by its first thirty.
impl Default for Rate {
    fn default() -> Self {
        Self {
            alerts: Some(30),
            per: Duration::from_secs(60),
            group_wait: Duration::from_secs(30),
        }
    }
}

impl Rate {
    /// Lets everything pass.
    pub const UNLIMITED: Self = Self {
        alerts: None,
        per: Duration::from_secs(60),
        group_wait: Duration::from_secs(30),
    };

    /// The time in which the bucket gets one more, whole microseconds, rounded up.
    fn each(self, alerts: u32) -> Duration {
        let micros = self.per.as_micros().div_ceil(u128::from(alerts.max(1)));
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// The longest time that a bucket can take to be full.
    fn whole(self, alerts: u32) -> Duration {
        self.each(alerts).saturating_mul(alerts.max(1))
    }
}

/// What is left of a rate.
///
/// Kept as the instant at which the bucket is full again: each alert that leaves moves that on by its
/// share of [`Rate::per`]. Source of the form: ITU-T I.371, the generic cell rate algorithm as a
/// virtual schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    full_at: Monotonic,
}

impl Bucket {
    /// Takes one, and says whether there was one.
    pub fn take(&mut self, rate: Rate, now: Monotonic) -> bool {
        let Some(alerts) = rate.alerts else {
            return true;
        };
        let next = self.full_at.max(now).plus(rate.each(alerts));
        let is_there = next.since(now) <= rate.whole(alerts);
        if is_there {
            self.full_at = next;
        }
        is_there
    }

    /// Returns how long it takes to be full again.
    #[must_use]
    pub fn wants(self, now: Monotonic) -> Duration {
        self.full_at.since(now)
    }

    /// Goes on from what [`Self::wants`] said.
    ///
    /// No bucket wants more than the rate allows: it is the clock that was set back meanwhile. A little
    /// back leaves the bucket empty; further back than it takes to fill, nobody knows how long ago it
    /// was, and it is full. No more than one filling of alerts may be held because of a clock.
    #[must_use]
    pub fn wanting(wants: Duration, rate: Rate, now: Monotonic) -> Self {
        let most = rate
            .alerts
            .map_or(Duration::ZERO, |alerts| rate.whole(alerts));
        let is_known = wants <= most.saturating_mul(2);
        let wants = if is_known {
            wants.min(most)
        } else {
            Duration::ZERO
        };
        Self {
            full_at: now.plus(wants),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_leave_at_once_and_one_more_for_each_share_of_the_time() {
        check(3, &[(0, "yes"), (0, "yes"), (0, "yes"), (0, "no")]);
        check(1, &[(0, "yes"), (59, "no"), (60, "yes"), (61, "no")]);
        check(
            3,
            &[(0, "yes"), (0, "yes"), (0, "yes"), (20, "yes"), (21, "no")],
        );
        check(
            3,
            &[(0, "yes"), (5, "yes"), (9, "yes"), (19, "no"), (20, "yes")],
        );
        // What is not used does not add up beyond the whole.
        check(2, &[(600, "yes"), (600, "yes"), (600, "no"), (630, "yes")]);
        // A share that is no whole number of microseconds takes none away.
        check(7, &[(0, "yes"); 7]);
    }

    #[track_caller]
    fn check(alerts: u32, takes: &[(u64, &str)]) {
        let rate = Rate {
            alerts: Some(alerts),
            ..Rate::default()
        };
        let mut bucket = Bucket::default();
        for (seconds, expected) in takes {
            let now = Monotonic::from_micros(seconds * 1_000_000);
            let was_there = bucket.take(rate, now);
            assert_eq!(was_there, *expected == "yes", "{alerts}, at {seconds} s");
        }
    }

    #[test]
    fn without_a_limit_nothing_is_ever_refused() {
        let mut bucket = Bucket::default();
        assert!((0..1_000).all(|_| bucket.take(Rate::UNLIMITED, Monotonic::default())));
    }

    #[test]
    fn a_bucket_goes_on_in_another_run_and_is_full_if_the_clock_was_set_far_back() {
        let rate = Rate {
            alerts: Some(2),
            ..Rate::default()
        };
        let mut bucket = Bucket::default();
        let now = Monotonic::from_micros(5_000_000);
        assert!(bucket.take(rate, now) && bucket.take(rate, now));
        let later = Monotonic::from_micros(7);
        let mut same = Bucket::wanting(bucket.wants(now), rate, later);
        assert!(!same.take(rate, later.plus(Duration::from_secs(29))));
        assert!(same.take(rate, later.plus(Duration::from_secs(30))));
        let mut empty = Bucket::wanting(Duration::from_secs(90), rate, later);
        assert!(!empty.take(rate, later.plus(Duration::from_secs(29))));
        assert!(empty.take(rate, later.plus(Duration::from_secs(30))));
        let mut full = Bucket::wanting(Duration::from_secs(9_000), rate, later);
        assert!(full.take(rate, later) && full.take(rate, later));
        assert!(!full.take(rate, later));
    }
}
