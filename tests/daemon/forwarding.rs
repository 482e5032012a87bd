//! A link that is shared: raw frames both ways, unchanged, and nobody pays for anybody else.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};

use socket2::{Domain, Socket, Type};

use crate::support::daemon::Daemon;
use crate::support::far_end::{FarEnd, Kind};
use crate::support::frames::{HEARTBEAT, PING, TIMESYNC, bytes_of, every_message};
use crate::support::scene::Scene;
use crate::support::stage::{Stage, frames_of, metric, udp, with_links};
use crate::support::wait_for;

/// Frames that are sent before they are waited for: a burst may be too much for a socket's buffer.
const AT_ONCE: usize = 50;

#[test]
fn a_serial_device_is_shared() {
    check_shared(Kind::Serial);
}

#[test]
fn the_senders_of_a_udp_port_are_shared() {
    check_shared(Kind::UdpIn);
}

#[test]
fn a_udp_peer_is_shared() {
    check_shared(Kind::UdpOut);
}

#[test]
fn a_tcp_client_is_shared() {
    check_shared(Kind::TcpIn);
}

#[test]
fn a_tcp_server_is_shared() {
    check_shared(Kind::TcpOut);
}

/// Passes every kind of frame both ways, to and from every kind of consumer, and compares byte for
/// byte: what arrives is what was sent, and nothing else.
#[track_caller]
fn check_shared(kind: Kind) {
    let (ground_station, server) = (udp("127.0.0.1:0"), tcp_server());
    let forward = format!(
        "forward = [\"udpout:{}\", \"tcpout:{}\", \"udpin:127.0.0.1:0\", \"tcpin:127.0.0.1:0\"]",
        ground_station.local_addr().expect("an address"),
        server.local_addr().expect("an address"),
    );
    let (stage, prepared) = kind.stage(&forward);
    let daemon = stage.options.start();
    let mut line = prepared.meet(&daemon);
    let mut consumers = [
        FarEnd::Connection(server.accept().expect("the daemon connects").0),
        FarEnd::Datagrams {
            socket: udp("127.0.0.1:0"),
            to: consumer_at(&daemon, "udpin"),
            member: None,
        },
        FarEnd::Connection(connect(consumer_at(&daemon, "tcpin"))),
        meet_ground_station(ground_station, &daemon, &mut line),
    ];
    // Each is there once it has been heard.
    for consumer in &mut consumers {
        pass(&[], consumer, std::slice::from_mut(&mut line));
    }
    let mark = bytes_of(PING);
    line.send(&mark);
    for consumer in &mut consumers {
        consumer.wait_for("the mark", |bytes| bytes.ends_with(&mark));
    }

    let frames = every_message();
    let flight = frames_of(1).into_iter().map(|(_due, frame)| frame);
    pass(&frames, &mut line, &mut consumers);
    pass(&flight.collect::<Vec<_>>(), &mut line, &mut consumers);
    stage.wait_for_entered(1);
    for consumer in &mut consumers {
        consumer.send(b"\x00 garbage");
        pass(&frames, consumer, std::slice::from_mut(&mut line));
    }
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(line.received(), [0; 0], "{kind:?}: the unit adds nothing");
    for consumer in &mut consumers {
        assert_eq!(consumer.received(), [0; 0], "{kind:?}: nothing comes back");
    }
    let events = log.events();
    assert_eq!(metric(&events, "forward_frames_dropped_total"), 0);
    assert_eq!(metric(&events, "link_frames_unsent_total"), 0);
}

/// A consumer that does not read loses its own frames; another one and the alerts get all.
#[test]
fn a_consumer_that_never_reads_loses_its_own_frames_and_nobody_elses() {
    let (stage, prepared) = Kind::TcpIn.stage("forward = [\"tcpin:127.0.0.1:0\"]");
    let daemon = stage.options.start();
    let mut line = prepared.meet(&daemon);
    let at = consumer_at(&daemon, "tcpin");
    let mut slow = FarEnd::Connection(connect_with_little_room(at));
    let mut quick = [FarEnd::Connection(TcpStream::connect(at).unwrap())];
    meet_line(&mut slow, &mut line);
    pass(&[], &mut quick[0], std::slice::from_mut(&mut line));

    // More than the buffers of a connection and the queue hold together.
    let flood = vec![long_frame(); AT_ONCE];
    for _times in 0..800 {
        pass(&flood, &mut line, &mut quick);
    }
    let flight = frames_of(1).into_iter().map(|(_due, frame)| frame);
    pass(&flight.collect::<Vec<_>>(), &mut line, &mut quick);
    stage.wait_for_entered(1);
    let log = daemon.log.clone();
    daemon.stop_clean();
    let events = log.events();
    let dropped = metric(&events, "forward_frames_dropped_total");
    let passed = metric(&events, "forward_frames_total");
    let frames =
        metric(&events, "link_frames_total") + metric(&events, "link_frames_unknown_total");
    assert!(1_000 < dropped, "{dropped} were dropped");
    assert_eq!(passed + dropped, 2 * frames, "all are accounted for");
    drop(slow);
}

