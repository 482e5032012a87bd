//! A million segments in other forms than a network of roads.

use std::f64::consts::TAU;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::network::{Network, SEED, rounded, walk};

/// One line that is as long as a whole network.
pub(crate) fn one_line(segments: usize) -> Network {
    let mut random = StdRng::seed_from_u64(SEED);
    Network {
        lines: vec![walk(&mut random, segments)],
    }
}

/// Closed rings of many segments, side by side, that cross nothing.
pub(crate) fn rings(rings: u32, segments: u32) -> Network {
    let lines = (0..rings).map(|ring| star(ring, segments)).collect();
    Network { lines }
}

/// A ring whose radius swings, so that its edges are not all the same.
fn star(nth: u32, segments: u32) -> Vec<[f64; 2]> {
    let (column, row) = (f64::from(nth % 10), f64::from(nth / 10));
    let (lon, lat) = (14.0 + column * 1.4, 39.6 + row * 0.65);
    (0..=segments)
        .map(|step| {
            let angle = f64::from(step % segments) / f64::from(segments) * TAU;
            let radius = 0.25 + 0.03 * (angle * 37.0).sin();
            let (sin, cos) = angle.sin_cos();
            rounded(lon + 2.0 * radius * cos, lat + radius * sin)
        })
        .collect()
}
