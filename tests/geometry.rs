//! Distances, sides and chainage are those of Karney's geodesics, and what is inside is what other
//! people's buffers enclose.
//!
//! The judges are pyproj, `GeographicLib` and shapely, in `tests/peers`. They are given the shapes as
//! vertices, and the library the same as GeoJSON.

use std::f64::consts::TAU;

use corridord::corridor::{CorridorSet, Location, Region, Side, geojson};
use corridord::units::LatLon;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Deserialize;
use serde_json::{Value, json};

#[path = "peers/script.rs"]
mod script;

/// Longitude and latitude, as GeoJSON has them.
type Vertex = [f64; 2];

/// How far a distance may be off, metres; of chainage a hundred times as much.
const OFF_M: f64 = 0.01;
/// What is nearer to the centreline than this is on it, metres.
const ON_M: f64 = 20.0;
/// How far off an edge the buffers may be, metres.
const BAND_M: f64 = 1.0;

#[test]
fn distances_sides_and_chainage_of_lines_are_those_of_karneys_geodesics() {
    let mut draw = Draw(StdRng::seed_from_u64(1));
    let cases: Vec<(Line, Vertex)> = (0..2_000)
        .map(|_| {
            let line = draw.line(50_000.0, 4_000.0);
            let away_m = draw.0.random_range(0.0..20_000.0);
            let at = draw.near(&line.parts.concat(), away_m);
            (line, at)
        })
        .collect();
    let asked = cases.iter().map(
        |(line, at)| json!({ "parts": line.parts, "half_widths": line.half_widths, "at": at }),
    );
    let judged = answers("measure.py", asked);

    let mut sides = 0;
    for ((line, at), judged) in cases.iter().zip(judged) {
        let judged: Measured = serde_json::from_str(&judged).expect("a judgement");
        let location = located(&line.feature(), *at);
        sides += judged.assert_agrees(&location, &format!("{line:?} {at:?}"));
    }
    assert!(1_000 < sides, "{sides} sides were judged");
}

#[test]
fn inside_is_what_the_buffers_of_shapely_enclose() {
    let mut draw = Draw(StdRng::seed_from_u64(2));
    let shapes: Vec<(Shape, Vec<Vertex>)> = (0..400)
        .map(|nth| {
            let shape = draw.shape(nth);
            let places = (0..50).map(|_| draw.about(&shape)).collect();
            (shape, places)
        })
        .collect();
    let asked = shapes.iter().map(|(shape, places)| {
        let mut asked = shape.told();
        asked["places"] = json!(places);
        asked["band"] = json!(BAND_M);
        asked
    });
    let judged = answers("enclose.py", asked);

    let mut counts = [0; 3];
    for ((shape, places), letters) in shapes.iter().zip(judged) {
        assert_eq!(places.len(), letters.len());
        let set = set(&shape.feature());
        let corridor = set.find("a").expect("the corridor");
        for (at, letter) in places.iter().zip(letters.chars()) {
            let edge_m = set.edge_distance_m(corridor, place(*at));
            match letter {
                'i' => assert!(edge_m <= 0.0, "{edge_m} m at {at:?} inside {shape:?}"),
                'o' => assert!(0.0 < edge_m, "{edge_m} m at {at:?} outside {shape:?}"),
                _ => assert!(
                    edge_m.abs() < 2.0 * BAND_M,
                    "{edge_m} m at {at:?} {shape:?}"
                ),
            }
            counts["ioe".find(letter).expect("a letter")] += 1;
        }
    }
    let [inside, outside, edge] = counts;
    assert!(
        5_000 < inside && 5_000 < outside && edge < 1_000,
        "{counts:?}"
    );
}

/// What Karney's geodesics say of a place and a line.
#[derive(Debug, Deserialize)]
struct Measured {
    edge_m: f64,
    feet: Vec<Foot>,
}

/// The nearest point of a segment.
#[derive(Debug, Deserialize)]
struct Foot {
    away_m: f64,
    along_m: f64,
    fraction: f64,
    left_m: f64,
}

