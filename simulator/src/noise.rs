//! The error of a satellite receiver: Gaussian, and much the same a second later.
//!
//! Pure: a first-order Gauss-Markov process, sampled exactly at any spacing.

use std::time::Duration;

use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

/// The time in which an error forgets all but 1/e of itself, seconds.
const MEMORY_S: f64 = 30.0;

/// An error that wanders about zero.
#[derive(Clone, Debug)]
pub(crate) struct Wander {
    sigma: f64,
    value: f64,
    at: Duration,
}

impl Wander {
    /// Starts an error of standard deviation `sigma`, already wandered in.
    pub(crate) fn new(sigma: f64, rng: &mut StdRng) -> Self {
        Self {
            sigma,
            value: sigma * normal(rng),
            at: Duration::ZERO,
        }
    }

    /// Returns the error at a time; a time before the last one counts as the last one.
    pub(crate) fn at(&mut self, time: Duration, rng: &mut StdRng) -> f64 {
        let passed_s = time.saturating_sub(self.at).as_secs_f64();
        if passed_s > 0.0 {
            let kept = (-passed_s / MEMORY_S).exp();
            self.value = self.value * kept + self.sigma * (1.0 - kept * kept).sqrt() * normal(rng);
            self.at = time;
        }
        self.value
    }
}

fn normal(rng: &mut StdRng) -> f64 {
    StandardNormal.sample(rng)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn an_error_keeps_its_size_and_remembers_the_last_second() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut wander = Wander::new(1.5, &mut rng);
        let errors: Vec<f64> = (1..40_000)
            .map(|second| wander.at(Duration::from_secs(second), &mut rng))
            .collect();
        let size = mean(errors.iter().map(|error| error * error)).sqrt();
        assert!((size - 1.5).abs() < 0.15, "standard deviation {size}");
        let next = mean(errors.windows(2).map(|pair| pair[0] * pair[1]));
        assert!(
            next / (size * size) > 0.93,
            "correlation after a second {next}"
        );
    }

    #[test]
    fn no_sigma_is_no_error() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut wander = Wander::new(0.0, &mut rng);
        assert!(wander.at(Duration::from_secs(9), &mut rng).abs() < f64::EPSILON);
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        let (sum, count) =
            values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    }
}
