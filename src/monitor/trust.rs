//! Whether a sender's positions are believed: a pure state machine.
//!
//! | state   | Agrees                    | Persists                  | Refuted              | Absent           |
//! |---------|---------------------------|---------------------------|----------------------|------------------|
//! | Trusted | Trusted, or Warned¹       | Trusted, or Warned¹       | Hidden¹              | Hidden¹          |
//! | Warned  | Warned, or Trusted²       | Warned, or Trusted²       | Hidden¹              | Hidden¹          |
//! | Hidden  | Hidden, or believed again³ | Hidden, or believed again⁴ | Hidden, or believed again⁵ | Hidden     |
//!
//! ¹ told as suspect. ² told as trusted, once nothing was seen for the stretch that
//! [`TrustSettings::trusted_after`] asks for. ³ after such a stretch from the last trusted place on.
//! ⁴ after [`TrustSettings::settled_after`] of a place that goes on from a doubted one with nothing new
//! to be seen. ⁵ after [`TrustSettings::hidden_max`], whatever is seen: no track is filtered for ever.
//! Believed again is Trusted, told as such, or Warned while there still is a warning.
//!
//! Warnings leave the place to the rules, and label what they tell. While the place is refuted, no
//! rule sees it: standings stay as they were, so that a spoof of some seconds makes no events and a
//! return none either.

mod doubt;
mod reckoning;
mod scrutiny;
mod standstill;

use std::time::Duration;

use crate::units::{Moment, Monotonic};

pub(super) use doubt::{Doubt, Doubts};
use reckoning::Reckoning;
pub(super) use scrutiny::{Look, News, Place, Scrutiny};
use standstill::Standstill;

/// How soon a position is believed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustSettings {
    /// For how long nothing must be seen, from the last trusted place on.
    pub trusted_after: Stretch,
    /// How long a place that came by a jump or a drift must go on with nothing new to be seen.
    pub settled_after: Duration,
    /// How long a place that is told is kept from the rules at most, whatever is seen.
    pub hidden_max: Duration,
}

/// So many fixes, over so long at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// At least 1.
    pub fixes: u32,
    /// From the first of them to the last.
    pub span: Duration,
}

impl Default for TrustSettings {
    fn default() -> Self {
        Self {
            trusted_after: Stretch {
                fixes: 3,
                span: Duration::from_secs(5),
            },
            settled_after: Duration::from_secs(60),
            hidden_max: Duration::from_secs(300),
        }
    }
}

/// What a sample says of the line of places that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It goes on from the last trusted place.
    Agrees,
    /// It goes on from a doubted place.
    Persists,
    /// It cannot be true.
    Refuted,
    /// It has no place that could be.
    Absent,
}

/// Whether positions are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trust {
    /// They are.
    #[default]
    Trusted,
    /// They are, with a label.
    Warned(Warned),
    /// They are not.
    Hidden(Hidden),
}

/// Positions that are believed with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Warned {
    suspicion: Suspicion,
    /// Samples with nothing to be seen.
    clean: Row,
}

/// Positions that are kept from the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    suspicion: Suspicion,
    /// When there was a warning last.
    warned: Option<Monotonic>,
    /// Since when there is a place to keep from the rules.
    kept: Option<Monotonic>,
    /// Samples that go on from the last trusted place.
    agreed: Row,
    /// Samples that go on from a doubted one.
    settled: Row,
}

/// What is seen, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suspicion {
    /// When the first doubt was seen.
    pub(super) since: Moment,
    /// All that was seen since.
    pub(super) doubts: Doubts,
}

/// Samples in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    first: Option<Monotonic>,
    fixes: u32,
}

/// What a step changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The position is suspect.
    Suspect(Suspicion),
    /// Rules see it again, with a label.
    Shown(How),
    /// It is trusted again.
    Trusted(Suspicion, How),
}

/// How a position came to be believed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It goes on from the last trusted place.
    Returned,
    /// It has gone on from another place for long enough.
    Settled,
    /// It has been kept from the rules for as long as it may be.
    Overruled,
}

