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
use crate::ear::{Ear, EarCounts};
use crate::flight::Motion;
use crate::flood::Flood;
use crate::frame::FrameKind;
use crate::link::LinkPlan;
use crate::packet::{self, Sender};
use crate::scenario::{Scenario, ScenarioError};
use crate::signing::{self, FLAG_SIGNED};
use crate::vehicle::{Saying, Vehicle};

/// Sets the seeds of links apart from those of vehicles.
const LINK_SEED: u64 = 0x5851_f42d_4c95_7f2d;

/// A sky under way.
///
/// 1. Ask [`next_due`](Self::next_due) and wait until then.
/// 2. Call [`poll`](Self::poll) until it returns nothing, and pass the transmissions on.
#[derive(Debug)]
pub struct Sky {
    sources: Vec<Source>,
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
    /// Messages that left their sender, by their kind.
    pub said: BTreeMap<FrameKind, u64>,
    /// Messages that the vehicles' own loss took.
    pub never_left: u64,
    /// Frames that met a link that was down.
    pub down: u64,
}

/// Who says something.
#[derive(Debug)]
enum Source {
    Vehicle(Box<Vehicle>),
    Flood(Box<Flood>),
}

impl Source {
    fn next_due(&self) -> Duration {
        match self {
            Self::Vehicle(vehicle) => vehicle.next_due(),
            Self::Flood(flood) => flood.next_due(),
        }
    }

    fn first_sequence(&self) -> u8 {
        match self {
            Self::Vehicle(vehicle) => vehicle.first_sequence(),
            Self::Flood(_) => 0,
        }
    }

    fn poll_saying(&mut self, now: Duration) -> Option<Saying> {
        match self {
            Self::Vehicle(vehicle) => vehicle.poll_saying(now),
            Self::Flood(flood) => flood.poll_saying(now),
        }
    }
}

