//! Wires everything once: the only place where all rooms meet.
//!
//! Start: store, links bound, delivery, monitor, links read, the control socket. Stop: that socket,
//! links, the monitor runs dry, the store commits, delivery finishes what is under way, the store
//! closes; one deadline over all.

use std::error::Error as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle as Thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Settings;
use crate::control::{self, Desk, LinkBoard, Listener, ReloadRequest};
use crate::deliver::{self, ClientError, Worker};
use crate::follow::{self, QUERIES_MAX};
use crate::link::{self, Context, InUse, Link, Signatures, Tally};
use crate::metrics::Metrics;
use crate::monitor::Monitor;
use crate::reload::{self, InForce, Source};
use crate::remember;
use crate::store::{self, OpenError, SigningRecord, Store, StoreClosed};
use crate::supervise;
use crate::track::{LinkName, Report};

/// Batches of reports between the links and the monitor.
const BATCHES_MAX: usize = 64;
/// How long a stop may take as a whole.
const STOP_MAX: Duration = Duration::from_secs(9);
/// How long the store may take to write what it has, within that.
const STORE_CLOSE_MAX: Duration = Duration::from_secs(3);

/// Exists once systemd-timesyncd has set the host's clock.
///
/// Source: systemd-timesyncd.service(8).
const CLOCK_SYNCHRONIZED: &str = "/run/systemd/timesync/synchronized";

/// What the daemon takes from outside, so that a run can be repeated.
#[derive(Clone, Debug)]
pub struct Outside {
    /// The host's clocks.
    pub clock: Clock,
    /// Decides every jitter.
    pub seed: u64,
    /// Becomes the history of a new database.
    pub fresh_history: Uuid,
    /// Where the configuration can be read again, if it can.
    pub source: Option<Source>,
}

/// Why the daemon did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The store.
    #[error("cannot open the store")]
    Store {
        /// What is wrong with it.
        #[source]
        source: OpenError,
    },
    /// The store, after it was opened.
    #[error("cannot write to the store")]
    Closed {
        /// It ended by itself.
        #[source]
        source: StoreClosed,
    },
    /// A link.
    #[error("cannot open the links")]
    Link {
        /// Which, and why.
        #[source]
        source: InUse,
    },
    /// An endpoint.
    #[error("cannot deliver to endpoint `{endpoint}`")]
    Endpoint {
        /// Its name.
        endpoint: String,
        /// Why.
        #[source]
        source: ClientError,
    },
}

/// Why a running daemon has to end.
#[derive(Debug, Error)]
pub enum Failure {
    /// The store closed by itself.
    #[error("the store ended by itself")]
    Store,
    /// The stop took too long; what was accepted is safe in the store.
    #[error("the stop took longer than {} seconds and was broken off", STOP_MAX.as_secs())]
    StopTooSlow,
}

/// A running daemon.
#[derive(Debug)]
pub struct Daemon {
    addresses: Vec<(LinkName, SocketAddr)>,
    links: JoinSet<()>,
    /// Keeps the monitor waiting for reports though every link has finished.
    batches: mpsc::Sender<Vec<Report>>,
    monitor: JoinHandle<Result<(), StoreClosed>>,
    memory: JoinHandle<Result<(), StoreClosed>>,
    workers: JoinSet<()>,
    store: Store,
    thread: Thread<()>,
    metrics: Arc<Metrics>,
    /// Answers who asks; absent if there is no socket.
    control: Option<JoinHandle<()>>,
    reloading: JoinHandle<()>,
    reloads: mpsc::Sender<ReloadRequest>,
    stop_control: CancellationToken,
    stop_links: CancellationToken,
    stop_memory: CancellationToken,
    stop_delivery: CancellationToken,
}

