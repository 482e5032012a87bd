//! The whole core by virtual time: vehicles on flights at random through corridors at random, heard over links that lose, repeat,
//! reorder and fall silent, by a unit that is killed at any moment, starts again from what it stored, and reads its configuration again.
//!
//! In memory, from messages to what is committed. A seed decides everything. `CORRIDORD_SEEDS` says how many are tried (1,000 by
//! default), and a failure names its seed, which `CORRIDORD_SEED` repeats alone.

mod compare;
mod flight;
mod judge;
mod radio;
mod rules;
#[path = "../seeded/seeds.rs"]
mod seeds;
mod unit;
mod world;

use std::ops::AddAssign;
use std::thread;

use corridord::monitor::alert::Event;
use corridord::monitor::rule::Rule;

use self::compare::Stays;
use self::flight::Flight;
use self::judge::Judge;
use self::radio::Link;
use self::seeds::seeds;
use self::unit::{Fate, Run};
use self::world::World;

/// Seeds that are tried unless the environment says otherwise.
const SEEDS: u64 = 1_000;
/// Seeds of which every kind of story is surely among.
const SEEDS_TELLING: u64 = 100;

#[test]
fn what_a_unit_tells_holds_whatever_befalls_it() {
    let sets = rules::sets();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let of_thread = |nth: usize| {
        let mine = seeds(SEEDS).skip(nth).step_by(threads);
        let mut sum = Tally::default();
        let mut wrong = Vec::new();
        for seed in mine {
            match judged(seed, &sets) {
                Ok(tally) => sum += tally,
                Err(flaw) => wrong.push((seed, flaw)),
            }
        }
        (sum, wrong)
    };
    let found: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|nth| scope.spawn(move || of_thread(nth)))
            .collect();
        let joined = running.into_iter().map(|one| one.join().expect("judged"));
        joined.collect()
    });
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for (sum, flaws) in found {
        tally += sum;
        wrong.extend(flaws);
    }
    wrong.sort();
    let flaws = wrong.iter().take(5);
    let flaws: Vec<String> = flaws
        .map(|(seed, flaw)| format!("CORRIDORD_SEED={seed}: {flaw}"))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} seeds:\n{}",
        wrong.len(),
        flaws.join("\n")
    );
    if SEEDS_TELLING <= tally.seeds {
        tally.assert_telling();
    }
}

/// How much was judged.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    seeds: u64,
    stays_compared: usize,
    entered: usize,
    dwelling: usize,
    crossed: usize,
    exited: usize,
    kills: usize,
    torn: usize,
    reloads: usize,
}

impl Tally {
    /// Asserts that there was something of everything to judge.
    fn assert_telling(&self) {
        let seeds = usize::try_from(self.seeds).expect("a number of seeds");
        for (what, count) in [
            ("ends of stays that are compared", self.stays_compared),
            ("entered", self.entered),
            ("exited", self.exited),
            ("kills", self.kills),
        ] {
            assert!(seeds <= count, "{count} {what}: {self:?}");
        }
        for (what, count) in [
            ("dwelling", self.dwelling),
            ("crossed", self.crossed),
            ("kills with something in hand", self.torn),
            ("reloads", self.reloads),
        ] {
            assert!(seeds / 10 <= count, "{count} {what}: {self:?}");
        }
    }

    fn take(&mut self, run: &Run) {
        let count = |event| run.told.iter().filter(|it| it.alert.event == event).count();
        self.entered += count(Event::Entered);
        self.dwelling += count(Event::Dwelling);
        self.crossed += count(Event::Crossed);
        self.exited += count(Event::Exited);
        self.kills += run.kills[0];
        self.torn += run.kills[1];
        self.reloads += run.reloads;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.stays_compared += other.stays_compared;
        self.entered += other.entered;
        self.dwelling += other.dwelling;
        self.crossed += other.crossed;
        self.exited += other.exited;
        self.kills += other.kills;
        self.torn += other.torn;
        self.reloads += other.reloads;
    }
}

/// Flies the world of a seed twice, heard well and heard badly, and says what does not hold.
fn judged(seed: u64, sets: &[Vec<Rule>]) -> Result<Tally, String> {
    let world = World::of_seed(seed);
    let flights = Flight::of_seed(seed, &world);
    let samples = radio::said(seed, &flights);
    let rules = &sets[usize::try_from(seed).unwrap_or(0) % sets.len()];
    let judge = Judge {
        world: &world,
        rules,
        flights: &flights,
        samples: &samples,
    };
    let run = |links: &[Link], fate: &Fate| {
        let arrivals = radio::arrivals(seed, &samples, links);
        unit::run(&world, rules, &samples, &arrivals, fate)
    };
    let clean = run(&[Link::default()], &Fate::default());
    let faulty = run(&Link::bad_ones(seed), &Fate::of_seed(seed));
    let mut tally = Tally {
        seeds: 1,
        ..Tally::default()
    };
    for (name, run) in [("heard well", &clean), ("heard badly", &faulty)] {
        if let Some(flaw) = judge.flaw(run) {
            return Err(format!("{name}: {flaw}"));
        }
        tally.take(run);
    }
    let [clean, faulty] = [clean, faulty].map(|run| Stays::of(&run, &flights, rules));
    tally.stays_compared = clean.count();
    let truly = Stays::truly(&world, &flights, rules);
    let difference = truly
        .difference_heard_well(&clean)
        .or_else(|| clean.difference_heard_badly(&faulty));
    match difference {
        Some(difference) => Err(difference),
        None => Ok(tally),
    }
}
