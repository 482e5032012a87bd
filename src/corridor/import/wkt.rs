//! Well-known text, one geometry an entry: `LINESTRING (21.4 42, 21.9 41.6)`.
//!
//! An id may stand before it, `road-7;LINESTRING (..)`, and the SRID of EWKT, `SRID=4326;..`. Lines
//! that begin with `#` are comments. The grammar is that of OGC 06-103r4 section 7; `PostGIS`
//! describes EWKT. Positions are x and y, which is longitude and latitude; further numbers are
//! heights and measures and left out.

use super::draft::{Draft, Geometry, Position, Reading};
use super::fault::{Fault, LeftOut, Vertex, Whereabouts};
use super::format::without_mark;
use super::json::shortened;

/// How deep collections may lie in each other.
const DEPTH_MAX: usize = 16;

/// What a position must be.
const WANTED: &str = "two to four numbers, longitude first";

/// What geometries are called.
const READ: [&str; 8] = [
    "POINT",
    "LINESTRING",
    "LINEARRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
];

/// Geometries of the standard that make no corridor.
const LEFT_OUT: [&str; 10] = [
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "CURVEPOLYGON",
    "MULTICURVE",
    "MULTISURFACE",
    "CURVE",
    "SURFACE",
    "POLYHEDRALSURFACE",
    "TIN",
    "TRIANGLE",
];

/// Says whether a text begins like this format.
pub(super) fn looks_like(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(first) = first else {
        return false;
    };
    let header = first.split('(').next().unwrap_or(first);
    let geometry = header.rsplit(';').next().unwrap_or(header);
    let word = leading_word(geometry.trim_start()).to_ascii_uppercase();
    kind_of(&word).is_some()
}

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut scanner = Scanner {
        text: without_mark(text),
        at: 0,
    };
    let mut index = 0;
    while scanner.skip_to_entry() {
        read_entry(index, &mut scanner, &mut reading);
        index += 1;
    }
    reading
}

fn read_entry(index: usize, scanner: &mut Scanner<'_>, reading: &mut Reading) {
    let mut feature = Whereabouts {
        index,
        name: None,
        line: Some(scanner.line_and_column().0),
    };
    let prefixes = scanner.prefixes();
    for prefix in prefixes {
        match srid(prefix) {
            Some("4326") => {}
            Some(other) => {
                let system = format!("SRID is {}", shortened(other));
                reading.refuse(&feature, Fault::ReferenceSystem(system));
                scanner.skip_line();
                return;
            }
            None => feature.name = (!prefix.is_empty()).then(|| prefix.to_owned()),
        }
    }
    let mut found = Vec::new();
    let read = geometry(scanner, 0, &mut found).and_then(|()| scanner.end_of_entry());
    match read {
        Ok(()) => {}
        Err(fault @ Fault::Syntax { .. }) => {
            // The fault knows its line better than the feature does.
            let feature = Whereabouts {
                line: None,
                ..feature
            };
            reading.refuse(&feature, fault);
            scanner.skip_line();
            return;
        }
        Err(fault) => {
            reading.refuse(&feature, fault);
            scanner.skip_line();
            return;
        }
    }
    let is_one = found.len() == 1;
    for (nth, found) in found.into_iter().enumerate() {
        match found {
            Found::Nothing(why) => reading.leave_out(&feature, why),
            Found::Geometry(geometry) => {
                let mut draft = Draft::new(feature.clone(), geometry);
                draft.id.clone_from(&feature.name);
                draft.part = (!is_one).then_some(nth + 1);
                if let Some(name) = &feature.name {
                    draft
                        .properties
                        .insert("name".to_owned(), name.as_str().into());
                }
                reading.drafts.push(draft);
            }
        }
    }
}

/// Returns the number behind `SRID=`.
fn srid(prefix: &str) -> Option<&str> {
    let (key, value) = prefix.split_once('=')?;
    key.trim()
        .eq_ignore_ascii_case("srid")
        .then(|| value.trim())
}

/// What an entry, or a part of a collection, comes to.
enum Found {
    Geometry(Geometry),
    Nothing(LeftOut),
}

