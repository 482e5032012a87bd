//! A disc: a place and everything near it.

use super::flaw::Fault;
use super::segment::Segment;
use super::soundness::{radius_fault, reach_fault, vertex_faults};
use crate::units::{LatLon, Metres};

/// Everything within a radius of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Disc {
    centre: LatLon,
    radius: Metres,
}

impl Disc {
    /// The greatest radius, metres: far beyond it, local metres no longer hold.
    pub const RADIUS_MAX_M: f64 = 100_000.0;

    /// Checks a centre and a radius.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the disc, not only the first thing.
    pub fn new(centre: LatLon, radius: Metres) -> Result<Self, Vec<Fault>> {
        let faults = Self::faults(Some(centre), Some(radius.get()));
        if faults.is_empty() {
            Ok(Self { centre, radius })
        } else {
            Err(faults)
        }
    }

    /// Lists what is wrong with what is known of a disc; the radius in metres.
    pub(super) fn faults(centre: Option<LatLon>, radius_m: Option<f64>) -> Vec<Fault> {
        let mut faults: Vec<Fault> = radius_m.and_then(radius_fault).into_iter().collect();
        faults.extend(vertex_faults(centre.as_slice(), None));
        let reach = centre.zip(radius_m);
        faults.extend(reach.and_then(|(centre, radius_m)| reach_fault(centre, 0, radius_m)));
        faults
    }

    /// Returns the middle.
    #[must_use]
    pub const fn centre(&self) -> LatLon {
        self.centre
    }

    /// Returns the radius.
    #[must_use]
    pub const fn radius(&self) -> Metres {
        self.radius
    }

    pub(super) const fn segment(&self) -> Segment {
        Segment {
            start: self.centre,
            end: self.centre,
            start_half_width_m: self.radius.get(),
            end_half_width_m: self.radius.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::sample::{metres, place};

    #[test]
    fn a_disc_that_cannot_be_measured_says_why() {
        check(
            80.5,
            10.0,
            &["vertex 0: latitude 80.5 is beyond 80: corridors near the poles cannot be measured"],
        );
        check(41.0, 0.0, &["radius_m is 0: it must be more than 0"]);
        check(
            41.0,
            100_001.0,
            &["radius_m is 100001: it must be at most 100000"],
        );
    }

    #[test]
    fn a_disc_that_reaches_over_the_antimeridian_is_refused() {
        let faults = Disc::new(place(10.0, -179.95), metres(6_000.0)).unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "vertex 0: what lies within the width reaches over the antimeridian: corridors do not \
             cross it"
        );
    }

    fn check(lat: f64, radius_m: f64, faults: &[&str]) {
        let found = Disc::new(place(lat, 22.0), metres(radius_m)).unwrap_err();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, faults);
    }
}
