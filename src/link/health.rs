//! What is known of a link over all its openings, and when a person is told about it.
//!
//! It decides and does not log: each change comes out once.

use std::time::Duration;

use crate::units::Monotonic;

/// How long an open link that should speak may say nothing before a person is told.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// Remembers what was told of a link, and what was learned about it.
#[derive(Debug, Default)]
pub struct Health {
    presence: Presence,
    /// A person was told in this absence that the link may not be opened.
    is_forbidden: bool,
    pub(super) silence: Silence,
    /// The speed at which a serial device was understood last.
    pub(super) baud: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Presence {
    /// It was not tried yet.
    #[default]
    Untried,
    /// It has never been there.
    Missing,
    /// It is open.
    Open,
    /// It was open once.
    Lost,
}

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// The link is open.
    Opened,
    /// It could not be opened, or is open no more.
    Failed,
    /// This user may not open it, which no further try changes.
    Forbidden,
}

/// A change of a link that is worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is open for the first time.
    Opened,
    /// It is not there yet.
    Missing,
    /// It was open and is gone.
    Lost,
    /// It is there after all, and may not be opened.
    Forbidden,
    /// It is back.
    Regained,
}

impl Health {
    /// Takes what a try came to, and says what there is to tell.
    #[must_use]
    pub fn note(&mut self, tried: Try) -> Option<Change> {
        let (next, change) = self.presence.step(tried);
        self.presence = next;
        let was_forbidden = self.is_forbidden;
        self.is_forbidden = match tried {
            Try::Opened => false,
            Try::Failed => was_forbidden,
            Try::Forbidden => true,
        };
        let is_news = self.is_forbidden && !was_forbidden;
        change.or(is_news.then_some(Change::Forbidden))
    }
}

impl Presence {
    fn step(self, tried: Try) -> (Self, Option<Change>) {
        match (self, tried) {
            (Self::Untried | Self::Missing, Try::Opened) => (Self::Open, Some(Change::Opened)),
            (Self::Lost, Try::Opened) => (Self::Open, Some(Change::Regained)),
            (Self::Open, Try::Opened) => (Self::Open, None),
            (Self::Untried, Try::Failed | Try::Forbidden) => (Self::Missing, Some(Change::Missing)),
            (Self::Open, Try::Failed | Try::Forbidden) => (Self::Lost, Some(Change::Lost)),
            (Self::Missing | Self::Lost, Try::Failed | Try::Forbidden) => (self, None),
        }
    }
}

/// Notices that an open link says nothing.
#[derive(Debug, Default)]
pub(super) struct Silence {
    since: Monotonic,
    heard: Heard,
    told: bool,
}

/// What an opening has brought so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Bytes of any kind.
    pub(super) bytes: u64,
    /// Frames whose checksum is right.
    pub(super) frames: u64,
}

/// What there is to tell about a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// No byte has come for too long.
    Silent,
    /// Bytes have come, so many, and no frame.
    Babble(u64),
    /// It speaks again.
    Speaks,
}

impl Silence {
    /// Starts listening to a new opening; what was told stays told until it speaks.
    pub(super) fn opened(&mut self, now: Monotonic) {
        self.since = now;
        self.heard = Heard::default();
    }

    /// Compares what was heard with the last look, and says what there is to tell.
    pub(super) fn look(&mut self, now: Monotonic, heard: Heard) -> Option<Voice> {
        if self.heard.frames < heard.frames {
            (self.since, self.heard) = (now, heard);
            let told = std::mem::replace(&mut self.told, false);
            return told.then_some(Voice::Speaks);
        }
        if self.told || now.since(self.since) < SILENCE_MAX {
            return None;
        }
        self.told = true;
        match heard.bytes.saturating_sub(self.heard.bytes) {
            0 => Some(Voice::Silent),
            bytes => Some(Voice::Babble(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        check("+", "O");
        check("----+", "M...O");
        check("+---+-+", "OL..RLR");
        check("-+--+", "MOL.R");
    }

    #[test]
    fn what_takes_a_person_is_told_though_the_absence_is_known() {
        check("--xx-x+", "M.F...O");
        check("x-x+", "M..O");
        check("+-x-x+x", "OLF..RL");
    }

    #[track_caller]
    fn check(tries: &str, told: &str) {
        let mut health = Health::default();
        let mut note = |tried| {
            let change = health.note(match tried {
                '+' => Try::Opened,
                'x' => Try::Forbidden,
                _other => Try::Failed,
            });
            match change {
                None => '.',
                Some(Change::Opened) => 'O',
                Some(Change::Missing) => 'M',
                Some(Change::Lost) => 'L',
                Some(Change::Forbidden) => 'F',
                Some(Change::Regained) => 'R',
            }
        };
        assert_eq!(tries.chars().map(&mut note).collect::<String>(), told);
    }

    #[test]
    fn a_silence_is_told_once_until_it_ends() {
        let mut silence = Silence::default();
        silence.opened(at(5));
        assert_eq!(silence.look(at(14), heard(0, 0)), None);
        assert_eq!(silence.look(at(15), heard(0, 0)), Some(Voice::Silent));
        assert_eq!(silence.look(at(60), heard(0, 0)), None);
        silence.opened(at(70));
        assert_eq!(silence.look(at(90), heard(0, 0)), None, "it is known");
        assert_eq!(silence.look(at(91), heard(20, 1)), Some(Voice::Speaks));
        assert_eq!(silence.look(at(92), heard(40, 2)), None);
        assert_eq!(silence.look(at(101), heard(40, 2)), None);
        assert_eq!(silence.look(at(102), heard(40, 2)), Some(Voice::Silent));
    }

    #[test]
    fn bytes_without_a_frame_are_another_trouble_than_silence() {
        let mut silence = Silence::default();
        silence.opened(at(0));
        assert_eq!(silence.look(at(1), heard(100, 1)), None);
        assert_eq!(
            silence.look(at(11), heard(700, 1)),
            Some(Voice::Babble(600))
        );
    }

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_micros(seconds * 1_000_000)
    }

    fn heard(bytes: u64, frames: u64) -> Heard {
        Heard { bytes, frames }
    }
}
