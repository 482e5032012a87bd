//! `corridord corridors import`: what others publish and draw becomes corridors that the daemon reads.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::command::{Ended, corridord};
use crate::support::daemon::write;

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
    write(
        folder.path(),
        "roads.wkt",
        "LINESTRING (21.4 42, 21.9)\nLINESTRING (42 21.4, 41.6 21.9)",
    );
    let ended = import(
        folder.path(),
        &["latin.wkt", "words.txt", "none.kml", "roads.wkt"],
        &["--half-width-m", "800", "-o", "DIR/out.geojson"],
    );
    assert_eq!(
        ended.err,
        "DIR/latin.wkt: is no UTF-8 text: byte 0 fits no letter\n\
         DIR/words.txt: it is none of GeoJSON, ED-269, ED-318, GPX, KML and WKT: say which with --format\n\
         DIR/none.kml: cannot be read: No such file or directory (os error 2)\n\
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
