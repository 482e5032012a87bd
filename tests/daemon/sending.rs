//! What leaves on a link that may be sent on: exactly what is allowed, as other libraries read it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::far_end::Kind;
use crate::support::python;
use crate::support::scene::Scene;
use crate::support::stage::{Stage, frames_of, metric, with_links};

/// The latitude of the strip's centreline, and a metre north of it, degE7.
const CENTRE_LAT_E7: i32 = 415_000_000;
const METRE_E7: i32 = 90;
/// The bytes of a heartbeat: none of its zeros stands at the end.
const HEARTBEAT_LENGTH: usize = 21;

#[test]
fn a_serial_device_gets_a_heartbeat_a_second() {
    check_heartbeats(Kind::Serial);
}

#[test]
fn the_senders_of_a_udp_port_get_a_heartbeat_a_second() {
    check_heartbeats(Kind::UdpIn);
}

#[test]
fn a_udp_peer_gets_a_heartbeat_a_second_though_it_says_nothing_first() {
    check_heartbeats(Kind::UdpOut);
}

#[test]
fn a_tcp_client_gets_a_heartbeat_a_second() {
    check_heartbeats(Kind::TcpIn);
}

#[test]
fn a_tcp_server_gets_a_heartbeat_a_second() {
    check_heartbeats(Kind::TcpOut);
}

/// Asserts that heartbeats and nothing else arrive, one a second, while a flight is heard and told.
#[track_caller]
fn check_heartbeats(kind: Kind) {
    let (stage, prepared) = kind.stage("transmit = [\"heartbeat\"]");
    let daemon = stage.options.start();
    daemon.log.wait_for_message("the unit sends on this link");
    let mut far_end = prepared.meet(&daemon);
    if kind == Kind::UdpIn {
        assert_eq!(far_end.received(), [0; 0], "nobody has been heard");
    }
    for (_due, frame) in frames_of(1) {
        far_end.send(&frame);
    }
    stage.wait_for_entered(1);
    let mut bytes = far_end.wait_for("a heartbeat", |bytes| HEARTBEAT_LENGTH <= bytes.len());
    let (start, before) = (now(), bytes.len());
    bytes.extend(far_end.wait_for("three more", |more| 3 * HEARTBEAT_LENGTH <= more.len()));
    let (took, came) = (start.elapsed(), (bytes.len() - before) / HEARTBEAT_LENGTH);
    let most = Duration::from_secs(came as u64 + 2);
    assert!(
        Duration::from_millis(1_900) < took && took < most,
        "{came} came in {took:?}"
    );
    daemon.stop_clean();
    bytes.extend(far_end.received());

    let heard = python::heard(&bytes);
    assert_eq!(heard.len(), bytes.len() / HEARTBEAT_LENGTH);
    // The first went to nobody if nobody had been heard.
    let first = heard[0]["seq"].as_u64().expect("a number");
    for (seq, message) in (first..).zip(&heard) {
        let expected = json!({
            "type": "HEARTBEAT", "system": 255, "component": 190, "version": 2, "seq": seq,
            "fields": {"type": 6, "autopilot": 8, "base_mode": 0, "custom_mode": 0,
                       "system_status": 4, "mavlink_version": 3},
        });
        assert_eq!(*message, expected, "{kind:?}");
    }
}

#[test]
fn a_vehicle_that_sends_its_position_only_when_asked_is_asked_once() {
    let told = fly_shy(2, "interval", true, "");
    let command = |message: u32, hz: u32| {
        json!({
            "type": "COMMAND_LONG", "system": 255, "component": 190,
            "fields": {"target_system": 9, "target_component": 1, "command": 511, "confirmation": 0,
                       "param1": f64::from(message), "param2": 1e6 / f64::from(hz), "param3": 0.0,
                       "param4": 0.0, "param5": 0.0, "param6": 0.0, "param7": 0.0},
        })
    };
    assert_eq!(told, [command(33, 4), command(24, 2), command(2, 1)]);
}

