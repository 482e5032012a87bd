//! The thread that owns the database: takes what is queued, commits it as one, then answers.
//!
//! One fsync serves all commands that came while the one before it was under way.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionState};
use tokio::sync::mpsc;
use tracing::{debug, error, info, warn};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::route::Routing;
use crate::store::command::{Command, Reply};
use crate::store::handle::Nudges;
use crate::store::lock::Lock;
use crate::store::prune;
use crate::units::Monotonic;

/// How many commands one transaction takes.
const GROUP_MAX: usize = 256;

/// How long to wait before a failed write is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// How often what is old is looked for.
const PRUNE_PAUSE: Duration = Duration::from_secs(60);

/// The same while there is more of it than goes at once.
const PRUNE_AGAIN: Duration = Duration::from_secs(1);

/// The state of the thread.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) lock: Lock,
    pub(super) queue: mpsc::Receiver<Command>,
    pub(super) routing: Routing,
    pub(super) nudges: Arc<Nudges>,
    pub(super) patience: Arc<Patience>,
    pub(super) clock: Clock,
    pub(super) keep: Duration,
    /// When what is old is looked for next.
    pub(super) prune_at: Monotonic,
    pub(super) metrics: Arc<Metrics>,
}

impl Writer {
    /// Works until it is told to close or every handle is gone, and runs dry before it ends.
    pub(super) fn run(mut self) {
        let mut closing = Vec::new();
        while let Some(mut group) = self.next_group() {
            if !self.commit_at_last(&mut group) {
                return;
            }
            closing.extend(group.into_iter().filter_map(Command::answer));
            if !closing.is_empty() {
                self.queue.close();
            }
            self.prune_in_time();
        }
        self.close(closing);
    }

    fn next_group(&mut self) -> Option<Vec<Command>> {
        let mut group = vec![self.queue.blocking_recv()?];
        while group.len() < GROUP_MAX
            && let Ok(command) = self.queue.try_recv()
        {
            group.push(command);
        }
        Some(group)
    }

    /// Commits the group, trying again for as long as it takes.
    ///
    /// Returns false if patience ended first: the group is then lost, and its senders see that.
    fn commit_at_last(&mut self, group: &mut [Command]) -> bool {
        let mut failures: u32 = 0;
        loop {
            match self.commit(group) {
                Ok(fresh) => {
                    if 0 < failures {
                        info!(failures, "store writes again");
                    }
                    self.announce(fresh);
                    return true;
                }
                Err(error) => {
                    if failures == 0 {
                        let commands = group.len();
                        error!(%error, commands, "store cannot write, will try again");
                    }
                    failures = failures.saturating_add(1);
                    self.metrics.store_write_failures.add(1);
                }
            }
            if !self.patience.wait(RETRY_PAUSE) {
                let commands = group.len();
                error!(commands, failures, "store gave up writing at the deadline");
                return false;
            }
        }
    }

    /// Runs the group in one transaction; one that only reads costs no fsync.
    fn commit(&mut self, group: &mut [Command]) -> rusqlite::Result<u64> {
        let now = self.clock.now().utc;
        let transaction = self.connection.transaction()?;
        let mut fresh = 0;
        for command in group {
            fresh += command.execute(&transaction, &self.routing, now)?;
        }
        let wrote = transaction.transaction_state(None::<&str>)? == TransactionState::Write;
        transaction.commit()?;
        self.metrics.store_transactions.add(u64::from(wrote));
        Ok(fresh)
    }

    /// Removes what is old, in a transaction of its own: one that fails, as on a full disk, holds
    /// nothing up.
    fn prune_in_time(&mut self) {
        let now = self.clock.now();
        if now.monotonic < self.prune_at {
            return;
        }
        let before = now.utc.before(self.keep);
        let pruned = self.connection.transaction().and_then(|transaction| {
            let gone = prune::prune(&transaction, before)?;
            transaction.commit()?;
            Ok(gone)
        });
        let pause = match pruned {
            Ok(gone) if prune::ROWS_MAX <= gone => PRUNE_AGAIN,
            Ok(_) => PRUNE_PAUSE,
            Err(error) => {
                debug!(%error, "old alerts stay for the time being");
                PRUNE_PAUSE
            }
        };
        self.prune_at = now.monotonic.plus(pause);
    }

    fn announce(&self, fresh: u64) {
        if 0 < fresh {
            self.metrics.alerts_accepted.add(fresh);
            self.nudges.all();
        }
    }

    /// Folds the log into the database, frees the lock, then answers who waits for the end.
    fn close(self, closing: Vec<Reply<()>>) {
        let folded = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = folded {
            warn!(%error, "store could not fold its log; the next start will");
        }
        if let Err((_, error)) = self.connection.close() {
            warn!(%error, "store could not close its database cleanly");
        }
        drop(self.lock);
        closing.into_iter().for_each(Reply::send);
    }
}

/// Whether a failing write may be tried on.
#[derive(Debug, Default)]
pub(super) struct Patience {
    ended: Mutex<bool>,
    changed: Condvar,
}

impl Patience {
    /// Ends it: whoever waits goes on at once.
    pub(super) fn end(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits for `pause` and says whether there is patience left.
    fn wait(&self, pause: Duration) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(ended, pause, |ended| !*ended);
        let (ended, _timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !*ended
    }
}

#[cfg(test)]
mod tests;
