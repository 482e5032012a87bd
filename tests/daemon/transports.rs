//! Every kind of link, through the real binary: heard, lost, found again, and never sent to.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::support::daemon::Daemon;
use crate::support::pty::Adapter;
use crate::support::scene::Scene;
use crate::support::stage::{
    Stage, count, flight_of, frames_of, log_level, metric, send_datagrams, udp, wait_for_count,
    with_links,
};
use crate::support::wait_within;

/// How long a link may take to come back once its device or server is there.
const BACK_MAX: Duration = Duration::from_secs(2);
/// What the daemon sends on a link.
const NOTHING: [u8; 0] = [];

#[test]
fn tcpin_hears_every_client_with_a_framer_of_its_own() {
    let stage = Stage::new("address = \"tcpin:127.0.0.1:0\"");
    let daemon = stage.options.start();
    let server = daemon.link_address("link1");
    let mut clients = [1, 2].map(|system| {
        let client = TcpStream::connect(server).expect("the port is open");
        (client, flight_of(system))
    });
    // Frames are cut everywhere, and those of the two take turns.
    let longest = clients.iter().map(|(_, bytes)| bytes.len()).max().unwrap();
    for at in (0..longest).step_by(23) {
        for (client, bytes) in &mut clients {
            let end = bytes.len().min(at + 23);
            client.write_all(&bytes[at.min(end)..end]).unwrap();
        }
    }
    stage.wait_for_entered(1);
    stage.wait_for_entered(2);
    daemon.stop_clean();
    for (client, _bytes) in &mut clients {
        assert_eq!(received(client), NOTHING, "nothing is sent to a client");
    }
}

#[test]
fn a_tcp_port_has_room_for_64_clients_and_for_the_next_once_one_leaves() {
    let stage = Stage::new("address = \"tcpin:127.0.0.1:0\"");
    let daemon = stage.options.start();
    let server = daemon.link_address("link1");
    let connect = || TcpStream::connect(server).expect("the port is open");
    let mut clients: Vec<TcpStream> = (0..64).map(|_client| connect()).collect();
    for _refused in 0..3 {
        assert_eq!(received(&mut connect()), NOTHING, "there is no room");
    }
    clients[63].write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);

    drop(clients.remove(0));
    // The daemon takes a moment to see that it is gone, and refuses until then.
    let mut next: Option<TcpStream> = None;
    wait_within(Duration::from_secs(30), "room for another client", || {
        let mut client = next.take().unwrap_or_else(|| {
            let mut client = connect();
            drop(client.write_all(&flight_of(2)));
            client.set_nonblocking(true).expect("an option");
            client
        });
        let ended = client.read(&mut [0]).map_err(|error| error.kind());
        if ended == Err(ErrorKind::WouldBlock) {
            next = Some(client);
        }
        (0 < stage.entered(2)).then_some(())
    });
    assert_eq!(
        count(&daemon, "too many clients"),
        1,
        "told once until there is room"
    );
    let log = daemon.log.clone();
    daemon.stop_clean_but_for("too many clients");
    assert!(3 <= metric(&log.events(), "link_refused_sources_total"));
}

#[test]
fn tcpout_waits_for_its_server_and_comes_back_to_it() {
    let server = tcp_socket("127.0.0.1:0".parse().unwrap());
    let address = server.local_addr().unwrap().as_socket().unwrap();
    let stage = Stage::new(&format!("address = \"tcpout://{address}\""));
    let daemon = stage.options.start();
    daemon
        .log
        .wait_for_message("link not there yet, tried until it is");

    server.listen(1).unwrap();
    let mut first = accept(&server.into());
    first.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    assert_eq!(waiting(&mut first), NOTHING, "nothing is sent to a server");
    drop(first);
    daemon
        .log
        .wait_for_message("link lost, tried until it is back");

    let server = tcp_socket(address);
    server.listen(1).unwrap();
    let mut second = accept(&server.into());
    second.write_all(&flight_of(2)).unwrap();
    stage.wait_for_entered(2);
    daemon.log.wait_for_message("link regained");
    daemon.stop_clean();
    assert_eq!(
        received(&mut second),
        NOTHING,
        "nothing is sent to a server"
    );
}

