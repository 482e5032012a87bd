//! `corridord corridors list`, `show`, `near` and `check`: corridors without a daemon.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::command::{Ended, corridord};
use crate::support::daemon::write;

/// A strip, a yard that nobody named, and a town.
const SMALL: &str = r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature",
   "properties": {"id": "strip", "name": "Test strip", "ref": "E 75", "country": "MK",
                  "countries": ["MK", "GR"], "from": "West",
                  "to": "East", "km_start": 12, "half_width_m": 200, "source": "a map",
                  "certainty": "about 50 m"},
   "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.048, 41.5]]}},
  {"type": "Feature",
   "properties": {"id": "yard", "class": "crossing", "country": "RS"},
   "geometry": {"type": "Polygon", "coordinates":
     [[[22.1, 41.5], [22.11, 41.5], [22.11, 41.51], [22.1, 41.51], [22.1, 41.5]]]}},
  {"type": "Feature",
   "properties": {"name": "Testgrad", "class": "place"},
   "geometry": {"type": "Point", "coordinates": [22.02, 41.52]}}
]}"#;

#[test]
fn a_list_tells_each_corridor_in_a_line() {
    let small = Small::new();
    check(
        &small.run(&["list", "--corridors", "DIR/small.geojson"]),
        "id     class     in  road  size      half-width  name
strip  corridor  MK  E 75  4.0 km    200 m       Test strip
yard   crossing  RS  -     0.93 km2  -           yard
",
    );
    check(
        &small.run(&[
            "list",
            "--corridors",
            "DIR/small.geojson",
            "--country",
            "mk",
        ]),
        "id     class     in  road  size    half-width  name
strip  corridor  MK  E 75  4.0 km  200 m       Test strip
",
    );
}

#[test]
fn everything_about_one_corridor_is_shown() {
    let small = Small::new();
    check(
        &small.run(&["show", "strip", "--corridors", "DIR/small.geojson"]),
        "id          strip
name        Test strip
class       corridor
country     MK
concerns    MK, GR
road        E 75
from        West
to          East
posts       km 12.0 to km 16.0
size        4.0 km
half-width  200 m
vertices    2
within      latitude 41.5 to 41.5, longitude 22 to 22.048
source      a map
certainty   about 50 m
",
    );
    check(
        &small.run(&["show", "yard", "--corridors", "DIR/small.geojson"]),
        "id          yard
name        yard
class       crossing
country     RS
size        0.93 km2
vertices    4
within      latitude 41.5 to 41.51, longitude 22.1 to 22.11
",
    );
}

#[test]
fn what_lies_around_a_corridor_is_shown() {
    let small = Small::new();
    write(
        small.folder(),
        "around.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "post", "name": "Border post", "class": "crossing"},
   "geometry": {"type": "Polygon", "coordinates":
     [[[22.036, 41.499], [22.038, 41.499], [22.038, 41.501], [22.036, 41.501], [22.036, 41.499]]]}},
  {"type": "Feature", "properties": {"id": "side", "name": "Side road", "half_width_m": 50},
   "geometry": {"type": "LineString", "coordinates": [[22.012, 41.502], [22.012, 41.52]]}},
  {"type": "Feature", "properties": {"id": "far", "half_width_m": 50},
   "geometry": {"type": "LineString", "coordinates": [[22.024, 41.503], [22.024, 41.52]]}}
]}"#,
    );
    let flags = [
        "--corridors",
        "DIR/small.geojson",
        "--corridors",
        "DIR/around.geojson",
    ];
    let around = |id: &str| {
        let shown = small.run(&[&["show", id], &flags[..]].concat()).out;
        let lines = shown
            .lines()
            .filter(|line| line.starts_with("crossing") || line.starts_with("neighbour"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        around("strip"),
        [
            "crossing    km 15.0: post (Border post)",
            "neighbour   km 13.0: side (Side road)",
        ]
    );
    assert_eq!(around("post"), ["neighbour   strip (Test strip)"]);
    assert_eq!(around("side"), ["neighbour   km 0.0: strip (Test strip)"]);
    assert_eq!(around("far"), Vec::<String>::new());
    let shown = small.run(&[&["show", "strip", "--json"], &flags[..]].concat());
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(shown["crossings"][0]["id"], "post");
    assert_eq!(shown["neighbours"][0]["name"], "Side road");
    assert_eq!(shown["neighbours"][0]["chainage_km"], 13.002);
}

#[test]
fn heights_and_times_of_a_corridor_are_shown() {
    let small = Small::new();
    write(
        small.folder(),
        "limited.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature",
   "properties": {"id": "range", "radius_m": 500, "altitude_max_m": 600, "altitude_datum": "msl",
     "active": [{"from": "22:00", "to": "06:00", "zone": "Europe/Skopje", "until": "2020-05-01"}]},
   "geometry": {"type": "Point", "coordinates": [22.0, 41.5]}}
]}"#,
    );
    check(
        &small.run(&["show", "range", "--corridors", "DIR/limited.geojson"]),
        "id          range
name        range
class       zone
size        radius 500 m
vertices    1
within      latitude 41.5 to 41.5, longitude 22 to 22
heights     up to 600 m msl
counts      every day 22:00 to 06:00 Europe/Skopje until 2020-05-01T22:00:00Z (it does not)
",
    );
    let shown = small.run(&[
        "show",
        "range",
        "--corridors",
        "DIR/limited.geojson",
        "--json",
    ]);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(shown["altitude_max_m"], 600.0);
    assert_eq!(shown["altitude_datum"], "msl");
    assert_eq!(shown["active"], false);
    assert_eq!(shown.get("next_change"), None);
}

