//! Recordings of links: what is in them, what they cost, and who else can read them.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use corridor_sim::tlog::{Record, Records};
use serde_json::json;

use crate::support::daemon::Daemon;
use crate::support::python;
use crate::support::recording::{replay, text};
use crate::support::scene::Scene;
use crate::support::stage::{Stage, count, flight_of, frames_of, metric, with_links};
use crate::support::{privilege, wait_within};

/// What the log says when nothing is recorded for the time being.
const RESTS: &str = "cannot record, tried until it can";

/// Recordings of 3 MB that are there before the daemon starts.
const OLDER: [&str; 3] = [
    "link1-2026-01-01T00-00-00.000Z.tlog",
    "link1-2026-01-02T00-00-00.000Z.tlog",
    "link1-2026-01-03T00-00-00.000Z.tlog",
];

#[test]
fn a_link_is_recorded_as_it_was_heard() {
    let stage =
        Stage::new("address = \"tcpin:127.0.0.1:0\"\n[link.record]\ndirectory = \"recordings\"");
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(b"garbage").unwrap();
    client.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    drop(client);
    daemon.stop_clean();

    let files = stage.scene.files("recordings");
    assert_eq!(files.len(), 1, "{files:?}");
    let (_path, bytes) = &files[0];
    let records: Vec<Record<'_>> = Records::new(bytes).collect();
    let frames: Vec<u8> = records.iter().flat_map(|it| it.frame.to_vec()).collect();
    assert_eq!(frames, flight_of(1));
    assert!(records.is_sorted_by_key(|record| record.unix_us));
}

#[test]
fn a_recording_that_makes_no_sense_is_refused_in_words() {
    let scene = Scene::new();
    let links = "\
[[link]]
name = \"a b\"
address = \"udpin:127.0.0.1:0\"
[link.record]
directory = \"r\"
size-max-mb = 0
span-max = \"0 s\"
[[link]]
name = \"b\"
address = \"file:flight.tlog\"
[link.record]
directory = \"r\"
span-max = \"2 h\"
age-max = \"1 h\"
";
    scene.configured(&with_links(links, "http://127.0.0.1:9/hook"));
    let checked = scene.run("check", &[]);
    assert_eq!(checked.code, Some(78));
    assert_eq!(
        checked.err.lines().collect::<Vec<_>>(),
        [
            "DIR/corridord.toml:2: link[0].name: begins the names of its recordings: write letters, \
             digits, `-`, `_`, `.`",
            "DIR/corridord.toml:6: link[0].record.size-max-mb: must be more than 0",
            "DIR/corridord.toml:7: link[0].record.span-max: must be more than 0",
            "DIR/corridord.toml:11: link[1].record.directory: is of no use here: the link is a \
             recording already",
            "DIR/corridord.toml:14: link[1].record.age-max: is shorter than `span-max`, the time that \
             one file covers",
        ]
    );
}

#[test]
fn below_the_floor_of_free_disk_recording_rests_and_alerts_do_not() {
    let stage = Stage::new(
        "address = \"tcpin:127.0.0.1:0\"\n[link.record]\ndirectory = \"recordings\"\n\
         free-min-mb = 4_000_000_000",
    );
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    let told = daemon.log.wait_for_message(RESTS);
    let error = told["error"].as_str().expect("a text");
    assert!(error.ends_with("4000000008 MB are asked for"), "{error}");
    assert_eq!(count(&daemon, RESTS), 1, "it is told once");
    let log = daemon.log.clone();
    daemon.stop_clean_but_for(RESTS);
    assert!(stage.scene.files("recordings").is_empty());
    let dropped = metric(&log.events(), "link_recording_dropped_total");
    assert_eq!(dropped, frames_of(1).len() as u64, "each is counted");
}

/// The disk holds 16 MB, with 9 MB of older recordings and a floor of 8 MB.
#[test]
fn on_a_full_disk_the_oldest_recordings_go_and_the_database_has_room() {
    let Some(disk) = Disk::with_older_recordings() else {
        return privilege::skip("making a disk");
    };
    let daemon = disk.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(&flight_of(1)).unwrap();
    disk.stage.wait_for_entered(1);
    let kept = disk.recordings(&daemon);
    assert_eq!(kept.len(), 3, "the oldest made room: {kept:?}");
    assert_eq!(kept[..2], OLDER[1..], "and no other did");

    // Somebody else fills the disk.
    let ballast = disk.on(&daemon).join("ballast");
    fs::write(&ballast, vec![1; 9_000_000]).unwrap();
    keep_sending_until(&mut client, &daemon, RESTS);
    assert_eq!(disk.recordings(&daemon), kept[2..], "the newest is left");
    client.write_all(&flight_of(2)).unwrap();
    disk.stage.wait_for_entered(2);

    fs::remove_file(ballast).unwrap();
    keep_sending_until(&mut client, &daemon, "recording again");
    assert_eq!(count(&daemon, RESTS), 1, "it is told once");
    assert_eq!(disk.recordings(&daemon).len(), 2, "another one has begun");
    let log = daemon.log.clone();
    daemon.stop_clean_but_for(RESTS);
    let removed = metric(&log.events(), "link_recordings_removed_total");
    assert_eq!(removed, OLDER.len() as u64);
}

