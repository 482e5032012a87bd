//! The command as a ground station meets it on each kind of line: it hears the vehicle, and the
//! vehicle hears it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the dialect has hundreds of messages"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use mavlink::dialects::ardupilotmega::{
    COMMAND_LONG_DATA, MavCmd, MavMessage, MavResult, PARAM_REQUEST_LIST_DATA,
};
use mavlink::{MAVLinkV2MessageRaw, MavHeader, MavlinkReader};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// How long a socket may take before the test has failed.
const DEADLINE: Duration = Duration::from_secs(30);

const CORRIDORS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "e75"}, "geometry":
        {"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}}
]}"#;

#[test]
fn a_ground_station_on_tcp_is_connected_to_and_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = format!("tcp:{}", listener.local_addr().expect("an address"));
    let flight = Flight::start(&["--to", &to]);
    let (stream, _) = listener.accept().expect("it connects");
    check_conversation(&stream, &stream);
    drop(stream);
    flight.check_heard();
}

#[test]
fn a_ground_station_may_connect_by_tcp_itself() {
    let flight = Flight::start(&["--to", "tcp-listen:127.0.0.1:0"]);
    let (_, port) = flight.leads_to.rsplit_once(':').expect("a port");
    let port = port.parse::<u16>().expect("a number");
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    check_conversation(&stream, &stream);
    drop(stream);
    flight.check_heard();
}

#[test]
fn a_ground_station_opens_a_device_that_looks_like_a_radio() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = folder.path().join("ttySIM");
    let flight = Flight::start(&["--to", &format!("pty:{}", device.display())]);
    let port = open_radio(&device);
    check_conversation(&port, &port);
    drop(port);
    flight.check_heard();
    assert!(!device.exists(), "its name goes with it");
}

#[test]
fn a_ground_station_on_udp_answers_to_where_frames_come_from() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket
        .set_read_timeout(Some(DEADLINE))
        .expect("a time limit");
    let to = socket.local_addr().expect("an address").to_string();
    let flight = Flight::start(&["--to", &to]);
    let mut datagram = [0; 300];
    let (_, vehicle) = socket.recv_from(&mut datagram).expect("a frame");
    socket.connect(vehicle).expect("it has an address");
    check_conversation(Datagrams(&socket), Datagrams(&socket));
    flight.check_heard();
}

#[test]
fn a_device_that_is_pulled_is_plugged_in_again_under_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let device = folder.path().join("ttySIM");
    let corridors = folder.path().join("corridors.geojson");
    fs::write(&corridors, CORRIDORS).expect("the file is written");
    let scenario = folder.path().join("pulled.toml");
    let text = format!(
        "corridors = \"corridors.geojson\"\nseed = 5\nlasts = \"6s\"\n\
         [[vehicle]]\nsystem-id = 41\n\
         [[link]]\nname = \"radio\"\nto = \"pty:{}\"\n\
         [[link.down]]\nfrom = \"2s\"\nuntil = \"4s\"\npulled = true\n",
        device.display()
    );
    fs::write(&scenario, text).expect("the file is written");
    let mut flight = Flight::fly(&["--scenario", &scenario.display().to_string()]);
    for visit in ["before it is pulled", "after"] {
        let port = open_radio(&device);
        let mut bytes = Vec::new();
        // A line that hangs up ends the reading with an error.
        let ended = (&port).read_to_end(&mut bytes);
        let mut reader = MavlinkReader::new(&bytes[..]);
        let mut frames = 0;
        while reader.read_any_message::<MavMessage>().is_ok() {
            frames += 1;
        }
        assert!(5 < frames, "{frames} frames {visit}: {ended:?}");
    }
    let (success, told) = flight.end();
    assert!(success, "{told}");
    assert!(told.contains("while a link was down"), "{told}");
}

