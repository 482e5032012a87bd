//! From a socket to messages: what one core reads while another sends without a pause.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;

use corridord::wire::{Decoded, Event, Framer, StreamFramer, decode};
use criterion::{Criterion, Throughput};
use socket2::SockRef;

/// What the daemon takes of a stream at once.
const CHUNK: usize = 16 * 1024;
/// What an Ethernet frame holds of a datagram, a tunnel taken off.
const DATAGRAM: usize = 1400;
/// What may wait for the reader, bytes.
const WAITING: usize = 4 * 1024 * 1024;

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
    let socket = hear(frames);
    let (mut read, mut wanted) = (0, 0);
    group.bench_function("udp", |bencher| {
        bencher.iter(|| {
            wanted += messages;
            while read < wanted {
                let length = socket.recv(&mut buffer).expect("more datagrams");
                for event in Framer::new(&buffer[..length]) {
                    read += take(&event);
                }
            }
        });
    });
    group.finish();
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

/// Returns a socket that datagrams with as many frames as they hold are sent to without end.
fn hear(frames: &[Vec<u8>]) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    SockRef::from(&socket)
        .set_recv_buffer_size(WAITING)
        .expect("a buffer");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
    sender
        .connect(socket.local_addr().expect("an address"))
        .expect("an address");
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
    thread::spawn(move || {
        let sent = |datagram: &Vec<u8>| sender.send(datagram).is_ok();
        while datagrams.iter().all(sent) {}
    });
    socket
}
