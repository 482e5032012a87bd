//! What a message came to.

use crate::monitor::gate::Rejection;
use crate::monitor::trust::News;
use crate::monitor::voices::conflict::Conflict;
use crate::track::Fix;

/// What a message came to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::monitor) struct Heard {
    /// What became of its position.
    pub(in crate::monitor) outcome: Outcome,
    /// Two senders that it has shown.
    pub(in crate::monitor) conflict: Option<Conflict>,
    /// A sender whose positions are trusted more or less than before.
    pub(in crate::monitor) news: Option<(u8, News)>,
}

/// What became of a position.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is moved once, and a fix is the usual case"
)]
pub(in crate::monitor) enum Outcome {
    /// There was none.
    Nothing,
    /// It is a fix.
    Fix {
        /// Whose.
        voice: u8,
        /// The fix.
        fix: Fix,
        /// False after a jump that turned out to be true: nobody knows the way between.
        continuous: bool,
    },
    /// It counts for nothing.
    Rejected(Rejection),
    /// A better source of the same sender is fresh.
    Outranked,
}

impl Outcome {
    /// Returns the fix, if it is one.
    pub(in crate::monitor) const fn fix(&self) -> Option<&Fix> {
        match self {
            Self::Fix { fix, .. } => Some(fix),
            Self::Nothing | Self::Rejected(_) | Self::Outranked => None,
        }
    }

    /// Returns the sender, if the position shows who that is.
    pub(in crate::monitor) const fn voice(&self) -> Option<u8> {
        match self {
            Self::Fix { voice, .. } => Some(*voice),
            Self::Nothing | Self::Rejected(_) | Self::Outranked => None,
        }
    }
}

impl Heard {
    pub(super) const fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            conflict: None,
            news: None,
        }
    }

    pub(super) const fn rejected(reason: Rejection) -> Self {
        Self::of(Outcome::Rejected(reason))
    }

    pub(super) fn with_news(self, voice: u8, news: Option<News>) -> Self {
        Self {
            news: news.map(|news| (voice, news)).or(self.news),
            ..self
        }
    }
}
