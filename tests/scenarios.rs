//! Every scenario that the simulator has: what a unit hears of it is what its file says.
//!
//! In memory, from the simulator's sky through frames and reports to alerts, by virtual time. A
//! seed decides the noise and what the links lose; `CORRIDORD_SEEDS` says how many seeds are tried,
//! and a failure names its seed, which `CORRIDORD_SEED` repeats alone. `CORRIDORD_SCENARIO` judges one
//! scenario alone.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use corridor_sim::scenario::Scenario;
use corridor_sim::scenario::expected::{Difference, Expected, Times, Told, first_difference};
use corridor_sim::scenario::shipped::{self, Shipped};
use corridor_sim::sky::{Sky, Transmission};
use corridord::config::{self, Outside, Purpose};
use corridord::corridor::CorridorSet;
use corridord::link::{Arrival, Ear};
use corridord::monitor::alert::Alert;
use corridord::monitor::fleet::Fleet;
use corridord::monitor::rule::Rule;
use corridord::monitor::storm::Inhibit;
use corridord::monitor::{
    GateSettings, LivenessSettings, Monitor, Restored, RosterSettings, Settings,
};
use corridord::track::Namespace;
use corridord::units::{Moment, Monotonic, Utc};
use corridord::wire::{Event, Framer};
use uuid::Uuid;

use self::seeds::seeds;

#[path = "seeded/seeds.rs"]
mod seeds;

/// When every scenario starts, microseconds since the Unix epoch.
const START_US: u64 = 1_770_000_000_000_000;
/// Seeds that are tried unless the environment says otherwise.
const SEEDS: u64 = 25;
/// All links hear one fleet.
const NAMESPACE: &str = "fleet";

#[test]
fn a_unit_hears_of_every_scenario_what_its_file_says() {
    let met = stages().filter(|stage| stage.not_met.is_none());
    let wrong: Vec<String> = met.filter_map(|stage| stage.judged()).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}

#[test]
fn a_scenario_that_is_not_met_yet_is_not_met() {
    for stage in stages().filter(|stage| stage.not_met.is_some()) {
        let is_met = seeds(SEEDS).all(|seed| stage.difference(seed).is_none());
        assert!(!is_met, "{}: take `not-met` out of its file", stage.name);
    }
}

/// A scenario, and the unit that hears of it.
#[derive(Debug)]
struct Stage {
    name: &'static str,
    scenario: Scenario,
    lasts: Duration,
    expected: Vec<Expected>,
    not_met: Option<String>,
    corridors: Arc<CorridorSet>,
    rules: Vec<Rule>,
}

/// Every scenario, or the one that `CORRIDORD_SCENARIO` names.
fn stages() -> impl Iterator<Item = Stage> {
    let wanted = env::var("CORRIDORD_SCENARIO").ok();
    let is_wanted = move |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    let all = shipped::ALL.iter().filter(move |it| is_wanted(it.name));
    all.map(|shipped| Stage::new(*shipped))
}

impl Stage {
    fn new(shipped: Shipped) -> Self {
        let file = shipped.read().expect("a scenario");
        let corridors = shipped::corridors().expect("corridors");
        let (corridors_of_unit, rules) = configured(file.rules.as_deref().unwrap_or_default());
        Self {
            name: shipped.name,
            scenario: file.scenario(&corridors).expect("a sound scenario"),
            lasts: file.lasts.expect("it ends"),
            expected: file.alerts,
            not_met: file.not_met,
            corridors: Arc::new(corridors_of_unit),
            rules,
        }
    }

    fn difference(&self, seed: u64) -> Option<Difference> {
        first_difference(&self.expected, &self.told(seed))
    }

    /// What differs with which seed, in words, if anything does.
    fn judged(&self) -> Option<String> {
        let differences = self.differences();
        let (seed, difference) = differences.first()?;
        let (name, count) = (self.name, differences.len());
        let told = self.told(*seed);
        let told: Vec<String> = told.iter().map(Told::to_string).collect();
        Some(format!(
            "{name}: {count} seeds differ, CORRIDORD_SEED={seed}: {difference}\n    {}\n",
            told.join("\n    ")
        ))
    }

