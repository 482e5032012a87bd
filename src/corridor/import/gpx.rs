//! GPX 1.0 and 1.1: a route is a corridor, a waypoint a named place, a track a corridor if asked for.
//!
//! Elements and attributes are those of the schemas at topografix.com. Heights and times are left out.

use roxmltree::Node;

use super::draft::{Draft, Geometry, Position, Reading};
use super::fault::{Fault, LeftOut, Vertex, Whereabouts};
use super::json::shortened;
use super::xml::{Xml, child_text, children};

/// Reads a text, its tracks too if `tracks` says so.
pub(super) fn read(text: &str, tracks: bool) -> Reading {
    let xml = match Xml::parse(text, "gpx", "GPX") {
        Ok(xml) => xml,
        Err(fault) => return Reading::refused(fault),
    };
    let mut reading = Reading::default();
    let elements = children(xml.root());
    let features = elements.filter(|(kind, _)| matches!(*kind, "wpt" | "rte" | "trk"));
    for (index, (kind, element)) in features.enumerate() {
        let feature = Whereabouts {
            index,
            name: child_text(element, "name"),
            line: Some(xml.line(element)),
        };
        if kind == "trk" && !tracks {
            reading.leave_out(&feature, LeftOut::Track);
            continue;
        }
        let read = match kind {
            "wpt" => position(element, Vertex::default()).map(Geometry::Point),
            "rte" => route(element).map(Geometry::Lines),
            _ => segments(element, &feature, &mut reading).map(Geometry::Lines),
        };
        match read {
            Ok(Geometry::Lines(lines)) if lines.is_empty() => {
                reading.leave_out(&feature, LeftOut::NoGeometry);
            }
            Ok(geometry) => {
                let mut draft = Draft::new(feature, geometry);
                if let Some(name) = &draft.feature.name {
                    draft
                        .properties
                        .insert("name".to_owned(), name.as_str().into());
                }
                reading.drafts.push(draft);
            }
            Err(fault) => reading.refuse(&feature, fault),
        }
    }
    reading
}

/// Reads the points of a route; one without points has no lines.
fn route(element: Node<'_, '_>) -> Result<Vec<Vec<Position>>, Fault> {
    let route = positions(element, "rtept", None)?;
    Ok(if route.is_empty() {
        Vec::new()
    } else {
        vec![route]
    })
}

/// Reads the segments of a track that have a length; a receiver begins one whenever it has a fix again.
fn segments(
    track: Node<'_, '_>,
    feature: &Whereabouts,
    reading: &mut Reading,
) -> Result<Vec<Vec<Position>>, Fault> {
    let mut segments = Vec::new();
    let elements = children(track).filter(|(kind, _)| *kind == "trkseg");
    for (part, (_, segment)) in elements.enumerate() {
        let segment = positions(segment, "trkpt", Some(part))?;
        if segment.len() < 2 {
            reading.leave_out(feature, LeftOut::ShortSegment(part));
        } else {
            segments.push(segment);
        }
    }
    Ok(segments)
}

fn positions(
    element: Node<'_, '_>,
    kind: &str,
    part: Option<usize>,
) -> Result<Vec<Position>, Fault> {
    let points = children(element).filter(|(found, _)| *found == kind);
    points
        .enumerate()
        .map(|(nth, (_, point))| {
            let hole = None;
            position(point, Vertex { part, hole, nth })
        })
        .collect()
}

