//! Routes that are told by a corridor: how far along it, and how far beside.
//!
//! Pure.

use crate::flight::Path;
use crate::geodesy::Place;

/// How far to each side the direction of the corridor is taken from, metres.
const REACH_M: f64 = 25.0;

/// Finds the places of a route: kilometres along the corridor, and metres beside it, right of its
/// direction positive.
///
/// Beyond the ends of a line it goes straight on.
pub(super) fn places(corridor: &Path, route: &[[f64; 2]]) -> Vec<Place> {
    route.iter().map(|leg| place(corridor, *leg)).collect()
}

fn place(corridor: &Path, [kilometres, beside_m]: [f64; 2]) -> Place {
    let along_m = kilometres * 1_000.0;
    let held_m = if corridor.is_ring() {
        along_m
    } else {
        along_m.clamp(0.0, corridor.length_m())
    };
    let direction = corridor.direction_at(held_m, REACH_M);
    let beyond = direction.times((along_m - held_m) / direction.length_m());
    let beside = direction.right(beside_m).unwrap_or_default();
    corridor.place_at(held_m).after(beyond).after(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_told_along_the_corridor_and_beside_it() {
        check([0.0, 0.0], 0.0, 0.0);
        check([1.0, 0.0], 1_000.0, 0.0);
        check([1.0, 300.0], 1_000.0, -300.0);
        check([1.0, -300.0], 1_000.0, 300.0);
    }

    #[test]
    fn beyond_the_ends_it_goes_straight_on() {
        check([-0.5, 100.0], -500.0, -100.0);
        let corridor = corridor();
        let end_m = corridor.length_m();
        check([end_m / 1_000.0 + 2.0, 0.0], end_m + 2_000.0, 0.0);
    }

    /// Asserts where a leg leads, from the first place of a corridor that leads east.
    #[track_caller]
    fn check(leg: [f64; 2], east_m: f64, north_m: f64) {
        let corridor = corridor();
        let step = corridor.place_at(0.0).step_to(place(&corridor, leg));
        let off_m = (step.east_m - east_m).hypot(step.north_m - north_m);
        assert!(off_m < 0.1, "{leg:?} leads to {step:?}");
    }

    fn corridor() -> Path {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        Path::new(&[place(22.0), place(22.03)]).expect("a path")
    }
}
