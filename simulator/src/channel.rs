//! What a link does to the frames that it carries.
//!
//! Pure. Invariants: what befalls a frame depends on the seed and on the frame's number on
//! the link alone, so that one fault more or less changes nothing about the others; a frame
//! never arrives before it was sent; what waits is bounded by the longest delay.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::AddAssign;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng};
use thiserror::Error;

use crate::SEED_STRIDE;

/// The longest delay that a fault may bring.
const DELAY_MAX: Duration = Duration::from_secs(60);
/// The longest stretch of garbage between two frames, bytes.
const GARBAGE_BYTES_MAX: usize = 64;

/// What is wrong with a link; by default nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkFaults {
    /// The share of frames that never arrive, 0 to 1.
    pub loss: f64,
    /// The share of frames that arrive twice, 0 to 1.
    pub duplicates: f64,
    /// How long after the frame its duplicate arrives at most, up to a minute.
    pub duplicated_within: Duration,
    /// The share of frames that are held back, so that later ones overtake them, 0 to 1.
    pub reordered: f64,
    /// How long a frame is held back at most, up to a minute.
    pub reordered_within: Duration,
    /// How long every frame is under way, up to a minute.
    pub delay: Duration,
    /// The share of frames of which one bit is flipped, 0 to 1.
    pub flipped: f64,
    /// The share of frames that 1 to 64 bytes of garbage follow, 0 to 1.
    pub garbage: f64,
}

/// A number of [`LinkFaults`] that is out of bounds.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{field} is {value}: it must lie in 0 to {most}")]
pub struct NotAFault {
    /// The field.
    pub field: &'static str,
    /// What it is; times are in seconds.
    pub value: f64,
    /// The most that it may be.
    pub most: f64,
}

impl LinkFaults {
    /// Checks that shares are shares and that no delay is longer than a minute.
    ///
    /// # Errors
    ///
    /// Names the first field that is out of bounds.
    pub fn check(&self) -> Result<(), NotAFault> {
        let longest = DELAY_MAX.as_secs_f64();
        let fields = [
            ("loss", self.loss, 1.0),
            ("duplicates", self.duplicates, 1.0),
            ("reordered", self.reordered, 1.0),
            ("flipped", self.flipped, 1.0),
            ("garbage", self.garbage, 1.0),
            (
                "duplicated_within",
                self.duplicated_within.as_secs_f64(),
                longest,
            ),
            (
                "reordered_within",
                self.reordered_within.as_secs_f64(),
                longest,
            ),
            ("delay", self.delay.as_secs_f64(), longest),
        ];
        for (field, value, most) in fields {
            if !(0.0..=most).contains(&value) {
                return Err(NotAFault { field, value, most });
            }
        }
        Ok(())
    }
}

/// Something that arrives at the far end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When, since the start.
    pub due: Duration,
    /// What it is.
    pub cargo: Cargo,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cargo {
    /// A frame as it was sent.
    Frame,
    /// A frame of which a bit was flipped under way.
    Flipped,
    /// A frame that has arrived, or will arrive, by itself.
    Duplicate,
    /// Bytes that nobody sent.
    Garbage,
}

/// What has befallen the frames of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelCounts {
    /// Frames that were sent.
    pub sent: u64,
    /// Frames that the link lost.
    pub lost: u64,
    /// Frames that arrive twice.
    pub duplicated: u64,
    /// Frames that were held back.
    pub held_back: u64,
    /// Frames of which a bit was flipped.
    pub flipped: u64,
    /// Stretches of garbage.
    pub garbage: u64,
}

impl AddAssign for ChannelCounts {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.held_back += other.held_back;
        self.flipped += other.flipped;
        self.garbage += other.garbage;
    }
}

/// The way from a sender to a receiver.
///
/// 1. Hand every frame to [`carry`](Self::carry), in the order in which they are sent.
/// 2. Take what arrives with [`poll`](Self::poll).
#[derive(Clone, Debug)]
pub struct Channel {
    seed: u64,
    under_way: BinaryHeap<Reverse<(Duration, u64, Arrival)>>,
    arrivals: u64,
    counts: ChannelCounts,
}

