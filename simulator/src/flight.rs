//! Where a vehicle is, and how it moves, at a time since it started.
//!
//! Pure, without noise: what [`Flight::at`] returns is the truth that the frames then
//! blur. Invariants: a path has a length above zero, and no piece of it is longer than a
//! kilometre, so that lengths on it are those of the ellipsoid.

use std::time::Duration;

use thiserror::Error;

use crate::geodesy::{NotAPlace, Place, Step};

/// The longest piece that is measured as one flat step, metres.
const PIECE_M_MAX: f64 = 1_000.0;
/// How far to each side the line's direction is taken from, at least, metres.
///
/// A vehicle beside the line rounds a bend on an arc of this length; without it the
/// bend would throw the vehicle sideways.
const CHORD_M_MIN: f64 = 25.0;
/// Half the span over which speed is measured, seconds.
const SPEED_HALF_SPAN_S: f64 = 0.05;

/// A line on the ground with its chainage.
///
/// A line whose last place is its first is a ring: chainage runs on round it.
#[derive(Clone, Debug)]
pub struct Path {
    places: Vec<Place>,
    chainages_m: Vec<f64>,
    ring: bool,
}

/// Why places make no path.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum PathError {
    /// Fewer than two different places.
    #[error("a path needs two different places")]
    NoLength,
    /// A place that no vehicle flies at.
    #[error("place {number} of the path is no place")]
    Place {
        /// The place's number, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: NotAPlace,
    },
}

impl Path {
    /// Measures the line through `places`.
    ///
    /// # Errors
    ///
    /// Refuses a line without length and places that are none.
    pub fn new(places: &[Place]) -> Result<Self, PathError> {
        let mut path = Self {
            places: Vec::with_capacity(places.len()),
            chainages_m: Vec::with_capacity(places.len()),
            ring: places.len() > 2 && places.first() == places.last(),
        };
        for (index, place) in places.iter().enumerate() {
            let place =
                Place::new(place.lat_deg, place.lon_deg).map_err(|source| PathError::Place {
                    number: index + 1,
                    source,
                })?;
            path.extend_to(place);
        }
        if path.length_m() > 0.0 {
            Ok(path)
        } else {
            Err(PathError::NoLength)
        }
    }

    /// Returns the length of the line, metres.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.chainages_m.last().copied().unwrap_or(0.0)
    }

    /// Says whether the line ends where it begins.
    #[must_use]
    pub fn is_ring(&self) -> bool {
        self.ring
    }

    /// Returns the place at a chainage in metres.
    ///
    /// Beyond the ends of a line it is the end; round a ring it runs on.
    #[must_use]
    pub fn place_at(&self, chainage_m: f64) -> Place {
        let chainage_m = self.held(chainage_m);
        let (from, to) = self.piece_at(chainage_m);
        let (from_m, to_m) = (self.chainages_m[from], self.chainages_m[to]);
        self.places[from].towards(self.places[to], (chainage_m - from_m) / (to_m - from_m))
    }

    /// Returns the direction of the line at a chainage as a step, smoothed over `reach_m` to each side.
    #[must_use]
    pub fn direction_at(&self, chainage_m: f64, reach_m: f64) -> Step {
        let chord = self
            .place_at(chainage_m - reach_m)
            .step_to(self.place_at(chainage_m + reach_m));
        if chord.length_m() > reach_m * 1e-3 {
            chord
        } else {
            let (from, to) = self.piece_at(self.held(chainage_m)); // A hairpin has no chord.
            self.places[from].step_to(self.places[to])
        }
    }

    fn extend_to(&mut self, place: Place) {
        let Some(&last) = self.places.last() else {
            self.places.push(place);
            self.chainages_m.push(0.0);
            return;
        };
        let rough_m = last.step_to(place).length_m();
        let mut pieces = 1_u32;
        while rough_m / f64::from(pieces) > PIECE_M_MAX {
            pieces += 1;
        }
        for piece in 1..=pieces {
            let next = last.towards(place, f64::from(piece) / f64::from(pieces));
            let from = self.places.last().copied().unwrap_or(last);
            let length_m = from.step_to(next).length_m();
            if length_m > 0.0 {
                self.chainages_m.push(self.length_m() + length_m);
                self.places.push(next);
            }
        }
    }

    fn held(&self, chainage_m: f64) -> f64 {
        if self.ring {
            chainage_m.rem_euclid(self.length_m())
        } else {
            chainage_m.clamp(0.0, self.length_m())
        }
    }

    fn piece_at(&self, chainage_m: f64) -> (usize, usize) {
        let to = self
            .chainages_m
            .partition_point(|&at_m| at_m <= chainage_m)
            .clamp(1, self.places.len() - 1);
        (to - 1, to)
    }
}