/// Asks for parameters, for a faster position and for something that no vehicle can do.
#[track_caller]
fn check_conversation(from_vehicle: impl Read, mut to_vehicle: impl Write) {
    let mut reader = MavlinkReader::new(from_vehicle);
    let heartbeat = hear(&mut reader, |message| match message {
        MavMessage::HEARTBEAT(_) => Some(()),
        _ => None,
    });
    assert_eq!(heartbeat.0.system_id, 41);

    let parameters = MavMessage::PARAM_REQUEST_LIST(PARAM_REQUEST_LIST_DATA {
        target_system: 41,
        target_component: 1,
    });
    to_vehicle
        .write_all(&frame(&parameters))
        .expect("it is heard");
    let mut missing = 12;
    while 0 < missing {
        let (_, count) = hear(&mut reader, |message| match message {
            MavMessage::PARAM_VALUE(value) => Some(value.param_count),
            _ => None,
        });
        assert_eq!(count, 12);
        missing -= 1;
    }

    let faster = (MavCmd::MAV_CMD_SET_MESSAGE_INTERVAL, 33.0, 20_000.0);
    for ((command, param1, param2), expected) in [
        (faster, MavResult::MAV_RESULT_ACCEPTED),
        (
            (MavCmd::MAV_CMD_NAV_TAKEOFF, 0.0, 0.0),
            MavResult::MAV_RESULT_UNSUPPORTED,
        ),
    ] {
        let order = MavMessage::COMMAND_LONG(COMMAND_LONG_DATA {
            command,
            param1,
            param2,
            target_system: 41,
            target_component: 1,
            ..COMMAND_LONG_DATA::default()
        });
        to_vehicle.write_all(&frame(&order)).expect("it is heard");
        let (_, answered) = hear(&mut reader, |message| match message {
            MavMessage::COMMAND_ACK(ack) => Some((ack.command, ack.result)),
            _ => None,
        });
        assert_eq!(answered, (command, expected));
    }
    let mut times_ms = Vec::new();
    while times_ms.len() < 10 {
        let (_, boot_ms) = hear(&mut reader, |message| match message {
            MavMessage::GLOBAL_POSITION_INT(said) => Some(said.time_boot_ms),
            _ => None,
        });
        times_ms.push(boot_ms);
    }
    assert_eq!(times_ms[9] - times_ms[4], 100, "50 a second: {times_ms:?}");
}

/// Reads until a message comes that is wanted.
#[track_caller]
fn hear<T>(
    reader: &mut MavlinkReader<impl Read>,
    wanted: impl Fn(&MavMessage) -> Option<T>,
) -> (MavHeader, T) {
    loop {
        let read = reader.read_any_message::<MavMessage>();
        let (header, message) = read.expect("the vehicle goes on speaking");
        if let Some(found) = wanted(&message) {
            return (header, found);
        }
    }
}

fn frame(message: &MavMessage) -> Vec<u8> {
    let station = MavHeader {
        system_id: 255,
        component_id: 190,
        sequence: 0,
    };
    let mut raw = MAVLinkV2MessageRaw::new();
    raw.serialize_message(station, message);
    raw.raw_bytes().to_vec()
}

/// Opens a device as a ground station opens a radio, once it is there.
fn open_radio(device: &Path) -> File {
    let mut tries = 0;
    let port = loop {
        match OpenOptions::new().read(true).write(true).open(device) {
            Ok(port) => break port,
            Err(error) => assert!(tries < 3_000, "{}: {error}", device.display()),
        }
        tries += 1;
        pause();
    };
    let kind = port.metadata().expect("a file").file_type();
    assert!(kind.is_char_device(), "{kind:?}");
    let mut settings = tcgetattr(&port).expect("it is a terminal");
    settings.make_raw();
    settings.set_speed(57_600).expect("a speed");
    tcsetattr(&port, OptionalActions::Now, &settings).expect("settings are taken");
    port
}

/// Lets ten milliseconds pass: nothing tells when a name appears in a folder.
fn pause() {
    let timeout = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 10_000_000,
    };
    rustix::event::poll(&mut [], Some(&timeout)).expect("time passes");
}

/// A socket whose datagrams are read and written as a stream.
struct Datagrams<'a>(&'a UdpSocket);

impl Read for Datagrams<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer)
    }
}

impl Write for Datagrams<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The command under way.
struct Flight {
    child: Child,
    stderr: BufReader<ChildStderr>,
    leads_to: String,
    /// Where its corridors are; they go when it has ended.
    folder: Option<tempfile::TempDir>,
}

impl Flight {
    /// Flies system 41 over the corridor until it is told to stop.
    fn start(args: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let corridors = folder.path().join("corridors.geojson");
        fs::write(&corridors, CORRIDORS).expect("the file is written");
        let path = corridors.display().to_string();
        let flight = ["--corridors", &path, "--system-id", "41", "--seed", "5"];
        let mut flight = Self::fly(&[&flight[..], args].concat());
        flight.folder = Some(folder);
        flight
    }

    fn fly(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_corridor-sim"))
            .arg("fly")
            .args(args)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("a piped stderr"));
        let mut line = String::new();
        stderr
            .read_line(&mut line)
            .expect("it tells where it sends");
        let (_, leads_to) = line
            .split_once(", sending to ")
            .unwrap_or_else(|| panic!("{line}"));
        let (leads_to, _) = leads_to.split_once(", seed ").expect("a seed");
        Self {
            child,
            stderr,
            leads_to: leads_to.to_owned(),
            folder: None,
        }
    }

    /// Stops the flight and checks that its summary tells what came back: three frames.
    #[track_caller]
    fn check_heard(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let (success, told) = self.end();
        assert!(success, "{told}");
        assert!(told.contains("; heard 3 frames in "), "{told}");
        assert!(
            told.contains("14 answers"),
            "12 values, 2 acknowledgements: {told}"
        );
    }

    fn end(&mut self) -> (bool, String) {
        let mut told = String::new();
        self.stderr.read_to_string(&mut told).expect("UTF-8");
        let status = self.child.wait().expect("it ends");
        (status.success(), told)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and is not to be.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