impl Measured {
    /// Says how many sides were compared: none at ends and bends, and where two feet are as near.
    fn assert_agrees(&self, found: &Location, what: &str) -> usize {
        let away_m = self.feet.iter().map(|foot| foot.away_m);
        let away_m = away_m.reduce(f64::min).expect("a foot");
        let near: Vec<&Foot> = self
            .feet
            .iter()
            .filter(|foot| foot.away_m < away_m + OFF_M)
            .collect();
        let cross_track_m = found.cross_track_m.expect("a line has one");
        let chainage_m = found.chainage_m.expect("a line has one");
        assert!(
            (found.edge_m - self.edge_m).abs() < OFF_M,
            "{} m instead of {} m: {what}",
            found.edge_m,
            self.edge_m
        );
        assert!(
            (cross_track_m - away_m).abs() < OFF_M,
            "{cross_track_m} m instead of {away_m} m: {what}"
        );
        assert!(
            near.iter()
                .any(|foot| (foot.along_m - chainage_m).abs() < 100.0 * OFF_M),
            "chainage {chainage_m} m instead of {near:?}: {what}"
        );
        match near.as_slice() {
            [foot] if 0.0 < foot.fraction && foot.fraction < 1.0 => {
                foot.assert_side(found.side, what);
                1
            }
            _ => 0,
        }
    }
}

impl Foot {
    fn assert_side(&self, found: Option<Side>, what: &str) {
        if (self.away_m - ON_M).abs() < OFF_M {
            return;
        }
        let expected = if self.away_m < ON_M {
            Side::On
        } else if 0.0 < self.left_m {
            Side::Left
        } else {
            Side::Right
        };
        assert_eq!(found, Some(expected), "{self:?}: {what}");
    }
}

/// A centreline with a half-width at each vertex of each part.
#[derive(Debug)]
struct Line {
    parts: Vec<Vec<Vertex>>,
    half_widths: Vec<Vec<f64>>,
}

impl Line {
    /// Writes it as GeoJSON, as briefly as it can be written.
    fn feature(&self) -> Value {
        let first = self.half_widths[0][0];
        let one = |width: &f64| width.to_bits() == first.to_bits();
        let same = self.half_widths.iter().flatten().all(one);
        let (kind, coordinates, half_widths) = match self.parts.as_slice() {
            [part] => ("LineString", json!(part), json!(self.half_widths[0])),
            parts => ("MultiLineString", json!(parts), json!(self.half_widths)),
        };
        let half_width_m = if same { json!(first) } else { half_widths };
        feature(kind, &coordinates, json!({ "half_width_m": half_width_m }))
    }
}

/// A shape of any kind.
#[derive(Debug)]
enum Shape {
    Line(Line),
    /// For each polygon its rings.
    Area(Vec<Vec<Vec<Vertex>>>),
    Disc(Vertex, f64),
}

impl Shape {
    fn feature(&self) -> Value {
        match self {
            Self::Line(line) => line.feature(),
            Self::Area(polygons) => match polygons.as_slice() {
                [rings] => feature("Polygon", &json!(rings), json!({})),
                polygons => feature("MultiPolygon", &json!(polygons), json!({})),
            },
            Self::Disc(centre, radius_m) => {
                feature("Point", &json!(centre), json!({ "radius_m": radius_m }))
            }
        }
    }

    /// Tells the judge what it is.
    fn told(&self) -> Value {
        match self {
            Self::Line(Line { parts, half_widths }) => {
                json!({ "kind": "line", "parts": parts, "half_widths": half_widths })
            }
            Self::Area(polygons) => json!({ "kind": "area", "polygons": polygons }),
            Self::Disc(centre, radius_m) => {
                json!({ "kind": "disc", "centre": centre, "radius": radius_m })
            }
        }
    }
}

/// Shapes and places by chance.
struct Draw(StdRng);

impl Draw {
    fn shape(&mut self, nth: usize) -> Shape {
        match nth % 4 {
            0 | 1 => Shape::Line(self.line(15_000.0, 5_000.0)),
            2 => Shape::Area(self.polygons()),
            _ => Shape::Disc(self.somewhere(), self.0.random_range(10.0..50_000.0)),
        }
    }

    /// Draws a line of one part or several, with one half-width or one for each vertex.
    fn line(&mut self, longest_m: f64, widest_m: f64) -> Line {
        let mut at = self.somewhere();
        let same = self.0.random_bool(0.3);
        let half_width_m = self.0.random_range(1.0..widest_m);
        let mut line = Line {
            parts: Vec::new(),
            half_widths: Vec::new(),
        };
        for _part in 0..self.0.random_range(1..=2) {
            at = self.step(at, 10_000.0);
            let mut part = vec![at];
            for _segment in 0..self.0.random_range(1..=3) {
                at = self.step(at, longest_m);
                part.push(at);
            }
            let mut width_m = || {
                if same {
                    half_width_m
                } else {
                    self.0.random_range(1.0..widest_m)
                }
            };
            line.half_widths
                .push(part.iter().map(|_| width_m()).collect());
            line.parts.push(part);
        }
        line
    }

