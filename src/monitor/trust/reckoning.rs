//! The way that is told, held against the speed that is told beside it.
//!
//! Pure. From a few places of the last half minute the told speed leads to a place of its own; how far
//! the told place is off that says two things: a place that moves away steadily is led astray, and one
//! that is off now here and now there is worse than its receiver claims.

use crate::monitor::point::{ClockKind, Point};
use crate::track::Velocity;
use crate::units::{LatLon, Metres};

/// Places that the way is reckoned from.
const STARTS: usize = 8;
/// The time between two of them, milliseconds.
const STARTS_EVERY_MS: i64 = 4_000;
/// Over a longer time between two fixes, a speed does not tell the way, milliseconds.
const STEP_MAX_MS: i64 = 2_500;
/// Nor does it if the course turns by more than this between two fixes that are further apart than
/// half of that, degrees.
const TURN_MAX_DEG: f64 = 60.0;
/// A place that is off by so much more than the way, metres per second, is set right at once by the
/// autopilot's filter, and does not drift.
const STEP_MPS: f64 = 30.0;
/// How far off the reckoned place is nothing unusual, metres ...
const SLACK_M: f64 = 25.0;
/// ... and for each metre of accuracy of either place ...
const PER_ACCURACY: f64 = 3.0;
/// ... and for each metre of the way.
const PER_WAY: f64 = 0.1;
/// Taken for the accuracy of a place that has none, metres.
const ACCURACY_ASSUMED_M: f64 = 10.0;

/// Who flies further while the oldest place is this old does not hover, metres.
const HOVER_WAY_M: f64 = 30.0;
/// Who was so far from where it began to hover does not, whatever it says of its speed, metres.
const HOVER_ROOM_M: f64 = 100.0;
/// How many looks at a hover make an estimate of how far it wanders.
const LOOKS_MIN: u32 = 30;
/// How many looks at most count, so that it follows in a quarter of an hour.
const LOOKS_MAX: u32 = 225;
/// The mean square of how far two places of a Gauss-Markov error of 30 s, each of variance 1 to the
/// north and to the east, are apart after 32 s: `2 x 2 x (1 - exp(-32 / 30))`.
const SPREAD: f64 = 2.623;
/// An error is overrated if it is so many times what is claimed, until it is fewer.
const OVERRATED: f64 = 3.0;
/// See [`OVERRATED`].
const OVERRATED_UNTIL: f64 = 2.0;
/// Nobody minds an error that is smaller, metres.
const OVERRATED_MIN_M: f64 = 3.0;

/// Metres to the north and to the east.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Way {
    north_m: f64,
    east_m: f64,
}

/// A place of a while ago, and the way that was told since the reckoning began.
#[derive(Clone, Copy, Debug)]
struct Start {
    point: Point,
    way: Way,
    length_m: f64,
}

/// The last place, with the speed that was told there.
#[derive(Clone, Copy, Debug)]
struct Last {
    point: Point,
    speed: Way,
}

/// Reckons along one line of places.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::monitor) struct Reckoning {
    last: Option<Last>,
    starts: [Option<Start>; STARTS],
    /// The way that was told since the reckoning began.
    way: Way,
    length_m: f64,
    /// Whether a speed was ever told that is not zero: many who do not know theirs tell zero.
    knows_speed: bool,
    wander: Wander,
}

/// How far a hover is seen to wander.
#[derive(Clone, Copy, Debug, Default)]
struct Wander {
    began_at: Option<LatLon>,
    looks: u32,
    /// The mean square of how far places half a minute apart are off each other, square metres.
    mean: f64,
    is_overrated: bool,
}

impl Reckoning {
    /// Takes a fix; returns the last place that was not led astray, if this one is.
    pub(in crate::monitor) fn step(
        &mut self,
        point: Point,
        velocity: Option<&Velocity>,
    ) -> Option<Point> {
        let speed = velocity.and_then(Way::per_second)?;
        self.knows_speed |= speed != Way::default();
        let last = self.last.replace(Last { point, speed });
        let Some(last) = last.filter(|last| follows(last, &point, speed)) else {
            self.begin_at(point);
            return None;
        };
        #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
        let passed_s = (point.ms - last.point.ms) as f64 / 1000.0;
        let told = last.speed.and(speed).times(passed_s / 2.0);
        let off_m = Way::from(&last.point, &point).less(told).length_m();
        if STEP_MPS * passed_s < off_m && slack_m(&last.point, &point) < 2.0 * off_m {
            self.begin_at(point);
            return None;
        }
        self.way = self.way.and(told);
        self.length_m += told.length_m();
        let astray = self.astray_since(&point).filter(|_| self.knows_speed);
        self.note(point);
        astray
    }