#[test]
fn pymavlink_reads_what_is_recorded() {
    let stage =
        Stage::new("address = \"tcpin:127.0.0.1:0\"\n[link.record]\ndirectory = \"recordings\"");
    let daemon = stage.options.start();
    let mut client = TcpStream::connect(daemon.link_address("link1")).unwrap();
    client.write_all(&flight_of(1)).unwrap();
    stage.wait_for_entered(1);
    daemon.stop_clean();

    let (path, bytes) = &stage.scene.files("recordings")[0];
    let read = python::run("tlog.py", json!({"read": path}).to_string());
    let recorded: Vec<String> = Records::new(bytes)
        .map(|record| format!("{} {}", record.unix_us, hex(record.frame)))
        .collect();
    assert!(!recorded.is_empty());
    assert_eq!(read, recorded);
}

#[test]
fn what_pymavlink_records_is_replayed() {
    let scene = Scene::new();
    let path = scene.path("station.tlog");
    let frames = frames_of(1);
    let sent: Vec<String> = frames.iter().map(|(_due, frame)| hex(frame)).collect();
    python::run(
        "tlog.py",
        json!({"write": path, "frames": sent}).to_string(),
    );
    let corridors = scene.path("corridors.geojson");
    let replayed = replay(&[text(&path), "--corridors", text(&corridors), "--summary"]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    let summary = replayed.summary();
    assert_eq!(summary["frames_good"], frames.len());
    assert_eq!(
        (&summary["bad_data"], &summary["tail_bytes"]),
        (&json!(0), &json!(0))
    );
}

/// A daemon that has recordings and database on a small disk of its own.
struct Disk {
    stage: Stage,
}

impl Disk {
    /// Prepares one; absent where nobody may mount a disk.
    fn with_older_recordings() -> Option<Self> {
        if !privilege::may_mount() {
            return None;
        }
        let mut stage = Stage::new("address = \"udpin:127.0.0.1:0\"");
        let links = "[[link]]\nname = \"link1\"\naddress = \"tcpin:127.0.0.1:0\"\n\
                     [link.record]\ndirectory = \"disk/recordings\"\n\
                     size-max-mb = 1\nfree-min-mb = 8\n";
        let text = with_links(links, &stage.endpoint.url).replace("\"state\"", "\"disk/state\"");
        let (disk, older) = (stage.scene.path("disk"), stage.scene.path("older"));
        fs::create_dir(&disk).expect("a folder");
        fs::create_dir(&older).expect("a folder");
        for name in OLDER {
            fs::write(older.join(name), vec![1; 3_000_000]).expect("it is written");
        }
        let mount = "mount -t tmpfs -o size=16m disk \"$1\" && cp -r \"$2\" \"$1/recordings\" && \
                     shift 2 && exec \"$@\"";
        stage.options = stage.scene.configured(&text);
        stage.options.before = ["unshare", "--mount", "sh", "-c", mount, "sh"]
            .map(str::to_owned)
            .to_vec();
        stage
            .options
            .before
            .extend([disk, older].map(|path| text_of(&path)));
        Some(Self { stage })
    }

    fn start(&self) -> Daemon {
        self.stage.options.start()
    }

    /// Returns where the disk is seen from outside the daemon's own mounts.
    fn on(&self, daemon: &Daemon) -> PathBuf {
        let inside = self.stage.scene.path("disk");
        let root = PathBuf::from(format!("/proc/{}/root", daemon.pid()));
        root.join(inside.strip_prefix("/").expect("an absolute path"))
    }

    fn recordings(&self, daemon: &Daemon) -> Vec<String> {
        let entries = fs::read_dir(self.on(daemon).join("recordings")).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}

/// Sends a frame again and again, since the disk is looked at only while there is one to record.
#[track_caller]
fn keep_sending_until(client: &mut TcpStream, daemon: &Daemon, message: &str) {
    let (_due, frame) = &frames_of(9)[0];
    wait_within(Duration::from_secs(60), message, || {
        client.write_all(frame).expect("the link is open");
        (0 < count(daemon, message)).then_some(())
    });
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes it");
        text
    })
}

fn text_of(path: &Path) -> String {
    text(path).to_owned()
}
