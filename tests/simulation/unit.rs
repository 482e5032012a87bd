//! A unit that hears, is killed at any moment, and starts again from what it has stored.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use corridord::monitor::alert::Alert;
use corridord::monitor::memory::{Memory, Topic};
use corridord::monitor::rule::Rule;
use corridord::monitor::standing::StandingRecord;
use corridord::monitor::{Decision, Monitor, Restored, Settings};
use corridord::units::{Moment, Monotonic, Utc};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::flight::FLIGHT_S;
use super::radio::{Arrival, Sample};
use super::world::World;

/// When every flight starts, microseconds since the Unix epoch.
pub(crate) const START_US: i64 = 1_770_000_000_000_000;
/// How long it takes to start again at most.
const DOWN_MAX_MS: u64 = 3_000;

/// When the unit dies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    /// At these times since the start, between two messages.
    kills: Vec<Duration>,
    /// Reads its configuration again at these times, written in another order each time.
    reloads: Vec<Duration>,
    /// With these decisions in hand, counted from the first: before they are committed.
    torn: BTreeSet<usize>,
    rng_seed: u64,
}

impl Fate {
    pub(crate) fn of_seed(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0xfa7e);
        let kills = (0..rng.random_range(0..3)).map(|_| rng.random_range(0..FLIGHT_S));
        let kills = kills.map(|second| Duration::from_secs(second.into()));
        let mut kills: Vec<Duration> = kills.collect();
        kills.sort_unstable();
        let reloads = (0..rng.random_range(0..3)).map(|_| rng.random_range(0..FLIGHT_S));
        let reloads = reloads.map(|second| Duration::from_secs(second.into()));
        let mut reloads: Vec<Duration> = reloads.collect();
        reloads.sort_unstable();
        let torn = (0..rng.random_range(0..4)).map(|_| rng.random_range(0..8));
        Self {
            kills,
            reloads,
            torn: torn.collect(),
            rng_seed: seed ^ 0xdead,
        }
    }
}

/// What was told, and what was known then.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) alert: Alert,
    /// When it was committed, since the start.
    pub(crate) at: Duration,
    /// How many messages had been heard.
    pub(crate) heard: usize,
}

/// What a run left behind.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) told: Vec<Told>,
    /// The samples that were heard, in order, with the time at which the unit had started last.
    pub(crate) heard: Vec<(usize, Duration)>,
    /// What was stored against the rules of a store, in words.
    pub(crate) flaws: Vec<String>,
    /// How often it was killed, and how often with something in hand.
    pub(crate) kills: [usize; 2],
    /// How often it read its configuration again.
    pub(crate) reloads: usize,
}

/// What the database keeps: the last of each.
#[derive(Debug, Default)]
struct Store {
    standings: BTreeMap<[String; 3], StandingRecord>,
    memories: BTreeMap<(Topic, String), Memory>,
}

impl Store {
    /// Commits what a decision says, and says what is wrong with it.
    fn commit(&mut self, standing: &StandingRecord) -> Option<String> {
        let key = [&standing.rule, &standing.track, &standing.corridor].map(Clone::clone);
        let before = self.standings.insert(key, standing.clone())?;
        let goes_on = (before.episode, before.alerts) <= (standing.episode, standing.alerts)
            && standing.episode <= before.episode + 1;
        (!goes_on).then(|| format!("the standing {before:?} was followed by {standing:?}"))
    }

    fn remember(&mut self, memory: Memory) {
        let key = (memory.topic, memory.key.clone());
        if memory.state.is_some() {
            self.memories.insert(key, memory);
        } else {
            self.memories.remove(&key);
        }
    }

    /// What a start finds.
    fn restored(&self) -> Restored {
        Restored {
            standings: self.standings.values().cloned().collect(),
            memories: self.memories.values().cloned().collect(),
        }
    }
}

/// Lets a unit with these rules hear what arrives.
pub(crate) fn run(
    world: &World,
    rules: &[Rule],
    samples: &[Sample],
    arrivals: &[Arrival],
    fate: &Fate,
) -> Run {
    let mut unit = Unit {
        world,
        rules,
        store: Store::default(),
        monitor: monitor(world, rules, Restored::default()),
        started: Duration::ZERO,
        down_until: Duration::ZERO,
        kills: fate.kills.iter().copied().collect(),
        reloads: fate.reloads.iter().copied().collect(),
        torn: fate.torn.clone(),
        decided: 0,
        rng: StdRng::seed_from_u64(fate.rng_seed),
        run: Run::default(),
    };
    for arrival in arrivals {
        unit.hear(samples, *arrival);
    }
    let end = arrivals.last().map_or(Duration::ZERO, |last| last.due);
    for second in 1..=60 {
        unit.wait_until(end + Duration::from_secs(second));
    }
    unit.run
}

