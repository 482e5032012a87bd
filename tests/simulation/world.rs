//! The corridors of a world, and a geometry of its own that judges them.
//!
//! Flat: a world of some kilometres is a plane to within a metre, and two vertices of a corridor are
//! never far apart.

use std::sync::Arc;

use corridor_sim::geodesy::{Place, Step};
use corridord::corridor::{CorridorSet, Region, geojson};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

/// How far the world reaches to each side of its middle, metres.
pub(crate) const REACH_M: f64 = 5_000.0;
/// How many corridors a world has at most.
pub(crate) const GROUNDS_MAX: usize = 4;
/// What the flat geometry and a place in whole 1e-7 degrees may be off by, metres.
pub(crate) const FLAT_M: f64 = 2.0;

const MIDDLE: Place = Place {
    lat_deg: 41.5,
    lon_deg: 22.0,
};

/// Metres east and north of the middle of the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    pub(crate) east_m: f64,
    pub(crate) north_m: f64,
}

impl Spot {
    pub(crate) fn at_random(rng: &mut StdRng) -> Self {
        Self {
            east_m: rng.random_range(-REACH_M..REACH_M),
            north_m: rng.random_range(-REACH_M..REACH_M),
        }
    }

    pub(crate) fn place(self) -> Place {
        MIDDLE.after(Step {
            north_m: self.north_m,
            east_m: self.east_m,
        })
    }

    pub(crate) fn of(lat_deg: f64, lon_deg: f64) -> Self {
        let step = MIDDLE.step_to(Place { lat_deg, lon_deg });
        Self {
            east_m: step.east_m,
            north_m: step.north_m,
        }
    }

    pub(crate) fn distance_m(self, other: Self) -> f64 {
        (other.east_m - self.east_m).hypot(other.north_m - self.north_m)
    }

    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        Self {
            east_m: self.east_m + share * (other.east_m - self.east_m),
            north_m: self.north_m + share * (other.north_m - self.north_m),
        }
    }

    /// The spot so far away, in a direction given in radians from east.
    pub(crate) fn beside(self, metres: f64, radians: f64) -> Self {
        Self {
            east_m: self.east_m + metres * radians.cos(),
            north_m: self.north_m + metres * radians.sin(),
        }
    }

    fn segment_distance_m(self, [from, to]: [Self; 2]) -> f64 {
        let (east_m, north_m) = (to.east_m - from.east_m, to.north_m - from.north_m);
        let along = (self.east_m - from.east_m) * east_m + (self.north_m - from.north_m) * north_m;
        let share = along / (east_m * east_m + north_m * north_m);
        self.distance_m(from.towards(to, share.clamp(0.0, 1.0)))
    }
}

/// A corridor.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) id: String,
    shape: Shape,
    /// It does not count above this height above the sea, metres.
    ceiling_m: Option<f64>,
}

#[derive(Clone, Debug)]
enum Shape {
    Strip { spots: Vec<Spot>, half_width_m: f64 },
    Yard { corners: [Spot; 4], depth_m: f64 },
}

impl Ground {
    /// The signed distance to the edge, negative inside, metres.
    pub(crate) fn edge_m(&self, spot: Spot) -> f64 {
        match &self.shape {
            Shape::Strip {
                spots,
                half_width_m,
            } => {
                let segments = spots.windows(2).map(|pair| [pair[0], pair[1]]);
                let distances = segments.map(|segment| spot.segment_distance_m(segment));
                distances.fold(f64::INFINITY, f64::min) - half_width_m
            }
            Shape::Yard { corners, .. } => {
                let edges = [0, 1, 2, 3].map(|from| [corners[from], corners[(from + 1) % 4]]);
                let off_m = edges.map(|edge| spot.segment_distance_m(edge));
                let off_m = off_m.into_iter().fold(f64::INFINITY, f64::min);
                let is_left = |[from, to]: [Spot; 2]| {
                    let (east_m, north_m) = (to.east_m - from.east_m, to.north_m - from.north_m);
                    let (to_east_m, to_north_m) =
                        (spot.east_m - from.east_m, spot.north_m - from.north_m);
                    0.0 <= east_m * to_north_m - north_m * to_east_m
                };
                if edges.into_iter().all(is_left) {
                    -off_m
                } else {
                    off_m
                }
            }
        }
    }

    /// How far it is from the edge to the middle, metres.
    pub(crate) fn depth_m(&self) -> f64 {
        match &self.shape {
            Shape::Strip { half_width_m, .. } => *half_width_m,
            Shape::Yard { depth_m, .. } => *depth_m,
        }
    }

    /// Says whether it counts at a height; heights are chosen far from every ceiling.
    pub(crate) fn counts_at(&self, height_m: f64) -> bool {
        self.ceiling_m.is_none_or(|ceiling_m| height_m < ceiling_m)
    }

