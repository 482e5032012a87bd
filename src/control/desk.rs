//! What requests are answered from: handles on the rest of the daemon.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::protocol::Refusal;
use super::request::reload::Reloaded;
use crate::clock::Clock;
use crate::follow::Query;
use crate::link::{Address, Tally};
use crate::store::Store;
use crate::track::LinkName;
use crate::units::Moment;

/// Handles on everything that a request may ask.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The unit's name.
    pub unit: String,
    /// When the daemon started.
    pub started: Moment,
    /// The host's clocks.
    pub clock: Clock,
    /// Asks the monitor.
    pub queries: mpsc::Sender<Query>,
    /// Asks for the configuration to be read again.
    pub reloads: mpsc::Sender<ReloadRequest>,
    /// Asks what is owed.
    pub store: Store,
    /// The links, in the order of the configuration.
    pub links: Vec<LinkBoard>,
}

/// What is known of one link.
#[derive(Clone, Debug)]
pub struct LinkBoard {
    /// Its name.
    pub name: LinkName,
    /// Where its bytes come from.
    pub address: Address,
    /// What it has brought, and whether it is there.
    pub tally: Arc<Tally>,
}

/// A wish that the configuration is read again; answered once everything that follows is done.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Where the outcome goes.
    pub done: oneshot::Sender<Reloaded>,
}

impl Desk {
    /// Asks the monitor and waits for its answer.
    pub(super) async fn ask<T>(
        &self,
        query: impl FnOnce(oneshot::Sender<T>) -> Query,
    ) -> Result<T, Refusal> {
        let (sender, answer) = oneshot::channel();
        let sent = self.queries.send(query(sender)).await;
        sent.map_err(|_ended| Refusal::stopping())?;
        answer.await.map_err(|_ended| Refusal::stopping())
    }
}
