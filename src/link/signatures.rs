//! Signed links: which frames are let in, and what their authenticity is.
//!
//! Invariants, each held by a test:
//!
//! 1. A frame that is not let in moves no memory.
//! 2. All connections of a link share one memory: what one client sent, no other can repeat.
//! 3. Links do not share theirs: two of them may bring the same frame, and both are right.
//! 4. Of several keys each has a memory of its own, so that a fresh key starts afresh.

use std::sync::{Arc, Mutex, PoisonError};

use crate::link::refusals::{Burst, Refusal, Refusals};
use crate::metrics::{Counter, Metrics};
use crate::track::{Authenticity, LinkName};
use crate::units::{Moment, Monotonic};
use crate::wire::{
    Frame, KeyId, SignatureCheck, SignatureVerdict, SigningKey, SigningMemory, SigningTime,
};

/// `RADIO_STATUS`, which a radio puts into the stream without a key.
const RADIO_STATUS: u32 = 109;

/// Whose frames a link believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSettings {
    /// A frame that is signed by any of them is good; several while one replaces the other.
    pub keys: Vec<SigningKey>,
    /// Frames without a signature, those of MAVLink 1 among them.
    pub unsigned: Treatment,
    /// Frames with a wrong signature.
    pub bad: Treatment,
}

/// What becomes of frames that cannot be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Treatment {
    /// They are not heard.
    #[default]
    Refuse,
    /// They are heard, and labelled.
    Accept,
}

impl Treatment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Accept];

    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Accept => "accept",
        }
    }
}

/// Judges the frames of a signed link, for all of its connections.
#[derive(Debug)]
pub struct Signatures {
    link: LinkName,
    unsigned: Treatment,
    bad: Treatment,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    checks: Vec<SignatureCheck>,
    refusals: Refusals,
}

impl Signatures {
    /// Goes on with what an earlier run remembered of each key.
    #[must_use]
    pub fn new(
        link: &LinkName,
        settings: &SigningSettings,
        mut remembered: impl FnMut(KeyId) -> SigningMemory,
        metrics: Arc<Metrics>,
    ) -> Self {
        let check = |key: &SigningKey| SignatureCheck::new(key.clone(), remembered(key.id()));
        Self {
            link: link.clone(),
            unsigned: settings.unsigned,
            bad: settings.bad,
            metrics,
            state: Mutex::new(State {
                checks: settings.keys.iter().map(check).collect(),
                refusals: Refusals::default(),
            }),
        }
    }

    /// Returns the name of the link.
    #[must_use]
    pub const fn link(&self) -> &LinkName {
        &self.link
    }

    /// Says what a frame's authenticity is; nothing if it is not let in.
    pub(super) fn admit(&self, received: Moment, frame: &Frame<'_>) -> Option<Authenticity> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = match state.judge(SigningTime::at(received.utc), frame) {
            SignatureVerdict::Good => {
                self.metrics.link_frames_signed.add(1);
                return Some(Authenticity::Signed);
            }
            SignatureVerdict::Unsigned if frame.message_id() == RADIO_STATUS => {
                return Some(Authenticity::Unsigned);
            }
            SignatureVerdict::Unsigned if self.unsigned == Treatment::Accept => {
                return Some(Authenticity::Unsigned);
            }
            SignatureVerdict::Unsigned => Refusal::Unsigned,
            SignatureVerdict::Bad => Refusal::BadSignature,
            SignatureVerdict::Replayed => Refusal::Replayed,
            SignatureVerdict::TooOld => Refusal::TooOld,
            SignatureVerdict::TooManyStreams => Refusal::TooManyStreams,
        };
        state
            .refusals
            .note(received.monotonic, refusal, frame.system_id());
        counter(&self.metrics, refusal).add(1);
        self.hears(refusal)
            .then_some(Authenticity::BadSignatureAccepted)
    }

    /// Says whether frames are heard in spite of that.
    #[must_use]
    pub fn hears(&self, refusal: Refusal) -> bool {
        refusal == Refusal::BadSignature && self.bad == Treatment::Accept
    }

    /// Says what there is to tell about frames that cannot be trusted, each thing once.
    pub fn look(&self, now: Monotonic) -> Vec<(Refusal, Burst)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.refusals.look(now)
    }

    /// Returns how many streams are remembered.
    #[must_use]
    pub fn streams(&self) -> usize {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let streams = |check: &SignatureCheck| check.memory().streams.len();
        state.checks.iter().map(streams).sum()
    }

    /// Returns what has to outlive a restart, by key.
    #[must_use]
    pub fn memories(&self) -> Vec<(KeyId, SigningMemory)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = |check: &SignatureCheck| (check.key().id(), check.memory().clone());
        state.checks.iter().map(memory).collect()
    }
}

