//! Decisions: the quality gate, where each track stands with each corridor, rules,
//! episodes, alerts.
//!
//! Pure: it is given reports that carry their own time, and hands decisions back.
//!
//! Invariants:
//!
//! 1. No alert without a fix that supports it.
//! 2. Per rule, track and corridor, entered and exited alternate, over restarts too.
//! 3. A decision made again from the same standing has the same id.
//! 4. The same reports give the same decisions.

pub mod alert;
mod approach;
pub mod attendance;
mod census;
mod compose;
mod engine;
mod explain;
#[cfg(test)]
mod fixture;
pub mod fleet;
mod gate;
mod identity;
pub mod lists;
mod liveness;
pub mod memory;
mod names;
mod notes;
mod passing;
mod paths;
mod point;
mod presence;
mod roster;
pub mod routes;
pub mod rule;
mod run;
mod sample;
mod stand;
pub mod standing;
pub mod storm;
#[cfg(test)]
mod tests;
mod timekeeper;
mod vigil;
mod voice;
mod voices;

use uuid::Uuid;

use crate::units::Utc;

pub use census::{Census, Inside, LastFix, TrackStatus};
pub use engine::{Counts, Monitor, Remark, Settings};
pub use explain::{
    Explanation, FIXES_DEFAULT as EXPLAIN_FIXES, FixAccount, Question, RuleAccount, RuleVerdict,
    Story, Unknown,
};
pub use gate::{GateSettings, Rejection};
pub use liveness::{Liveness, LivenessSettings, Timeouts};
pub use roster::RosterSettings;
pub use vigil::{Notice, Roll};

/// What something changed, to be stored in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The standing as it is from then on; absent if this is about no corridor.
    pub standing: Option<standing::StandingRecord>,
    /// Those with the other corridors that the alert names.
    pub others: Vec<standing::StandingRecord>,
    /// What else has to outlive a restart from then on.
    pub memories: Vec<memory::Memory>,
    /// What to tell; absent if nobody wants to know.
    pub alert: Option<alert::Alert>,
    /// Present if the alert is kept and told to nobody for the time being.
    pub held: Option<HeldBack>,
    /// Alerts that were held back and are told from then on.
    pub releases: Vec<Release>,
}

impl Decision {
    /// Returns every standing that changed.
    pub fn standings(&self) -> impl Iterator<Item = &standing::StandingRecord> {
        self.standing.iter().chain(&self.others)
    }
}

/// Why an alert is told to nobody for the time being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// By what, for a person to read.
    pub by: String,
}

/// An alert that was held back and is told late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The alert's id.
    pub alert: Uuid,
    /// When it is let go.
    pub at: Utc,
}

/// What an earlier run left behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// Where each track stood.
    pub standings: Vec<standing::StandingRecord>,
    /// What else it kept.
    pub memories: Vec<memory::Memory>,
}
