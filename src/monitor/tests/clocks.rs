//! The host's clock is wrong, or is set in flight.

use crate::monitor::alert::{Alert, Clock, ClockSource};
use crate::monitor::fixture::{
    START, alerts, civil_time, feed, flight, monitor, monitor_with, near, road, settings, stored,
    told, words,
};
use crate::monitor::rule::Rule;
use crate::track::{Authenticity, LinkName, Report};
use crate::units::Utc;

const YEAR_S: i64 = 365 * 86_400;
/// From the start to 1970.
const NEVER_SET_S: i64 = -START.as_seconds();

/// There and out again, with somebody's word for what time it is before every fix.
fn reports(tellers: &[u32]) -> Vec<Report> {
    let fixes = flight(0, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let with_time = fixes.into_iter().zip(0..).flat_map(|(fix, second)| {
        let time = |&system_id: &u32| {
            let mut report = civil_time(second * 1_000, 0);
            report.sender.system_id = system_id;
            report
        };
        let mut reports = vec![fix];
        reports.extend(tellers.iter().map(time));
        reports
    });
    // A vehicle that only tells the time is no track, so that it has to be seen once.
    let mut others = flight(0, 1_000, 20.0, &[(-9_000.0, 0.0), (-8_990.0, 0.0)]);
    for report in &mut others {
        report.sender.system_id = 2;
    }
    others.extend(with_time);
    others
}

/// The host's clock is ahead by so many seconds, from one report on.
fn by_host(mut reports: Vec<Report>, ahead_s: i64, from: usize) -> Vec<Report> {
    for report in reports.iter_mut().skip(from) {
        let micros = report.received.utc.as_micros() + ahead_s * 1_000_000;
        report.received.utc = Utc::from_micros(micros);
    }
    reports
}

fn tell(reports: &[Report]) -> Vec<Alert> {
    let alerts = alerts(&[road()], &Rule::default(), reports);
    assert_eq!(words(&alerts), "road entered, road exited");
    alerts
}

/// Compares everything but the clock that is named.
fn assert_same_but_clock(told: &[Alert], expected: &[Alert], why: &str) {
    for (told, expected) in told.iter().zip(expected) {
        let told = Alert {
            clock: expected.clock,
            ..told.clone()
        };
        assert_eq!(&told, expected, "{why}");
    }
}

#[test]
fn a_recording_that_is_played_says_nothing_of_the_time() {
    let mut settings = settings(&[Rule::default()]);
    settings.recordings.insert(LinkName::new("lan"));
    let mut monitor = monitor_with(settings, &[road()], Vec::new());
    let played = by_host(reports(&[1, 2]), YEAR_S, 0);
    let alerts = told(feed(&mut monitor, &played));
    assert_eq!(words(&alerts), "road entered, road exited");
    assert!(
        alerts
            .iter()
            .all(|alert| alert.clock.source == ClockSource::Host)
    );
}

#[test]
fn a_host_that_does_not_know_the_time_stamps_by_vehicles_and_says_so() {
    let check = |ahead_s: i64, tellers: &[u32], authenticity, trusted| {
        let mut right = reports(tellers);
        for report in &mut right {
            report.sender.authenticity = authenticity;
        }
        let wrong = by_host(right.clone(), ahead_s, 0);
        let why = format!("{ahead_s} s ahead, {tellers:?}, {authenticity:?}");
        let told = tell(&wrong);
        assert_same_but_clock(&told, &tell(&right), &why);
        let clock = Clock {
            source: ClockSource::Gnss,
            trusted: Some(trusted),
            error_ms: Some(0),
        };
        assert!(told.iter().all(|alert| alert.clock == clock), "{why}");
    };
    for ahead_s in [NEVER_SET_S, -YEAR_S, -2, 2, YEAR_S] {
        check(ahead_s, &[1], Authenticity::Unsigned, false);
        check(ahead_s, &[1, 2], Authenticity::Unsigned, true);
        check(ahead_s, &[1], Authenticity::Signed, true);
    }
}

#[test]
fn without_a_word_from_a_vehicle_the_host_stamps_and_does_not_know_how_well() {
    let check = |ahead_s, trusted| {
        let told = tell(&by_host(reports(&[]), ahead_s, 0));
        let clock = Clock {
            source: ClockSource::Host,
            trusted,
            error_ms: None,
        };
        assert!(told.iter().all(|alert| alert.clock == clock), "{ahead_s} s");
    };
    check(0, None);
    check(NEVER_SET_S, Some(false));
}

#[test]
fn a_time_from_whom_nobody_follows_is_not_taken() {
    let mut reports = reports(&[255]);
    reports.retain(|report| report.sender.system_id != 2);
    let told = tell(&by_host(reports, YEAR_S, 0));
    assert_eq!(told[0].clock.source, ClockSource::Host);
}

#[test]
fn a_clock_that_is_set_in_flight_changes_no_duration_and_with_vehicles_no_stamp() {
    let with_time = reports(&[1]);
    let without = reports(&[]);
    for from in [60, 100, 200] {
        for ahead_s in [NEVER_SET_S, -3_600, 3_600] {
            let why = format!("{ahead_s} s from report {from}");
            let told = tell(&by_host(with_time.clone(), ahead_s, from));
            assert_same_but_clock(&told, &tell(&with_time), &why);
            let (told, clean) = (
                tell(&by_host(without.clone(), ahead_s, from)),
                tell(&without),
            );
            assert_eq!(told[1].inside_seconds, clean[1].inside_seconds, "{why}");
            assert_eq!(told[1].id, clean[1].id, "{why}");
        }
    }
}

#[test]
fn a_clock_that_is_set_is_counted_once() {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    feed(&mut monitor, &by_host(reports(&[1]), 3_600, 100));
    assert_eq!(monitor.counts().clock_steps, 1);
}

#[test]
fn a_stay_keeps_its_length_when_the_clock_is_right_only_after_a_restart() {
    let right = reports(&[1]);
    let clean = tell(&right);
    let wrong = by_host(right.clone(), NEVER_SET_S, 0);
    let mut first = monitor(&[road()], &[Rule::default()], Vec::new());
    let decisions = feed(&mut first, &wrong[..160]);
    let mut second = monitor(&[road()], &[Rule::default()], stored(&decisions));
    let told = told(feed(&mut second, &right[160..]));
    assert_eq!(words(&told), "road exited");
    let seconds = |alert: &Alert| alert.inside_seconds.unwrap();
    near(
        seconds(&told[0]),
        seconds(&clean[1]),
        0.001,
        "seconds inside",
    );
}

#[test]
fn a_synchronized_host_stamps_whatever_vehicles_say() {
    let reports = by_host(reports(&[1, 2]), YEAR_S, 0);
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    monitor.set_host_synchronized(true);
    let told = told(feed(&mut monitor, &reports));
    assert_eq!(told[0].clock.source, ClockSource::Ntp);
    let late_s = told[0].detected_at.since(START).as_secs();
    assert_eq!(late_s / 86_400, 365);
}
