//! A seeded network of roads over the Western Balkans, the same every time.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use corridord::corridor::geojson;
use corridord::corridor::{CorridorSet, Region};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What every draw begins with.
pub(crate) const SEED: u64 = 0x00c0_1a2b;

/// Segments of a line.
const PER_LINE: usize = 100;

/// Metres of a degree of latitude, near enough to draw by.
const METRES_PER_DEGREE: f64 = 111_000.0;

/// Where the network lies: south, north, west, east.
pub(crate) const BOX: [f64; 4] = [39.0, 46.5, 13.5, 29.0];

/// Lines of segments 150 to 350 m long, as longitude and latitude to a millionth of a degree.
pub(crate) struct Network {
    pub(crate) lines: Vec<Vec<[f64; 2]>>,
}

impl Network {
    /// Draws as many segments as are asked for.
    pub(crate) fn of(segments: usize) -> Self {
        let mut random = StdRng::seed_from_u64(SEED ^ segments as u64);
        let per_line = PER_LINE.min(segments);
        let lines = (0..segments / per_line)
            .map(|_| walk(&mut random, per_line))
            .collect();
        Self { lines }
    }

    /// Writes the lines with a half-width of 200 m, or the rings as areas.
    pub(crate) fn geojson(&self, kind: &str) -> String {
        let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
        for (nth, line) in self.lines.iter().enumerate() {
            let comma = if nth == 0 { "" } else { ",\n" };
            let (open, close) = if kind == "Polygon" {
                ("[[", "]]")
            } else {
                ("[", "]")
            };
            write!(
                text,
                "{comma}{{\"type\":\"Feature\",\"properties\":{{\"id\":\"{nth}\",\
                 \"half_width_m\":200}},\"geometry\":{{\"type\":\"{kind}\",\"coordinates\":{open}"
            )
            .expect("a String takes all that is written");
            for (nth, [lon, lat]) in line.iter().enumerate() {
                let comma = if nth == 0 { "" } else { "," };
                write!(text, "{comma}[{lon:.6},{lat:.6}]")
                    .expect("a String takes all that is written");
            }
            text.push_str(close);
            text.push_str("}}");
        }
        text.push_str("\n]}\n");
        text
    }

    /// Reads what was written, as the daemon does.
    pub(crate) fn set(&self) -> CorridorSet {
        let file = geojson::read(&self.geojson("LineString"), &Region::default())
            .expect("the network is sound");
        CorridorSet::new(file.corridors, file.places).expect("ids are numbers")
    }

    /// Returns the segments, each as start and end.
    pub(crate) fn segments(&self) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
        let pairs = self.lines.iter().flat_map(|line| line.windows(2));
        pairs.map(|pair| (pair[0], pair[1]))
    }
}

/// Walks on and on, with bends, and turns back at the edges of the box.
pub(crate) fn walk(random: &mut StdRng, segments: usize) -> Vec<[f64; 2]> {
    let [south, north, west, east] = BOX;
    let mut lat = random.random_range(south..north);
    let mut lon = random.random_range(west..east);
    let mut course: f64 = random.random_range(0.0..TAU);
    let mut line = vec![rounded(lon, lat)];
    while line.len() <= segments {
        course += random.random_range(-0.5..0.5);
        let step = random.random_range(150.0..350.0) / METRES_PER_DEGREE;
        let (sin, cos) = course.sin_cos();
        lat += step * cos;
        lon += step * sin / lat.to_radians().cos();
        if !(south..north).contains(&lat) || !(west..east).contains(&lon) {
            course += TAU / 2.0;
        }
        line.push(rounded(lon, lat));
    }
    line
}

pub(crate) fn rounded(lon: f64, lat: f64) -> [f64; 2] {
    [lon, lat].map(|degrees| (degrees * 1e6).round() / 1e6)
}

/// Leaves numbers where a script reads them.
pub(crate) fn keep(name: &str, numbers: impl Iterator<Item = f64>) -> io::Result<()> {
    let bytes: Vec<u8> = numbers.flat_map(f64::to_le_bytes).collect();
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), bytes)
}
