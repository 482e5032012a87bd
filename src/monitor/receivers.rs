//! What a sender's satellite receivers say of themselves, and whether they agree with its autopilot.

use std::time::Duration;

use crate::monitor::point::Point;
use crate::track::{Gnss, GnssIntegrity};
use crate::units::{LatLon, Metres, Monotonic};

/// How long a receiver's word about itself speaks for the positions after it.
const FRESH: Duration = Duration::from_secs(5);
/// `GPS_FIX_TYPE_3D_FIX`.
const FIX_3D: u8 = 3;
/// `GPS_JAMMING_STATE_DETECTED` and `GPS_SPOOFING_STATE_DETECTED`: not mitigated.
const DETECTED: u8 = 3;
/// Older than this, a filtered place is not held against a receiver's.
const COMPARED_MAX: Duration = Duration::from_secs(3);
/// How far a receiver may be off the filtered place besides its accuracy and its lag, metres.
const SLACK_M: f64 = 50.0;
/// How often the accuracy of either counts.
const PER_ACCURACY: f64 = 3.0;
/// How much later than the filter's a receiver's place may be told, seconds.
const LAG_S: f64 = 1.0;
/// So many solutions in a row have to be off.
const OFF_MIN: u32 = 3;

/// The receivers of one sender.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Receivers {
    first: Receiver,
    second: Receiver,
    /// What they say of jamming and spoofing.
    integrity: [Option<(Monotonic, GnssIntegrity)>; 2],
}

/// One receiver.
#[derive(Clone, Copy, Debug, Default)]
struct Receiver {
    said: Option<(Monotonic, Gnss)>,
    /// Solutions in a row that were far from the filtered place.
    off: u32,
}

impl Receivers {
    /// Takes a solution, and holds it against the filtered place if there is one.
    pub(super) fn learn(
        &mut self,
        now: Monotonic,
        is_second: bool,
        gnss: &Gnss,
        filtered: Option<&Point>,
    ) {
        let receiver = if is_second {
            &mut self.second
        } else {
            &mut self.first
        };
        receiver.said = Some((now, *gnss));
        let fresh = filtered.filter(|point| now.since(point.received) <= COMPARED_MAX);
        receiver.off = match fresh.and_then(|point| is_off(now, gnss, point)) {
            Some(true) => receiver.off.saturating_add(1),
            Some(false) | None => 0,
        };
    }

    /// Takes what a receiver says of its signals.
    pub(super) fn learn_integrity(&mut self, now: Monotonic, said: GnssIntegrity) {
        let is_its = |slot: &&mut Option<(Monotonic, GnssIntegrity)>| {
            slot.is_none_or(|(_, before)| before.receiver == said.receiver)
        };
        let mut slots = self.integrity.iter_mut();
        if let Some(slot) = slots.find(is_its) {
            *slot = Some((now, said));
        }
    }

    /// Returns the word of the first receiver if it is fresh.
    pub(super) fn first(&self, now: Monotonic) -> Option<Gnss> {
        self.first.fresh(now)
    }

    /// Says whether it is known that no receiver has a 3D fix.
    pub(super) fn lack_fix(&self, now: Monotonic) -> bool {
        let lacks = |gnss: Gnss| gnss.fix_type < FIX_3D;
        self.first.fresh(now).is_some_and(lacks) && self.second.fresh(now).is_none_or(lacks)
    }

    /// Says whether a receiver reports jamming, and whether one reports spoofing.
    pub(super) fn interference(&self, now: Monotonic) -> [bool; 2] {
        let fresh = || {
            let said = self.integrity.iter().flatten();
            said.filter(|(heard, _)| now.since(*heard) <= FRESH)
        };
        [
            fresh().any(|(_, said)| said.jamming == Some(DETECTED)),
            fresh().any(|(_, said)| said.spoofing == Some(DETECTED)),
        ]
    }

    /// Says whether a receiver has told another place than the autopilot several times in a row.
    pub(super) fn disagree(&self, now: Monotonic) -> bool {
        [self.first, self.second]
            .iter()
            .any(|receiver| OFF_MIN <= receiver.off && receiver.fresh(now).is_some())
    }
}

impl Receiver {
    fn fresh(&self, now: Monotonic) -> Option<Gnss> {
        let (heard, gnss) = self.said?;
        (now.since(heard) <= FRESH).then_some(gnss)
    }
}

