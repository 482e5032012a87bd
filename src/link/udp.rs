//! UDP: a port that any number of senders send to, a multicast group, or one peer.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;

use nix::net::if_::if_nametoindex;
use socket2::{Domain, InterfaceIndexOrAddress, SockRef, Socket, Type};
use tokio::net::{UdpSocket, lookup_host};
use tracing::{debug, info, trace, warn};

use crate::link::address::HostPort;
use crate::link::datagram::Datagrams;
use crate::link::egress::Outgoing;
use crate::link::hearers::Hearers;
use crate::link::inlet::Inlet;
use crate::link::overflow::{Burst, Overflow};
use crate::link::{Allow, Settings};
use crate::metrics::Metrics;
use crate::track::LinkName;

/// Datagrams that are read before anybody else gets a turn.
const DATAGRAMS_IN_A_ROW: usize = 64;
/// Looks between two attempts to join a group again, where the host chooses the interface: one that
/// went took the group along.
const LOOKS_PER_JOIN: u32 = 10;
/// Looks between two checks of the way to a peer.
const LOOKS_PER_ROUTE: u32 = 5;

/// An open UDP socket.
#[derive(Debug)]
pub(super) struct Udp {
    link: LinkName,
    socket: UdpSocket,
    allow: Allow,
    metrics: Arc<Metrics>,
    senders: Senders,
    datagrams: Datagrams,
    overflow: Overflow,
    hearers: Hearers,
}

/// Whom a socket hears.
#[derive(Clone, Debug)]
enum Senders {
    Anybody,
    Group {
        group: Group,
        /// The interface that was joined on; 0 if the host chose it.
        index: u32,
        looks: u32,
    },
    Peer {
        looks: u32,
    },
}

/// A multicast group, and the interface that it is joined on.
#[derive(Clone, Debug)]
struct Group {
    address: IpAddr,
    interface: Option<String>,
}

impl Udp {
    /// Listens on a port; port 0 takes any free one.
    pub(super) async fn bind(
        settings: &Settings,
        at: &HostPort,
        interface: Option<&str>,
        metrics: &Arc<Metrics>,
    ) -> io::Result<Self> {
        let (socket, senders) = match at.group() {
            None => (
                UdpSocket::bind((at.host.as_str(), at.port)).await?,
                Senders::Anybody,
            ),
            Some(address) => {
                let group = Group {
                    address,
                    interface: interface.map(str::to_owned),
                };
                let index = group.index()?;
                let socket = group.bind(at.port, index)?;
                let looks = 0;
                (
                    socket,
                    Senders::Group {
                        group,
                        index,
                        looks,
                    },
                )
            }
        };
        Ok(Self::new(settings, socket, senders, metrics))
    }

