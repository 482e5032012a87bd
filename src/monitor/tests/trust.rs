//! Positions that are led astray: what is told of them, and that nothing else is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::corridor::{Corridor, CorridorSet};
use crate::monitor::alert::{Alert, Certainty, Event, Severity};
use crate::monitor::fixture::{
    self, Spot, alerts, at_speed, feed, fix, flight, gnss, moment, monitor, of_message, place,
    road, settings, stored, told, words,
};
use crate::monitor::memory::Memory;
use crate::monitor::rule::Rule;
use crate::monitor::{Decision, Monitor, Restored};
use crate::track::{GnssIntegrity, Heartbeat, Message, Report};
use crate::units::LatLon;

const SECONDS: u32 = 1_000;
/// On the centreline, where a vehicle is inside at once.
const INSIDE: (f64, f64) = (0.0, 0.0);

/// At 20 m/s northwards from `spot`, told four times a second.
fn north(spot: Spot, start_s: u32, end_s: u32) -> Vec<Report> {
    let way_m = 20.0 * f64::from(end_s - start_s) - 1.0;
    let spots = [spot, (spot.0, spot.1 + way_m)];
    flight(start_s * SECONDS, 250, 20.0, &spots)
}

/// The same reports with what is told from one second to another moved by so much, which may grow.
fn moved(
    reports: &[Report],
    (from_s, until_s): (u32, u32),
    by: impl Fn(f64) -> Spot,
) -> Vec<Report> {
    let moved = reports.iter().map(|report| {
        let Message::GlobalPosition(said) = &report.message else {
            return report.clone();
        };
        let ms = ms_of(report);
        if !(from_s * SECONDS..until_s * SECONDS).contains(&ms) {
            return report.clone();
        }
        let (east_m, north_m) = by(f64::from(ms - from_s * SECONDS) / 1000.0);
        let mut moved = report.clone();
        let mut said = *said;
        let here = LatLon::from_deg_e7(said.lat_e7, said.lon_e7).unwrap();
        let origin = place((0.0, 0.0));
        let there = place((east_m, north_m));
        said.lat_e7 = e7(here.lat() + there.lat() - origin.lat());
        said.lon_e7 = e7(here.lon() + there.lon() - origin.lon());
        moved.message = Message::GlobalPosition(said);
        moved
    });
    moved.collect()
}

#[expect(clippy::cast_possible_truncation, reason = "degrees fit")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

fn ms_of(report: &Report) -> u32 {
    u32::try_from(report.received.monotonic.as_micros() / 1_000).unwrap()
}

/// The same reports by another vehicle.
fn by(system_id: u32, reports: &[Report]) -> Vec<Report> {
    let mut reports = reports.to_vec();
    for report in &mut reports {
        report.sender.system_id = system_id;
    }
    reports
}

fn mixed(flights: &[Vec<Report>]) -> Vec<Report> {
    let mut reports = flights.concat();
    reports.sort_by_key(|report| report.received.monotonic);
    reports
}

#[track_caller]
fn check(reports: &[Report], expected: &str, why: &str) -> Vec<Alert> {
    let alerts = alerts(&[road()], &Rule::default(), reports);
    assert_eq!(words(&alerts), expected, "{why}");
    alerts
}

fn seconds_of(alert: &Alert) -> f64 {
    fixture::ms_of(alert.detected_at) / 1_000.0
}

#[test]
fn a_spoof_of_half_a_minute_is_told_as_one_and_neither_leaves_nor_enters() {
    let suspect = "road entered, position-suspect, position-trusted";
    let clean = north(INSIDE, 0, 100);
    for (by, why) in [
        ((4_000.0, 2_500.0), "a jump of 4.7 km"),
        ((1_500.0, 0.0), "one that could be flown in ten seconds"),
        ((0.0, -3_000.0), "along the road"),
    ] {
        let alerts = check(&moved(&clean, (40, 70), |_| by), suspect, why);
        let trust = alerts[1].trust.as_ref().unwrap();
        assert_eq!(trust.doubts, ["jump"]);
        assert!(seconds_of(&alerts[1]) <= 40.5, "within three fixes");
        let last = trust.last_trusted.unwrap();
        let last = LatLon::new(last.lat, last.lon).unwrap();
        let before = place((0.0, 40.0 * 20.0));
        assert!(last.distance_m(before) < 10.0, "{last}");
        assert!((75.0..76.0).contains(&seconds_of(&alerts[2])), "{why}");
        assert_eq!(alerts[2].trust.as_ref().unwrap().moved_m, None);
        assert_eq!(alerts[2].severity, Severity::Info);
    }
    let outside = north((3_000.0, 0.0), 0, 100);
    check(
        &moved(&outside, (40, 70), |_| (-3_000.0, 0.0)),
        "position-suspect, position-trusted",
        "into the road and out again",
    );
}