    /// Draws stars beside each other, some with a hole.
    fn polygons(&mut self) -> Vec<Vec<Vec<Vertex>>> {
        let middle = self.somewhere();
        (0..self.0.random_range(1..=3))
            .map(|nth| {
                let middle = moved(middle, f64::from(nth) * 20_000.0, 0.0);
                let mut rings = vec![self.star(middle, 3_000.0..9_000.0)];
                if self.0.random_bool(0.5) {
                    rings.push(self.star(middle, 500.0..2_500.0));
                }
                rings
            })
            .collect()
    }

    /// Draws a ring around `middle` that sees each of its vertices.
    fn star(&mut self, middle: Vertex, radius_m: std::ops::Range<f64>) -> Vec<Vertex> {
        let corners = self.0.random_range(8..20);
        let mut ring: Vec<Vertex> = (0..corners)
            .map(|corner| {
                let (east, north) = (TAU * f64::from(corner) / f64::from(corners)).sin_cos();
                let radius_m = self.0.random_range(radius_m.clone());
                moved(middle, east * radius_m, north * radius_m)
            })
            .collect();
        ring.push(ring[0]);
        ring
    }

    /// Draws a place on either side of the edge of a shape, mostly near it.
    fn about(&mut self, shape: &Shape) -> Vertex {
        let part = self.0.random_range(0.5..1.5);
        match shape {
            Shape::Line(line) => {
                let widths = line.half_widths.concat();
                let width_m = widths[self.0.random_range(0..widths.len())];
                self.near(&line.parts.concat(), width_m * part)
            }
            Shape::Area(polygons) => {
                let rings: Vec<Vertex> = polygons.iter().flatten().flatten().copied().collect();
                self.near(&rings, 2_000.0 * part)
            }
            Shape::Disc(centre, radius_m) => self.turned(*centre, radius_m * part),
        }
    }

    /// Draws a place that far from one between two of these vertices.
    fn near(&mut self, vertices: &[Vertex], away_m: f64) -> Vertex {
        let nth = self.0.random_range(1..vertices.len());
        let (start, end) = (vertices[nth - 1], vertices[nth]);
        let share = self.0.random_range(-0.05..1.05);
        let on = [0, 1].map(|axis| start[axis] + (end[axis] - start[axis]) * share);
        self.turned(on, away_m)
    }

    fn step(&mut self, from: Vertex, longest_m: f64) -> Vertex {
        let length_m = self.0.random_range(50.0..longest_m);
        self.turned(from, length_m)
    }

    fn turned(&mut self, from: Vertex, away_m: f64) -> Vertex {
        let (east, north) = self.0.random_range(0.0..TAU).sin_cos();
        moved(from, east * away_m, north * away_m)
    }

    fn somewhere(&mut self) -> Vertex {
        [
            self.0.random_range(14.0..28.0),
            self.0.random_range(38.0..47.0),
        ]
    }
}

/// Goes about so many metres towards east and north.
fn moved([lon, lat]: Vertex, east_m: f64, north_m: f64) -> Vertex {
    const DEGREE_M: f64 = 111_200.0;
    let east = east_m / DEGREE_M / lat.to_radians().cos();
    [lon + east, lat + north_m / DEGREE_M]
}

fn place([lon, lat]: Vertex) -> LatLon {
    LatLon::new(lat, lon).expect("a place")
}

fn feature(kind: &str, coordinates: &Value, mut properties: Value) -> Value {
    properties["id"] = json!("a");
    json!({
        "type": "Feature",
        "properties": properties,
        "geometry": { "type": kind, "coordinates": coordinates },
    })
}

fn set(feature: &Value) -> CorridorSet {
    let text = json!({ "type": "FeatureCollection", "features": [feature] }).to_string();
    let file = geojson::read(&text, &Region::default()).expect("a sound corridor");
    CorridorSet::new(file.corridors, file.places).expect("one corridor")
}

fn located(feature: &Value, at: Vertex) -> Location {
    let set = set(feature);
    set.locate(set.find("a").expect("the corridor"), place(at))
}

/// Returns what a judge says to each of what it is asked.
fn answers(judge: &str, asked: impl Iterator<Item = Value>) -> Vec<String> {
    let lines: Vec<String> = asked.map(|asked| format!("{asked}\n")).collect();
    let answers = script::run(judge, lines.concat());
    assert_eq!(answers.len(), lines.len(), "an answer for each question");
    answers
}