    /// Hears one peer; the host decides which port it hears it on.
    pub(super) async fn connect(
        settings: &Settings,
        peer: &HostPort,
        metrics: &Arc<Metrics>,
    ) -> io::Result<Self> {
        let found = lookup_host((peer.host.as_str(), peer.port)).await?;
        let mut failed = settings.no_address();
        for address in found.filter(|address| settings.allow.admits(address.ip())) {
            let any = any_port(address);
            let socket = UdpSocket::bind(any).await?;
            match socket.connect(address).await {
                Ok(()) => {
                    let senders = Senders::Peer { looks: 0 };
                    return Ok(Self::new(settings, socket, senders, metrics));
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    fn new(
        settings: &Settings,
        socket: UdpSocket,
        senders: Senders,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            link: settings.name.clone(),
            datagrams: Datagrams::new(&socket),
            overflow: Overflow::default(),
            socket,
            allow: settings.allow.clone(),
            metrics: Arc::clone(metrics),
            senders,
            hearers: Hearers::default(),
        }
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Returns what the host gave of the receive buffer, bytes as it counts them.
    pub(super) fn receive_buffer_bytes(&self) -> Option<usize> {
        SockRef::from(&self.socket).recv_buffer_size().ok()
    }

    pub(super) const fn has_one_peer(&self) -> bool {
        matches!(self.senders, Senders::Peer { .. })
    }

    pub(super) async fn ready(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes the datagrams that wait, up to a number.
    pub(super) fn take(&mut self, inlet: &mut Inlet) -> io::Result<()> {
        for _reading in 0..DATAGRAMS_IN_A_ROW {
            let received = match self.datagrams.receive(&self.socket) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // A Linux socket may report what became of somebody's earlier datagram.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error),
            };
            let sender = received.sender;
            let is_heard = self.allow.admits(sender.ip());
            let heard = inlet.heard().frames;
            for datagram in received.datagrams() {
                if is_heard {
                    trace!(link = %self.link, %sender, length = datagram.len(), "datagram");
                    inlet.datagram(datagram, Some(sender));
                } else {
                    trace!(link = %self.link, %sender, "refused");
                    self.metrics.link_refused_sources.add(1);
                }
            }
            if heard < inlet.heard().frames {
                self.hearers.note(sender);
            }
            let dropped = u64::from(received.dropped);
            self.metrics.link_kernel_drops.add(dropped);
            self.overflow.note(dropped);
        }
        Ok(())
    }

    /// Looks after the socket once in a while.
    pub(super) fn look(&mut self) -> io::Result<()> {
        self.hearers.look();
        self.keep_group()?;
        self.keep_way()?;
        let (link, receive_buffer_bytes) = (&self.link, self.receive_buffer_bytes());
        match self.overflow.look() {
            None => {}
            Some(Burst::Began(dropped)) => warn!(
                %link,
                dropped,
                receive_buffer_bytes,
                "the host drops datagrams for want of room: raise net.core.rmem_max"
            ),
            Some(Burst::Ended(dropped)) => {
                info!(%link, dropped, "the host has dropped no more datagrams for a minute");
            }
        }
        Ok(())
    }

    /// Sends a frame to the peer, or to everybody who sent a frame lately; a group is only heard.
    pub(super) fn say(&self, frame: &Outgoing) {
        match &self.senders {
            Senders::Anybody => {
                for hearer in self.hearers.iter() {
                    frame.leave_by(&self.socket, Some(hearer), &self.metrics);
                }
            }
            Senders::Group { .. } => {}
            Senders::Peer { .. } => frame.leave_by(&self.socket, None, &self.metrics),
        }
    }

    /// Makes sure that the group is still joined: the socket is not told when an interface goes.
    ///
    /// On an interface that goes and comes back, even by the same name, the socket would stay
    /// deaf.
    fn keep_group(&mut self) -> io::Result<()> {
        let Senders::Group {
            group,
            index,
            looks,
        } = &mut self.senders
        else {
            return Ok(());
        };
        if group.index()? != *index {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "another interface has its name",
            ));
        }
        *looks += 1;
        if LOOKS_PER_JOIN <= *looks {
            *looks = 0;
            // It fails while the group is still joined, and while there is no interface for it.
            match group.join(&SockRef::from(&self.socket), *index) {
                Ok(()) => debug!(link = %self.link, "joined the group again"),
                Err(error) => trace!(link = %self.link, %error, "group not joined again"),
            }
        }
        Ok(())
    }

    /// Makes sure that the way to the one peer still begins at the address that the socket has.
    ///
    /// A socket that is connected keeps the address that it got then, and hears nothing that is
    /// sent to another one, such as the next one that a modem is given. While there is no way at
    /// all, it may be the same once there is one.
    fn keep_way(&mut self) -> io::Result<()> {
        let Senders::Peer { looks } = &mut self.senders else {
            return Ok(());
        };
        *looks += 1;
        if *looks < LOOKS_PER_ROUTE {
            return Ok(());
        }
        *looks = 0;
        let here = self.socket.local_addr()?.ip();
        match way_to(self.socket.peer_addr()?) {
            Ok(way) if way != here => Err(io::Error::new(
                io::ErrorKind::AddrNotAvailable,
                "this host has another address towards its peer",
            )),
            Ok(_same) => Ok(()),
            Err(error) => {
                trace!(link = %self.link, %error, "no way to the peer");
                Ok(())
            }
        }
    }
}

/// Returns the address that the host would use towards a peer; nothing is sent for that.
fn way_to(peer: SocketAddr) -> io::Result<IpAddr> {
    let socket = std::net::UdpSocket::bind(any_port(peer))?;
    socket.connect(peer)?;
    Ok(socket.local_addr()?.ip())
}

/// Returns any port of any address of the peer's family.
fn any_port(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}

impl Group {
    /// Binds the group's own address, so that nothing else that is sent to the port is heard.
    fn bind(&self, port: u16, index: u32) -> io::Result<UdpSocket> {
        let address = match self.address {
            IpAddr::V4(group) => SocketAddr::from((group, port)),
            IpAddr::V6(group) => SocketAddrV6::new(group, port, 0, index).into(),
        };
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
        // Groups are shared: a ground station on the same machine hears them too.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        self.join(&SockRef::from(&socket), index)?;
        UdpSocket::from_std(socket.into())
    }

    fn join(&self, socket: &SockRef<'_>, index: u32) -> io::Result<()> {
        match (self.address, index) {
            (IpAddr::V4(group), 0) => socket.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED),
            (IpAddr::V4(group), index) => {
                socket.join_multicast_v4_n(&group, &InterfaceIndexOrAddress::Index(index))
            }
            (IpAddr::V6(group), index) => socket.join_multicast_v6(&group, index),
        }
    }

    /// Returns the index of the interface, which changes when an adapter is plugged in again; 0
    /// lets the host choose.
    fn index(&self) -> io::Result<u32> {
        match &self.interface {
            None => Ok(0),
            Some(name) => Ok(if_nametoindex(name.as_str())?),
        }
    }
}
