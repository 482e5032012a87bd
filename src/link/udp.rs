//! A UDP port that any number of senders send to; one framer a datagram.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;
use tracing::{info, trace};

use crate::clock::Clock;
use crate::link::{Address, Ear, MonitorEnded, Outlet, Settings};
use crate::metrics::Metrics;
use crate::units::Moment;
use crate::wire::{Event, FrameCounts, Framer};

/// The largest payload of a UDP datagram over IPv4, bytes.
const DATAGRAM_LENGTH_MAX: usize = 65_507;
/// Datagrams that are read before anybody else gets a turn.
const DATAGRAMS_IN_A_ROW: usize = 64;

/// A bound socket that is not read yet.
#[derive(Debug)]
pub struct UdpLink {
    settings: Settings,
    socket: UdpSocket,
    local: SocketAddr,
}

/// A port that cannot be listened on.
#[derive(Debug, Error)]
#[error("link `{link}` cannot listen on {address}")]
pub struct BindError {
    link: String,
    address: Address,
    #[source]
    source: io::Error,
}

/// Why a link ended.
#[derive(Debug)]
pub enum Ended {
    /// It was asked to.
    Cancelled,
    /// Nobody takes its reports.
    MonitorEnded,
    /// The socket failed.
    Failed(io::Error),
}

impl UdpLink {
    /// Binds the port of `settings`; port 0 takes any free one.
    ///
    /// # Errors
    ///
    /// Names the link and the port that cannot be had.
    pub async fn bind(settings: Settings) -> Result<Self, BindError> {
        let Address::UdpIn(wanted) = settings.address;
        let bound = async {
            let socket = UdpSocket::bind(wanted).await?;
            let local = socket.local_addr()?;
            Ok((socket, local))
        };
        match bound.await {
            Ok((socket, local)) => Ok(Self {
                settings,
                socket,
                local,
            }),
            Err(source) => Err(BindError {
                link: settings.name.to_string(),
                address: settings.address,
                source,
            }),
        }
    }

    /// Returns the port that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Reads until it is cancelled, the monitor ends or the socket fails.
    pub async fn run(
        self,
        mut outlet: Outlet,
        clock: Clock,
        metrics: Arc<Metrics>,
        cancel: CancellationToken,
    ) -> Ended {
        info!(link = %self.settings.name, address = %self.local, "listening");
        let ear = Ear::new(&self.settings);
        let mut buffer = vec![0; DATAGRAM_LENGTH_MAX];
        loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                flushed = outlet.flush(), if outlet.is_holding() => {
                    if flushed == Err(MonitorEnded) {
                        return Ended::MonitorEnded;
                    }
                }
                readable = self.socket.readable() => {
                    let read = match readable {
                        Ok(()) => self.read(&ear, &mut buffer, &mut outlet, clock, &metrics),
                        Err(error) => Err(error),
                    };
                    if let Err(error) = read {
                        return Ended::Failed(error);
                    }
                    if outlet.try_flush() == Err(MonitorEnded) {
                        return Ended::MonitorEnded;
                    }
                }
            }
        }
        // What was read is handed on: the monitor takes reports until every link has ended.
        match outlet.flush().await {
            Ok(()) => Ended::Cancelled,
            Err(MonitorEnded) => Ended::MonitorEnded,
        }
    }

    /// Reads the datagrams that wait, up to a number.
    fn read(
        &self,
        ear: &Ear,
        buffer: &mut [u8],
        outlet: &mut Outlet,
        clock: Clock,
        metrics: &Metrics,
    ) -> io::Result<()> {
        for _datagram in 0..DATAGRAMS_IN_A_ROW {
            match self.socket.try_recv_from(buffer) {
                Ok((length, sender)) => {
                    trace!(link = %self.settings.name, %sender, length, "datagram");
                    metrics.link_datagrams.add(1);
                    let counts = hear(ear, clock.now(), &buffer[..length], outlet);
                    count(metrics, counts);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // A Linux socket may report what became of somebody's earlier datagram.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Turns the frames of one datagram into reports.
fn hear(ear: &Ear, received: Moment, datagram: &[u8], outlet: &mut Outlet) -> FrameCounts {
    let mut framer = Framer::new(datagram);
    for event in framer.by_ref() {
        match event {
            Event::Frame(frame) => {
                if let Some(report) = ear.hear(received, &frame) {
                    outlet.push(report);
                }
            }
            Event::Unknown(_) | Event::Refused(_) => {}
        }
    }
    framer.counts()
}

fn count(metrics: &Metrics, counts: FrameCounts) {
    metrics.link_frames.add(counts.frames);
    metrics.link_frames_unknown.add(counts.unknown_ids);
    metrics.link_frames_refused.add(counts.refused_flags);
    metrics.link_frames_bad_checksum.add(counts.bad_crc);
    metrics.link_garbage_bytes.add(counts.garbage_bytes);
}