#[test]
fn a_serial_adapter_that_is_pulled_is_closed_and_found_again_by_its_name() {
    let cycles: usize = std::env::var("CORRIDORD_REPLUGS").map_or(20, |text| {
        text.parse().expect("CORRIDORD_REPLUGS is a number")
    });
    let mut stage = Stage::with_device("57600");
    stage.options.env = log_level("corridord::link=trace,corridord::supervise=debug,info");
    let daemon = stage.options.start();
    daemon
        .log
        .wait_for_message("link not there yet, tried until it is");
    let flight = flight_of(1);

    let mut adapter = Adapter::plug(&stage.device());
    daemon.log.wait_for_message("link open");
    adapter.send(&flight);
    stage.wait_for_entered(1);
    let descriptors = descriptors(&daemon);
    let mut longest = Duration::ZERO;
    for cycle in 1..=cycles {
        let sent = count(&daemon, "bytes");
        adapter.send(&flight[..40]);
        wait_for_count(&daemon, "bytes", sent + 1);
        assert_eq!(adapter.received(), NOTHING, "nothing is sent to a device");
        drop(adapter);
        wait_for_count(&daemon, "link lost, tried until it is back", cycle);
        let plugged = now();
        adapter = Adapter::plug(&stage.device());
        wait_for_count(&daemon, "link regained", cycle);
        longest = longest.max(plugged.elapsed());
    }
    assert!(longest < BACK_MAX, "it took {longest:?} to come back");

    // Its name goes and the line does not hang up: another adapter may get the name.
    let mut nameless = adapter;
    nameless.lose_name();
    wait_for_count(&daemon, "link lost, tried until it is back", cycles + 1);
    assert!(!nameless.is_open(), "what is lost is closed first");
    assert_cheap(&daemon, || {
        let tries = count(&daemon, "link still missing");
        wait_for_count(&daemon, "link still missing", tries + 4);
    });
    let mut adapter = Adapter::plug(&stage.device());
    wait_for_count(&daemon, "link regained", cycles + 1);
    adapter.send(&flight_of(2));
    stage.wait_for_entered(2);
    assert_eq!(self::descriptors(&daemon), descriptors, "none has leaked");
    daemon.stop_clean();
    assert_eq!(adapter.received(), NOTHING, "nothing is sent to a device");
}

#[test]
fn several_speeds_are_tried_until_frames_arrive() {
    let mut stage = Stage::with_device("57600,115200");
    stage.options.env = log_level("corridord::link=debug,info");
    let mut adapter = Adapter::plug(&stage.device());
    let daemon = stage.options.start();
    daemon.log.wait_for_message("link open");
    assert_eq!(adapter.speed(), 57_600);
    wait_for_count(&daemon, "trying another speed", 1);
    assert_eq!(adapter.speed(), 115_200);
    adapter.send(&flight_of(1));
    stage.wait_for_entered(1);
    assert_eq!(adapter.speed(), 115_200, "it stays");
    daemon.stop_clean();
}

#[test]
fn a_serial_port_that_is_open_but_silent_is_told_once_until_it_speaks() {
    let stage = Stage::with_device("57600");
    let mut adapter = Adapter::plug(&stage.device());
    let daemon = stage.options.start();
    daemon.log.wait_for_message("link open");
    assert_cheap(&daemon, || {
        daemon.log.wait_for_message("link is open but silent");
    });
    adapter.send(&flight_of(1));
    daemon.log.wait_for_message("link speaks");
    assert_eq!(count(&daemon, "link is open but silent"), 1);
    daemon.stop_clean_but_for("link is open but silent");
}

#[test]
fn file_plays_a_recording_faster_and_ends() {
    let stage = Stage::new("address = \"file:flight.tlog?faster=20\"");
    let recording: Vec<u8> = frames_of(3)
        .into_iter()
        .flat_map(|(due, frame)| {
            let us = 1_770_000_000_000_000 + u64::try_from(due.as_micros()).unwrap();
            [&us.to_be_bytes()[..], &frame].concat()
        })
        .collect();
    let daemon = stage.options.start();
    daemon
        .log
        .wait_for_message("link not there yet, tried until it is");
    // It appears whole, as a file does that was copied and renamed.
    let partial = stage.scene.path("flight.tlog.partial");
    fs::write(&partial, recording).unwrap();
    fs::rename(&partial, stage.scene.path("flight.tlog")).unwrap();
    stage.wait_for_entered(3);
    daemon.log.wait_for_message("link finished");
    // Alerts are still to be delivered: the daemon stays until it is told to stop.
    daemon.stop_clean();
}

