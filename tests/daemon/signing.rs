//! Links with a key: who is heard, what is refused, and what outlives a restart. pymavlink signs.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream, UdpSocket};

use corridor_sim::receive::Delivery;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::support::daemon::{Daemon, DaemonOptions};
use crate::support::endpoint::{Endpoint, type_of, write_secret};
use crate::support::log::Log;
use crate::support::pilot::{Dirt, Signing, Vehicle, fly, in_and_out};
use crate::support::scene::{Scene, config};
use crate::support::wait_for;

/// A key, and another one.
const KEY: &str = "c2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3c";
const OTHER_KEY: &str = "07c2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a3cc2f15a";
/// A passphrase and its SHA-256.
const PASSPHRASE: [&str; 2] = [
    "correct horse",
    "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631",
];
/// What a flight sends: four frames for each place.
const FRAMES: u64 = 4 * 42;

#[test]
fn who_holds_the_key_is_told_as_signed() {
    let stage = Stage::new("key-file = \"mavlink.key\"");
    let daemon = stage.options.start();
    fly(&[vehicle(daemon.address(), 7).signing(KEY)], Dirt::None);
    stage.wait_for_visit(7);
    let log = daemon.log.clone();
    daemon.stop_clean();
    stage.assert_told(&[(7, "signed")]);
    assert_counted(&log, "link_frames_signed_total", FRAMES);
}

#[test]
fn what_is_not_signed_with_the_key_is_refused_counted_and_said() {
    let stage = Stage::new("key-file = \"mavlink.key\"");
    let daemon = stage.options.start();
    let address = daemon.address();
    let flipped = Signing {
        key: KEY.to_owned(),
        is_flipped: true,
    };
    let strangers = [
        vehicle(address, 8).signing(OTHER_KEY),
        Vehicle {
            signing: Some(flipped),
            ..vehicle(address, 9)
        },
        vehicle(address, 10),
        Vehicle {
            version: 1,
            ..vehicle(address, 11)
        },
    ];
    fly(&strangers, Dirt::None);
    // What it sends is read after all of that.
    fly(&[vehicle(address, 7).signing(KEY)], Dirt::None);
    stage.wait_for_visit(7);
    let log = daemon.log.clone();
    daemon.stop_clean_but_for("frames refused");

    stage.assert_told(&[(7, "signed")]);
    assert_counted(&log, "link_frames_bad_signature_total", 2 * FRAMES);
    assert_counted(&log, "link_frames_unsigned_refused_total", 2 * FRAMES);
    assert_counted(&log, "link_frames_signed_total", FRAMES);
    assert_eq!(refusals(&log), ["a bad signature", "no signature"]);
}

#[test]
fn what_is_let_in_all_the_same_is_labelled() {
    let stage = Stage::new(
        "key-file = \"mavlink.key\"\nunsigned = \"accept\"\nbad-signatures = \"accept\"",
    );
    let daemon = stage.options.start();
    let address = daemon.address();
    let vehicles = [
        vehicle(address, 7).signing(KEY),
        vehicle(address, 8).signing(OTHER_KEY),
        vehicle(address, 10),
        Vehicle {
            version: 1,
            ..vehicle(address, 11)
        },
    ];
    fly(&vehicles, Dirt::None);
    for system_id in [7, 8, 10, 11] {
        stage.wait_for_visit(system_id);
    }
    daemon.stop_clean_but_for("bad signature");
    stage.assert_told(&[
        (7, "signed"),
        (8, "bad-signature-accepted"),
        (10, "unsigned"),
        (11, "unsigned"),
    ]);
}

#[test]
fn on_a_link_without_a_key_a_signature_proves_nothing() {
    let stage = Stage::with_config(str::to_owned);
    let daemon = stage.options.start();
    fly(&[vehicle(daemon.address(), 7).signing(KEY)], Dirt::None);
    stage.wait_for_visit(7);
    daemon.stop_clean();
    stage.assert_told(&[(7, "unsigned")]);
}

#[test]
fn every_key_of_the_files_is_believed_wherever_they_are_found() {
    let mut stage = Stage::new("key-file = \"mavlink.key\"\npassphrase-file = \"mavlink.phrase\"");
    let credentials = tempfile::tempdir().expect("a folder");
    let keys = format!("{KEY}\n{OTHER_KEY}\n");
    write_secret(credentials.path(), "mavlink.key", &keys);
    // What the service manager hands over comes before what lies beside the configuration.
    write_secret(stage.folder(), "mavlink.key", &"00".repeat(32));
    write_secret(stage.folder(), "mavlink.phrase", PASSPHRASE[0]);
    let folder = credentials.path().to_str().expect("UTF-8").to_owned();
    let variable = ("CREDENTIALS_DIRECTORY".to_owned(), folder);
    stage.options.env.push(variable);

    let daemon = stage.options.start();
    let address = daemon.address();
    let vehicles = [
        vehicle(address, 7).signing(KEY),
        vehicle(address, 8).signing(OTHER_KEY),
        vehicle(address, 9).signing(PASSPHRASE[1]),
    ];
    fly(&vehicles, Dirt::None);
    for system_id in [7, 8, 9] {
        stage.wait_for_visit(system_id);
    }
    daemon.stop_clean();
    stage.assert_told(&[(7, "signed"), (8, "signed"), (9, "signed")]);
}

