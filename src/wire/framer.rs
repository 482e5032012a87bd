//! Frames out of bytes: where one starts, which ones are believed, what is skipped.
//!
//! A frame with a wrong checksum is given up at its magic alone: the search goes on one byte
//! behind it, because its length is as doubtful as its content and an intact frame may lie inside.

use std::ops::AddAssign;

use super::frame::{Frame, MAGIC_V1, MAGIC_V2, Outline, Verdict, is_magic};

/// Walks the frames of a byte slice that is everything there is, such as a datagram.
///
/// A frame that is cut at the end is garbage.
#[derive(Clone, Debug)]
pub struct Framer<'a> {
    rest: &'a [u8],
    tally: Tally,
}

impl<'a> Framer<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            tally: Tally::default(),
        }
    }

    /// Returns what has been met so far; complete once the iterator has ended.
    #[must_use]
    pub const fn counts(&self) -> FrameCounts {
        self.tally.counts
    }
}

impl<'a> Iterator for Framer<'a> {
    type Item = Event<'a>;

    #[inline]
    fn next(&mut self) -> Option<Event<'a>> {
        let (done, event) = advance(self.rest, End::Reached, &mut self.tally);
        self.rest = &self.rest[done..];
        event
    }
}

/// Something that stands in the bytes and is no garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A frame whose checksum is right.
    Frame(Frame<'a>),
    /// A frame outside the dialect: its checksum cannot be checked, its content not be trusted.
    Unknown(Frame<'a>),
    /// A frame with an incompatibility flag that is not understood: it must be discarded.
    Refused(Frame<'a>),
}

impl<'a> Event<'a> {
    /// Returns the frame, whatever is thought of it.
    #[must_use]
    pub const fn frame(&self) -> &Frame<'a> {
        match self {
            Self::Frame(frame) | Self::Unknown(frame) | Self::Refused(frame) => frame,
        }
    }

    /// Takes a frame whose checksum cannot be checked for what its flags make it.
    pub(super) const fn unchecked(frame: Frame<'a>) -> Self {
        if frame.has_unknown_flags() {
            Self::Refused(frame)
        } else {
            Self::Unknown(frame)
        }
    }
}

/// What was met in a stretch of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameCounts {
    /// Frames whose checksum is right.
    pub frames: u64,
    /// Frames outside the dialect.
    pub unknown_ids: u64,
    /// Frames that were refused for an incompatibility flag.
    pub refused_flags: u64,
    /// Candidates of the dialect whose checksum is wrong; their bytes are garbage too, unless
    /// an intact frame stands among them.
    pub bad_crc: u64,
    /// Unbroken stretches of garbage.
    pub garbage_runs: u64,
    /// Bytes that belong to no event.
    pub garbage_bytes: u64,
}

impl AddAssign for FrameCounts {
    fn add_assign(&mut self, other: Self) {
        self.frames += other.frames;
        self.unknown_ids += other.unknown_ids;
        self.refused_flags += other.refused_flags;
        self.bad_crc += other.bad_crc;
        self.garbage_runs += other.garbage_runs;
        self.garbage_bytes += other.garbage_bytes;
    }
}

/// The counts, and whether the byte before was garbage too.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: FrameCounts,
    in_garbage: bool,
}

impl Tally {
    fn skip(&mut self, bytes: usize) {
        if 0 < bytes {
            self.counts.garbage_runs += u64::from(!self.in_garbage);
            self.counts.garbage_bytes += bytes as u64;
            self.in_garbage = true;
        }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Frame(_) => self.counts.frames += 1,
            Event::Unknown(_) => self.counts.unknown_ids += 1,
            Event::Refused(_) => self.counts.refused_flags += 1,
        }
        self.in_garbage = false;
    }
}

/// Whether more bytes may follow the ones at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The bytes at hand are all.
    Reached,
    /// More may come.
    Open,
}

