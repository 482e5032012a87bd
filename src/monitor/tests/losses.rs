//! Tracks that are lost, and heard again.

use crate::monitor::alert::{Alert, Event, ExitReason};
use crate::monitor::fixture::{
    START, feed, fix, left_behind, monitor_after, monitor_with, near, road, settings, told, wait,
    words, yard,
};
use crate::monitor::fleet::{Fleet, LossWhere};
use crate::monitor::rule::Rule;
use crate::monitor::{Decision, Monitor, Settings};
use crate::track::Report;

const SECOND: u32 = 1_000;

/// A monitor whose rules tell nothing of their own, so that losses stand alone.
fn with(fleet: Fleet) -> Settings {
    let rule = Rule {
        events: vec![Event::Dwelling],
        dwell: None,
        ..Rule::default()
    };
    Settings {
        fleet,
        ..settings(&[rule])
    }
}

fn begin(fleet: Fleet) -> Monitor {
    monitor_with(with(fleet), &[road(), yard(500.0, &[])], Vec::new())
}

/// Ten fixes at a spot, one a second.
fn at(spot: (f64, f64), from_s: u32) -> Vec<Report> {
    (from_s..from_s + 10)
        .map(|second| fix(second * SECOND, spot))
        .collect()
}

const INSIDE: (f64, f64) = (0.0, 5_000.0);
const OUTSIDE: (f64, f64) = (9_000.0, 5_000.0);

/// Is heard for ten seconds, is silent for two minutes, and is heard again.
fn lose(fleet: Fleet, spot: (f64, f64)) -> Vec<Alert> {
    let mut monitor = begin(fleet);
    let mut alerts = told(feed(&mut monitor, &at(spot, 0)));
    alerts.extend(told(wait(&mut monitor, 10 * SECOND, 129 * SECOND)));
    alerts.extend(told(feed(&mut monitor, &at(spot, 130))));
    alerts
}

#[test]
fn a_track_that_is_lost_inside_is_told_with_its_corridor_and_so_is_its_return() {
    let alerts = lose(Fleet::default(), INSIDE);
    assert_eq!(words(&alerts), "road track-lost, road track-regained");
    let [lost, regained] = alerts.as_slice() else {
        panic!("two alerts");
    };
    near(lost.silence_seconds.unwrap(), 30.5, 1.0, "the silence");
    let heard_s = (lost.occurred_at.as_micros() - START.as_micros()) / 1_000_000;
    assert_eq!(heard_s, 9, "it happened when it was heard last");
    assert!(lost.position.is_some() && lost.place.is_some());
    assert_eq!(lost.also, Vec::new());
    near(regained.silence_seconds.unwrap(), 121.0, 0.5, "the silence");
    assert_eq!(lost.episode.unwrap().id, regained.episode.unwrap().id);
}

#[test]
fn what_is_told_of_losses_is_for_the_fleet_to_say() {
    let anywhere = Fleet {
        lost: LossWhere::Anywhere,
        ..Fleet::default()
    };
    let only = |event| Fleet {
        events: vec![event],
        ..Fleet::default()
    };
    assert_eq!(words(&lose(Fleet::default(), OUTSIDE)), "");
    let both = "track-lost, track-regained";
    assert_eq!(words(&lose(anywhere, OUTSIDE)), both);
    let lost = lose(only(Event::TrackLost), INSIDE);
    assert_eq!(words(&lost), "road track-lost");
    let regained = lose(only(Event::TrackRegained), INSIDE);
    assert_eq!(words(&regained), "road track-regained");
    let none = lose(only(Event::IdentityConflict), INSIDE);
    assert_eq!(words(&none), "");
}

#[test]
fn the_other_corridors_that_it_is_in_are_named() {
    let mut monitor = begin(Fleet::default());
    feed(&mut monitor, &at((0.0, 0.0), 0));
    let alerts = told(wait(&mut monitor, 10 * SECOND, 60 * SECOND));
    assert_eq!(words(&alerts), "road track-lost");
    let also: Vec<&str> = alerts[0].also.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(also, ["yard"]);
}

#[test]
fn a_restart_tells_no_second_loss_and_does_not_forget_the_return() {
    let run = |monitor: &mut Monitor| -> Vec<Decision> {
        let mut decisions = feed(monitor, &at(INSIDE, 0));
        decisions.extend(wait(monitor, 10 * SECOND, 60 * SECOND));
        decisions
    };
    let before = run(&mut begin(Fleet::default()));
    let earlier = left_behind(&before);
    assert_eq!(words(&told(before)), "road track-lost");
    let corridors = [road(), yard(500.0, &[])];
    let mut second = monitor_after(with(Fleet::default()), &corridors, earlier);
    let silent = wait(&mut second, 70 * SECOND, 200 * SECOND);
    assert_eq!(words(&told(silent)), "", "nobody is heard");
    let alerts = told(feed(&mut second, &at(INSIDE, 209)));
    assert_eq!(words(&alerts), "road track-regained");
    near(
        alerts[0].silence_seconds.unwrap(),
        200.0,
        0.5,
        "over the restart",
    );
}

#[test]
fn a_rule_may_give_a_lost_track_up() {
    check_given_up(false, "road entered, road exited", None);
    check_given_up(
        true,
        "road entered, road exited, road entered, road exited",
        Some(ExitReason::TrackLost),
    );
}

/// Is heard inside, is silent, is heard inside again, and flies out.
#[track_caller]
fn check_given_up(exit_on_lost: bool, expected: &str, reason: Option<ExitReason>) {
    let rule = Rule {
        events: vec![Event::Entered, Event::Exited],
        exit_on_lost,
        ..Rule::default()
    };
    let settings = Settings {
        fleet: Fleet {
            events: Vec::new(),
            ..Fleet::default()
        },
        ..settings(&[rule])
    };
    let mut monitor = monitor_with(settings, &[road()], Vec::new());
    let mut alerts = told(feed(&mut monitor, &at(INSIDE, 0)));
    alerts.extend(told(wait(&mut monitor, 10 * SECOND, 129 * SECOND)));
    if reason.is_some() {
        let given_up = alerts.last().unwrap();
        assert_eq!(given_up.reason, reason);
        near(
            given_up.inside_seconds.unwrap(),
            39.0,
            2.0,
            "until it was lost",
        );
    }
    alerts.extend(told(feed(&mut monitor, &at(INSIDE, 130))));
    alerts.extend(told(feed(&mut monitor, &at(OUTSIDE, 300))));
    assert_eq!(words(&alerts), expected);
}