/// Says whether a solution lies too far from a filtered place; nothing if it has no 3D fix.
fn is_off(now: Monotonic, gnss: &Gnss, filtered: &Point) -> Option<bool> {
    let place = gnss.place.filter(|_| FIX_3D <= gnss.fix_type)?;
    let place = LatLon::try_from(place).ok()?;
    let accuracy_m = |h_acc: Option<Metres>| h_acc.map_or(0.0, Metres::get);
    let since_s = now.since(filtered.received).as_secs_f64() + LAG_S;
    let allowed_m = SLACK_M
        + PER_ACCURACY * (accuracy_m(gnss.h_acc) + accuracy_m(filtered.h_acc))
        + gnss.ground_speed_mps.unwrap_or(0.0) * since_s;
    Some(allowed_m < filtered.position.distance_m(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture::{Spot, degrees_e7, place};
    use crate::monitor::point::{ClockKind, SenderClock};
    use crate::track::SentPlace;

    fn at(second: u64) -> Monotonic {
        Monotonic::from_micros(second * 1_000_000)
    }

    fn gnss(fix_type: u8, spot: Spot) -> Gnss {
        let at = place(spot);
        Gnss {
            time: None,
            fix_type,
            satellites: None,
            place: Some(SentPlace {
                lat_e7: degrees_e7(at.lat()),
                lon_e7: degrees_e7(at.lon()),
            }),
            alt_msl_m: None,
            alt_ellipsoid_m: None,
            ground_speed_mps: Some(20.0),
            course_deg: None,
            h_acc: Metres::new(2.0).ok(),
            v_acc: None,
            speed_acc_mps: None,
        }
    }

    fn filtered(second: u64) -> Point {
        Point {
            clock: SenderClock {
                component_id: 1,
                kind: ClockKind::Boot,
            },
            ms: 0,
            received: at(second),
            position: place((0.0, 0.0)),
            h_acc: Metres::new(2.0).ok(),
        }
    }

    /// Tells a solution a second, so far east of the filtered place, `-` without a fix, and compares
    /// when the two disagree (`#`).
    #[track_caller]
    fn check(solutions: &[&str], expected: &str, why: &str) {
        for is_second in [false, true] {
            let mut receivers = Receivers::default();
            let mut told = String::new();
            for (second, solution) in (0..).zip(solutions) {
                let (fix_type, east_m) = match solution.parse() {
                    Ok(east_m) => (3, east_m),
                    Err(_) => (1, 9_000.0),
                };
                let said = gnss(fix_type, (east_m, 0.0));
                receivers.learn(at(second), is_second, &said, Some(&filtered(second)));
                told.push(if receivers.disagree(at(second)) {
                    '#'
                } else {
                    '.'
                });
            }
            assert_eq!(told, expected, "{why}, second receiver: {is_second}");
        }
    }

    #[test]
    fn a_receiver_that_is_elsewhere_three_times_in_a_row_disagrees() {
        check(&["0", "200", "200", "200", "0"], "...#.", "200 m");
        check(&["200", "200", "0", "200", "200"], ".....", "never thrice");
        check(
            &["70", "70", "70", "70"],
            "....",
            "its lag and its accuracy",
        );
        check(
            &["200", "200", "-", "200", "200"],
            ".....",
            "no fix, no place",
        );
    }

    #[test]
    fn a_solution_is_held_against_a_fresh_place_alone() {
        let mut receivers = Receivers::default();
        for second in 0..9 {
            let said = gnss(3, (9_000.0, 0.0));
            let old = filtered(0);
            receivers.learn(at(second + 4), false, &said, Some(&old));
        }
        assert!(!receivers.disagree(at(13)));
    }

    #[test]
    fn a_fix_is_lost_once_every_receiver_has_lost_it() {
        let mut receivers = Receivers::default();
        let spot = (0.0, 0.0);
        receivers.learn(at(0), false, &gnss(1, spot), None);
        assert!(receivers.lack_fix(at(1)));
        receivers.learn(at(1), true, &gnss(3, spot), None);
        assert!(!receivers.lack_fix(at(1)), "the other has one");
        receivers.learn(at(2), true, &gnss(2, spot), None);
        assert!(receivers.lack_fix(at(2)));
        assert!(!receivers.lack_fix(at(9)), "nobody said so lately");
    }

    #[test]
    fn what_one_receiver_says_of_its_signals_is_not_taken_back_by_another() {
        let said = |receiver, jamming| GnssIntegrity {
            receiver,
            system_errors: 0,
            authentication: None,
            jamming: Some(jamming),
            spoofing: None,
            raim: None,
            raim_h_acc: None,
            raim_v_acc: None,
            corrections_quality: None,
            system_status: None,
            signal_quality: None,
        };
        let mut receivers = Receivers::default();
        receivers.learn_integrity(at(0), said(0, 3));
        receivers.learn_integrity(at(1), said(1, 1));
        assert_eq!(receivers.interference(at(1)), [true, false]);
        receivers.learn_integrity(at(2), said(0, 2));
        assert_eq!(receivers.interference(at(2)), [false, false], "mitigated");
        assert_eq!(receivers.interference(at(20)), [false, false], "long ago");
    }
}
