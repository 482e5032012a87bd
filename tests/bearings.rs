//! Bearings and posts of a line, and the way from a town, are those of `GeographicLib`: `GeodSolve`,
//! from Debian's geographiclib-tools.

use corridord::corridor::{CorridorSet, Location, Region, Way, geojson};
use corridord::units::LatLon;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

#[path = "peers/tool.rs"]
mod tool;

/// How many places are judged.
const CASES: usize = 2_000;
/// How far a bearing may be off, degrees.
const BEARING_OFF_DEG: f64 = 0.001;
/// How far a distance may be off, metres.
const DISTANCE_OFF_M: f64 = 0.001;
/// How far chainage may be off, metres.
const CHAINAGE_OFF_M: f64 = 1.0;
/// Half of the piece of a line whose direction is its bearing, as a share of the line.
const PIECE: f64 = 1e-4;

#[test]
fn the_nearest_town_is_as_far_and_in_the_direction_that_geographiclib_says() {
    let mut random = StdRng::seed_from_u64(5);
    let cases: Vec<(LatLon, LatLon)> = (0..CASES)
        .map(|_| {
            let town = somewhere(&mut random);
            let lat = town.lat() + random.random_range(-0.3..0.3);
            let lon = town.lon() + random.random_range(-0.3..0.3);
            (town, place(lat, lon))
        })
        .collect();
    let asked: Vec<String> = cases.iter().map(|(town, at)| way(*town, *at)).collect();
    for ((town, at), judged) in cases.iter().zip(ways(&asked)) {
        let set = set_of(&[strip(*town, *town, json!({})), named(*town)]);
        let near = set.nearest_place(*at).expect("a town within 50 km");
        let what = format!("{town} to {at}: {near:?}, {judged:?}");
        let off_m = (near.distance_m - judged.distance_m).abs();
        assert!(off_m < DISTANCE_OFF_M, "{what}");
        assert!(
            turn(near.bearing_deg, judged.bearing_deg) < BEARING_OFF_DEG,
            "{what}"
        );
    }
}

#[test]
fn the_bearing_and_the_post_of_a_line_are_those_of_its_pieces() {
    let mut random = StdRng::seed_from_u64(6);
    let cases: Vec<Case> = (0..CASES).map(|_| Case::draw(&mut random)).collect();
    let pieces = cases.iter().map(|case| {
        let [before, after] = [-PIECE, PIECE].map(|step| case.on(case.fraction + step));
        way(before, after)
    });
    let bearings = ways(&pieces.collect::<Vec<_>>());
    let lengths: Vec<[f64; 2]> = ways(&cases.iter().flat_map(Case::pieces).collect::<Vec<_>>())
        .chunks(2 * usize::from(Case::PIECES))
        .map(|pieces| {
            let (before, after) = pieces.split_at(Case::PIECES.into());
            [before, after].map(|pieces| pieces.iter().map(|piece| piece.distance_m).sum())
        })
        .collect();
    for ((case, bearing), [before_m, after_m]) in cases.iter().zip(bearings).zip(lengths) {
        let at = case.on(case.fraction);
        let check = |posts: Value, chainage_m: f64| {
            let location = located(&[strip(case.start, case.end, posts)], at);
            let found = location.along_bearing_deg().expect("a line has one");
            let what = format!("{case:?}: {location:?}, {bearing:?}");
            assert!(turn(found, bearing.bearing_deg) < BEARING_OFF_DEG, "{what}");
            let off_m = location.chainage_m.expect("a line has one") - chainage_m;
            assert!(off_m.abs() < CHAINAGE_OFF_M, "{off_m} m: {what}");
            assert_heading(&location, bearing.bearing_deg);
        };
        check(json!({ "km_start": 30 }), 30_000.0 + before_m);
        check(
            json!({ "km_start": 130, "km_direction": "down" }),
            130_000.0 - before_m,
        );
        let share = before_m / (before_m + after_m);
        let end_km = 130.0 - (before_m + after_m) * 1.1 / 1000.0;
        check(
            json!({ "km_start": 130, "km_end": end_km }),
            130_000.0 * (1.0 - share) + end_km * 1000.0 * share,
        );
    }
}

/// A segment of up to 50 km and a place on it.
#[derive(Debug)]
struct Case {
    start: LatLon,
    end: LatLon,
    fraction: f64,
}

