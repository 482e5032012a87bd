//! Keeps what can fail running: a link whose socket fails is opened again, with backoff.

use std::sync::Arc;

use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::backoff;
use crate::clock::Clock;
use crate::link::{self, Ended, Outlet, UdpLink};
use crate::metrics::Metrics;
use crate::track::Report;

/// What every link needs from the daemon.
#[derive(Clone, Debug)]
pub struct LinkContext {
    /// Where reports go.
    pub batches: tokio::sync::mpsc::Sender<Vec<Report>>,
    /// The daemon's clock.
    pub clock: Clock,
    /// The daemon's counters.
    pub metrics: Arc<Metrics>,
    /// Ends the link.
    pub cancel: CancellationToken,
}

/// Runs `link` until it is cancelled or nobody takes its reports; opens it again if it fails.
pub async fn keep_link(
    settings: link::Settings,
    link: UdpLink,
    context: LinkContext,
    mut rng: StdRng,
) {
    let mut open = Some(link);
    let mut failures = 0;
    loop {
        let link = match open.take() {
            Some(link) => Ok(link),
            None => UdpLink::bind(settings.clone()).await,
        };
        match link {
            Ok(link) => {
                let outlet = Outlet::new(context.batches.clone(), Arc::clone(&context.metrics));
                let metrics = Arc::clone(&context.metrics);
                match link
                    .run(outlet, context.clock, metrics, context.cancel.clone())
                    .await
                {
                    Ended::Cancelled => {
                        info!(link = %settings.name, "link closed");
                        return;
                    }
                    Ended::MonitorEnded => return,
                    Ended::Failed(error) => warn!(link = %settings.name, %error, "link lost"),
                }
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                warn!(link = %settings.name, error, "link cannot be opened");
            }
        }
        failures += 1;
        let wait = backoff::DELIVERY.delay(failures, rng.random());
        tokio::select! {
            () = context.cancel.cancelled() => return,
            () = sleep(wait) => {}
        }
    }
}