#[test]
fn nothing_is_heard_twice_in_one_run_or_after_a_stop() {
    let stage = Stage::new("key-file = \"mavlink.key\"");
    let daemon = stage.options.start();
    let frames = fly(&[vehicle(daemon.address(), 7).signing(KEY)], Dirt::None);
    stage.wait_for_visit(7);
    stage.assert_refused_as_replays(daemon, &frames, 8);
    stage.assert_refused_as_replays(stage.options.start(), &frames, 9);
    stage.assert_told(&[(7, "signed"), (8, "signed"), (9, "signed")]);
}

#[test]
fn what_was_written_down_before_a_kill_is_not_heard_again() {
    let stage = Stage::new("key-file = \"mavlink.key\"");
    let daemon = stage.options.start();
    let frames = fly(&[vehicle(daemon.address(), 7).signing(KEY)], Dirt::None);
    stage.wait_for_visit(7);
    let written = wait_for("a timestamp in the store", || stage.timestamp_of(7));
    daemon.kill();

    let is_known = |frame: &&String| timestamp(&bytes(frame)) <= written;
    let known: Vec<String> = frames.iter().filter(is_known).cloned().collect();
    assert_ne!(known, Vec::<String>::new(), "something was written down");
    stage.assert_refused_as_replays(stage.options.start(), &known, 8);
    stage.assert_told(&[(7, "signed"), (8, "signed")]);
}

#[test]
fn what_one_client_sent_no_other_can_repeat() {
    let stage = Stage::with_config(|config| {
        with_signing(config, "key-file = \"mavlink.key\"").replace("udpin:", "tcpin:")
    });
    let daemon = stage.options.start();
    let connect = || TcpStream::connect(daemon.address()).expect("a connection");
    let flight = |system_id| {
        let nobody = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let to = nobody.local_addr().expect("its address");
        let frames = fly(&[vehicle(to, system_id).signing(KEY)], Dirt::None);
        frames.iter().map(String::as_str).flat_map(bytes).collect()
    };
    let (first, second): (Vec<u8>, Vec<u8>) = (flight(7), flight(8));

    let mut client = connect();
    client.write_all(&first).expect("a flight is sent");
    stage.wait_for_visit(7);
    let mut other = connect();
    other.write_all(&first).expect("it is sent again");
    other.write_all(&second).expect("and another one");
    stage.wait_for_visit(8);
    let log = daemon.log.clone();
    daemon.stop_clean_but_for("frames refused");
    stage.assert_told(&[(7, "signed"), (8, "signed")]);
    assert_counted(&log, "link_frames_replayed_total", FRAMES / 4);
}

#[test]
fn two_links_may_bring_the_same_frame() {
    let stage = Stage::with_config(|config| {
        let signed = with_signing(config, "key-file = \"mavlink.key\"")
            .replace("[link.signing]", "namespace = \"fleet\"\n[link.signing]");
        let (link, rest) = signed.split_once("\n[corridors]").expect("the corridors");
        let second = link.replace("link1", "link2");
        format!("{link}\n{second}\n[corridors]{rest}")
    });
    let daemon = stage.options.start();
    let first = daemon.link_address("link1");
    let frames = fly(&[vehicle(first, 7).signing(KEY)], Dirt::None);
    let second = daemon.link_address("link2");
    send(second, &frames[frames.len() - 1..]);
    fly(&[vehicle(second, 8).signing(KEY)], Dirt::None);
    stage.wait_for_type("vehicle:fleet/8", "corridor.exited");
    stage.wait_for_type("vehicle:fleet/7", "corridor.exited");
    let log = daemon.log.clone();
    daemon.stop_clean();
    let signed = 2 * FRAMES + 1;
    assert_counted(&log, "link_frames_signed_total", signed);
    assert_counted(&log, "link_frames_replayed_total", 0);
    assert_eq!(
        stage.endpoint.deliveries().len(),
        4,
        "no visit is told twice"
    );
}

/// A daemon with a link that has a key, and an endpoint.
struct Stage {
    scene: Scene,
    endpoint: Endpoint,
    options: DaemonOptions,
}

impl Stage {
    /// Makes a link with this table of signing; the key is in `mavlink.key`.
    fn new(signing: &str) -> Self {
        Self::with_config(|config| with_signing(config, signing))
    }

