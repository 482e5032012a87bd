//! Datagrams sent without waiting for anybody: a telemetry radio does not care who listens.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::UdpSocket;

/// A socket that sends to one address.
///
/// It is not connected, so that a refusal by the other side is no error here.
#[derive(Debug)]
pub(crate) struct Sender {
    socket: UdpSocket,
    to: SocketAddr,
}

impl Sender {
    /// Binds a port of its own, on loopback if `to` is there.
    pub(crate) async fn bind(to: SocketAddr) -> io::Result<Self> {
        let from: SocketAddr = match (to, to.ip().is_loopback()) {
            (SocketAddr::V4(_), true) => (Ipv4Addr::LOCALHOST, 0).into(),
            (SocketAddr::V4(_), false) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            (SocketAddr::V6(_), true) => (Ipv6Addr::LOCALHOST, 0).into(),
            (SocketAddr::V6(_), false) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(from).await?;
        Ok(Self { socket, to })
    }

    /// Sends one datagram and says whether it left.
    ///
    /// No route and a full buffer are what radios live with, so they are no errors.
    pub(crate) async fn send(&self, datagram: &[u8]) -> bool {
        match self.socket.send_to(datagram, self.to).await {
            Ok(_) => true,
            Err(error) => {
                tracing::trace!(to = %self.to, %error, "datagram did not leave");
                false
            }
        }
    }

    /// Waits for a datagram and says how long it is and who sent it.
    pub(crate) async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.recv_from(buffer).await
    }
}