    /// Forgets the way, since nobody knows how this line of places began.
    pub(in crate::monitor) fn begin(&mut self) {
        self.last = None;
        self.starts = [None; STARTS];
    }

    /// Says whether the fixes wander far more than their accuracy claims.
    pub(in crate::monitor) fn is_overrated(&self) -> bool {
        self.wander.is_overrated
    }

    /// Returns how far the fixes are seen to wander, if it is more than is claimed.
    pub(in crate::monitor) fn seen_accuracy(&self, claimed: Option<Metres>) -> Option<Metres> {
        let seen = Metres::new(self.wander.sigma_m()).ok()?;
        let claimed = claimed?;
        (self.wander.is_overrated && claimed < seen).then_some(seen)
    }

    fn begin_at(&mut self, point: Point) {
        self.starts = [None; STARTS];
        self.way = Way::default();
        self.length_m = 0.0;
        self.note(point);
    }

    /// Finds the latest start that this place is further off than anything explains.
    fn astray_since(&self, point: &Point) -> Option<Point> {
        let starts = self.starts.iter().flatten();
        let astray = starts.filter(|start| {
            let allowed_m =
                slack_m(&start.point, point) + PER_WAY * (self.length_m - start.length_m);
            allowed_m < self.off_m(start, point)
        });
        let latest = astray.max_by_key(|start| start.point.ms)?;
        Some(latest.point)
    }

    /// Returns how far a place is off the one that the told speed leads to, metres.
    fn off_m(&self, start: &Start, point: &Point) -> f64 {
        let told = self.way.less(start.way);
        Way::from(&start.point, point).less(told).length_m()
    }

    /// Makes a place a start if the last one is old enough, in place of the oldest.
    fn note(&mut self, point: Point) {
        let latest = self.starts[0];
        if latest.is_some_and(|start| point.ms - start.point.ms < STARTS_EVERY_MS) {
            return;
        }
        if let Some(oldest) = self.starts[STARTS - 1] {
            let (off_m, way_m) = (self.off_m(&oldest, &point), self.length_m - oldest.length_m);
            self.wander
                .look(&point, off_m, way_m < HOVER_WAY_M, self.knows_speed);
        }
        self.starts.rotate_right(1);
        self.starts[0] = Some(Start {
            point,
            way: self.way,
            length_m: self.length_m,
        });
    }
}

impl Wander {
    fn look(&mut self, point: &Point, off_m: f64, hovers: bool, knows_speed: bool) {
        if !hovers {
            self.began_at = None;
            return;
        }
        let began_at = *self.began_at.get_or_insert(point.position);
        if !knows_speed && HOVER_ROOM_M < began_at.distance_m(point.position) {
            *self = Self::default();
            return;
        }
        self.looks = LOOKS_MAX.min(self.looks + 1);
        self.mean += (off_m * off_m - self.mean) / f64::from(self.looks);
        let Some(claimed) = point.h_acc else {
            self.is_overrated = false;
            return;
        };
        let times = if self.is_overrated {
            OVERRATED_UNTIL
        } else {
            OVERRATED
        };
        let is_more = (times * claimed.get()).max(OVERRATED_MIN_M) < self.sigma_m();
        self.is_overrated = LOOKS_MIN <= self.looks && is_more;
    }

    /// The standard deviation to either side, metres.
    fn sigma_m(&self) -> f64 {
        (self.mean / SPREAD).sqrt()
    }
}

impl Way {
    fn per_second(velocity: &Velocity) -> Option<Self> {
        if velocity.ground_mps == 0.0 {
            return Some(Self::default());
        }
        let (sin, cos) = velocity.course_deg?.to_radians().sin_cos();
        let way = Self {
            north_m: velocity.ground_mps * cos,
            east_m: velocity.ground_mps * sin,
        };
        way.length_m().is_finite().then_some(way)
    }

