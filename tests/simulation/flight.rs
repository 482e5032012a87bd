//! Where vehicles fly: through the corridors, along their edges, across in a dash.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::world::{Ground, Spot, World};

/// How long every flight lasts, seconds.
pub(crate) const FLIGHT_S: u32 = 240;
/// How long a tame flight stays on each side of each edge, seconds: longer than anything that
/// befalls the links and the unit may take together.
const STAY_MIN_S: u32 = 40;
/// How far from the edge a tame flight is clear of it, metres: beyond every margin.
const CLEAR_M: f64 = 60.0;
/// Ways that are tried before a tame flight is given up.
const TRIES: usize = 60;

/// Heights above the sea, far from every ceiling, metres.
const HEIGHTS_M: [f64; 2] = [250.0, 800.0];

/// The way of one vehicle.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    spots: Vec<Spot>,
    speed_mps: f64,
    /// How long it hovers at the first spot before it flies, seconds.
    waits_s: f64,
    pub(crate) height_m: f64,
    /// Whether it keeps to each side of each edge for so long that no fault of the links can hide
    /// it.
    pub(crate) is_tame: bool,
}

impl Flight {
    /// Three vehicles, the first two tame if ways are found that are.
    pub(crate) fn of_seed(seed: u64, world: &World) -> Vec<Self> {
        let mut rng = StdRng::seed_from_u64(seed ^ 0xf11e);
        let wild = Self::wild(&mut rng, world);
        let mut flights: Vec<Self> = (0..2).map(|_| Self::tame(&mut rng, world)).collect();
        flights.push(wild);
        flights
    }

