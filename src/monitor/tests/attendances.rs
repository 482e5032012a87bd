//! Corridors that should not be left alone.

use std::time::Duration;

use crate::corridor::Hours;
use crate::monitor::alert::{Alert, Severity, Status};
use crate::monitor::attendance::Attendance;
use crate::monitor::fixture::{
    START, feed, flight, left_behind, moment, monitor_after, monitor_with, road, settings, told,
    wait, words, yard,
};
use crate::monitor::rule::{CorridorFilter, Pattern, TrackFilter};
use crate::monitor::{Decision, Monitor, Settings};
use crate::track::TrackKind;

const SECOND: u32 = 1_000;
const MINUTE: u32 = 60 * SECOND;

/// Five minutes without a vehicle are too long.
fn watched() -> Attendance {
    Attendance {
        name: "somebody".to_owned(),
        corridors: CorridorFilter {
            ids: vec![Pattern::new("road")],
            ..CorridorFilter::default()
        },
        tracks: TrackFilter::default(),
        span: Duration::from_secs(300),
        hours: Hours::default(),
        repeat: None,
        tells_end: true,
        severity: Severity::Critical,
        status: Status::Actual,
    }
}

fn with(attendance: Attendance) -> Settings {
    Settings {
        attendances: vec![attendance],
        ..settings(&[])
    }
}

fn begin(attendance: Attendance) -> Monitor {
    monitor_with(with(attendance), &[road(), yard(500.0, &[])], Vec::new())
}

/// The vehicle is on the road from 20 s to 119 s after the start, and gone from it then.
fn visit(monitor: &mut Monitor, at_ms: u32) -> Vec<Decision> {
    let spots = [(-1_400.0, 5_000.0), (1_400.0, 5_000.0)];
    feed(monitor, &flight(at_ms, 500, 20.0, &spots))
}

fn seconds(alert: &Alert) -> i64 {
    (alert.occurred_at.as_micros() - START.as_micros()) / 1_000_000
}

#[test]
fn a_corridor_that_nobody_ever_came_to_is_told_as_that_and_its_end_if_asked() {
    let mut monitor = begin(watched());
    let mut alerts = told(wait(&mut monitor, 0, 6 * MINUTE));
    alerts.extend(told(visit(&mut monitor, 6 * MINUTE)));
    assert_eq!(words(&alerts), "road unattended, road unattended");
    let absence = alerts[0].absence.as_ref().unwrap();
    assert_eq!((absence.since, absence.since_start), (START, true));
    assert_eq!((&absence.last_track, absence.until), (&None, None));
    assert_eq!(seconds(&alerts[0]), 300);
    assert_eq!(alerts[0].severity, Severity::Critical);
    assert_eq!(alerts[0].rule.as_ref().unwrap().name, "somebody");
    assert!(alerts[0].track.is_none() && alerts[0].position.is_none());
    let end = alerts[1].absence.as_ref().unwrap();
    assert_eq!(end.until, Some(alerts[1].occurred_at));
    assert_eq!(alerts[0].episode.unwrap().id, alerts[1].episode.unwrap().id);
}

#[test]
fn the_last_one_that_was_there_is_named() {
    let mut monitor = begin(watched());
    let mut alerts = told(visit(&mut monitor, 0));
    alerts.extend(told(wait(&mut monitor, 140 * SECOND, 8 * MINUTE)));
    assert_eq!(words(&alerts), "road unattended");
    let absence = alerts[0].absence.as_ref().unwrap();
    assert_eq!(absence.last_track.as_deref(), Some("vehicle:lan/1"));
    assert!(!absence.since_start);
    let since_s = (absence.since.as_micros() - START.as_micros()) / 1_000_000;
    assert!((119..=121).contains(&since_s), "{since_s}");
    assert_eq!(seconds(&alerts[0]) - since_s, 300);
}

#[test]
fn who_does_not_count_does_not_attend() {
    let aircraft = Attendance {
        tracks: TrackFilter::of_kinds(&[TrackKind::Aircraft]),
        ..watched()
    };
    let mut monitor = begin(aircraft);
    let mut alerts = told(visit(&mut monitor, 0));
    alerts.extend(told(wait(&mut monitor, 140 * SECOND, 6 * MINUTE)));
    assert_eq!(words(&alerts), "road unattended");
    assert!(alerts[0].absence.as_ref().unwrap().since_start);
}

#[test]
fn each_corridor_is_watched_by_itself() {
    let both = Attendance {
        corridors: CorridorFilter::default(),
        ..watched()
    };
    let mut monitor = begin(both);
    let mut alerts = told(visit(&mut monitor, 0));
    alerts.extend(told(wait(&mut monitor, 140 * SECOND, 8 * MINUTE)));
    assert_eq!(words(&alerts), "yard unattended, road unattended");
}

/// Ends the run at each minute in turn, for a minute: the same is told once, and not earlier.
#[test]
fn a_restart_tells_nothing_twice_and_forgets_nothing() {
    for end in 1..12 {
        let mut first = begin(watched());
        let mut before = visit(&mut first, 0);
        if 3 <= end {
            before.extend(wait(&mut first, 140 * SECOND, end * MINUTE));
        }
        let earlier = left_behind(&before);
        let mut second = monitor_after(with(watched()), &[road(), yard(500.0, &[])], earlier);
        let after = wait(&mut second, (end + 1) * MINUTE, 20 * MINUTE);
        let mut alerts = told(before);
        alerts.extend(told(after));
        assert_eq!(words(&alerts), "road unattended", "ended at {end}");
        assert!(419 <= seconds(&alerts[0]), "ended at {end}");
        let absence = alerts[0].absence.as_ref().unwrap();
        let last = absence.last_track.as_deref();
        assert_eq!(last, Some("vehicle:lan/1"), "ended at {end}");
    }
}

#[test]
fn time_is_asked_for_only_where_something_is_watched() {
    let idle = monitor_with(settings(&[]), &[road()], Vec::new());
    assert_eq!(idle.next_timeout(), None);
    let mut monitor = begin(watched());
    wait(&mut monitor, 0, 0);
    assert_eq!(monitor.next_timeout(), Some(moment(5 * MINUTE).monotonic));
}
