//! The other end of a link of any kind: what is sent there, and what comes back.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use socket2::{Domain, SockRef, Socket, Type};

use super::daemon::Daemon;
use super::pty::Adapter;
use super::stage::{Stage, udp};
use super::wait_for;

/// A group on this machine alone.
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 76, 68);

/// A kind of link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Serial,
    UdpIn,
    UdpOut,
    Multicast,
    TcpIn,
    TcpOut,
}

/// What stands at the other end before the daemon starts.
#[derive(Debug)]
pub(crate) enum Prepared {
    Nothing,
    Device(Adapter),
    Peer(UdpSocket),
    Server(TcpListener),
}

/// The other end of a link that is open.
#[derive(Debug)]
pub(crate) enum FarEnd {
    Device(Adapter),
    Datagrams {
        socket: UdpSocket,
        to: SocketAddr,
        /// Hears what is sent to the group, for a link that has one.
        member: Option<UdpSocket>,
    },
    Connection(TcpStream),
}

impl Kind {
    /// Makes a stage whose only link is of this kind and has these further keys.
    pub(crate) fn stage(self, keys: &str) -> (Stage, Prepared) {
        let stage = |address: &str| Stage::new(&format!("address = \"{address}\"\n{keys}"));
        match self {
            Self::Serial => {
                let stage = Stage::with_device_and("57600", keys);
                let adapter = Adapter::plug(&stage.device());
                (stage, Prepared::Device(adapter))
            }
            Self::UdpIn => (stage("udpin:127.0.0.1:0"), Prepared::Nothing),
            Self::Multicast => (
                stage(&format!("udpin:{GROUP}:0?interface=lo")),
                Prepared::Nothing,
            ),
            Self::TcpIn => (stage("tcpin:127.0.0.1:0"), Prepared::Nothing),
            Self::UdpOut => {
                let peer = udp("127.0.0.1:0");
                let address = peer.local_addr().expect("an address");
                (stage(&format!("udpout:{address}")), Prepared::Peer(peer))
            }
            Self::TcpOut => {
                let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
                let address = server.local_addr().expect("an address");
                (
                    stage(&format!("tcpout:{address}")),
                    Prepared::Server(server),
                )
            }
        }
    }
}

impl Prepared {
    /// Meets a daemon that has started.
    pub(crate) fn meet(self, daemon: &Daemon) -> FarEnd {
        match self {
            Self::Device(adapter) => {
                daemon.log.wait_for_message("link open");
                FarEnd::Device(adapter)
            }
            Self::Peer(socket) => {
                let open = daemon.log.wait_for_message("link open");
                let to = open["hears_at"].as_str().expect("an address");
                FarEnd::Datagrams {
                    socket,
                    to: to.parse().expect("a socket address"),
                    member: None,
                }
            }
            Self::Server(server) => {
                let (connection, _address) = server.accept().expect("the daemon connects");
                FarEnd::Connection(connection)
            }
            Self::Nothing => meet_listening(daemon.link_address("link1"), daemon),
        }
    }
}

fn meet_listening(to: SocketAddr, daemon: &Daemon) -> FarEnd {
    let listening = daemon.log.wait_for_message("listening");
    if to.ip().is_multicast() {
        let socket = udp("127.0.0.1:0");
        SockRef::from(&socket)
            .set_multicast_if_v4(&Ipv4Addr::LOCALHOST)
            .expect("an option");
        FarEnd::Datagrams {
            socket,
            to,
            member: Some(join(to.port())),
        }
    } else if listening["receive_buffer_bytes"].is_u64() {
        FarEnd::Datagrams {
            socket: udp("127.0.0.1:0"),
            to,
            member: None,
        }
    } else {
        FarEnd::Connection(TcpStream::connect(to).expect("the port is open"))
    }
}

/// Joins the group as another program on this machine would.
fn join(port: u16) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    let address: SocketAddr = (GROUP, port).into();
    socket.bind(&address.into()).expect("the port is shared");
    socket
        .join_multicast_v4(&GROUP, &Ipv4Addr::LOCALHOST)
        .expect("the group is joined");
    socket.into()
}

impl FarEnd {
    /// Sends a frame, or several.
    pub(crate) fn send(&mut self, frames: &[u8]) {
        match self {
            Self::Device(adapter) => adapter.send(frames),
            Self::Datagrams { socket, to, .. } => {
                let sent = socket.send_to(frames, *to).expect("it is sent");
                assert_eq!(sent, frames.len());
            }
            Self::Connection(connection) => {
                connection.set_nonblocking(false).expect("an option");
                connection.write_all(frames).expect("it is sent");
            }
        }
    }

    /// Returns what has come back since the last call.
    pub(crate) fn received(&mut self) -> Vec<u8> {
        match self {
            Self::Device(adapter) => adapter.received(),
            Self::Datagrams { socket, member, .. } => {
                let ours = socket.local_addr().expect("an address");
                let heard = member.iter().flat_map(|member| datagrams(member, ours));
                datagrams(socket, ours).into_iter().chain(heard).collect()
            }
            Self::Connection(connection) => {
                connection.set_nonblocking(true).expect("an option");
                let mut bytes = Vec::new();
                match connection
                    .read_to_end(&mut bytes)
                    .map_err(|error| error.kind())
                {
                    Ok(_) | Err(ErrorKind::WouldBlock | ErrorKind::ConnectionReset) => bytes,
                    Err(error) => panic!("the connection fails: {error}"),
                }
            }
        }
    }

    /// Waits until what has come back in all makes `enough`.
    pub(crate) fn wait_for(&mut self, what: &str, enough: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        wait_for(what, || {
            bytes.extend(self.received());
            enough(&bytes).then(|| bytes.clone())
        })
    }
}

/// Takes what waits in a socket and was not sent by us.
fn datagrams(socket: &UdpSocket, ours: SocketAddr) -> Vec<u8> {
    socket.set_nonblocking(true).expect("an option");
    let mut bytes = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        match socket.recv_from(&mut buffer) {
            Ok((_, sender)) if sender == ours => {}
            Ok((length, _)) => bytes.extend(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return bytes,
            // What was sent after the daemon had stopped.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            Err(error) => panic!("the socket fails: {error}"),
        }
    }
}
