//! Where a consumer of a link's frames is found.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

use crate::link::{Address, HostPort};

/// A program that shares a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    pub(super) transport: Transport,
    address: Address,
}

/// How it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Everybody who sends frames to a port.
    UdpIn(HostPort),
    /// One peer.
    UdpOut(HostPort),
    /// Every client of a port.
    TcpIn(HostPort),
    /// One server.
    TcpOut(HostPort),
}

/// An address that no consumer has.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("is no consumer of frames: write udpout:127.0.0.1:14551, or udpin:, tcpin:, tcpout:")]
pub struct NotAConsumer;

impl Consumer {
    /// Takes the address of a consumer.
    ///
    /// # Errors
    ///
    /// Refuses devices, recordings and multicast groups.
    pub fn new(address: Address) -> Result<Self, NotAConsumer> {
        let transport = match &address {
            Address::UdpIn { at, .. } if at.group().is_none() => Transport::UdpIn(at.clone()),
            Address::UdpOut(peer) => Transport::UdpOut(peer.clone()),
            Address::TcpIn(at) => Transport::TcpIn(at.clone()),
            Address::TcpOut(peer) => Transport::TcpOut(peer.clone()),
            Address::UdpIn { .. } | Address::Serial { .. } | Address::File { .. } => {
                return Err(NotAConsumer);
            }
        };
        Ok(Self { transport, address })
    }

    /// Says whether only programs on this machine can be it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let (Transport::UdpIn(at)
        | Transport::UdpOut(at)
        | Transport::TcpIn(at)
        | Transport::TcpOut(at)) = &self.transport;
        match at.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_name) => at.host.eq_ignore_ascii_case("localhost"),
        }
    }

    /// Returns its address.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_is_a_socket_and_local_if_nobody_else_can_reach_it() {
        check("udpout:127.0.0.1:14551", Some(true));
        check("udpin:127.8.8.8:14551", Some(true));
        check("tcpin:[::1]:5761", Some(true));
        check("tcpout:LocalHost:5761", Some(true));
        check("tcpin:0.0.0.0:5761", Some(false));
        check("tcpin:[::]:5761", Some(false));
        check("udpout:qgc.lan:14551", Some(false));
        check("tcpout:localhost.example:5761", Some(false));
        check("udpin:239.255.76.67:14550", None);
        check("serial:/dev/ttyUSB0:57600", None);
        check("file:flight.tlog", None);
    }

    #[track_caller]
    fn check(address: &str, is_local: Option<bool>) {
        let consumer = Consumer::new(address.parse().unwrap());
        assert_eq!(consumer.map(|it| it.is_local()).ok(), is_local, "{address}");
    }
}