impl State {
    /// Judges by each key in turn: a signature that one knows is not bad for another.
    fn judge(&mut self, now: SigningTime, frame: &Frame<'_>) -> SignatureVerdict {
        if !frame.is_signed() {
            return SignatureVerdict::Unsigned;
        }
        let verdicts = self.checks.iter_mut().map(|check| check.judge(now, frame));
        let mut known = verdicts.filter(|verdict| *verdict != SignatureVerdict::Bad);
        known.next().unwrap_or(SignatureVerdict::Bad)
    }
}

fn counter(metrics: &Metrics, refusal: Refusal) -> &Counter {
    match refusal {
        Refusal::Unsigned => &metrics.link_frames_unsigned_refused,
        Refusal::BadSignature => &metrics.link_frames_bad_signature,
        Refusal::Replayed => &metrics.link_frames_replayed,
        Refusal::TooOld => &metrics.link_frames_too_old,
        Refusal::TooManyStreams => &metrics.link_frames_too_many_streams,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::units::Utc;
    use crate::wire::{Event, Framer};

    /// The key of most frames below.
    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    /// The key of the frames that "another key" has signed.
    const OTHER_KEY: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    /// Frames as pymavlink signs them; `tests/peers/signed_frames.py` writes them.
    #[derive(Deserialize)]
    struct Heard {
        now: i64,
        heard: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        frame: String,
        verdict: String,
        why: String,
    }

    #[test]
    fn what_cannot_be_trusted_is_refused_and_counted() {
        let (unsigned, bad) = (Treatment::Refuse, Treatment::Refuse);
        let (signatures, metrics) = link(&[KEY], unsigned, bad);
        for (case, authenticity) in hear(&signatures) {
            let expected = (case.verdict == "good").then_some(Authenticity::Signed);
            assert_eq!(authenticity, expected, "{}", case.why);
        }
        let counted = [
            metrics.link_frames_signed.get(),
            metrics.link_frames_bad_signature.get(),
            metrics.link_frames_replayed.get(),
            metrics.link_frames_too_old.get(),
            metrics.link_frames_unsigned_refused.get(),
            metrics.link_frames_too_many_streams.get(),
        ];
        assert_eq!(counted, [9, 6, 3, 2, 2, 0]);
        let told = signatures.look(Monotonic::default());
        let frames = told.iter().map(|(reason, burst)| match burst {
            Burst::Begun { frames, .. } | Burst::Over { frames } => (*reason, *frames),
        });
        assert_eq!(
            frames.collect::<Vec<_>>(),
            [
                (Refusal::Unsigned, 2),
                (Refusal::BadSignature, 6),
                (Refusal::Replayed, 3),
                (Refusal::TooOld, 2),
            ]
        );
    }

    #[test]
    fn what_is_let_in_all_the_same_says_what_it_is_worth() {
        let (unsigned, bad) = (Treatment::Accept, Treatment::Accept);
        let (signatures, metrics) = link(&[KEY], unsigned, bad);
        for (case, authenticity) in hear(&signatures) {
            let expected = match case.verdict.as_str() {
                "good" => Some(Authenticity::Signed),
                "bad" => Some(Authenticity::BadSignatureAccepted),
                "unsigned" => Some(Authenticity::Unsigned),
                _too_late => None,
            };
            assert_eq!(authenticity, expected, "{}", case.why);
        }
        assert_eq!(metrics.link_frames_unsigned_refused.get(), 0);
        assert_eq!(metrics.link_frames_bad_signature.get(), 6);
    }

    #[test]
    fn each_of_several_keys_is_believed_and_remembers_for_itself() {
        let (unsigned, bad) = (Treatment::Refuse, Treatment::Refuse);
        let (signatures, metrics) = link(&[OTHER_KEY, KEY], unsigned, bad);
        hear(&signatures);
        assert_eq!(metrics.link_frames_signed.get(), 9 + 2);
        let memories = signatures.memories();
        let streams = memories.iter().map(|(_, memory)| memory.streams.len());
        assert_eq!(streams.collect::<Vec<_>>(), [2, 5]);
        assert_ne!(memories[0].1.clock, memories[1].1.clock);
        assert_eq!(signatures.streams(), 7);
    }

    #[test]
    fn without_a_key_nothing_is_let_in() {
        let (signatures, _metrics) = link(&[], Treatment::Refuse, Treatment::Refuse);
        assert!(hear(&signatures).iter().all(|(_, heard)| heard.is_none()));
    }

    #[test]
    fn a_radio_says_how_it_is_without_a_key() {
        // RADIO_STATUS of system 51, by pymavlink: MAVLink 2 and 1.
        let frames = [
            "fd0900000033446d000000000000c8c86414276cbc",
            "fe090033446d00000000c8c8641427ab8d",
        ];
        let (signatures, metrics) = link(&[KEY], Treatment::Refuse, Treatment::Refuse);
        for frame in frames {
            let admitted = admit(&signatures, 0, frame);
            assert_eq!(admitted, Some(Authenticity::Unsigned));
        }
        assert_eq!(metrics.link_frames_unsigned_refused.get(), 0);
    }

    fn link(keys: &[&str], unsigned: Treatment, bad: Treatment) -> (Signatures, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::default());
        let settings = SigningSettings {
            keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
            unsigned,
            bad,
        };
        let nothing = |_key| SigningMemory::default();
        let name = LinkName::new("radio");
        let signatures = Signatures::new(&name, &settings, nothing, Arc::clone(&metrics));
        (signatures, metrics)
    }

    /// Hears every frame of pymavlink whose checksum is right, in order.
    fn hear(signatures: &Signatures) -> Vec<(Case, Option<Authenticity>)> {
        let heard = include_str!("../../tests/peers/signed_frames.json");
        let heard: Heard = serde_json::from_str(heard).unwrap();
        let is_sound = |case: &Case| is_frame(&bytes(&case.frame));
        let hear = |case: Case| {
            let admitted = admit(signatures, heard.now, &case.frame);
            (case, admitted)
        };
        let sound = heard.heard.into_iter().filter(is_sound);
        sound.map(hear).collect()
    }

    fn admit(signatures: &Signatures, now: i64, frame: &str) -> Option<Authenticity> {
        const YEAR_2015_US: i64 = 1_420_070_400_000_000;
        let received = Moment {
            utc: Utc::from_micros(YEAR_2015_US + 10 * now),
            ..Moment::default()
        };
        match Framer::new(&bytes(frame)).next() {
            Some(Event::Frame(frame)) => signatures.admit(received, &frame),
            Some(Event::Unknown(_) | Event::Refused(_)) | None => panic!("no frame: {frame}"),
        }
    }

    fn is_frame(bytes: &[u8]) -> bool {
        matches!(Framer::new(bytes).next(), Some(Event::Frame(_)))
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect()
    }
}
