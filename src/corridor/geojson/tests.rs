//! Files, and what is said about them.

use super::*;
use crate::corridor::{Class, Fault, PostDirection, Posts, Region, Shape};

#[test]
fn a_line_an_area_and_a_place_are_read() {
    let file = read(
        r#"{"type": "FeatureCollection", "attribution": "ours", "features": [
            {"type": "Feature", "properties": {
                "id": "strip", "name": "The strip", "ref": "E 75", "country": "MK", "countries": ["MK", "GR"], "tags": ["patrol"],
                "section": "one", "from": "Here", "to": "There", "km_start": 12.5,
                "half_width_m": 250, "source": "a map", "certainty": "50 m", "colour": ["red"]},
             "geometry": {"type": "LineString", "coordinates": [[22.0, 41.0, 300], [22.1, 41.1]]}},
            {"type": "Feature", "properties": {"id": "yard", "class": "crossing", "name": null},
             "geometry": {"type": "Polygon", "coordinates": [
                [[22.0, 41.0], [22.1, 41.0], [22.1, 41.1], [22.0, 41.0]],
                [[22.06, 41.02], [22.08, 41.02], [22.08, 41.04], [22.06, 41.02]]]}},
            {"type": "Feature", "properties": {"class": "place", "name": "Veles"},
             "geometry": {"type": "Point", "coordinates": [21.77, 41.72]}}
        ]}"#,
        &Region::default(),
    )
    .unwrap();
    assert_eq!(file.warnings, Vec::new());
    let [strip, yard] = file.corridors.as_slice() else {
        panic!("{} corridors instead of 2", file.corridors.len());
    };
    assert_eq!(strip.id.as_str(), "strip");
    assert_eq!(strip.reference.as_deref(), Some("E 75"));
    assert_eq!(strip.class, Class::Corridor);
    assert_eq!(strip.countries, ["MK", "GR"]);
    assert_eq!(strip.tags, ["patrol"]);
    assert_eq!(strip.posts, Posts::from(12.5, PostDirection::Up));
    assert_eq!(strip.source.as_deref(), Some("a map"));
    assert_eq!(strip.certainty.as_deref(), Some("50 m"));
    assert!(matches!(&strip.shape, Shape::Line(line) if line.vertices().len() == 2));
    assert_eq!((yard.name.as_str(), yard.class), ("yard", Class::Crossing));
    assert!(matches!(&yard.shape, Shape::Area(area) if area.polygons().flatten().count() == 2));
    assert_eq!(file.places[0].name, "Veles");
}

#[test]
fn text_that_is_no_feature_collection_is_refused() {
    check_file("", &["line 1, column 0: EOF while parsing a value"]);
    check_file(
        "{\n  \"type\": oops",
        &["line 2, column 11: expected value"],
    );
    check_file("[]", &["not a GeoJSON FeatureCollection: it is no object"]);
    check_file("{}", &["not a GeoJSON FeatureCollection: it has no type"]);
    check_file(
        r#"{"type": "Feature"}"#,
        &["not a GeoJSON FeatureCollection: its type is \"Feature\""],
    );
    check_file(
        r#"{"type": "FeatureCollection"}"#,
        &["not a GeoJSON FeatureCollection: it has no list of features"],
    );
    check_file(
        r#"{"type": "FeatureCollection", "features": [7]}"#,
        &["feature 0: not a GeoJSON Feature: it has no type"],
    );
}

