//! Alerts that were held back: listed, and let go after all.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Ask;
use crate::control::desk::Desk;
use crate::control::protocol::Refusal;
use crate::store::{LetGo, Withheld};
use crate::units::Utc;

/// The most that one answer lists.
const LISTED_MAX: u32 = 1_000;

/// Lists alerts that were held back, newest first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct HeldList {
    /// From when on.
    pub since: Utc,
    /// How many at most; a thousand are the most that are listed.
    pub limit: u32,
}

/// Tells an alert after all to everybody that it was held back from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct HeldRelease {
    /// The alert's id.
    pub id: Uuid,
}

impl Ask for HeldList {
    const NAME: &'static str = "held-list";
    type Answer = Vec<Withheld>;
}

impl Ask for HeldRelease {
    const NAME: &'static str = "held-release";
    type Answer = LetGo;
}

impl HeldList {
    pub(super) async fn answer(self, desk: &Desk) -> Result<Vec<Withheld>, Refusal> {
        let limit = usize::try_from(self.limit.min(LISTED_MAX)).unwrap_or(0);
        let listed = desk.store.withheld(self.since, limit).await;
        listed.map_err(|_closed| Refusal::stopping())
    }
}

impl HeldRelease {
    /// Answers once the alert is owed.
    pub(super) async fn answer(self, desk: &Desk) -> Result<LetGo, Refusal> {
        let gone = desk.store.let_go(self.id).await;
        gone.map_err(|_closed| Refusal::stopping())
    }
}