impl Trust {
    /// Takes one sample, with all that is seen of it, and returns the next state with its change.
    #[must_use]
    pub(super) fn step(
        self,
        settings: &TrustSettings,
        now: Moment,
        sign: Sign,
        seen: Doubts,
    ) -> (Self, Option<Change>) {
        match (self, sign) {
            (Self::Trusted, Sign::Agrees | Sign::Persists) => Self::warn(now, seen),
            (Self::Trusted, Sign::Refuted) => told(Hidden::new(now, seen).with_a_place(now)),
            (Self::Trusted, Sign::Absent) => told(Hidden::new(now, seen)),

            (Self::Warned(warned), Sign::Agrees | Sign::Persists) => {
                warned.look(settings, now, seen)
            }
            (Self::Warned(warned), Sign::Refuted) => {
                told(warned.hidden(now, seen).with_a_place(now))
            }
            (Self::Warned(warned), Sign::Absent) => told(warned.hidden(now, seen)),

            (Self::Hidden(hidden), Sign::Agrees) => hidden.seeing(now, seen).agrees(settings, now),
            (Self::Hidden(hidden), Sign::Persists) => {
                hidden.seeing(now, seen).persists(settings, now)
            }
            (Self::Hidden(hidden), Sign::Refuted) => {
                hidden.seeing(now, seen).refuted(settings, now)
            }
            (Self::Hidden(hidden), Sign::Absent) => (hidden.seeing(now, seen).absent(), None),
        }
    }

    /// Goes on with what an earlier run has left behind.
    pub(super) fn restored(suspicion: Suspicion, is_hidden: bool) -> Self {
        if is_hidden {
            Self::Hidden(Hidden::of(suspicion))
        } else {
            Self::Warned(Warned {
                suspicion,
                clean: Row::default(),
            })
        }
    }

    /// Says whether places are kept from the rules.
    pub(super) const fn hides(&self) -> bool {
        match self {
            Self::Hidden(_) => true,
            Self::Trusted | Self::Warned(_) => false,
        }
    }

    /// Returns what is seen, unless all is well.
    pub(super) const fn suspicion(&self) -> Option<&Suspicion> {
        match self {
            Self::Trusted => None,
            Self::Warned(Warned { suspicion, .. }) | Self::Hidden(Hidden { suspicion, .. }) => {
                Some(suspicion)
            }
        }
    }

    fn warn(now: Moment, seen: Doubts) -> (Self, Option<Change>) {
        if seen.is_empty() {
            return (Self::Trusted, None);
        }
        let suspicion = Suspicion {
            since: now,
            doubts: seen,
        };
        let warned = Warned {
            suspicion,
            clean: Row::default(),
        };
        (Self::Warned(warned), Some(Change::Suspect(suspicion)))
    }
}

fn told(hidden: Hidden) -> (Trust, Option<Change>) {
    (
        Trust::Hidden(hidden),
        Some(Change::Suspect(hidden.suspicion)),
    )
}

impl Warned {
    fn look(
        mut self,
        settings: &TrustSettings,
        now: Moment,
        seen: Doubts,
    ) -> (Trust, Option<Change>) {
        self.suspicion.doubts = self.suspicion.doubts.and(seen);
        if seen.is_empty() {
            self.clean.grow(now);
        } else {
            self.clean = Row::default();
        }
        if self.clean.reaches(settings.trusted_after, now) {
            let change = Change::Trusted(self.suspicion, How::Returned);
            return (Trust::Trusted, Some(change));
        }
        (Trust::Warned(self), None)
    }

    fn hidden(self, now: Moment, seen: Doubts) -> Hidden {
        Hidden {
            warned: Some(now.monotonic),
            ..Hidden::of(self.suspicion).seeing(now, seen)
        }
    }
}

impl Hidden {
    fn new(now: Moment, seen: Doubts) -> Self {
        let suspicion = Suspicion {
            since: now,
            doubts: seen,
        };
        Self::of(suspicion).seeing(now, seen)
    }