/// A vehicle that does not read what consumers send is heard all the same.
#[test]
fn a_line_that_takes_nothing_is_still_heard() {
    let stage = Stage::new("address = \"tcpin:127.0.0.1:0\"\nforward = [\"tcpin:127.0.0.1:0\"]");
    let daemon = stage.options.start();
    let at = daemon.link_address("link1");
    let mut line = FarEnd::Connection(connect_with_little_room(at));
    let mut consumer = [FarEnd::Connection(connect(consumer_at(&daemon, "tcpin")))];
    meet_line(&mut consumer[0], &mut line);

    let flood = long_frame().repeat(AT_ONCE);
    for _times in 0..800 {
        consumer[0].send(&flood);
    }
    let flight = frames_of(1).into_iter().map(|(_due, frame)| frame);
    pass(&flight.collect::<Vec<_>>(), &mut line, &mut consumer);
    stage.wait_for_entered(1);
    let log = daemon.log.clone();
    daemon.stop_clean();
    let events = log.events();
    let unsent = metric(&events, "link_frames_unsent_total");
    assert!(1_000 < unsent, "{unsent} found no room");
    assert_eq!(metric(&events, "forward_frames_dropped_total"), 0);
}

#[test]
fn a_consumer_that_is_not_there_is_found_once_it_is() {
    let (absent, server) = (udp("127.0.0.1:0").local_addr().unwrap(), tcp_server());
    let server_at = server.local_addr().unwrap();
    drop(server);
    let forward = format!("forward = [\"udpout:{absent}\", \"tcpout:{server_at}\"]");
    let (stage, prepared) = Kind::UdpIn.stage(&forward);
    let daemon = stage.options.start();
    let mut line = prepared.meet(&daemon);
    daemon
        .log
        .wait_for_message("consumer not there yet, tried until it is");
    for (_due, frame) in frames_of(1) {
        line.send(&frame);
    }
    stage.wait_for_entered(1);

    let ground_station = UdpSocket::bind(absent).unwrap();
    let mut ground_station = [meet_ground_station(ground_station, &daemon, &mut line)];
    pass(&every_message(), &mut line, &mut ground_station);
    let server = listen_again(server_at);
    for _connection in 0..2 {
        let mut connection = [FarEnd::Connection(server.accept().unwrap().0)];
        pass(&[], &mut connection[0], std::slice::from_mut(&mut line));
        let mark = bytes_of(TIMESYNC);
        line.send(&mark);
        connection[0].wait_for("the mark", |bytes| bytes.ends_with(&mark));
        pass(&every_message(), &mut line, &mut connection);
    }
    daemon.stop_clean();
}

#[test]
fn a_group_is_shared_one_way() {
    let ground_station = udp("127.0.0.1:0");
    let at = ground_station.local_addr().unwrap();
    let (stage, prepared) = Kind::Multicast.stage(&format!("forward = [\"udpout:{at}\"]"));
    let daemon = stage.options.start();
    let mut line = prepared.meet(&daemon);
    let mut ground_station = [meet_ground_station(ground_station, &daemon, &mut line)];
    pass(&every_message(), &mut line, &mut ground_station);
    ground_station[0].send(&bytes_of(HEARTBEAT));
    // Whatever is heard after it, nothing of it has left.
    pass(&every_message(), &mut line, &mut ground_station);
    daemon.stop_clean();
    assert_eq!(line.received(), [0; 0]);
}

#[test]
fn a_consumer_that_makes_no_sense_is_refused_in_words() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a\"
address = \"udpin:127.0.0.1:14550\"
forward = [\"serial:/dev/ttyUSB0:57600\", \"udpout:qgc.lan:14551\", \"14551\"]
[[link]]
name = \"b\"
address = \"tcpout:sitl:5760\"
forward = [\"tcpin:0.0.0.0:5761\", \"udpin:127.0.0.1:14550\"]
[[link]]
name = \"c\"
address = \"tcpout:sitl:5762\"
forward = [\"tcpin:0.0.0.0:5763\", \"udpout:localhost:14551\"]
forward-allow-remote = true
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78));
    let remote = "is not on this machine alone, and whoever is there could command the vehicles: \
                  write 127.0.0.1, or set `forward-allow-remote`";
    assert_eq!(
        checked.err.lines().collect::<Vec<_>>(),
        [
            "DIR/corridord.toml:4: link[0].forward[0]: is no consumer of frames: write \
             udpout:127.0.0.1:14551, or udpin:, tcpin:, tcpout:",
            &format!("DIR/corridord.toml:4: link[0].forward[1]: {remote}"),
            "DIR/corridord.toml:4: link[0].forward[2]: `14551` has no known kind: write \
             udpin:HOST:PORT, such as udpin:0.0.0.0:14550, or udpout:, tcpin:, tcpout:, serial:, \
             file:",
            &format!("DIR/corridord.toml:8: link[1].forward[0]: {remote}"),
            "DIR/corridord.toml:8: link[1].forward[1]: another link listens there already",
        ]
    );
}

