//! The command beside programs that are not ours: pymavlink, and a plain HTTP request.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use corridor_sim::frame::FrameKind;
use serde_json::Value;

/// How long a socket may take before the test has failed.
const DEADLINE: Duration = Duration::from_secs(30);

const CORRIDORS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "e75"}, "geometry":
        {"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}}
]}"#;

#[test]
fn pymavlink_decodes_every_frame_of_both_versions() {
    check_flight("1", None);
    check_flight("2", Some(900));
}

#[test]
fn a_delivery_is_told_in_one_line_and_sigterm_ends_it_well() {
    let mut receive = Receive::start();
    let body = r#"{"type": "corridor.entered"}"#;
    let answer = receive.post(body);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let line = receive.read_line();
    assert!(line.contains(" POST /hook corridor.entered"), "{line}");
    assert!(
        line.ends_with(", signature unchecked, answered 200\n"),
        "{line}"
    );

    let pid = receive.child.id().to_string();
    let kill = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(kill.success());
    let status = receive.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(receive.read_line(), "", "nothing follows");
}

#[test]
fn pymavlink_decodes_every_message_of_a_vehicle_that_says_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let corridors = folder.path().join("corridors.geojson");
    std::fs::write(&corridors, CORRIDORS).expect("the file is written");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let to = socket.local_addr().expect("an address").to_string();
    let output = command()
        .args(["fly", "--everything", "--for", "3s", "--faster", "10"])
        .args(["--system-id", "41", "--seed", "5", "--noise-m", "0"])
        .args(["--to", &to, "--corridors"])
        .arg(&corridors)
        .output()
        .expect("the command starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");

    let messages = decode(&waiting(&socket));
    let names: BTreeSet<&str> = messages
        .iter()
        .map(|message| message["name"].as_str().expect("a name"))
        .collect();
    let every: BTreeSet<&str> = FrameKind::EVERYTHING.map(FrameKind::name).into();
    assert_eq!(names, every);
    for message in &messages {
        for field in ["lat", "latitude", "operator_latitude", "lat_camera"] {
            if let Some(lat) = message[field].as_i64() {
                assert!((lat - 415_000_000).abs() < 20_000, "{message}");
            }
        }
    }
}

/// Flies two vehicles for two seconds and lets pymavlink read what arrives.
fn check_flight(version: &str, h_acc_mm: Option<u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    let corridors = folder.path().join("corridors.geojson");
    std::fs::write(&corridors, CORRIDORS).expect("the file is written");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let to = socket.local_addr().expect("an address").to_string();
    let flight = ["fly", "--for", "2s", "--faster", "10", "--vehicles", "2"];
    let output = command()
        .args(flight)
        .args(["--system-id", "41", "--h-acc-m", "0.9", "--seed", "5"])
        .args(["--mavlink", version, "--to", &to, "--corridors"])
        .arg(&corridors)
        .output()
        .expect("the command starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");

    // All of it waits in the socket: whoever sends on loopback has delivered.
    let datagrams = waiting(&socket);
    let messages = decode(&datagrams);
    let count = |name| messages.iter().filter(|it| it["name"] == name).count();
    for (name, expected) in [
        ("HEARTBEAT", 4),
        ("SYSTEM_TIME", 4),
        ("GPS_RAW_INT", 8),
        ("GLOBAL_POSITION_INT", 16),
    ] {
        assert_eq!(count(name), expected, "{name}: {stderr}");
        let said = format!("{expected} {name}");
        assert!(stderr.contains(&said), "{said}: {stderr}");
    }
    assert_eq!(messages.len(), 32);
    for message in &messages {
        assert_eq!(message["version"].to_string(), version, "{message}");
        check_plausible(message, h_acc_mm);
    }
}

