//! Records of a tlog, the recording that ground stations keep: a stamp, then a frame.
//!
//! The format is not in the MAVLink specification. The stamp is 64 bits of microseconds since
//! the Unix epoch; big-endian from most writers, little-endian from some. `MAVProxy` hides the
//! link's number in its two lowest bits, which is left in: it moves the stamp by 3 us at most.

use super::frame::{Frame, Outline, Verdict, is_magic};
use super::framer::Event;

/// Walks the records of a tlog that lies in memory.
///
/// Where no record follows the one before, the search goes on at the next frame whose checksum
/// is right; the eight bytes before it are its stamp if they are a plausible one, else it
/// takes the stamp of the record before. A frame that has neither is counted and left out.
#[derive(Clone, Debug)]
pub struct TlogReader<'a> {
    bytes: &'a [u8],
    at: usize,
    last_us: Option<u64>,
    counts: TlogCounts,
}

/// One frame of a recording, and when it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Microseconds since the Unix epoch, by the clock of the recording station.
    pub received_us: u64,
    /// The frame.
    pub event: Event<'a>,
}

/// What was met in a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlogCounts {
    /// Frames whose checksum is right.
    pub frames: u64,
    /// Frames outside the dialect.
    pub unknown_ids: u64,
    /// Frames that were refused for an incompatibility flag.
    pub refused_flags: u64,
    /// Records with a message of the dialect whose checksum is wrong; they are skipped.
    pub bad_crc: u64,
    /// Frames without any stamp; the frames counted above do not include them.
    pub unstamped: u64,
    /// Stretches between two records that hold none.
    pub skipped_runs: u64,
    /// The bytes of these stretches, stamps included.
    pub skipped_bytes: u64,
    /// Bytes behind the last record: half a record after a power cut, or garbage.
    pub tail_bytes: u64,
}

const STAMP_LENGTH: usize = 8;

/// What stands at a place where a frame might start.
enum Found<'a> {
    /// A frame.
    Event(Event<'a>),
    /// A message of the dialect with a wrong checksum.
    BadCrc,
    /// Nothing.
    Nothing,
}

impl<'a> TlogReader<'a> {
    /// Starts at the first byte of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            last_us: None,
            counts: TlogCounts::default(),
        }
    }

    /// Returns what has been met so far; complete once the iterator has ended.
    #[must_use]
    pub const fn counts(&self) -> TlogCounts {
        self.counts
    }

    /// Returns the bytes that are done with, for showing progress.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Finds the next frame at or behind the end of the last record, and the offset of its magic.
    ///
    /// The place that a record should have comes first, so that a frame which a stamp happens
    /// to look like does not win over it.
    fn find(&mut self) -> Option<(usize, Event<'a>)> {
        let due = self.at + STAMP_LENGTH;
        match self.weigh(due) {
            Found::Event(event) => return Some((due, event)),
            Found::BadCrc => self.counts.bad_crc += 1,
            Found::Nothing => {}
        }
        let mut from = self.at;
        loop {
            let magic = self
                .bytes
                .get(from..)?
                .iter()
                .position(|byte| is_magic(*byte))?;
            let at = from + magic;
            if at != due
                && let Found::Event(event) = self.weigh(at)
            {
                return Some((at, event));
            }
            from = at + 1;
        }
    }

    /// Weighs what starts at `at`.
    ///
    /// A frame outside the dialect is believed if it has a stamp, if a record may follow and
    /// if it hides no frame whose checksum is right.
    fn weigh(&self, at: usize) -> Found<'a> {
        let Outline::Whole(frame) = self.outline(at) else {
            return Found::Nothing;
        };
        let end = at + frame.raw().len();
        match frame.verdict() {
            Verdict::Good => Found::Event(Event::Frame(frame)),
            Verdict::Refused => Found::Event(Event::Refused(frame)),
            Verdict::BadCrc => Found::BadCrc,
            Verdict::Unknown => {
                let is_record = self.stamp_before(at).is_some() && self.is_followed(end);
                if is_record && !(at + 1..end).any(|inner| self.is_sealed(inner)) {
                    Found::Event(Event::unchecked(frame))
                } else {
                    Found::Nothing
                }
            }
        }
    }

    fn is_sealed(&self, at: usize) -> bool {
        match self.outline(at) {
            Outline::Whole(frame) => frame.is_sealed(),
            Outline::Cut | Outline::NoMagic => false,
        }
    }

    fn outline(&self, at: usize) -> Outline<'a> {
        self.bytes
            .get(at..)
            .map_or(Outline::NoMagic, Frame::outline)
    }

    /// Says whether a record may follow at `end`: a stamp and a magic, or no room for both.
    fn is_followed(&self, end: usize) -> bool {
        match self.bytes.get(end + STAMP_LENGTH) {
            Some(byte) => is_magic(*byte) && self.stamp_before(end + STAMP_LENGTH).is_some(),
            None => true,
        }
    }

    /// Reads the stamp that ends at `at`, if it is a plausible one and no part of a record before.
    ///
    /// If it is plausible in both byte orders, the one nearer to the stamp before is meant.
    fn stamp_before(&self, at: usize) -> Option<u64> {
        let start = at
            .checked_sub(STAMP_LENGTH)
            .filter(|start| self.at <= *start)?;
        let (bytes, _) = self.bytes.get(start..)?.split_first_chunk()?;
        let (big, little) = (u64::from_be_bytes(*bytes), u64::from_le_bytes(*bytes));
        match (is_plausible(big), is_plausible(little), self.last_us) {
            (true, true, Some(last)) if little.abs_diff(last) < big.abs_diff(last) => Some(little),
            (true, _, _) => Some(big),
            (false, true, _) => Some(little),
            (false, false, _) => None,
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Frame(_) => self.counts.frames += 1,
            Event::Unknown(_) => self.counts.unknown_ids += 1,
            Event::Refused(_) => self.counts.refused_flags += 1,
        }
    }

    fn skip_to(&mut self, start: usize) {
        if self.at < start {
            self.counts.skipped_runs += 1;
            self.counts.skipped_bytes += (start - self.at) as u64;
        }
    }
}

