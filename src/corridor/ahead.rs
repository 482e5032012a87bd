//! Which corridors a vehicle comes to if it goes on as it does.

use std::time::Duration;

use super::metric::{Offset, Scale};
use super::passage::Passage;
use super::set::{CorridorIndex, CorridorSet};
use crate::units::LatLon;

/// A velocity over ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Metres per second towards east.
    pub east_mps: f64,
    /// Metres per second towards north.
    pub north_mps: f64,
}

/// A corridor that lies ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// Which one.
    pub corridor: CorridorIndex,
    /// When its edge is reached, seconds from here.
    pub seconds: f64,
    /// Where its edge is reached, at most a centimetre inside.
    pub entry: LatLon,
}

impl CorridorSet {
    /// Finds all corridors that a place outside of them enters within `horizon` if it moves straight on.
    ///
    /// `found` is cleared first; it comes in the order of the corridors. One that is left again before
    /// the horizon is found as well, one that the place is inside of is not. The way is straight in
    /// longitude and latitude: up to 5 km on, within 3 m of the geodesic that sets out as it does. A way off
    /// the map, and a velocity that is no number, lead to nothing. `ways` is for the search; nothing is
    /// allocated once both have grown to what the place asks for.
    pub fn ahead(
        &self,
        at: LatLon,
        drift: Drift,
        horizon: Duration,
        ways: &mut Vec<Passage>,
        found: &mut Vec<Ahead>,
    ) {
        found.clear();
        let seconds = horizon.as_secs_f64();
        let way = Offset {
            east: drift.east_mps * seconds,
            north: drift.north_mps * seconds,
        };
        let Some(to) = moved(at, way) else {
            return;
        };
        self.passages(at, to, ways);
        let entered = ways.iter().filter(|passage| 0.0 < passage.enter);
        found.extend(entered.map(|passage| Ahead {
            corridor: passage.corridor,
            seconds: passage.enter * seconds,
            entry: at.towards(to, passage.enter),
        }));
    }
}

/// Goes a way in the plane halfway along it; absent beyond a pole or the antimeridian.
fn moved(from: LatLon, way: Offset) -> Option<LatLon> {
    let lat = |scale: Scale| from.lat() + way.north / scale.north;
    let rough = lat(Scale::around(from.lat()));
    let scale = Scale::around(f64::midpoint(from.lat(), rough));
    LatLon::new(lat(scale), from.lon() + way.east / scale.east).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{area, geodesic_m, line, moved as geodesic, place, square};
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn what_lies_ahead_is_told_with_the_time_to_its_edge() {
        let start = place(41.0, 22.0);
        let strip = line(
            "strip",
            100.0,
            vec![
                geodesic(start, 700.0, -5_000.0),
                geodesic(start, 700.0, 5_000.0),
            ],
        );
        let yard = geodesic(start, 1_500.0, 0.0);
        let yard = area("yard", square(yard.lat(), yard.lon(), 1_000.0), Vec::new());
        let set = CorridorSet::new(vec![strip, yard], Vec::new()).unwrap();
        let check = |east_mps, north_mps, horizon_s, expected: &[(&str, f64)]| {
            let (mut ways, mut found) = (Vec::new(), Vec::new());
            let drift = Drift {
                east_mps,
                north_mps,
            };
            set.ahead(
                start,
                drift,
                Duration::from_secs(horizon_s),
                &mut ways,
                &mut found,
            );
            let found = found
                .iter()
                .map(|ahead| (set.get(ahead.corridor).id.as_str(), ahead.seconds));
            let found: Vec<(&str, f64)> = found.collect();
            let near = |one: &(&str, f64), other: &(&str, f64)| {
                one.0 == other.0 && (one.1 - other.1).abs() < 0.01
            };
            let same = found.len() == expected.len()
                && found
                    .iter()
                    .zip(expected)
                    .all(|(one, other)| near(one, other));
            assert!(
                same,
                "{drift:?}, {horizon_s} s: {found:?} instead of {expected:?}"
            );
        };
        check(20.0, 0.0, 60, &[("strip", 30.0), ("yard", 50.0)]);
        check(20.0, 0.0, 49, &[("strip", 30.0)]);
        check(20.0, 0.0, 29, &[]);
        check(-20.0, 0.0, 60, &[]);
        check(0.0, 0.0, 60, &[]);
        check(f64::NAN, 0.0, 60, &[]);
        check(1e9, 1e9, 60, &[]);
        check(200.0, 0.0, 60, &[("strip", 3.0), ("yard", 5.0)]);
    }

    #[test]
    fn what_one_is_inside_of_does_not_lie_ahead() {
        let start = place(41.0, 22.0);
        let strip = line("strip", 100.0, vec![start, geodesic(start, 0.0, 5_000.0)]);
        let set = CorridorSet::new(vec![strip], Vec::new()).unwrap();
        let (mut ways, mut found) = (Vec::new(), Vec::new());
        for drift in [[0.0, 20.0], [20.0, 0.0], [0.0, 0.0]] {
            let [east_mps, north_mps] = drift;
            set.ahead(
                start,
                Drift {
                    east_mps,
                    north_mps,
                },
                MINUTE,
                &mut ways,
                &mut found,
            );
            assert_eq!(found, [], "{drift:?}");
        }
    }

    proptest! {
        #[test]
        fn the_entry_is_where_a_geodesic_of_up_to_5_km_leads(
            lat in 38.0..47.0,
            bearing in 0.0..360.0_f64,
            (away_m, half_width_m) in (300.0..4_900.0, 50.0..250.0),
            speed_mps in 1.0..80.0_f64,
        ) {
            let start = place(lat, 21.0);
            let (east, north) = bearing.to_radians().sin_cos();
            let middle = geodesic(start, (away_m + half_width_m) * east, (away_m + half_width_m) * north);
            let across = [-2_000.0, 2_000.0];
            let ends = across.map(|off_m| geodesic(middle, -north * off_m, east * off_m));
            let set = CorridorSet::new(vec![line("strip", half_width_m, ends.to_vec())], Vec::new());
            let set = set.unwrap();
            let drift = Drift { east_mps: speed_mps * east, north_mps: speed_mps * north };
            let horizon = Duration::from_secs_f64(5_000.0 / speed_mps);
            let (mut ways, mut found) = (Vec::new(), Vec::new());
            set.ahead(start, drift, horizon, &mut ways, &mut found);
            prop_assert_eq!(found.len(), 1);
            let off_m = geodesic_m(found[0].entry, geodesic(start, away_m * east, away_m * north));
            prop_assert!(off_m < 3.0, "{off_m} m");
            let off_s: f64 = found[0].seconds - away_m / speed_mps;
            prop_assert!((off_s * speed_mps).abs() < 3.0, "{off_s} s");
        }
    }
}
