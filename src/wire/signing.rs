//! Signatures of frames: who holds the key, and what was said before.
//!
//! Invariants, each held by a test:
//!
//! 1. A frame whose signature is wrong changes nothing: no stream, no clock.
//! 2. Of one stream, no timestamp is good twice, nor one before it, also over a restart.
//! 3. A key is never shown.
//!
//! Source: MAVLink guide, "Message Signing". The guide lets no frame be a minute behind the clock; the
//! C helper asks that of new streams only, so that one slow link is not locked out by a fast one,
//! and so does this room.

mod key;

use std::collections::BTreeMap;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::frame::Frame;
use crate::units::Utc;

pub use key::{KeyId, SigningKey, SigningKeyError};

/// How far behind the clock a stream may start: one minute.
const NEW_STREAM_BEHIND_MAX: u64 = 60 * 100_000;

/// Streams that are remembered. Only who holds the key can start one.
const STREAMS_MAX: usize = 4096;

/// Where things stand in the end of a signed frame; the digest comes last.
const LINK_ID: usize = 0;
const TIMESTAMP: Range<usize> = 1..7;
const DIGEST_LENGTH: usize = 6;

/// An instant on the clock of signatures: steps of 10 microseconds since 2015, 48 bits of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SigningTime(u64);

impl SigningTime {
    /// The last instant that there is, in the year 2104.
    pub const MAX: Self = Self((1 << 48) - 1);

    /// Wraps steps of 10 microseconds; later ones than the last are the last.
    #[must_use]
    pub fn from_steps(steps: u64) -> Self {
        Self(steps).min(Self::MAX)
    }

    /// Converts civil time; an instant before 2015 is the first.
    #[must_use]
    pub fn at(time: Utc) -> Self {
        const YEAR_2015_US: i64 = 1_420_070_400_000_000;
        let micros = time.as_micros().saturating_sub(YEAR_2015_US);
        Self::from_steps(u64::try_from(micros).unwrap_or(0) / 10)
    }

    /// Returns the steps of 10 microseconds since 2015.
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.0
    }
}

/// One sender on one of its links; timestamps count for each of these apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignedStream {
    /// The sender's system id.
    pub system_id: u32,
    /// The sender's component id.
    pub component_id: u8,
    /// The number that the sender gives its link.
    pub link_id: u8,
}

/// What must outlive a restart, so that nothing that was heard is believed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SigningMemory {
    /// The latest instant that was known or told.
    pub clock: SigningTime,
    /// The timestamp that each stream has come to.
    pub streams: BTreeMap<SignedStream, SigningTime>,
}

/// What a frame's signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVerdict {
    /// The sender holds the key, and says this for the first time.
    Good,
    /// The sender does not hold the key, or the frame was changed.
    Bad,
    /// The sender held the key, but its stream has come further already.
    Replayed,
    /// The sender held the key, but starts a stream more than a minute behind the clock.
    TooOld,
    /// The sender holds the key, but there is no room for another stream.
    TooManyStreams,
    /// There is no signature; MAVLink 1 has none.
    Unsigned,
}

/// Judges signatures by one key and remembers what they have come to.
#[derive(Clone, Debug)]
pub struct SignatureCheck {
    key: SigningKey,
    memory: SigningMemory,
}

impl SignatureCheck {
    /// Goes on with what an earlier run remembered, or with an empty memory.
    #[must_use]
    pub const fn new(key: SigningKey, memory: SigningMemory) -> Self {
        Self { key, memory }
    }

    /// Returns the key that signatures are judged by.
    #[must_use]
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Returns what to keep for the next run; once a minute is enough for the clock.
    #[must_use]
    pub const fn memory(&self) -> &SigningMemory {
        &self.memory
    }

    /// Judges `frame`, whose checksum is right, and remembers it if it is good.
    ///
    /// `now` may lie behind: the clock is the latest of what it was and what was told.
    pub fn judge(&mut self, now: SigningTime, frame: &Frame<'_>) -> SignatureVerdict {
        let Some(signature) = frame.signature() else {
            return SignatureVerdict::Unsigned;
        };
        if !self.is_signed_by_key(frame.raw()) {
            return SignatureVerdict::Bad;
        }
        let stream = SignedStream {
            system_id: frame.system_id(),
            component_id: frame.component_id(),
            link_id: signature[LINK_ID],
        };
        let mut steps = [0; 8];
        steps[..6].copy_from_slice(&signature[TIMESTAMP]);
        self.advance(now, stream, SigningTime(u64::from_le_bytes(steps)))
    }

    /// Compares the signature without telling by the time it takes how much of it is right.
    fn is_signed_by_key(&self, raw: &[u8]) -> bool {
        let Some((signed, signature)) = raw.split_last_chunk::<DIGEST_LENGTH>() else {
            return false;
        };
        let digest = Sha256::new()
            .chain_update(self.key.bytes())
            .chain_update(signed)
            .finalize();
        let differences = signature
            .iter()
            .zip(digest)
            .map(|(ours, theirs)| ours ^ theirs);
        differences.fold(0, |all, difference| all | difference) == 0
    }

