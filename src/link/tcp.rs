//! TCP: a port that many clients connect to, or a server that is connected to.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::link::address::HostPort;
use crate::link::health::Health;
use crate::link::source::{Ended, Source, Stream, pump};
use crate::link::{Context, Settings};

/// Clients of one port at a time; one more is refused and counted.
const CLIENTS_MAX: usize = 64;
/// How long to wait when the host cannot take another connection.
const PAUSE: Duration = Duration::from_secs(1);
/// A peer that has vanished without a word is given up after about a minute.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(30))
    .with_interval(Duration::from_secs(10))
    .with_retries(3);

/// Connects to a server; each of its addresses is tried.
pub(super) async fn connect(settings: &Settings, peer: &HostPort) -> io::Result<Stream<TcpStream>> {
    let found = lookup_host((peer.host.as_str(), peer.port)).await?;
    let mut failed = settings.no_address();
    for address in found.filter(|address| settings.allow.admits(address.ip())) {
        match TcpStream::connect(address).await {
            Ok(stream) => return prepare(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Listens on a port; port 0 takes any free one.
pub(super) async fn listen(at: &HostPort) -> io::Result<TcpListener> {
    TcpListener::bind((at.host.as_str(), at.port)).await
}

/// Reads every client that connects until it is cancelled or the monitor ends.
pub(super) async fn serve(listener: TcpListener, settings: &Settings, context: &Context) -> Ended {
    let link = &settings.name;
    let mut clients = JoinSet::new();
    let mut is_full = false;
    loop {
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => break,
            Some(ended) = clients.join_next() => {
                is_full = false;
                if matches!(ended, Ok(Ended::MonitorEnded)) {
                    return Ended::MonitorEnded;
                }
            }
            accepted = listener.accept() => match accepted {
                Ok((_stream, peer)) if !settings.allow.admits(peer.ip()) => {
                    debug!(%link, %peer, "client refused");
                    context.metrics.link_refused_sources.add(1);
                }
                Ok((_stream, peer)) if CLIENTS_MAX <= clients.len() => {
                    context.metrics.link_refused_sources.add(1);
                    if !is_full {
                        warn!(%link, %peer, clients = CLIENTS_MAX, "too many clients");
                    }
                    is_full = true;
                }
                Ok((stream, peer)) => {
                    clients.spawn(hear(stream, peer, settings.clone(), context.clone()));
                }
                Err(error) => {
                    // Of the client (it has gone already) or of the host (no descriptor left).
                    debug!(%link, %error, "no client accepted");
                    sleep(PAUSE).await;
                }
            },
        }
    }
    while clients.join_next().await.is_some() {}
    Ended::Cancelled
}

/// Reads one client to its end.
async fn hear(stream: TcpStream, peer: SocketAddr, settings: Settings, context: Context) -> Ended {
    let link = &settings.name;
    debug!(%link, %peer, "client connected");
    let ended = match prepare(stream) {
        Ok(stream) => {
            let mut health = Health::default();
            pump(Source::Tcp(stream), &settings, &context, &mut health).await
        }
        Err(error) => Ended::Failed(error),
    };
    debug!(%link, %peer, ?ended, "client gone");
    ended
}

fn prepare(stream: TcpStream) -> io::Result<Stream<TcpStream>> {
    SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE)?;
    let peer = stream.peer_addr()?;
    Ok(Stream::new(stream, Some(peer)))
}
