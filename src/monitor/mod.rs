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
mod decision;
mod engine;
mod explain;
#[cfg(test)]
mod fixture;
pub mod fleet;
mod gate;
mod identity;
mod interference;
pub mod lists;
mod liveness;
pub mod memory;
mod names;
mod notes;
mod passing;
mod paths;
mod point;
mod presence;
mod receivers;
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
mod trust;
mod vigil;
mod voice;
mod voices;

pub use census::{Census, Inside, LastFix, TrackStatus};
pub use decision::{Decision, HeldBack, Release, Restored};
pub use engine::{Counts, Monitor, Remark, Settings};
pub use explain::{
    Explanation, FIXES_DEFAULT as EXPLAIN_FIXES, FixAccount, Question, RuleAccount, RuleVerdict,
    Story, Unknown,
};
pub use gate::{GateSettings, Rejection};
pub use interference::InterferenceSettings;
pub use liveness::{Liveness, LivenessSettings, Timeouts};
pub use roster::RosterSettings;
pub use trust::{Stretch, TrustSettings};
pub use vigil::{Notice, Roll};