    fn of(suspicion: Suspicion) -> Self {
        Self {
            suspicion,
            warned: None,
            kept: None,
            agreed: Row::default(),
            settled: Row::default(),
        }
    }

    fn seeing(mut self, now: Moment, seen: Doubts) -> Self {
        self.suspicion.doubts = self.suspicion.doubts.and(seen);
        if !seen.warning().is_empty() {
            self.warned = Some(now.monotonic);
        }
        self
    }

    fn with_a_place(mut self, now: Moment) -> Self {
        self.kept.get_or_insert(now.monotonic);
        self
    }

    fn agrees(mut self, settings: &TrustSettings, now: Moment) -> (Trust, Option<Change>) {
        self.settled = Row::default();
        self.agreed.grow(now);
        if self.agreed.reaches(settings.trusted_after, now) {
            return self.believed(settings, now, How::Returned);
        }
        self.unless_too_long(settings, now)
    }

    fn persists(mut self, settings: &TrustSettings, now: Moment) -> (Trust, Option<Change>) {
        self.agreed = Row::default();
        self.settled.grow(now);
        let stretch = Stretch {
            span: settings.settled_after,
            ..settings.trusted_after
        };
        if self.settled.reaches(stretch, now) {
            return self.believed(settings, now, How::Settled);
        }
        self.unless_too_long(settings, now)
    }

    fn refuted(mut self, settings: &TrustSettings, now: Moment) -> (Trust, Option<Change>) {
        self.agreed = Row::default();
        self.settled = Row::default();
        self.unless_too_long(settings, now)
    }

    /// Starts anew: where there is no place, none is kept from anybody.
    fn absent(self) -> Trust {
        Trust::Hidden(Self {
            kept: None,
            agreed: Row::default(),
            settled: Row::default(),
            ..self
        })
    }

    fn unless_too_long(self, settings: &TrustSettings, now: Moment) -> (Trust, Option<Change>) {
        let hidden = self.with_a_place(now);
        let kept = hidden.kept.unwrap_or(now.monotonic);
        if settings.hidden_max <= now.monotonic.since(kept) {
            return hidden.believed(settings, now, How::Overruled);
        }
        (Trust::Hidden(hidden), None)
    }

    fn believed(self, settings: &TrustSettings, now: Moment, how: How) -> (Trust, Option<Change>) {
        let is_fresh = |warned| now.monotonic.since(warned) < settings.trusted_after.span;
        if self.warned.is_some_and(is_fresh) {
            let warned = Warned {
                suspicion: self.suspicion,
                clean: Row::default(),
            };
            return (Trust::Warned(warned), Some(Change::Shown(how)));
        }
        (Trust::Trusted, Some(Change::Trusted(self.suspicion, how)))
    }
}

impl Row {
    fn grow(&mut self, now: Moment) {
        self.first.get_or_insert(now.monotonic);
        self.fixes = self.fixes.saturating_add(1);
    }

