//! `MAVProxy` as a real ground station that shares a link with the unit.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::far_end::FarEnd;
use crate::support::frames::bytes_of;
use crate::support::python::Peer;
use crate::support::stage::{Stage, metric};
use crate::support::wait_for;

/// The vehicle is flown by pymavlink. `MAVProxy` asks it for all its parameters, and once more for the
/// one that it leaves out.
#[test]
fn mavproxy_sees_the_vehicle_through_the_unit_and_speaks_to_it_unchanged() {
    let stage = Stage::new("address = \"udpin:127.0.0.1:0\"\nforward = [\"tcpin:127.0.0.1:0\"]");
    let daemon = stage.options.start();
    let to = daemon.link_address("link1");
    let mut vehicle = Peer::start(&["parameters.py"]);
    vehicle.tell(&json!({"to": [to.ip(), to.port()], "system_id": 9}).to_string());
    let open = daemon.log.wait_for_message("forwarding");
    let shared_at = open["at"].as_str().expect("an address").to_owned();
    let listener = std::net::TcpStream::connect(&shared_at).unwrap();
    FarEnd::Connection(listener).wait_for("the vehicle", |bytes| !bytes.is_empty());

    let folder = stage.scene.path("mavproxy");
    let master = format!("--master=tcp:{shared_at}");
    let basedir = format!("--state-basedir={}", folder.display());
    let mavproxy = Peer::start(&[
        "-m",
        "MAVProxy.mavproxy",
        &master,
        &basedir,
        "--logfile=flight.tlog",
        "--daemon",
        "--non-interactive",
        "--default-modules=param",
        "--cmd=set flushlogs 1",
    ]);
    wait_for("MAVProxy to see the vehicle", || {
        let lines = mavproxy.lines();
        lines
            .iter()
            .any(|it| it.contains("Detected vehicle 9:1"))
            .then_some(())
    });
    wait_for("MAVProxy to have every parameter", || {
        let lines = mavproxy.lines();
        lines
            .iter()
            .any(|it| it.contains("Received 3 parameters"))
            .then_some(())
    });
    for name in ["HEARTBEAT", "PARAM_REQUEST_LIST", "PARAM_REQUEST_READ"] {
        wait_for(name, || {
            let heard = frames(&vehicle, "heard");
            heard
                .iter()
                .any(|frame| frame["type"] == name)
                .then_some(())
        });
    }
    for frame in frames(&vehicle, "heard") {
        let from = (&frame["system"], &frame["component"]);
        assert_eq!(from, (&json!(255), &json!(230)), "only MAVProxy speaks");
    }

    let sent = frames(&vehicle, "heard");
    wait_for(
        "every frame that arrived in what MAVProxy says it sent",
        || {
            let log = read(&folder.join("flight.tlog"));
            let is_there = |frame: &Value| contains(&log, &bytes(frame));
            sent.iter().all(is_there).then_some(())
        },
    );
    let values: Vec<Vec<u8>> = frames(&vehicle, "sent")
        .iter()
        .filter(|frame| frame["type"] == "PARAM_VALUE")
        .map(bytes)
        .collect();
    assert!(3 <= values.len(), "{} parameters", values.len());
    let received = wait_for("every parameter in what MAVProxy received", || {
        let log = read(&folder.join("flight.tlog.raw"));
        let are_there = values.iter().all(|frame| contains(&log, frame));
        are_there.then_some(log)
    });
    drop(mavproxy);
    let all: Vec<u8> = frames(&vehicle, "sent").iter().flat_map(bytes).collect();
    assert!(
        contains(&all, &received),
        "it received what was sent, in one piece"
    );
    let log = daemon.log.clone();
    daemon.stop_clean();
    assert_eq!(metric(&log.events(), "forward_frames_dropped_total"), 0);
}

/// Returns the frames that the vehicle has heard or sent so far.
fn frames(vehicle: &Peer, way: &str) -> Vec<Value> {
    let lines = vehicle.lines();
    let frames = lines.iter().map(|line| serde_json::from_str(line));
    let frames = frames.map(|frame: Result<Value, _>| frame.expect("JSON"));
    frames.filter(|frame| frame["way"] == way).collect()
}

fn bytes(frame: &Value) -> Vec<u8> {
    bytes_of(frame["frame"].as_str().expect("hexadecimal"))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Reads a file that may not be there yet.
fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_default()
}