#[test]
fn a_line_that_cannot_be_watched_says_why() {
    const GOOD: &str = "[[22.0, 41.0], [22.1, 41.1]]";
    check_line(
        r#""half_width_m": 9"#,
        GOOD,
        &["feature 0: the property id is missing"],
    );
    check_line(
        r#""id": "", "half_width_m": 9"#,
        GOOD,
        &["feature 0: the property id is empty"],
    );
    check_line(
        r#""id": 5, "half_width_m": 9"#,
        GOOD,
        &[
            "feature 0: id is 5: it must be a text",
            "feature 0: the property id is missing",
        ],
    );
    check_line(
        r#""id": "a", "name": [1], "half_width_m": 9"#,
        GOOD,
        &[r#"feature 0 (id "a"): name is [1]: it must be a text"#],
    );
    check_line(
        r#""id": "a", "countries": ["MK", 5], "half_width_m": 9"#,
        GOOD,
        &[r#"feature 0 (id "a"): countries is ["MK",5]: it must be a list of texts"#],
    );
    check_line(
        r#""id": "a", "class": "corridr", "half_width_m": 9"#,
        GOOD,
        &[r#"feature 0 (id "a"): class is "corridr": a LineString has corridor, crossing or zone"#],
    );
    check_line(
        r#""id": "a""#,
        GOOD,
        &[r#"feature 0 (id "a"): half_width_m is missing: a LineString needs it"#],
    );
    check_line(
        r#""id": "a", "half_width_m": 0"#,
        GOOD,
        &[r#"feature 0 (id "a"): half_width_m is 0: it must be more than 0"#],
    );
    check_line(
        r#""id": "a", "half_width_m": -2.5"#,
        GOOD,
        &[r#"feature 0 (id "a"): half_width_m is -2.5: it must be more than 0"#],
    );
    check_line(
        r#""id": "a", "half_width_m": 200000"#,
        GOOD,
        &[r#"feature 0 (id "a"): half_width_m is 200000: it must be at most 100000"#],
    );
    check_line(
        r#""id": "a", "half_width_m": "wide""#,
        GOOD,
        &[
            r#"feature 0 (id "a"): half_width_m is "wide": it must be a number, or a list of one for each vertex"#,
        ],
    );
}

#[test]
fn coordinates_that_make_no_line_say_where() {
    check_vertices(
        "null",
        &["coordinates are null: they must be a list of positions"],
    );
    check_vertices(
        "[]",
        &["a line needs at least 2 vertices, and this one has 0"],
    );
    check_vertices(
        "[[22, 41]]",
        &["a line needs at least 2 vertices, and this one has 1"],
    );
    check_vertices(
        "[[22, 41], [22, 41]]",
        &["the line has no length: all its vertices are the same place"],
    );
    check_vertices(
        "[[22, 41], [22], null]",
        &[
            "vertex 1: [22] is no position: GeoJSON order is [longitude, latitude]",
            "vertex 2: null is no position: GeoJSON order is [longitude, latitude]",
        ],
    );
    check_vertices(
        "[[22, 91], [181, 41]]",
        &[
            "vertex 0: latitude 91 is outside -90 to 90",
            "vertex 1: longitude 181 is outside -180 to 180",
        ],
    );
    check_vertices(
        "[[22, 79], [22, 81]]",
        &["vertex 1: latitude 81 is beyond 80: corridors near the poles cannot be measured"],
    );
    check_vertices(
        "[[170, 10], [-170, 10]]",
        &[
            "vertex 1: the edge from the vertex before it spans more than 180 degrees of longitude: \
           corridors do not cross the antimeridian",
        ],
    );
}

#[test]
fn coordinates_of_another_geometry_are_told_once() {
    check_vertices(
        "[22, 41]",
        &["coordinates are [22,41]: they must be a list of positions"],
    );
    check_vertices(
        "[[[22, 41], [22.5, 41]]]",
        &["vertex 0: [[22,41],[22.5,41]] is no position: GeoJSON order is [longitude, latitude]"],
    );
    check_rings(
        "[[22, 41], [23, 41], [22, 42], [22, 41]]",
        &[
            "coordinates are [[22,41],[23,41],[22,42],[22,41]]: they must be a list of rings, the exterior ring first",
        ],
    );
    check_vertices(
        "[[22, 41], [22.5, 41, null], \"here\", [[1], 22.25]]",
        &[
            "vertex 1: [22.5,41,null] is no position: GeoJSON order is [longitude, latitude]",
            "vertex 2: \"here\" is no position: GeoJSON order is [longitude, latitude]",
            "vertex 3: [[1],22.25] is no position: GeoJSON order is [longitude, latitude]",
        ],
    );
}

#[test]
fn members_are_read_in_any_order() {
    let strip = r#"{"geometry": {"bbox": [1, 2], "coordinates": [[22, 41], [22.1, 41]], "type": "LineString"},
        "properties": {"half_width_m": 9, "id": "a"}, "type": "Feature"}"#;
    let text = format!(r#"{{"features": [{strip}], "name": {{}}, "type": "FeatureCollection"}}"#);
    let file = read(&text, &Region::default());
    assert_eq!(file.unwrap().corridors[0].id.as_str(), "a");
    check_file(
        &format!(r#"{{"features": [{strip}], "type": "Topology"}}"#),
        &["not a GeoJSON FeatureCollection: its type is \"Topology\""],
    );
    check_file(
        &format!(r#"{{"type": "FeatureCollection", "features": [{strip}], }}"#),
        &["line 2, column 76: trailing comma"],
    );
}

#[test]
fn swapped_axes_are_told_once_a_line() {
    check_vertices(
        "[[41.99, 21.43], [41.1, 22.5]]",
        &[
            "vertex 0: [41.99, 21.43] lies outside the region, and inside it with the axes \
           swapped: GeoJSON order is [longitude, latitude]",
        ],
    );
}

#[test]
fn rings_that_enclose_nothing_sound_say_where() {
    check_rings(
        "[]",
        &["coordinates are []: they must be a list of rings, the exterior ring first"],
    );
    check_rings(
        "[[[22, 41], [23, 41], [22, 42]]]",
        &[
            "the exterior ring needs at least 4 positions, and has 3",
            "the exterior ring is not closed: its last position must be its first",
        ],
    );
    check_rings(
        "[[[22, 41], [22.2, 41], [22, 41.2], [22.2, 41.2], [22, 41]]]",
        &["the exterior ring crosses itself: edges 1 and 3 meet near 41.100000 N 22.100000 E"],
    );
    check_rings(
        "[[[22, 41], [22.2, 41], [22, 41], [22, 41]]]",
        &["the exterior ring crosses itself: edges 0 and 1 meet near 41.000000 N 22.200000 E"],
    );
    let outer = "[[22, 41], [23, 41], [23, 42], [22, 42], [22, 41]]";
    check_rings(
        &format!("[{outer}, [[22.5, 41.5], [22.6, 95], [22.5, 41.6], [22.5, 41.5]]]"),
        &["hole 0, vertex 1: latitude 95 is outside -90 to 90"],
    );
    check_rings(
        &format!("[{outer}, [[24.5, 41.5], [24.6, 41.5], [24.5, 41.6], [24.5, 41.5]]]"),
        &["hole 0 does not lie inside the exterior ring"],
    );
    check_rings(
        &format!(
            "[{outer}, [[22.5, 41.5], [22.7, 41.5], [22.5, 41.7], [22.5, 41.5]], \
             [[22.55, 41.52], [22.6, 41.52], [22.55, 41.56], [22.55, 41.52]]]"
        ),
        &["interior ring at index 0 and interior ring at index 1 intersect on an area"],
    );
}

#[test]
fn a_position_repeated_within_a_ring_does_no_harm() {
    check_rings(
        "[[[22, 41], [22.2, 41], [22.2, 41], [22, 41.2], [22, 41], [22, 41]]]",
        &[],
    );
}

#[test]
fn a_point_is_a_place_with_a_name() {
    let check = |properties: &str, flaws: &[&str]| {
        check_feature(properties, "Point", "[22.0, 41.0]", flaws);
    };
    check(r#""class": "place", "name": "Veles""#, &[]);
    check(
        r#""class": "place""#,
        &["feature 0: the property name is missing: a place needs one"],
    );
    check(
        r#""name": "Veles""#,
        &["feature 0: a Point must have the class \"place\", or a radius_m to be a corridor"],
    );
    check(
        r#""class": "zone", "id": "a""#,
        &[r#"feature 0 (id "a"): radius_m is missing: a Point that is a corridor needs it"#],
    );
}

#[test]
fn a_disc_has_a_radius_and_is_a_zone_or_a_crossing() {
    let check = |properties: &str, flaws: &[&str]| {
        check_feature(
            &format!(r#""id": "a", {properties}"#),
            "Point",
            "[22.0, 41.0]",
            flaws,
        );
    };
    check(r#""radius_m": 500"#, &[]);
    check(r#""radius_m": 500, "class": "crossing""#, &[]);
    check(
        r#""radius_m": -1"#,
        &[r#"feature 0 (id "a"): radius_m is -1: it must be more than 0"#],
    );
    check(
        r#""radius_m": 1e6"#,
        &[r#"feature 0 (id "a"): radius_m is 1000000: it must be at most 100000"#],
    );
    check(
        r#""radius_m": "wide""#,
        &[r#"feature 0 (id "a"): radius_m is "wide": it must be a number"#],
    );
    let disc = feature(r#""id": "a", "radius_m": 500"#, "Point", "[22.0, 41.0]");
    let file = read(&collection(&[disc]), &Region::default());
    let corridor = &file.unwrap().corridors[0];
    assert_eq!(corridor.class, Class::Zone);
    assert!(matches!(&corridor.shape, Shape::Disc(disc) if disc.radius().get() > 499.0));
}

#[test]
fn a_line_of_several_parts_is_read_with_a_width_for_each_vertex() {
    let parts = "[[[22, 41], [22.1, 41]], [[22.2, 41], [22.3, 41], [22.4, 41]]]";
    let read = |widths: &str| {
        let properties = format!(r#""id": "a", "half_width_m": {widths}"#);
        let line = feature(&properties, "MultiLineString", parts);
        read(&collection(&[line]), &Region::default())
    };
    for (widths, last_m) in [("250", 250.0), ("[[1, 2], [3, 4, 5]]", 5.0)] {
        let file = read(widths).unwrap();
        let segments: Vec<_> = file.corridors[0].shape.segments().collect();
        assert_eq!(segments.len(), 3);
        assert!((segments[2].end_half_width_m - last_m).abs() < 1e-9);
    }
    let check = |widths: &str, faults: &[&str]| {
        let properties = format!(r#""id": "a", "half_width_m": {widths}"#);
        check_faults(&properties, "MultiLineString", parts, faults);
    };
    check(
        "[[1, 2], [3, -4, 5]]",
        &["part 1: vertex 1: half_width_m is -4: it must be more than 0"],
    );
    check(
        "[[1, 2], [3, 0, 5]]",
        &["part 1: vertex 1: half_width_m is 0: it must be more than 0"],
    );
    check(
        "[[1, 2], [3, 4]]",
        &["part 1: half_width_m has 2 numbers for 3 vertices: each needs one"],
    );
    check(
        "[1, 2]",
        &[
            "half_width_m is [1,2]: it must be a number, or for each part a list of one for each vertex",
        ],
    );
}

#[test]
fn a_line_has_one_half_width_or_one_for_each_vertex() {
    let check = |widths: &str, faults: &[&str]| {
        let properties = format!(r#""id": "a", "half_width_m": {widths}"#);
        check_faults(&properties, "LineString", "[[22, 41], [22.1, 41]]", faults);
    };
    check("[100, 200]", &[]);
    check(
        "[100]",
        &["half_width_m has 1 number for 2 vertices: each needs one"],
    );
    check(
        "[100, -1]",
        &["vertex 1: half_width_m is -1: it must be more than 0"],
    );
    check(
        "[[100, 200]]",
        &["half_width_m is [[100,200]]: it must be a number, or a list of one for each vertex"],
    );
}

#[test]
fn a_fault_names_the_part_or_the_polygon_that_has_it() {
    let check = |geometry: &str, coordinates: &str, faults: &[&str]| {
        let properties = r#""id": "a", "half_width_m": 9"#;
        check_faults(properties, geometry, coordinates, faults);
    };
    check(
        "MultiLineString",
        "[[[22, 41], [22.1, 41]], [[22, 41], [22, 91]]]",
        &["part 1: vertex 1: latitude 91 is outside -90 to 90"],
    );
    check(
        "MultiLineString",
        "[[[22, 41], [22.1, 41]], [[170, 10], [-170, 10]]]",
        &[
            "part 1: vertex 1: the edge from the vertex before it spans more than 180 degrees of \
             longitude: corridors do not cross the antimeridian",
        ],
    );
    check(
        "MultiLineString",
        "[]",
        &["coordinates are []: they must be a list of lines, each a list of positions"],
    );
    let square = "[[22, 41], [23, 41], [23, 42], [22, 42], [22, 41]]";
    check("MultiPolygon", &format!("[[{square}]]"), &[]);
    check(
        "MultiPolygon",
        &format!(
            "[[{square}], [{square}, [[22.5, 41.5], [22.6, 95], [22.5, 41.6], [22.5, 41.5]]]]"
        ),
        &["polygon 1: hole 0, vertex 1: latitude 95 is outside -90 to 90"],
    );
    check(
        "MultiPolygon",
        &format!("[[{square}], [{square}]]"),
        &["polygons 0 and 1 overlap: they must be one"],
    );
}

#[test]
fn a_geometry_that_means_no_corridor_is_named() {
    check_feature(
        r#""id": "a""#,
        "GeometryCollection",
        "[]",
        &[
            r#"feature 0 (id "a"): geometry is "GeometryCollection": only Point, LineString, MultiLineString, Polygon and MultiPolygon are read"#,
        ],
    );
    check_file(
        r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": 7}]}"#,
        &[
            "feature 0: properties is 7: it must be an object",
            "feature 0: geometry is null: only Point, LineString, MultiLineString, Polygon and MultiPolygon are read",
        ],
    );
    check_file(
        r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"coordinates": []}}]}"#,
        &[
            "feature 0: geometry is an object without a type: only Point, LineString, \
             MultiLineString, Polygon and MultiPolygon are read",
        ],
    );
}

#[test]
fn all_flaws_of_all_features_are_told_at_once() {
    let strip = |id: &str, width: &str, vertices: &str| {
        feature(
            &format!(r#""id": "{id}", "half_width_m": {width}"#),
            "LineString",
            vertices,
        )
    };
    let good = "[[22, 41], [22.1, 41]]";
    check_file(
        &collection(&[
            strip("a", "5", good),
            strip("b", "-1", "[[22, 41]]"),
            strip("a", "5", good),
        ]),
        &[
            r#"feature 1 (id "b"): half_width_m is -1: it must be more than 0"#,
            r#"feature 1 (id "b"): a line needs at least 2 vertices, and this one has 1"#,
            r#"feature 2 (id "a"): the id is taken by feature 0"#,
        ],
    );
}

#[test]
fn posts_start_where_the_road_says_and_may_run_down() {
    let check = |properties: &str, ends: [f64; 2], warnings: &[&str]| {
        let properties = format!(r#""id": "a", "half_width_m": 9, {properties}"#);
        let line = feature(&properties, "LineString", "[[22.0, 41.0], [22.0, 41.09]]");
        let file = read(&collection(&[line]), &Region::default()).unwrap();
        let Shape::Line(line) = &file.corridors[0].shape else {
            panic!("a line");
        };
        for (along_m, km) in [0.0, line.length_m()].into_iter().zip(ends) {
            let found = file.corridors[0].posts.km_at(along_m);
            assert!((found - km).abs() < 0.01, "{properties}: {found}");
        }
        let found: Vec<String> = file.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(found, warnings, "{properties}");
    };
    check(r#""km_start": null"#, [0.0, 9.995], &[]);
    check(r#""km_start": 30"#, [30.0, 39.995], &[]);
    check(
        r#""km_start": 30, "km_direction": "down""#,
        [30.0, 20.005],
        &[],
    );
    check(r#""km_start": 30, "km_end": 41.5"#, [30.0, 41.5], &[]);
    check(
        r#""km_start": 41.5, "km_end": 30, "km_direction": "down""#,
        [41.5, 30.0],
        &[],
    );
    check(
        r#""km_start": 30, "km_end": 43"#,
        [30.0, 43.0],
        &[
            "feature 0 (id \"a\"): km_start and km_end are 13.0 km apart, and the line is 10.0 km \
           long: accepted, its posts are spread evenly",
        ],
    );
    check(
        r#""km_start": 5, "km_direction": "down""#,
        [5.0, -4.995],
        &["feature 0 (id \"a\"): its posts run down to km -5.0: accepted as they stand"],
    );
}

#[test]
fn posts_that_contradict_each_other_are_refused() {
    let check = |properties: &str, fault: &str| {
        let properties = format!(r#""id": "a", "half_width_m": 9, {properties}"#);
        let line = "[[22.0, 41.0], [22.0, 41.09]]";
        check_faults(&properties, "LineString", line, &[fault]);
    };
    check(
        r#""km_direction": "north""#,
        "km_direction is \"north\": it must be up or down",
    );
    check(
        r#""km_start": 30, "km_end": 30"#,
        "km_end is 30, and so is km_start: the posts of a line differ at its ends",
    );
    check(
        r#""km_start": 30, "km_end": 41, "km_direction": "down""#,
        "km_direction is not the way from km_start 30 to km_end 41",
    );
    check(
        r#""km_end": "far""#,
        "km_end is \"far\": it must be a number",
    );
}

#[test]
fn a_feature_elsewhere_on_earth_is_read_with_a_warning() {
    let far = feature(
        r#""id": "zurich", "half_width_m": 50"#,
        "LineString",
        "[[8.5, 47.4], [8.6, 47.4]]",
    );
    let file = read(&collection(&[far]), &Region::default()).unwrap();
    assert_eq!(file.corridors.len(), 1);
    assert_eq!(
        file.warnings[0].to_string(),
        "feature 0 (id \"zurich\"): lies outside the region (latitude 34 to 50, longitude 12 to \
         31): accepted as it stands"
    );
}

#[test]
fn a_wider_region_is_the_one_that_counts() {
    let alps = Region {
        west: 5.0,
        ..Region::default()
    };
    let far = feature(
        r#""id": "zurich", "half_width_m": 50"#,
        "LineString",
        "[[8.5, 47.4], [8.6, 47.4]]",
    );
    assert_eq!(
        read(&collection(&[far]), &alps).unwrap().warnings,
        Vec::new()
    );
    let swapped = feature(
        r#""id": "zurich", "half_width_m": 50"#,
        "LineString",
        "[[47.4, 8.5], [47.4, 8.6]]",
    );
    let text = collection(&[swapped]);
    assert!(read(&text, &Region::default()).is_ok(), "a far place");
    let flaws = read(&text, &alps).unwrap_err();
    assert!(matches!(flaws[0].fault, Fault::Swapped { .. }), "{flaws:?}");
}

fn check_line(properties: &str, coordinates: &str, flaws: &[&str]) {
    check_feature(properties, "LineString", coordinates, flaws);
}

fn check_vertices(coordinates: &str, faults: &[&str]) {
    check_faults(
        r#""id": "a", "half_width_m": 9"#,
        "LineString",
        coordinates,
        faults,
    );
}

fn check_rings(coordinates: &str, faults: &[&str]) {
    check_faults(r#""id": "a""#, "Polygon", coordinates, faults);
}

fn check_faults(properties: &str, geometry: &str, coordinates: &str, faults: &[&str]) {
    let flaws: Vec<String> = faults
        .iter()
        .map(|fault| format!("feature 0 (id \"a\"): {fault}"))
        .collect();
    let flaws: Vec<&str> = flaws.iter().map(String::as_str).collect();
    check_feature(properties, geometry, coordinates, &flaws);
}

fn check_feature(properties: &str, geometry: &str, coordinates: &str, flaws: &[&str]) {
    check_file(
        &collection(&[feature(properties, geometry, coordinates)]),
        flaws,
    );
}

fn check_file(text: &str, flaws: &[&str]) {
    let found: Vec<String> = match read(text, &Region::default()) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(found, flaws, "{text}");
}

fn feature(properties: &str, geometry: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{{properties}}},
            "geometry": {{"type": "{geometry}", "coordinates": {coordinates}}}}}"#
    )
}

fn collection(features: &[String]) -> String {
    format!(
        r#"{{"type": "FeatureCollection", "features": [{}]}}"#,
        features.join(", ")
    )
}