/// Starts everything and returns once every link that can be had at the moment listens.
///
/// # Errors
///
/// Names what could not be opened; nothing of the daemon is left running.
pub async fn start(settings: Settings, outside: Outside) -> Result<Daemon, StartError> {
    let Outside {
        clock,
        seed,
        fresh_history,
        source,
    } = outside;
    let started = clock.now();
    let metrics = Arc::new(Metrics::default());
    let mut rng = StdRng::seed_from_u64(seed);

    // Bound first: a port in use must not leave a database behind.
    let bound = open_links(&settings.links, clock, &metrics).await?;
    let addresses = bound
        .iter()
        .filter_map(|(link, open)| Some((link.name.clone(), open.as_ref()?.local_addr()?)))
        .collect();

    let opened = store::open(
        &settings.store,
        settings.routing.clone(),
        fresh_history,
        clock,
        Arc::clone(&metrics),
    )
    .map_err(|source| StartError::Store { source })?;
    let store = limited(opened.store, &settings.deliver).await?;

    let stop_delivery = CancellationToken::new();
    let workers = start_workers(
        settings.deliver.clone(),
        &store,
        clock,
        &metrics,
        &stop_delivery,
        &mut rng,
    )?;

    let unit = settings.unit.clone();
    let socket = settings.control.clone();
    let in_force = InForce::new(settings, opened.history);
    let monitor = Monitor::new(
        in_force.watch().clone(),
        in_force.corridors(),
        opened.earlier,
    );
    let (sender, batches) = mpsc::channel(BATCHES_MAX);
    let (queries, asked) = mpsc::channel(QUERIES_MAX);
    let monitor = tokio::spawn(follow::run(
        monitor,
        batches,
        asked,
        store.clone(),
        Arc::clone(&metrics),
        PathBuf::from(CLOCK_SYNCHRONIZED),
        clock,
    ));

    let stop_links = CancellationToken::new();
    let context = Context {
        batches: sender.clone(),
        clock,
        metrics: Arc::clone(&metrics),
        cancel: stop_links.clone(),
        tape: None,
        junction: None,
        signatures: None,
        tally: Arc::default(),
    };
    let (links, signed, boards) = keep_links(bound, &context, &opened.signing, &mut rng);
    let stop_memory = CancellationToken::new();
    let memory = remember::run(signed, store.clone(), clock, stop_memory.clone());

    let (reloads, wishes) = mpsc::channel(reload::WISHES_MAX);
    let reloading = reload::run(source, in_force, wishes, queries.clone());
    let stop_control = CancellationToken::new();
    let desk = Desk {
        unit,
        started,
        clock,
        queries,
        reloads: reloads.clone(),
        store: store.clone(),
        links: boards,
    };
    let control = serve(&socket, desk, &stop_control);

    Ok(Daemon {
        addresses,
        links,
        batches: sender,
        monitor,
        workers,
        store,
        thread: opened.thread,
        metrics,
        memory: tokio::spawn(memory),
        control,
        reloading: tokio::spawn(reloading),
        reloads,
        stop_control,
        stop_links,
        stop_memory,
        stop_delivery,
    })
}

/// Tells the store how much each endpoint may get.
async fn limited(store: Store, deliver: &deliver::Settings) -> Result<Store, StartError> {
    let endpoints = deliver.endpoints.iter();
    let limited = endpoints.filter(|it| it.rate.alerts.is_some());
    let limits = limited.map(|it| (it.name.clone(), it.rate)).collect();
    let told = store.limit(limits).await;
    told.map_err(|source| StartError::Closed { source })?;
    Ok(store)
}

/// Opens the links that listen; the others follow as they can.
async fn open_links(
    links: &[link::Settings],
    clock: Clock,
    metrics: &Arc<Metrics>,
) -> Result<Vec<(link::Settings, Option<Link>)>, StartError> {
    let mut bound = Vec::new();
    for link in links {
        let open = supervise::open_first(link, clock, metrics).await;
        let open = open.map_err(|source| StartError::Link { source })?;
        bound.push((link.clone(), open));
    }
    Ok(bound)
}

/// Starts a delivery worker for each endpoint.
fn start_workers(
    settings: deliver::Settings,
    store: &Store,
    clock: Clock,
    metrics: &Arc<Metrics>,
    cancel: &CancellationToken,
    rng: &mut StdRng,
) -> Result<JoinSet<()>, StartError> {
    let mut workers = JoinSet::new();
    for endpoint in settings.endpoints {
        let name = endpoint.name.clone();
        let worker = Worker::new(
            endpoint,
            settings.grace,
            store.clone(),
            clock,
            Arc::clone(metrics),
            rng.random(),
        )
        .map_err(|source| StartError::Endpoint {
            endpoint: name.clone(),
            source,
        })?;
        let cancel = cancel.clone();
        workers.spawn(async move {
            let ended = worker.run(cancel).await;
            info!(endpoint = name, ?ended, "delivery ended");
        });
    }
    Ok(workers)
}

