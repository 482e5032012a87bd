//! What rules cost a fix: ten thousand vehicles, heard in turn, under twenty rules and under none.
//!
//!     cargo bench --bench rules
//!
//! prints, beside what criterion measures, how many nanoseconds a fix takes with the rules and the
//! corridors, without both, and the difference, which is what looking for corridors and stepping rules
//! takes. Each figure is the least of several rounds, taken in turn.

#[path = "../lookup/network.rs"]
#[expect(dead_code, reason = "the bench of lookups asks for more of it")]
mod network;
mod traffic;

use std::sync::Arc;
use std::time::Instant;

use corridord::corridor::{CorridorSet, Region, geojson, shipped};
use corridord::monitor::Monitor;
use criterion::{Criterion, Throughput};

use network::Network;
use traffic::{TRACKS, Traffic, Where};

/// Rules that watch the corridors.
const RULES: u32 = 20;
/// Segments of the set that is drawn.
const SEGMENTS: usize = 100_000;
/// Rounds that let everybody settle, and rounds that are measured.
const WARM_UP: u32 = 20;
const ROUNDS: u32 = 60;

/// The places that are measured, by name.
const PLACES: [(&str, Where); 4] = [
    ("far", Where::Far),
    ("inside", Where::Inside),
    ("beside", Where::Beside),
    ("on-the-edge", Where::OnTheEdge),
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let network = Arc::new(Network::of(SEGMENTS).set());
    for (name, set) in [("shipped", shipped_set()), ("drawn", network)] {
        for (place, at) in PLACES {
            compare(&format!("{name}, {place}"), &set, at);
            measure(&mut criterion, &format!("{name}-{place}"), &set, at);
        }
    }
    criterion.final_summary();
}

fn shipped_set() -> Arc<CorridorSet> {
    let file = geojson::read(shipped::WESTERN_BALKANS, &Region::default()).expect("it is sound");
    Arc::new(CorridorSet::new(file.corridors, file.places).expect("ids differ"))
}

/// Vehicles and a monitor that has heard them for a while.
struct Scene {
    traffic: Traffic,
    monitor: Monitor,
}

impl Scene {
    fn of(set: &Arc<CorridorSet>, place: Where, rules: u32) -> Self {
        let monitor = if rules == 0 {
            let nothing = CorridorSet::new(Vec::new(), Vec::new()).expect("no ids");
            traffic::monitor(Vec::new(), Arc::new(nothing))
        } else {
            traffic::monitor(traffic::rules(rules), Arc::clone(set))
        };
        let mut scene = Self {
            traffic: Traffic::over(set, place, TRACKS),
            monitor,
        };
        for _ in 0..WARM_UP {
            scene.traffic.round(&mut scene.monitor);
        }
        scene
    }

    /// Nanoseconds a fix in one round, and alerts.
    fn round(&mut self) -> (f64, usize) {
        #[expect(clippy::disallowed_methods, reason = "a bench measures")]
        let start = Instant::now();
        let alerts = self.traffic.round(&mut self.monitor);
        #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
        let fixes = TRACKS as f64;
        (start.elapsed().as_secs_f64() * 1e9 / fixes, alerts)
    }
}

/// Prints what the rules add.
fn compare(name: &str, set: &Arc<CorridorSet>, place: Where) {
    let mut with = Scene::of(set, place, RULES);
    let mut without = Scene::of(set, place, 0);
    let (mut with_ns, mut without_ns, mut alerts) = (f64::INFINITY, f64::INFINITY, 0);
    let mut sum_ns = 0.0;
    for _ in 0..ROUNDS {
        let (ns, told) = with.round();
        with_ns = with_ns.min(ns);
        sum_ns += ns;
        alerts += told;
        let (ns, _) = without.round();
        without_ns = without_ns.min(ns);
        sum_ns -= ns;
    }
    let mean_ns = sum_ns / f64::from(ROUNDS);
    tell(&format!(
        "{name}: {:.0} ns a fix with {RULES} rules, {without_ns:.0} ns with none, \
         {:.0} ns for the rules at least, {mean_ns:.0} ns on average; {alerts} alerts",
        with_ns,
        with_ns - without_ns
    ));
}

fn measure(criterion: &mut Criterion, name: &str, set: &Arc<CorridorSet>, place: Where) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.throughput(Throughput::Elements(TRACKS as u64));
    for (rules, label) in [(RULES, "rules"), (0, "none")] {
        let mut scene = Scene::of(set, place, rules);
        group.bench_function(label, |bencher| bencher.iter(|| scene.round()));
    }
    group.finish();
}

#[expect(clippy::print_stdout, reason = "a bench tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}