#[test]
fn every_other_kind_of_link_over_a_network_hears_ipv6_too() {
    let server = TcpListener::bind("[::1]:0").unwrap();
    let peer = udp("[::1]:0");
    let stage = Stage::new(&format!(
        "address = \"tcpin:[::1]:0\"\nallow = [\"::1\"]\n\
         [[link]]\nname = \"link2\"\naddress = \"tcpout:{}\"\nallow = [\"::/0\"]\n\
         [[link]]\nname = \"link3\"\naddress = \"udpout:{}\"\n",
        server.local_addr().unwrap(),
        peer.local_addr().unwrap()
    ));
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    accept(&server).write_all(&flight_of(2)).unwrap();
    stage.wait_for_entered(2);
    let open = daemon.log.wait_for_event("link3 open", |event| {
        event["message"] == "link open" && event["link"] == "link3"
    });
    let hears_at: SocketAddr = open["hears_at"].as_str().unwrap().parse().unwrap();
    send_datagrams(&peer, hears_at, 3);
    stage.wait_for_entered(3);
    daemon.stop_clean();
}

#[test]
fn udpin_hears_ipv6_and_ipv4_on_one_port() {
    let stage = Stage::new("address = \"udpin://[::]:0\"");
    let daemon = stage.options.start();
    let port = daemon.link_address("link1").port();
    let senders = [udp("[::1]:0"), udp("127.0.0.1:0")];
    send_datagrams(&senders[0], format!("[::1]:{port}").parse().unwrap(), 1);
    send_datagrams(&senders[1], (Ipv4Addr::LOCALHOST, port).into(), 2);
    stage.wait_for_entered(1);
    stage.wait_for_entered(2);
    let listening = daemon.log.wait_for_message("listening");
    assert!(listening["receive_buffer_bytes"].is_u64(), "{listening}");
    daemon.stop_clean();
    senders.iter().for_each(assert_nothing_received);
}

#[test]
fn udpin_joins_a_multicast_group() {
    let group = Ipv4Addr::new(239, 255, 76, 67);
    let stage = Stage::new(&format!("address = \"udpin:{group}:0?interface=lo\""));
    let daemon = stage.options.start();
    let port = daemon.link_address("link1").port();
    let sender = udp("127.0.0.1:0");
    let socket = socket2::SockRef::from(&sender);
    socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    send_datagrams(&sender, (group, port).into(), 1);
    stage.wait_for_entered(1);
    daemon.stop_clean();
    assert_nothing_received(&sender);
}

#[test]
fn udpout_hears_its_peer_and_sends_it_nothing() {
    let peer = udp("127.0.0.1:0");
    let stage = Stage::new(&format!(
        "address = \"udpout:{}\"",
        peer.local_addr().unwrap()
    ));
    let daemon = stage.options.start();
    let open = daemon.log.wait_for_message("link open");
    let hears_at: SocketAddr = open["hears_at"].as_str().unwrap().parse().unwrap();
    send_datagrams(&udp("127.0.0.1:0"), hears_at, 1);
    send_datagrams(&peer, hears_at, 2);
    stage.wait_for_entered(2);
    daemon.stop_clean();
    assert_eq!(stage.entered(1), 0, "only the peer is heard");
    assert_nothing_received(&peer);
}

#[test]
fn a_source_that_is_not_allowed_is_dropped_and_counted() {
    let allow = "allow = [\"127.0.0.2\", \"10.0.0.0/8\"]";
    let stage = Stage::new(&format!("address = \"udpin:127.0.0.1:0\"\n{allow}"));
    let daemon = stage.options.start();
    let to = daemon.link_address("link1");
    send_datagrams(&udp("127.0.0.1:0"), to, 1);
    send_datagrams(&udp("127.0.0.2:0"), to, 2);
    stage.wait_for_entered(2);
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(stage.entered(1), 0, "the other source is not heard");
    let refused = metric(&log.events(), "link_refused_sources_total");
    assert_eq!(refused, frames_of(1).len() as u64);

    let stage = Stage::new(&format!("address = \"tcpin:127.0.0.1:0\"\n{allow}"));
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    assert_eq!(received(&mut client), NOTHING, "it is closed at once");
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(metric(&log.events(), "link_refused_sources_total"), 1);
}

#[test]
fn the_daemon_starts_with_no_link_there_and_tells_each_once() {
    let links = [
        "tcpout:nowhere.invalid:5760",
        "udpout:nowhere.invalid:14550",
        "udpin:192.0.2.1:14550",
        "tcpin:192.0.2.1:5760",
        "udpin:239.255.76.67:14550?interface=nowhere0",
        "serial:/dev/serial/by-id/usb-nowhere:57600",
        "file:nowhere.tlog",
    ];
    let links: Vec<String> = (2..)
        .zip(links)
        .map(|(number, address)| {
            format!("[[link]]\nname = \"link{number}\"\naddress = \"{address}\"\n")
        })
        .collect();
    let stage = Stage::new(&format!(
        "address = \"udpin:127.0.0.1:0\"\n{}",
        links.concat()
    ));
    let daemon = stage.options.start();
    wait_for_count(
        &daemon,
        "link not there yet, tried until it is",
        links.len(),
    );
    send_datagrams(&udp("127.0.0.1:0"), daemon.link_address("link1"), 1);
    stage.wait_for_entered(1);
    assert_eq!(
        count(&daemon, "link not there yet, tried until it is"),
        links.len(),
        "each is told once"
    );
    daemon.stop_clean();
}

