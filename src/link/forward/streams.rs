//! Consumers over TCP: frames back to back, each written whole.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::debug;

use super::junction::Junction;
use super::keep::Keeper;
use crate::link::HostPort;
use crate::wire::StreamFramer;

/// Clients of one port at a time; one more is refused.
const CLIENTS_MAX: usize = 16;
/// How long to wait when the host cannot take another connection.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of a stream that are taken at once.
const CHUNK_LENGTH: usize = 16 * 1024;

/// Serves every client that connects.
pub(super) async fn serve_port(
    keeper: &mut Keeper,
    failures: &mut u32,
    at: &HostPort,
) -> io::Result<Infallible> {
    let listener = TcpListener::bind((at.host.as_str(), at.port)).await?;
    keeper.tell_open(failures, listener.local_addr());
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            Some(ended) = clients.join_next() => debug!(?ended, "consumer gone"),
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) if clients.len() < CLIENTS_MAX => {
                    clients.spawn(converse(stream, keeper.junction.clone()));
                }
                Ok((_stream, peer)) => debug!(%peer, "too many consumers"),
                Err(error) => {
                    debug!(%error, "no consumer accepted");
                    sleep(PAUSE).await;
                }
            },
        }
    }
}

/// Serves a server.
pub(super) async fn serve_server(
    keeper: &mut Keeper,
    failures: &mut u32,
    peer: &HostPort,
) -> io::Result<Infallible> {
    let stream = TcpStream::connect((peer.host.as_str(), peer.port)).await?;
    keeper.tell_open(failures, stream.local_addr());
    converse(stream, keeper.junction.clone()).await
}

/// Passes frames both ways until the other end closes.
async fn converse(stream: TcpStream, junction: Junction) -> io::Result<Infallible> {
    stream.set_nodelay(true)?;
    let (mut from, mut to) = stream.into_split();
    let mut lane = junction.open_to_consumer();
    // Neither waits for the other: a consumer that does not read can still command its vehicle.
    let writing = async {
        while let Some(frame) = lane.recv().await {
            to.write_all(&frame).await?;
        }
        Err(io::ErrorKind::BrokenPipe.into())
    };
    let reading = async {
        let mut framer = StreamFramer::new();
        let mut buffer = vec![0; CHUNK_LENGTH];
        loop {
            let length = from.read(&mut buffer).await?;
            if length == 0 {
                framer.end();
                junction.pass_stream(&mut framer);
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            framer.feed(&buffer[..length]);
            junction.pass_stream(&mut framer);
        }
    };
    tokio::select! {
        ended = writing => ended,
        ended = reading => ended,
    }
}