#[test]
fn a_check_says_with_whom_a_link_is_shared() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a\"
address = \"tcpin:127.0.0.1:0\"
forward = [\"udpout:127.0.0.1:14551\", \"tcpin:127.0.0.1:5761\"]
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""));
    let line = "           shared with udpout:127.0.0.1:14551, tcpin:127.0.0.1:5761";
    assert!(checked.out.lines().any(|it| it == line), "{}", checked.out);
}

/// Sends frames, a few at a time, and asserts that each of `to` gets them and nothing else.
///
/// A frame that nobody knows waits in a stream until another one follows it, so that a heartbeat
/// ends each few.
#[track_caller]
fn pass(frames: &[Vec<u8>], from: &mut FarEnd, to: &mut [FarEnd]) {
    let last = bytes_of(HEARTBEAT);
    let mut chunks: Vec<&[Vec<u8>]> = frames.chunks(AT_ONCE).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    for chunk in chunks {
        for frame in chunk.iter().chain([&last]) {
            from.send(frame);
        }
        let sent = [&chunk.concat()[..], &last].concat();
        for end in &mut *to {
            let got = end.wait_for("what was sent", |bytes| sent.len() <= bytes.len());
            assert!(got == sent, "sent {sent:02x?}\ngot  {got:02x?}");
        }
    }
}

/// Waits until what a consumer sends arrives at a line that the daemon may not have accepted yet.
fn meet_line(consumer: &mut FarEnd, line: &mut FarEnd) {
    let hello = bytes_of(HEARTBEAT);
    wait_for("the line", || {
        consumer.send(&hello);
        Some(line.received()).filter(|bytes| !bytes.is_empty())
    });
    let mark = bytes_of(TIMESYNC);
    consumer.send(&mark);
    line.wait_for("the mark", |bytes| bytes.ends_with(&mark));
}

/// Waits until a ground station is sent what is heard, which tells it where the daemon is.
fn meet_ground_station(socket: UdpSocket, daemon: &Daemon, line: &mut FarEnd) -> FarEnd {
    consumer_at(daemon, "udpout");
    socket.set_nonblocking(true).expect("an option");
    let hello = bytes_of(HEARTBEAT);
    let to = wait_for("the first frame", || {
        line.send(&hello);
        let (_length, sender) = socket.recv_from(&mut [0; 300]).ok()?;
        Some(sender)
    });
    let mark = bytes_of(TIMESYNC);
    line.send(&mark);
    let mut far_end = FarEnd::Datagrams {
        socket,
        to,
        member: None,
    };
    far_end.wait_for("the mark", |bytes| bytes.ends_with(&mark));
    far_end
}

/// Returns where the daemon meets its consumers of a kind.
fn consumer_at(daemon: &Daemon, kind: &str) -> SocketAddr {
    let event = daemon.log.wait_for_event("forwarding", |event| {
        let consumer = event["consumer"].as_str().unwrap_or_default();
        event["message"] == "forwarding" && consumer.starts_with(&format!("{kind}:"))
    });
    let at = event["at"].as_str().expect("an address");
    at.parse().expect("a socket address")
}

fn tcp_server() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

fn connect(at: SocketAddr) -> TcpStream {
    TcpStream::connect(at).expect("the port is open")
}

/// Connects, and has room for little that is not read.
fn connect_with_little_room(at: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4096).expect("an option");
    socket.connect(&at.into()).expect("the port is open");
    socket.into()
}

/// Listens on a port that was listened on before.
fn listen_again(at: SocketAddr) -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    socket.bind(&at.into()).expect("the port is free");
    socket.listen(4).expect("it listens");
    socket.into()
}

/// A frame of the greatest length, of a message that nobody knows.
fn long_frame() -> Vec<u8> {
    let header = [0xfd, 255, 0, 0, 9, 17, 1, 0x60, 0xea, 0];
    [&header[..], &[0x55; 257]].concat()
}