#[test]
fn a_tcp_port_in_use_ends_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let stage = Stage::new(&format!("address = \"tcpin:{address}\""));
    let mut daemon = stage.options.spawn();
    assert_eq!(daemon.wait().code(), Some(1));
    let line = format!(
        "corridord: cannot open the links: link `link1` cannot listen on tcpin:{address}: Address \
         already in use (os error 98)"
    );
    wait_within(Duration::from_secs(30), &line, || {
        daemon.log.lines().contains(&line).then_some(())
    });
    assert!(!stage.scene.path("state").exists(), "no database is left");
}

#[test]
fn an_allow_list_that_makes_no_sense_is_refused_in_words() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a\"
address = \"udpin:127.0.0.1:0\"
allow = [\"10.0.0.0/8\", \"modem\"]
[[link]]
name = \"b\"
address = \"tcpin:127.0.0.1:0\"
allow = []
[[link]]
name = \"c\"
address = \"serial:/dev/ttyUSB0:57600\"
allow = [\"10.0.0.0/8\"]
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78));
    assert_eq!(
        checked.err.lines().collect::<Vec<_>>(),
        [
            "DIR/corridord.toml:4: link[0].allow[1]: `modem` is no network: write 10.20.0.0/16, \
             ::1/128 or a single address",
            "DIR/corridord.toml:8: link[1].allow: lets nobody in: leave it out to hear every source",
            "DIR/corridord.toml:12: link[2].allow: is for links over a network: this one has no \
             sources",
        ]
    );
}

/// Asserts that nothing has come back to a socket that the daemon knows.
fn assert_nothing_received(socket: &UdpSocket) {
    socket.set_nonblocking(true).expect("an option");
    let nothing = socket.recv(&mut [0; 300]).map_err(|error| error.kind());
    assert_eq!(nothing, Err(ErrorKind::WouldBlock), "nothing is sent");
}

/// Binds a port, which refuses connections until it listens.
fn tcp_socket(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    socket.bind(&address.into()).expect("the port is free");
    socket
}

fn accept(server: &TcpListener) -> TcpStream {
    let (client, _address) = server.accept().expect("the daemon connects");
    client
}

/// Returns what the daemon sent until it closed the connection.
fn received(connection: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    connection
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a time limit");
    match connection.read_to_end(&mut bytes) {
        Ok(_length) => bytes,
        // Closed before everything was read, which is the daemon's right.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => bytes,
        Err(error) => panic!("the daemon does not close it: {error}"),
    }
}

/// Returns what the daemon has sent so far.
fn waiting(connection: &mut TcpStream) -> Vec<u8> {
    connection.set_nonblocking(true).expect("an option");
    let mut bytes = Vec::new();
    let ended = connection
        .read_to_end(&mut bytes)
        .map_err(|error| error.kind());
    assert_eq!(ended, Err(ErrorKind::WouldBlock), "it is open");
    bytes
}

fn descriptors(daemon: &Daemon) -> usize {
    let folder = format!("/proc/{}/fd", daemon.pid());
    fs::read_dir(folder).expect("the daemon runs").count()
}

/// Asserts that the daemon takes less than 2 % of a core meanwhile, which has to last for seconds.
fn assert_cheap(daemon: &Daemon, meanwhile: impl FnOnce()) {
    let (start, before) = (now(), cpu_time(daemon));
    meanwhile();
    let (passed, used) = (start.elapsed(), cpu_time(daemon).saturating_sub(before));
    // The counter of the host ticks 100 times a second, so that one tick says nothing.
    let allowed = passed.mul_f64(0.02) + Duration::from_millis(10);
    assert!(Duration::from_secs(3) < passed, "{passed:?} is too short");
    assert!(used <= allowed, "{used:?} of CPU in {passed:?}");
}

/// Returns the CPU time of the daemon, user and system.
fn cpu_time(daemon: &Daemon) -> Duration {
    let path = format!("/proc/{}/stat", daemon.pid());
    let text = fs::read_to_string(Path::new(&path)).expect("the daemon runs");
    // The name of the process, in brackets, may hold spaces.
    let (_name, rest) = text.rsplit_once(')').expect("a name");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: u64 = [fields[11], fields[12]]
        .iter()
        .map(|field| field.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(10 * ticks)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test measures with the host's clock"
)]
fn now() -> Instant {
    Instant::now()
}
