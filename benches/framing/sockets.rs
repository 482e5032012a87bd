//! From a socket to messages: what one core reads.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use corridord::wire::{Decoded, Event, Framer, StreamFramer, decode};
use criterion::{Criterion, Throughput};

/// What the daemon takes of a stream at once.
const CHUNK: usize = 16 * 1024;
/// What an Ethernet frame holds of a datagram, a tunnel taken off.
const DATAGRAM: usize = 1400;
/// Datagrams that wait before they are read: every host has room for so many.
const WAITING: usize = 64;

pub(crate) fn measure(criterion: &mut Criterion, frames: &[Vec<u8>]) {
    let messages = frames.len() as u64;
    let mut group = criterion.benchmark_group("sockets");
    group.throughput(Throughput::Elements(messages));
    let mut stream = connect(frames);
    let mut tcp = StreamFramer::new();
    let mut buffer = vec![0; 65_536];
    let (mut read, mut wanted) = (0, 0);
    group.bench_function("tcp", |bencher| {
        bencher.iter(|| {
            wanted += messages;
            while read < wanted {
                let length = stream.read(&mut buffer[..CHUNK]).expect("more bytes");
                tcp.feed(&buffer[..length]);
                while let Some(event) = tcp.next_event() {
                    read += take(&event);
                }
            }
        });
    });
    drop(stream);
    let (sender, socket) = pair();
    let datagrams = datagrams(frames);
    group.bench_function("udp", |bencher| {
        bencher.iter_custom(|rounds| {
            let mut took = Duration::ZERO;
            for _round in 0..rounds {
                for datagrams in datagrams.chunks(WAITING) {
                    took += send_and_read(&sender, &socket, datagrams, &mut buffer);
                }
            }
            took
        });
    });
    group.finish();
}

/// Returns how long it took to read what had been sent before.
///
/// A core that sends is slower than one that reads, so that nothing is read meanwhile.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn send_and_read(
    sender: &UdpSocket,
    socket: &UdpSocket,
    datagrams: &[Vec<u8>],
    buffer: &mut [u8],
) -> Duration {
    for datagram in datagrams {
        sender.send(datagram).expect("a datagram leaves");
    }
    let start = Instant::now();
    for _datagram in datagrams {
        let length = socket.recv(buffer).expect("a datagram waits");
        for event in Framer::new(&buffer[..length]) {
            take(&event);
        }
    }
    start.elapsed()
}

fn take(event: &Event<'_>) -> u64 {
    if let Event::Frame(frame) = event {
        if let Decoded::Message(message) = decode(frame) {
            black_box(&message);
        }
        1
    } else {
        0
    }
}

/// Returns a connection that brings the stream again and again until it is closed.
fn connect(frames: &[Vec<u8>]) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let stream = TcpStream::connect(listener.local_addr().expect("an address"));
    let (mut sender, _peer) = listener.accept().expect("a connection");
    let bytes = frames.concat();
    thread::spawn(move || while sender.write_all(&bytes).is_ok() {});
    stream.expect("a connection")
}

/// Returns a socket that sends to another.
fn pair() -> (UdpSocket, UdpSocket) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let timeout = Some(Duration::from_secs(1));
    socket.set_read_timeout(timeout).expect("a timeout");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    sender.connect(address).expect("an address");
    (sender, socket)
}

/// Packs as many frames into a datagram as it holds.
fn datagrams(frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut datagrams: Vec<Vec<u8>> = vec![Vec::new()];
    for frame in frames {
        if let Some(last) = datagrams.last_mut()
            && last.len() + frame.len() <= DATAGRAM
        {
            last.extend_from_slice(frame);
        } else {
            datagrams.push(frame.clone());
        }
    }
    datagrams
}