    /// From one place to another near it, by the sphere: wrong by a third of a per cent at most.
    fn from(from: &Point, to: &Point) -> Self {
        const DEGREE_M: f64 = 111_195.0;
        let (from, to) = (from.position, to.position);
        let mid = f64::midpoint(from.lat(), to.lat()).to_radians();
        // Over the antimeridian the shorter way counts.
        let east_deg = (to.lon() - from.lon() + 540.0).rem_euclid(360.0) - 180.0;
        Self {
            north_m: (to.lat() - from.lat()) * DEGREE_M,
            east_m: east_deg * DEGREE_M * mid.cos(),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            north_m: self.north_m + other.north_m,
            east_m: self.east_m + other.east_m,
        }
    }

    fn less(self, other: Self) -> Self {
        self.and(other.times(-1.0))
    }

    fn times(self, factor: f64) -> Self {
        Self {
            north_m: self.north_m * factor,
            east_m: self.east_m * factor,
        }
    }

    fn length_m(self) -> f64 {
        self.north_m.hypot(self.east_m)
    }

    fn turn_deg(self, other: Self) -> f64 {
        let cross = self.north_m * other.east_m - self.east_m * other.north_m;
        let dot = self.north_m * other.north_m + self.east_m * other.east_m;
        cross.atan2(dot).to_degrees().abs()
    }
}

/// Says whether the speeds at two places tell the way from one to the other: their sender has to say
/// when it was there.
fn follows(last: &Last, point: &Point, speed: Way) -> bool {
    let passed_ms = point.ms - last.point.ms;
    last.point.clock == point.clock
        && point.clock.kind != ClockKind::Arrival
        && 0 < passed_ms
        && passed_ms <= STEP_MAX_MS
        && (2 * passed_ms <= STEP_MAX_MS || last.speed.turn_deg(speed) <= TURN_MAX_DEG)
}

