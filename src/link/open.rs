//! Opens a link by its address, whatever its kind.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::clock::Clock;
use crate::link::health::Health;
use crate::link::recording::Recording;
use crate::link::serial::Serial;
use crate::link::source::{Ended, Source, pump};
use crate::link::udp::Udp;
use crate::link::{Address, Context, Settings, tcp};
use crate::metrics::Metrics;

/// How long opening may take, with all look-ups of names.
const OPEN_MAX: Duration = Duration::from_secs(10);

/// A link that is open and not read yet.
#[derive(Debug)]
pub struct Link {
    transport: Transport,
}

#[derive(Debug)]
enum Transport {
    Source(Source),
    Server(TcpListener),
}

/// A port that another program listens on.
#[derive(Debug, Error)]
#[error("link `{link}` cannot listen on {address}")]
pub struct InUse {
    link: String,
    address: Address,
    #[source]
    source: io::Error,
}

impl InUse {
    /// Tells of the link of `settings`.
    #[must_use]
    pub fn new(settings: &Settings, source: io::Error) -> Self {
        Self {
            link: settings.name.to_string(),
            address: settings.address.clone(),
            source,
        }
    }
}

impl Link {
    /// Opens what the address of `settings` names, in ten seconds at most.
    ///
    /// # Errors
    ///
    /// Says why it cannot be had at the moment.
    pub async fn open(
        settings: &Settings,
        clock: Clock,
        metrics: &Arc<Metrics>,
        health: &Health,
    ) -> io::Result<Self> {
        let opening = open(settings, clock, metrics, health);
        match timeout(OPEN_MAX, opening).await {
            Ok(opened) => opened.map(|transport| Self { transport }),
            Err(elapsed) => Err(io::Error::new(io::ErrorKind::TimedOut, elapsed)),
        }
    }

    /// Returns the address that it listens on, if it is one that listens.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.transport {
            Transport::Source(Source::Udp(udp)) if !udp.has_one_peer() => udp.local_addr().ok(),
            Transport::Server(listener) => listener.local_addr().ok(),
            Transport::Source(_) => None,
        }
    }

    /// Returns the address that a peer has to send to, if there is one peer that was named.
    #[must_use]
    pub fn addr_for_peer(&self) -> Option<SocketAddr> {
        match &self.transport {
            Transport::Source(Source::Udp(udp)) if udp.has_one_peer() => udp.local_addr().ok(),
            Transport::Source(_) | Transport::Server(_) => None,
        }
    }

    /// Returns the receive buffer that the host gave, if it has one of its own.
    #[must_use]
    pub fn receive_buffer_bytes(&self) -> Option<usize> {
        match &self.transport {
            Transport::Source(Source::Udp(udp)) => udp.receive_buffer_bytes(),
            Transport::Source(_) | Transport::Server(_) => None,
        }
    }

    /// Reads it until it is cancelled, the monitor ends, or it fails or is finished.
    pub async fn run(self, settings: &Settings, context: &Context, health: &mut Health) -> Ended {
        match self.transport {
            Transport::Source(source) => pump(source, settings, context, health).await,
            Transport::Server(listener) => tcp::serve(listener, settings, context).await,
        }
    }
}

async fn open(
    settings: &Settings,
    clock: Clock,
    metrics: &Arc<Metrics>,
    health: &Health,
) -> io::Result<Transport> {
    let source = match &settings.address {
        Address::UdpIn { at, interface } => Source::Udp(Box::new(
            Udp::bind(settings, at, interface.as_deref(), metrics).await?,
        )),
        Address::UdpOut(peer) => {
            Source::Udp(Box::new(Udp::connect(settings, peer, metrics).await?))
        }
        Address::TcpIn(at) => return Ok(Transport::Server(tcp::listen(at).await?)),
        Address::TcpOut(peer) => Source::Tcp(tcp::connect(settings, peer).await?),
        Address::Serial { path, bauds } => {
            Source::Serial(Box::new(Serial::open(settings, path, bauds, health).await?))
        }
        Address::File { path, faster } => {
            Source::Recording(Recording::open(path, *faster, clock).await?)
        }
    };
    Ok(Transport::Source(source))
}
