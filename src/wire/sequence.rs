//! Frames that did not arrive, by the gaps in their senders' counters.
//!
//! A sender counts its frames for each channel by itself, in eight bits (MAVLink guide, "Packet
//! Serialization"). So every link keeps counters of its own, and those of two links are never
//! compared: a vehicle with two radios counts twice.
//!
//! 1. A frame is lost once [`WINDOW`] later ones were sent: until then it may only be late.
//! 2. A repeated frame counts once.
//! 3. A leap is believed if the next frame goes on from it, so that one stray frame changes nothing
//!    (as in RFC 3550, appendix A.1). One that goes back begins anew: the sender has rebooted.
//! 4. So does a silence of [`SILENCE_MIN`], in which the counter may have wrapped or begun anew.
//! 5. Loss is therefore a lower bound: outages are told by the silence of a link.

// `core` has addresses, not sockets.
use core::net::SocketAddr;
use std::time::Duration;

use super::frame::Frame;
use crate::track::FrameLoss;
use crate::units::Monotonic;

/// Frames by which another may be late, and by which a counter may go on without a second look.
const WINDOW: u8 = 32;
/// A pause of a channel over which its counter is not trusted.
const SILENCE_MIN: Duration = Duration::from_secs(3);
/// Channels that are followed at a time; the one that is silent the longest makes room.
const CHANNELS_MAX: usize = 256;
/// The time over which loss is told, in slices.
const SLICES: usize = 6;
const SLICE: Duration = Duration::from_secs(10);
/// Frames without which a share says nothing.
const FRAMES_MIN: u64 = 20;

/// What one link has heard and missed of its senders' frames.
#[derive(Clone, Debug, Default)]
pub struct Sequences {
    channels: Vec<Channel>,
    /// The channel that was heard last, which is mostly heard next.
    last: usize,
    total: SequenceCounts,
    lately: Lately,
}

/// Frames that were heard and lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceCounts {
    /// Frames that arrived, but for the newest ones.
    pub heard: u64,
    /// Frames that did not.
    pub lost: u64,
}

/// Whose counter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counter {
    system_id: u32,
    component_id: u8,
    address: Option<SocketAddr>,
}

/// One counter, and what of its last [`WINDOW`] frames has arrived.
#[derive(Clone, Debug)]
struct Channel {
    counter: Counter,
    heard_at: Monotonic,
    newest: u8,
    /// The newest frame is bit 0, the one before it bit 1.
    arrived: u32,
    /// How many of the bits mean a frame.
    length: u8,
    /// What has to come next for a leap to be believed.
    leapt_to: Option<u8>,
    lately: Lately,
}

/// The counts of the last minute.
#[derive(Clone, Debug, Default)]
struct Lately {
    slices: [SequenceCounts; SLICES],
    /// The number of the newest slice since the clock's start.
    newest: u64,
}

/// Where a frame stands beside the newest one of its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It was sent so many frames later.
    Ahead(u8),
    /// It was sent so many frames earlier, or is the same.
    Back(u8),
    /// It was sent so many frames later, if the sender is the same still.
    FarAhead(u8),
    /// It was sent long before, or by a sender that begins anew.
    FarBack,
}

impl Sequences {
    /// Takes a frame that has arrived, and the address that it came from.
    pub fn hear(&mut self, now: Monotonic, frame: &Frame<'_>, address: Option<SocketAddr>) {
        let counter = Counter {
            system_id: frame.system_id(),
            component_id: frame.component_id(),
            address,
        };
        let counts = self.take(now, counter, frame.seq());
        if counts != SequenceCounts::default() {
            self.total.add(counts);
            self.lately.add(now, counts);
            if let Some(channel) = self.channels.get_mut(self.last) {
                channel.lately.add(now, counts);
            }
        }
    }

    /// Returns what there was since the beginning.
    #[must_use]
    pub const fn total(&self) -> SequenceCounts {
        self.total
    }

    /// Returns what was lost in the last minute; absent while there was too little to tell.
    #[must_use]
    pub fn loss(&self, now: Monotonic) -> Option<FrameLoss> {
        self.lately.loss(now)
    }

    /// Returns the same of the sender that was heard last alone.
    #[must_use]
    pub fn sender_loss(&self, now: Monotonic) -> Option<FrameLoss> {
        self.channels.get(self.last)?.lately.loss(now)
    }

