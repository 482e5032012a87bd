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
mod compose;
mod engine;
#[cfg(test)]
mod fixture;
mod gate;
mod identity;
mod liveness;
mod names;
mod passing;
mod paths;
mod point;
mod presence;
mod roster;
pub mod rule;
mod run;
mod sample;
mod stand;
pub mod standing;
#[cfg(test)]
mod tests;
mod timekeeper;
mod vigil;
mod voice;
mod voices;

pub use engine::{Counts, Monitor, Settings};
pub use gate::{GateSettings, Rejection};
pub use liveness::{Liveness, LivenessSettings, Timeouts};
pub use roster::RosterSettings;
pub use vigil::{Notice, Roll};

/// What a fix changed for one rule, track and corridor.
///
/// The standing is stored in one transaction with the alert that it caused.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The standing as it is from then on; absent if this is about no corridor.
    pub standing: Option<standing::StandingRecord>,
    /// What to tell; absent if the rule is silent about this event.
    pub alert: Option<alert::Alert>,
}
