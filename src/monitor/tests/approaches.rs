//! Tracks whose course and speed lead into a corridor.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::corridor::{Band, Corridor, Datum};
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Certainty, Event};
use crate::monitor::fixture::{
    Spot, alerts, feed, flight, line, meridian, monitor, near, place, road, stored, told, words,
};
use crate::monitor::rule::Rule;
use crate::track::{Message, Report};
use crate::units::LatLon;

/// Tells what comes in within a minute.
fn rule() -> Rule {
    Rule {
        horizon: Some(Duration::from_secs(60)),
        ..Rule::default()
    }
}

/// A flight that says how it moves, 4 Hz at 20 m/s.
fn fly(spots: &[Spot]) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for leg in spots.windows(2) {
        let (east, north) = (leg[1].0 - leg[0].0, leg[1].1 - leg[0].1);
        let length = east.hypot(north);
        let start_ms = u32::try_from(reports.len()).unwrap() * 250;
        let mut flown = flight(start_ms, 250, 20.0, leg);
        for report in &mut flown {
            head(report, 20.0 * east / length, 20.0 * north / length);
        }
        reports.extend(flown);
    }
    reports
}

fn head(report: &mut Report, east_mps: f64, north_mps: f64) {
    if let Message::GlobalPosition(sample) = &mut report.message {
        sample.east_mps = east_mps;
        sample.north_mps = north_mps;
    }
}

#[track_caller]
fn check(corridor: Corridor, reports: &[Report], expected: &str, why: &str) -> Vec<Alert> {
    let alerts = alerts(&[corridor], &rule(), reports);
    assert_eq!(words(&alerts), expected, "{why}");
    alerts
}

#[test]
fn who_flies_in_is_told_with_the_seconds_and_the_place_and_enters_in_the_same_episode() {
    let alerts = check(
        road(),
        &fly(&[(-3_000.0, 0.0), (2_000.0, 0.0)]),
        "road approaching, road entered, road exited",
        "straight through",
    );
    let approach = alerts[0].approach.as_ref().unwrap();
    near(approach.seconds_to_entry, 59.5, 0.6, "seconds to entry");
    let entry = LatLon::new(approach.lat, approach.lon).unwrap();
    near(
        entry.distance_m(place((-1_000.0, 0.0))),
        0.0,
        2.0,
        "metres from the true entry",
    );
    assert_eq!(alerts[0].certainty, Some(Certainty::Likely));
    let episodes: Vec<_> = alerts.iter().map(|alert| alert.episode.unwrap()).collect();
    assert!(episodes.iter().all(|one| one.id == episodes[0].id));
    let indices: Vec<u32> = episodes.iter().map(|one| one.index).collect();
    assert_eq!(indices, [0, 1, 2]);
}

#[test]
fn nothing_is_told_of_a_way_that_leads_nowhere_or_without_a_horizon() {
    let in_and_out = fly(&[(-3_000.0, 0.0), (2_000.0, 0.0)]);
    let alerts = alerts(&[road()], &Rule::default(), &in_and_out);
    assert_eq!(words(&alerts), "road entered, road exited");
    check(
        road(),
        &fly(&[(-1_040.0, -3_000.0), (-1_040.0, 3_000.0)]),
        "",
        "beside it",
    );
    let mut slow = flight(0, 250, 2.0, &[(-1_200.0, 0.0), (-1_100.0, 0.0)]);
    for report in &mut slow {
        head(report, 2.0, 0.0);
    }
    check(road(), &slow, "", "slower than a course is worth");
    let backwards = fly(&[(-1_100.0, 0.0), (-1_200.0, 0.0)]);
    check(road(), &backwards, "", "on a course that leads away");
}

#[test]
fn a_course_that_wavers_along_the_edge_tells_nothing() {
    let mut reports = fly(&[(-1_040.0, -3_000.0), (-1_040.0, 3_000.0)]);
    for (nth, report) in (0_u32..).zip(&mut reports) {
        head(report, 0.6 * f64::from(nth).sin(), 20.0);
    }
    check(road(), &reports, "", "up to two degrees off");
}

