//! Keeps links open: one that fails or is not there yet is tried for ever, with backoff.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use crate::backoff::{self, Schedule};
use crate::clock::Clock;
use crate::link::{
    Address, Change, Context, Ended, Forwarder, Health, InUse, Link, LinkPresence, Recorder,
    Settings, Tally, Try,
};
use crate::metrics::Metrics;

/// How long the start waits for one link to listen; a name may take its time to be looked up.
const FIRST_OPEN_MAX: Duration = Duration::from_secs(2);
/// A link that has been open for so long starts again with the shortest wait when it fails.
const STEADY_MIN: Duration = Duration::from_secs(10);

/// Opens a link that listens, so that a port in use is found at the start.
///
/// Whatever else keeps a link from opening may pass, and is left to [`keep_link`].
///
/// # Errors
///
/// Names the link whose port another program listens on.
pub async fn open_first(
    settings: &Settings,
    clock: Clock,
    metrics: &Arc<Metrics>,
) -> Result<Option<Link>, InUse> {
    if !settings.address.listens() {
        return Ok(None);
    }
    let health = Health::default();
    let opening = Link::open(settings, clock, metrics, &health);
    match timeout(FIRST_OPEN_MAX, opening).await {
        Ok(Ok(link)) => Ok(Some(link)),
        Ok(Err(error)) if error.kind() == io::ErrorKind::AddrInUse => {
            Err(InUse::new(settings, error))
        }
        Ok(Err(_)) | Err(_) => Ok(None),
    }
}

/// Keeps a link until it is cancelled, nobody takes its reports or there is nothing more to come.
///
/// It is closed before it is opened again, and everything about it is looked up anew.
pub async fn keep_link(settings: Settings, open: Option<Link>, mut context: Context, rng: StdRng) {
    let tally = Arc::clone(&context.tally);
    let mut recorder = None;
    if let Some(record) = settings.record.clone() {
        let metrics = Arc::clone(&context.metrics);
        match Recorder::start(&settings.name, record, metrics) {
            Ok((started, tape)) => (recorder, context.tape) = (Some(started), Some(tape)),
            Err(error) => warn!(link = %settings.name, %error, "cannot record"),
        }
    }
    let mut forwarder = None;
    if !settings.forward.is_empty() {
        let (started, junction) =
            Forwarder::start(&settings.name, &settings.forward, &context.metrics);
        (forwarder, context.junction) = (Some(started), Some(junction));
    }
    let transmit = settings.station.transmit;
    if !transmit.is_nothing() {
        info!(link = %settings.name, %transmit, "the unit sends on this link");
    }
    keep_open(&settings, open, &context, rng).await;
    tally.tell(&settings.name);
    drop(context);
    if let Some(forwarder) = forwarder {
        forwarder.finish().await;
    }
    if let Some(recorder) = recorder {
        recorder.finish(&settings.name).await;
    }
}

async fn keep_open(
    settings: &Settings,
    mut open: Option<Link>,
    context: &Context,
    mut rng: StdRng,
) {
    let mut health = Health::default();
    let mut failures = 0;
    loop {
        let opened = if let Some(link) = open.take() {
            Ok(link)
        } else {
            tokio::select! {
                () = context.cancel.cancelled() => return,
                opened = Link::open(settings, context.clock, &context.metrics, &health) => opened,
            }
        };
        let ended = match opened {
            Ok(link) => {
                context.tally.set_presence(LinkPresence::Open);
                tell_opened(settings, &link, health.note(Try::Opened));
                let start = context.clock.now().monotonic;
                let ended = link.run(settings, context, &mut health).await;
                if STEADY_MIN <= context.clock.now().monotonic.since(start) {
                    failures = 0;
                }
                ended
            }
            Err(error) => Ended::Failed(error),
        };
        match ended {
            Ended::Failed(error) => {
                context.tally.set_presence(missing(&context.tally));
                if let Some(change) = health.note(kind_of(&error)) {
                    tell_failed(settings, change, &error);
                    context
                        .metrics
                        .link_losses
                        .add(u64::from(change == Change::Lost));
                } else {
                    debug!(link = %settings.name, %error, "link still missing");
                }
            }
            Ended::Cancelled => {
                info!(link = %settings.name, "link closed");
                return;
            }
            Ended::Finished => {
                context.tally.set_presence(LinkPresence::Finished);
                info!(link = %settings.name, address = %settings.address, "link finished");
                return;
            }
            Ended::MonitorEnded => return,
        }
        failures += 1;
        let wait = schedule(&settings.address).delay(failures, rng.random());
        tokio::select! {
            () = context.cancel.cancelled() => return,
            () = sleep(wait) => {}
        }
    }
}

/// Says how a link is that could not be opened, or failed.
fn missing(tally: &Tally) -> LinkPresence {
    match tally.presence() {
        LinkPresence::Opening | LinkPresence::Missing => LinkPresence::Missing,
        LinkPresence::Open | LinkPresence::Lost | LinkPresence::Finished => LinkPresence::Lost,
    }
}

fn kind_of(error: &io::Error) -> Try {
    if error.kind() == io::ErrorKind::PermissionDenied {
        Try::Forbidden
    } else {
        Try::Failed
    }
}

fn schedule(address: &Address) -> Schedule {
    match address {
        Address::Serial { .. } => backoff::SERIAL,
        Address::UdpIn { .. }
        | Address::UdpOut(_)
        | Address::TcpIn(_)
        | Address::TcpOut(_)
        | Address::File { .. } => backoff::NETWORK,
    }
}

fn tell_opened(settings: &Settings, link: &Link, change: Option<Change>) {
    let name = &settings.name;
    let address = link
        .local_addr()
        .map_or_else(|| settings.address.to_string(), |local| local.to_string());
    let hears_at = link.addr_for_peer().map(tracing::field::display);
    let receive_buffer_bytes = link.receive_buffer_bytes();
    match change {
        Some(Change::Regained) => {
            info!(link = %name, address, hears_at, receive_buffer_bytes, "link regained");
        }
        Some(Change::Opened | Change::Missing | Change::Lost | Change::Forbidden) | None => {
            let message = if settings.address.listens() {
                "listening"
            } else {
                "link open"
            };
            info!(link = %name, address, hears_at, receive_buffer_bytes, "{message}");
        }
    }
}

/// Tells of a link that went or is not there; a person is asked for only if it takes one.
fn tell_failed(settings: &Settings, change: Change, error: &io::Error) {
    let (link, address) = (&settings.name, &settings.address);
    let message = match change {
        Change::Lost => "link lost, tried until it is back",
        Change::Missing | Change::Forbidden | Change::Opened | Change::Regained => {
            "link not there yet, tried until it is"
        }
    };
    match kind_of(error) {
        Try::Forbidden => {
            warn!(%link, %address, %error, "{message}; this user may not open it");
        }
        Try::Failed | Try::Opened => info!(%link, %address, %error, "{message}"),
    }
}
