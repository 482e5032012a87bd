//! Vehicles that are heard four times a second, ten thousand of them in turn.

use std::f64::consts::TAU;
use std::hint::black_box;

use corridord::corridor::{CorridorSet, Nearby, Vicinity};
use corridord::units::{LatLon, Metres};
use criterion::{Criterion, Throughput};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::network::{Network, SEED};
use crate::place;

/// Segments that the vehicles fly over.
const SEGMENTS: usize = 100_000;

/// Vehicles, and how often each is heard: for 50 s.
const TRACKS: usize = 10_000;
const FIXES: usize = 200;

/// Fixes a second.
const RATE_HZ: f64 = 4.0;

/// Compares asking the index for each fix with remembering how far nothing can change.
pub(crate) fn measure(criterion: &mut Criterion) {
    let network = Network::of(SEGMENTS);
    let set = network.set();
    let fixes = fly(&network);
    crate::network::keep(
        "lookup-flights.f64",
        fixes
            .iter()
            .take(TRACKS * 20)
            .flat_map(|at| [at.lon(), at.lat()]),
    )
    .expect("the target folder is writable");
    let mut group = criterion.benchmark_group("flights");
    group.sample_size(10);
    group.throughput(Throughput::Elements(fixes.len() as u64));
    let mut found = Vec::new();
    group.bench_function("index", |bencher| {
        bencher.iter(|| ask_for_each(&set, black_box(&fixes), &mut found));
    });
    let mut vicinities = vec![Vicinity::default(); TRACKS];
    let mut asked = 0;
    group.bench_function("vicinity", |bencher| {
        bencher.iter(|| {
            vicinities.fill_with(Vicinity::default);
            asked = ask_where_it_matters(&set, black_box(&fixes), &mut vicinities);
        });
    });
    group.finish();
    tell(&format!(
        "flights: the index was asked for {asked} of {} fixes",
        fixes.len()
    ));
}

#[expect(clippy::print_stdout, reason = "a bench tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}

/// Does the same, asking only where an edge may be near.
fn ask_where_it_matters(set: &CorridorSet, fixes: &[LatLon], vicinities: &mut [Vicinity]) -> usize {
    let (mut asked, mut inside) = (0, 0);
    for fixes in fixes.chunks(vicinities.len()) {
        for (at, vicinity) in fixes.iter().zip(vicinities.iter_mut()) {
            if vicinity.room_m(set, *at).is_none() {
                set.survey(*at, vicinity);
                asked += 1;
            }
            inside += vicinity.inside(0.0).count();
        }
    }
    black_box(inside);
    asked
}

/// Follows every flight once, for whoever counts instructions.
pub(crate) fn count_one(set: &CorridorSet, network: &Network) {
    let fixes = fly(network);
    let mut vicinities = vec![Vicinity::default(); TRACKS];
    crate::counted(|| ask_where_it_matters(set, &fixes, &mut vicinities));
}

/// Asks which corridors each fix is inside of.
fn ask_for_each(set: &CorridorSet, fixes: &[LatLon], found: &mut Vec<Nearby>) -> usize {
    let mut inside = 0;
    for at in fixes {
        set.near(*at, Metres::ZERO, found);
        inside += found.len();
    }
    inside
}

/// Draws flights that begin within 2 km of a segment, at 15 to 30 m/s with slow turns; the fixes come
/// as a ground station would hear them, one of each vehicle in turn.
fn fly(network: &Network) -> Vec<LatLon> {
    let segments: Vec<_> = network.segments().collect();
    let mut random = StdRng::seed_from_u64(SEED ^ 3);
    let mut vehicles: Vec<Vehicle> = (0..TRACKS)
        .map(|_| Vehicle::start(&mut random, &segments))
        .collect();
    (0..FIXES)
        .flat_map(|_| {
            vehicles
                .iter_mut()
                .map(|vehicle| vehicle.fly_on(&mut random))
                .collect::<Vec<_>>()
        })
        .collect()
}

struct Vehicle {
    lat: f64,
    lon: f64,
    course: f64,
    step_degrees: f64,
}

impl Vehicle {
    fn start(random: &mut StdRng, segments: &[([f64; 2], [f64; 2])]) -> Self {
        let ([lon, lat], _) = segments[random.random_range(0..segments.len())];
        Self {
            lat: lat + random.random_range(-0.018..0.018),
            lon: lon + random.random_range(-0.024..0.024),
            course: random.random_range(0.0..TAU),
            step_degrees: random.random_range(15.0..30.0) / RATE_HZ / 111_000.0,
        }
    }

    fn fly_on(&mut self, random: &mut StdRng) -> LatLon {
        self.course += random.random_range(-0.02..0.02);
        let (sin, cos) = self.course.sin_cos();
        self.lat += self.step_degrees * cos;
        self.lon += self.step_degrees * sin / 0.74;
        place(self.lat, self.lon)
    }
}