/// Opens the control socket; a unit that nobody can ask still has to tell its alerts.
fn serve(
    settings: &control::Settings,
    desk: Desk,
    cancel: &CancellationToken,
) -> Option<JoinHandle<()>> {
    match Listener::open(settings) {
        Ok(listener) => Some(tokio::spawn(control::serve(listener, desk, cancel.clone()))),
        Err(error) => {
            let cause = error.source().map(ToString::to_string);
            warn!(%error, cause, "nobody can ask this daemon how it is");
            None
        }
    }
}

/// Keeps every link, and returns the checks of those that have a key, and what is known of each.
fn keep_links(
    bound: Vec<(link::Settings, Option<Link>)>,
    context: &Context,
    remembered: &[SigningRecord],
    rng: &mut StdRng,
) -> (JoinSet<()>, Vec<Arc<Signatures>>, Vec<LinkBoard>) {
    let mut links = JoinSet::new();
    let mut signed = Vec::new();
    let mut boards = Vec::new();
    for (link, open) in bound {
        let rng = StdRng::seed_from_u64(rng.random());
        let mut context = context.clone();
        context.signatures = remember::recall(&link, remembered, &context.metrics);
        signed.extend(context.signatures.clone());
        context.tally = Arc::new(Tally::default());
        boards.push(LinkBoard {
            name: link.name.clone(),
            address: link.address.clone(),
            tally: Arc::clone(&context.tally),
        });
        links.spawn(supervise::keep_link(link, open, context, rng));
    }
    (links, signed, boards)
}

impl Daemon {
    /// Returns the address of each link that listens; others are not there yet, or connect.
    #[must_use]
    pub fn addresses(&self) -> &[(LinkName, SocketAddr)] {
        &self.addresses
    }

    /// Returns the counters.
    #[must_use]
    pub fn metrics(&self) -> Arc<Metrics> {
        Arc::clone(&self.metrics)
    }

    /// Returns a handle on the store.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// Has the configuration read again, unless that is about to happen anyway.
    pub fn reload(&self) {
        let (done, _nobody_waits) = oneshot::channel();
        // Wishes that wait read what stands in the files by then: one more changes nothing.
        drop(self.reloads.try_send(ReloadRequest { done }));
    }

    /// Waits until something that should run for ever has ended; cancel safe.
    pub async fn failed(&mut self) -> Failure {
        // Every loop ends early only when the store is gone.
        tokio::select! {
            _ended = &mut self.monitor => Failure::Store,
            Some(_ended) = self.workers.join_next() => Failure::Store,
        }
    }

    /// Stops in order: sources first, then everything behind them runs dry.
    ///
    /// # Errors
    ///
    /// Says so if that took too long, or if the store is gone.
    pub async fn stop(self) -> Result<(), Failure> {
        let metrics = Arc::clone(&self.metrics);
        let stopped = timeout(STOP_MAX, self.run_dry()).await;
        for (name, value) in metrics.snapshot() {
            info!(name, value, "metric");
        }
        stopped.unwrap_or(Err(Failure::StopTooSlow))
    }

    async fn run_dry(mut self) -> Result<(), Failure> {
        self.stop_control.cancel();
        drop(self.reloads);
        self.reloading.abort();
        if let Some(control) = self.control {
            // It breaks off what it does: nobody waits for a client.
            drop(control.await);
        }
        self.stop_links.cancel();
        while self.links.join_next().await.is_some() {}
        drop(self.batches);
        if !self.monitor.is_finished() {
            let ended = self.monitor.await;
            if !matches!(ended, Ok(Ok(()))) {
                warn!("the monitor ended early");
            }
        }
        self.stop_memory.cancel();
        let remembered = self.memory.await;
        if !matches!(remembered, Ok(Ok(()))) {
            warn!("what signatures have come to was not kept");
        }
        let flushed = self.store.flush().await;
        self.stop_delivery.cancel();
        while self.workers.join_next().await.is_some() {}
        let closed = self.store.close(STORE_CLOSE_MAX).await;
        let joined = tokio::task::spawn_blocking(|| self.thread.join()).await;
        match (flushed, closed, joined) {
            (Ok(()), Ok(()), Ok(Ok(()))) => Ok(()),
            (_, _, _) => Err(Failure::Store),
        }
    }
}
