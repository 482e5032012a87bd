//! A scenario as a recording: what arrives on its links, in one file.
//!
//! Pure. All links are heard by one recorder, as by a station that they lead to.

use std::time::Duration;

use crate::channel::Cargo;
use crate::scenario::{Scenario, ScenarioError};
use crate::sky::Sky;
use crate::tlog;

/// Lets a scenario be heard for so long, and returns the recording.
///
/// `start_unix_us` is the civil time at the start, microseconds since the Unix epoch, for the vehicles
/// and for the recorder. Garbage stands between the records as it came.
///
/// # Errors
///
/// Says what in the scenario cannot be shown.
pub fn record(
    scenario: &Scenario,
    start_unix_us: u64,
    seed: u64,
    lasts: Duration,
) -> Result<Vec<u8>, ScenarioError> {
    let mut sky = Sky::new(scenario, start_unix_us, seed)?;
    let mut recording = Vec::new();
    while let Some(heard) = sky.poll(lasts) {
        let since_us = u64::try_from(heard.due.as_micros()).unwrap_or(u64::MAX);
        match heard.cargo {
            Cargo::Frame | Cargo::Flipped | Cargo::Duplicate => {
                let unix_us = start_unix_us.saturating_add(since_us);
                tlog::append(&mut recording, unix_us, &heard.bytes);
            }
            Cargo::Garbage => recording.extend(&heard.bytes),
        }
    }
    Ok(recording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::LinkFaults;
    use crate::geodesy::Place;
    use crate::link::LinkPlan;
    use crate::plan::VehiclePlan;
    use crate::tlog::Records;

    const START_UNIX_US: u64 = 1_770_000_000_000_000;

    #[test]
    fn a_recording_holds_what_arrived_when_it_arrived() {
        let recording = recording(LinkFaults::default(), 5);
        let mut records = Records::new(&recording);
        let stamps: Vec<u64> = records.by_ref().map(|record| record.unix_us).collect();
        assert_eq!(stamps.len(), 80, "8 frames a second");
        assert!(stamps.is_sorted());
        let since_us = |stamp: Option<&u64>| stamp.map(|us| us - START_UNIX_US);
        assert!(since_us(stamps.first()) < Some(1_000_000), "{stamps:?}");
        assert!(Some(9_000_000) < since_us(stamps.last()), "{stamps:?}");
        assert_eq!(records.skipped_bytes(), 0);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let clean = LinkFaults::default;
        assert_eq!(recording(clean(), 5), recording(clean(), 5));
        assert_ne!(recording(clean(), 5), recording(clean(), 6));
    }

    #[test]
    fn garbage_stands_between_the_records() {
        let faults = LinkFaults {
            garbage: 0.2,
            ..LinkFaults::default()
        };
        let dirty = recording(faults, 5);
        let mut records = Records::new(&dirty);
        let frames: Vec<&[u8]> = records.by_ref().map(|record| record.frame).collect();
        let clean = recording(LinkFaults::default(), 5);
        let expected: Vec<&[u8]> = Records::new(&clean).map(|record| record.frame).collect();
        assert_eq!(frames, expected);
        assert!(0 < records.skipped_bytes());
    }

    fn recording(faults: LinkFaults, seed: u64) -> Vec<u8> {
        let place = |lon_deg| Place {
            lat_deg: 41.5,
            lon_deg,
        };
        let vehicle = VehiclePlan::new(vec![place(21.0), place(21.5)], 7);
        let scenario = Scenario {
            links: vec![LinkPlan {
                faults,
                ..LinkPlan::new("radio")
            }],
            ..Scenario::of(vec![vehicle])
        };
        record(&scenario, START_UNIX_US, seed, Duration::from_secs(10)).expect("a sound scenario")
    }
}
