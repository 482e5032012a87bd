//! A place that stands still while its speed says that it moves.
//!
//! Pure. A receiver's noise moves a place by centimetres from fix to fix; the very same place again and
//! again is one that nobody measured.

use crate::monitor::point::{ClockKind, Point};
use crate::track::Velocity;

/// So often the same place has to be told again.
const REPEATS_MIN: u32 = 3;
/// What is slower may be the noise of a speed, metres per second.
const SPEED_MIN_MPS: f64 = 2.0;
/// So far it must have moved by its speed meanwhile, metres.
const WAY_MIN_M: f64 = 10.0;
/// The longest time between two fixes for which a speed is taken to be kept, milliseconds.
const STEP_MAX_MS: i64 = 120_000;

/// Watches one line of places.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::monitor) struct Standstill {
    /// The place, as it was told first, and when it was told last.
    place: Option<(Point, i64)>,
    repeats: u32,
    way_m: f64,
}

impl Standstill {
    /// Takes a fix; returns the first one at its place if that is frozen.
    ///
    /// Who tells a place with no time of its own, such as a transponder, may repeat it for want of a
    /// newer one.
    pub(in crate::monitor) fn step(
        &mut self,
        point: Point,
        velocity: Option<&Velocity>,
    ) -> Option<Point> {
        let speed_mps = velocity.map_or(0.0, |velocity| velocity.ground_mps);
        let same = self
            .place
            .filter(|(first, _)| first.position == point.position && first.clock == point.clock);
        let Some((first, told_ms)) = same.filter(|_| SPEED_MIN_MPS <= speed_mps) else {
            *self = Self {
                place: Some((point, point.ms)),
                ..Self::default()
            };
            return None;
        };
        let passed_ms = (point.ms - told_ms).clamp(0, STEP_MAX_MS);
        if point.clock.kind == ClockKind::Arrival || passed_ms == 0 {
            return None;
        }
        self.place = Some((first, point.ms));
        self.repeats = self.repeats.saturating_add(1);
        #[expect(clippy::cast_precision_loss, reason = "two minutes")]
        let seconds = passed_ms as f64 / 1000.0;
        self.way_m += speed_mps * seconds;
        (REPEATS_MIN <= self.repeats && WAY_MIN_M <= self.way_m).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::place;
    use crate::monitor::point::SenderClock;
    use crate::units::Monotonic;

    /// Tells a place four times a second, as `places` says, at a speed, and compares when it is frozen
    /// (`#`).
    #[track_caller]
    fn check(kind: ClockKind, speed_mps: Option<f64>, places: &str, expected: &str, why: &str) {
        let mut standstill = Standstill::default();
        let mut frozen = String::new();
        for (nth, letter) in (0_i64..).zip(places.chars()) {
            let point = Point {
                clock: SenderClock {
                    component_id: 1,
                    kind,
                },
                ms: 250 * nth,
                received: Monotonic::default(),
                position: place((f64::from(u32::from(letter)), 0.0)),
                h_acc: None,
            };
            let velocity = speed_mps.map(|mps| Velocity::from_ned(mps, 0.0, None));
            let found = standstill.step(point, velocity.as_ref());
            frozen.push(if found.is_some() { '#' } else { '.' });
        }
        assert_eq!(frozen, expected, "{why}");
    }

    #[test]
    fn the_very_same_place_at_speed_is_frozen() {
        let boot = ClockKind::Boot;
        check(boot, Some(20.0), "abbbbbbc", "....###.", "three repeats");
        check(
            boot,
            Some(5.0),
            "abbbbbbbbbbbc",
            ".........###.",
            "ten metres",
        );
        check(boot, Some(20.0), "abbabbabb", ".........", "never thrice");
    }

    #[test]
    fn what_stands_or_may_not_know_better_is_not_frozen() {
        let boot = ClockKind::Boot;
        check(boot, Some(0.0), "aaaaaaaaa", ".........", "it is parked");
        check(
            boot,
            Some(1.0),
            "aaaaaaaaa",
            ".........",
            "its speed is noise",
        );
        check(boot, None, "aaaaaaaaa", ".........", "it tells no speed");
        let arrival = ClockKind::Arrival;
        check(
            arrival,
            Some(200.0),
            "aaaaaaaaa",
            ".........",
            "a transponder",
        );
    }
}