    fn reaches(self, stretch: Stretch, now: Moment) -> bool {
        let span = self.first.map(|first| now.monotonic.since(first));
        stretch.fixes <= self.fixes && span.is_some_and(|span| stretch.span <= span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps through `signs`, one a second (`a` agrees, `p` persists, `x` refuted, `-` absent; `w` agrees
    /// and `W` persists with a warning), with a stretch of three fixes and two seconds, six seconds
    /// to settle and twelve to hide, and compares the states (`.` trusted, `!` warned, `#` hidden) and
    /// the changes (`S` suspect, `s` shown, `R`, `M`, `O` trusted since it returned, settled, was overruled).
    #[track_caller]
    fn check(signs: &str, states: &str, changes: &str, why: &str) {
        let settings = TrustSettings {
            trusted_after: Stretch {
                fixes: 3,
                span: Duration::from_secs(2),
            },
            settled_after: Duration::from_secs(6),
            hidden_max: Duration::from_secs(12),
        };
        let mut trust = Trust::default();
        let mut seen = (String::new(), String::new());
        for (second, sign) in (0..).zip(signs.chars()) {
            let now = Moment {
                monotonic: Monotonic::from_micros(second * 1_000_000),
                ..Moment::default()
            };
            let (sign, doubts) = match sign {
                'a' => (Sign::Agrees, Doubts::NONE),
                'w' => (Sign::Agrees, Doubts::of(Doubt::Jammed)),
                'p' => (Sign::Persists, Doubts::NONE),
                'W' => (Sign::Persists, Doubts::of(Doubt::Jammed)),
                'x' => (Sign::Refuted, Doubts::of(Doubt::Jump)),
                _ => (Sign::Absent, Doubts::of(Doubt::FixLost)),
            };
            let (next, change) = trust.step(&settings, now, sign, doubts);
            trust = next;
            seen.0.push(match trust {
                Trust::Trusted => '.',
                Trust::Warned(_) => '!',
                Trust::Hidden(_) => '#',
            });
            seen.1.push(match change {
                None => ' ',
                Some(Change::Suspect(_)) => 'S',
                Some(Change::Shown(_)) => 's',
                Some(Change::Trusted(_, How::Returned)) => 'R',
                Some(Change::Trusted(_, How::Settled)) => 'M',
                Some(Change::Trusted(_, How::Overruled)) => 'O',
            });
        }
        assert_eq!(seen.0, states, "{why}");
        assert_eq!(seen.1.trim_end(), changes.trim_end(), "{why}");
    }

    #[test]
    fn a_refuted_place_is_hidden_until_the_track_has_returned_for_a_while() {
        check("axxxaaa", ".#####.", " S    R", "three fixes, two seconds");
        check("axaaxaaa", ".######.", " S     R", "a relapse starts anew");
        check(
            "axaapaaa",
            ".######.",
            " S     R",
            "so does the other place",
        );
    }

    #[test]
    fn a_place_that_goes_on_for_long_is_believed_in_the_end() {
        check("axppppppp", ".#######.", " S      M", "six seconds of it");
        check(
            "axpppxppppppp",
            ".###########.",
            " S          M",
            "from the last doubt on",
        );
    }

    #[test]
    fn no_place_that_is_told_is_hidden_for_ever() {
        check(
            "axxxxxxxxxxxxxa",
            ".############..",
            " S           O ",
            "twelve seconds at most",
        );
        check(
            "axpxpxpxpxpxpxx",
            ".############.#",
            " S           OS",
            "by turns, and what is seen after that is told anew",
        );
    }

    #[test]
    fn without_a_place_there_is_nothing_to_believe() {
        check(
            "a-------------------aaa",
            ".#####################.",
            " S                    R",
            "for as long as it takes",
        );
    }

    #[test]
    fn a_warning_labels_and_hides_nothing() {
        check("awwwaaa", ".!!!!!.", " S    R", "a label until it is over");
        check("aWWpppa", ".!!!!..", " S   R ", "on any line");
        check("awxaaa", ".!###.", " SS  R", "worse is told again");
        check("aw-aaa", ".!###.", " SS  R", "a lost fix too");
    }

    #[test]
    fn what_is_believed_again_under_a_warning_keeps_its_label() {
        check("axwwwaaa", ".###!!!.", " S  s  R", "the jammer goes later");
        check(
            "aw-wwwaaa",
            ".!###!!!.",
            " SS  s  R",
            "the same with a lost fix",
        );
    }

    #[test]
    fn what_an_earlier_run_doubted_is_doubted_still() {
        let suspicion = Suspicion {
            since: Moment::default(),
            doubts: Doubts::of(Doubt::Jump),
        };
        for is_hidden in [true, false] {
            let trust = Trust::restored(suspicion, is_hidden);
            assert_eq!(trust.hides(), is_hidden);
            assert_eq!(trust.suspicion(), Some(&suspicion));
        }
    }
}
