//! Grid references are those of `GeographicLib`: `GeoConvert`, from Debian's geographiclib-tools.

use corridord::corridor::{mgrs, read_mgrs};
use corridord::units::LatLon;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

#[path = "peers/tool.rs"]
mod tool;

/// How far the middle of a square may be off, degrees: a tenth of a millimetre.
const OFF_DEG: f64 = 1e-9;

/// Steps off an edge, degrees: none, less than a millimetre, a centimetre, a metre.
const STEPS: [f64; 7] = [0.0, 1e-9, -1e-9, 1e-7, -1e-7, 1e-5, -1e-5];

#[test]
fn ten_thousand_places_have_the_reference_that_geographiclib_gives() {
    let places = Places::drawn(4);
    assert_eq!(places.all.len(), 10_000);
    let lines: Vec<String> = places.all.iter().map(line).collect();
    let judged = tool::answers("GeoConvert", &["-m", "-p", "0"], &lines);
    for (at, judged) in places.all.iter().zip(judged) {
        assert_eq!(mgrs(*at), Some(judged), "{}", line(at));
    }
}

#[test]
fn ten_thousand_references_are_read_as_geographiclib_reads_them() {
    let mut places = Places::drawn(5);
    places.anywhere_on_earth(2_000);
    let references = places.all.iter().zip((0..=5).cycle());
    let references: Vec<String> = references.map(|(at, digits)| cut(*at, digits)).collect();
    let judged = tool::answers("GeoConvert", &["-g", "-p", "9"], &references);
    for (reference, judged) in references.iter().zip(judged) {
        let middle = read_mgrs(reference).expect(reference);
        let (lat, lon) = judged.split_once(' ').expect("latitude and longitude");
        let off = [(middle.lat(), lat), (middle.lon(), lon)].map(|(degrees, judged)| {
            let judged: f64 = judged.parse().expect("degrees");
            (degrees - judged).abs()
        });
        assert!(
            off.iter().all(|off| *off < OFF_DEG),
            "{reference}: {middle}, {judged:?}"
        );
    }
}

/// Writes the reference of a place with so many digits for each axis.
fn cut(at: LatLon, digits: usize) -> String {
    let reference = mgrs(at).expect("a place of UTM");
    let (square, numbers) = reference.split_at(5);
    let (east, north) = numbers.split_at(5);
    format!("{square}{}{}", &east[..digits], &north[..digits])
}

/// Places of the zones 33T, 33S, 34T and 34S, and of their edges.
struct Places {
    random: StdRng,
    all: Vec<LatLon>,
}

impl Places {
    fn drawn(seed: u64) -> Self {
        let mut places = Self {
            random: StdRng::seed_from_u64(seed),
            all: Vec::new(),
        };
        places.anywhere(4_000);
        places.around_the_zone_edge(1_500);
        places.around_the_band_edge(1_500);
        places.on_meridians_and_parallels(1_500);
        places.on_the_edges_of_squares(1_500);
        places
    }

    fn anywhere_on_earth(&mut self, count: usize) {
        for _place in 0..count {
            let lat = self.random.random_range(-79.9..83.9);
            let lon = self.random.random_range(-180.0..180.0);
            self.add(lat, lon);
        }
    }

    fn anywhere(&mut self, count: usize) {
        for _place in 0..count {
            let (lat, lon) = (self.lat(), self.lon());
            self.add(lat, lon);
        }
    }

    fn around_the_zone_edge(&mut self, count: usize) {
        for step in STEPS.into_iter().cycle().take(count) {
            let lat = self.lat();
            self.add(lat, 18.0 + step);
        }
    }

    fn around_the_band_edge(&mut self, count: usize) {
        for step in STEPS.into_iter().cycle().take(count) {
            let lon = self.lon();
            self.add(40.0 + step, lon);
        }
    }

    fn on_meridians_and_parallels(&mut self, count: usize) {
        for nth in 0..count {
            let lat = f64::from(self.random.random_range(38 * 4..47 * 4_u32)) / 4.0;
            let lon = f64::from(self.random.random_range(12 * 4..24 * 4_u32)) / 4.0;
            match nth % 3 {
                0 => self.add(lat, lon),
                1 => {
                    let lat = self.lat();
                    self.add(lat, lon);
                }
                _ => {
                    let lon = self.lon();
                    self.add(lat, lon);
                }
            }
        }
    }

    /// Lets the judge say where the edges are, which it knows to a hundredth of a micrometre.
    fn on_the_edges_of_squares(&mut self, count: usize) {
        let mut edges = Vec::new();
        for nth in 0..count {
            let zone = self.random.random_range(33..=34_u32);
            let mut easting = f64::from(self.random.random_range(3..=7_u32)) * 1e5;
            let mut northing = f64::from(self.random.random_range(43..=51_u32)) * 1e5;
            let off = self.random.random_range(0.0..1e5);
            match nth % 3 {
                0 => {}
                1 => easting += off,
                _ => northing += off,
            }
            edges.push(format!("{zone}n {easting:?} {northing:?}"));
        }
        for edge in tool::answers("GeoConvert", &["-g", "-p", "9"], &edges) {
            let (lat, lon) = edge.split_once(' ').expect("latitude and longitude");
            self.add(lat.parse().expect("degrees"), lon.parse().expect("degrees"));
        }
    }

    fn lat(&mut self) -> f64 {
        self.random.random_range(38.0..47.0)
    }

    fn lon(&mut self) -> f64 {
        self.random.random_range(12.0..24.0)
    }

    fn add(&mut self, lat: f64, lon: f64) {
        self.all.push(LatLon::new(lat, lon).expect("a place"));
    }
}

/// Writes a place with every digit that it has.
fn line(at: &LatLon) -> String {
    format!("{:?} {:?}", at.lat(), at.lon())
}
