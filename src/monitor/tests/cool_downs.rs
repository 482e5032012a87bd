//! Stays that follow each other too soon.

use std::time::Duration;

use crate::monitor::Decision;
use crate::monitor::alert::Alert;
use crate::monitor::fixture::{
    Spot, alerts, feed, flight, meridian, monitor, ms_of, near, road, stored, told, words,
};
use crate::monitor::rule::Rule;
use crate::track::Report;

/// Tells of nothing new for two minutes after an exit.
fn rule() -> Rule {
    Rule {
        cool_down: Some(Duration::from_secs(120)),
        ..Rule::default()
    }
}

/// At 20 m/s, 4 Hz.
fn fly(spots: &[Spot]) -> Vec<Report> {
    flight(0, 250, 20.0, spots)
}

/// Out of the road for 20 s, and back in for long.
fn there_and_back() -> Vec<Report> {
    fly(&[
        (0.0, 0.0),
        (1_200.0, 0.0),
        (0.0, 0.0),
        (0.0, 3_000.0),
        (-5_000.0, 3_000.0),
    ])
}

#[track_caller]
fn check(reports: &[Report], expected: &str, why: &str) -> Vec<Alert> {
    let told = alerts(&[road()], &rule(), reports);
    assert_eq!(words(&told), expected, "{why}");
    told
}

#[test]
fn a_stay_that_is_over_within_the_cool_down_is_not_told() {
    let short = [
        (0.0, 0.0),
        (1_200.0, 0.0),
        (800.0, 0.0),
        (1_200.0, 0.0),
        (5_000.0, 0.0),
    ];
    check(&fly(&short), "road entered, road exited", "40 s inside");
    let out_and_out = [
        (0.0, 0.0),
        (1_200.0, 0.0),
        (800.0, 0.0),
        (1_200.0, 0.0),
        (800.0, 0.0),
        (1_200.0, 0.0),
        (5_000.0, 0.0),
    ];
    check(&fly(&out_and_out), "road entered, road exited", "twice");
}

#[test]
fn a_stay_that_outlasts_the_cool_down_is_told_when_that_is_over() {
    let back = there_and_back();
    let stay = "road entered, road exited";
    let told = check(&back, &format!("{stay}, {stay}"), "back for 250 s");
    let (left, again) = (&told[1], &told[2]);
    near(ms_of(left.occurred_at), 50_000.0, 100.0, "out, ms");
    near(ms_of(again.occurred_at), 70_000.0, 100.0, "in again, ms");
    near(ms_of(again.detected_at), 170_000.0, 300.0, "told, ms");
    assert_ne!(left.episode.unwrap().id, again.episode.unwrap().id);
    near(
        told[3].travelled_m.unwrap(),
        5_000.0,
        5.0,
        "metres inside, all of them",
    );
}

#[test]
fn a_stay_after_the_cool_down_is_told_at_once() {
    let later = [(0.0, 0.0), (2_500.0, 0.0), (0.0, 0.0)];
    let told = check(
        &fly(&later),
        "road entered, road exited, road entered",
        "150 s outside",
    );
    let late_ms = ms_of(told[2].detected_at) - ms_of(told[2].occurred_at);
    near(late_ms, 2_500.0, 1_500.0, "confirmed and told, ms");
}

#[test]
fn crossings_that_follow_too_soon_are_told_once() {
    let strip = [meridian("strip", 5.0)];
    let to_and_fro = [
        (-450.0, 0.0),
        (450.0, 0.0),
        (-450.0, 0.0),
        (450.0, 0.0),
        (4_000.0, 0.0),
        (-450.0, 0.0),
    ];
    let reports = flight(0, 4_000, 25.0, &to_and_fro);
    let told = alerts(&strip, &rule(), &reports);
    assert_eq!(words(&told), "strip crossed, strip crossed");
    let without = alerts(&strip, &Rule::default(), &reports);
    assert_eq!(without.len(), 4);
}

#[test]
fn a_restart_does_not_end_the_cool_down() {
    let reports = there_and_back();
    let clean = alerts(&[road()], &rule(), &reports);
    for restart in (200..reports.len()).step_by(7) {
        let mut decisions: Vec<Decision> = Vec::new();
        let mut run = monitor(&[road()], &[rule()], Vec::new());
        decisions.extend(feed(&mut run, &reports[..restart]));
        run = monitor(&[road()], &[rule()], stored(&decisions));
        decisions.extend(feed(&mut run, &reports[restart..]));
        let told = told(decisions);
        assert_eq!(words(&told), words(&clean), "before report {restart}");
        let late = told[2].detected_at;
        assert!(
            clean[2].detected_at <= late,
            "not before the cool-down ends"
        );
    }
}
