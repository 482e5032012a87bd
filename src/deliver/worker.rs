//! The worker of one endpoint: asks the store what is due, attempts it, writes down the outcome.

use std::collections::VecDeque;
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
use crate::deliver::health::{Health, Plan, Turn};
use crate::deliver::reminder::Reminder;
use crate::deliver::way::Way;
use crate::deliver::{ClientError, Endpoint, Expiry};
use crate::metrics::Metrics;
use crate::store::{Busy, Delivery, Due, Lane, Store, StoreClosed, Wish};
use crate::units::Utc;

/// How long the worker sleeps at most before it asks again: the clock may be set meanwhile.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// How many late alerts are asked for at once.
const STOCK_MAX: usize = 64;

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
    way: Arc<Way>,
    grace: Duration,
    store: Store,
    clock: Clock,
    metrics: Arc<Metrics>,
    random: StdRng,
    health: Health,
    /// What expires, as we know it from the start.
    expiries: Vec<Expiry>,
    reminder: Reminder,
    /// The attempts under way.
    busy: Vec<Busy>,
    /// Late alerts that wait for a place.
    stock: VecDeque<Delivery>,
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
            way: Arc::new(Way::to(&endpoint)?),
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
            stock: VecDeque::new(),
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
                    if self.note(attempted).await.is_err() {
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

    /// Asks for what may be tried at this moment, and says how long there is nothing else to ask.
    async fn ask(&mut self) -> Result<(Due, Duration), StoreClosed> {
        let now = self.clock.now();
        let (wish, otherwise) = match self.health.plan(now.monotonic, self.busy.len()) {
            Plan::Work => (self.share(), SLEEP_MAX),
            Plan::Probe => (Some(Wish::Probe), SLEEP_MAX),
            Plan::Fresh { probe_in } => (Some(Wish::Fresh), probe_in),
            Plan::Wait(pause) => (None, pause),
        };
        let Some(wish) = wish else {
            return Ok((Due::default(), otherwise));
        };
        let busy = self.busy.clone();
        let due = self.store.due(&self.endpoint.name, now.utc, wish, busy);
        let due = due.await?;
        let until_next = due.next_at.map(|at| self.clock.until(at));
        let pause = until_next.map_or(otherwise, |wait| wait.min(otherwise));
        Ok((due, pause))
    }

    /// Divides what may be under way: late alerts leave a place for a fresh one.
    ///
    /// Late ones are asked for in stock, as long as there is none, since finding the gravest among
    /// all tracks takes longer than sending it.
    fn share(&self) -> Option<Wish> {
        let in_flight = self.endpoint.in_flight.max(1);
        let free = in_flight - self.busy.len().min(in_flight);
        if free == 0 {
            return None;
        }
        let late = if self.stock.is_empty() && 0 < self.free_for_late() {
            STOCK_MAX
        } else {
            0
        };
        Some(Wish::Due {
            limit: free + late,
            late,
        })
    }

    fn free_for_late(&self) -> usize {
        let in_flight = self.endpoint.in_flight.max(1);
        let is_late = |busy: &&Busy| busy.lane == Lane::Late;
        let late = self.busy.iter().filter(is_late).count();
        let most = in_flight.saturating_sub(1).max(1);
        let places = in_flight - self.busy.len().min(in_flight);
        places.min(most - late.min(most))
    }

    /// Starts what is ready as far as there are places, and keeps late ones that have none.
    fn start(
        &mut self,
        (due, pause): (Due, Duration),
        attempts: &mut JoinSet<Result<Attempted, StoreClosed>>,
    ) -> Duration {
        for delivery in due.ready {
            match delivery.lane {
                Lane::Live if self.busy.len() < self.endpoint.in_flight.max(1) => {
                    self.begin(delivery, attempts);
                }
                // The row is still pending, and will be asked for again.
                Lane::Live => {}
                Lane::Late => self.stock.push_back(delivery),
            }
        }
        while 0 < self.free_for_late()
            && let Some(delivery) = self.stock.pop_front()
        {
            self.begin(delivery, attempts);
        }
        pause
    }

    fn begin(
        &mut self,
        delivery: Delivery,
        attempts: &mut JoinSet<Result<Attempted, StoreClosed>>,
    ) {
        self.busy.push(Busy {
            seq: delivery.seq,
            lane: delivery.lane,
            track: delivery.alert.subject().to_owned(),
        });
        let attempt = Attempt {
            delivery,
            endpoint: Arc::clone(&self.endpoint),
            way: Arc::clone(&self.way),
            store: self.store.clone(),
            clock: self.clock,
            metrics: Arc::clone(&self.metrics),
            random: self.random.random(),
        };
        attempts.spawn(attempt.make());
    }

    /// Warns of certificates that somebody has to renew.
    fn remind(&mut self) {
        let now = self.clock.now();
        let endpoint = self.endpoint.name.as_str();
        let ours = self.expiries.iter().cloned();
        for expiry in ours.chain(self.way.peer_expiry()) {
            if let Some(warning) = self.reminder.remind(expiry, now) {
                warn!(endpoint, "{warning}");
            }
        }
    }

    /// Frees the track of an attempt, and does what a turn of the endpoint asks for.
    async fn note(
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
        self.busy.retain(|busy| busy.seq != attempted.seq);
        let now = self.clock.now();
        let (health, turn) =
            self.health
                .step(attempted.ending, now.monotonic, self.random.random());
        self.health = health;
        let endpoint = self.endpoint.name.as_str();
        match turn {
            Some(Turn::Failing) => {
                let error = attempted.failure.unwrap_or_default();
                info!(endpoint, error, "endpoint failing");
            }
            Some(Turn::Back) => {
                let released = self.store.release(endpoint, now.utc).await?;
                info!(endpoint, released, "endpoint is back");
            }
            None => {}
        }
        match health {
            Health::Reachable { .. } => Ok(()),
            Health::Failing { .. } => {
                self.stock.clear();
                self.expire(now.utc).await
            }
        }
    }

    /// Gives up what is too old, while the endpoint does not take it: what it was not asked for
    /// lately is not given up.
    async fn expire(&self, now: Utc) -> Result<(), StoreClosed> {
        if !self.busy.is_empty() {
            return Ok(());
        }
        let endpoint = self.endpoint.name.as_str();
        let before = now.before(self.endpoint.patience);
        let alerts = self.store.expire(endpoint, before, now).await?;
        if 0 < alerts {
            let count = u64::try_from(alerts).unwrap_or(u64::MAX);
            self.metrics.deliveries_expired.add(count);
            warn!(endpoint, alerts, "alerts given up: they are too old");
        }
        Ok(())
    }

    /// Gives attempts under way their grace; what is cut off is attempted again after a start.
    async fn let_finish(&mut self, mut attempts: JoinSet<Result<Attempted, StoreClosed>>) {
        let finished = timeout(self.grace, async {
            while let Some(attempted) = attempts.join_next().await {
                if self.note(attempted).await.is_err() {
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
