//! KML: placemarks of Google Earth and whatever else writes them (OGC 12-007r2).
//!
//! A `LineString` is a corridor, a Polygon an area, a Point a place. What `ExtendedData` calls like
//! one of our properties is taken for it. Heights are left out.

use std::collections::VecDeque;

use roxmltree::Node;
use serde_json::Map;

use super::draft::{Draft, Geometry, Position, Reading};
use super::fault::{Fault, LeftOut, Note, Vertex, Whereabouts};
use super::json::shortened;
use super::properties;
use super::xml::{Xml, child, child_text, children, text};

/// What a position must be.
const WANTED: &str = "longitude,latitude or longitude,latitude,height without blanks in between";

/// What is shown in Google Earth, and makes no corridor.
const LEFT_OUT: [&str; 5] = [
    "GroundOverlay",
    "NetworkLink",
    "PhotoOverlay",
    "ScreenOverlay",
    "Tour",
];

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let xml = match Xml::parse(text, "kml", "KML") {
        Ok(xml) => xml,
        Err(fault) => return Reading::refused(fault),
    };
    let mut reading = Reading::default();
    let mut index = 0;
    for node in xml.root().descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        if name != "Placemark" && !LEFT_OUT.contains(&name) {
            continue;
        }
        let feature = Whereabouts {
            index,
            name: child_text(node, "name"),
            line: Some(xml.line(node)),
        };
        index += 1;
        if name == "Placemark" {
            read_placemark(node, &feature, &mut reading);
        } else {
            reading.leave_out(&feature, LeftOut::Kind(name.to_owned()));
        }
    }
    reading
}

fn read_placemark(placemark: Node<'_, '_>, feature: &Whereabouts, reading: &mut Reading) {
    let mut properties = Map::new();
    let mut faults = Vec::new();
    for (name, value) in extended_data(placemark) {
        if let Err(fault) = properties::insert(&mut properties, name, &value) {
            faults.push(fault);
        }
    }
    if let Some(name) = &feature.name {
        properties.insert("name".to_owned(), name.as_str().into());
    }
    let own_id = properties.remove("id");
    let own_id = own_id.and_then(|id| id.as_str().map(str::to_owned));
    // What writes KML gives elements new ids each time; a name stays.
    let id = own_id.or_else(|| match feature.name {
        Some(_) => None,
        None => placemark.attribute("id").map(str::to_owned),
    });
    let found = Found::in_element(placemark, &mut faults);
    for kind in &found.left_out {
        reading.leave_out(feature, LeftOut::Kind(kind.clone()));
    }
    if !faults.is_empty() {
        for fault in faults {
            reading.refuse(feature, fault);
        }
        return;
    }
    if let Some(shown) = shown_at(placemark) {
        reading.note(feature, Note::ShownAt(shown));
    }
    let is_explained = !found.left_out.is_empty();
    let geometries = found.geometries();
    if geometries.is_empty() && !is_explained {
        reading.leave_out(feature, LeftOut::NoGeometry);
    }
    let is_one = geometries.len() == 1;
    for (nth, geometry) in geometries.into_iter().enumerate() {
        reading.drafts.push(Draft {
            feature: feature.clone(),
            id: id.clone(),
            part: (!is_one).then_some(nth + 1),
            properties: properties.clone(),
            geometry,
        });
    }
}

/// Says when a placemark is shown, if it or a folder around it tells: `TimeSpan (2026-01-01 to ?)`.
fn shown_at(placemark: Node<'_, '_>) -> Option<String> {
    placemark.ancestors().find_map(|node| {
        if let Some(span) = child(node, "TimeSpan") {
            let end = |name| child_text(span, name).unwrap_or_else(|| "?".to_owned());
            return Some(format!("TimeSpan ({} to {})", end("begin"), end("end")));
        }
        let when = child_text(child(node, "TimeStamp")?, "when");
        Some(format!("TimeStamp ({})", when.as_deref().unwrap_or("?")))
    })
}

/// Returns what a placemark says beyond KML, by name.
fn extended_data<'n>(placemark: Node<'n, '_>) -> Vec<(&'n str, String)> {
    let Some(extended) = child(placemark, "ExtendedData") else {
        return Vec::new();
    };
    let named = extended.descendants().filter_map(|node| {
        let value = match node.tag_name().name() {
            "Data" => child_text(node, "value"),
            "SimpleData" => text(node),
            _ => None,
        };
        Some((node.attribute("name")?, value?))
    });
    named.collect()
}