#[test]
fn a_place_is_told_by_the_corridors_around_it() {
    let small = Small::new();
    let near = |place: &[&str]| {
        let flags = ["--corridors", "DIR/small.geojson", "--radius", "7 km"];
        small.run(&[&["near"], place, &flags].concat())
    };
    let told = "41.501N 22.03E, 34TEL8596594887, 2.3 km from Testgrad at 158 degrees
corridors within 7 km: 2

strip: inside, 89 m from the edge; 111 m left of the centreline; km 14.505
    E 75 km 14.5, 110 m north of the centreline, 2.3 km south of Testgrad

yard: outside, 5845 m from the edge
    5.8 km west of yard, 2.3 km south of Testgrad
";
    check(&near(&["41.501", "22.03"]), told);
    check(&near(&["41.501,22.03"]), told);
    check(&near(&["41.501", "N", "22.03", "E"]), told);
    for reference in [&["34TEL8596594887"][..], &["34T", "EL", "85965", "94887"]] {
        let told = near(reference).out;
        let (place, told) = told.split_once(", 2.3 km from").expect("a town");
        assert!(place.ends_with("E, 34TEL8596594887"), "{place}");
        assert!(
            told.contains("\nstrip: inside, 89 m from the edge; 111 m left"),
            "{told}"
        );
    }
    check(
        &near(&["41.6N", "22.03"]),
        "41.6N 22.03E, 34TEM8583405878, 8.9 km from Testgrad at 5 degrees
no corridor within 7 km; the nearest is

strip: outside, 10906 m from the edge; 11106 m left of the centreline; km 14.505
    E 75 km 14.5, 11.1 km north of the centreline, 8.9 km north of Testgrad
",
    );
    check(
        &near(&["-41.501,-22.03"]),
        "41.501S 22.03W, 27GVQ1403405112
no corridor within 7 km
",
    );
}

#[test]
fn the_shipped_corridors_are_meant_if_nothing_else_is_said() {
    let listed = corridord(&["corridors", "list", "--class", "crossing"], &[]);
    assert!(
        listed.out.contains("\ncrossing-bogorodica-evzoni"),
        "{listed:?}"
    );
    let checked = corridord(&["corridors", "check"], &[]);
    assert!(
        checked.out.starts_with("the shipped corridors: sound: "),
        "{checked:?}"
    );
    assert!(
        checked.out.ends_with("; 0 warnings, 0 notes\n"),
        "{checked:?}"
    );
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""));
}

#[test]
fn a_configuration_says_which_corridors_are_meant_and_needs_no_secrets_for_it() {
    let small = Small::new();
    let endpoint = "[[endpoint]]\nname = \"ops\"\nurl = \"https://ops.example/\"\n\
                    secret-file = \"none.secret\"\n";
    let corridors = "[corridors]\nfiles = [\"small.geojson\"]\nregion = { east = 40 }\n";
    write(
        small.folder(),
        "unit.toml",
        &format!("{corridors}{endpoint}"),
    );
    let flags = ["--config", "DIR/unit.toml"];
    let listed = small.run(&[&["list"], &flags[..]].concat());
    assert!(listed.out.contains("Test strip"), "{listed:?}");
    let checked = small.run(&[&["check"], &flags[..]].concat());
    assert!(
        checked.out.contains("DIR/small.geojson: sound"),
        "{checked:?}"
    );

    write(
        small.folder(),
        "unit.toml",
        "[corridors]\nfile = [\"small.geojson\"]\n",
    );
    check_refused(
        &small.run(&[&["list"], &flags[..]].concat()),
        78,
        "DIR/unit.toml:1: corridors.files: is missing: name the GeoJSON files to watch\n\
         DIR/unit.toml:2: corridors.file: unknown key; did you mean `files`?\n",
    );
}