/// Reads a geometry with its name, those of a collection one by one.
fn geometry(scanner: &mut Scanner<'_>, depth: usize, found: &mut Vec<Found>) -> Result<(), Fault> {
    scanner.skip_blank();
    let start = scanner.at;
    let word = scanner.word();
    let Some(kind) = kind_of(&word.to_ascii_uppercase()) else {
        scanner.at = start;
        return Err(scanner.expected("a geometry such as LINESTRING"));
    };
    scanner.dimension();
    if scanner.keyword("EMPTY") {
        found.push(Found::Nothing(LeftOut::NoGeometry));
        return Ok(());
    }
    match kind {
        "POINT" => {
            let mut points = positions(scanner, Vertex::default())?;
            match (points.pop(), points.is_empty()) {
                (Some(point), true) => found.push(Found::Geometry(Geometry::Point(point))),
                _ => return Err(scanner.expected("one position")),
            }
        }
        "LINESTRING" | "LINEARRING" => {
            let line = positions(scanner, Vertex::default())?;
            found.push(Found::Geometry(Geometry::Lines(vec![line])));
        }
        "POLYGON" => {
            let area = rings(scanner, None)?;
            found.push(Found::Geometry(Geometry::Areas(vec![area])));
        }
        "MULTILINESTRING" => {
            let mut lines = Vec::new();
            scanner.list(|scanner, part| {
                let vertex = Vertex {
                    part: Some(part),
                    ..Vertex::default()
                };
                lines.push(positions(scanner, vertex)?);
                Ok(())
            })?;
            found.push(Found::Geometry(Geometry::Lines(lines)));
        }
        "MULTIPOLYGON" => {
            let mut areas = Vec::new();
            scanner.list(|scanner, part| {
                areas.push(rings(scanner, Some(part))?);
                Ok(())
            })?;
            found.push(Found::Geometry(Geometry::Areas(areas)));
        }
        "GEOMETRYCOLLECTION" => {
            if depth == DEPTH_MAX {
                return Err(scanner.wrong(format!("collections lie more than {DEPTH_MAX} deep")));
            }
            scanner.list(|scanner, _| geometry(scanner, depth + 1, found))?;
        }
        kind => {
            scanner.skip_list()?;
            found.push(Found::Nothing(LeftOut::Kind(kind.to_owned())));
        }
    }
    Ok(())
}

fn rings(scanner: &mut Scanner<'_>, part: Option<usize>) -> Result<Vec<Vec<Position>>, Fault> {
    let mut rings = Vec::new();
    scanner.list(|scanner, ring| {
        let vertex = Vertex {
            part,
            hole: ring.checked_sub(1),
            nth: 0,
        };
        rings.push(positions(scanner, vertex)?);
        Ok(())
    })?;
    Ok(rings)
}

fn positions(scanner: &mut Scanner<'_>, of: Vertex) -> Result<Vec<Position>, Fault> {
    let mut positions = Vec::new();
    scanner.list(|scanner, nth| {
        positions.push(position(scanner, Vertex { nth, ..of })?);
        Ok(())
    })?;
    Ok(positions)
}

fn position(scanner: &mut Scanner<'_>, vertex: Vertex) -> Result<Position, Fault> {
    scanner.skip_blank();
    let text = scanner
        .until(|letter| matches!(letter, ',' | '(' | ')'))
        .trim();
    let numbers: Option<Vec<f64>> = text
        .split_whitespace()
        .map(|number| {
            number
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
        })
        .collect();
    match numbers.as_deref() {
        Some([lon, lat] | [lon, lat, _] | [lon, lat, _, _]) => Ok([*lon, *lat]),
        _ => Err(Fault::Position {
            vertex,
            found: format!("\"{}\"", shortened(text)),
            wanted: WANTED,
        }),
    }
}

/// Finds a geometry by its name, with or without the dimensions that may hang on it.
fn kind_of(word: &str) -> Option<&'static str> {
    let bare = [word, word.trim_end_matches(['Z', 'M'])];
    READ.into_iter()
        .chain(LEFT_OUT)
        .find(|kind| bare.contains(kind))
}

fn leading_word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic());
    &text[..end.unwrap_or(text.len())]
}