impl<'a> Iterator for TlogReader<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while let Some((at, event)) = self.find() {
            let stamp = self.stamp_before(at);
            self.skip_to(if stamp.is_some() {
                at - STAMP_LENGTH
            } else {
                at
            });
            self.at = at + event.frame().raw().len();
            if let Some(received_us) = stamp.or(self.last_us) {
                self.last_us = Some(received_us);
                self.note(&event);
                return Some(Record { received_us, event });
            }
            self.counts.unstamped += 1;
        }
        self.counts.tail_bytes += (self.bytes.len() - self.at) as u64;
        self.at = self.bytes.len();
        None
    }
}

/// Says whether microseconds since the Unix epoch lie in the years 2000 to 2099.
const fn is_plausible(micros: u64) -> bool {
    const YEAR_2000: u64 = 946_684_800_000_000;
    const YEAR_2100: u64 = 4_102_444_800_000_000;
    YEAR_2000 <= micros && micros < YEAR_2100
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::samples;

    const START_US: u64 = 1_436_056_003_484_195;

    #[test]
    fn records_follow_each_other() {
        let bytes = [record(0, 1), record(5, 2), record(9, 3)].concat();
        check(&bytes, "1@0 2@5 3@9", "frames=3");
        check(&[], "", "");
    }

    #[test]
    fn little_endian_stamps_are_read_too() {
        let bytes = [swapped(0, 1), swapped(5, 2)].concat();
        check(&bytes, "1@0 2@5", "frames=2");
    }

    #[test]
    fn the_link_that_mavproxy_hides_in_a_stamp_moves_it_by_3_us_at_most() {
        let start = START_US & !3;
        let write = |us: u64, link: u64| ((start + us) | link).to_be_bytes();
        let stamps = [write(0, 3), write(4, 0), write(8, 2)];
        let bytes = stamps.map(|stamp| [&stamp[..], &heartbeat(1)].concat());
        let bytes = bytes.concat();
        let received: Vec<u64> = TlogReader::new(&bytes)
            .map(|record| record.received_us - start)
            .collect();
        assert_eq!(received, [3, 4, 10]);
    }

    #[test]
    fn a_recording_may_hold_both_versions() {
        let second = samples::v2(samples::header(2, 1, 0), &samples::heartbeat());
        let bytes = [&record(0, 1)[..], &stamp(5), &second, &record(9, 3)].concat();
        check(&bytes, "1@0 2@5 3@9", "frames=3");
    }

    #[test]
    fn a_stamp_that_both_byte_orders_make_plausible_is_near_the_one_before() {
        let ambiguous: u64 = 0x0005_1a1f_2b3c_0500;
        assert!(is_plausible(ambiguous) && is_plausible(ambiguous.swap_bytes()));
        let frame = heartbeat(1);
        for write in [u64::to_be_bytes, u64::to_le_bytes] {
            let stamps = [write(ambiguous - 1), write(ambiguous)];
            let bytes = [&stamps[0][..], &frame, &stamps[1], &frame].concat();
            let received: Vec<u64> = TlogReader::new(&bytes)
                .map(|record| record.received_us)
                .collect();
            assert_eq!(received, [ambiguous - 1, ambiguous]);
        }
    }

    #[test]
    fn a_recording_that_ends_in_half_a_record_says_so() {
        let last = record(5, 2);
        for length in 1..last.len() {
            let bytes = [&record(0, 1), &last[..length]].concat();
            check(&bytes, "1@0", &format!("frames=1 tail={length}"));
        }
    }

    #[test]
    fn garbage_between_records_costs_no_record() {
        for garbage in [&[0x55; 3][..], &[0xfd, 0xff, 0x00], &[0xfe; 40], &[0; 8]] {
            let bytes = [&record(0, 1), garbage, &record(5, 2)].concat();
            let counts = format!("frames=2 runs=1 skipped={}", garbage.len());
            check(&bytes, "1@0 2@5", &counts);
        }
    }

    #[test]
    fn a_record_with_a_wrong_checksum_is_skipped_with_its_stamp() {
        let mut wrong = record(3, 9);
        *wrong.last_mut().unwrap() ^= 0x55;
        let bytes = [&record(0, 1)[..], &wrong, &record(5, 2)].concat();
        check(&bytes, "1@0 2@5", "frames=2 bad_crc=1 runs=1 skipped=25");
    }

    #[test]
    fn a_frame_without_a_stamp_takes_the_one_before() {
        let bytes = [record(7, 1), heartbeat(2), record(9, 3)].concat();
        check(&bytes, "1@7 2@7 3@9", "frames=3");
        let absurd = [&record(7, 1)[..], &[0; 8], &heartbeat(2), &record(9, 3)].concat();
        check(&absurd, "1@7 2@7 3@9", "frames=3 runs=1 skipped=8");
    }

    #[test]
    fn a_frame_that_no_stamp_precedes_is_counted_and_left_out() {
        let bytes = [heartbeat(1), heartbeat(2), record(9, 3)].concat();
        check(&bytes, "3@9", "frames=1 unstamped=2");
    }

    #[test]
    fn a_frame_outside_the_dialect_is_believed_between_stamps() {
        let unknown = [&stamp(5)[..], &samples::unknown(&[1, 2, 3])].concat();
        let bytes = [&record(0, 1)[..], &unknown, &record(9, 3)].concat();
        check(&bytes, "1@0 17@5 3@9", "frames=2 unknown=1");
        check(
            &[&record(0, 1)[..], &unknown].concat(),
            "1@0 17@5",
            "frames=1 unknown=1",
        );
        let unstamped = [
            &record(0, 1)[..],
            &samples::unknown(&[1, 2, 3]),
            &record(9, 3),
        ]
        .concat();
        check(&unstamped, "1@0 3@9", "frames=2 runs=1 skipped=15");
    }

    #[test]
    fn a_flag_that_is_not_understood_is_counted_with_its_record() {
        let refused = samples::flagged(0x80, samples::header(4, 1, 0), &samples::heartbeat());
        let bytes = [&record(0, 1)[..], &stamp(5), &refused, &record(9, 3)].concat();
        check(&bytes, "1@0 4@5 3@9", "frames=2 refused=1");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_it_ends(bytes in samples::noise(0..600)) {
            let mut reader = TlogReader::new(&bytes);
            prop_assert!(reader.by_ref().count() <= bytes.len());
            prop_assert_eq!(reader.next(), None);
        }

        #[test]
        fn garbage_never_hides_a_record(
            pieces in prop::collection::vec((samples::noise(0..40), samples::any_known()), 1..8),
        ) {
            let mut bytes = record(0, 200);
            for (noise, frame) in &pieces {
                bytes.extend([noise, &stamp(5)[..], frame].concat());
            }
            prop_assume!(samples::sealed_starts(&bytes) == 1 + pieces.len());
            let found: Vec<&[u8]> = TlogReader::new(&bytes)
                .filter(|record| matches!(record.event, Event::Frame(_)))
                .map(|record| record.event.frame().raw())
                .skip(1)
                .collect();
            prop_assert_eq!(found, pieces.iter().map(|(_, frame)| &frame[..]).collect::<Vec<_>>());
        }
    }

    fn stamp(after_us: u64) -> [u8; 8] {
        (START_US + after_us).to_be_bytes()
    }

    fn heartbeat(system_id: u32) -> Vec<u8> {
        samples::v1(samples::header(system_id, 1, 0), &samples::heartbeat())
    }

    fn record(after_us: u64, system_id: u32) -> Vec<u8> {
        [&stamp(after_us)[..], &heartbeat(system_id)].concat()
    }

    fn swapped(after_us: u64, system_id: u32) -> Vec<u8> {
        let mut record = record(after_us, system_id);
        record[..8].reverse();
        record
    }

    /// Checks the records, told as system id and microseconds after the start, and the counts
    /// that are not zero.
    #[track_caller]
    fn check(bytes: &[u8], records: &str, counts: &str) {
        let mut reader = TlogReader::new(bytes);
        let found: Vec<String> = reader
            .by_ref()
            .map(|record| {
                let after_us = record.received_us - START_US;
                format!("{}@{after_us}", record.event.frame().system_id())
            })
            .collect();
        assert_eq!(found.join(" "), records, "records of {bytes:02x?}");
        assert_eq!(told(reader.counts()), counts, "counts of {bytes:02x?}");
    }

    fn told(counts: TlogCounts) -> String {
        [
            ("frames", counts.frames),
            ("unknown", counts.unknown_ids),
            ("refused", counts.refused_flags),
            ("bad_crc", counts.bad_crc),
            ("unstamped", counts.unstamped),
            ("runs", counts.skipped_runs),
            ("skipped", counts.skipped_bytes),
            ("tail", counts.tail_bytes),
        ]
        .into_iter()
        .filter(|(_, count)| *count != 0)
        .map(|(name, count)| format!("{name}={count}"))
        .collect::<Vec<_>>()
        .join(" ")
    }
}
