//! Tracks that leave the corridor that they are assigned to, and come back.

use std::sync::Arc;

use crate::corridor::Hours;
use crate::monitor::Settings;
use crate::monitor::alert::{Alert, Certainty, Severity, Status};
use crate::monitor::fixture::{
    feed, flight, left_behind, monitor_after, monitor_with, near, road, settings, told, words,
};
use crate::monitor::lists::List;
use crate::monitor::routes::Route;
use crate::monitor::rule::{Confirm, Margin, Pattern};
use crate::track::Report;
use crate::units::Metres;

/// The road, 2 km wide, and 200 m beyond.
fn patrol(track: &str) -> Route {
    Route {
        name: "patrol".to_owned(),
        assigned: vec![Arc::new(List {
            name: String::new(),
            tracks: vec![Pattern::new(track)],
            callsigns: Vec::new(),
        })],
        corridor: "road".to_owned(),
        tolerance: Metres::new(200.0).unwrap(),
        confirm: Confirm::default(),
        margin: Margin::default(),
        grace: None,
        hours: Hours::default(),
        severity: Severity::Minor,
        status: Status::Exercise,
    }
}

fn with(route: Route) -> Settings {
    Settings {
        routes: vec![route],
        ..settings(&[])
    }
}

/// From 2 km west of the road onto it, 2 km east of it, and back: 4 Hz at 20 m/s.
fn out_and_back() -> Vec<Report> {
    let spots = [(-3_000.0, 0.0), (3_000.0, 0.0), (0.0, 0.0)];
    flight(0, 250, 20.0, &spots)
}

fn fly(route: Route) -> Vec<Alert> {
    let mut monitor = monitor_with(with(route), &[road()], Vec::new());
    told(feed(&mut monitor, &out_and_back()))
}

#[test]
fn a_track_that_leaves_its_route_and_comes_back_is_told_with_how_far_off_it_is() {
    let alerts = fly(patrol("vehicle:lan/1"));
    assert_eq!(words(&alerts), "road route-left, road route-resumed");
    let [left, resumed] = alerts.as_slice() else {
        panic!("two alerts");
    };
    let route = left.route.as_ref().unwrap();
    assert_eq!(route.name, "patrol");
    // 200 m, the margin of 30 m, and three fixes of 5 m each.
    near(route.off_m, 240.0, 6.0, "off when that is confirmed");
    near(route.tolerance_m, 200.0, 0.0, "the tolerance");
    assert_eq!(left.severity, Severity::Minor);
    assert_eq!(left.status, Status::Exercise);
    assert_eq!(left.certainty, Some(Certainty::Likely));
    assert_eq!(left.rule.as_ref().unwrap().name, "patrol");
    assert!(left.place.is_some() && left.position.is_some());
    let off_m = resumed.route.as_ref().unwrap().off_m;
    near(off_m, 160.0, 6.0, "off when it is back");
    let episode = |alert: &Alert| alert.episode.unwrap();
    assert_eq!(episode(left).id, episode(resumed).id);
    assert_eq!((episode(left).index, episode(resumed).index), (0, 1));
    assert_ne!(left.id, resumed.id);
    assert!(left.occurred_at < resumed.occurred_at);
}

#[test]
fn nobody_else_is_told_of() {
    assert_eq!(words(&fly(patrol("vehicle:lan/2"))), "");
    let elsewhere = Route {
        corridor: "yard".to_owned(),
        ..patrol("vehicle:lan/1")
    };
    assert_eq!(words(&fly(elsewhere)), "");
}

#[test]
fn two_absences_are_two_episodes() {
    let mut monitor = monitor_with(with(patrol("vehicle:*")), &[road()], Vec::new());
    let spots = [0.0, 3_000.0, 0.0, 3_000.0].map(|east_m| (east_m, 0.0));
    let alerts = told(feed(&mut monitor, &flight(0, 250, 20.0, &spots)));
    assert_eq!(
        words(&alerts),
        "road route-left, road route-resumed, road route-left"
    );
    assert_ne!(alerts[0].episode.unwrap().id, alerts[2].episode.unwrap().id);
    assert_ne!(alerts[0].id, alerts[2].id);
}

/// Ends the run after each fix in turn: whatever it is, the same alerts are told once.
#[test]
fn a_restart_tells_nothing_twice_and_forgets_nothing() {
    let reports = out_and_back();
    let whole = fly(patrol("vehicle:lan/1"));
    for end in (1..reports.len()).step_by(13) {
        let mut first = monitor_with(with(patrol("vehicle:lan/1")), &[road()], Vec::new());
        let before = feed(&mut first, &reports[..end]);
        let earlier = left_behind(&before);
        let mut second = monitor_after(with(patrol("vehicle:lan/1")), &[road()], earlier);
        let after = feed(&mut second, &reports[end..]);
        let mut alerts = told(before);
        alerts.extend(told(after));
        assert_eq!(words(&alerts), words(&whole), "ended after {end}");
        let episode = |alert: &Alert| alert.episode.unwrap();
        assert_eq!(episode(&alerts[0]).id, episode(&alerts[1]).id, "{end}");
    }
}
