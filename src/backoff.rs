//! How long to wait before the next try: capped, and jittered by a number from outside.
//!
//! Pure: the caller brings the randomness, so that a seed repeats a whole run.

use std::time::Duration;

/// Waiting times by how many tries have failed; the last one holds from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    steps: &'static [Duration],
}

/// The steps of a serial device: plugged in again, it is back within two seconds.
pub const SERIAL: Schedule = Schedule {
    steps: &[
        Duration::from_millis(100),
        Duration::from_millis(250),
        Duration::from_millis(500),
        Duration::from_secs(1),
    ],
};

/// The steps of a link over a network, and of a file that is not there yet.
pub const NETWORK: Schedule = Schedule {
    steps: &[
        Duration::from_millis(500),
        Duration::from_secs(1),
        Duration::from_secs(2),
        Duration::from_secs(5),
        Duration::from_secs(10),
    ],
};

/// The steps of a delivery: quick at first, for a blip; then once a minute for ever.
pub const DELIVERY: Schedule = Schedule {
    steps: &[
        Duration::from_secs(1),
        Duration::from_secs(2),
        Duration::from_secs(5),
        Duration::from_secs(10),
        Duration::from_secs(30),
        Duration::from_secs(60),
    ],
};

impl Schedule {
    /// Returns the wait after `failures` failed tries, within 20 % of its step.
    ///
    /// `random` lies in 0 to 1: 0 gives the shortest wait, 1 the longest.
    #[must_use]
    pub fn delay(self, failures: u32, random: f64) -> Duration {
        let last = self.steps.len().saturating_sub(1);
        let step = usize::try_from(failures.saturating_sub(1))
            .unwrap_or(last)
            .min(last);
        let factor = 0.8 + 0.4 * random.clamp(0.0, 1.0);
        self.steps
            .get(step)
            .copied()
            .unwrap_or_default()
            .mul_f64(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_a_minute_and_stays_there() {
        let middle = |failures| DELIVERY.delay(failures, 0.5).as_secs_f64();
        let waits: Vec<f64> = (1..=8).map(middle).collect();
        assert_eq!(waits, [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 60.0, 60.0]);
        assert!((middle(u32::MAX) - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_serial_device_never_waits_for_two_seconds() {
        let longest = (1..20).map(|failures| SERIAL.delay(failures, 1.0)).max();
        assert_eq!(longest, Some(Duration::from_millis(1200)));
    }

    #[test]
    fn the_jitter_stays_within_a_fifth() {
        assert_eq!(DELIVERY.delay(6, 0.0), Duration::from_secs(48));
        assert_eq!(DELIVERY.delay(6, 1.0), Duration::from_secs(72));
        assert_eq!(
            DELIVERY.delay(6, 7.0),
            Duration::from_secs(72),
            "random is held in bounds"
        );
    }
}