fn position(point: Node<'_, '_>, vertex: Vertex) -> Result<Position, Fault> {
    let degrees = |name| {
        let degrees = point.attribute(name)?.trim().parse().ok();
        degrees.filter(|degrees: &f64| degrees.is_finite())
    };
    if let (Some(lon), Some(lat)) = (degrees("lon"), degrees("lat")) {
        return Ok([lon, lat]);
    }
    let shown = |name| {
        let text = point.attribute(name);
        text.map_or_else(
            || format!("no {name}"),
            |text| format!("{name}=\"{}\"", shortened(text)),
        )
    };
    Err(Fault::Position {
        vertex,
        found: format!("{} {}", shown("lat"), shown("lon")),
        wanted: "lat and lon in degrees",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::corridor::import::fixture::{
        check_read, check_refused, check_report, convert, outline, wide,
    };
    use crate::corridor::import::{Format, Given};

    const TRACK: &str = "<gpx><trk><name>Monday</name><trkseg/>\
        <trkseg><trkpt lat='42.25' lon='21.5'/><trkpt lat='41.5' lon='21.75'><ele>3</ele></trkpt></trkseg>\
        <trkseg><trkpt lat='41' lon='22'/></trkseg></trk></gpx>";

    #[test]
    fn routes_are_corridors_and_waypoints_places() {
        check_read(
            Format::Gpx,
            r#"<?xml version="1.0"?>
            <gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">
              <metadata><name>all</name></metadata>
              <wpt lat="41.5" lon="21.75"><ele>160</ele><name>Veles</name></wpt>
              <rte><name>Ring road</name><rtept lat="42.25" lon="21.5"><name>start</name></rtept>
                <rtept lat=" 41.5 " lon="21.75"/></rte>
              <rte><rtept lat="42.25" lon="21.5"/><rtept lat="41.5" lon="21.75"/></rte>
            </gpx>"#,
            &[
                "Veles: Point [21.75,41.5]",
                "ring-road: LineString [[21.5,42.25],[21.75,41.5]]",
                "roads-2: LineString [[21.5,42.25],[21.75,41.5]]",
            ],
        );
    }

    #[test]
    fn a_track_is_a_corridor_only_if_asked_for() {
        check_report(
            Format::Gpx,
            TRACK,
            &["feature 0 (\"Monday\"), line 1: a track: read with --tracks"],
            &[],
        );
        let given = Given {
            tracks: true,
            ..wide()
        };
        let (collection, report) = convert(Format::Gpx, given, TRACK).unwrap();
        assert_eq!(
            outline(&collection),
            ["monday: LineString [[21.5,42.25],[21.75,41.5]]"]
        );
        assert_eq!(
            collection["features"][0]["properties"]["id"],
            Value::from("monday")
        );
        assert_eq!(
            report.files[0].left_out,
            [
                "feature 0 (\"Monday\"), line 1: segment 0 has less than two points",
                "feature 0 (\"Monday\"), line 1: segment 2 has less than two points",
            ]
        );
    }

    #[test]
    fn what_makes_no_corridor_is_left_out_and_said() {
        check_report(
            Format::Gpx,
            "<gpx>\n<wpt lat='41.5' lon='21.75'/><rte><name>none</name></rte></gpx>",
            &[
                "feature 1 (\"none\"), line 2: it has no geometry",
                "feature 0, line 2: a point without a name, which is no place, and without a radius, which \
                 is no area",
            ],
            &[],
        );
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        for (text, fault) in [
            (
                "<gpx",
                "line 1, column 1: the document does not have a root node",
            ),
            ("<kml/>", "not GPX: its root is kml"),
            (
                "<!DOCTYPE gpx><gpx/>",
                "line 1, column 1: a document type is refused: what it declares could make the text grow \
                 without end",
            ),
            (
                "<gpx>\n<rte><name>a</name><rtept lat='42' lon='21.5'/><rtept lat='x'/></rte></gpx>",
                "feature 0 (\"a\"), line 2: vertex 1: lat=\"x\" no lon is no position: it must be lat and \
                 lon in degrees",
            ),
            (
                "<gpx><rte><rtept lat='42' lon='21.5'/></rte></gpx>",
                "feature 0, line 1: a line needs at least 2 vertices, and this one has 1",
            ),
            (
                "<gpx><rte><rtept lat='42' lon='21.5'/><rtept lat='95' lon='22'/></rte></gpx>",
                "feature 0, line 1: vertex 1: latitude 95 is outside -90 to 90",
            ),
            (
                "<gpx><rte><rtept lat='21.5' lon='42'/><rtept lat='22' lon='41'/></rte></gpx>",
                "feature 0, line 1: vertex 0: longitude 42 and latitude 21.5 lie outside the region, and \
                 inside it with the axes swapped",
            ),
            (
                "<gpx><wpt lat='inf' lon='42'><name>a</name></wpt></gpx>",
                "feature 0 (\"a\"), line 1: vertex 0: lat=\"inf\" lon=\"42\" is no position: it must be lat \
                 and lon in degrees",
            ),
        ] {
            check_refused(Format::Gpx, text, &[fault]);
        }
    }
}
