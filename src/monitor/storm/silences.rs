//! All silences of a unit: those that hold, and for a while those that did.

use std::time::Duration;

use thiserror::Error;

use crate::monitor::alert::Alert;
use crate::monitor::storm::silence::{NotASilence, Silence, SilenceRequest};
use crate::units::Utc;

/// How long a silence is shown after it was over.
pub const SHOWN_AFTER: Duration = Duration::from_secs(30 * 86_400);

/// All silences, by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silences {
    /// The greatest number that was ever given.
    last: u32,
    all: Vec<Silence>,
}

/// There is no such silence, or it is over.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CannotEnd {
    /// None of this number is known.
    #[error("there is no silence {0}")]
    Unknown(u32),
    /// It is over.
    #[error("silence {number} was over at {at}")]
    Over {
        /// Its number.
        number: u32,
        /// When.
        at: Utc,
    },
}

impl Silences {
    /// Goes on with silences that were kept, and with the greatest number that was given.
    #[must_use]
    pub fn restored(last: u32, mut all: Vec<Silence>) -> Self {
        all.sort_by_key(|silence| silence.number);
        let greatest = all.last().map_or(0, |silence| silence.number);
        Self {
            last: last.max(greatest),
            all,
        }
    }

    /// Adds one and returns it.
    ///
    /// # Errors
    ///
    /// Says what is missing.
    pub fn add(&mut self, request: SilenceRequest, now: Utc) -> Result<Silence, NotASilence> {
        request.check(now)?;
        self.last = self.last.saturating_add(1);
        let silence = Silence {
            number: self.last,
            request,
            since: now,
            ended_at: None,
            held: 0,
        };
        self.all.push(silence.clone());
        Ok(silence)
    }

    /// Ends one before its time and returns it.
    ///
    /// # Errors
    ///
    /// Fails if there is none of this number, or it is over.
    pub fn end(&mut self, number: u32, now: Utc) -> Result<Silence, CannotEnd> {
        let found = self.all.iter_mut().find(|it| it.number == number);
        let silence = found.ok_or(CannotEnd::Unknown(number))?;
        let at = silence.over_at();
        if at <= now {
            return Err(CannotEnd::Over { number, at });
        }
        silence.ended_at = Some(now);
        Ok(silence.clone())
    }

    /// Finds the first silence that holds `alert` back, and counts that.
    pub(super) fn hold(&mut self, alert: &Alert, now: Utc) -> Option<&Silence> {
        let found = self.all.iter_mut().find(|it| it.holds(alert, now))?;
        found.held += 1;
        Some(found)
    }

    /// Forgets what was over long ago, and returns the numbers.
    pub fn forget(&mut self, now: Utc) -> Vec<u32> {
        let is_old = |it: &Silence| it.over_at().after(SHOWN_AFTER) < now;
        let old = self.all.iter().filter(|it| is_old(it));
        let numbers = old.map(|it| it.number).collect();
        self.all.retain(|it| !is_old(it));
        numbers
    }

    /// Returns all that are known, in the order of their numbers.
    #[must_use]
    pub fn all(&self) -> &[Silence] {
        &self.all
    }

    /// Returns the greatest number that was ever given.
    #[must_use]
    pub fn last(&self) -> u32 {
        self.last
    }
}

#[cfg(test)]
mod tests;
