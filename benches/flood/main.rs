//! A datagram for each frame, at a rate that nobody sends: what the daemon reads, and what is lost.
//!
//!     cargo bench --bench flood
//!
//! starts the release binary and sends 300,000 a second for 10 s; `CORRIDORD_FLOOD_RATE` and
//! `CORRIDORD_FLOOD_SECONDS` change that. It fails if a datagram is lost though the host gave the
//! buffer that the daemon asks for.

#[path = "../../tests/daemon/support/flood.rs"]
mod flood;
#[path = "../framing/mix.rs"]
mod mix;

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitCode, Stdio};
use std::time::Duration;

use mavlink::MavlinkVersion;
use serde_json::Value;

use flood::{Flood, rate};

/// The receive buffer that is asked for, as Linux counts it: twice.
const BUFFER_WANTED: u64 = 2 * 16 * 1024 * 1024;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = Daemon::start(folder.path());
    let (address, buffer) = daemon.listening();
    let mut flood = Flood::new(address, mix::frames(MavlinkVersion::V2));
    let (a_second, lasts) = rate(300_000, Duration::from_secs(10));
    let took = flood.keep_up(a_second, lasts);
    let dropped = flood.wait_until_read();
    let metrics = daemon.stop();
    let of = |name: &str| {
        let found = metrics.iter().find(|(each, _)| each == name);
        found.map_or(0, |(_, value)| *value)
    };
    let received = of("link_datagrams_total");
    let reached = u128::from(flood.sent()) * 1_000_000 / took.as_micros().max(1);
    tell(&format!(
        "{} datagrams sent in {took:.1?}, {reached} a second of {a_second} wanted, \
         receive buffer {buffer} bytes",
        flood.sent()
    ));
    tell(&format!(
        "{received} read, {dropped} dropped by the host, {} of them told, {} frames, \
         {} reports outdated",
        of("link_kernel_drops_total"),
        of("link_frames_total"),
        of("link_reports_dropped_total")
    ));
    if received == flood.sent() || buffer < BUFFER_WANTED {
        ExitCode::SUCCESS
    } else {
        tell("MISSED");
        ExitCode::FAILURE
    }
}

#[expect(clippy::print_stdout, reason = "a bench tells what it measured")]
fn tell(line: &str) {
    println!("{line}");
}

/// The daemon as a process, and what it logs.
struct Daemon {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Daemon {
    fn start(folder: &Path) -> Self {
        let secret = folder.join("secret");
        fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").expect("a file");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("a file");
        let mut child = Command::new(env!("CARGO_BIN_EXE_corridord"))
            .args(["run", "--log-format", "json", "--link", "udpin:127.0.0.1:0"])
            .args(["--endpoint", "http://127.0.0.1:9/", "--secret-file"])
            .arg(secret)
            .arg("--corridors")
            .arg(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("config/corridors/western-balkans.geojson"),
            )
            .arg("--state")
            .arg(folder.join("state"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon starts");
        let log = BufReader::new(child.stderr.take().expect("a piped stderr")).lines();
        Self { child, log }
    }

    /// Returns where it listens, and the receive buffer that it was given.
    fn listening(&mut self) -> (SocketAddr, u64) {
        let event = loop {
            let line = self.log.next().expect("the daemon lives").expect("a line");
            let event: Value = serde_json::from_str(&line).expect("JSON");
            if event["message"] == "listening" {
                break event;
            }
        };
        let address = event["address"].as_str().expect("an address");
        let buffer = event["receive_buffer_bytes"].as_u64().expect("a buffer");
        (address.parse().expect("an address"), buffer)
    }

    /// Stops it; what waits in its socket is read before.
    fn stop(&mut self) -> Vec<(String, u64)> {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(killed.expect("kill runs").success());
        let mut metrics = Vec::new();
        for line in self.log.by_ref().map_while(Result::ok) {
            let event: Value = serde_json::from_str(&line).expect("JSON");
            if event["level"] == "WARN" {
                tell(&line);
            }
            if let (Some(name), Some(value)) = (event["name"].as_str(), event["value"].as_u64()) {
                metrics.push((name.to_owned(), value));
            }
        }
        assert!(self.child.wait().expect("it ends").success());
        metrics
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended already unless the bench fails.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