/// Asserts that a message is what a quadrotor on this corridor would send.
#[track_caller]
fn check_plausible(message: &Value, h_acc_mm: Option<u64>) {
    let number = |field: &str| message[field].as_i64().expect("a number");
    assert!((41..=42).contains(&number("system_id")), "{message}");
    match message["name"].as_str().expect("a name") {
        "HEARTBEAT" => {
            assert_eq!(number("type"), 2, "a quadrotor: {message}");
            assert_eq!(number("mavlink_version"), 3, "{message}");
        }
        "SYSTEM_TIME" => assert!(
            1_577_836_800_000_000 < number("time_unix_usec"),
            "{message}"
        ),
        "GPS_RAW_INT" => {
            check_place(message);
            assert_eq!(number("fix_type"), 3, "{message}");
            let h_acc_mm = h_acc_mm.unwrap_or(0);
            assert_eq!(message["h_acc"], h_acc_mm, "MAVLink 1 has no h_acc");
        }
        "GLOBAL_POSITION_INT" => {
            check_place(message);
            assert!(
                (70_000..=130_000).contains(&number("relative_alt")),
                "{message}"
            );
            let east_cmps = number("vy");
            assert!(
                (1_300..=1_700).contains(&east_cmps),
                "15 m/s east: {message}"
            );
        }
        other => panic!("nobody asked for {other}"),
    }
}

/// Asserts that a place lies by the first 400 m of the corridor.
#[track_caller]
fn check_place(message: &Value) {
    let number = |field: &str| message[field].as_i64().expect("a number");
    assert!((number("lat") - 415_000_000).abs() < 2_000, "{message}");
    assert!(
        (219_990_000..=220_050_000).contains(&number("lon")),
        "{message}"
    );
}

/// Returns the datagrams that wait in the socket.
fn waiting(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).expect("a mode");
    let mut buffer = [0; 2048];
    let mut datagrams = Vec::new();
    while let Ok(length) = socket.recv(&mut buffer) {
        datagrams.push(buffer[..length].to_vec());
    }
    datagrams
}

/// Lets pymavlink decode one frame a datagram.
fn decode(datagrams: &[Vec<u8>]) -> Vec<Value> {
    let lines: Vec<String> = datagrams.iter().map(|datagram| hex(datagram)).collect();
    let output = python("decode.py", lines.concat());
    assert!(
        output.status.success(),
        "pymavlink decodes all: {}",
        output.status
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn hex(datagram: &[u8]) -> String {
    let digits: Vec<String> = datagram.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat() + "\n"
}

/// Runs `tests/peers/NAME` with `input`.
fn python(name: &str, input: String) -> Output {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(interpreter(package))
        .arg(package.join("tests/peers").join(name))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().expect("a piped stdin");
    let write = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("python runs");
    write
        .join()
        .expect("the writer ended")
        .expect("python reads");
    output
}

/// Finds the Python that has the libraries of `tests/requirements.txt` of the workspace.
fn interpreter(package: &Path) -> PathBuf {
    if let Some(python) = env::var_os("CORRIDORD_TEST_PYTHON") {
        return python.into();
    }
    let python = package.join("../target/test-venv/bin/python");
    assert!(
        python.exists(),
        "this test needs Python with the libraries of tests/requirements.txt: run ./tests/run, \
         which makes {}, or set CORRIDORD_TEST_PYTHON",
        python.display()
    );
    python
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_corridor-sim"))
}

/// A running endpoint; killed when it is dropped.
struct Receive {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Receive {
    fn start() -> Self {
        let mut child = command()
            .args(["receive", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut receive = Self {
            stdout: BufReader::new(child.stdout.take().expect("a piped stdout")),
            child,
            address: String::new(),
        };
        let line = receive.read_line();
        let url = line.strip_prefix("listening on http://");
        let address = url.and_then(|url| url.strip_suffix("/hook\n"));
        address
            .expect("an address")
            .clone_into(&mut receive.address);
        receive
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line
    }

    /// Posts a body and returns the whole answer.
    fn post(&self, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .set_read_timeout(Some(DEADLINE))
            .expect("a time limit");
        let length = body.len();
        write!(
            stream,
            "POST /hook HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        )
        .expect("the request leaves");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Receive {
    fn drop(&mut self) {
        // It has ended already in every test that passes.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
