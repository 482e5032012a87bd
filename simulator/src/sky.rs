//! A scenario under way: from the time since the start to the bytes that arrive on each link.
//!
//! Pure. Invariants, each held by a test:
//!
//! 1. The same scenario, start and seed give the same transmissions, byte for byte, however
//!    often or rarely they are asked for.
//! 2. Each link numbers a sender's frames by itself, as two radios do, so that the numbers
//!    cannot tell that two frames are the same.
//! 3. What one link does to a frame changes nothing about it on another.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::SEED_STRIDE;
use crate::channel::{Cargo, Channel, ChannelCounts};
use crate::flight::Motion;
use crate::frame::FrameKind;
use crate::link::LinkPlan;
use crate::packet::{self, Sender};
use crate::scenario::{Scenario, ScenarioError};
use crate::vehicle::{Saying, Vehicle};

/// Sets the seeds of links apart from those of vehicles.
const LINK_SEED: u64 = 0x5851_f42d_4c95_7f2d;

/// A sky under way.
///
/// 1. Ask [`next_due`](Self::next_due) and wait until then.
/// 2. Call [`poll`](Self::poll) until it returns nothing, and pass the transmissions on.
#[derive(Debug)]
pub struct Sky {
    vehicles: Vec<Vehicle>,
    links: Vec<Link>,
    counts: SkyCounts,
}

/// Something that arrives on a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// When it arrives, since the start.
    pub due: Duration,
    /// The number of the link, from 0.
    pub link: usize,
    /// What it is.
    pub cargo: Cargo,
    /// Its bytes: one frame, or a stretch of garbage.
    pub bytes: Vec<u8>,
}

/// What was said so far, and what has befallen it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkyCounts {
    /// Messages by their kind, before any link or loss.
    pub said: BTreeMap<FrameKind, u64>,
    /// Messages that the vehicles' own loss took.
    pub never_left: u64,
    /// Frames that met a link that was down.
    pub down: u64,
}

#[derive(Debug)]
struct Link {
    plan: LinkPlan,
    channel: Channel,
    /// The number that each sender's next frame gets on this link.
    sequences: BTreeMap<(usize, Sender), u8>,
}

impl Sky {
    /// Puts every vehicle at its start.
    ///
    /// `start_unix_us` is the vehicles' civil time at the start, microseconds since the Unix
    /// epoch.
    ///
    /// # Errors
    ///
    /// Says what in the scenario cannot be shown.
    pub fn new(scenario: &Scenario, start_unix_us: u64, seed: u64) -> Result<Self, ScenarioError> {
        scenario.check()?;
        let vehicles = scenario.vehicles.iter().zip(0_u64..);
        let vehicles = vehicles.map(|(plan, number)| {
            let seed = seed.wrapping_add(number.wrapping_mul(SEED_STRIDE));
            Vehicle::new(plan.clone(), start_unix_us, seed).map_err(ScenarioError::Vehicle)
        });
        let links = scenario.links.iter().zip(1_u64..);
        let links = links.map(|(plan, number)| Link {
            plan: plan.clone(),
            channel: Channel::new(seed ^ number.wrapping_mul(LINK_SEED)),
            sequences: BTreeMap::new(),
        });
        Ok(Self {
            vehicles: vehicles.collect::<Result<_, _>>()?,
            links: links.collect(),
            counts: SkyCounts::default(),
        })
    }

    /// Returns when something may be due next, since the start.
    #[must_use]
    pub fn next_due(&self) -> Duration {
        let arrival = self.next_arrival().map(|(due, _)| due);
        let saying = self.next_saying().map(|(due, _)| due);
        arrival
            .into_iter()
            .chain(saying)
            .min()
            .unwrap_or(Duration::MAX)
    }

    /// Takes what has arrived by `now`, a time since the start, the earliest first.
    pub fn poll(&mut self, now: Duration) -> Option<Transmission> {
        loop {
            let arrival = self.next_arrival().filter(|(due, _)| *due <= now);
            let saying = self.next_saying().filter(|(due, _)| *due <= now);
            match (saying, arrival) {
                (Some((said, sender)), Some((arrived, _))) if said <= arrived => {
                    self.say(sender, said);
                }
                (Some((said, sender)), None) => self.say(sender, said),
                (_, Some((_, link))) => return self.take(link, now),
                (None, None) => return None,
            }
        }
    }

    /// Returns where a vehicle truly is at a time since the start, by its number in the scenario.
    #[must_use]
    pub fn motion_at(&self, vehicle: usize, time: Duration) -> Option<Motion> {
        self.vehicles
            .get(vehicle)
            .map(|vehicle| vehicle.motion_at(time))
    }

    /// Returns what was said so far.
    #[must_use]
    pub fn counts(&self) -> &SkyCounts {
        &self.counts
    }