impl Channel {
    /// Opens a channel on which nothing is under way.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            under_way: BinaryHeap::new(),
            arrivals: 0,
            counts: ChannelCounts::default(),
        }
    }

    /// Sends a frame at a time since the start, through the faults that there are at that time.
    pub fn carry(&mut self, sent: Duration, frame: Vec<u8>, faults: &LinkFaults) {
        let number = self.counts.sent.wrapping_mul(SEED_STRIDE);
        let fate = Fate::draw(faults, StdRng::seed_from_u64(self.seed ^ number));
        self.counts.sent += 1;
        if fate.is_lost {
            self.counts.lost += 1;
            return;
        }
        let due = sent.saturating_add(faults.delay);
        if let Some(garbage) = fate.garbage {
            self.counts.garbage += 1;
            self.put(due, Cargo::Garbage, garbage);
        }
        if let Some(later) = fate.duplicate_after {
            self.counts.duplicated += 1;
            self.put(due.saturating_add(later), Cargo::Duplicate, frame.clone());
        }
        let due = match fate.held_back {
            Some(longer) => {
                self.counts.held_back += 1;
                due.saturating_add(longer)
            }
            None => due,
        };
        match fate.flip {
            Some(flip) => {
                self.counts.flipped += 1;
                self.put(due, Cargo::Flipped, flip.applied(frame));
            }
            None => self.put(due, Cargo::Frame, frame),
        }
    }

    /// Returns when the next arrival is due, since the start.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        self.under_way.peek().map(|Reverse((due, _, _))| *due)
    }

    /// Takes what has arrived by `now`, the earliest first.
    pub fn poll(&mut self, now: Duration) -> Option<Arrival> {
        if now < self.next_due()? {
            return None;
        }
        let Reverse((_, _, arrival)) = self.under_way.pop()?;
        Some(arrival)
    }

    /// Returns what has befallen the frames so far.
    #[must_use]
    pub fn counts(&self) -> ChannelCounts {
        self.counts
    }

    fn put(&mut self, due: Duration, cargo: Cargo, bytes: Vec<u8>) {
        let arrival = Arrival { due, cargo, bytes };
        self.under_way.push(Reverse((due, self.arrivals, arrival)));
        self.arrivals += 1;
    }
}

/// What befalls one frame.
struct Fate {
    is_lost: bool,
    duplicate_after: Option<Duration>,
    held_back: Option<Duration>,
    flip: Option<Flip>,
    garbage: Option<Vec<u8>>,
}

impl Fate {
    /// Draws everything always, in the same order, so that no fault shifts another.
    fn draw(faults: &LinkFaults, mut rng: StdRng) -> Self {
        let is_lost = rng.random_bool(faults.loss);
        let is_duplicated = rng.random_bool(faults.duplicates);
        let duplicate_after = faults.duplicated_within.mul_f64(rng.random());
        let is_held_back = rng.random_bool(faults.reordered);
        let held_back = faults.reordered_within.mul_f64(rng.random());
        let is_flipped = rng.random_bool(faults.flipped);
        let flip = Flip(rng.random());
        let is_followed = rng.random_bool(faults.garbage);
        let garbage_bytes = rng.random_range(1..=GARBAGE_BYTES_MAX);
        Self {
            is_lost,
            duplicate_after: is_duplicated.then_some(duplicate_after),
            held_back: is_held_back.then_some(held_back),
            flip: is_flipped.then_some(flip),
            garbage: is_followed.then(|| {
                let mut garbage = vec![0; garbage_bytes];
                rng.fill_bytes(&mut garbage);
                garbage
            }),
        }
    }
}

/// Which bit is flipped, as a share of a frame's bits.
struct Flip(u32);