/// How a vehicle follows a path.
#[derive(Clone, Debug)]
pub struct Flight {
    /// The line that it follows.
    pub path: Path,
    /// Speed along the line, metres per second.
    pub speed_mps: f64,
    /// Chainage at the start, metres.
    pub start_m: f64,
    /// Constant distance from the line, metres, right of the line's direction positive.
    pub offset_m: f64,
    /// Amplitude of the swaying about the offset, metres.
    pub sway_m: f64,
    /// Time for one sway to and fro, seconds, above zero.
    pub sway_period_s: f64,
    /// Where in the sway the flight starts, radians; 0 is furthest right.
    pub sway_phase_rad: f64,
}

/// Where a vehicle truly is, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// The place.
    pub place: Place,
    /// Speed over ground, metres per second towards north.
    pub north_mps: f64,
    /// Speed over ground, metres per second towards east.
    pub east_mps: f64,
    /// Where the nose points, degrees clockwise from north, 0 to 360: along the line.
    pub heading_deg: f64,
    /// Chainage on the line, metres.
    pub chainage_m: f64,
    /// Distance from the line, metres, right of the line's direction positive.
    pub offset_m: f64,
}

impl Flight {
    /// Returns the motion at a time since the start.
    ///
    /// At the end of a line the vehicle turns round; its offset stays on the same side
    /// of the line.
    #[must_use]
    pub fn at(&self, time: Duration) -> Motion {
        let time_s = time.as_secs_f64();
        let (from_s, to_s) = (
            (time_s - SPEED_HALF_SPAN_S).max(0.0), // Before the start a line is flown the other way.
            time_s + SPEED_HALF_SPAN_S,
        );
        let moved = self.place_at(from_s).step_to(self.place_at(to_s));
        let (chainage_m, forward) = self.chainage_at(time_s);
        let along = self
            .path
            .direction_at(chainage_m, self.reach_m())
            .course_deg();
        Motion {
            place: self.place_at(time_s),
            north_mps: moved.north_m / (to_s - from_s),
            east_mps: moved.east_m / (to_s - from_s),
            heading_deg: if forward {
                along
            } else {
                (along + 180.0).rem_euclid(360.0)
            },
            chainage_m,
            offset_m: self.offset_at(time_s),
        }
    }

    fn place_at(&self, time_s: f64) -> Place {
        let (chainage_m, _) = self.chainage_at(time_s);
        let on_line = self.path.place_at(chainage_m);
        let along = self.path.direction_at(chainage_m, self.reach_m());
        on_line.after(along.right(self.offset_at(time_s)).unwrap_or_default())
    }

    fn chainage_at(&self, time_s: f64) -> (f64, bool) {
        let flown_m = self.start_m + self.speed_mps * time_s;
        let length_m = self.path.length_m();
        if self.path.is_ring() {
            return (flown_m.rem_euclid(length_m), true);
        }
        let round_m = flown_m.rem_euclid(2.0 * length_m);
        if round_m <= length_m {
            (round_m, true)
        } else {
            (2.0 * length_m - round_m, false)
        }
    }

    fn offset_at(&self, time_s: f64) -> f64 {
        let turn = std::f64::consts::TAU * time_s / self.sway_period_s + self.sway_phase_rad;
        self.offset_m + self.sway_m * turn.cos()
    }

