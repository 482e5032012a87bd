//! A fixed address that passes datagrams on to wherever the daemon listens at the moment.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Passes datagrams on; what arrives while nobody listens is lost, as on a real network.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    target: Arc<Mutex<Option<SocketAddr>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Starts without a target.
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .expect("a time limit");
        let address = socket.local_addr().expect("an address");
        let (target, stop) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let thread = thread::spawn({
            let (target, stop) = (Arc::clone(&target), Arc::clone(&stop));
            move || pass_on(&socket, &target, &stop)
        });
        Self {
            address,
            target,
            stop,
            thread: Some(thread),
        }
    }

    /// Returns the address that does not change.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes datagrams on to `target` from here on.
    pub(crate) fn forward_to(&self, target: SocketAddr) {
        *self.target.lock().expect("the target") = Some(target);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(
                ended.is_ok() || thread::panicking(),
                "the relay ended cleanly"
            );
        }
    }
}

fn pass_on(socket: &UdpSocket, target: &Mutex<Option<SocketAddr>>, stop: &AtomicBool) {
    let mut buffer = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        // A time-out is the moment to look at `stop`; a refusal means that nobody listens.
        let Ok((length, _sender)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let target = *target.lock().expect("the target");
        if let Some(target) = target {
            drop(socket.send_to(&buffer[..length], target));
        }
    }
}