#[test]
fn a_single_impossible_fix_is_no_event() {
    let clean = north(INSIDE, 0, 100);
    for from_s in [20, 50, 90] {
        let fixes = clean.iter().filter(|it| ms_of(it).is_multiple_of(SECONDS));
        let once: Vec<Report> = fixes.cloned().collect();
        let wild = moved(&once, (from_s, from_s + 1), |_| (5_000.0, 0.0));
        check(&wild, "road entered", "one");
        let wild = moved(&once, (from_s, from_s + 2), |_| (5_000.0, 0.0));
        check(&wild, "road entered", "two");
    }
}

#[test]
fn a_slow_drift_is_seen_by_the_speed_and_moves_no_standing() {
    let drift = |s: f64| (8.0 * s, 0.0);
    let clean = north((0.0, 0.0), 0, 200);
    let alerts = check(
        &moved(&clean, (30, 180), drift),
        "road entered, position-suspect, position-trusted",
        "1.2 km over the edge",
    );
    assert_eq!(alerts[1].trust.as_ref().unwrap().doubts, ["drift"]);
    assert!(seconds_of(&alerts[1]) < 60.0, "{}", seconds_of(&alerts[1]));
}

#[test]
fn swapped_axes_are_named() {
    let clean = north(INSIDE, 0, 100);
    let swapped: Vec<Report> = clean
        .iter()
        .map(|report| {
            let mut report = report.clone();
            if (40 * SECONDS..70 * SECONDS).contains(&ms_of(&report))
                && let Message::GlobalPosition(said) = &mut report.message
            {
                (said.lat_e7, said.lon_e7) = (said.lon_e7, said.lat_e7);
            }
            report
        })
        .collect();
    let suspect = "road entered, position-suspect, position-trusted";
    let alerts = check(&swapped, suspect, "2,900 km");
    assert_eq!(alerts[1].trust.as_ref().unwrap().doubts, ["swapped-axes"]);
}

#[test]
fn a_frozen_place_and_a_lost_fix_are_suspect_until_there_is_a_true_one() {
    let clean = north(INSIDE, 0, 100);
    let frozen_at = clean.iter().find(|it| ms_of(it) == 40 * SECONDS).unwrap();
    let frozen: Vec<Report> = clean
        .iter()
        .map(|report| {
            let mut report = report.clone();
            if let (Message::GlobalPosition(said), Message::GlobalPosition(at)) =
                (&mut report.message, &frozen_at.message)
                && (40 * SECONDS..70 * SECONDS).contains(&said.boot_ms.saturating_sub(100_000))
            {
                (said.lat_e7, said.lon_e7) = (at.lat_e7, at.lon_e7);
            }
            report
        })
        .collect();
    let suspect = "road entered, position-suspect, position-trusted";
    let alerts = check(&frozen, suspect, "frozen");
    assert_eq!(alerts[1].trust.as_ref().unwrap().doubts, ["frozen"]);
    assert!(seconds_of(&alerts[1]) <= 41.0);

    let receivers = (0..200_u32).map(|half| {
        let fix_type = if (80..140).contains(&half) { 1 } else { 3 };
        gnss(half * 500, fix_type, Some(2.0))
    });
    let lost = mixed(&[receivers.collect(), clean]);
    let alerts = check(&lost, suspect, "no fix");
    assert_eq!(alerts[1].trust.as_ref().unwrap().doubts, ["fix-lost"]);
    let heartbeat = Heartbeat {
        mav_type: 2,
        autopilot: 3,
    };
    let mut never = vec![of_message(0, Message::Heartbeat(heartbeat))];
    never.extend((0..200).map(|half| gnss(half * 500, 1, None)));
    check(
        &mixed(&[never, north(INSIDE, 0, 100)]),
        "",
        "who never had a fix has lost none",
    );
}

#[test]
fn a_place_that_was_jumped_to_is_taken_for_true_in_the_end_and_told_as_moved() {
    let clean = north(INSIDE, 0, 200);
    let alerts = check(
        &moved(&clean, (40, 200), |_| (5_000.0, 0.0)),
        "road entered, position-suspect, position-trusted, road exited",
        "no track is filtered for ever",
    );
    assert!((100.0..102.0).contains(&seconds_of(&alerts[2])));
    let moved_m = alerts[2].trust.as_ref().unwrap().moved_m.unwrap();
    assert!((5_000.0..5_500.0).contains(&moved_m), "{moved_m}");
    assert_eq!(alerts[3].exit, None, "nobody knows the way");
    assert_eq!(alerts[3].trust, None);

    // The speed that this one tells is never right.
    let wrong: Vec<Report> = north((0.0, 0.0), 0, 1_000)
        .into_iter()
        .map(|report| at_speed(report, (15.0, 0.0)))
        .collect();
    check(
        &wrong,
        "road entered, position-suspect, position-trusted, road dwelling",
        "once, and not again",
    );
}