impl Flip {
    fn applied(&self, mut frame: Vec<u8>) -> Vec<u8> {
        let bits = u64::try_from(frame.len() * 8).unwrap_or(u64::MAX);
        let bit = (u64::from(self.0) * bits) >> 32;
        if let Some(byte) = usize::try_from(bit / 8)
            .ok()
            .and_then(|index| frame.get_mut(index))
        {
            *byte ^= 1 << (bit % 8);
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: u32 = 20_000;
    const SPACING: Duration = Duration::from_millis(100);

    #[test]
    fn a_link_without_faults_changes_nothing() {
        let arrivals = carried(&LinkFaults::default(), 5);
        assert_eq!(arrivals.len(), usize::try_from(FRAMES).unwrap());
        for (arrival, number) in arrivals.iter().zip(0..) {
            assert_eq!(*arrival, frame_of(number, Duration::ZERO));
        }
    }

    #[test]
    fn every_fault_befalls_its_share_of_the_frames() {
        let half_second = Duration::from_millis(500);
        check(|faults| faults.loss = 0.3, |counts| counts.lost);
        check(
            |faults| {
                faults.duplicates = 0.3;
                faults.duplicated_within = half_second;
            },
            |counts| counts.duplicated,
        );
        check(
            |faults| {
                faults.reordered = 0.3;
                faults.reordered_within = half_second;
            },
            |counts| counts.held_back,
        );
        check(|faults| faults.flipped = 0.3, |counts| counts.flipped);
        check(|faults| faults.garbage = 0.3, |counts| counts.garbage);
    }

    #[test]
    fn the_same_seed_gives_the_same_arrivals() {
        let all = all_faults();
        assert_eq!(carried(&all, 5), carried(&all, 5));
        assert_ne!(carried(&all, 5), carried(&all, 6));
    }

    #[test]
    fn a_fault_more_leaves_what_the_others_do_alone() {
        let all = all_faults();
        let whole: Vec<Arrival> = carried(&LinkFaults { loss: 0.0, ..all }, 5);
        let lossy = carried(&all, 5);
        assert!(lossy.len() < whole.len());
        let mut rest = whole.iter();
        for arrival in &lossy {
            assert!(rest.any(|other| other == arrival), "{arrival:?} is new");
        }
    }

    #[test]
    fn frames_arrive_late_by_no_more_than_was_asked_for_and_never_early() {
        let faults = LinkFaults {
            delay: Duration::from_secs(2),
            reordered: 0.5,
            reordered_within: Duration::from_secs(5),
            ..LinkFaults::default()
        };
        let mut overtaken = 0;
        let mut last = 0;
        for arrival in carried(&faults, 5) {
            let number = number_of(&arrival.bytes);
            let late = arrival.due.checked_sub(SPACING * number).unwrap();
            assert!(faults.delay <= late && late <= Duration::from_secs(7));
            overtaken += u32::from(number < last);
            last = last.max(number);
        }
        assert!(FRAMES / 3 < overtaken, "{overtaken} were overtaken");
    }

    #[test]
    fn one_bit_is_flipped_anywhere_in_the_frame() {
        let faults = LinkFaults {
            flipped: 1.0,
            ..LinkFaults::default()
        };
        let mut hit = [0_u32; 64];
        for (arrival, number) in carried(&faults, 5).iter().zip(0..) {
            let sent = u64::from_be_bytes(bytes_of(number));
            let arrived = u64::from_be_bytes(arrival.bytes[..].try_into().unwrap());
            let changed = sent ^ arrived;
            assert_eq!(changed.count_ones(), 1);
            hit[usize::try_from(changed.trailing_zeros()).unwrap()] += 1;
        }
        assert!(
            hit.iter().all(|times| (200..450).contains(times)),
            "{hit:?}"
        );
    }

    #[test]
    fn a_share_is_no_more_than_all_and_a_delay_no_more_than_a_minute() {
        assert_eq!(all_faults().check(), Ok(()));
        let refused = |faults: LinkFaults| faults.check().unwrap_err().field;
        let none = LinkFaults::default();
        assert_eq!(refused(LinkFaults { loss: 1.1, ..none }), "loss");
        let garbage = f64::NAN;
        assert_eq!(refused(LinkFaults { garbage, ..none }), "garbage");
        let delay = Duration::from_secs(61);
        assert_eq!(refused(LinkFaults { delay, ..none }), "delay");
    }

    /// Checks that a fault asked for three frames in ten befalls about as many.
    #[track_caller]
    fn check(set: impl FnOnce(&mut LinkFaults), count: impl FnOnce(ChannelCounts) -> u64) {
        let mut faults = LinkFaults::default();
        set(&mut faults);
        let mut channel = Channel::new(5);
        send_all(&mut channel, &faults);
        let befallen = count(channel.counts());
        // Five standard deviations: sqrt(20000 * 0.3 * 0.7) = 65.
        assert!((5_675..6_325).contains(&befallen), "{befallen}: {faults:?}");
    }

    fn all_faults() -> LinkFaults {
        LinkFaults {
            loss: 0.3,
            duplicates: 0.2,
            duplicated_within: Duration::from_secs(1),
            reordered: 0.2,
            reordered_within: Duration::from_secs(5),
            delay: Duration::from_millis(300),
            flipped: 0.1,
            garbage: 0.1,
        }
    }

    fn carried(faults: &LinkFaults, seed: u64) -> Vec<Arrival> {
        let mut channel = Channel::new(seed);
        send_all(&mut channel, faults);
        std::iter::from_fn(|| channel.poll(Duration::MAX)).collect()
    }

    fn send_all(channel: &mut Channel, faults: &LinkFaults) {
        for number in 0..FRAMES {
            channel.carry(SPACING * number, bytes_of(number).to_vec(), faults);
        }
    }

    fn frame_of(number: u32, delay: Duration) -> Arrival {
        Arrival {
            due: SPACING * number + delay,
            cargo: Cargo::Frame,
            bytes: bytes_of(number).to_vec(),
        }
    }

    fn bytes_of(number: u32) -> [u8; 8] {
        u64::from(number).to_be_bytes()
    }

    fn number_of(bytes: &[u8]) -> u32 {
        u32::try_from(u64::from_be_bytes(bytes.try_into().unwrap())).unwrap()
    }
}