/// The geometries of a placemark, by kind.
#[derive(Default)]
struct Found {
    points: Vec<Position>,
    lines: Vec<Vec<Position>>,
    areas: Vec<Vec<Vec<Position>>>,
    left_out: Vec<String>,
}

impl Found {
    fn in_element(placemark: Node<'_, '_>, faults: &mut Vec<Fault>) -> Self {
        let mut found = Self::default();
        let mut waiting = VecDeque::from([placemark]);
        while let Some(parent) = waiting.pop_front() {
            for (name, element) in children(parent) {
                match name {
                    "MultiGeometry" => waiting.push_back(element),
                    "Point" | "LineString" | "LinearRing" | "Polygon" => {
                        if let Err(fault) = found.take(name, element) {
                            faults.push(fault);
                        }
                    }
                    "Model" | "MultiTrack" | "Track" => found.left_out.push(name.to_owned()),
                    _ => {}
                }
            }
        }
        found
    }

    fn take(&mut self, name: &str, element: Node<'_, '_>) -> Result<(), Fault> {
        match name {
            "Point" => {
                let point = positions(element, Vertex::default())?;
                let [point] = point.as_slice() else {
                    return Err(Fault::Property {
                        property: "Point".to_owned(),
                        found: format!("{} positions", point.len()),
                        wanted: "one position",
                    });
                };
                self.points.push(*point);
            }
            "Polygon" => {
                let vertex = Vertex {
                    part: (!self.areas.is_empty()).then_some(self.areas.len()),
                    ..Vertex::default()
                };
                self.areas.push(rings(element, vertex)?);
            }
            _ => {
                let vertex = Vertex {
                    part: (!self.lines.is_empty()).then_some(self.lines.len()),
                    ..Vertex::default()
                };
                self.lines.push(positions(element, vertex)?);
            }
        }
        Ok(())
    }

    fn geometries(self) -> Vec<Geometry> {
        let mut geometries = Vec::new();
        if !self.lines.is_empty() {
            geometries.push(Geometry::Lines(self.lines));
        }
        if !self.areas.is_empty() {
            geometries.push(Geometry::Areas(self.areas));
        }
        geometries.extend(self.points.into_iter().map(Geometry::Point));
        geometries
    }
}

/// Reads the rings of a Polygon, the outer one first wherever it stands.
fn rings(polygon: Node<'_, '_>, of: Vertex) -> Result<Vec<Vec<Position>>, Fault> {
    let boundary = |wanted: &'static str| {
        let boundaries = children(polygon).filter(move |(name, _)| *name == wanted);
        boundaries.flat_map(|(_, boundary)| children(boundary))
    };
    let outer = boundary("outerBoundaryIs");
    let inner = boundary("innerBoundaryIs");
    let mut rings = Vec::new();
    for (nth, (_, ring)) in outer.chain(inner).enumerate() {
        let hole = nth.checked_sub(1);
        rings.push(positions(ring, Vertex { hole, ..of })?);
    }
    Ok(rings)
}

/// Reads the `coordinates` of an element: positions with blanks in between.
fn positions(element: Node<'_, '_>, of: Vertex) -> Result<Vec<Position>, Fault> {
    let coordinates = child_text(element, "coordinates").unwrap_or_default();
    let positions = coordinates.split_whitespace().enumerate();
    positions
        .map(|(nth, text)| {
            position(text).ok_or_else(|| Fault::Position {
                vertex: Vertex { nth, ..of },
                found: format!("\"{}\"", shortened(text)),
                wanted: WANTED,
            })
        })
        .collect()
}