#[derive(Debug)]
struct Link {
    plan: LinkPlan,
    /// What signatures call it.
    id: u8,
    channel: Channel,
    ear: Ear,
    streams: BTreeMap<(usize, Sender), Stream>,
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
        let mut seeds =
            std::iter::successors(Some(seed), |seed| Some(seed.wrapping_add(SEED_STRIDE)));
        let mut sources = Vec::with_capacity(scenario.vehicles.len() + scenario.floods.len());
        for (plan, seed) in scenario.vehicles.iter().zip(&mut seeds) {
            let vehicle = Vehicle::new(plan.clone(), start_unix_us, seed);
            let vehicle = vehicle.map_err(ScenarioError::Vehicle)?;
            sources.push(Source::Vehicle(Box::new(vehicle)));
        }
        for (plan, seed) in scenario.floods.iter().zip(&mut seeds) {
            let flood = Flood::new(plan.clone(), start_unix_us, seed);
            sources.push(Source::Flood(Box::new(
                flood.map_err(ScenarioError::Flood)?,
            )));
        }
        let links = scenario.links.iter().zip(1_u64..);
        let links = links.map(|(plan, number)| Link {
            plan: plan.clone(),
            ear: Ear::default(),
            channel: Channel::new(seed ^ number.wrapping_mul(LINK_SEED)),
            id: number.to_le_bytes()[0],
            streams: BTreeMap::new(),
        });
        Ok(Self {
            sources,
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
        match self.sources.get(vehicle)? {
            Source::Vehicle(vehicle) => Some(vehicle.motion_at(time)),
            Source::Flood(_) => None,
        }
    }

    /// Takes bytes that came back on a link at `now`, a time since the start.
    ///
    /// Every vehicle that the link carries hears them, and answers what it is asked.
    pub fn hear(&mut self, now: Duration, link: usize, bytes: &[u8]) {
        let Some(link) = self.links.get_mut(link) else {
            return;
        };
        for message in link.ear.hear(bytes) {
            for (number, source) in self.sources.iter_mut().enumerate() {
                match source {
                    Source::Vehicle(vehicle) if link.plan.carries(number) => {
                        vehicle.hear(now, &message);
                    }
                    Source::Vehicle(_) | Source::Flood(_) => {}
                }
            }
        }
    }

    /// Returns what has come back on a link so far.
    #[must_use]
    pub fn heard(&self, link: usize) -> EarCounts {
        self.links
            .get(link)
            .map(|link| link.ear.counts())
            .unwrap_or_default()
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
        let sources = self.sources.iter().enumerate();
        let dues = sources.map(|(number, source)| (source.next_due(), number));
        dues.filter(|(due, _)| *due < Duration::MAX).min()
    }

    fn next_arrival(&self) -> Option<(Duration, usize)> {
        let links = self.links.iter().enumerate();
        let dues = links.filter_map(|(number, link)| Some((link.channel.next_due()?, number)));
        dues.min()
    }

    fn say(&mut self, sender: usize, due: Duration) {
        let source = &mut self.sources[sender];
        let first = source.first_sequence();
        let Some(saying) = source.poll_saying(due) else {
            return;
        };
        if saying.lost {
            self.counts.never_left += 1;
        } else {
            *self.counts.said.entry(saying.kind).or_default() += 1;
        }
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
    /// Numbers and signs a message and sends it, and says whether the link is up.
    ///
    /// What never leaves is numbered too, so that the receiver can count what it misses.
    fn carry(&mut self, sender: usize, first: u8, saying: &Saying) -> bool {
        let stream = self.streams.entry((sender, saying.sender));
        let stream = stream.or_insert_with(|| Stream::new(first));
        let frame = stream.frame(saying, self.id);
        let Some(faults) = self.plan.faults_at(saying.due) else {
            return false;
        };
        if saying.lost {
            return true;
        }
        self.channel.carry(saying.due, frame, faults);
        if let Some(first) = stream.first_signed.as_ref().filter(|_| is_replayed(saying)) {
            self.channel.carry(saying.due, first.clone(), faults);
        }
        true
    }
}

fn is_replayed(saying: &Saying) -> bool {
    saying.signing.is_some_and(|signing| signing.is_replayed)
}

/// What one sender has said on one link.
#[derive(Debug)]
struct Stream {
    /// The number of the next frame.
    sequence: u8,
    /// The timestamp of the last signature, in its steps.
    steps: u64,
    /// The first frame that was signed.
    first_signed: Option<Vec<u8>>,
}

impl Stream {
    fn new(sequence: u8) -> Self {
        Self {
            sequence,
            steps: 0,
            first_signed: None,
        }
    }

    fn frame(&mut self, saying: &Saying, link_id: u8) -> Vec<u8> {
        if saying.is_anew {
            self.sequence = 0;
        }
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let Some(signing) = saying.signing else {
            return packet::encode(saying.sender, sequence, saying.flags, &saying.body);
        };
        // No timestamp is good twice.
        self.steps = signing.steps.max(self.steps + 1);
        let flags = saying.flags | FLAG_SIGNED;
        let mut frame = packet::encode(saying.sender, sequence, flags, &saying.body);
        signing::sign(&mut frame, signing.key, link_id, self.steps);
        if let Some(last) = frame.last_mut().filter(|_| signing.is_broken) {
            *last ^= 1;
        }
        self.first_signed.get_or_insert_with(|| frame.clone());
        frame
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::channel::LinkFaults;
    use crate::fault::{FaultKind, VehicleFault};
    use crate::geodesy::Place;
    use crate::link::{Carries, Outage, Spell};
    use crate::plan::VehiclePlan;
    use crate::signing::SigningKey;
    use crate::window::Window;

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
    fn a_vehicle_that_says_everything_says_each_kind() {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        let plan = VehiclePlan::saying_everything(vec![place(21.0), place(21.5)], 7);
        let mut sky = sky(&Scenario::of(vec![plan]), 5);
        let heard: Vec<_> = std::iter::from_fn(|| sky.poll(MINUTE)).collect();
        let id =
            |one: &Transmission| u32::from_le_bytes([one.bytes[7], one.bytes[8], one.bytes[9], 0]);
        let heard: BTreeSet<u32> = heard.iter().map(id).collect();
        let every: BTreeSet<u32> = FrameKind::EVERYTHING
            .iter()
            .filter_map(|kind| kind.id())
            .collect();
        assert_eq!(heard, every);
        assert!(sky.counts().said.values().all(|said| 59 <= *said));
    }

    #[test]
    fn signatures_are_good_until_a_fault_spoils_them() {
        let key = SigningKey::new([7; 32]);
        let fault = |from, until, kind| VehicleFault {
            window: Window::seconds(from, until),
            kind,
        };
        let signing = VehiclePlan {
            signing: Some(key),
            faults: vec![
                fault(10, 20, FaultKind::WrongKey),
                fault(20, 30, FaultKind::BrokenSignature),
                fault(30, 40, FaultKind::Unsigned),
                fault(40, 50, FaultKind::ReplayedFrame),
            ],
            ..plan(7)
        };
        let scenario = Scenario {
            links: vec![LinkPlan::new("radio"), LinkPlan::new("modem")],
            ..Scenario::of(vec![signing])
        };
        let heard = hear(&scenario, 5);
        for link in [0, 1] {
            let on_link = heard.iter().filter(|one| one.link == link);
            let mut last = 0;
            let (mut good, mut repeated) = (0, 0);
            for one in on_link {
                let second = one.due.as_secs();
                if (30..40).contains(&second) {
                    assert_eq!(one.bytes[2], 0, "it is not signed");
                    continue;
                }
                let (covered, digest) = one.bytes.split_at(one.bytes.len() - 6);
                let (frame, link_and_steps) = covered.split_at(covered.len() - 7);
                assert_eq!(usize::from(link_and_steps[0]), link + 1);
                let mut steps = [0; 8];
                steps[..6].copy_from_slice(&link_and_steps[1..]);
                let steps = u64::from_le_bytes(steps);
                let mut signed = frame.to_vec();
                signing::sign(&mut signed, key, link_and_steps[0], steps);
                let is_good = signed.ends_with(digest);
                assert_eq!(is_good, !(10..30).contains(&second), "second {second}");
                good += u32::from(is_good && last < steps);
                repeated += u32::from(steps <= last);
                assert!(
                    last < steps || (40..50).contains(&second),
                    "second {second}"
                );
                last = last.max(steps);
            }
            assert!(200 < good, "{good} are good");
            assert!((75..=85).contains(&repeated), "{repeated} are old");
        }
    }

    #[test]
    fn what_a_ground_station_asks_for_is_said_on_every_link_of_the_vehicle() {
        use mavlink::dialects::ardupilotmega::{MavMessage, PARAM_REQUEST_LIST_DATA};
        let request = MavMessage::PARAM_REQUEST_LIST(PARAM_REQUEST_LIST_DATA {
            target_system: 7,
            target_component: 1,
        });
        let station = Sender::new(mavlink::MavlinkVersion::V2, 255, 190);
        let body = packet::Body::new(station.version(), &request);
        let asked = packet::encode(station, 0, 0, &body);
        let scenario = Scenario {
            links: vec![LinkPlan::new("radio"), LinkPlan::new("modem")],
            ..Scenario::of(vec![plan(7), plan(8)])
        };
        let mut sky = sky(&scenario, 5);
        while sky.poll(MINUTE / 2).is_some() {}
        sky.hear(MINUTE / 2, 1, &asked);
        while sky.poll(MINUTE).is_some() {}
        assert_eq!(sky.counts().said[&FrameKind::Answer], 12);
        assert_eq!((sky.heard(0).frames, sky.heard(1).frames), (0, 1));
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
