//! The kilometre posts of a road, which need not start at its first vertex nor run its way.

use super::flaw::Fault;

/// How much posts may stretch a line or shrink it before somebody should look, as a share.
const STRETCH_MAX: f64 = 0.25;

/// The kilometre posts along a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posts {
    /// The post at the first vertex.
    start_km: f64,
    /// By how much posts grow for each kilometre of the line: less than 0 if they run down.
    rate: f64,
}

/// The way posts run, seen from the first vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostDirection {
    /// They grow along the line.
    Up,
    /// They run down along the line.
    Down,
}

impl Default for Posts {
    /// Counts the line's own kilometres.
    fn default() -> Self {
        Self::from(0.0, PostDirection::Up)
    }
}

impl Posts {
    /// Starts at a post and goes on by the length of the line.
    #[must_use]
    pub const fn from(start_km: f64, direction: PostDirection) -> Self {
        let rate = match direction {
            PostDirection::Up => 1.0,
            PostDirection::Down => -1.0,
        };
        Self { start_km, rate }
    }

    /// Spreads the posts evenly between those at the first and the last vertex.
    ///
    /// # Errors
    ///
    /// Refuses the same post at both ends, and a direction that is not theirs.
    pub fn between(
        start_km: f64,
        end_km: f64,
        length_m: f64,
        direction: Option<PostDirection>,
    ) -> Result<Self, Fault> {
        let found = if start_km < end_km {
            PostDirection::Up
        } else if end_km < start_km {
            PostDirection::Down
        } else {
            return Err(Fault::PostsStandStill(start_km));
        };
        if direction.is_some_and(|direction| direction != found) {
            return Err(Fault::PostsTurned { start_km, end_km });
        }
        Ok(Self {
            start_km,
            rate: (end_km - start_km) / (length_m / 1000.0),
        })
    }

    /// Returns the post at so many metres along the line, kilometres.
    #[must_use]
    pub fn km_at(self, along_m: f64) -> f64 {
        self.start_km + self.rate * along_m / 1000.0
    }

    /// Lists what somebody should look at on a line of this length.
    pub(super) fn doubts(self, length_m: f64) -> Vec<Fault> {
        let end_km = self.km_at(length_m);
        let mut doubts = Vec::new();
        if STRETCH_MAX < (self.rate.abs() - 1.0).abs() {
            doubts.push(Fault::PostsStretched {
                posts_km: (end_km - self.start_km).abs(),
                line_km: length_m / 1000.0,
            });
        }
        if self.start_km.min(end_km) < 0.0 {
            doubts.push(Fault::PostsBelowZero(self.start_km.min(end_km)));
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_count_from_the_first_vertex_up_or_down() {
        let check = |posts: Posts, along_m, km: f64| {
            let found = posts.km_at(along_m);
            assert!((found - km).abs() < 1e-9, "km {found} instead of {km}");
        };
        check(Posts::default(), 8_200.0, 8.2);
        check(Posts::from(30.0, PostDirection::Up), 8_200.0, 38.2);
        check(Posts::from(30.0, PostDirection::Down), 8_200.0, 21.8);
        let stretched = |start, end| Posts::between(start, end, 10_000.0, None).unwrap();
        check(stretched(30.0, 41.0), 0.0, 30.0);
        check(stretched(30.0, 41.0), 5_000.0, 35.5);
        check(stretched(30.0, 41.0), 10_000.0, 41.0);
        check(stretched(41.0, 30.0), 5_000.0, 35.5);
        check(stretched(41.0, 30.0), 10_000.0, 30.0);
    }

    #[test]
    fn posts_at_both_ends_must_differ_and_run_the_way_that_is_said() {
        let check = |start, end, direction, good| {
            let posts = Posts::between(start, end, 10_000.0, direction);
            assert_eq!(posts.is_ok(), good, "{start} to {end}, {direction:?}");
        };
        check(30.0, 41.0, Some(PostDirection::Up), true);
        check(41.0, 30.0, Some(PostDirection::Down), true);
        check(30.0, 41.0, Some(PostDirection::Down), false);
        check(41.0, 30.0, Some(PostDirection::Up), false);
        check(30.0, 30.0, None, false);
    }

    #[test]
    fn posts_that_hardly_fit_the_line_are_doubted() {
        let check = |start, end, doubted: usize| {
            let posts = Posts::between(start, end, 10_000.0, None).unwrap();
            let doubts = posts.doubts(10_000.0);
            assert_eq!(doubts.len(), doubted, "{start} to {end}: {doubts:?}");
        };
        check(30.0, 42.4, 0);
        check(42.4, 30.0, 0);
        check(30.0, 37.6, 0);
        check(30.0, 42.6, 1);
        check(30.0, 37.4, 1);
        check(-1.0, 9.0, 1);
        check(9.0, -1.0, 1);
        check(9.0, -10.0, 2);
    }
}