    /// Returns what has befallen the frames of all links so far.
    #[must_use]
    pub fn channel_counts(&self) -> ChannelCounts {
        let mut sum = ChannelCounts::default();
        for link in &self.links {
            sum += link.channel.counts();
        }
        sum
    }

    fn next_saying(&self) -> Option<(Duration, usize)> {
        let vehicles = self.vehicles.iter().enumerate();
        let dues = vehicles.map(|(number, vehicle)| (vehicle.next_due(), number));
        dues.filter(|(due, _)| *due < Duration::MAX).min()
    }

    fn next_arrival(&self) -> Option<(Duration, usize)> {
        let links = self.links.iter().enumerate();
        let dues = links.filter_map(|(number, link)| Some((link.channel.next_due()?, number)));
        dues.min()
    }

    fn say(&mut self, sender: usize, due: Duration) {
        let vehicle = &mut self.vehicles[sender];
        let first = vehicle.first_sequence();
        let Some(saying) = vehicle.poll_saying(due) else {
            return;
        };
        *self.counts.said.entry(saying.kind).or_default() += 1;
        self.counts.never_left += u64::from(saying.lost);
        for link in &mut self.links {
            if link.plan.carries(sender) {
                let arrives = link.carry(sender, first, &saying);
                self.counts.down += u64::from(!arrives);
            }
        }
    }

    fn take(&mut self, link: usize, now: Duration) -> Option<Transmission> {
        let arrival = self.links[link].channel.poll(now)?;
        Some(Transmission {
            due: arrival.due,
            link,
            cargo: arrival.cargo,
            bytes: arrival.bytes,
        })
    }
}