    /// Where it is, and its speeds towards east and north, metres per second.
    pub(crate) fn at(&self, second: f64) -> (Spot, [f64; 2]) {
        let mut flown_m = self.speed_mps * (second - self.waits_s).max(0.0);
        for pair in self.spots.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length_m = from.distance_m(to);
            if flown_m < length_m {
                let per_m = if second < self.waits_s {
                    0.0
                } else {
                    self.speed_mps / length_m
                };
                let speeds = [
                    (to.east_m - from.east_m) * per_m,
                    (to.north_m - from.north_m) * per_m,
                ];
                return (from.towards(to, flown_m / length_m), speeds);
            }
            flown_m -= length_m;
        }
        (self.spots[self.spots.len() - 1], [0.0, 0.0])
    }

    fn tame(rng: &mut StdRng, world: &World) -> Self {
        let tries = (0..TRIES).map(|number| {
            let ground = &world.grounds[number % world.grounds.len()];
            if rng.random_bool(0.7) {
                Self::shuttle(rng, ground)
            } else {
                Self::way(rng, 8.0..25.0)
            }
        });
        let mut last = None;
        for flight in tries {
            if flight.is_clear(world) {
                return Self {
                    is_tame: true,
                    ..flight
                };
            }
            last = Some(flight);
        }
        last.expect("there were tries")
    }

    fn wild(rng: &mut StdRng, world: &World) -> Self {
        let ground = &world.grounds[rng.random_range(0..world.grounds.len())];
        match rng.random_range(0..4) {
            0 => Self::hover(rng, ground),
            1 => Self::dash(rng, ground),
            2 => Self::along_the_edge(rng, ground),
            _ => Self::way(rng, 5.0..70.0),
        }
    }

    /// Through spots at random.
    fn way(rng: &mut StdRng, range_mps: std::ops::Range<f64>) -> Self {
        let spots = (0..8).map(|_| Spot::at_random(rng)).collect();
        let speed_mps = rng.random_range(range_mps);
        Self::through(rng, spots, speed_mps)
    }

    /// In and out over an edge, far to both sides, with time to be seen at both ends.
    fn shuttle(rng: &mut StdRng, ground: &Ground) -> Self {
        let (edge, inwards) = ground.edge_at_random(rng);
        let speed_mps = rng.random_range(5.0..14.0);
        let reach_m = CLEAR_M + speed_mps * rng.random_range(21.0..40.0);
        let (far_out, deep_in) = (
            edge.beside(-reach_m, inwards),
            edge.beside(reach_m, inwards),
        );
        let mut spots = [far_out, deep_in].repeat(2);
        if rng.random_bool(0.5) {
            spots.reverse();
        }
        let leg_s = 2.0 * reach_m / speed_mps;
        let room_s = f64::from(FLIGHT_S) - 2.5 * f64::from(STAY_MIN_S);
        let there_and_back = [3_u8, 2, 1]
            .into_iter()
            .find(|legs| leg_s * f64::from(*legs) < room_s);
        spots.truncate(1 + usize::from(there_and_back.unwrap_or(1)));
        Self {
            waits_s: 1.1 * f64::from(STAY_MIN_S),
            ..Self::through(rng, spots, speed_mps)
        }
    }

    fn hover(rng: &mut StdRng, ground: &Ground) -> Self {
        let (edge, inwards) = ground.edge_at_random(rng);
        let above = edge.beside(rng.random_range(-30.0..30.0), inwards);
        Self::through(rng, vec![above], 0.0)
    }

    /// From far outside straight in and on, there and back.
    fn dash(rng: &mut StdRng, ground: &Ground) -> Self {
        let (edge, inwards) = ground.edge_at_random(rng);
        let (from, to) = (edge.beside(-900.0, inwards), edge.beside(1_500.0, inwards));
        let speed_mps = rng.random_range(30.0..90.0);
        Self::through(rng, vec![from, to, from, to, from], speed_mps)
    }

    /// To and fro over the edge.
    fn along_the_edge(rng: &mut StdRng, ground: &Ground) -> Self {
        let (edge, inwards) = ground.edge_at_random(rng);
        let spots = (0..40).map(|leg| {
            let along = edge.beside(40.0 * f64::from(leg), inwards + 1.57);
            along.beside(rng.random_range(-120.0..120.0), inwards)
        });
        let spots = spots.collect();
        let speed_mps = rng.random_range(5.0..25.0);
        Self::through(rng, spots, speed_mps)
    }

    fn through(rng: &mut StdRng, spots: Vec<Spot>, speed_mps: f64) -> Self {
        Self {
            spots,
            speed_mps,
            waits_s: 0.0,
            height_m: HEIGHTS_M[usize::from(rng.random_bool(0.3))],
            is_tame: false,
        }
    }

    /// When it crosses the edge of a corridor, seconds, and whether inwards; at 0 if it begins
    /// inside.
    pub(crate) fn crossings(&self, ground: &Ground) -> Vec<(f64, bool)> {
        let halves = 0..=2 * FLIGHT_S;
        let mut was_inside = false;
        let mut crossings = Vec::new();
        for half in halves {
            let second = f64::from(half) / 2.0;
            let is_inside = ground.edge_m(self.at(second).0) <= 0.0;
            if is_inside != was_inside {
                crossings.push((second, is_inside));
            }
            was_inside = is_inside;
        }
        crossings
    }

    /// Says whether it is clear of each edge for long enough, on each side in turn.
    fn is_clear(&self, world: &World) -> bool {
        let counting = world.grounds.iter();
        counting
            .filter(|ground| ground.counts_at(self.height_m))
            .all(|ground| self.is_clear_of(ground))
    }

    fn is_clear_of(&self, ground: &Ground) -> bool {
        let seconds = 0..=FLIGHT_S;
        let sides = seconds.map(|second| {
            let edge_m = ground.edge_m(self.at(f64::from(second)).0);
            (CLEAR_M.min(ground.depth_m() / 2.0) < edge_m.abs()).then_some(0.0 < edge_m)
        });
        let sides: Vec<Option<bool>> = sides.collect();
        let runs: Vec<&[Option<bool>]> = sides.chunk_by(|a, b| a == b).collect();
        let stay_min = usize::try_from(STAY_MIN_S).expect("some seconds");
        let is_long = |run: &[Option<bool>]| run[0].is_none() || stay_min <= run.len();
        let changes = |three: &[&[Option<bool>]]| {
            three[1][0].is_some() || three[0][0] != three[2][0] && three[1].len() <= stay_min / 2
        };
        let ends = [runs.first(), runs.last()];
        runs.iter().all(|run| is_long(run))
            && runs.windows(3).all(changes)
            && ends.iter().flatten().all(|run| run[0].is_some())
    }
}
