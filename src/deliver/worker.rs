//! The worker of one endpoint: asks the store what is due, attempts it, writes down the outcome.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::deliver::attempt::{Attempt, Attempted};
use crate::deliver::health::{Health, Turn};
use crate::deliver::post::Poster;
use crate::deliver::reminder::Reminder;
use crate::deliver::{ClientError, Endpoint, Expiry};
use crate::metrics::Metrics;
use crate::store::{Due, Store, StoreClosed};

/// How long the worker sleeps at most before it asks again: the clock may be set meanwhile.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Cancelled,
    /// The store is closed.
    StoreClosed,
}

/// Delivers to one endpoint.
#[derive(Debug)]
pub struct Worker {
    endpoint: Arc<Endpoint>,
    poster: Arc<Poster>,
    grace: Duration,
    store: Store,
    clock: Clock,
    metrics: Arc<Metrics>,
    random: StdRng,
    health: Health,
    /// What expires, as we know it from the start.
    expiries: Vec<Expiry>,
    reminder: Reminder,
    /// The tracks of the attempts under way.
    busy: Vec<String>,
}

impl Worker {
    /// Makes the worker of `endpoint`; `seed` decides the jitter of its waits.
    ///
    /// Attempts under way may go on for `grace` after it is cancelled.
    ///
    /// # Errors
    ///
    /// Fails if the HTTP client cannot be built, as without any root certificate for `https`.
    pub fn new(
        endpoint: Endpoint,
        grace: Duration,
        store: Store,
        clock: Clock,
        metrics: Arc<Metrics>,
        seed: u64,
    ) -> Result<Self, ClientError> {
        Ok(Self {
            poster: Arc::new(Poster::new(&endpoint)?),
            expiries: endpoint.expiries(),
            endpoint: Arc::new(endpoint),
            grace,
            store,
            clock,
            metrics,
            random: StdRng::seed_from_u64(seed),
            health: Health::default(),
            reminder: Reminder::default(),
            busy: Vec::new(),
        })
    }

    /// Works until it is cancelled or the store is closed.
    pub async fn run(mut self, cancel: CancellationToken) -> Ended {
        let store = self.store.clone();
        let endpoint = Arc::clone(&self.endpoint);
        let mut attempts = JoinSet::new();
        let ended = loop {
            let due = tokio::select! {
                biased;
                () = cancel.cancelled() => break Ended::Cancelled,
                due = self.ask() => due,
            };
            let Ok(due) = due else {
                break Ended::StoreClosed;
            };
            self.remind();
            let pause = self.start(due, &mut attempts);
            tokio::select! {
                biased;
                () = cancel.cancelled() => break Ended::Cancelled,
                Some(attempted) = attempts.join_next() => {
                    if self.note(attempted).is_err() {
                        break Ended::StoreClosed;
                    }
                }
                () = store.nudged(&endpoint.name) => {}
                () = sleep(pause) => {}
            }
        };
        self.let_finish(attempts).await;
        ended
    }

    /// Asks for as many heads as may start.
    async fn ask(&self) -> Result<Due, StoreClosed> {
        let free = self.endpoint.in_flight.max(1) - self.busy.len();
        if free == 0 {
            return Ok(Due::default());
        }
        let now = self.clock.now().utc;
        let busy = self.busy.clone();
        self.store.due(&self.endpoint.name, now, free, busy).await
    }

    /// Starts what is ready, and returns how long there is nothing else to start.
    fn start(
        &mut self,
        due: Due,
        attempts: &mut JoinSet<Result<Attempted, StoreClosed>>,
    ) -> Duration {
        for delivery in due.ready {
            self.busy.push(delivery.alert.subject().to_owned());
            let attempt = Attempt {
                delivery,
                endpoint: Arc::clone(&self.endpoint),
                poster: Arc::clone(&self.poster),
                store: self.store.clone(),
                clock: self.clock,
                metrics: Arc::clone(&self.metrics),
                random: self.random.random(),
            };
            attempts.spawn(attempt.make());
        }
        let until_next = due.next_at.map(|at| self.clock.until(at));
        until_next.map_or(SLEEP_MAX, |wait| wait.min(SLEEP_MAX))
    }

    /// Warns of certificates that somebody has to renew.
    fn remind(&mut self) {
        let now = self.clock.now();
        let endpoint = self.endpoint.name.as_str();
        let ours = self.expiries.iter().cloned();
        for expiry in ours.chain(self.poster.peer_expiry()) {
            if let Some(warning) = self.reminder.remind(expiry, now) {
                warn!(endpoint, "{warning}");
            }
        }
    }

    /// Frees the track of an attempt and tells if the endpoint has turned.
    fn note(
        &mut self,
        attempted: Result<Result<Attempted, StoreClosed>, JoinError>,
    ) -> Result<(), StoreClosed> {
        let attempted = match attempted {
            Ok(attempted) => attempted?,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_aborted) => return Ok(()),
            },
        };
        self.busy.retain(|track| *track != attempted.track);
        let (health, turn) = self.health.step(attempted.failure.is_none());
        self.health = health;
        let endpoint = self.endpoint.name.as_str();
        match turn {
            Some(Turn::Failing) => {
                let error = attempted.failure.unwrap_or_default();
                info!(endpoint, error, "endpoint failing");
            }
            Some(Turn::Back) => info!(endpoint, "endpoint is back"),
            None => {}
        }
        Ok(())
    }

    /// Gives attempts under way their grace; what is cut off is attempted again after a start.
    async fn let_finish(&mut self, mut attempts: JoinSet<Result<Attempted, StoreClosed>>) {
        let finished = timeout(self.grace, async {
            while let Some(attempted) = attempts.join_next().await {
                if self.note(attempted).is_err() {
                    break;
                }
            }
        });
        if finished.await.is_err() {
            let (endpoint, attempts) = (self.endpoint.name.as_str(), self.busy.len());
            info!(endpoint, attempts, "attempts cut off by the stop");
        }
    }
}

#[cfg(test)]
mod tests;
