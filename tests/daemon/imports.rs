//! `corridord corridors import`: what others publish and draw becomes corridors that the daemon reads.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::support::command::{Ended, corridord};
use crate::support::daemon::write;
use crate::support::python;

#[test]
fn files_become_one_collection_with_its_provenance_and_a_report() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "roads.wkt",
        "E 75;LINESTRING (21.4 42, 21.9 41.6)\nPOINT (21 42)\n",
    );
    write(
        folder.path(),
        "yard.geojson",
        r#"{"type": "Feature", "properties": {"name": "Customs yard"}, "geometry": {"type": "Polygon",
            "coordinates": [[[22.5, 41.1], [22.51, 41.1], [22.51, 41.11], [22.5, 41.1]]]}}"#,
    );
    let ended = import(
        folder.path(),
        &["roads.wkt", "yard.geojson"],
        &[
            "--half-width-m",
            "800",
            "--country",
            "MK",
            "-o",
            "DIR/out.geojson",
            "--json",
        ],
    );
    assert_eq!(
        ended.err,
        "DIR/roads.wkt: WKT: 1 lines, 0 areas, 0 discs, 0 places; 1 left out, 0 warnings\n\
         DIR/roads.wkt: feature 1, line 2: a point without a name, which is no place, and without a \
         radius, which is no area (left out)\n\
         DIR/yard.geojson: GeoJSON: 0 lines, 1 areas, 0 discs, 0 places; 0 left out, 0 warnings\n\
         DIR/yard.geojson: feature 0 (\"Customs yard\"): its id is customs-yard\n"
    );
    assert_eq!(ended.code, Some(0));
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["files"][0]["lines"], 1);
    assert_eq!(report["files"][1]["ids"][0]["id"], "customs-yard");

    let text = fs::read_to_string(folder.path().join("out.geojson")).unwrap();
    let collection: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(collection["imported"]["files"][1]["file"], "yard.geojson");
    let line = &collection["features"][0]["properties"];
    assert_eq!(
        (&line["id"], &line["country"]),
        (&"E 75".into(), &"MK".into())
    );
    assert_eq!(line["source"], "roads.wkt: feature 0 (\"E 75\"), line 1");
    assert!(is_read(&folder.path().join("out.geojson")));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("latin.wkt"), b"\xe9;POINT (1 2)").unwrap();
    write(folder.path(), "words.txt", "hello");
    write(folder.path(), "broken.kmz", "PK\u{3}\u{4}");
    write(
        folder.path(),
        "roads.wkt",
        "LINESTRING (21.4 42, 21.9)\nLINESTRING (42 21.4, 41.6 21.9)",
    );
    let ended = import(
        folder.path(),
        &[
            "latin.wkt",
            "words.txt",
            "none.kml",
            "broken.kmz",
            "roads.wkt",
        ],
        &["--half-width-m", "800", "-o", "DIR/out.geojson"],
    );
    assert_eq!(
        ended.err,
        "DIR/latin.wkt: is no UTF-8 text: byte 0 fits no letter\n\
         DIR/words.txt: it is none of GeoJSON, ED-269, ED-318, GPX, KML and WKT: say which with --format\n\
         DIR/none.kml: cannot be read: No such file or directory (os error 2)\n\
         DIR/broken.kmz: is no KMZ that can be read: invalid Zip archive: Could not find EOCD\n\
         DIR/roads.wkt: feature 0, line 1: vertex 1: \"21.9\" is no position: it must be two to four \
         numbers, longitude first\n\
         DIR/roads.wkt: feature 1, line 2: vertex 0: longitude 42 and latitude 21.4 lie outside the \
         region, and inside it with the axes swapped\n"
    );
    assert_eq!((ended.code, ended.out.as_str()), (Some(78), ""));
    assert!(!folder.path().join("out.geojson").exists());
}