#[test]
fn a_fast_mover_is_never_suspect() {
    for speed_mps in [60.0, 100.0, 145.0] {
        for step_ms in [200, 1_000, 5_000] {
            let way = [(-9_000.0, 0.0), (9_000.0, 0.0), (9_000.0, 9_000.0)];
            let reports = flight(0, step_ms, speed_mps, &way);
            let alerts = alerts(&[road()], &Rule::default(), &reports);
            let suspect = alerts
                .iter()
                .find(|alert| alert.event == Event::PositionSuspect);
            assert_eq!(suspect, None, "{speed_mps} m/s, every {step_ms} ms");
            assert!(!alerts.is_empty());
        }
    }
}

#[test]
fn a_warning_of_the_receiver_labels_what_is_told_and_hides_nothing() {
    let integrity = |ms| {
        let said = GnssIntegrity {
            receiver: 0,
            system_errors: 0,
            authentication: None,
            jamming: Some(3),
            spoofing: Some(1),
            raim: None,
            raim_h_acc: None,
            raim_v_acc: None,
            corrections_quality: None,
            system_status: None,
            signal_quality: None,
        };
        of_message(ms, Message::GnssIntegrity(said))
    };
    let jammed: Vec<Report> = (30..60).map(|second| integrity(second * SECONDS)).collect();
    let through = flight(0, 250, 20.0, &[(-1_800.0, 0.0), (1_800.0, 0.0)]);
    let alerts = check(
        &mixed(&[through, jammed]),
        "position-suspect, road entered, position-trusted, road exited",
        "jammed at the way in",
    );
    assert_eq!(alerts[1].certainty, Some(Certainty::Possible));
    assert_eq!(alerts[1].trust.as_ref().unwrap().doubts, ["jammed"]);
    assert_eq!(alerts[3].trust, None);
}

/// A monitor that goes on with what `decisions` left behind.
fn restarted(corridors: &[Corridor], rules: &[Rule], decisions: &[Decision]) -> Monitor {
    let mut kept: BTreeMap<_, Memory> = BTreeMap::new();
    for memory in decisions.iter().flat_map(|decision| &decision.memories) {
        kept.insert((memory.topic, memory.key.clone()), memory.clone());
    }
    let memories = kept.into_values().filter(|memory| memory.state.is_some());
    let earlier = Restored {
        standings: stored(decisions),
        memories: memories.collect(),
    };
    let set = CorridorSet::new(corridors.to_vec(), Vec::new()).unwrap();
    Monitor::new(settings(rules), Arc::new(set), earlier)
}

#[test]
fn a_restart_while_suspect_tells_nothing_twice_and_nothing_wrong() {
    let clean = north(INSIDE, 0, 100);
    let spoofed = moved(&clean, (40, 70), |_| (5_000.0, 0.0));
    let rules = [Rule::default()];
    for restart in (164..300).step_by(7) {
        let mut run = monitor(&[road()], &rules, Vec::new());
        let mut decisions = feed(&mut run, &spoofed[..restart]);
        let mut run = restarted(&[road()], &rules, &decisions);
        decisions.extend(feed(&mut run, &spoofed[restart..]));
        assert_eq!(
            words(&told(decisions)),
            "road entered, position-suspect, position-trusted",
            "restart before report {restart}"
        );
    }
}

/// Three vehicles in the road, of which two are led astray, and one that comes in meanwhile.
fn disturbed(spoofed: &[u32], comes_in: bool) -> Vec<Report> {
    let mut flights = Vec::new();
    for system_id in 1..=3_u32 {
        let clean = north((0.0, 1_000.0 * f64::from(system_id)), 0, 100);
        let flight = if spoofed.contains(&system_id) {
            moved(&clean, (40, 70), |_| (5_000.0, 0.0))
        } else {
            clean
        };
        flights.push(by(system_id, &flight));
    }
    let in_s = if comes_in { 50_000 } else { 200_000 };
    let crossing = flight(in_s, 250, 20.0, &[(-1_200.0, 0.0), (0.0, 0.0)]);
    flights.push(by(4, &crossing));
    mixed(&flights)
}

