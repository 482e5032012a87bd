//! The daemon ends and starts again, at any moment of a flight.

use crate::corridor::Corridor;
use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Event, ExitReason};
use crate::monitor::fixture::{
    Spot, alerts, feed, fix, flight, meridian, moment, monitor, ms_of, near, place, road, stored,
    told, words, yard,
};
use crate::monitor::rule::{CorridorFilter, Pattern, Rule};
use crate::track::Report;

/// Flies `reports` with a restart before each report whose number is in `restarts`.
fn interrupted(
    corridors: &[Corridor],
    rules: &[Rule],
    reports: &[Report],
    restarts: &[usize],
) -> Vec<Alert> {
    let mut decisions: Vec<Decision> = Vec::new();
    let mut run = monitor(corridors, rules, Vec::new());
    for (n, report) in reports.iter().enumerate() {
        if restarts.contains(&n) {
            run = monitor(corridors, rules, stored(&decisions));
        }
        decisions.extend(feed(&mut run, std::slice::from_ref(report)));
    }
    told(decisions)
}

fn ids(alerts: &[Alert]) -> Vec<String> {
    alerts
        .iter()
        .map(|alert| format!("{} {}", alert.event, alert.id))
        .collect()
}

/// Restarts before every report of a flight, one restart a run, and compares what was told.
///
/// A restart forgets what is not confirmed and the way to the next fix. Neither entered nor
/// exited may be missing, doubled or renamed for it, a crossing between two fixes may be lost.
fn check(corridors: &[Corridor], reports: &[Report], expected: &str, why: &str) {
    let rules = [Rule::default()];
    let clean = interrupted(corridors, &rules, reports, &[]);
    assert_eq!(words(&clean), expected, "{why}");
    for restart in 0..reports.len() {
        let told = interrupted(corridors, &rules, reports, &[restart]);
        assert_eq!(
            ids(&told),
            ids(&clean),
            "{why}, restart before report {restart}"
        );
    }
    let every: Vec<usize> = (0..reports.len()).step_by(5).collect();
    let told = interrupted(corridors, &rules, reports, &every);
    assert_eq!(
        ids(&told),
        ids(&clean),
        "{why}, a restart every five reports"
    );
}

#[test]
fn a_restart_at_any_report_repeats_no_alert_and_forgets_none() {
    let twice: [Spot; 3] = [(-1_500.0, 0.0), (1_500.0, 0.0), (-1_500.0, 0.0)];
    let stay = "road entered, road exited";
    check(
        &[road()],
        &flight(0, 1_000, 20.0, &twice),
        &format!("{stay}, {stay}"),
        "there and back",
    );
    let long = [
        (-1_200.0, 0.0),
        (0.0, 0.0),
        (0.0, 8_000.0),
        (1_200.0, 8_000.0),
    ];
    check(
        &[road(), yard(5_000.0, &[])],
        &flight(0, 1_000, 20.0, &long),
        "yard entered, road entered, yard exited, road dwelling, road exited",
        "along the road",
    );
}

#[test]
fn a_restart_loses_a_crossing_only_before_it_is_confirmed() {
    let strip = [meridian("strip", 5.0)];
    let reports = flight(0, 1_000, 20.0, &[(-210.0, 0.0), (290.0, 0.0)]);
    let rules = [Rule::default()];
    let clean = interrupted(&strip, &rules, &reports, &[]);
    assert_eq!(words(&clean), "strip crossed");
    // From 10 m before it to 10 m behind it, then three fixes more than 30 m away.
    let lost: Vec<usize> = (0..reports.len())
        .filter(|restart| {
            let told = interrupted(&strip, &rules, &reports, &[*restart]);
            assert!(told.is_empty() || ids(&told) == ids(&clean));
            told.is_empty()
        })
        .collect();
    assert_eq!(lost, [11, 12, 13, 14, 15]);
}