#[test]
fn a_flawed_feature_is_left_out_if_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "roads.wkt",
        "a;LINESTRING (21.4 42, 21.9)\nb;LINESTRING (21.4 42, 21.9 41.6)\nc;LINESTRING (21.4 42)",
    );
    let flags = ["--half-width-m", "800", "--leave-out-flawed"];
    let ended = import(folder.path(), &["roads.wkt"], &flags);
    assert_eq!(
        ended.err,
        "DIR/roads.wkt: WKT: 1 lines, 0 areas, 0 discs, 0 places; 2 left out, 0 warnings\n\
         DIR/roads.wkt: feature 0 (\"a\"), line 1: vertex 1: \"21.9\" is no position: it must be two to \
         four numbers, longitude first (left out)\n\
         DIR/roads.wkt: feature 2 (\"c\"), line 3: a line needs at least 2 vertices, and this one has 1 \
         (left out)\n"
    );
    let collection: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(collection["features"].as_array().unwrap().len(), 1);
}

#[test]
fn zones_of_an_authority_are_watched_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let zones = write(
        folder.path(),
        "zones.json",
        r#"{"features": [{"identifier": "A", "geometry": [{"uomDimensions": "FT", "upperLimit": 400,
            "upperVerticalReference": "AGL", "horizontalProjection":
            {"type": "Circle", "center": [21.6, 41.9], "radius": 5000}}]}]}"#,
    );
    assert!(is_read(&zones));
    let kml = write(folder.path(), "roads.kml", "<kml/>");
    let ended = watch(&kml);
    assert!(
        ended.err.contains(
            "roads.kml: it is KML: make corridors of it with `corridord corridors import`\n"
        ),
        "{ended:?}"
    );
    assert_eq!(ended.code, Some(78));
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "empty.wkt", "# nothing\n");
    let check = |flags: &[&str], code, told: &str| {
        let ended = import(folder.path(), &["empty.wkt"], flags);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.err.contains(told), "{ended:?}");
    };
    check(
        &["--format", "shp"],
        2,
        "it is none of geojson, ed-269, ed-318, gpx, kml, wkt",
    );
    check(
        &["--region", "50,34,12,31"],
        2,
        "it must be four numbers such as 34,50,12,31",
    );
    check(&["--json"], 2, "--output <FILE>");
    check(&["--half-width-m", "wide"], 2, "invalid float literal");
    check(
        &[],
        78,
        "DIR/empty.wkt: there is no corridor and no place in it\n",
    );
}

#[test]
fn what_other_libraries_write_is_read_back_to_the_same_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let drawn = Drawn::by_chance();
    python::run("draw.py", drawn.plan(folder.path()).to_string());
    for file in [
        "drawn.geojson",
        "drawn.gpx",
        "drawn.kml",
        "drawn.kmz",
        "drawn.wkt",
    ] {
        let ended = import(folder.path(), &[file], &["--half-width-m", "800"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let collection: Value = serde_json::from_str(&ended.out).unwrap();
        let areas: &[_] = if file == "drawn.gpx" {
            &[]
        } else {
            &drawn.areas
        };
        let wanted = (drawn.lines.iter().map(|it| json!(it)))
            .chain(areas.iter().map(|it| json!(it)))
            .chain(drawn.places.iter().map(|it| json!(it)));
        let names = ["line", "area", "place"];
        let lengths = [drawn.lines.len(), areas.len(), drawn.places.len()];
        let names = names.iter().zip(lengths);
        let names =
            names.flat_map(|(kind, length)| (0..length).map(move |nth| format!("{kind} {nth}")));
        for (name, wanted) in names.zip(wanted) {
            let features = collection["features"].as_array().unwrap();
            let mut features = features.iter();
            let found = features.find(|feature| feature["properties"]["name"] == name.as_str());
            let found = found.unwrap_or_else(|| panic!("{name} of {file}"));
            assert_near(
                &found["geometry"]["coordinates"],
                &wanted,
                &format!("{name} of {file}"),
            );
        }
        assert_eq!(
            collection["features"].as_array().unwrap().len(),
            lengths.iter().sum::<usize>()
        );
    }
}

#[test]
fn the_outcome_is_sound_for_libraries_that_are_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    python::run(
        "draw.py",
        Drawn::by_chance().plan(folder.path()).to_string(),
    );
    // Rings that run the wrong way are turned round.
    write(
        folder.path(),
        "back.wkt",
        "a;POLYGON ((21 42, 22 43, 22 42, 21 42), (21.8 42.2, 21.9 42.2, 21.9 42.3, 21.8 42.2))",
    );
    write(
        folder.path(),
        "zones.json",
        r#"[{"identifier": "A", "geometry": [{"horizontalProjection":
            {"type": "Circle", "center": [21.6, 41.9], "radius": 5000}}]}]"#,
    );
    let files = [
        "drawn.geojson",
        "drawn.gpx",
        "drawn.kml",
        "drawn.wkt",
        "back.wkt",
        "zones.json",
    ];
    let flags = ["--half-width-m", "800", "-o", "DIR/out.geojson"];
    let ended = import(folder.path(), &files, &flags);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let out = folder.path().join("out.geojson");
    let told = python::run("judge.py", out.to_str().unwrap().to_owned());
    assert_eq!(told, ["182 features judged"]);
    assert!(is_read(&out));
}