impl Link {
    /// Numbers a message and sends it, and says whether the link is up.
    ///
    /// What never leaves is numbered too, so that the receiver can count what it misses.
    fn carry(&mut self, sender: usize, first: u8, saying: &Saying) -> bool {
        let sequence = self
            .sequences
            .entry((sender, saying.sender))
            .or_insert(first);
        let frame = packet::encode(saying.sender, *sequence, 0, &saying.body);
        *sequence = sequence.wrapping_add(1);
        let Some(faults) = self.plan.faults_at(saying.due) else {
            return false;
        };
        if !saying.lost {
            self.channel.carry(saying.due, frame, faults);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::channel::LinkFaults;
    use crate::geodesy::Place;
    use crate::link::{Carries, Outage, Spell, Window};
    use crate::plan::VehiclePlan;

    const MINUTE: Duration = Duration::from_secs(60);
    const START_UNIX_US: u64 = 1_770_000_000_000_000;

    #[test]
    fn a_sky_with_one_clean_link_is_its_vehicles() {
        let mut alone = Vehicle::new(plan(7), START_UNIX_US, 5).unwrap();
        let mut expected = Vec::new();
        while let Some(frame) = alone.poll_frame(MINUTE) {
            expected.push((frame.due, frame.bytes));
        }
        let heard = hear(&Scenario::of(vec![plan(7)]), 5);
        let heard: Vec<_> = heard.into_iter().map(|one| (one.due, one.bytes)).collect();
        assert_eq!(heard, expected);
    }

    #[test]
    fn the_same_seed_gives_the_same_transmissions_however_often_it_is_asked() {
        let scenario = rough_sky();
        let once = hear(&scenario, 5);
        assert_eq!(once, hear(&scenario, 5));
        assert_ne!(once, hear(&scenario, 6));
        let mut often = Vec::new();
        let mut asked = sky(&scenario, 5);
        while asked.next_due() <= MINUTE {
            let due = asked.next_due();
            often.extend(std::iter::from_fn(|| asked.poll(due)));
        }
        assert_eq!(once, often);
    }

    #[test]
    fn transmissions_come_in_the_order_in_which_they_arrive() {
        let heard = hear(&rough_sky(), 5);
        assert!(heard.is_sorted_by_key(|one| one.due));
        assert!(1_000 < heard.len(), "{} arrived", heard.len());
    }

    #[test]
    fn two_links_carry_the_same_messages_each_with_its_own_loss_and_numbers() {
        let lossy = |name, loss| LinkPlan {
            faults: LinkFaults {
                loss,
                ..LinkFaults::default()
            },
            ..LinkPlan::new(name)
        };
        let scenario = |loss| Scenario {
            links: vec![lossy("radio", loss), lossy("modem", 0.0)],
            ..Scenario::of(vec![plan(7)])
        };
        let clean = hear(&scenario(0.0), 5);
        let rough = hear(&scenario(0.3), 5);
        assert_eq!(frames_of(&clean, 1), frames_of(&rough, 1), "the other link");
        assert_eq!(frames_of(&clean, 0), frames_of(&clean, 1));
        let whole: BTreeSet<_> = frames_of(&clean, 0).into_iter().collect();
        let kept: BTreeSet<_> = frames_of(&rough, 0).into_iter().collect();
        assert!(kept.is_subset(&whole), "what arrives is what was sent");
        let lost = whole.len() - kept.len();
        assert!((100..190).contains(&lost), "{lost} of {}", whole.len());
    }

    #[test]
    fn links_that_carry_some_vehicles_number_them_apart() {
        let only = |name, senders: &[usize]| LinkPlan {
            carries: Carries::Only(senders.to_vec()),
            ..LinkPlan::new(name)
        };
        let scenario = Scenario {
            links: vec![only("first", &[0]), only("both", &[0, 1])],
            ..Scenario::of(vec![plan(7), plan(8)])
        };
        let heard = hear(&scenario, 5);
        let systems = |link| -> BTreeSet<u8> {
            let heard = heard.iter().filter(|one| one.link == link);
            heard.map(|one| one.bytes[5]).collect()
        };
        assert_eq!(systems(0), BTreeSet::from([7]));
        assert_eq!(systems(1), BTreeSet::from([7, 8]));
        for system_id in [7, 8] {
            let of_system = heard
                .iter()
                .filter(|one| one.link == 1 && one.bytes[5] == system_id);
            let numbers: Vec<u8> = of_system.map(|one| one.bytes[4]).collect();
            let follow = |pair: &[u8]| pair[1] == pair[0].wrapping_add(1);
            assert!(numbers.windows(2).all(follow), "system {system_id}");
        }
    }

    #[test]
    fn nothing_arrives_that_was_sent_while_the_link_was_down() {
        let scenario = Scenario {
            links: vec![LinkPlan {
                down: vec![Outage {
                    window: Window::seconds(20, 40),
                    is_pulled: false,
                }],
                ..LinkPlan::new("radio")
            }],
            ..Scenario::of(vec![plan(7)])
        };
        let heard = hear(&scenario, 5);
        let during = |from, until| {
            let window = Window::seconds(from, until);
            heard.iter().filter(|one| window.contains(one.due)).count()
        };
        assert_eq!(during(20, 40), 0);
        assert!(150 < during(0, 20) && 150 < during(40, 60));
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let refused = |scenario: Scenario| Sky::new(&scenario, 0, 5).unwrap_err();
        assert_eq!(refused(Scenario::of(Vec::new())), ScenarioError::Nobody);
        let unheard = Scenario {
            links: Vec::new(),
            ..Scenario::of(vec![plan(7)])
        };
        assert_eq!(refused(unheard), ScenarioError::NoLink);
        let mut backwards = rough_sky();
        backwards.links[0].spells[0].window = Window::seconds(9, 9);
        assert!(matches!(refused(backwards), ScenarioError::Window { .. }));
        let mut lossy = rough_sky();
        lossy.links[1].faults.loss = -0.1;
        assert!(matches!(refused(lossy), ScenarioError::Link { .. }));
    }

    /// Two vehicles over two links on which everything goes wrong.
    fn rough_sky() -> Scenario {
        let faults = LinkFaults {
            loss: 0.3,
            duplicates: 0.2,
            duplicated_within: Duration::from_secs(1),
            reordered: 0.2,
            reordered_within: Duration::from_secs(5),
            delay: Duration::from_millis(300),
            flipped: 0.1,
            garbage: 0.1,
        };
        let rough = |name| LinkPlan {
            faults,
            spells: vec![Spell {
                window: Window::seconds(10, 20),
                faults: LinkFaults::default(),
            }],
            ..LinkPlan::new(name)
        };
        Scenario {
            links: vec![rough("radio"), rough("modem")],
            ..Scenario::of(vec![plan(7), plan(8)])
        }
    }

    /// The frames of a link without what a link changes: their number and checksum.
    fn frames_of(heard: &[Transmission], link: usize) -> Vec<(Duration, Vec<u8>)> {
        let on_link = heard.iter().filter(|one| one.link == link);
        let unnumbered = |one: &Transmission| {
            let mut bytes = one.bytes[..one.bytes.len() - 2].to_vec();
            bytes[4] = 0;
            (one.due, bytes)
        };
        on_link.map(unnumbered).collect()
    }

    fn hear(scenario: &Scenario, seed: u64) -> Vec<Transmission> {
        let mut sky = sky(scenario, seed);
        std::iter::from_fn(|| sky.poll(MINUTE)).collect()
    }

    fn sky(scenario: &Scenario, seed: u64) -> Sky {
        Sky::new(scenario, START_UNIX_US, seed).unwrap()
    }

    fn plan(system_id: u32) -> VehiclePlan {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        VehiclePlan::new(vec![place(21.0), place(21.5)], system_id)
    }
}
