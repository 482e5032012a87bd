//! Consumers over UDP: a frame a datagram.
//!
//! What a consumer's own socket has no room for is lost there, and nobody is told.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::{MissedTickBehavior, interval};

use super::keep::Keeper;
use crate::link::HostPort;
use crate::link::hearers::Hearers;

/// The largest payload of a UDP datagram over IPv4, bytes.
const DATAGRAM_LENGTH_MAX: usize = 65_507;
/// How often those that send to a port are gone through.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves one peer, whether or not it is there.
pub(super) async fn serve_peer(
    keeper: &mut Keeper,
    failures: &mut u32,
    peer: &HostPort,
) -> io::Result<Infallible> {
    let socket = connect(peer).await?;
    let mut lane = keeper.junction.open_to_consumer();
    keeper.tell_open(failures, socket.local_addr());
    let mut buffer = vec![0; DATAGRAM_LENGTH_MAX];
    loop {
        tokio::select! {
            Some(frame) = lane.recv() => unless_nobody_is_there(socket.send(&frame).await)?,
            received = socket.recv(&mut buffer) => {
                let length = unless_nobody_is_there(received)?;
                keeper.junction.pass_datagram(&buffer[..length]);
                0
            }
        };
    }
}

/// Serves everybody who sends frames to a port.
pub(super) async fn serve_port(
    keeper: &mut Keeper,
    failures: &mut u32,
    at: &HostPort,
) -> io::Result<Infallible> {
    let socket = UdpSocket::bind((at.host.as_str(), at.port)).await?;
    let mut lane = keeper.junction.open_to_consumer();
    keeper.tell_open(failures, socket.local_addr());
    let mut buffer = vec![0; DATAGRAM_LENGTH_MAX];
    let mut hearers = Hearers::default();
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _tick = looks.tick() => hearers.look(),
            Some(frame) = lane.recv() => {
                for hearer in hearers.iter() {
                    unless_nobody_is_there(socket.send_to(&frame, hearer).await)?;
                }
            }
            received = socket.recv_from(&mut buffer) => match received {
                Ok((length, sender)) => {
                    if 0 < keeper.junction.pass_datagram(&buffer[..length]) {
                        hearers.note(sender);
                    }
                }
                Err(error) => drop(unless_nobody_is_there(Err(error))?),
            }
        }
    }
}

async fn connect(peer: &HostPort) -> io::Result<UdpSocket> {
    let mut failed = io::Error::new(io::ErrorKind::AddrNotAvailable, "its name has no address");
    for address in lookup_host((peer.host.as_str(), peer.port)).await? {
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await?;
        match socket.connect(address).await {
            Ok(()) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// A socket may report that an earlier datagram found nobody, who may come later.
fn unless_nobody_is_there(done: io::Result<usize>) -> io::Result<usize> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(0),
        Ok(_) | Err(_) => done,
    }
}
