//! What is sent when: each kind of frame at its own rate.
//!
//! Pure. Frames that are due together come in the order of [`FrameKind`], so that a
//! vehicle makes itself known before it says where it is.

use std::time::Duration;

use crate::frame::FrameKind;

/// The frames to come.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    streams: Vec<Stream>,
}

#[derive(Clone, Debug)]
struct Stream {
    kind: FrameKind,
    start: Duration,
    period: Duration,
    sent: u32,
}

impl Schedule {
    /// Starts every stream at `start`; a rate of 0 Hz is no stream.
    pub(crate) fn new(start: Duration, rates_hz: &[(FrameKind, f64)]) -> Self {
        let mut streams: Vec<Stream> = rates_hz
            .iter()
            .filter(|(_, rate_hz)| *rate_hz > 0.0)
            .map(|&(kind, rate_hz)| Stream {
                kind,
                start,
                period: Duration::from_secs_f64(1.0 / rate_hz),
                sent: 0,
            })
            .collect();
        streams.sort_by_key(|stream| stream.kind);
        Self { streams }
    }

    /// Sends a kind of frame every `period` from `now` on; a period of zero sends none.
    pub(crate) fn set_period(&mut self, kind: FrameKind, now: Duration, period: Duration) {
        self.streams.retain(|stream| stream.kind != kind);
        if !period.is_zero() {
            self.streams.push(Stream {
                kind,
                start: now.saturating_add(period),
                period,
                sent: 0,
            });
            self.streams.sort_by_key(|stream| stream.kind);
        }
    }

    /// Returns when the next frame is due, or nothing if no stream has a rate.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        self.streams.iter().map(Stream::due).min()
    }

    /// Takes the next frame out if it is due at `now`.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<(Duration, FrameKind)> {
        let stream = self.streams.iter_mut().min_by_key(|stream| stream.due())?;
        let due = stream.due();
        if due <= now {
            stream.sent = stream.sent.saturating_add(1);
            Some((due, stream.kind))
        } else {
            None
        }
    }
}

impl Stream {
    fn due(&self) -> Duration {
        self.start
            .saturating_add(self.period.saturating_mul(self.sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_keeps_its_rate() {
        let rates = [
            (FrameKind::GlobalPosition, 4.0),
            (FrameKind::Heartbeat, 1.0),
        ];
        let mut schedule = Schedule::new(Duration::from_millis(100), &rates);
        assert_eq!(schedule.next_due(), Some(Duration::from_millis(100)));
        assert_eq!(schedule.take_due(Duration::from_millis(99)), None);
        let sent: Vec<_> =
            std::iter::from_fn(|| schedule.take_due(Duration::from_millis(1_100))).collect();
        let expected = [
            (100, FrameKind::Heartbeat),
            (100, FrameKind::GlobalPosition),
            (350, FrameKind::GlobalPosition),
            (600, FrameKind::GlobalPosition),
            (850, FrameKind::GlobalPosition),
            (1_100, FrameKind::Heartbeat),
            (1_100, FrameKind::GlobalPosition),
        ];
        assert_eq!(
            sent,
            expected.map(|(ms, kind)| (Duration::from_millis(ms), kind))
        );
    }

    #[test]
    fn another_period_counts_from_when_it_was_set() {
        let mut schedule = Schedule::new(Duration::ZERO, &[(FrameKind::GpsRaw, 4.0)]);
        let second = Duration::from_secs(1);
        schedule.set_period(FrameKind::GpsRaw, second / 2, second);
        assert_eq!(schedule.next_due(), Some(second * 3 / 2));
        schedule.set_period(FrameKind::GpsRaw, second, Duration::ZERO);
        assert_eq!(schedule.next_due(), None);
    }

    #[test]
    fn no_rate_is_no_frame() {
        let mut schedule = Schedule::new(Duration::ZERO, &[(FrameKind::GpsRaw, 0.0)]);
        assert_eq!(schedule.next_due(), None);
        assert_eq!(schedule.take_due(Duration::MAX), None);
    }
}