    fn take(&mut self, now: Monotonic, counter: Counter, seq: u8) -> SequenceCounts {
        let is_last = |channel: &&mut Channel| channel.counter == counter;
        if let Some(channel) = self.channels.get_mut(self.last).filter(is_last) {
            return channel.take(now, seq);
        }
        let known = self.channels.iter().position(|it| it.counter == counter);
        if let Some(index) = known {
            self.last = index;
            return self.channels[index].take(now, seq);
        }
        let channel = Channel::new(now, counter, seq);
        self.last = self.channels.len();
        if self.channels.len() < CHANNELS_MAX {
            self.channels.push(channel);
        } else {
            let silent = (0..CHANNELS_MAX).min_by_key(|it| self.channels[*it].heard_at);
            self.last = silent.unwrap_or(0);
            self.channels[self.last] = channel;
        }
        SequenceCounts::default()
    }
}

impl Channel {
    /// Starts with a frame before which nothing is missed.
    fn new(now: Monotonic, counter: Counter, seq: u8) -> Self {
        Self {
            counter,
            heard_at: now,
            newest: seq,
            arrived: 1,
            length: 1,
            leapt_to: None,
            lately: Lately::default(),
        }
    }

    /// Takes a frame and returns of which ones before it the fate is known with that.
    fn take(&mut self, now: Monotonic, seq: u8) -> SequenceCounts {
        let silence = now.since(self.heard_at);
        self.heard_at = now;
        let leapt_to = self.leapt_to.take();
        if SILENCE_MIN <= silence {
            return self.begin_anew(now, seq);
        }
        let goes_on = leapt_to == Some(seq);
        match self.place(seq) {
            Place::Ahead(steps) => self.advance(steps),
            Place::Back(steps) => {
                self.length = self.length.max(steps + 1);
                self.arrived |= 1 << steps;
                SequenceCounts::default()
            }
            Place::FarAhead(steps) if goes_on => {
                let counts = self.advance(steps);
                self.arrived |= 1 << 1; // The one that leapt.
                counts
            }
            Place::FarBack if goes_on => self.begin_anew(now, seq),
            Place::FarAhead(_) | Place::FarBack => {
                self.leapt_to = Some(seq.wrapping_add(1));
                SequenceCounts::default()
            }
        }
    }

    fn place(&self, seq: u8) -> Place {
        let ahead = seq.wrapping_sub(self.newest);
        let back = self.newest.wrapping_sub(seq);
        if back < WINDOW {
            Place::Back(back)
        } else if ahead <= WINDOW {
            Place::Ahead(ahead)
        } else if ahead < 128 {
            Place::FarAhead(ahead)
        } else {
            Place::FarBack
        }
    }

    fn advance(&mut self, steps: u8) -> SequenceCounts {
        let mut counts = SequenceCounts::default();
        for _step in 0..steps {
            if self.length == WINDOW {
                counts.note(self.has_arrived(WINDOW - 1));
            } else {
                self.length += 1;
            }
            self.arrived <<= 1;
        }
        self.arrived |= 1;
        self.newest = self.newest.wrapping_add(steps);
        counts
    }

    fn has_arrived(&self, back: u8) -> bool {
        self.arrived >> back & 1 == 1
    }

    /// Closes the account and opens another; a frame that stood alone tells nothing.
    fn begin_anew(&mut self, now: Monotonic, seq: u8) -> SequenceCounts {
        let mut counts = SequenceCounts::default();
        if 1 < self.length {
            for back in 0..self.length {
                counts.note(self.has_arrived(back));
            }
        }
        *self = Self {
            lately: std::mem::take(&mut self.lately),
            ..Self::new(now, self.counter, seq)
        };
        counts
    }
}

impl SequenceCounts {
    fn note(&mut self, has_arrived: bool) {
        if has_arrived {
            self.heard += 1;
        } else {
            self.lost += 1;
        }
    }

    fn add(&mut self, more: Self) {
        self.heard += more.heard;
        self.lost += more.lost;
    }
}

impl Lately {
    /// Returns the share that was lost, if there was enough to tell.
    fn loss(&self, now: Monotonic) -> Option<FrameLoss> {
        let SequenceCounts { heard, lost } = self.sum(now);
        let is_enough = FRAMES_MIN <= heard + lost;
        is_enough.then(|| FrameLoss::of(heard, lost)).flatten()
    }

    fn add(&mut self, now: Monotonic, counts: SequenceCounts) {
        let number = slice_of(now);
        // Those between have passed without a frame.
        for passed in (self.newest + 1..=number).rev().take(SLICES) {
            self.slices[index_of(passed)] = SequenceCounts::default();
        }
        self.newest = number.max(self.newest);
        self.slices[index_of(number)].add(counts);
    }

