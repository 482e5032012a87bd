//! Datagrams with what the host tells beside them: how many it joined, how many it dropped.

use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;

use nix::cmsg_space;
use nix::sys::socket::sockopt::{RcvBufForce, RxqOvfl, UdpGroSegment};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// The most that the host hands over at once: a UDP datagram, or joined ones, bytes.
const LENGTH_MAX: usize = 65_535;
/// What the host is asked to keep for a socket while nobody reads it, bytes.
const RECEIVE_BUFFER_WANTED: usize = 16 * 1024 * 1024;
/// What every host gives unasked, bytes.
const RECEIVE_BUFFER_MIN: usize = 64 * 1024;

/// Reads the datagrams of one socket.
#[derive(Debug)]
pub(super) struct Datagrams {
    buffer: Vec<u8>,
    control: Vec<u8>,
    /// How many the host has dropped, as it counts them; it starts again after 32 bits.
    dropped: u32,
}

/// One or more datagrams of one sender.
#[derive(Debug)]
pub(super) struct Received<'a> {
    pub(super) sender: SocketAddr,
    bytes: &'a [u8],
    /// The length of each but the last, if there are several.
    each: usize,
    /// How many the host dropped since the last ones, for want of room.
    pub(super) dropped: u32,
}

impl<'a> Received<'a> {
    /// Returns the datagrams one by one.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> {
        self.bytes.chunks(self.each)
    }
}

impl Datagrams {
    /// Asks the host for room, for a count of what it drops, and to join datagrams.
    ///
    /// A host that gives less still gives what it may.
    pub(super) fn new(socket: &UdpSocket) -> Self {
        ask_for_room(socket);
        let _drops_stay_unknown = setsockopt(socket, RxqOvfl, &1);
        let _none_are_joined = setsockopt(socket, UdpGroSegment, &true);
        Self {
            buffer: vec![0; LENGTH_MAX],
            control: cmsg_space!(u32, i32),
            dropped: 0,
        }
    }

    /// Takes what waits first, without waiting for it.
    ///
    /// # Errors
    ///
    /// Says [`io::ErrorKind::WouldBlock`] if nothing waits, and what else the host says.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<Received<'_>> {
        let mut parts = [IoSliceMut::new(&mut self.buffer)];
        self.control.resize(self.control.capacity(), 0);
        let message = socket.try_io(Interest::READABLE, || {
            let control = Some(&mut self.control[..]);
            let flags = MsgFlags::MSG_DONTWAIT;
            recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, control, flags)
                .map_err(io::Error::from)
        })?;
        let (mut each, mut dropped) = (message.bytes.max(1), self.dropped);
        for told in message.cmsgs()? {
            if let ControlMessageOwned::UdpGroSegments(length) = told {
                each = usize::try_from(length).unwrap_or(each).max(1);
            } else if let ControlMessageOwned::RxqOvfl(count) = told {
                dropped = count;
            }
        }
        let sender = message.address.as_ref().and_then(address_of);
        let sender = sender.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let length = message.bytes;
        let before = std::mem::replace(&mut self.dropped, dropped);
        Ok(Received {
            sender,
            bytes: &self.buffer[..length],
            each,
            dropped: dropped.wrapping_sub(before),
        })
    }
}

/// Asks for a large receive buffer, beyond the host's limit where that is permitted.
fn ask_for_room(socket: &UdpSocket) {
    if setsockopt(socket, RcvBufForce, &RECEIVE_BUFFER_WANTED).is_ok() {
        return;
    }
    let mut wanted = RECEIVE_BUFFER_WANTED;
    while RECEIVE_BUFFER_MIN < wanted && SockRef::from(socket).set_recv_buffer_size(wanted).is_err()
    {
        wanted /= 2;
    }
}

fn address_of(sender: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = sender.as_sockaddr_in().map(|address| (*address).into());
    v4.or_else(|| sender.as_sockaddr_in6().map(|address| (*address).into()))
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;
    use std::net::UdpSocket as Sender;

    use nix::sys::socket::{ControlMessage, sendmsg};

    use super::*;

    #[tokio::test]
    async fn what_is_received_and_what_the_host_dropped_is_all_that_was_sent() {
        let (socket, mut datagrams, sender) = pair().await;
        SockRef::from(&socket).set_recv_buffer_size(4096).unwrap();
        let mut sent = 0;
        let (mut received, mut dropped) = (0, 0);
        for flood in [500, 700, 1] {
            for _datagram in 0..flood {
                sender.send(&[7; 100]).unwrap();
            }
            sent += flood;
            socket.readable().await.unwrap();
            while let Ok(each) = datagrams.receive(&socket) {
                received += each.datagrams().count();
                dropped += usize::try_from(each.dropped).unwrap();
            }
        }
        assert!(received < 100, "{received} found room");
        assert_eq!(received + dropped, sent);
    }

    #[tokio::test]
    async fn datagrams_that_the_host_joined_come_one_by_one() {
        let (socket, mut datagrams, sender) = pair().await;
        let bytes: Vec<u8> = (0..=255).cycle().take(1030).collect();
        let segment = ControlMessage::UdpGsoSegments(&100);
        let parts = [IoSlice::new(&bytes)];
        sendmsg::<()>(
            sender.as_raw_fd(),
            &parts,
            &[segment],
            MsgFlags::empty(),
            None,
        )
        .unwrap();
        let mut found: Vec<Vec<u8>> = Vec::new();
        while found.len() < 11 {
            socket.readable().await.unwrap();
            while let Ok(received) = datagrams.receive(&socket) {
                assert_eq!(received.sender, sender.local_addr().unwrap());
                found.extend(received.datagrams().map(<[u8]>::to_vec));
            }
        }
        assert_eq!(found, bytes.chunks(100).collect::<Vec<_>>());
    }

    async fn pair() -> (UdpSocket, Datagrams, Sender) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let datagrams = Datagrams::new(&socket);
        let sender = Sender::bind("127.0.0.1:0").unwrap();
        sender.connect(socket.local_addr().unwrap()).unwrap();
        (socket, datagrams, sender)
    }
}