    /// The seeds with which something differs, on as many threads as the machine has.
    fn differences(&self) -> Vec<(u64, Difference)> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let of_thread = |nth: usize| {
            let mine = seeds(SEEDS).skip(nth).step_by(threads);
            let differ = |seed| Some((seed, self.difference(seed)?));
            mine.filter_map(differ).collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let running: Vec<_> = (0..threads)
                .map(|nth| scope.spawn(move || of_thread(nth)))
                .collect();
            let found = running
                .into_iter()
                .flat_map(|one| one.join().expect("judged"));
            found.collect()
        })
    }

    /// What the unit hears.
    fn told(&self, seed: u64) -> Vec<Told> {
        let mut sky = Sky::new(&self.scenario, START_US, seed).expect("it can be shown");
        let mut monitor = self.monitor();
        let mut alerts = Vec::new();
        while let Some(heard) = sky.poll(self.lasts) {
            self.hear(&mut monitor, &heard);
            let decisions = std::iter::from_fn(|| monitor.poll_decision());
            alerts.extend(decisions.filter_map(|decision| decision.alert));
        }
        alerts.iter().map(told).collect()
    }

    fn hear(&self, monitor: &mut Monitor, heard: &Transmission) {
        let micros = u64::try_from(heard.due.as_micros()).expect("a short flight");
        let arrival = Arrival {
            received: Moment {
                monotonic: Monotonic::from_micros(micros),
                utc: Utc::from_micros(i64::try_from(START_US + micros).expect("this century")),
            },
            ..Arrival::default()
        };
        let ear = Ear::named(&self.scenario.links[heard.link].name);
        monitor.catch_up(arrival.received);
        for event in Framer::new(&heard.bytes) {
            if let Event::Frame(frame) = event {
                ear.hear(arrival, &frame, |mut report| {
                    report.sender.namespace = Namespace::new(NAMESPACE);
                    monitor.handle_report(&report);
                });
            }
        }
    }

    fn monitor(&self) -> Monitor {
        let settings = Settings {
            unit: "unit".to_owned(),
            history: Uuid::nil(),
            rules: self.rules.clone(),
            routes: Vec::new(),
            attendances: Vec::new(),
            gate: GateSettings::default(),
            roster: RosterSettings::default(),
            liveness: LivenessSettings::default(),
            fleet: Fleet::default(),
            inhibit: Inhibit::default(),
            callsigns: BTreeMap::new(),
            recordings: BTreeSet::new(),
        };
        Monitor::new(settings, Arc::clone(&self.corridors), Restored::default())
    }
}

/// Reads the corridors and rules as a unit reads its configuration.
fn configured(rules: &str) -> (CorridorSet, Vec<Rule>) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("corridord.toml");
    let text = format!("[corridors]\nfiles = [\"corridors.geojson\"]\n{rules}");
    fs::write(&config, text).expect("the file is written");
    let corridors = folder.path().join("corridors.geojson");
    fs::write(corridors, shipped::CORRIDORS).expect("the file is written");
    let loaded = config::load(Some(&config), &Outside::default(), Purpose::Replay);
    let loaded = loaded.expect("a sound configuration");
    assert_eq!(loaded.warnings, []);
    (loaded.settings.corridors, loaded.settings.rules)
}

fn told(alert: &Alert) -> Told {
    let written = serde_json::to_value(alert).expect("JSON");
    let text = |name: &str| written[name].as_str().map(str::to_owned);
    let since_start = |time: Utc| {
        let micros = time.as_micros() - i64::try_from(START_US).expect("this century");
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    };
    let key = alert.subject();
    Told {
        event: alert.event.name().to_owned(),
        track: key.replace(&format!("{NAMESPACE}/"), ""),
        corridor: alert.corridor.as_ref().map(|it| it.id.clone()),
        status: text("status").expect("a status"),
        direction: text("direction"),
        times: Some(Times {
            occurred: since_start(alert.occurred_at),
            told: since_start(alert.detected_at),
        }),
    }
}