#[test]
fn an_old_vehicle_is_asked_for_groups_of_messages() {
    let more = "request-position-hz = 10\n[unit]\nsystem-id = 252\n";
    let told = fly_shy(1, "stream", true, more);
    let of_type = |name| move |message: &&Value| message["type"] == name;
    assert_eq!(told.iter().filter(of_type("COMMAND_LONG")).count(), 1);
    let stream = |id: u32, hz: u32| {
        json!({
            "type": "REQUEST_DATA_STREAM", "system": 252, "component": 190,
            "fields": {"target_system": 9, "target_component": 1, "req_stream_id": id,
                       "req_message_rate": hz, "start_stop": 1},
        })
    };
    assert_eq!(told[1..], [stream(6, 10), stream(2, 2), stream(12, 1)]);
}

#[test]
fn a_vehicle_that_obeys_nobody_is_asked_with_growing_pauses_for_one_message_at_a_time() {
    let told = fly_shy(2, "nothing", false, "");
    // Within 12 s: at 3, 5 and 9 s, of each of the three messages.
    assert!((6..=9).contains(&told.len()), "{} questions", told.len());
    assert!(told.iter().all(|message| message["type"] == "COMMAND_LONG"));
}

/// Flies a vehicle that waits to be asked, and returns what it was told; what follows the link's
/// `transmit` in the configuration is `more`.
fn fly_shy(version: u8, knows: &str, answers: bool, more: &str) -> Vec<Value> {
    let stage = Stage::new(&format!(
        "address = \"udpin:127.0.0.1:0\"\ntransmit = [\"request-rates\"]\n{more}"
    ));
    let daemon = stage.options.start();
    let to = daemon.link_address("link1");
    let places: Vec<[i32; 2]> = (0..=20)
        .rev()
        .map(|step| [CENTRE_LAT_E7 - METRE_E7 * 20 * step, 220_200_000])
        .collect();
    let plan = json!({
        "to": [to.ip(), to.port()], "version": version, "system_id": 9, "knows": knows,
        "answers": answers, "places": places,
    });
    let lines = python::run("shy.py", plan.to_string());
    if knows != "nothing" {
        stage.wait_for_entered(9);
    }
    let log = daemon.log.clone();
    daemon.stop_clean();
    let told = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let told: Vec<Value> = told.collect();
    let sent = metric(&log.events(), "link_frames_sent_total");
    assert_eq!(sent, told.len() as u64, "it heard what was sent");
    told
}

#[test]
fn what_may_not_be_sent_is_refused_in_words() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a\"
address = \"udpin:127.0.0.1:0\"
transmit = [\"heartbeat\", \"commands\"]
[[link]]
name = \"b\"
address = \"file:flight.tlog\"
transmit = [\"heartbeat\"]
[[link]]
name = \"c\"
address = \"udpin:239.255.76.67:14550\"
transmit = [\"heartbeat\"]
[[link]]
name = \"d\"
address = \"tcpin:127.0.0.1:0\"
transmit = [\"heartbeat\"]
[[link]]
name = \"e\"
address = \"tcpin:127.0.0.1:0\"
transmit = [\"request-rates\"]
request-position-hz = 51
[[link]]
name = \"f\"
address = \"tcpin:127.0.0.1:0\"
transmit = [\"heartbeat\"]
[link.signing]
key-file = \"mavlink.key\"
[unit]
system-id = 256
";
    scene.write("mavlink.key", &"07".repeat(32));
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78));
    assert_eq!(
        checked.err.lines().collect::<Vec<_>>(),
        [
            "DIR/corridord.toml:4: link[0].transmit[1]: `commands` is none of heartbeat, request-rates",
            "DIR/corridord.toml:8: link[1].transmit: is of no use here: a recording or a multicast \
             group is only listened to",
            "DIR/corridord.toml:12: link[2].transmit: is of no use here: a recording or a multicast \
             group is only listened to",
            "DIR/corridord.toml:21: link[4].request-position-hz: must be 1 to 50",
            "DIR/corridord.toml:25: link[5].transmit: is of no use on a link with a key: the unit \
             does not sign what it sends",
            "DIR/corridord.toml:29: unit.system-id: must be 1 to 255",
        ]
    );
}

#[test]
fn a_check_says_what_a_link_sends() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a\"
address = \"tcpin:127.0.0.1:0\"
transmit = [\"request-rates\", \"heartbeat\"]
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""));
    let line = "link       a on tcpin:127.0.0.1:0, fleet a, sends heartbeat, request-rates";
    assert!(checked.out.lines().any(|it| it == line), "{}", checked.out);
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test measures with the host's clock"
)]
fn now() -> Instant {
    Instant::now()
}