/// Looks for the next event; returns how many bytes are done with, the event's among them.
///
/// Without an event, the bytes that are not done with are the beginning of a frame that more
/// bytes may complete. With [`End::Reached`] there are none of these.
///
/// Mostly a frame follows a frame, which is looked at before anything is searched for.
#[inline]
pub(super) fn advance<'a>(
    bytes: &'a [u8],
    end: End,
    tally: &mut Tally,
) -> (usize, Option<Event<'a>>) {
    match Frame::outline(bytes) {
        Outline::Whole(frame) if frame.verdict() == Verdict::Good => {
            let event = Event::Frame(frame);
            tally.take(&event);
            (frame.raw().len(), Some(event))
        }
        Outline::Whole(_) | Outline::Cut | Outline::NoMagic => search(bytes, end, tally),
    }
}

/// Looks for the next event, wherever it is.
fn search<'a>(bytes: &'a [u8], end: End, tally: &mut Tally) -> (usize, Option<Event<'a>>) {
    let mut at = 0;
    let mut searched = 0;
    while let Some(garbage) = find_magic(&bytes[at..]) {
        tally.skip(garbage);
        at += garbage;
        let found = match Frame::outline(&bytes[at..]) {
            Outline::Whole(frame) => match frame.verdict() {
                Verdict::Good => Some(Event::Frame(frame)),
                Verdict::Refused => Some(Event::Refused(frame)),
                Verdict::BadCrc => {
                    tally.counts.bad_crc += 1;
                    None
                }
                Verdict::Unknown => match weigh(bytes, at, &frame, end, &mut searched) {
                    Belief::Frame => Some(Event::unchecked(frame)),
                    Belief::Stray => None,
                    Belief::Undecided => return (at, None),
                },
            },
            Outline::Cut if end == End::Open => return (at, None),
            Outline::Cut | Outline::NoMagic => None,
        };
        if let Some(event) = found {
            tally.take(&event);
            return (at + event.frame().raw().len(), Some(event));
        }
        tally.skip(1);
        at += 1;
    }
    tally.skip(bytes.len() - at);
    (bytes.len(), None)
}

/// Finds the first byte that a frame may start with.
///
/// Eight bytes are looked at together, without a branch for each of them.
fn find_magic(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ every(MAGIC_V1)) | zeros(word ^ every(MAGIC_V2));
        if found != 0 {
            return Some(8 * index + found.trailing_zeros() as usize / 8);
        }
    }
    let magic = rest.iter().position(|byte| is_magic(*byte))?;
    Some(bytes.len() - rest.len() + magic)
}

/// Returns a word that has `byte` in each of its bytes.
const fn every(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks the zero bytes of a word in their highest bits, and maybe others above the lowest of them.
///
/// Source: Warren, Hacker's Delight, "Find First 0-Byte".
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(every(1)) & !word & every(0x80)
}

/// What is thought of a frame whose checksum cannot be checked.
enum Belief {
    /// It is one.
    Frame,
    /// Its magic byte starts nothing.
    Stray,
    /// More bytes will tell.
    Undecided,
}