    fn sum(&self, now: Monotonic) -> SequenceCounts {
        let oldest = (slice_of(now) + 1).saturating_sub(SLICES as u64);
        let mut sum = SequenceCounts::default();
        for number in (0..=self.newest).rev().take(SLICES) {
            if oldest <= number {
                sum.add(self.slices[index_of(number)]);
            }
        }
        sum
    }
}

fn slice_of(now: Monotonic) -> u64 {
    now.as_micros() / u64::try_from(SLICE.as_micros()).unwrap_or(1)
}

fn index_of(number: u64) -> usize {
    usize::try_from(number % SLICES as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Event, Framer, samples};

    #[test]
    fn a_senders_loss_is_its_own() {
        let mut sequences = Sequences::default();
        let mut hear = |system_id, seq| {
            let bytes = samples::v2(samples::header(system_id, 1, seq), &samples::heartbeat());
            let Some(Event::Frame(frame)) = Framer::new(&bytes).next() else {
                panic!("a frame");
            };
            sequences.hear(Monotonic::from_micros(1), &frame, None);
            sequences.sender_loss(Monotonic::from_micros(1))
        };
        let mut told = [None; 2];
        for seq in 0..200 {
            told[0] = hear(1, seq);
            if seq % 2 == 0 {
                told[1] = hear(2, seq);
            }
        }
        let percent = told.map(|loss| loss.map(FrameLoss::percent));
        assert_eq!(percent[0], Some(0.0));
        assert!(
            percent[1].is_some_and(|percent| (45.0..55.0).contains(&percent)),
            "{percent:?}"
        );
    }

    #[test]
    fn a_frame_is_lost_once_its_successors_are_there() {
        check(
            0..100,
            "68 heard, 0 lost",
            "the last 32 are not settled yet",
        );
        check([10, 11, 13, 14], "0 heard, 0 lost", "12 may be late");
        check(
            without(0..100, &[7, 50, 51]),
            "65 heard, 3 lost",
            "which are gone for good",
        );
        check(without(0..100, &[98]), "68 heard, 0 lost", "98 may be late");
    }

    #[test]
    fn a_counter_that_wraps_loses_nothing() {
        check((0..600).map(wrapped), "568 heard, 0 lost", "every frame");
        let gap = (0..600).filter(|it| !(250..270).contains(it)).map(wrapped);
        check(gap, "548 heard, 20 lost", "over the turn");
    }

    #[test]
    fn a_late_frame_is_not_lost_and_a_repeated_one_counts_once() {
        let late = [0, 1, 3, 4, 5, 2].into_iter().chain(6..100);
        check(late, "68 heard, 0 lost", "2 came late");
        let later = without(0..60, &[2]).chain([2]).chain(60..100);
        check(later, "67 heard, 1 lost", "2 came too late");
        let twice = (0..100).flat_map(|seq| [seq, seq]);
        check(twice, "68 heard, 0 lost", "everything came twice");
    }

    #[test]
    fn a_reboot_is_not_taken_for_loss() {
        let reboot = (0..=100).chain(0..100);
        check(
            reboot,
            "168 heard, 0 lost",
            "the first after it only shows that it leapt",
        );
        let soon = (0..=10).chain(0..100);
        check(soon, "68 heard, 0 lost", "its first ones look late");
        let mut link = Link::default();
        link.hear_all(0..=200);
        link.seconds += 5.0;
        link.hear_all(0..100);
        assert_eq!(link.told(), "269 heard, 0 lost", "it took its time");
    }

    #[test]
    fn a_leap_counts_if_the_next_frame_goes_on_from_it() {
        let fade = (0..=50).chain(151..=250);
        check(fade, "119 heard, 100 lost", "100 frames are missing");
        for stray in [10, 60, 100, 150, 200] {
            let around = (0..=60).chain([stray]).chain(61..=150);
            check(around, "119 heard, 0 lost", "one frame from elsewhere");
        }
    }

    #[test]
    fn what_happened_in_a_silence_is_not_known() {
        let mut link = Link::default();
        link.hear_all(0..50);
        link.seconds += 60.0;
        link.hear_all(90..140);
        assert_eq!(link.told(), "68 heard, 0 lost");
        // A sender that is heard every ten seconds.
        let mut link = Link::default();
        for seq in 0..20 {
            link.hear(1, seq);
            link.seconds += 10.0;
        }
        assert_eq!(link.told(), "0 heard, 0 lost");
        assert_eq!(link.loss(), None);
    }

    #[test]
    fn every_sender_has_a_counter_of_its_own() {
        let mut link = Link::default();
        for seq in 0..100 {
            link.hear(1, seq);
            link.hear(2, seq.wrapping_add(77));
            if seq % 2 == 0 {
                link.hear(3, seq);
            }
        }
        assert_eq!(link.sequences.channels.len(), 3);
        assert_eq!(
            link.told(),
            "170 heard, 33 lost",
            "half of those of system 3"
        );
    }

    #[test]
    fn loss_is_that_of_the_last_minute() {
        let mut link = Link::default();
        assert_eq!(link.loss(), None, "nothing was heard");
        link.hear_all((0..240).filter(|seq| seq % 4 != 3));
        assert_eq!(link.loss(), Some(24.6), "a quarter");
        link.seconds = 59.0;
        assert_eq!(link.loss(), Some(24.6), "it stays for a minute");
        link.seconds = 60.0;
        assert_eq!(link.loss(), None, "a minute has passed");
        link.hear_all(0..240);
        assert_eq!(link.loss(), Some(3.3), "8 of 32 were not settled before");
    }

    #[test]
    fn a_flood_of_senders_is_bounded_and_the_busy_ones_stay() {
        let mut link = Link::default();
        for round in 0..100_u32 {
            link.hear(1, wrapped(round));
            for stranger in 0..50 {
                link.hear(1000 + round * 50 + stranger, 0);
            }
            link.seconds += 0.01;
        }
        assert_eq!(link.sequences.channels.len(), CHANNELS_MAX);
        assert_eq!(link.told(), "68 heard, 0 lost");
    }

    proptest! {
        #[test]
        fn no_more_is_counted_than_was_sent(
            fates in prop::collection::vec((0..5_u8, 0..20_usize), 0..500),
        ) {
            // Each frame is lost, late by some others, repeated, or plain.
            let mut sent: Vec<(usize, u8)> = Vec::new();
            let mut lost = 0;
            for (number, (fate, delay)) in (0..).zip(&fates) {
                let seq = wrapped(number);
                let at = usize::try_from(number).unwrap() * 2;
                match fate {
                    0 => lost += 1,
                    1 => sent.push((at + 2 * delay + 1, seq)),
                    2 => sent.extend([(at, seq), (at + 2 * delay + 1, seq)]),
                    _ => sent.push((at, seq)),
                }
            }
            sent.sort_by_key(|(at, _seq)| *at);
            let mut link = Link::default();
            link.hear_all(sent.into_iter().map(|(_at, seq)| seq));
            let counts = link.sequences.total();
            prop_assert!(counts.lost <= lost);
            let known = counts.heard + counts.lost;
            prop_assert!(known <= fates.len() as u64);
            prop_assert!((fates.len() as u64) <= known + u64::from(WINDOW) + 25);
        }
    }

    /// A link whose time passes by 10 ms a frame.
    #[derive(Default)]
    struct Link {
        sequences: Sequences,
        seconds: f64,
    }

    impl Link {
        fn hear_all(&mut self, seqs: impl IntoIterator<Item = u8>) {
            for seq in seqs {
                self.hear(1, seq);
                self.seconds += 0.01;
            }
        }

        fn hear(&mut self, system_id: u32, seq: u8) {
            let counter = Counter {
                system_id,
                component_id: 1,
                address: None,
            };
            let now = self.now();
            let counts = self.sequences.take(now, counter, seq);
            self.sequences.total.add(counts);
            self.sequences.lately.add(now, counts);
        }

        fn now(&self) -> Monotonic {
            let micros = Duration::from_secs_f64(self.seconds).as_micros();
            Monotonic::from_micros(u64::try_from(micros).unwrap())
        }

        fn loss(&self) -> Option<f64> {
            self.sequences.loss(self.now()).map(FrameLoss::percent)
        }

        fn told(&self) -> String {
            let SequenceCounts { heard, lost } = self.sequences.total();
            format!("{heard} heard, {lost} lost")
        }
    }

    #[track_caller]
    fn check(seqs: impl IntoIterator<Item = u8>, told: &str, why: &str) {
        let mut link = Link::default();
        link.hear_all(seqs);
        assert_eq!(link.told(), told, "{why}");
    }

    fn without(all: std::ops::Range<u8>, missing: &[u8]) -> impl Iterator<Item = u8> {
        all.filter(move |seq| !missing.contains(seq))
    }

    fn wrapped(number: u32) -> u8 {
        u8::try_from(number % 256).unwrap()
    }
}