fn position(text: &str) -> Option<Position> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|number| {
            number
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
        })
        .collect();
    match numbers?.as_slice() {
        [lon, lat] | [lon, lat, _] => Some([*lon, *lat]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::corridor::import::Format;
    use crate::corridor::import::fixture::{
        check_read, check_refused, check_report, convert, wide,
    };

    #[test]
    fn placemarks_are_read_wherever_they_stand() {
        check_read(
            Format::Kml,
            r#"<?xml version="1.0" encoding="UTF-8"?>
            <kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>all</name>
              <Placemark id="p7"><name>Ring road</name><LineString><tessellate>1</tessellate>
                <coordinates> 21.5,42.25,300
                  21.75,41.5 </coordinates></LineString></Placemark>
              <Folder><Folder><Placemark><name><![CDATA[Ring & yard]]></name><Polygon>
                <innerBoundaryIs><LinearRing><coordinates>21.8,42.2 21.9,42.2 21.9,42.3 21.8,42.2
                  </coordinates></LinearRing></innerBoundaryIs>
                <outerBoundaryIs><LinearRing><coordinates>21,42 22,42 22,43 21,42</coordinates>
                  </LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Folder>
              <Placemark><name>Veles</name><Point><coordinates>21.75,41.5,0</coordinates></Point></Placemark>
            </Document></kml>"#,
            &[
                "ring-road: LineString [[21.5,42.25],[21.75,41.5]]",
                "ring-yard: Polygon [[[21.0,42.0],[22.0,42.0],[22.0,43.0],[21.0,42.0]],\
                 [[21.8,42.2],[21.9,42.3],[21.9,42.2],[21.8,42.2]]]",
                "Veles: Point [21.75,41.5]",
            ],
        );
        check_read(
            Format::Kml,
            r#"<k:kml xmlns:k="http://earth.google.com/kml/2.1"><k:Placemark><k:MultiGeometry>
                <k:Point><k:coordinates>21.75,41.5</k:coordinates></k:Point>
                <k:MultiGeometry><k:LineString><k:coordinates>21.5,42.25 21.75,41.5</k:coordinates>
                </k:LineString></k:MultiGeometry></k:MultiGeometry><k:name>a</k:name></k:Placemark></k:kml>"#,
            &[
                "a-1: LineString [[21.5,42.25],[21.75,41.5]]",
                "a: Point [21.75,41.5]",
            ],
        );
    }

    #[test]
    fn several_geometries_are_parts_of_one_corridor() {
        check_read(
            Format::Kml,
            &placemark(
                "<MultiGeometry><LineString><coordinates>21.5,42.25 21.75,41.5</coordinates></LineString>\
                 <LineString><coordinates>21.8,41.4 21.9,41.3</coordinates></LineString></MultiGeometry>",
            ),
            &["a: MultiLineString [[[21.5,42.25],[21.75,41.5]],[[21.8,41.4],[21.9,41.3]]]"],
        );
        check_read(
            Format::Kml,
            &placemark(
                "<ExtendedData><Data name='radius_m'><value>500</value></Data></ExtendedData>\
                 <Point><coordinates>21.75,41.5</coordinates></Point>",
            ),
            &["a: Point [21.75,41.5]"],
        );
    }

    #[test]
    fn an_element_has_its_id_only_if_it_has_no_name() {
        let line = "<LineString><coordinates>21.5,42.25 21.75,41.5</coordinates></LineString>";
        check_read(
            Format::Kml,
            &format!("<kml><Placemark id='p7'>{line}</Placemark></kml>"),
            &["p7: LineString [[21.5,42.25],[21.75,41.5]]"],
        );
    }

    #[test]
    fn extended_data_gives_properties() {
        let text = placemark(
            r#"<ExtendedData><Data name="half_width_m"><value>1200.5</value></Data><SchemaData>
               <SimpleData name="ref"> E 75 </SimpleData><SimpleData name="id">7</SimpleData>
               <SimpleData name="lanes">4</SimpleData></SchemaData></ExtendedData>
               <LineString><coordinates>21.5,42.25 21.75,41.5</coordinates></LineString>"#,
        );
        let (collection, _) = convert(Format::Kml, wide(), &text).unwrap();
        let properties = &collection["features"][0]["properties"];
        assert_eq!(properties["half_width_m"], 1200.5);
        assert_eq!(properties["ref"], "E 75");
        assert_eq!(properties["lanes"], "4");
        assert_eq!(properties["id"], "7");
    }

    #[test]
    fn what_makes_no_corridor_is_left_out_and_said() {
        let track = placemark("<gx:Track xmlns:gx=\"x\"/>");
        check_report(
            Format::Kml,
            "<kml><Document>\n<NetworkLink><name>more</name></NetworkLink>\n<GroundOverlay/><Placemark/>\
             </Document></kml>",
            &[
                "feature 0 (\"more\"), line 2: a NetworkLink makes no corridor",
                "feature 1, line 3: a GroundOverlay makes no corridor",
                "feature 2, line 3: it has no geometry",
            ],
            &[],
        );
        check_report(
            Format::Kml,
            &track,
            &["feature 0 (\"a\"), line 2: a Track makes no corridor"],
            &[],
        );
        let open = "<Polygon><outerBoundaryIs><LinearRing><coordinates>21,42 22,42 22,43</coordinates>\
                    </LinearRing></outerBoundaryIs></Polygon>";
        check_report(
            Format::Kml,
            &placemark(open),
            &[],
            &["feature 0 (\"a\"), line 2: a ring that was not closed is closed"],
        );
    }

    #[test]
    fn when_a_placemark_is_shown_is_not_taken_for_when_it_counts() {
        let line = "<LineString><coordinates>21.5,42.25 21.75,41.5</coordinates></LineString>";
        let check = |before: &str, within: &str, warning: &str| {
            check_report(
                Format::Kml,
                &format!(
                    "<kml><Folder>{before}<Placemark><name>a</name>{within}{line}</Placemark></Folder></kml>"
                ),
                &[],
                &[&format!(
                    "feature 0 (\"a\"), line 1: its {warning} is not taken over: it counts at all times"
                )],
            );
        };
        check(
            "",
            "<TimeSpan><begin>2026-01-01</begin><end>2026-03-31</end></TimeSpan>",
            "TimeSpan (2026-01-01 to 2026-03-31)",
        );
        check(
            "<TimeSpan><begin>2026-01-01</begin></TimeSpan>",
            "",
            "TimeSpan (2026-01-01 to ?)",
        );
        check(
            "<TimeSpan/>",
            "<TimeStamp><when>2026-01-01T08:00:00Z</when></TimeStamp>",
            "TimeStamp (2026-01-01T08:00:00Z)",
        );
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        let line = |coordinates: &str| {
            placemark(&format!(
                "<LineString><coordinates>{coordinates}</coordinates></LineString>"
            ))
        };
        let wanted =
            "it must be longitude,latitude or longitude,latitude,height without blanks in between";
        for (text, fault) in [
            (
                "<kml>\n<Placemark></kml>",
                "line 2, column 12: expected 'Placemark' tag, not 'kml'",
            ),
            (
                "<kml>&nope;</kml>",
                "line 1, column 6: unknown entity reference 'nope'",
            ),
            (
                "",
                "line 1, column 1: the document does not have a root node",
            ),
            ("<osm/>", "not KML: its root is osm"),
            (
                "<!DOCTYPE kml [<!ENTITY a \"aaa\"><!ENTITY b \"&a;&a;\">]><kml>&b;</kml>",
                "line 1, column 1: a document type is refused: what it declares could make the text grow \
                 without end",
            ),
            (
                &line("21.5,42.25 21.75, 41.5"),
                &format!(
                    "feature 0 (\"a\"), line 2: vertex 1: \"21.75,\" is no position: {wanted}"
                ),
            ),
            (
                &line("21.5,42.25,1,2"),
                &format!(
                    "feature 0 (\"a\"), line 2: vertex 0: \"21.5,42.25,1,2\" is no position: {wanted}"
                ),
            ),
            (
                &line("42,21.5 41.5,21.75"),
                "feature 0 (\"a\"), line 2: vertex 0: longitude 42 and latitude 21.5 lie outside the region, and \
                 inside it with the axes swapped",
            ),
            (
                &placemark(
                    "<MultiGeometry><LineString><coordinates>21.5,42.25 21.75,41.5</coordinates>\
                     </LineString><LineString><coordinates>42,21.5 41.5,21.75</coordinates></LineString>\
                     </MultiGeometry>",
                ),
                "feature 0 (\"a\"), line 2: part 1: vertex 0: longitude 42 and latitude 21.5 lie outside the \
                 region, and inside it with the axes swapped",
            ),
            (
                &line(""),
                "feature 0 (\"a\"), line 2: a line needs at least 2 vertices, and this one has 0",
            ),
            (
                &placemark(
                    "<Polygon><outerBoundaryIs><LinearRing><coordinates>21,42 22,42 21,42\
                            </coordinates></LinearRing></outerBoundaryIs></Polygon>",
                ),
                "feature 0 (\"a\"), line 2: the exterior ring needs at least 4 positions, and has 3",
            ),
            (
                &placemark("<Point><coordinates>21,42 22,42</coordinates></Point>"),
                "feature 0 (\"a\"), line 2: Point is 2 positions: it must be one position",
            ),
            (
                &placemark(
                    "<ExtendedData><Data name=\"half_width_m\"><value>wide</value></Data>\
                            </ExtendedData>",
                ),
                "feature 0 (\"a\"), line 2: half_width_m is \"wide\": it must be a number",
            ),
        ] {
            check_refused(Format::Kml, text, &[fault]);
        }
        let deep = format!(
            "<kml>{}{}</kml>",
            "<Folder>".repeat(100_000),
            "</Folder>".repeat(100_000)
        );
        check_read(Format::Kml, &deep, &[]);
    }

    fn placemark(inner: &str) -> String {
        format!("<kml>\n<Placemark><name>a</name>{inner}</Placemark></kml>")
    }
}