/// Believes the frame at `at`, which is outside the dialect, if another one, or nothing, follows
/// it, and if no frame with a right checksum starts inside; none starts before `searched`.
///
/// Three stray bytes are enough for such an outline, which would hide what follows them. The
/// price: a message outside the dialect that carries whole frames is opened, and these are
/// taken for frames of this link.
fn weigh(bytes: &[u8], at: usize, frame: &Frame<'_>, end: End, searched: &mut usize) -> Belief {
    let behind = at + frame.raw().len();
    match (bytes.get(behind), end) {
        (Some(next), _) if !is_magic(*next) => return Belief::Stray,
        (None, End::Open) => return Belief::Undecided,
        (Some(_), _) | (None, End::Reached) => {}
    }
    let mut is_decided = true;
    for inner in (at + 1).max(*searched)..behind {
        match Frame::outline(&bytes[inner..]) {
            Outline::Whole(hidden) if hidden.is_sealed() => {
                // One that is cut before it may be sealed too, once it is whole.
                if is_decided {
                    *searched = inner;
                }
                return Belief::Stray;
            }
            Outline::Cut if end == End::Open => is_decided = false,
            Outline::Whole(_) | Outline::Cut | Outline::NoMagic => {}
        }
    }
    if !is_decided {
        return Belief::Undecided;
    }
    *searched = behind;
    Belief::Frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::samples;

    #[test]
    fn frames_of_both_versions_follow_each_other() {
        let bytes = [heartbeat_v1(1), heartbeat_v2(2), heartbeat_v1(3)].concat();
        check(&bytes, "F1 F2 F3", "frames=3");
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        check(&[], "", "");
    }

    #[test]
    fn stray_bytes_before_a_frame_do_not_hide_it() {
        for stray in [
            &[0xfd, 0xff, 0x00][..],
            &[0xfd],
            &[0xfe, 0xfd],
            &[0xfd, 0x01, 0x01, 0x00],
            &[0x55, 0xaa, 0x00],
        ] {
            let counts = format!("frames=1 runs=1 garbage={}", stray.len());
            check(&[stray, &heartbeat_v2(1)].concat(), "F1", &counts);
        }
    }

    #[test]
    fn garbage_is_counted_by_run_and_by_byte() {
        let bytes = [&[0, 1, 2][..], &heartbeat_v1(1), &[3, 4], &heartbeat_v1(2)].concat();
        check(&bytes, "F1 F2", "frames=2 runs=2 garbage=5");
    }

    #[test]
    fn a_frame_with_a_wrong_checksum_costs_itself_alone() {
        let mut wrong = heartbeat_v2(1);
        wrong[12] ^= 0x40;
        let bytes = [wrong.clone(), heartbeat_v2(2)].concat();
        check(
            &bytes,
            "F2",
            &format!("frames=1 bad_crc=1 runs=1 garbage={}", wrong.len()),
        );
    }

    #[test]
    fn a_length_that_is_too_long_does_not_swallow_the_next_frame() {
        let mut wrong = heartbeat_v1(1);
        wrong[1] += 12;
        let bytes = [wrong, heartbeat_v1(2), heartbeat_v1(3)].concat();
        check(&bytes, "F2 F3", "frames=2 bad_crc=1 runs=1 garbage=17");
    }

    #[test]
    fn a_frame_that_is_cut_at_the_end_is_garbage() {
        let cut = &heartbeat_v2(2)[..20];
        check(
            &[&heartbeat_v2(1)[..], cut].concat(),
            "F1",
            "frames=1 runs=1 garbage=20",
        );
    }

    #[test]
    fn a_frame_outside_the_dialect_is_believed_by_what_follows() {
        let unknown = samples::unknown(&[1, 2, 3]);
        check(&unknown, "U17", "unknown=1");
        check(
            &[&unknown[..], &heartbeat_v1(1)].concat(),
            "U17 F1",
            "frames=1 unknown=1",
        );
        check(&[&unknown[..], &unknown].concat(), "U17 U17", "unknown=2");
        check(&[&unknown[..], &[0x55]].concat(), "", "runs=1 garbage=16");
    }

    #[test]
    fn a_frame_outside_the_dialect_does_not_hide_a_frame() {
        let inside = samples::unknown(&heartbeat_v1(1));
        check(&inside, "F1", "frames=1 runs=2 garbage=12");
        let mut across = vec![0xfd, 6, 0, 0, 0, 0, 0, 0x60, 0xea, 0, 0, 0, 0, 0, 0];
        across.extend(
            [samples::v1(
                samples::header(0xfe, 1, 2),
                &samples::heartbeat(),
            )]
            .concat(),
        );
        check(&across, "F254", "frames=1 runs=1 garbage=15");
    }

    #[test]
    fn a_flag_that_is_not_understood_refuses_the_frame_whole() {
        let header = samples::header(5, 1, 0);
        let refused = samples::flagged(0x04, header, &samples::heartbeat());
        check(
            &[&refused[..], &heartbeat_v1(1)].concat(),
            "R5 F1",
            "frames=1 refused=1",
        );
        let wide = samples::v2(samples::header(70_000, 1, 0), &samples::heartbeat());
        check(
            &[&wide[..], &heartbeat_v1(1)].concat(),
            "R70000 F1",
            "frames=1 refused=1",
        );
        let mut wrong = refused.clone();
        wrong[15] ^= 1;
        let garbage = wrong.len();
        check(
            &[&wrong[..], &heartbeat_v1(1)].concat(),
            "F1",
            &format!("frames=1 bad_crc=1 runs=1 garbage={garbage}"),
        );
    }

    #[test]
    fn a_signed_frame_is_a_frame() {
        let signed = samples::signed(samples::header(8, 1, 0), &samples::heartbeat());
        check(&[&signed[..], &signed].concat(), "F8 F8", "frames=2");
    }

    #[test]
    fn counts_of_two_stretches_add_up() {
        let mut sum = FrameCounts::default();
        for bytes in [&heartbeat_v1(1)[..], &[0, 0, 0xfe], &samples::unknown(&[1])] {
            let mut framer = Framer::new(bytes);
            while framer.next().is_some() {}
            sum += framer.counts();
        }
        assert_eq!(told(sum), "frames=1 unknown=1 runs=1 garbage=3");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_every_byte_is_accounted_for(
            bytes in samples::noise(0..600),
        ) {
            let mut framer = Framer::new(&bytes);
            let taken: usize = framer.by_ref().map(|event| event.frame().raw().len()).sum();
            prop_assert_eq!(taken as u64 + framer.counts().garbage_bytes, bytes.len() as u64);
        }

        #[test]
        fn garbage_never_hides_an_intact_frame(
            pieces in prop::collection::vec((samples::noise(0..40), samples::any_known()), 0..12),
        ) {
            let bytes: Vec<u8> =
                pieces.iter().flat_map(|(noise, frame)| [&noise[..], frame].concat()).collect();
            prop_assume!(samples::sealed_starts(&bytes) == pieces.len());
            let found: Vec<&[u8]> = Framer::new(&bytes)
                .filter_map(|event| match event {
                    Event::Frame(frame) => Some(frame.raw()),
                    Event::Unknown(_) | Event::Refused(_) => None,
                })
                .collect();
            prop_assert_eq!(found, pieces.iter().map(|(_, frame)| &frame[..]).collect::<Vec<_>>());
        }
    }

    fn heartbeat_v1(system_id: u32) -> Vec<u8> {
        samples::v1(samples::header(system_id, 1, 0), &samples::heartbeat())
    }

    fn heartbeat_v2(system_id: u32) -> Vec<u8> {
        samples::v2(samples::header(system_id, 1, 0), &samples::heartbeat())
    }

    /// Checks the events, told as kind and system id, and the counts that are not zero.
    #[track_caller]
    fn check(bytes: &[u8], events: &str, counts: &str) {
        let mut framer = Framer::new(bytes);
        let found: Vec<String> = framer
            .by_ref()
            .map(|event| {
                let kind = match event {
                    Event::Frame(_) => 'F',
                    Event::Unknown(_) => 'U',
                    Event::Refused(_) => 'R',
                };
                format!("{kind}{}", event.frame().system_id())
            })
            .collect();
        assert_eq!(found.join(" "), events, "events of {bytes:02x?}");
        assert_eq!(told(framer.counts()), counts, "counts of {bytes:02x?}");
    }

    fn told(counts: FrameCounts) -> String {
        [
            ("frames", counts.frames),
            ("unknown", counts.unknown_ids),
            ("refused", counts.refused_flags),
            ("bad_crc", counts.bad_crc),
            ("runs", counts.garbage_runs),
            ("garbage", counts.garbage_bytes),
        ]
        .into_iter()
        .filter(|(_, count)| *count != 0)
        .map(|(name, count)| format!("{name}={count}"))
        .collect::<Vec<_>>()
        .join(" ")
    }
}
