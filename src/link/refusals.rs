//! Frames that a signed link does not let in: why, how many, and when a person is told.
//!
//! It decides and does not log. A burst of one reason is told when it begins and when it is over,
//! however many frames it has.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::units::Monotonic;

/// A burst is over when nothing has been refused for so long.
const QUIET_MIN: Duration = Duration::from_secs(60);

/// Why a signed link does not trust a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It carries no signature; MAVLink 1 has none.
    Unsigned,
    /// Whoever sent it does not hold the key, or it was changed on the way.
    BadSignature,
    /// Its stream has come further already.
    Replayed,
    /// It starts a stream more than a minute behind the link's clock.
    TooOld,
    /// There is no room for another stream.
    TooManyStreams,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsigned => "no signature",
            Self::BadSignature => "a bad signature",
            Self::Replayed => "signed, but repeated or late",
            Self::TooOld => "signed, but the sender's clock is more than a minute behind",
            Self::TooManyStreams => "signed, but there is no room for another sender",
        })
    }
}

/// What there is to tell about the frames of one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burst {
    /// Frames come: so many so far, the last of them from this system, as it says.
    Begun {
        /// How many.
        frames: u64,
        /// The system id in the last one.
        system_id: u32,
    },
    /// No more came for a while; there were so many.
    Over {
        /// How many.
        frames: u64,
    },
}

/// The bursts that go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals(BTreeMap<Refusal, Going>);

#[derive(Clone, Copy, Debug, Default)]
struct Going {
    frames: u64,
    system_id: u32,
    last: Monotonic,
    is_told: bool,
}

impl Refusals {
    /// Counts a frame.
    pub(super) fn note(&mut self, now: Monotonic, reason: Refusal, system_id: u32) {
        let going = self.0.entry(reason).or_default();
        *going = Going {
            frames: going.frames + 1,
            system_id,
            last: now,
            is_told: going.is_told,
        };
    }

    /// Says what there is to tell, each thing once.
    pub(super) fn look(&mut self, now: Monotonic) -> Vec<(Refusal, Burst)> {
        let mut told = Vec::new();
        self.0.retain(|reason, going| {
            let Going {
                frames, system_id, ..
            } = *going;
            if !going.is_told {
                told.push((*reason, Burst::Begun { frames, system_id }));
                going.is_told = true;
            }
            let is_over = QUIET_MIN <= now.since(going.last);
            if is_over {
                told.push((*reason, Burst::Over { frames }));
            }
            !is_over
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_told_when_it_begins_and_when_it_is_over() {
        check("x.........x.........", &[], "begun 1");
        let minute = ".".repeat(60);
        check(&format!("xxx{minute}"), &["over 3"], "begun 1");
        check(&format!("xxx{minute}x"), &["over 3", "begun 1"], "begun 1");
        let hour = "x".repeat(3600);
        check(&hour, &[], "begun 1");
    }

    /// One look a second, with a frame before it where there is an `x`.
    #[track_caller]
    fn check(seconds: &str, then: &[&str], first: &str) {
        let mut refusals = Refusals::default();
        let mut told = Vec::new();
        for (second, what) in (0..).zip(seconds.chars()) {
            let now = Monotonic::from_micros(second * 1_000_000);
            if what == 'x' {
                refusals.note(now, Refusal::Replayed, 7);
            }
            told.extend(refusals.look(now).iter().map(|(_, burst)| text(*burst)));
        }
        assert_eq!(told, [&[first], then].concat(), "{seconds}");
    }

    #[test]
    fn each_reason_is_told_apart_with_the_system_that_was_named_last() {
        let mut refusals = Refusals::default();
        let now = Monotonic::default();
        refusals.note(now, Refusal::Unsigned, 1);
        refusals.note(now, Refusal::BadSignature, 2);
        refusals.note(now, Refusal::Unsigned, 3);
        let begun = |frames, system_id| Burst::Begun { frames, system_id };
        assert_eq!(
            refusals.look(now),
            [
                (Refusal::Unsigned, begun(2, 3)),
                (Refusal::BadSignature, begun(1, 2)),
            ]
        );
    }

    fn text(burst: Burst) -> String {
        match burst {
            Burst::Begun { frames, .. } => format!("begun {frames}"),
            Burst::Over { frames } => format!("over {frames}"),
        }
    }
}
