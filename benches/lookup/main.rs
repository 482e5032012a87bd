//! Which corridors a place is near to, with exact distance, side and chainage.
//!
//!     benches/lookup-ratios
//!
//! runs this beside shapely on the same places and prints the ratios. `CORRIDORD_COUNT`, one of the
//! names below, looks everything up once and ends, for whoever counts instructions.

mod flights;
mod network;

use std::env;
use std::hint::black_box;

use corridord::corridor::{CorridorSet, Location, Nearby};
use corridord::units::{LatLon, Metres};
use criterion::{Criterion, Throughput};
use geo::{Distance as _, Euclidean};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rstar_of_geo::RTree;

use network::{BOX, Network, SEED};

/// How many segments there are.
const SIZES: [usize; 4] = [10, 1_000, 100_000, 1_000_000];

/// Places that are looked up.
const PLACES: usize = 5_000;

/// How far around a place corridors are looked for, metres; and in degrees, for the others.
const RADIUS_M: f64 = 1_000.0;
const RADIUS_DEGREES: f64 = 0.009;

/// How far away everything is from a far place, metres.
const FAR_M: f64 = 5_000.0;

fn main() {
    if let Ok(name) = env::var("CORRIDORD_COUNT") {
        return count_one(&name);
    }
    let mut criterion = Criterion::default().configure_from_args();
    for segments in SIZES {
        compare(&mut criterion, segments);
    }
    flights::measure(&mut criterion);
    criterion.final_summary();
}

/// Looks the same places up in every way.
fn compare(criterion: &mut Criterion, segments: usize) {
    let network = Network::of(segments);
    let set = network.set();
    let tree = RTree::bulk_load(network.segments().map(geo_line).collect());
    network::keep(
        &format!("lookup-{segments}-segments.f64"),
        network
            .segments()
            .flat_map(|(start, end)| [start, end].concat()),
    )
    .expect("the target folder is writable");
    let mut group = criterion.benchmark_group(segments.to_string());
    group.throughput(Throughput::Elements(PLACES as u64));
    for (kind, places) in [("near", near(&network)), ("far", far(&set))] {
        network::keep(
            &format!("lookup-{segments}-{kind}.f64"),
            places.iter().flat_map(|at| [at.lon(), at.lat()]),
        )
        .expect("the target folder is writable");
        let mut found = Vec::new();
        group.bench_function(kind, |bencher| {
            bencher.iter(|| look_up(&set, black_box(&places), &mut found));
        });
        group.bench_function(format!("{kind}-rstar"), |bencher| {
            bencher.iter(|| look_up_in_rstar(&tree, black_box(&places)));
        });
    }
    group.finish();
}

/// Finds what is near each place, and measures where the place lies relative to each.
fn look_up(set: &CorridorSet, places: &[LatLon], found: &mut Vec<Nearby>) -> usize {
    let radius = Metres::new(RADIUS_M).expect("a length");
    let mut corridors = 0;
    for at in places {
        set.near(*at, radius, found);
        for nearby in found.iter() {
            let location: Location = set.locate_near(nearby, *at);
            black_box((location.edge_m, location.side, location.chainage_m));
        }
        corridors += found.len();
    }
    corridors
}

/// Finds the segments near each place, with their distance in degrees: nobody else measures metres.
fn look_up_in_rstar(tree: &RTree<geo::Line>, places: &[LatLon]) -> usize {
    let mut lines = 0;
    for at in places {
        let point = geo::Point::new(at.lon(), at.lat());
        let nearest = tree
            .locate_within_distance(point, RADIUS_DEGREES * RADIUS_DEGREES)
            .inspect(|_| lines += 1)
            .map(|line| Euclidean.distance(line, &point))
            .min_by(f64::total_cmp);
        black_box(nearest);
    }
    lines
}

/// Draws places within 300 m of a segment.
fn near(network: &Network) -> Vec<LatLon> {
    let segments: Vec<_> = network.segments().collect();
    let mut random = StdRng::seed_from_u64(SEED ^ 1);
    let mut draw = || {
        let ([lon, lat], _) = segments[random.random_range(0..segments.len())];
        let mut off = || random.random_range(-0.0019..0.0019);
        place(lat + off(), lon + off())
    };
    (0..PLACES).map(|_| draw()).collect()
}

/// Draws places that are near nothing.
fn far(set: &CorridorSet) -> Vec<LatLon> {
    let [south, north, west, east] = BOX;
    let mut random = StdRng::seed_from_u64(SEED ^ 2);
    let mut found = Vec::new();
    let mut draw = || {
        loop {
            let at = place(
                random.random_range(south..north),
                random.random_range(west..east),
            );
            set.near(at, Metres::new(FAR_M).expect("a length"), &mut found);
            if found.is_empty() {
                return at;
            }
        }
    };
    (0..PLACES).map(|_| draw()).collect()
}

/// Looks everything up once for a name such as `near/100000`.
fn count_one(name: &str) {
    let (kind, segments) = name.split_once('/').expect("a kind and a size");
    let network = Network::of(segments.parse().expect("a number of segments"));
    let set = network.set();
    let places = match kind {
        "near" => near(&network),
        "far" => far(&set),
        _ => return flights::count_one(&set, &network),
    };
    let mut found = Vec::new();
    counted(|| look_up(&set, &places, &mut found));
}

/// Everything that happens in here is counted.
#[inline(never)]
fn counted<T>(run: impl FnOnce() -> T) {
    black_box(run());
}

fn geo_line((start, end): ([f64; 2], [f64; 2])) -> geo::Line {
    geo::Line::new(start, end)
}

fn place(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).expect("a place in the Balkans")
}