/// A text, and how far it was read.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes to where the next entry begins; false at the end.
    fn skip_to_entry(&mut self) -> bool {
        loop {
            self.skip_blank();
            match self.rest().bytes().next() {
                None => return false,
                Some(b'#') => self.skip_line(),
                Some(_) => return true,
            }
        }
    }

    fn skip_blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    /// Takes what stands before the geometry, each with a semicolon behind it.
    fn prefixes(&mut self) -> Vec<&'a str> {
        let rest = self.rest();
        let header = &rest[..rest.find(['(', '\n']).unwrap_or(rest.len())];
        // A semicolon behind a geometry without brackets is the end of the entry.
        let header = header.trim_end().trim_end_matches(';');
        let Some(end) = header.rfind(';') else {
            return Vec::new();
        };
        self.at += end + 1;
        header[..end].split(';').map(str::trim).collect()
    }

    fn word(&mut self) -> &'a str {
        let word = leading_word(self.rest());
        self.at += word.len();
        word
    }

    /// Takes a word if it is the next.
    fn keyword(&mut self, keyword: &str) -> bool {
        self.skip_blank();
        let word = leading_word(self.rest());
        let is_next = word.eq_ignore_ascii_case(keyword);
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    fn dimension(&mut self) {
        for dimension in ["ZM", "Z", "M"] {
            if self.keyword(dimension) {
                return;
            }
        }
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let text = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        self.at += text.len();
        text
    }

    /// Takes `(item, item, ..)`.
    fn list(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.symbol('(')?;
        for nth in 0.. {
            item(self, nth)?;
            if !self.takes(',') {
                break;
            }
        }
        self.symbol(')')
    }

    /// Takes a list whatever is in it.
    fn skip_list(&mut self) -> Result<(), Fault> {
        self.symbol('(')?;
        let mut open = 1_usize;
        while 0 < open {
            self.until(|letter| matches!(letter, '(' | ')'));
            if self.takes('(') {
                open += 1;
            } else {
                self.symbol(')')?;
                open -= 1;
            }
        }
        Ok(())
    }

    fn takes(&mut self, symbol: char) -> bool {
        self.skip_blank();
        let is_next = self.rest().starts_with(symbol);
        if is_next {
            self.at += symbol.len_utf8();
        }
        is_next
    }

    fn symbol(&mut self, symbol: char) -> Result<(), Fault> {
        if self.takes(symbol) {
            Ok(())
        } else {
            Err(self.expected(&format!("\"{symbol}\"")))
        }
    }

    /// Takes what may stand behind an entry: nothing but the end of its line.
    fn end_of_entry(&mut self) -> Result<(), Fault> {
        let line = self.until(|letter| letter == '\n');
        if line.trim().trim_start_matches(';').trim().is_empty() {
            return Ok(());
        }
        self.at -= line.trim_start().len();
        Err(self.expected("the end of the line"))
    }

    fn expected(&self, wanted: &str) -> Fault {
        let next = self.rest().lines().next().unwrap_or_default().trim_end();
        let found = if next.is_empty() {
            "the line ends".to_owned()
        } else {
            format!("found \"{}\"", shortened(next))
        };
        self.wrong(format!("expected {wanted}, {found}"))
    }

    fn wrong(&self, reason: String) -> Fault {
        let (line, column) = self.line_and_column();
        Fault::Syntax {
            line,
            column,
            reason,
        }
    }

    /// Counts lines and letters from 1.
    fn line_and_column(&self) -> (usize, usize) {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use crate::corridor::import::Format;
    use crate::corridor::import::fixture::{check_read, check_refused, check_report};

    #[test]
    fn every_geometry_is_read_with_and_without_an_id() {
        let line = "LineString [[21.5,42.25],[21.75,41.5]]";
        check(
            "LINESTRING(21.5 42.25, 21.75 41.5)",
            &[&format!("roads-0: {line}")],
        );
        check(
            "linestring z (21.5 42.25 3,21.75 41.5 4)",
            &[&format!("roads-0: {line}")],
        );
        check(
            "LINESTRINGZM(21.5 42.25 3 1,21.75 41.5 4 2);",
            &[&format!("roads-0: {line}")],
        );
        check(
            "LINEARRING (21.5 42.25, 21.75 41.5)",
            &[&format!("roads-0: {line}")],
        );
        check(
            "# two roads\n\nring road;LINESTRING (21.5 42.25,\n  21.75 41.5)\n\
             SRID=4326;LINESTRING (21.5 42.25, 21.75 41.5)",
            &[&format!("ring road: {line}"), &format!("roads-1: {line}")],
        );
        check(
            "x;SRID=4326;POLYGON ((21 42, 22 42, 22 43, 21 42), (21.8 42.2, 21.9 42.2, 21.9 42.3, 21.8 42.2))",
            &[
                "x: Polygon [[[21.0,42.0],[22.0,42.0],[22.0,43.0],[21.0,42.0]],\
               [[21.8,42.2],[21.9,42.3],[21.9,42.2],[21.8,42.2]]]",
            ],
        );
        check("Veles;POINT (21.75 4.15e1)", &["Veles: Point [21.75,41.5]"]);
        check(
            "x;GEOMETRYCOLLECTION (LINESTRING (21.5 42.25, 21.75 41.5), POINT (21.75 41.5))",
            &[&format!("x-1: {line}"), "x: Point [21.75,41.5]"],
        );
        check(
            "two;MULTILINESTRING ((21.5 42.25, 21.75 41.5), (21.8 41.4, 21.9 41.3))",
            &["two: MultiLineString [[[21.5,42.25],[21.75,41.5]],[[21.8,41.4],[21.9,41.3]]]"],
        );
        check(
            "two;MULTIPOLYGON (((21 42, 21.1 42, 21.1 42.1, 21 42)), ((22 42, 22.1 42, 22.1 42.1, 22 42)))",
            &[
                "two: MultiPolygon [[[[21.0,42.0],[21.1,42.0],[21.1,42.1],[21.0,42.0]]],\
               [[[22.0,42.0],[22.1,42.0],[22.1,42.1],[22.0,42.0]]]]",
            ],
        );
        check("", &[]);
    }

    #[test]
    fn what_makes_no_corridor_is_left_out_and_said() {
        let left_out = |text: &str, why: &str| check_report(Format::Wkt, text, &[why], &[]);
        left_out("LINESTRING EMPTY", "feature 0, line 1: it has no geometry");
        left_out(
            "wells;MULTIPOINT ((21 42), (22 42))",
            "feature 0 (\"wells\"), line 1: a MULTIPOINT makes no corridor",
        );
        left_out(
            "CURVEPOLYGON (CIRCULARSTRING (1 2, 3 4, 5 6), (1 2))",
            "feature 0, line 1: a CURVEPOLYGON makes no corridor",
        );
        left_out(
            "\nPOINT (21 42)",
            "feature 0, line 2: a point without a name, which is no place, and without a radius, which \
             is no area",
        );
        check_report(
            Format::Wkt,
            "POLYGON ((21 42, 22 42, 22 43))",
            &[],
            &["feature 0, line 1: a ring that was not closed is closed"],
        );
    }

    #[test]
    fn wrong_input_says_where_and_what() {
        for (text, fault) in [
            (
                "LINESTRING (21 42, 22 42",
                "feature 0: line 1, column 25: expected \")\", the line ends",
            ),
            (
                "POINT (1 2)\nHELLO (1 2)",
                "feature 1: line 2, column 1: expected a geometry such as LINESTRING, found \"HELLO (1 2)\"",
            ),
            (
                "x;LINESTRING 21 42, 22 42",
                "feature 0 (\"x\"): line 1, column 14: expected \"(\", found \"21 42, 22 42\"",
            ),
            (
                "LINESTRING (21 42, 22 42) and more",
                "feature 0: line 1, column 27: expected the end of the line, found \"and more\"",
            ),
            (
                "POINT (1 2, 3 4)",
                "feature 0: line 1, column 17: expected one position, the line ends",
            ),
            (
                "x;LINESTRING (21 42, 22, 23 42)",
                "feature 0 (\"x\"), line 1: vertex 1: \"22\" is no position: it must be two to four \
                 numbers, longitude first",
            ),
            (
                "LINESTRING (21 42, 22 1e999)",
                "feature 0, line 1: vertex 1: \"22 1e999\" is no position: it must be two to four numbers, \
                 longitude first",
            ),
            (
                "POLYGON ((21 42, 22 42, 22 43, 21 42), (21 42, x 42))",
                "feature 0, line 1: hole 0, vertex 1: \"x 42\" is no position: it must be two to four \
                 numbers, longitude first",
            ),
            (
                "MULTILINESTRING ((21 42, 22 42), (21 nan, 22 42))",
                "feature 0, line 1: part 1, vertex 0: \"21 nan\" is no position: it must be two to four \
                 numbers, longitude first",
            ),
            (
                "SRID=6316;LINESTRING (21 42, 22 42)",
                "feature 0, line 1: SRID is 6316: only longitude and latitude of WGS-84 (4326) are read",
            ),
            (
                "LINESTRING (42 21.5, 41.5 21.75)",
                "feature 0, line 1: vertex 0: longitude 42 and latitude 21.5 lie outside the region, and \
                 inside it with the axes swapped",
            ),
            (
                "LINESTRING (21 42, 22 95)",
                "feature 0, line 1: vertex 1: latitude 95 is outside -90 to 90",
            ),
        ] {
            check_refused(Format::Wkt, text, &[fault]);
        }
        check_refused(
            Format::Wkt,
            "HELLO\nLINESTRING (22 42)\nPOINT (x)",
            &[
                "feature 0: line 1, column 1: expected a geometry such as LINESTRING, found \"HELLO\"",
                "feature 1, line 2: a line needs at least 2 vertices, and this one has 1",
                "feature 2, line 3: vertex 0: \"x\" is no position: it must be two to four numbers, \
                 longitude first",
            ],
        );
        let deep = "GEOMETRYCOLLECTION (".repeat(100_000);
        check_refused(
            Format::Wkt,
            &deep,
            &["feature 0: line 1, column 340: collections lie more than 16 deep"],
        );
    }

    #[track_caller]
    fn check(text: &str, features: &[&str]) {
        check_read(Format::Wkt, text, features);
    }
}