#[test]
fn who_turns_away_is_withdrawn_without_a_word_and_told_again_only_later() {
    let away = [(-2_500.0, 0.0), (-1_300.0, 0.0), (-2_500.0, 0.0)];
    check(road(), &fly(&away), "road approaching", "turned once");
    let at_once = [
        (-2_500.0, 0.0),
        (-1_500.0, 0.0),
        (-1_800.0, 0.0),
        (-1_300.0, 0.0),
        (-1_900.0, 0.0),
        (2_000.0, 0.0),
    ];
    let alerts = check(
        road(),
        &fly(&at_once),
        "road approaching, road entered, road exited",
        "three times within a minute",
    );
    assert_eq!(alerts[0].episode.unwrap().id, alerts[1].episode.unwrap().id);
    let later = [
        (-2_500.0, 0.0),
        (-1_300.0, 0.0),
        (-4_000.0, 0.0),
        (2_000.0, 0.0),
    ];
    let alerts = check(
        road(),
        &fly(&later),
        "road approaching, road approaching, road entered, road exited",
        "minutes later",
    );
    assert_ne!(alerts[0].episode.unwrap().id, alerts[1].episode.unwrap().id);
    assert_eq!(alerts[1].episode.unwrap().id, alerts[2].episode.unwrap().id);
}

#[test]
fn a_narrow_strip_is_approached_and_crossed_in_one_episode() {
    let alerts = check(
        meridian("strip", 5.0),
        &fly(&[(-2_000.0, 0.0), (1_000.0, 0.0)]),
        "strip approaching, strip crossed",
        "across",
    );
    assert_eq!(alerts[0].episode.unwrap().id, alerts[1].episode.unwrap().id);
    let past_its_end = line("strip", 500.0, &[(0.0, 0.0), (0.0, 5_000.0)]);
    check(
        past_its_end,
        &fly(&[(-2_000.0, -498.0), (1_000.0, -498.0)]),
        "",
        "a way that only grazes the round end",
    );
}

#[test]
fn who_flies_above_the_band_approaches_nothing() {
    let low = Corridor {
        band: Some(Band::new(Datum::Msl, None, Some(300.0)).unwrap()),
        ..road()
    };
    check(
        low,
        &fly(&[(-3_000.0, 0.0), (2_000.0, 0.0)]),
        "",
        "at 400 m over 300 m",
    );
}

/// Flies with a restart before each report whose number is in `restarts`.
fn interrupted(reports: &[Report], restarts: &BTreeSet<usize>) -> Vec<Alert> {
    let mut decisions: Vec<Decision> = Vec::new();
    let mut run = monitor(&[road()], &[rule()], Vec::new());
    for (nth, report) in reports.iter().enumerate() {
        if restarts.contains(&nth) {
            run = monitor(&[road()], &[rule()], stored(&decisions));
        }
        decisions.extend(feed(&mut run, std::slice::from_ref(report)));
    }
    told(decisions)
}

#[test]
fn a_restart_on_the_way_in_tells_it_no_second_time() {
    let ids = |alerts: &[Alert]| -> Vec<(Event, uuid::Uuid)> {
        alerts.iter().map(|alert| (alert.event, alert.id)).collect()
    };
    let reports = fly(&[(-2_400.0, 0.0), (-800.0, 0.0), (-2_400.0, 0.0)]);
    let clean = interrupted(&reports, &BTreeSet::new());
    assert_eq!(words(&clean), "road approaching, road entered, road exited");
    for restart in 0..reports.len() {
        let told = interrupted(&reports, &BTreeSet::from([restart]));
        assert_eq!(ids(&told), ids(&clean), "restart before report {restart}");
    }
    let turned = fly(&[(-2_400.0, 0.0), (-1_500.0, 0.0), (-2_400.0, 0.0)]);
    for restart in 0..turned.len() {
        let told = interrupted(&turned, &BTreeSet::from([restart]));
        assert_eq!(words(&told), "road approaching", "before report {restart}");
    }
}