/// What a library draws in several formats.
struct Drawn {
    lines: Vec<Vec<[f64; 2]>>,
    areas: Vec<Vec<Vec<[f64; 2]>>>,
    places: Vec<[f64; 2]>,
}

impl Drawn {
    /// Draws the same things each time: numbers with all their digits.
    fn by_chance() -> Self {
        let mut chance = StdRng::seed_from_u64(7);
        let mut place = || {
            [
                chance.random_range(14.0..28.0),
                chance.random_range(36.0..48.0),
            ]
        };
        let lines = (2..22).map(|length| (0..length).map(|_| place()).collect());
        let lines = lines.collect();
        let areas = (0..20).map(|_| {
            let [lon, lat] = place();
            let at = |east: f64, north: f64| [lon + east, lat + north];
            vec![
                vec![
                    at(0.0, 0.0),
                    at(0.3, 0.0),
                    at(0.3, 0.2),
                    at(0.0, 0.2),
                    at(0.0, 0.0),
                ],
                vec![at(0.1, 0.1), at(0.1, 0.15), at(0.2, 0.1), at(0.1, 0.1)],
            ]
        });
        let areas = areas.collect();
        let places = (0..10).map(|_| place()).collect();
        Self {
            lines,
            areas,
            places,
        }
    }

    fn plan(&self, folder: &Path) -> Value {
        json!({"folder": folder, "lines": self.lines, "areas": self.areas, "places": self.places})
    }
}

/// Compares coordinates to a tenth of a millimetre: GPX is written with ten decimals.
#[track_caller]
fn assert_near(found: &Value, wanted: &Value, what: &str) {
    match (found, wanted) {
        (Value::Array(found), Value::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{what}");
            for (found, wanted) in found.iter().zip(wanted) {
                assert_near(found, wanted, what);
            }
        }
        (found, wanted) => {
            let numbers = (found.as_f64(), wanted.as_f64());
            let (Some(found), Some(wanted)) = numbers else {
                panic!("{what}: {found} instead of {wanted}");
            };
            assert!(
                (found - wanted).abs() < 1e-9,
                "{what}: {found} instead of {wanted}"
            );
        }
    }
}

/// Says whether the daemon takes a file as its corridors.
fn is_read(file: &Path) -> bool {
    watch(file).code == Some(0)
}

/// Replays an empty recording over the corridors of a file.
fn watch(file: &Path) -> Ended {
    let recording = file.with_extension("tlog");
    fs::write(&recording, b"").expect("a recording");
    let paths = [&recording, file].map(|path| path.to_str().expect("UTF-8"));
    corridord(&["replay", paths[0], "--corridors", paths[1]], &[])
}

/// Runs the command on files of a folder, which is called `DIR` in what is asked and told.
fn import(folder: &Path, files: &[&str], flags: &[&str]) -> Ended {
    let folder = folder.to_str().expect("UTF-8");
    let mut args = vec!["corridors".to_owned(), "import".to_owned()];
    args.extend(files.iter().map(|file| format!("{folder}/{file}")));
    args.extend(flags.iter().map(|flag| flag.replace("DIR", folder)));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = corridord(&args, &[]);
    Ended {
        code: ended.code,
        out: ended.out.replace(folder, "DIR"),
        err: ended.err.replace(folder, "DIR"),
    }
}