impl Case {
    /// Into how many pieces a way is cut, whose geodesics are as long as it.
    const PIECES: u16 = 20;

    fn draw(random: &mut StdRng) -> Self {
        let start = somewhere(random);
        let lat = start.lat() + random.random_range(-0.31..0.31);
        let lon = start.lon() + random.random_range(-0.41..0.41);
        Self {
            start,
            end: place(lat, lon),
            fraction: random.random_range(0.01..0.99),
        }
    }

    fn on(&self, fraction: f64) -> LatLon {
        self.start.towards(self.end, fraction)
    }

    /// Cuts the way to the place, and the way from it to the end.
    fn pieces(&self) -> Vec<String> {
        let at = self.on(self.fraction);
        let cut = |from: LatLon, to: LatLon| {
            (0..Self::PIECES).map(move |nth| {
                let [start, end] =
                    [nth, nth + 1].map(|nth| f64::from(nth) / f64::from(Self::PIECES));
                way(from.towards(to, start), from.towards(to, end))
            })
        };
        cut(self.start, at).chain(cut(at, self.end)).collect()
    }
}

fn assert_heading(location: &Location, bearing_deg: f64) {
    for (off_deg, way) in [
        (0.0, Way::Along),
        (59.0, Way::Along),
        (-61.0, Way::Across),
        (119.0, Way::Across),
        (-121.0, Way::Against),
        (179.0, Way::Against),
    ] {
        let heading = location
            .heading(bearing_deg + off_deg)
            .expect("a line has one");
        assert_eq!(heading.way, way, "{off_deg} off {bearing_deg}");
        assert!((heading.off_deg - off_deg).abs() < BEARING_OFF_DEG);
    }
}

/// What the judge says of a way.
#[derive(Debug)]
struct Judged {
    bearing_deg: f64,
    distance_m: f64,
}

/// Asks for the direction at the start of each way, and for its length.
fn ways(asked: &[String]) -> Vec<Judged> {
    let answers = tool::answers("GeodSolve", &["-i", "-p", "6"], asked);
    let numbers = answers.iter().map(|answer| {
        let mut numbers = answer.split_whitespace().map(|number| {
            let number: f64 = number.parse().expect("a number");
            number
        });
        let bearing_deg = numbers.next().expect("the direction at the start");
        let distance_m = numbers.nth(1).expect("the length");
        Judged {
            bearing_deg,
            distance_m,
        }
    });
    numbers.collect()
}

fn way(from: LatLon, to: LatLon) -> String {
    format!(
        "{:?} {:?} {:?} {:?}",
        from.lat(),
        from.lon(),
        to.lat(),
        to.lon()
    )
}

fn turn(one_deg: f64, other_deg: f64) -> f64 {
    let turn = (one_deg - other_deg).rem_euclid(360.0);
    turn.min(360.0 - turn)
}

fn located(features: &[Value], at: LatLon) -> Location {
    let set = set_of(features);
    set.locate(set.find("strip").expect("the corridor"), at)
}

fn set_of(features: &[Value]) -> CorridorSet {
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let file = geojson::read(&text, &Region::default()).expect("a sound file");
    CorridorSet::new(file.corridors, file.places).expect("one corridor")
}

/// Lays a strip between two places; with one place it is a short one beside it.
fn strip(start: LatLon, end: LatLon, mut properties: Value) -> Value {
    properties["id"] = json!("strip");
    properties["half_width_m"] = json!(500);
    let end = if start == end {
        place(end.lat() + 0.01, end.lon())
    } else {
        end
    };
    json!({
        "type": "Feature",
        "properties": properties,
        "geometry": {
            "type": "LineString",
            "coordinates": [[start.lon(), start.lat()], [end.lon(), end.lat()]],
        },
    })
}

fn named(at: LatLon) -> Value {
    json!({
        "type": "Feature",
        "properties": { "class": "place", "name": "Town" },
        "geometry": { "type": "Point", "coordinates": [at.lon(), at.lat()] },
    })
}

fn somewhere(random: &mut StdRng) -> LatLon {
    place(
        random.random_range(38.0..47.0),
        random.random_range(14.0..28.0),
    )
}

fn place(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).expect("a place")
}