#[test]
fn a_stay_over_a_restart_keeps_its_beginning_and_its_length() {
    let reports = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let clean = alerts(&[road()], &Rule::default(), &reports);
    let told = interrupted(&[road()], &[Rule::default()], &reports, &[75]);
    let (clean, told) = (&clean[1], &told[1]);
    assert_eq!(told.event, Event::Exited);
    assert_eq!((&told.entry, &told.exit), (&clean.entry, &clean.exit));
    assert_eq!(told.inside_seconds, clean.inside_seconds);
    near(
        told.travelled_m.unwrap(),
        clean.travelled_m.unwrap(),
        0.2,
        "metres inside",
    );
}

#[test]
fn what_was_flown_outside_during_a_restart_is_not_length_inside() {
    let mut reports = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (-500.0, 0.0)]);
    let restart = reports.len();
    reports.extend(flight(
        600_000,
        1_000,
        20.0,
        &[(9_000.0, 0.0), (9_200.0, 0.0)],
    ));
    let told = interrupted(&[road()], &[Rule::default()], &reports, &[restart]);
    assert_eq!(words(&told), "road entered, road exited");
    near(told[1].travelled_m.unwrap(), 2_000.0, 10.0, "metres inside");
    near(
        ms_of(told[1].occurred_at),
        600_000.0,
        0.0,
        "the first fix outside, ms",
    );
}

#[test]
fn a_stored_length_that_is_no_number_does_not_reach_an_alert() {
    let reports = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let mut first = monitor(&[road()], &[Rule::default()], Vec::new());
    let mut standings = stored(&feed(&mut first, &reports[..75]));
    standings[0].visit.as_mut().unwrap().travelled_m = f64::NAN;
    let mut second = monitor(&[road()], &[Rule::default()], standings);
    let told = told(feed(&mut second, &reports[75..]));
    assert_eq!(words(&told), "road exited");
    assert!(told[0].travelled_m.unwrap().is_finite());
}

#[test]
fn a_standing_that_no_rule_watches_is_ended_once_and_with_its_reason() {
    let reports = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let mut first = monitor(&[road()], &[Rule::default()], Vec::new());
    let standings = stored(&feed(&mut first, &reports[..75]));
    let elsewhere = Rule {
        corridors: CorridorFilter {
            ids: vec![Pattern::new("yard")],
            ..CorridorFilter::default()
        },
        ..Rule::default()
    };
    let other = Rule {
        name: "other".to_owned(),
        ..Rule::default()
    };
    for (rule, corridor, reason) in [
        (elsewhere, road(), ExitReason::RuleChanged),
        (other.clone(), road(), ExitReason::RuleChanged),
        (other, yard(100.0, &[]), ExitReason::CorridorRemoved),
    ] {
        let mut second = monitor(&[corridor], std::slice::from_ref(&rule), standings.clone());
        second.close_gone(moment(70_000));
        let ended = told(std::iter::from_fn(|| second.poll_decision()).collect());
        assert_eq!(words(&ended), "road exited");
        assert_eq!(ended[0].reason, Some(reason));
        let told = told(feed(&mut second, &[fix(75_000, (5_000.0, 5_000.0))]));
        assert_eq!(words(&told), "", "it is told once");
        second.close_gone(moment(80_000));
        assert_eq!(second.poll_decision(), None);
    }
    let mut known = monitor(&[road()], &[Rule::default()], standings);
    known.close_gone(moment(70_000));
    assert_eq!(known.poll_decision(), None);
}

#[test]
fn the_clock_may_go_back_over_a_restart() {
    let reports = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let mut first = monitor(&[road()], &[Rule::default()], Vec::new());
    let mut standings = stored(&feed(&mut first, &reports[..75]));
    let visit = standings[0].visit.as_mut().unwrap();
    visit.entered_at = visit
        .entered_at
        .after(std::time::Duration::from_secs(86_400));
    visit.last_position = place((0.0, 0.0));
    let mut second = monitor(&[road()], &[Rule::default()], standings);
    let told = told(feed(&mut second, &reports[75..]));
    assert_eq!(words(&told), "road exited");
    near(
        told[0].inside_seconds.unwrap(),
        50.0,
        0.1,
        "seconds since the restart",
    );
}