#[test]
fn what_cannot_be_meant_is_refused_in_words() {
    let small = Small::new();
    let flags = ["--corridors", "DIR/small.geojson"];
    let refused = |args: &[&str], code, told: &str| {
        check_refused(&small.run(&[args, &flags].concat()), code, told);
    };
    refused(
        &["show", "stripe"],
        1,
        "corridord: no corridor has the id \"stripe\"; did you mean strip?\n",
    );
    refused(
        &["show", "motorway"],
        1,
        "corridord: no corridor has the id \"motorway\"; `corridord corridors list` shows them all\n",
    );
    refused(
        &["near", "22.1", "41.5"],
        2,
        "error: latitude 22.1 and longitude 41.5 lie outside the region, and inside it with the axes \
         swapped: latitude comes first; write 22.1N 41.5E if it is meant\n",
    );
    refused(
        &["near", "-91", "22"],
        2,
        "error: latitude -91 is outside -90 to 90\n",
    );
    refused(
        &["near", "41°30'N", "22°6'E"],
        2,
        "error: \"41°30'N 22°6'E\" is no place: write latitude and longitude in decimal degrees, such as \
         41.5 22.1 or 41.5N 22.1E, or a grid reference such as 34TFL 26229 55516\n",
    );
    refused(
        &["near", "34T", "SL", "26229", "55516"],
        2,
        "error: zone 34 of the grid has no column of squares S: they run from A to H\n",
    );
    check_refused(
        &small.run(&["list", "--corridors", "DIR/none.geojson"]),
        78,
        "DIR/none.geojson: cannot read the corridors: No such file or directory (os error 2)\n",
    );
}

#[test]
fn a_line_that_comes_back_to_itself_is_noted() {
    let small = Small::new();
    write(
        small.folder(),
        "loop.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "a", "name": "A", "country": "MK", "half_width_m": 100},
   "geometry": {"type": "LineString", "coordinates":
     [[22.0, 41.5], [22.05, 41.5], [22.05, 41.52], [22.0, 41.47]]}}
]}"#,
    );
    let checked = small.run(&["check", "DIR/loop.geojson"]);
    check(
        &checked,
        "DIR/loop.geojson: a: crosses itself: km 2.5 is km 9.2 as well (note)
DIR/loop.geojson: sound: 1 lines of 13.3 km in all, 0 areas, 3 segments, 0 named places; 0 warnings, \
         1 notes
",
    );
    let checked = small.run(&["check", "DIR/loop.geojson", "--json"]);
    let checked: Value = serde_json::from_str(&checked.out).expect("JSON");
    assert_eq!(checked["files"][0]["notes"][0]["id"], "a");
}

