//! `reload`: the configuration is to be read again.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::super::desk::{Desk, ReloadRequest};
use super::super::protocol::Refusal;
use super::Ask;

/// Asks for the configuration and the corridors to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reload {}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Reloaded {
    /// It is in force.
    Done {
        /// What is different from before, one thing a line; empty if nothing is.
        changes: Vec<String>,
        /// Keys that have changed and count from the next start on.
        needs_restart: Vec<String>,
        /// What somebody should look at though it is usable.
        warnings: Vec<String>,
    },
    /// It is wrong, and the daemon goes on with what it has.
    Refused {
        /// Every flaw with its file, line and key.
        flaws: Vec<String>,
    },
}

impl Ask for Reload {
    const NAME: &'static str = "reload";
    type Answer = Reloaded;
}

impl Reload {
    pub(super) async fn answer(self, desk: &Desk) -> Result<Reloaded, Refusal> {
        let (done, outcome) = oneshot::channel();
        let asked = desk.reloads.send(ReloadRequest { done }).await;
        asked.map_err(|_ended| Refusal::stopping())?;
        outcome.await.map_err(|_ended| Refusal::stopping())
    }
}
