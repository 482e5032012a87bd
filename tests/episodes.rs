//! One flight, heard badly: the episodes are those of the flight that was heard well.
//!
//! In memory, from the simulator's sky through frames and reports to decisions. A seed decides how
//! bad the links are; `CORRIDORD_SEEDS` says how many seeds are tried (200 by default), and a failure
//! names its seed, which `CORRIDORD_SEED` repeats alone.

use std::sync::Arc;
use std::time::Duration;

use corridor_sim::channel::LinkFaults;
use corridor_sim::geodesy::Place;
use corridor_sim::link::LinkPlan;
use corridor_sim::plan::VehiclePlan;
use corridor_sim::scenario::Scenario;
use corridor_sim::sky::{Sky, Transmission};
use corridord::corridor::{CorridorSet, Region, geojson};
use corridord::link::{Arrival, Ear};
use corridord::monitor::alert::Alert;
use corridord::monitor::rule::Rule;
use corridord::monitor::{Monitor, Restored, Settings};
use corridord::track::Namespace;
use corridord::units::{Moment, Monotonic, Utc};
use corridord::wire::{Event, Framer};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use self::seeds::seeds;

#[path = "seeded/seeds.rs"]
mod seeds;

/// When every flight starts, microseconds since the Unix epoch.
const START_US: u64 = 1_770_000_000_000_000;
/// How long a flight lasts: long enough to be inside three times, and for what is late to arrive.
const FLIGHT: Duration = Duration::from_secs(390);
/// Two minutes for one way in and out of the strip, three of them inside.
const STAYS: usize = 3;
const LOSS_MAX: f64 = 0.3;
const REORDERED_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn a_flight_that_is_heard_badly_has_the_episodes_of_the_one_that_is_heard_well() {
    let mut befallen = [0_u64; 3];
    for seed in seeds(200) {
        let clean = told(&[LinkPlan::new("radio")], seed, &mut [0; 3]);
        assert_eq!(clean.len(), 2 * STAYS, "seed {seed}: {clean:?}");
        let faulty = told(&bad_links(seed), seed, &mut befallen);
        assert_eq!(faulty, clean, "CORRIDORD_SEED={seed}");
    }
    let [lost, duplicated, held_back] = befallen;
    assert!(
        0 < lost && 0 < duplicated && 0 < held_back,
        "the links were bad: {befallen:?}"
    );
}

/// Two links that lose, repeat and reorder, of which the second is late as a whole.
fn bad_links(seed: u64) -> [LinkPlan; 2] {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut faults = |delay_ms| LinkFaults {
        loss: rng.random_range(0.0..=LOSS_MAX),
        duplicates: rng.random_range(0.0..0.3),
        duplicated_within: REORDERED_WITHIN,
        reordered: rng.random_range(0.0..0.5),
        reordered_within: REORDERED_WITHIN,
        delay: Duration::from_millis(delay_ms),
        ..LinkFaults::default()
    };
    [("radio", 20), ("lte", 900)].map(|(name, delay_ms)| LinkPlan {
        faults: faults(delay_ms),
        ..LinkPlan::new(name)
    })
}

/// What is told of the flight of a seed, alert by alert: whose, what, which episode, which side.
fn told(links: &[LinkPlan], seed: u64, befallen: &mut [u64; 3]) -> Vec<String> {
    let mut scenario = Scenario::of(vec![in_and_out()]);
    scenario.links = links.to_vec();
    let mut sky = Sky::new(&scenario, START_US, seed).expect("a sound scenario");
    let mut monitor = monitor();
    let mut alerts = Vec::new();
    while let Some(heard) = sky.poll(FLIGHT) {
        hear(&mut monitor, links, &heard);
        alerts.extend(std::iter::from_fn(|| monitor.poll_decision()).filter_map(|one| one.alert));
    }
    let counts = sky.channel_counts();
    for (sum, count) in befallen
        .iter_mut()
        .zip([counts.lost, counts.duplicated, counts.held_back])
    {
        *sum += count;
    }
    alerts.iter().map(in_words).collect()
}

fn hear(monitor: &mut Monitor, links: &[LinkPlan], heard: &Transmission) {
    let micros = u64::try_from(heard.due.as_micros()).expect("a short flight");
    let arrival = Arrival {
        received: Moment {
            monotonic: Monotonic::from_micros(micros),
            utc: Utc::from_micros(i64::try_from(START_US + micros).expect("this century")),
        },
        ..Arrival::default()
    };
    let ear = Ear::named(&links[heard.link].name);
    for event in Framer::new(&heard.bytes) {
        if let Event::Frame(frame) = event {
            ear.hear(arrival, &frame, |mut report| {
                report.sender.namespace = Namespace::new("fleet");
                monitor.handle_report(&report);
            });
        }
    }
}

fn in_words(alert: &Alert) -> String {
    let corridor = alert.corridor.as_ref().map(|corridor| corridor.id.as_str());
    let episode = alert.episode.map(|episode| (episode.id, episode.index));
    let side = |edge: &Option<corridord::monitor::alert::EdgeCrossing>| {
        edge.as_ref().and_then(|edge| edge.side.clone())
    };
    format!(
        "{} {} of {corridor:?}, episode {episode:?}, in on {:?}, out on {:?}",
        alert.subject(),
        alert.event,
        side(&alert.entry),
        side(&alert.exit),
    )
}

/// A vehicle that comes 100 m over the centreline and goes 300 m beyond the edge, again and again.
fn in_and_out() -> VehiclePlan {
    let place = |lat, lon| Place::new(lat, lon).expect("a place");
    VehiclePlan {
        speed_mps: 5.0,
        start_m: 500.0,
        offset_m: 200.0,
        sway_m: 300.0,
        sway_period_s: 120.0,
        position_hz: 4.0,
        raw_hz: 2.0,
        noise_m: 1.5,
        ..VehiclePlan::new(vec![place(41.5, 22.0), place(41.5, 22.048)], 1)
    }
}

fn monitor() -> Monitor {
    let strip = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"id": "strip", "half_width_m": 200},
         "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.048, 41.5]]}}]}"#;
    let file = geojson::read(strip, &Region::default()).expect("a sound corridor");
    let corridors = CorridorSet::new(file.corridors, file.places).expect("one corridor");
    let settings = Settings {
        unit: "unit".to_owned(),
        rules: vec![Rule::default()],
        ..Settings::default()
    };
    Monitor::new(settings, Arc::new(corridors), Restored::default())
}
