//! Keeps the consumers of a link: what fails or is not there yet is tried for ever.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::consumer::{Consumer, Transport};
use super::junction::Junction;
use super::{datagrams, streams};
use crate::backoff;
use crate::link::{Change, Health, Try};
use crate::metrics::Metrics;
use crate::track::LinkName;

/// The consumers of one link, each in a task of its own.
#[derive(Debug)]
pub struct Forwarder {
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

/// What is known of one consumer.
#[derive(Debug)]
pub(super) struct Keeper {
    link: LinkName,
    consumer: Consumer,
    pub(super) junction: Junction,
    health: Health,
}

impl Forwarder {
    /// Starts to look for the consumers.
    #[must_use]
    pub fn start(
        link: &LinkName,
        consumers: &[Consumer],
        metrics: &Arc<Metrics>,
    ) -> (Self, Junction) {
        let junction = Junction::new(Arc::clone(metrics));
        let cancel = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for consumer in consumers {
            let keeper = Keeper {
                link: link.clone(),
                consumer: consumer.clone(),
                junction: junction.clone(),
                health: Health::default(),
            };
            let cancelled = cancel.clone().cancelled_owned();
            tasks.spawn(async move {
                tokio::select! {
                    () = cancelled => {}
                    () = keeper.run() => {}
                }
            });
        }
        (Self { cancel, tasks }, junction)
    }

    /// Leaves the consumers; frames that wait for one that is slow are not waited for.
    pub async fn finish(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Keeper {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let Err(error) = self.serve(&mut failures).await;
            self.tell_failed(&error);
            failures += 1;
            // Most are on this machine: one that is started is found as quickly as an adapter.
            sleep(backoff::SERIAL.delay(failures, 0.5)).await;
        }
    }

    async fn serve(&mut self, failures: &mut u32) -> io::Result<Infallible> {
        let transport = self.consumer.transport.clone();
        match transport {
            Transport::UdpIn(at) => datagrams::serve_port(self, failures, &at).await,
            Transport::UdpOut(peer) => datagrams::serve_peer(self, failures, &peer).await,
            Transport::TcpIn(at) => streams::serve_port(self, failures, &at).await,
            Transport::TcpOut(peer) => streams::serve_server(self, failures, &peer).await,
        }
    }

    /// Tells that the consumer can be served, once until it fails.
    pub(super) fn tell_open(&mut self, failures: &mut u32, at: io::Result<impl ToString>) {
        *failures = 0;
        let at = at.map(|at| at.to_string()).ok();
        if self.health.note(Try::Opened).is_some() {
            info!(link = %self.link, consumer = %self.consumer, at, "forwarding");
        }
    }

    fn tell_failed(&mut self, error: &io::Error) {
        let (link, consumer) = (&self.link, &self.consumer);
        match self.health.note(Try::Failed) {
            None => debug!(%link, %consumer, %error, "consumer still missing"),
            Some(_) if error.kind() == io::ErrorKind::AddrInUse => {
                warn!(%link, %consumer, %error, "cannot forward, tried until it can");
            }
            Some(Change::Lost) => {
                info!(%link, %consumer, %error, "consumer lost, tried until it is back");
            }
            Some(Change::Missing | Change::Forbidden | Change::Opened | Change::Regained) => {
                info!(%link, %consumer, %error, "consumer not there yet, tried until it is");
            }
        }
    }
}