    /// A spot on its edge, and the direction that leads in, radians from east.
    pub(crate) fn edge_at_random(&self, rng: &mut StdRng) -> (Spot, f64) {
        let (from, to, half_width_m) = match &self.shape {
            Shape::Strip {
                spots,
                half_width_m,
            } => {
                let first = rng.random_range(1..spots.len());
                (spots[first - 1], spots[first], *half_width_m)
            }
            Shape::Yard { corners, .. } => {
                let first = rng.random_range(0..4);
                (corners[first], corners[(first + 1) % 4], 0.0)
            }
        };
        let along = (to.north_m - from.north_m).atan2(to.east_m - from.east_m);
        let left = along + std::f64::consts::FRAC_PI_2;
        let spot = from.towards(to, rng.random_range(0.3..0.7));
        match &self.shape {
            Shape::Strip { .. } => (spot.beside(half_width_m, left), left + std::f64::consts::PI),
            Shape::Yard { .. } => (spot, left),
        }
    }

    fn strip(id: String, rng: &mut StdRng) -> Self {
        let mut at = Spot::at_random(rng);
        let mut course = rng.random_range(0.0..std::f64::consts::TAU);
        let mut spots = vec![at];
        for _leg in 0..rng.random_range(1..4) {
            at = at.beside(rng.random_range(1_500.0..4_000.0), course);
            course += rng.random_range(-0.6..0.6);
            spots.push(at);
        }
        let half_width_m = if rng.random_bool(0.3) {
            rng.random_range(40.0..100.0)
        } else {
            rng.random_range(250.0..600.0)
        };
        Self {
            id,
            shape: Shape::Strip {
                spots,
                half_width_m,
            },
            ceiling_m: rng.random_bool(0.25).then_some(500.0),
        }
    }

    fn yard(id: String, rng: &mut StdRng) -> Self {
        let from = Spot::at_random(rng);
        let course = rng.random_range(0.0..std::f64::consts::TAU);
        let [long_m, wide_m] = [0, 1].map(|_side| rng.random_range(600.0..3_000.0_f64));
        let left = course + std::f64::consts::FRAC_PI_2;
        let right = from.beside(long_m, course);
        let corners = [
            from,
            right,
            right.beside(wide_m, left),
            from.beside(wide_m, left),
        ];
        Self {
            id,
            shape: Shape::Yard {
                corners,
                depth_m: long_m.min(wide_m) / 2.0,
            },
            ceiling_m: None,
        }
    }

    fn feature(&self) -> Value {
        let position = |spot: &Spot| {
            let place = spot.place();
            [place.lon_deg, place.lat_deg]
        };
        let mut properties = json!({"id": self.id});
        let geometry = match &self.shape {
            Shape::Strip {
                spots,
                half_width_m,
            } => {
                properties["half_width_m"] = json!(half_width_m);
                let line: Vec<_> = spots.iter().map(position).collect();
                json!({"type": "LineString", "coordinates": line})
            }
            Shape::Yard { corners, .. } => {
                let ring: Vec<_> = corners.iter().chain(&corners[..1]).map(position).collect();
                json!({"type": "Polygon", "coordinates": [ring]})
            }
        };
        if let Some(ceiling_m) = self.ceiling_m {
            properties["altitude_max_m"] = json!(ceiling_m);
            properties["altitude_datum"] = json!("msl");
        }
        json!({"type": "Feature", "properties": properties, "geometry": geometry})
    }
}

/// Some corridors that may overlap.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) grounds: Vec<Ground>,
    pub(crate) corridors: Arc<CorridorSet>,
    /// The same in another order.
    pub(crate) turned: Arc<CorridorSet>,
}

impl World {
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let count = rng.random_range(2..=GROUNDS_MAX);
        let grounds = (0..count).map(|number| {
            let id = format!("ground-{number}");
            if rng.random_bool(0.7) {
                Ground::strip(id, &mut rng)
            } else {
                Ground::yard(id, &mut rng)
            }
        });
        let grounds: Vec<Ground> = grounds.collect();
        let turned: Vec<Ground> = grounds.iter().rev().cloned().collect();
        Self {
            corridors: Arc::new(set(&grounds)),
            turned: Arc::new(set(&turned)),
            grounds,
        }
    }

    pub(crate) fn ground(&self, id: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.id == id)
    }
}

/// Reads corridors as the daemon reads its files.
fn set(grounds: &[Ground]) -> CorridorSet {
    let features: Vec<Value> = grounds.iter().map(Ground::feature).collect();
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    let file = geojson::read(&text, &Region::default()).expect("sound corridors");
    CorridorSet::new(file.corridors, file.places).expect("ids differ")
}
