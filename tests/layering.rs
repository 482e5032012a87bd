//! Holds the arrows between the rooms: what each of them may name, and what a pure one may not.

#[path = "layering/source.rs"]
mod source;

use std::fs;
use std::path::{Path as File, PathBuf};

use source::{Path, Source};

/// Each room, and the rooms it may name. All of them stand further down in the table.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "app",
            "reload",
            "config",
            "control",
            "follow",
            "remember",
            "supervise",
            "deliver",
            "store",
            "link",
            "route",
            "station",
            "wire",
            "monitor",
            "corridor",
            "track",
            "clock",
            "backoff",
            "units",
            "metrics",
            "notify",
            "log",
        ],
    ),
    (
        "app",
        &[
            "reload",
            "config",
            "control",
            "follow",
            "remember",
            "supervise",
            "deliver",
            "store",
            "link",
            "route",
            "monitor",
            "corridor",
            "track",
            "clock",
            "units",
            "metrics",
        ],
    ),
    (
        "reload",
        &[
            "config", "control", "follow", "deliver", "store", "link", "monitor", "corridor",
            "notify",
        ],
    ),
    (
        "config",
        &[
            "control", "deliver", "store", "link", "route", "station", "monitor", "corridor",
            "track", "units",
        ],
    ),
    (
        "control",
        &[
            "follow", "store", "link", "monitor", "track", "clock", "units", "metrics",
        ],
    ),
    (
        "follow",
        &[
            "store", "monitor", "corridor", "track", "units", "metrics", "clock",
        ],
    ),
    (
        "remember",
        &["store", "link", "wire", "clock", "units", "metrics"],
    ),
    (
        "supervise",
        &["link", "track", "clock", "backoff", "metrics"],
    ),
    (
        "deliver",
        &[
            "store", "monitor", "corridor", "track", "clock", "backoff", "units", "metrics",
        ],
    ),
    (
        "store",
        &[
            "route", "wire", "monitor", "corridor", "track", "clock", "units", "metrics",
        ],
    ),
    (
        "link",
        &[
            "station", "wire", "track", "clock", "backoff", "units", "metrics",
        ],
    ),
    ("station", &["wire", "track", "units"]),
    ("route", &["monitor", "corridor", "track", "units"]),
    ("wire", &["track", "units"]),
    ("monitor", &["corridor", "track", "units"]),
    ("corridor", &["track", "units"]),
    ("track", &["units"]),
    ("clock", &["units"]),
    ("backoff", &[]),
    ("units", &[]),
    ("metrics", &[]),
    ("notify", &[]),
    ("log", &[]),
];

/// The rooms that are given values and hand values back.
const PURE: &[&str] = &[
    "units", "track", "backoff", "wire", "station", "corridor", "monitor", "route",
];

/// Sockets, files, threads, channels, the process and random numbers: not for a pure room.
const IMPURE: &[&[&str]] = &[
    &["std", "env"],
    &["std", "fs"],
    &["std", "io"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "sync", "mpsc"],
    &["std", "thread"],
    &["rand"],
    &["reqwest"],
    &["rusqlite"],
    &["tokio"],
    &["tokio_util"],
];

/// Clocks and random numbers behind a type that is welcome otherwise.
const IMPURE_CALLS: &[[&str; 2]] = &[
    ["Instant", "now"],
    ["SystemTime", "now"],
    ["Timestamp", "now"],
    ["Zoned", "now"],
    ["Uuid", "new_v4"],
    ["Uuid", "now_v7"],
];

/// The file that may write to a link.
const EGRESS: &str = "src/link/egress.rs";

/// The files that write to consumers of a link, and what they may not name: a link.
const CONSUMERS: &str = "src/link/forward/";
const LINKS: &[&str] = &[
    "Egress",
    "Inlet",
    "Link",
    "Outgoing",
    "SerialStream",
    "Source",
    "Udp",
    "Unwritten",
];

/// By what sockets, streams, devices and descriptors are written to.
const WRITING: &[&str] = &[
    "AsFd",
    "AsRawFd",
    "AsyncWrite",
    "AsyncWriteExt",
    "Write",
    "as_fd",
    "copy",
    "copy_bidirectional",
    "into_split",
    "into_std",
    "poll_send",
    "poll_send_to",
    "poll_write",
    "poll_write_vectored",
    "send",
    "send_message",
    "send_to",
    "send_vectored",
    "send_with_flags",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "split",
    "try_clone",
    "try_send",
    "try_send_to",
    "try_write",
    "try_write_vectored",
    "write",
    "write_all",
    "write_all_buf",
    "write_buf",
    "write_vectored",
    "writev",
];

