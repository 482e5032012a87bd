//! Every scenario that the simulator has: what a unit hears of it is what its file says.
//!
//! In memory, from the simulator's sky through frames and reports to alerts, by virtual time. A
//! seed decides the noise and what the links lose; `CORRIDORD_SEEDS` says how many seeds are tried,
//! and a failure names its seed, which `CORRIDORD_SEED` repeats alone. `CORRIDORD_SCENARIO` judges one
//! scenario alone.

use std::collections::BTreeMap;
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
use corridord::monitor::{Monitor, Restored, Settings};
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
    settings: Settings,
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
        let (corridors_of_unit, settings) = configured(file.rules.as_deref().unwrap_or_default());
        Self {
            name: shipped.name,
            scenario: file.scenario(&corridors).expect("a sound scenario"),
            lasts: file.lasts.expect("it ends"),
            expected: file.alerts,
            not_met: file.not_met,
            corridors: Arc::new(corridors_of_unit),
            settings,
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
        let mut unit = Unit::new(self);
        while let Some(heard) = sky.poll(self.lasts) {
            unit.wait_until(heard.due);
            unit.hear(&heard);
        }
        unit.wait_until(self.lasts);
        unit.told.iter().map(told).collect()
    }
}

/// A unit under way, and what it has told.
struct Unit<'a> {
    stage: &'a Stage,
    monitor: Monitor,
    /// Alerts that are held back.
    held: BTreeMap<Uuid, Alert>,
    told: Vec<Alert>,
}

impl<'a> Unit<'a> {
    fn new(stage: &'a Stage) -> Self {
        let corridors = Arc::clone(&stage.corridors);
        Self {
            stage,
            monitor: Monitor::new(stage.settings.clone(), corridors, Restored::default()),
            held: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// Lets time pass, and does what is due meanwhile.
    fn wait_until(&mut self, at: Duration) {
        self.monitor.catch_up(moment(at));
        self.tell();
    }

    fn hear(&mut self, heard: &Transmission) {
        let arrival = Arrival {
            received: moment(heard.due),
            ..Arrival::default()
        };
        let ear = Ear::named(&self.stage.scenario.links[heard.link].name);
        for event in Framer::new(&heard.bytes) {
            if let Event::Frame(frame) = event {
                ear.hear(arrival, &frame, |mut report| {
                    report.sender.namespace = Namespace::new(NAMESPACE);
                    self.monitor.handle_report(&report);
                });
            }
        }
        self.tell();
    }

    fn tell(&mut self) {
        while self.monitor.poll_remark().is_some() {}
        while let Some(decision) = self.monitor.poll_decision() {
            for release in decision.releases {
                self.told.extend(self.held.remove(&release.alert));
            }
            match (decision.alert, decision.held) {
                (Some(alert), None) => self.told.push(alert),
                (Some(alert), Some(_)) => _ = self.held.insert(alert.id, alert),
                (None, _) => {}
            }
        }
    }
}

/// A time since the start by both clocks.
fn moment(at: Duration) -> Moment {
    let micros = u64::try_from(at.as_micros()).expect("a short flight");
    Moment {
        monotonic: Monotonic::from_micros(micros),
        utc: Utc::from_micros(i64::try_from(START_US + micros).expect("this century")),
    }
}

/// Reads the corridors, and sections of a configuration, as a unit reads them.
fn configured(sections: &str) -> (CorridorSet, Settings) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("corridord.toml");
    let text = format!("[corridors]\nfiles = [\"corridors.geojson\"]\n{sections}");
    fs::write(&config, text).expect("the file is written");
    let corridors = folder.path().join("corridors.geojson");
    fs::write(corridors, shipped::CORRIDORS).expect("the file is written");
    let loaded = config::load(Some(&config), &Outside::default(), Purpose::Replay);
    let loaded = loaded.expect("a sound configuration");
    assert_eq!(loaded.warnings, []);
    let read = loaded.settings;
    let settings = Settings {
        unit: read.unit,
        rules: read.rules,
        routes: read.routes,
        attendances: read.attendances,
        gate: read.gate,
        roster: read.roster,
        liveness: read.liveness,
        fleet: read.fleet,
        inhibit: read.inhibit,
        callsigns: read.callsigns,
        ..Settings::default()
    };
    (read.corridors, settings)
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
