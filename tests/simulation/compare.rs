//! The stays of tame flights: heard well, they are the true ones; heard badly, they are those that were heard well.

use std::collections::BTreeMap;
use std::time::Duration;

use corridord::monitor::alert::Event;
use corridord::monitor::rule::Rule;

use super::flight::Flight;
use super::judge::Key;
use super::unit::{Run, START_US};
use super::world::World;
use super::{judge, radio};

/// What the confirmation and the time between two fixes may put an event off by that is heard well.
const HEARD_WELL_WITHIN: Duration = Duration::from_secs(3);
/// What all faults together may put an event off by: silences of both links, starts of the unit, and the confirmation after them.
const HEARD_BADLY_WITHIN: Duration = Duration::from_secs(25);

/// When tracks were told as inside, in order.
#[derive(Debug)]
pub(crate) struct Stays(BTreeMap<Key, Vec<(Event, Duration)>>);

impl Stays {
    /// Those of tame flights under the rules that tell both ends of a stay.
    pub(crate) fn of(run: &Run, flights: &[Flight], rules: &[Rule]) -> Self {
        let is_compared = |key: &Key| {
            let rule = rules.iter().find(|rule| rule.name == key.0);
            let tracks = flights.iter().enumerate();
            let mut tame = tracks.filter(|(_, flight)| flight.is_tame);
            rule.is_some() && tame.any(|(number, _)| radio::track_of(number) == key.1)
        };
        let mut stays: BTreeMap<Key, Vec<(Event, Duration)>> = BTreeMap::new();
        for told in &run.told {
            let alert = &told.alert;
            if ![Event::Entered, Event::Crossed, Event::Exited].contains(&alert.event) {
                continue;
            }
            let since_us = alert.occurred_at.as_micros() - START_US;
            let at = Duration::from_micros(u64::try_from(since_us).unwrap_or(0));
            let keys = judge::stories(alert).into_iter().map(|(key, _)| key);
            for key in keys.filter(is_compared) {
                stays.entry(key).or_default().push((alert.event, at));
            }
        }
        Self(stays)
    }

    /// Those that there truly are.
    pub(crate) fn truly(world: &World, flights: &[Flight], rules: &[Rule]) -> Self {
        let mut stays = BTreeMap::new();
        let tame = flights.iter().enumerate().filter(|(_, it)| it.is_tame);
        for (number, flight) in tame {
            let there = world.grounds.iter();
            for ground in there.filter(|it| it.counts_at(flight.height_m)) {
                let index = world.corridors.find(&ground.id).expect("it is there");
                let corridor = world.corridors.get(index);
                let events = flight
                    .crossings(ground)
                    .into_iter()
                    .map(|(second, is_inwards)| {
                        let event = if is_inwards {
                            Event::Entered
                        } else {
                            Event::Exited
                        };
                        (event, Duration::from_secs_f64(second))
                    });
                let events: Vec<(Event, Duration)> = events.collect();
                let watching = rules.iter().filter(|rule| rule.corridors.matches(corridor));
                for rule in watching.filter(|_| !events.is_empty()) {
                    let key = (
                        rule.name.clone(),
                        radio::track_of(number),
                        ground.id.clone(),
                    );
                    stays.insert(key, events.clone());
                }
            }
        }
        Self(stays)
    }

    /// How many events there are.
    pub(crate) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Says in words what differs first in what was heard well.
    pub(crate) fn difference_heard_well(&self, heard: &Self) -> Option<String> {
        self.difference("truly", heard, "heard well", HEARD_WELL_WITHIN)
    }

    /// Says in words what differs first in what was heard badly.
    pub(crate) fn difference_heard_badly(&self, heard: &Self) -> Option<String> {
        self.difference("heard well", heard, "heard badly", HEARD_BADLY_WITHIN)
    }

    fn difference(
        &self,
        name: &str,
        other: &Self,
        other_name: &str,
        within: Duration,
    ) -> Option<String> {
        let mut keys = self.0.keys().chain(other.0.keys());
        keys.find_map(|key| {
            let nothing = Vec::new();
            let [one, two] = [self, other].map(|it| it.0.get(key).unwrap_or(&nothing));
            let is_same = one.len() == two.len()
                && one
                    .iter()
                    .zip(two)
                    .all(|(one, two)| one.0 == two.0 && one.1.abs_diff(two.1) <= within);
            (!is_same).then(|| format!("{key:?}: {name} {one:?}, {other_name} {two:?}"))
        })
    }
}