/// Files and folders of a link that name some of these for a channel or a file, or a text that is taken apart,
/// and no socket, connection or device.
const NO_LINE: &[(&str, &[&str])] = &[
    ("src/link/address", &["split", "write"]),
    ("src/link/lanes", &["try_send"]),
    ("src/link/outlet", &["send"]),
    (
        "src/link/record",
        &["Write", "send", "try_send", "write", "write_all"],
    ),
];

/// The file that reads a socket by its descriptor.
const BY_DESCRIPTOR: (&str, &[&str]) = ("src/link/datagram.rs", &["AsRawFd"]);

/// What can be written to.
const LINES: &[&str] = &[
    "Line",
    "SerialStream",
    "SockRef",
    "Socket",
    "Source",
    "Stream",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
];

/// Names of modules that tell nothing.
const NAMELESS: &[&str] = &[
    "common", "core", "helper", "helpers", "misc", "util", "utils",
];

#[test]
fn every_arrow_of_the_table_points_down() {
    for (index, (room, named)) in ARROWS.iter().enumerate() {
        for name in *named {
            let is_below = ARROWS[index + 1..].iter().any(|(below, _)| below == name);
            assert!(
                is_below,
                "{room} may name {name}, which does not stand below it"
            );
        }
    }
}

#[test]
fn every_room_names_only_what_stands_below_it() {
    let rooms = daemon();
    assert_none(
        &rooms
            .iter()
            .flat_map(Unit::wrong_arrows)
            .collect::<Vec<_>>(),
    );
    let in_crate = rooms
        .iter()
        .map(|unit| unit.in_crate().count())
        .sum::<usize>();
    assert!(
        100 <= in_crate,
        "only {in_crate} names within the crate were seen"
    );
}

#[test]
fn pure_rooms_know_no_socket_file_channel_clock_or_random_source() {
    let rooms = daemon();
    assert_none(&rooms.iter().flat_map(Unit::impurities).collect::<Vec<_>>());
    let pure = rooms.iter().filter(|unit| unit.is_pure()).count();
    assert!(20 <= pure, "only {pure} files of pure rooms were seen");
    let elsewhere = rooms
        .iter()
        .map(|unit| unit.elsewhere().count())
        .sum::<usize>();
    assert!(
        500 <= elsewhere,
        "only {elsewhere} names from outside were seen"
    );
}

#[test]
fn only_the_station_makes_frames() {
    let mut wrong = Vec::new();
    let mut makers = 0;
    for unit in daemon() {
        let names = unit.in_crate();
        for (line, _path) in names.filter(|(_, path)| *path == ["wire", "checksum"]) {
            match unit.room() {
                "station" => makers += 1,
                "wire" => {}
                room => wrong.push(format!("{}:{line}: {room} closes frames", unit.shown)),
            }
        }
    }
    assert_none(&wrong);
    assert_ne!(makers, 0, "the station was not seen");
}

#[test]
fn no_file_but_the_egress_can_write_to_a_link() {
    let mut wrong = Vec::new();
    let mut writers = 0;
    for unit in daemon() {
        match unit.writings() {
            _ if unit.room() != "link" => {}
            found if unit.shown == EGRESS => writers += found.len(),
            _ if unit.shown.starts_with(CONSUMERS) => wrong.extend(unit.lines_of_links()),
            found => wrong.extend(found),
        }
    }
    assert_none(&wrong);
    assert!(
        3 <= writers,
        "only {writers} writings of the egress were seen"
    );
}

#[test]
fn the_simulator_never_names_the_daemon() {
    let folder = root().join("simulator");
    let files = rust_files(&folder);
    assert!(
        10 <= files.len(),
        "only {} files of the simulator were seen",
        files.len()
    );
    for file in &files {
        let source = Source::read(&read(file), &[]).expect("tokens");
        let named = source
            .identifiers
            .iter()
            .find(|item| item.name == "corridord");
        assert_eq!(named, None, "{}", file.display());
    }
    let manifest = read(&folder.join("Cargo.toml"));
    assert!(
        manifest.contains("corridor-sim"),
        "that is another manifest"
    );
    assert!(
        !manifest.contains("corridord"),
        "the simulator's manifest names the daemon"
    );
}

