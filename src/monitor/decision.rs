//! What comes out of the monitor, and what an earlier run gives back to it.

use uuid::Uuid;

use crate::monitor::alert::Alert;
use crate::monitor::memory::Memory;
use crate::monitor::standing::StandingRecord;
use crate::units::Utc;

/// What something changed, to be stored in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The standing as it is from then on; absent if this is about no corridor.
    pub standing: Option<StandingRecord>,
    /// Those with the other corridors that the alert names.
    pub others: Vec<StandingRecord>,
    /// What else has to outlive a restart from then on.
    pub memories: Vec<Memory>,
    /// What to tell; absent if nobody wants to know.
    pub alert: Option<Alert>,
    /// Present if the alert is kept and told to nobody for the time being.
    pub held: Option<HeldBack>,
    /// Alerts that were held back and are told from then on.
    pub releases: Vec<Release>,
}

impl Decision {
    /// Returns every standing that changed.
    pub fn standings(&self) -> impl Iterator<Item = &StandingRecord> {
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
    pub standings: Vec<StandingRecord>,
    /// What else it kept.
    pub memories: Vec<Memory>,
}