    fn reach_m(&self) -> f64 {
        CHORD_M_MIN.max(self.offset_m.abs() + self.sway_m.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One degree of longitude on the parallel of 41.5 degrees north, metres.
    const DEGREE_M: f64 = 83_496.0;

    #[test]
    fn chainage_grows_with_speed_and_time() {
        let flight = flight(&east_line());
        let motion = flight.at(Duration::from_secs(60));
        assert!(
            (motion.chainage_m - 1_700.0).abs() < 1e-6,
            "500 m + 60 s at 20 m/s"
        );
        let flown_m = (motion.place.lon_deg - 21.0) * DEGREE_M;
        assert!(
            (flown_m - 1_700.0).abs() < 1.0,
            "{flown_m} m from the start of the line"
        );
        assert!((motion.east_mps - 20.0).abs() < 1e-3, "{motion:?}");
        assert!(motion.north_mps.abs() < 1e-3, "{motion:?}");
        assert!((motion.heading_deg - 90.0).abs() < 0.1, "{motion:?}");
    }

    #[test]
    fn a_line_is_as_long_as_the_ellipsoid_says() {
        let length_m = Path::new(&east_line()).unwrap().length_m();
        assert!((length_m - DEGREE_M).abs() < 2.0, "{length_m}");
    }

    #[test]
    fn the_offset_is_right_of_the_line_and_stays_there_on_the_way_back() {
        let mut flight = flight(&east_line());
        flight.offset_m = 80.0;
        let there = flight.at(Duration::from_secs(10));
        check_south_of_line(&there, 80.0);

        let length_m = flight.path.length_m();
        flight.start_m = length_m + 700.0;
        let back = flight.at(Duration::from_secs(10));
        check_south_of_line(&back, 80.0);
        assert!(
            (back.chainage_m - (length_m - 900.0)).abs() < 1e-6,
            "{back:?}"
        );
        assert!((back.east_mps + 20.0).abs() < 1e-3, "{back:?}");
        assert!((back.heading_deg - 270.0).abs() < 0.1, "{back:?}");
    }

    #[test]
    fn swaying_is_a_cosine_about_the_offset() {
        let mut flight = flight(&east_line());
        (flight.offset_m, flight.sway_m, flight.sway_period_s) = (10.0, 100.0, 40.0);
        for (seconds, right_m) in [(0, 110.0), (10, 10.0), (20, -90.0), (40, 110.0)] {
            let motion = flight.at(Duration::from_secs(seconds));
            check_south_of_line(&motion, right_m);
            assert!((motion.offset_m - right_m).abs() < 1e-6, "{motion:?}");
        }
    }

    #[test]
    fn a_bend_does_not_throw_the_vehicle() {
        let corner = [place(41.5, 21.0), place(41.5, 21.02), place(41.52, 21.02)];
        let mut flight = flight(&corner);
        flight.offset_m = -60.0;
        let mut last = flight.at(Duration::ZERO).place;
        for tick in 1..2_000 {
            let next = flight.at(Duration::from_millis(100 * tick)).place;
            let moved_m = last.step_to(next).length_m();
            assert!(moved_m < 6.0, "{moved_m} m in 0.1 s at tick {tick}");
            last = next;
        }
    }

    #[test]
    fn a_ring_is_flown_round_and_round() {
        let ring = [
            place(41.5, 21.0),
            place(41.5, 21.01),
            place(41.51, 21.01),
            place(41.5, 21.0),
        ];
        let flight = flight(&ring);
        let lap = Duration::from_secs_f64(flight.path.length_m() / flight.speed_mps);
        let (first, second) = (flight.at(Duration::ZERO), flight.at(lap));
        assert!(first.place.step_to(second.place).length_m() < 1e-3);
        assert!((first.heading_deg - second.heading_deg).abs() < 1e-3);
    }

    #[test]
    fn a_path_needs_length_and_places() {
        assert_eq!(Path::new(&[]).unwrap_err(), PathError::NoLength);
        let twice = [place(41.5, 21.0), place(41.5, 21.0)];
        assert_eq!(Path::new(&twice).unwrap_err(), PathError::NoLength);
        let swapped = [place(41.5, 21.0), place(121.0, 41.5)];
        assert!(matches!(
            Path::new(&swapped),
            Err(PathError::Place { number: 2, .. })
        ));
    }

    fn flight(places: &[Place]) -> Flight {
        Flight {
            path: Path::new(places).unwrap(),
            speed_mps: 20.0,
            start_m: 500.0,
            offset_m: 0.0,
            sway_m: 0.0,
            sway_period_s: 60.0,
            sway_phase_rad: 0.0,
        }
    }

    fn east_line() -> Vec<Place> {
        vec![place(41.5, 21.0), place(41.5, 22.0)]
    }

    fn place(lat_deg: f64, lon_deg: f64) -> Place {
        Place { lat_deg, lon_deg }
    }

    #[track_caller]
    fn check_south_of_line(motion: &Motion, expected_m: f64) {
        let on_line = place(41.5, motion.place.lon_deg);
        let south_m = -on_line.step_to(motion.place).north_m;
        assert!(
            (south_m - expected_m).abs() < 0.01,
            "{south_m} m, not {expected_m}"
        );
    }
}