#[test]
fn only_the_command_line_knows_the_simulator() {
    let mut wrong = Vec::new();
    for unit in daemon() {
        for (line, path) in unit.elsewhere() {
            if path[0] == "corridor_sim" && unit.room() != "cli" {
                wrong.push(format!("{}:{line}: the simulator", unit.shown));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_file_shows_where_its_code_stands() {
    let mut wrong = Vec::new();
    for unit in daemon() {
        for item in &unit.source.splices {
            wrong.push(format!("{}:{}: {}", unit.shown, item.line, item.name));
        }
        let named = unit
            .source
            .modules
            .iter()
            .map(|item| (item.line, item.name.as_str()));
        for (line, name) in named.chain(unit.module.iter().map(|name| (1, name.as_str()))) {
            if NAMELESS.contains(&name) {
                wrong.push(format!(
                    "{}:{line}: {name} says nothing about what is in it",
                    unit.shown
                ));
            }
        }
        if unit.shown.ends_with("/mod.rs") {
            for item in &unit.source.bodies {
                wrong.push(format!(
                    "{}:{}: fn {} in a mod.rs",
                    unit.shown, item.line, item.name
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_library_file_only_declares_the_rooms_of_the_table() {
    let text = read(&root().join("src/lib.rs"));
    let mut declared = Vec::new();
    let mut more = Vec::new();
    for line in text.lines() {
        let room = line
            .strip_prefix("pub mod ")
            .and_then(|rest| rest.strip_suffix(';'));
        if let Some(room) = room {
            declared.push(room);
        } else if !line.is_empty() && !line.starts_with("//") && !line.starts_with("#[") {
            more.push(line);
        }
    }
    assert_eq!(more, Vec::<&str>::new(), "more than declarations");
    let mut rooms: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    rooms.retain(|room| *room != "main");
    rooms.sort_unstable();
    declared.sort_unstable();
    assert_eq!(declared, rooms);
}

#[test]
fn the_main_file_is_short_and_has_no_modules() {
    let text = read(&root().join("src/main.rs"));
    assert!(
        text.lines().count() <= 50,
        "src/main.rs has {} lines",
        text.lines().count()
    );
    let source = Source::read(&text, &[]).expect("tokens");
    assert_eq!(source.modules, []);
}

#[test]
fn names_are_found_wherever_they_stand() {
    check_named("store.rs", "use crate::deliver;", &["deliver"]);
    check_named(
        "store.rs",
        "use crate::{units::Metres, deliver::{self, Outcome}, link::*};",
        &["units", "deliver", "deliver", "link"],
    );
    check_named(
        "store.rs",
        "fn f() -> crate::link::A { crate::wire::g::<crate::app::T>() }",
        &["link", "wire", "app"],
    );
    check_named(
        "store.rs",
        "impl<T: crate::http::A> crate::log::B for <u8 as crate::cli::C>::D {}",
        &["http", "log", "cli"],
    );
    check_named(
        "store.rs",
        "fn f() { assert_eq!(1, crate::app::x); }",
        &["app"],
    );
    check_named(
        "store.rs",
        "macro_rules! m { () => { $crate::app::x } }",
        &["app"],
    );
    check_named(
        "store.rs",
        "#[cfg(test)] mod tests { use crate::app; }",
        &["app"],
    );
    check_named(
        "store.rs",
        "struct S(pub (crate::app::A), pub(crate) crate::log::B);",
        &["app", "log"],
    );
    check_named("store.rs", "use super::link;", &["link"]);
    check_named("store.rs", "use self::super::link;", &["link"]);
    check_named(
        "store/open.rs",
        "use super::super::{link, app::Start};",
        &["link", "app"],
    );
    check_named(
        "store/open.rs",
        "mod tests { fn f() { super::super::super::link::g() } }",
        &["link"],
    );
    check_named(
        "store/open.rs",
        "use super::Store; fn f(&self) { self.x; super::y() }",
        &["store", "store"],
    );
    check_named(
        "store/open/mod.rs",
        "pub(super) fn f() {} pub(in crate::app) fn g() {}",
        &[],
    );
    check_named(
        "store.rs",
        "// crate::app\n/// [`crate::app`]\nconst A: &str = \"crate::app\";",
        &[],
    );
}

#[test]
fn a_wrong_arrow_is_told_with_its_place() {
    let told = |file, text| Unit::new(file, text).wrong_arrows();
    let none: [String; 0] = [];
    assert_eq!(
        told("store/open.rs", "use crate::{store::Store, units::Metres};"),
        none
    );
    assert_eq!(
        told("store/open.rs", "\nuse crate::deliver;"),
        ["src/store/open.rs:2: store names deliver"]
    );
    assert_eq!(
        told("main.rs", "fn main() { corridord::cli::main() }"),
        none
    );
    assert_eq!(
        told("main.rs", "use corridord::app;"),
        ["src/main.rs:1: main names app"]
    );
    assert_eq!(
        told("units.rs", "use crate as c;"),
        ["src/units.rs:1: units names the crate root"]
    );
    assert_eq!(
        told("units.rs", "use super::*;"),
        ["src/units.rs:1: units names *"]
    );
    assert_eq!(
        told("cellar.rs", ""),
        ["src/cellar.rs:1: cellar is no room of the table"]
    );
}

#[test]
fn an_impure_name_is_told_with_its_place() {
    let told = |file, text| Unit::new(file, text).impurities();
    let none: [String; 0] = [];
    assert_eq!(
        told("track.rs", "use std::{fmt, time::{Duration, Instant}};"),
        none
    );
    assert_eq!(
        told("track.rs", "use std::{fmt,\nio::Error};"),
        ["src/track.rs:2: track names std::io::Error"]
    );
    assert_eq!(
        told("track.rs", "use std::*;"),
        ["src/track.rs:1: track names std::*"]
    );
    assert_eq!(
        told("track.rs", "use rand as r;"),
        ["src/track.rs:1: track names rand"]
    );
    assert_eq!(
        told("wire/tlog.rs", "fn f() { ::std::fs::read(x) }"),
        ["src/wire/tlog.rs:1: wire names std::fs::read"]
    );
    assert_eq!(
        told("wire/tlog.rs", "fn f() { time::Instant::now() }"),
        ["src/wire/tlog.rs:1: wire names time::Instant::now"]
    );
    assert_eq!(told("link/udp.rs", "use std::net::UdpSocket;"), none);
}

#[test]
fn a_writing_is_told_with_its_place() {
    let told = |file, text| Unit::new(file, text).writings();
    let none: [String; 0] = [];
    assert_eq!(
        told("link/udp.rs", "fn f() { self.socket.try_recv(x) }"),
        none
    );
    assert_eq!(
        told("link/udp.rs", "fn f() {\nself.socket.try_send(x) }"),
        ["src/link/udp.rs:2: try_send"]
    );
    assert_eq!(
        told(
            "link/tcp.rs",
            "use tokio::io::{AsyncRead, AsyncWriteExt as _};"
        ),
        ["src/link/tcp.rs:1: AsyncWriteExt"]
    );
    assert_eq!(told("link/outlet.rs", "fn f() { permit.send(x) }"), none);
    assert_eq!(
        told("link/outlet.rs", "fn f(s: UdpSocket) { s.send(x) }"),
        ["src/link/outlet.rs:1: send"]
    );
}

#[test]
fn modules_bodies_and_splices_are_found() {
    let text = "mod a; mod util { fn b() {} } trait T { fn c(); fn d() {} } type F = fn(u8);
        #[path = \"x.rs\"] mod e; const X: u8 = include!(\"y\");";
    let source = Source::read(text, &[]).expect("tokens");
    let names = |items: &[source::Item]| -> Vec<String> {
        items.iter().map(|item| item.name.clone()).collect()
    };
    assert_eq!(names(&source.modules), ["a", "util", "e"]);
    assert_eq!(names(&source.bodies), ["b", "d"]);
    assert_eq!(names(&source.splices), ["#[path]", "include!"]);
}

#[track_caller]
fn check_named(file: &str, text: &str, rooms: &[&str]) {
    let unit = Unit::new(file, text);
    let named: Vec<&str> = unit.in_crate().map(|(_, path)| path[0].as_str()).collect();
    assert_eq!(named, rooms, "{text}");
}

/// One file of the daemon.
struct Unit {
    shown: String,
    module: Vec<String>,
    source: Source,
    /// The line at which its tests begin, which stand at the bottom.
    tests_from: usize,
}

impl Unit {
    /// Reads `text`, the content of `file`, whose path starts at `src`.
    fn new(file: &str, text: &str) -> Self {
        let shown = format!("src/{file}");
        let module = module_of(file);
        let source = Source::read(text, &module).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let before_tests = text.split("\n#[cfg(test)]\nmod tests {").next();
        let tests_from = before_tests.map_or(0, |before| before.lines().count() + 1);
        Self {
            shown,
            module,
            source,
            tests_from,
        }
    }

    fn room(&self) -> &str {
        let name = self
            .shown
            .trim_start_matches("src/")
            .trim_end_matches(".rs");
        self.module.first().map_or(name, String::as_str)
    }

    fn is_pure(&self) -> bool {
        PURE.contains(&self.room())
    }

    /// Goes through the names that start at the crate root, `corridord::` among them.
    fn in_crate(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.source
            .names
            .iter()
            .filter_map(|name| match &name.path {
                Path::InCrate(path) => Some((name.line, path.as_slice())),
                Path::Elsewhere(path) if path[0] == "corridord" => Some((name.line, &path[1..])),
                Path::Elsewhere(_) => None,
            })
    }

    fn elsewhere(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.source
            .names
            .iter()
            .filter_map(|name| match &name.path {
                Path::Elsewhere(path) => Some((name.line, path.as_slice())),
                Path::InCrate(_) => None,
            })
    }

    fn wrong_arrows(&self) -> Vec<String> {
        let room = self.room();
        if room == "lib" {
            return Vec::new(); // It only declares modules, which has a test of its own.
        }
        let Some((_, may_name)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            return vec![format!("{}:1: {room} is no room of the table", self.shown)];
        };
        self.in_crate()
            .filter_map(|(line, path)| match path.first().map(String::as_str) {
                Some(named) if named == room || may_name.contains(&named) => None,
                named => Some((line, named.unwrap_or("the crate root"))),
            })
            .map(|(line, named)| format!("{}:{line}: {room} names {named}", self.shown))
            .collect()
    }

    /// Finds names of what has a link at its other end.
    fn lines_of_links(&self) -> Vec<String> {
        let identifiers = self.source.identifiers.iter();
        identifiers
            .filter(|item| LINKS.contains(&item.name.as_str()))
            .map(|item| format!("{}:{}: {}", self.shown, item.line, item.name))
            .collect()
    }

    /// Finds what could write to a link; tests may, to themselves.
    fn writings(&self) -> Vec<String> {
        let identifiers = &self.source.identifiers;
        let exempt = NO_LINE
            .iter()
            .find(|(start, _)| self.shown.starts_with(start));
        let is_line_named = identifiers
            .iter()
            .any(|item| LINES.contains(&item.name.as_str()));
        let exempt = exempt
            .filter(|_| !is_line_named)
            .map_or(&[][..], |(_, names)| names);
        let (file, names) = BY_DESCRIPTOR;
        let exempt = if self.shown == file { names } else { exempt };
        identifiers
            .iter()
            .filter(|item| item.line < self.tests_from)
            .map(|item| (item.line, item.name.as_str()))
            .filter(|(_, name)| WRITING.contains(name) && !exempt.contains(name))
            .map(|(line, name)| format!("{}:{line}: {name}", self.shown))
            .collect()
    }

    fn impurities(&self) -> Vec<String> {
        if !self.is_pure() {
            return Vec::new();
        }
        self.elsewhere()
            .filter(|(_, path)| is_impure(path))
            .map(|(line, path)| {
                format!(
                    "{}:{line}: {} names {}",
                    self.shown,
                    self.room(),
                    path.join("::")
                )
            })
            .collect()
    }
}

/// Tells whether `path` is inside something impure, or brings all of it into scope.
fn is_impure(path: &[String]) -> bool {
    let exact = match path {
        [outer @ .., last] if last == "*" => outer,
        all => all,
    };
    let meets = |banned: &&[&str]| {
        banned
            .iter()
            .zip(exact)
            .all(|(banned, name)| banned == name)
    };
    IMPURE.iter().any(meets)
        || IMPURE_CALLS
            .iter()
            .any(|call| path.ends_with(&call.map(String::from)))
}

fn module_of(file: &str) -> Vec<String> {
    let mut module: Vec<String> = file
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    let is_root = module.len() == 1 && ["lib", "main"].contains(&module[0].as_str());
    if is_root || module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// Reads every file of the daemon.
fn daemon() -> Vec<Unit> {
    let folder = root().join("src");
    let units: Vec<Unit> = rust_files(&folder)
        .iter()
        .map(|file| {
            let inside = file.strip_prefix(&folder).expect("a file of the folder");
            Unit::new(inside.to_str().expect("a plain name"), &read(file))
        })
        .collect();
    assert!(40 <= units.len(), "only {} files were seen", units.len());
    units
}

fn rust_files(folder: &File) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(file: &File) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn root() -> &'static File {
    File::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