#[test]
fn three_that_turn_suspect_together_are_one_area_in_which_alerts_are_held_until_it_clears() {
    let mut run = monitor(&[road()], &[Rule::default()], Vec::new());
    let decisions = feed(&mut run, &disturbed(&[1, 2, 3], true));
    let of = |event: Event| {
        let alerts = decisions.iter().filter_map(|it| it.alert.as_ref());
        alerts.filter(|it| it.event == event).collect::<Vec<_>>()
    };
    let [began, cleared] = of(Event::GnssInterference)[..] else {
        panic!("one area, {}", words(&told(decisions)));
    };
    let area = began.interference.as_ref().unwrap();
    let keys = ["vehicle:lan/1", "vehicle:lan/2", "vehicle:lan/3"];
    assert_eq!(
        (area.cleared, &area.tracks[..]),
        (false, &keys.map(str::to_owned)[..])
    );
    assert!((40.0..41.0).contains(&seconds_of(began)));
    assert_eq!(began.track, None);
    assert!((75.0..76.0).contains(&seconds_of(cleared)));
    assert!(cleared.interference.as_ref().unwrap().cleared);

    let held = decisions.iter().filter(|decision| decision.held.is_some());
    let held: Vec<&Alert> = held.filter_map(|it| it.alert.as_ref()).collect();
    let entered = held.iter().find(|alert| alert.event == Event::Entered);
    let entered = entered.expect("it is held");
    assert_eq!(entered.subject(), "vehicle:lan/4");
    assert!(entered.interference.is_some(), "it is labelled");
    let releases = decisions.iter().flat_map(|it| &it.releases);
    assert_eq!(releases.filter(|it| it.alert == entered.id).count(), 1);
}

#[test]
fn fewer_are_no_area_and_a_critical_alert_is_never_held() {
    let mut run = monitor(&[road()], &[Rule::default()], Vec::new());
    let alerts = told(feed(&mut run, &disturbed(&[1, 2], true)));
    assert!(alerts.iter().all(|alert| alert.interference.is_none()));

    let critical = Rule {
        severity: Severity::Critical,
        ..Rule::default()
    };
    let mut run = monitor(&[road()], &[critical], Vec::new());
    let decisions = feed(&mut run, &disturbed(&[1, 2, 3], true));
    let labelled = decisions.iter().filter(|decision| {
        let alert = decision.alert.as_ref();
        alert.is_some_and(|it| it.event == Event::Entered && it.interference.is_some())
    });
    let labelled: Vec<&Decision> = labelled.collect();
    assert_eq!(labelled.len(), 1);
    assert_eq!(labelled[0].held, None);
}

#[test]
fn an_area_outlives_a_restart_and_ends_once_its_tracks_are_silent() {
    let reports = disturbed(&[1, 2, 3], true);
    let rules = [Rule::default()];
    let restart = reports.partition_point(|it| ms_of(it) < 66 * SECONDS);
    let mut run = monitor(&[road()], &rules, Vec::new());
    let mut decisions = feed(&mut run, &reports[..restart]);
    let before = decisions.len();
    let mut run = restarted(&[road()], &rules, &decisions);
    decisions.extend(feed(&mut run, &reports[restart..]));
    let after = &decisions[before..];
    let events = after.iter().filter_map(|it| it.alert.as_ref());
    let cleared: Vec<_> = events.filter_map(|it| it.interference.as_ref()).collect();
    assert!(
        cleared.iter().any(|area| area.cleared),
        "it clears after the restart"
    );
    let released = after.iter().flat_map(|it| &it.releases).count();
    assert!(1 <= released, "what was held stands");

    let mut run = restarted(&[road()], &rules, &decisions[..before]);
    let mut clears = |ms| {
        run.handle_timeout(moment(ms));
        let decisions = std::iter::from_fn(|| run.poll_decision());
        let areas = decisions.filter_map(|it| it.alert?.interference);
        areas.filter(|area| area.cleared).count()
    };
    assert_eq!(clears(70 * SECONDS), 0);
    assert_eq!(clears(371 * SECONDS), 1, "after five minutes");
}

#[test]
fn an_accuracy_that_is_overrated_widens_the_margin_by_what_is_seen() {
    let wave = |s: f64, a: f64, b: f64| 6.0 * ((s / a).sin() + (s / b).sin());
    let hover: Vec<Report> = (0..3_600_u32)
        .flat_map(|second| {
            let s = f64::from(second);
            let spot = (-1_000.0 + wave(s, 17.0, 41.0), wave(s, 23.0, 37.0));
            let ms = second * SECONDS;
            [gnss(ms, 3, Some(0.5)), fix(ms, spot)]
        })
        .collect();
    let mut run = monitor(&[road()], &[Rule::default()], Vec::new());
    let alerts = told(feed(&mut run, &hover));
    let stays = alerts.iter().filter(|alert| alert.event == Event::Entered);
    assert!(stays.count() <= 1, "{}", words(&alerts));
    let suspect = alerts
        .iter()
        .find(|alert| alert.event == Event::PositionSuspect)
        .unwrap();
    assert_eq!(suspect.trust.as_ref().unwrap().doubts, ["overrated"]);
    let position = suspect.position.as_ref().unwrap();
    assert_eq!(position.h_acc_m, Some(0.5), "as it was reported");
}