    fn with_config(change: impl Fn(&str) -> String) -> Self {
        let scene = Scene::new();
        let endpoint = Endpoint::start(&scene.secret);
        let options = scene.configured(&change(&config(&[("ops", &endpoint.url)])));
        let stage = Self {
            scene,
            endpoint,
            options,
        };
        write_secret(stage.folder(), "mavlink.key", KEY);
        stage
    }

    fn folder(&self) -> &std::path::Path {
        self.scene.folder()
    }

    fn wait_for_visit(&self, system_id: u8) {
        let track = format!("vehicle:link1/{system_id}");
        self.wait_for_type(&track, "corridor.exited");
    }

    fn wait_for_type(&self, track: &str, event: &str) {
        let is_it = |delivery: &Delivery| {
            properties(delivery)["track"]["key"] == *track && type_of(delivery) == event
        };
        let what = format!("{event} of {track}");
        self.endpoint
            .wait_until(&what, |deliveries| deliveries.iter().any(is_it));
    }

    /// Asserts that each of these was told to enter and to exit, with this authenticity, and that
    /// nobody else was told of.
    #[track_caller]
    fn assert_told(&self, expected: &[(u8, &str)]) {
        let deliveries = self.endpoint.deliveries();
        let told: BTreeSet<String> = deliveries
            .iter()
            .map(|delivery| {
                let properties = properties(delivery);
                let track = &properties["track"]["key"];
                format!(
                    "{track} {} {}",
                    type_of(delivery),
                    properties["authenticity"]
                )
            })
            .collect();
        let expected = expected.iter().flat_map(|(system_id, authenticity)| {
            ["corridor.entered", "corridor.exited"]
                .map(|event| format!("\"vehicle:link1/{system_id}\" {event} \"{authenticity}\""))
        });
        assert_eq!(told, expected.collect());
        assert_eq!(deliveries.len(), told.len(), "each of them once");
    }

    /// Sends `frames` again, lets another vehicle fly, and stops: only that one was heard.
    #[track_caller]
    fn assert_refused_as_replays(&self, daemon: Daemon, frames: &[String], system_id: u8) {
        send(daemon.address(), frames);
        fly(
            &[vehicle(daemon.address(), system_id).signing(KEY)],
            Dirt::None,
        );
        self.wait_for_visit(system_id);
        let log = daemon.log.clone();
        daemon.stop_clean_but_for("frames refused");
        assert_counted(&log, "link_frames_replayed_total", frames.len() as u64);
        assert_eq!(refusals(&log), ["signed, but repeated or late"]);
    }

    /// Reads what is written down of a system while the daemon runs.
    fn timestamp_of(&self, system_id: u8) -> Option<u64> {
        let path = self.scene.path("state/corridord.db");
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let sql = "SELECT timestamp FROM signing_stream WHERE system_id = ?1";
        let row = connection
            .expect("the database")
            .query_row(sql, [system_id], |row| row.get::<_, i64>(0));
        row.ok().and_then(|steps| steps.try_into().ok())
    }
}

fn with_signing(config: &str, signing: &str) -> String {
    let table = format!("[link.signing]\n{signing}\n\n[corridors]");
    config.replace("\n[corridors]", &table)
}

/// A vehicle that flies in and out on a meridian of its own.
fn vehicle(to: SocketAddr, system_id: u8) -> Vehicle {
    let lon_e7 = 220_000_000 + 20_000 * i32::from(system_id);
    Vehicle::new(to, system_id, in_and_out(lon_e7))
}

fn send(to: SocketAddr, frames: &[String]) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for frame in frames {
        let sent = socket.send_to(&bytes(frame), to);
        sent.expect("the frame is sent");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Reads the 48 bits that stand before the last 6 bytes of a signed frame.
fn timestamp(frame: &[u8]) -> u64 {
    let mut steps = [0; 8];
    let end = frame.len() - 6;
    steps[..6].copy_from_slice(&frame[end - 6..end]);
    u64::from_le_bytes(steps)
}

/// Asserts what a counter came to at the stop.
#[track_caller]
fn assert_counted(log: &Log, name: &str, expected: u64) {
    let events = log.events();
    let metric = events
        .iter()
        .find(|event| event["message"] == "metric" && event["name"] == name);
    assert_eq!(
        metric.map(|metric| &metric["value"]),
        Some(&Value::from(expected)),
        "{name}"
    );
}

/// Returns the reasons for which frames were refused, as the log warns of them.
fn refusals(log: &Log) -> Vec<String> {
    let mut reasons: Vec<String> = log
        .events()
        .iter()
        .filter(|event| event["level"] == "WARN" && event["message"] == "frames refused")
        .map(|event| event["reason"].as_str().expect("a reason").to_owned())
        .collect();
    reasons.sort();
    reasons
}

fn properties(delivery: &Delivery) -> &Value {
    &delivery.body.as_ref().expect("a body")["data"]["properties"]
}