/// How far two places may be off each other besides their way, metres.
fn slack_m(one: &Point, other: &Point) -> f64 {
    let accuracy = |point: &Point| point.h_acc.map_or(ACCURACY_ASSUMED_M, Metres::get);
    SLACK_M + PER_ACCURACY * (accuracy(one) + accuracy(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::{Spot, place};
    use crate::monitor::point::SenderClock;
    use crate::units::Monotonic;

    const MINUTES: i64 = 60_000;

    fn point(ms: i64, spot: Spot, h_acc_m: Option<f64>) -> Point {
        Point {
            clock: SenderClock {
                component_id: 1,
                kind: ClockKind::Boot,
            },
            ms,
            received: Monotonic::from_micros(u64::try_from(ms).unwrap() * 1000),
            position: place(spot),
            h_acc: h_acc_m.map(|metres| Metres::new(metres).unwrap()),
        }
    }

    /// Flies by `spot` while `speed` is told, north and east, and returns when it is astray first,
    /// since when it was by then, both in seconds.
    fn astray(
        until_ms: i64,
        step_ms: i64,
        h_acc_m: Option<f64>,
        spot: impl Fn(f64) -> Spot,
        speed: impl Fn(f64) -> (f64, f64),
    ) -> Option<(f64, f64)> {
        let mut reckoning = Reckoning::default();
        for ms in (0..until_ms).step_by(usize::try_from(step_ms).unwrap()) {
            #[expect(clippy::cast_precision_loss, reason = "minutes")]
            let (seconds, s) = (|ms: i64| ms as f64 / 1000.0, ms as f64 / 1000.0);
            let (north, east) = speed(s);
            let velocity = Velocity::from_ned(north, east, None);
            let told = reckoning.step(point(ms, spot(s), h_acc_m), Some(&velocity));
            if let Some(since) = told {
                return Some((s, seconds(since.ms)));
            }
        }
        None
    }

    #[test]
    fn a_place_that_moves_away_from_what_its_speed_says_is_seen_in_time() {
        for (drift_mps, speed_mps, h_acc_m, within_s) in [
            (8.0, 20.0, Some(3.0), 12.0),
            (8.0, 0.1, Some(3.0), 8.0),
            (3.0, 0.1, Some(1.0), 14.0),
            (8.0, 20.0, None, 24.0),
            (15.0, 60.0, Some(3.0), 8.0),
        ] {
            let drifted = |s: f64| drift_mps * (s - 30.0).max(0.0);
            let found = astray(
                2 * MINUTES,
                250,
                h_acc_m,
                |s| (speed_mps * s, drifted(s)),
                |_| (0.0, speed_mps),
            );
            let (seen_s, since_s) = found.expect("it is seen");
            let case = format!("{drift_mps} beside {speed_mps}: at {seen_s} since {since_s}");
            assert!(30.0 < seen_s && seen_s < 30.0 + within_s, "{case}");
            assert!(since_s < seen_s - 2.0 && 15.0 < since_s, "{case}");
        }
    }

    #[test]
    fn whoever_flies_as_its_speed_says_is_never_astray() {
        let circle = |radius_m: f64, turn_s: f64| {
            move |s: f64| {
                let (sin, cos) = (s / turn_s).sin_cos();
                (radius_m * sin, radius_m * cos)
            }
        };
        let speed = |radius_m: f64, turn_s: f64| {
            move |s: f64| {
                let (sin, cos) = (s / turn_s).sin_cos();
                let mps = radius_m / turn_s;
                (-mps * sin, mps * cos)
            }
        };
        // A copter's circle, a loiter, and a fast jet's turn, told four times, once and half as often.
        for (radius_m, turn_s) in [(20.0, 4.0), (80.0, 4.0), (600.0, 10.0)] {
            for step_ms in [250, 1_000, 2_000] {
                let (flown, told) = (circle(radius_m, turn_s), speed(radius_m, turn_s));
                let found = astray(10 * MINUTES, step_ms, Some(1.0), flown, told);
                assert_eq!(found, None, "{radius_m} m, told every {step_ms} ms");
            }
        }
    }

    #[test]
    fn what_cannot_be_reckoned_is_not_judged() {
        let north = |s: f64| (0.0, 20.0 * s);
        let check = |step_ms, spot: &dyn Fn(f64) -> Spot, speed: (f64, f64), why: &str| {
            let found = astray(5 * MINUTES, step_ms, Some(1.0), spot, |_| speed);
            assert_eq!(found, None, "{why}");
        };
        check(
            250,
            &north,
            (0.0, 0.0),
            "many tell zero for an unknown speed",
        );
        check(10_000, &north, (0.0, 20.0), "ten seconds between two fixes");
        let set_right = |s: f64| (0.0, if s < 60.0 { 0.0 } else { 80.0 });
        check(
            250,
            &set_right,
            (0.0, 0.1),
            "a filter that is set right at once",
        );
        let wrong_by_a_tenth = |s: f64| (0.0, 21.0 * s);
        check(250, &wrong_by_a_tenth, (20.0, 0.0), "no speed is exact");
    }

    #[test]
    fn an_error_is_overrated_if_it_is_seen_to_be_thrice_what_is_claimed() {
        for (sigma_m, claimed_m, is_overrated) in
            [(5.0, 1.0, true), (5.0, 5.0, false), (0.8, 0.1, false)]
        {
            let mut reckoning = Reckoning::default();
            for second in 0..1_800_i64 {
                #[expect(clippy::cast_precision_loss, reason = "an hour")]
                let s = second as f64;
                // Two waves a side: a standard deviation of 1, and half a minute to forget.
                let wave = |a: f64, b: f64| (s / a).sin() + (s / b).sin();
                let spot = (sigma_m * wave(17.0, 41.0), sigma_m * wave(23.0, 37.0));
                let velocity = Velocity::from_ned(0.0, 0.0, None);
                reckoning.step(point(second * 1000, spot, Some(claimed_m)), Some(&velocity));
            }
            assert_eq!(
                reckoning.is_overrated(),
                is_overrated,
                "{sigma_m} {claimed_m}"
            );
            let seen = reckoning.seen_accuracy(Metres::new(claimed_m).ok());
            assert_eq!(seen.is_some(), is_overrated);
            if let Some(seen) = seen {
                let seen_m = seen.get();
                assert!((0.6 * sigma_m..1.6 * sigma_m).contains(&seen_m), "{seen_m}");
            }
        }
    }

    #[test]
    fn a_walker_that_tells_no_speed_is_not_overrated() {
        let mut reckoning = Reckoning::default();
        for second in 0..900_i64 {
            #[expect(clippy::cast_precision_loss, reason = "a quarter of an hour")]
            let spot = (1.4 * second as f64, 0.0);
            let velocity = Velocity::from_ned(0.0, 0.0, None);
            reckoning.step(point(second * 1000, spot, Some(2.0)), Some(&velocity));
            assert!(!reckoning.is_overrated(), "after {second} s");
        }
    }
}