    fn advance(
        &mut self,
        now: SigningTime,
        stream: SignedStream,
        told: SigningTime,
    ) -> SignatureVerdict {
        let memory = &mut self.memory;
        let clock = memory.clock.max(now);
        match memory.streams.get(&stream) {
            Some(last) if told <= *last => return SignatureVerdict::Replayed,
            None if told.0 + NEW_STREAM_BEHIND_MAX < clock.0 => return SignatureVerdict::TooOld,
            None if STREAMS_MAX <= memory.streams.len() => return SignatureVerdict::TooManyStreams,
            Some(_) | None => {}
        }
        memory.streams.insert(stream, told);
        memory.clock = clock.max(told);
        SignatureVerdict::Good
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Deserialize;

    use super::*;
    use crate::wire::frame::Outline;
    use crate::wire::samples;

    /// Frames as pymavlink signs them; `tests/peers/signed_frames.py` writes them.
    #[derive(Deserialize)]
    struct Heard {
        key: String,
        now: u64,
        #[serde(rename = "heard")]
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        frame: String,
        verdict: String,
        why: String,
    }

    fn heard() -> Heard {
        serde_json::from_str(include_str!("../../tests/peers/signed_frames.json")).unwrap()
    }

    fn check_of(heard: &Heard) -> SignatureCheck {
        let key = samples::bytes(&heard.key).try_into().unwrap();
        SignatureCheck::new(SigningKey::new(key).unwrap(), SigningMemory::default())
    }

    fn judge(check: &mut SignatureCheck, now: u64, bytes: &[u8]) -> SignatureVerdict {
        match Frame::outline(bytes) {
            Outline::Whole(frame) => check.judge(SigningTime::from_steps(now), &frame),
            Outline::Cut | Outline::NoMagic => panic!("no whole frame: {bytes:02x?}"),
        }
    }

    #[test]
    fn every_frame_of_pymavlink_is_judged_as_the_guide_says() {
        let heard = heard();
        let mut check = check_of(&heard);
        for case in &heard.cases {
            let before = check.memory().clone();
            let verdict = judge(&mut check, heard.now, &samples::bytes(&case.frame));
            let expected = match case.verdict.as_str() {
                "good" => SignatureVerdict::Good,
                "bad" => SignatureVerdict::Bad,
                "replayed" => SignatureVerdict::Replayed,
                "too_old" => SignatureVerdict::TooOld,
                "unsigned" => SignatureVerdict::Unsigned,
                other => panic!("no verdict: {other}"),
            };
            assert_eq!(verdict, expected, "{}", case.why);
            if verdict == SignatureVerdict::Good {
                assert_ne!(check.memory(), &before, "{}", case.why);
            } else {
                assert_eq!(check.memory(), &before, "{}", case.why);
            }
        }
    }

    #[test]
    fn nothing_is_good_again_after_a_restart() {
        let heard = heard();
        let mut check = check_of(&heard);
        let frames: Vec<_> = heard
            .cases
            .iter()
            .map(|case| samples::bytes(&case.frame))
            .collect();
        for bytes in &frames {
            judge(&mut check, heard.now, bytes);
        }
        let mut after = SignatureCheck::new(check.key.clone(), check.memory().clone());
        for bytes in &frames {
            assert_ne!(judge(&mut after, 0, bytes), SignatureVerdict::Good);
        }
        assert_eq!(after.memory(), check.memory());
    }

    #[test]
    fn every_bit_of_a_signed_frame_counts() {
        let heard = heard();
        let signed = samples::bytes(&heard.cases[0].frame);
        for bit in 8 * 3..8 * signed.len() {
            let mut bytes = signed.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut check = check_of(&heard);
            assert_eq!(
                judge(&mut check, heard.now, &bytes),
                SignatureVerdict::Bad,
                "bit {bit}"
            );
            assert_eq!(check.memory(), &SigningMemory::default(), "bit {bit}");
        }
    }

    #[test]
    fn a_clock_that_runs_on_makes_an_old_stream_too_old_to_start() {
        let heard = heard();
        let bytes = samples::bytes(&heard.cases[0].frame);
        for (late, verdict) in [
            (NEW_STREAM_BEHIND_MAX, SignatureVerdict::Good),
            (NEW_STREAM_BEHIND_MAX + 1, SignatureVerdict::TooOld),
        ] {
            assert_eq!(
                judge(&mut check_of(&heard), heard.now + late, &bytes),
                verdict,
                "{late}"
            );
        }
    }

    #[test]
    fn the_number_of_streams_is_bounded() {
        let heard = heard();
        let mut check = check_of(&heard);
        for system_id in 0..u32::try_from(STREAMS_MAX).unwrap() {
            let stream = SignedStream {
                system_id: 1000 + system_id,
                component_id: 1,
                link_id: 0,
            };
            let verdict = check.advance(SigningTime(0), stream, SigningTime(1));
            assert_eq!(verdict, SignatureVerdict::Good);
        }
        let verdict = judge(&mut check, 0, &samples::bytes(&heard.cases[0].frame));
        assert_eq!(verdict, SignatureVerdict::TooManyStreams);
    }

    #[test]
    fn the_clock_counts_from_2015_and_keeps_within_48_bits() {
        let start = Utc::try_from("2015-01-01T00:00:00Z".to_owned()).unwrap();
        assert_eq!(SigningTime::at(start).steps(), 0);
        assert_eq!(
            SigningTime::at(start.after(Duration::from_secs(1))).steps(),
            100_000
        );
        assert_eq!(
            SigningTime::at(start.before(Duration::from_secs(1))).steps(),
            0
        );
        assert_eq!(
            SigningTime::at(Utc::from_micros(i64::MAX)),
            SigningTime::MAX
        );
        assert_eq!(SigningTime::at(Utc::from_micros(i64::MIN)).steps(), 0);
    }

    #[test]
    fn a_key_is_never_shown() {
        let check = check_of(&heard());
        assert!(format!("{check:?}").contains("SigningKey(..)"));
    }
}
