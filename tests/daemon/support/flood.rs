//! Many datagrams, each of one frame.
//!
//! `CORRIDORD_FLOOD_RATE` and `CORRIDORD_FLOOD_SECONDS` say how many a second, and for how long.

use std::env;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

/// How long a sender that is ahead of its time rests.
const REST: Duration = Duration::from_micros(200);

/// How long reading what waits may take.
const READ_MAX: Duration = Duration::from_secs(30);

/// A sender that begins its frames again and again.
#[derive(Debug)]
pub(crate) struct Flood {
    socket: UdpSocket,
    frames: Vec<Vec<u8>>,
    sent: u64,
}

impl Flood {
    pub(crate) fn new(to: SocketAddr, frames: Vec<Vec<u8>>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        socket.connect(to).expect("an address");
        Self {
            socket,
            frames,
            sent: 0,
        }
    }

    /// Returns how many were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Sends so many as fast as it can.
    pub(crate) fn send(&mut self, datagrams: u64) {
        for _datagram in 0..datagrams {
            let next = self.sent % self.frames.len() as u64;
            let frame = &self.frames[usize::try_from(next).expect("an index")];
            self.socket.send(frame).expect("a datagram leaves");
            self.sent += 1;
        }
    }

    /// Sends so many a second, evenly, and returns how long it took.
    #[expect(
        clippy::disallowed_methods,
        reason = "a rate needs a clock, and a pause"
    )]
    pub(crate) fn keep_up(&mut self, a_second: u64, lasts: Duration) -> Duration {
        let start = Instant::now();
        let before = self.sent;
        let all = due(a_second, lasts);
        while self.sent - before < all {
            let due = due(a_second, start.elapsed()).min(all);
            let behind = due - (self.sent - before);
            if behind == 0 {
                thread::sleep(REST);
            }
            self.send(behind);
        }
        start.elapsed()
    }

    /// Waits until the other end has read everything, and returns what the host had to drop.
    #[expect(
        clippy::disallowed_methods,
        reason = "a deadline needs a clock, and polling a pause"
    )]
    pub(crate) fn wait_until_read(&self) -> u64 {
        let start = Instant::now();
        loop {
            match queue(self.socket.peer_addr().expect("a peer")) {
                (0, dropped) => return dropped,
                (waits, _) => assert!(start.elapsed() < READ_MAX, "{waits} bytes wait"),
            }
            thread::sleep(REST);
        }
    }
}

/// Says how many bytes wait in the socket that listens there, and how many datagrams it dropped.
fn queue(at: SocketAddr) -> (u64, u64) {
    let sockets = fs::read_to_string("/proc/net/udp").expect("a list of sockets");
    let port = format!(":{:04X}", at.port());
    let socket = sockets.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_sent, waits) = fields.get(4)?.split_once(':')?;
        let is_it = fields[1].ends_with(&port);
        is_it.then_some((
            u64::from_str_radix(waits, 16).ok()?,
            fields.last()?.parse().ok()?,
        ))
    });
    socket.expect("the daemon's socket")
}

fn due(a_second: u64, elapsed: Duration) -> u64 {
    let due = u128::from(a_second) * elapsed.as_nanos() / 1_000_000_000;
    u64::try_from(due).expect("a short flood")
}

/// Returns the rate and the time of the environment, or these.
pub(crate) fn rate(a_second: u64, lasts: Duration) -> (u64, Duration) {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .map(|text| text.parse().expect("a number"))
    };
    (
        number("CORRIDORD_FLOOD_RATE").unwrap_or(a_second),
        number("CORRIDORD_FLOOD_SECONDS").map_or(lasts, Duration::from_secs),
    )
}