#[test]
fn all_that_is_wrong_or_doubtful_in_files_is_told() {
    let small = Small::new();
    write(
        small.folder(),
        "bad.geojson",
        r#"{"type": "FeatureCollection", "features": [
  {"type": "Feature", "properties": {"id": "a", "half_width_m": -1},
   "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.0], [22.0, 41.5]]}},
  {"type": "Feature", "properties": {"id": "a", "name": "A", "country": "MK", "half_width_m": 1},
   "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.2, 41.5], [22.1, 41.5]]}}
]}"#,
    );
    let checked = small.run(&[
        "check",
        "DIR/small.geojson",
        "DIR/bad.geojson",
        "DIR/none.geojson",
    ]);
    assert_eq!(
        checked.out,
        "DIR/small.geojson: feature 1 (id \"yard\"): has no name: alerts call it by its id (warning)
DIR/small.geojson: sound: 1 lines of 4.0 km in all, 1 areas, 5 segments, 1 named places; 1 warnings, 0 notes
DIR/bad.geojson: feature 0 (id \"a\"): half_width_m is -1: it must be more than 0
DIR/bad.geojson: feature 0 (id \"a\"): vertex 1: [22] is no position: GeoJSON order is [longitude, latitude]
DIR/bad.geojson: feature 1 (id \"a\"): the id is taken by feature 0
DIR/bad.geojson: feature 0 (id \"a\"): has no name: alerts call it by its id (warning)
DIR/bad.geojson: feature 0 (id \"a\"): has no country: no rule by country watches it (warning)
DIR/bad.geojson: feature 1 (id \"a\"): vertex 1: 16.7 km from the vertex before it (warning)
DIR/bad.geojson: feature 1 (id \"a\"): vertex 1: turns back by 180 degrees (warning)
DIR/bad.geojson: refused: 3 errors, 4 warnings
DIR/none.geojson: cannot be read: No such file or directory (os error 2)
DIR/none.geojson: refused: 1 errors, 0 warnings
"
    );
    assert_eq!((checked.code, checked.err.as_str()), (Some(78), ""));
}

#[test]
fn files_are_judged_together() {
    let small = Small::new();
    fs::copy(
        small.folder().join("small.geojson"),
        small.folder().join("again.geojson"),
    )
    .expect("a copy");
    let checked = small.run(&["check", "DIR/small.geojson", "DIR/again.geojson"]);
    let told = "DIR/again.geojson: the id \"strip\" is taken by DIR/small.geojson\n\
                DIR/again.geojson: the id \"yard\" is taken by DIR/small.geojson\n";
    assert!(checked.out.contains(told), "{checked:?}");
    assert_eq!(checked.code, Some(78));
}

#[test]
fn json_has_the_documented_keys() {
    let small = Small::new();
    let keys = |args: &[&str], pointer: &str, expected: &str| {
        let flags = ["--json", "--corridors", "DIR/small.geojson"];
        let flags = if args[0] == "check" {
            &flags[..1]
        } else {
            &flags[..]
        };
        let ended = small.run(&[args, flags].concat());
        let value: Value = serde_json::from_str(&ended.out).expect("JSON");
        let object = value.pointer(pointer).and_then(Value::as_object);
        let found: BTreeSet<&str> = object
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(found, expected.split(' ').collect(), "{args:?} {pointer}");
    };
    let line = "id name class ref country countries from to shape length_m half_width_min_m half_width_max_m";
    let area = "id name class country shape size_m2";
    keys(&["list"], "", "corridors");
    keys(&["list"], "/corridors/0", line);
    keys(&["list"], "/corridors/1", area);
    let more = "km_start km_end vertices parts_m bbox source certainty";
    keys(&["show", "strip"], "", &format!("{line} {more}"));
    keys(&["show", "yard"], "", &format!("{area} vertices bbox"));
    keys(
        &["near", "41.5", "22.01"],
        "",
        "lat lon mgrs radius_m near corridors",
    );
    keys(
        &["near", "41.5", "22.01"],
        "/near",
        "name distance_m bearing_deg",
    );
    keys(
        &["near", "41.5", "22.01"],
        "/corridors/0",
        "id name inside edge_m cross_track_m side chainage_km along_bearing_deg place",
    );
    keys(
        &["near", "42", "22"],
        "",
        "lat lon mgrs radius_m corridors nearest",
    );
    keys(&["near", "43", "22"], "", "lat lon mgrs radius_m corridors");
    keys(
        &["check", "DIR/small.geojson"],
        "/files/0",
        "file flaws warnings notes holds",
    );
    keys(
        &["check", "DIR/small.geojson"],
        "/files/0/holds",
        "corridors lines areas places segments length_m",
    );
    keys(
        &["check", "DIR/small.geojson"],
        "/files/0/warnings/0",
        "feature id message",
    );
}

fn check(ended: &Ended, out: &str) {
    assert_eq!(ended.out, out);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
}

fn check_refused(ended: &Ended, code: i32, err: &str) {
    assert_eq!(ended.err, err);
    assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""));
}

/// A folder with a small file of corridors.
struct Small(tempfile::TempDir);

impl Small {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "small.geojson", SMALL);
        Self(folder)
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Runs a command; the folder is called `DIR` in what is asked and told.
    fn run(&self, args: &[&str]) -> Ended {
        let folder = self.folder().to_str().expect("UTF-8");
        let args: Vec<String> = args.iter().map(|it| it.replace("DIR", folder)).collect();
        let mut all = vec!["corridors"];
        all.extend(args.iter().map(String::as_str));
        let ended = corridord(&all, &[]);
        Ended {
            code: ended.code,
            out: ended.out.replace(folder, "DIR"),
            err: ended.err.replace(folder, "DIR"),
        }
    }
}
