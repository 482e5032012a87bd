//! The handle that everybody holds: hands commands to the thread and waits for its answers.

use std::collections::{BTreeMap, HashMap};
use std::future;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

use crate::monitor::Decision;
use crate::monitor::storm::Rate;
use crate::store::command::{Command, Reply};
use crate::store::writer::Patience;
use crate::store::{Backlog, Busy, Due, Entry, LetGo, SigningRecord, Verdict, Wish, Withheld};
use crate::units::Utc;

/// A handle on the store; clones share one thread.
#[derive(Clone, Debug)]
pub struct Store {
    commands: mpsc::Sender<Command>,
    nudges: Arc<Nudges>,
    patience: Arc<Patience>,
}

/// The store has ended: what was asked did not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the store is closed")]
pub struct StoreClosed;

impl Store {
    pub(super) fn new(
        commands: mpsc::Sender<Command>,
        nudges: Arc<Nudges>,
        patience: Arc<Patience>,
    ) -> Self {
        Self {
            commands,
            nudges,
            patience,
        }
    }

    /// Stores `decisions` in one transaction and waits until they are committed with fsync.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed before they were committed.
    pub async fn accept(&self, decisions: Vec<Decision>) -> Result<(), StoreClosed> {
        self.ask(|done| Command::Decide {
            decisions,
            done: Some(done),
        })
        .await
    }

    /// Hands `decision` over, waiting for room in the queue but not for the commit.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed already.
    pub async fn submit(&self, decision: Decision) -> Result<(), StoreClosed> {
        self.send(Command::Decide {
            decisions: vec![decision],
            done: None,
        })
        .await
    }

    /// Waits until everything that was handed over before is committed.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed before.
    pub async fn flush(&self) -> Result<(), StoreClosed> {
        self.accept(Vec::new()).await
    }

    /// Returns what `endpoint` should get at `now`.
    ///
    /// Tracks in `busy` are left out of their lanes: a delivery of theirs is on its way.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn due(
        &self,
        endpoint: &str,
        now: Utc,
        wish: Wish,
        busy: Vec<Busy>,
    ) -> Result<Due, StoreClosed> {
        self.ask(|reply| Command::Due {
            endpoint: endpoint.to_owned(),
            now,
            wish,
            busy,
            reply,
        })
        .await
    }

    /// Makes everything due that `endpoint` should get later, and says how many there were.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn release(&self, endpoint: &str, now: Utc) -> Result<usize, StoreClosed> {
        self.ask(|done| Command::Release {
            endpoint: endpoint.to_owned(),
            now,
            done,
        })
        .await
    }

    /// Gives up what was stored for `endpoint` before `before`, and says how many there were.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn expire(
        &self,
        endpoint: &str,
        before: Utc,
        now: Utc,
    ) -> Result<usize, StoreClosed> {
        self.ask(|done| Command::Expire {
            endpoint: endpoint.to_owned(),
            before,
            now,
            done,
        })
        .await
    }

    /// Writes down what became of an attempt and waits until that is committed.
    ///
    /// A row that is settled stays as it is.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed before; the attempt will then be made again.
    pub async fn finish(&self, seq: i64, verdict: Verdict, now: Utc) -> Result<(), StoreClosed> {
        self.ask(|done| Command::Finish {
            seq,
            verdict,
            now,
            done,
        })
        .await
    }

    /// Hands over what signatures have come to, waiting for room in the queue but not for the commit.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed already.
    pub async fn remember(&self, records: Vec<SigningRecord>) -> Result<(), StoreClosed> {
        self.send(Command::Remember { records }).await
    }

    /// Changes how much each endpoint may get of what is decided later; one that is not named has no
    /// limit.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed already.
    pub async fn limit(&self, limits: BTreeMap<String, Rate>) -> Result<(), StoreClosed> {
        self.send(Command::Limit { limits }).await
    }

    /// Returns at most `limit` alerts that were held back at `since` or later, newest first.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn withheld(&self, since: Utc, limit: usize) -> Result<Vec<Withheld>, StoreClosed> {
        self.ask(|reply| Command::ReadWithheld {
            since,
            limit,
            reply,
        })
        .await
    }

    /// Owes an alert to everybody that it was held back from, and waits until that is committed.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed before.
    pub async fn let_go(&self, alert: Uuid) -> Result<LetGo, StoreClosed> {
        self.ask(|reply| Command::LetGo { alert, reply }).await
    }

    /// Counts the rows of every endpoint by state.
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn backlog(&self) -> Result<Vec<Backlog>, StoreClosed> {
        self.ask(|reply| Command::CountBacklog { reply }).await
    }

    /// Returns at most `limit` alerts with their deliveries, newest first.
    ///
    /// `before` goes on from an [`Entry::seq`].
    ///
    /// # Errors
    ///
    /// Fails if the store is closed.
    pub async fn history(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreClosed> {
        self.ask(|reply| Command::ReadHistory {
            before,
            limit,
            reply,
        })
        .await
    }

    /// Waits until an alert for `endpoint` is committed; for an unknown name, for ever.
    ///
    /// Nudges merge, and one that comes while nobody waits is kept: only one task may wait per
    /// endpoint.
    pub async fn nudged(&self, endpoint: &str) {
        match self.nudges.of(endpoint) {
            Some(nudge) => nudge.notified().await,
            None => future::pending().await,
        }
    }

    /// Commits everything that was handed over, folds the log into the database and closes it.
    ///
    /// # Errors
    ///
    /// If that takes longer than `patience`, a write that keeps failing is given up and this
    /// fails: decisions that nobody was told are accepted are then lost.
    pub async fn close(&self, patience: Duration) -> Result<(), StoreClosed> {
        match timeout(patience, self.ask(|done| Command::Close { done })).await {
            Ok(closed) => closed,
            Err(_elapsed) => {
                self.patience.end();
                Err(StoreClosed)
            }
        }
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, StoreClosed> {
        let (sender, answer) = oneshot::channel();
        self.send(command(Reply::new(sender))).await?;
        answer.await.map_err(|_dropped| StoreClosed)
    }

    async fn send(&self, command: Command) -> Result<(), StoreClosed> {
        let sent = self.commands.send(command).await;
        sent.map_err(|_unsent| StoreClosed)
    }
}

/// One nudge per endpoint.
#[derive(Debug)]
pub(super) struct Nudges(HashMap<String, Notify>);

impl Nudges {
    pub(super) fn new<'a>(endpoints: impl Iterator<Item = &'a str>) -> Self {
        let nudges = endpoints.map(|name| (name.to_owned(), Notify::new()));
        Self(nudges.collect())
    }

    pub(super) fn all(&self) {
        self.0.values().for_each(Notify::notify_one);
    }

    fn of(&self, endpoint: &str) -> Option<&Notify> {
        self.0.get(endpoint)
    }
}