struct Unit<'a> {
    world: &'a World,
    rules: &'a [Rule],
    store: Store,
    monitor: Monitor,
    started: Duration,
    down_until: Duration,
    kills: VecDeque<Duration>,
    reloads: VecDeque<Duration>,
    torn: BTreeSet<usize>,
    decided: usize,
    rng: StdRng,
    run: Run,
}

impl Unit<'_> {
    fn hear(&mut self, samples: &[Sample], arrival: Arrival) {
        if let Some(kill) = self.kills.front().copied().filter(|it| *it <= arrival.due) {
            self.kills.pop_front();
            self.start_again(kill);
        }
        if arrival.due < self.down_until {
            return;
        }
        if let Some(at) = self
            .reloads
            .front()
            .copied()
            .filter(|it| *it <= arrival.due)
        {
            self.reloads.pop_front();
            self.reload(at.max(self.down_until));
        }
        let now = self.now(arrival.due);
        self.run.heard.push((arrival.sample, self.started));
        self.monitor.catch_up(now);
        let sample = &samples[arrival.sample];
        let report = sample.report(arrival.sample, arrival.link, now);
        self.monitor.handle_report(&report);
        self.commit(arrival.due);
    }

    fn wait_until(&mut self, at: Duration) {
        let now = self.now(at);
        self.monitor.catch_up(now);
        self.commit(at);
    }

    /// Commits what was decided, one transaction each, unless it dies before.
    fn commit(&mut self, at: Duration) {
        while let Some(decision) = self.monitor.poll_decision() {
            let number = self.decided;
            self.decided += 1;
            if self.torn.remove(&number) {
                self.run.kills[1] += 1;
                self.start_again(at);
                return;
            }
            self.take(decision, at);
        }
        while self.monitor.poll_notice().is_some() {}
        while self.monitor.poll_remark().is_some() {}
    }

    fn take(&mut self, decision: Decision, at: Duration) {
        for standing in decision.standings() {
            self.run.flaws.extend(self.store.commit(standing));
        }
        for memory in decision.memories {
            self.store.remember(memory);
        }
        if let Some(alert) = decision.alert {
            self.run.told.push(Told {
                alert,
                at,
                heard: self.run.heard.len(),
            });
        }
    }

    /// Dies with all that is not stored, and is there again after a while.
    fn start_again(&mut self, at: Duration) {
        self.run.kills[0] += 1;
        let down = Duration::from_millis(self.rng.random_range(0..DOWN_MAX_MS));
        self.down_until = at + down;
        self.started = self.down_until;
        self.monitor = monitor(self.world, self.rules, self.store.restored());
    }

    /// Reads the same configuration again: its rules and corridors have other numbers then, and nothing
    /// else changes.
    fn reload(&mut self, at: Duration) {
        self.run.reloads += 1;
        let is_turned = self.run.reloads % 2 == 1;
        let mut rules = self.rules.to_vec();
        if is_turned {
            rules.reverse();
        }
        let corridors = if is_turned {
            &self.world.turned
        } else {
            &self.world.corridors
        };
        let now = self.now(at);
        self.monitor
            .reload(now, settings(&rules), Arc::clone(corridors));
        self.commit(at);
    }

    /// The monotonic clock begins anew with each start.
    fn now(&self, at: Duration) -> Moment {
        let micros = |span: Duration| u64::try_from(span.as_micros()).expect("a short flight");
        let utc_us = START_US + i64::try_from(micros(at)).expect("a short flight");
        Moment {
            monotonic: Monotonic::from_micros(micros(at.saturating_sub(self.started))),
            utc: Utc::from_micros(utc_us),
        }
    }
}

fn monitor(world: &World, rules: &[Rule], earlier: Restored) -> Monitor {
    Monitor::new(settings(rules), Arc::clone(&world.corridors), earlier)
}

fn settings(rules: &[Rule]) -> Settings {
    Settings {
        unit: "unit".to_owned(),
        rules: rules.to_vec(),
        ..Settings::default()
    }
}
