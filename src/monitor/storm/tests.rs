//! Everything together: what comes in goes out once.

mod stage;
mod walks;

use std::time::Duration;

use stage::{Stage, rate};

use super::*;
use crate::monitor::alert::Interference;
use crate::monitor::storm::fixture::{alert, of_episode};

const TRACK: &str = "vehicle:alpha/1";

#[test]
fn those_beyond_the_limit_are_told_as_one() {
    let mut stage = Stage::new(rate(10));
    for number in 0..60 {
        let entered = alert(
            Event::Entered,
            &format!("vehicle:alpha/{number}"),
            number,
            stage.utc(),
        );
        stage.pass(of_episode(entered, u128::from(number)));
    }
    assert_eq!(stage.told(), "10 told, 50 held");
    stage.wait(Duration::from_secs(29));
    assert_eq!(stage.told(), "10 told, 50 held", "the wait is not over");
    stage.wait(Duration::from_secs(1));
    assert_eq!(stage.told(), "10 told, 50 held, summary of 50");
    let summary = stage.last_summary();
    assert_eq!(summary.alerts.len(), 50);
    assert_eq!(summary.alerts[0].track.as_deref(), Some("vehicle:alpha/10"));
    stage.wait(Duration::from_secs(3_600));
    assert_eq!(stage.told(), "10 told, 50 held, summary of 50", "once");
}

#[test]
fn a_summary_is_told_after_a_restart_by_the_same_id() {
    let ids = [false, true].map(|restarts| {
        let mut stage = Stage::new(rate(1));
        for number in 0..3 {
            stage.pass(alert(Event::Entered, TRACK, number, stage.utc()));
            if restarts {
                stage.restart(Duration::from_secs(2));
            } else {
                stage.skip(Duration::from_secs(2));
            }
        }
        stage.wait(Duration::from_secs(30));
        assert_eq!(stage.told(), "1 told, 2 held, summary of 2");
        stage.last_summary_id()
    });
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn a_wait_that_ended_while_nobody_ran_is_over_at_once() {
    let mut stage = Stage::new(rate(1));
    stage.pass(alert(Event::Entered, TRACK, 1, stage.utc()));
    stage.pass(alert(Event::Entered, TRACK, 2, stage.utc()));
    stage.restart(Duration::from_secs(900));
    stage.wait(Duration::ZERO);
    assert_eq!(stage.told(), "1 told, 1 held, summary of 1");
}

#[test]
fn what_an_alert_meets_is_the_first_that_applies() {
    check(
        Event::Entered,
        Severity::Major,
        ["silence", "mute", "limit", "told"],
    );
    check(
        Event::Exited,
        Severity::Info,
        ["silence", "mute", "limit", "told"],
    );
    check(Event::Entered, Severity::Critical, ["told"; 4]);
    check(
        Event::Dwelling,
        Severity::Major,
        ["silence", "mute", "limit", "told"],
    );
    check(
        Event::TrackRegained,
        Severity::Major,
        ["silence", "limit", "limit", "told"],
    );
    check(
        Event::IdentityConflict,
        Severity::Major,
        ["silence", "limit", "limit", "told"],
    );
    check(
        Event::GnssInterference,
        Severity::Major,
        ["silence", "told", "told", "told"],
    );
    check(Event::Summary, Severity::Major, ["told"; 4]);
    check(Event::Test, Severity::Info, ["told"; 4]);
}

/// Tells an alert where silence, interference and a spent limit hold, then without the first of
/// them, and so on.
#[track_caller]
fn check(event: Event, severity: Severity, expected: [&str; 4]) {
    let verdicts = [0, 1, 2, 3].map(|without| {
        let mut stage = Stage::new(rate(1));
        let silenced = without < 1;
        if without < 2 {
            stage.pass(interference(0, false, &stage));
        }
        if without < 3 {
            stage.pass(alert(Event::Entered, "vehicle:alpha/2", 1, stage.utc()));
        }
        if silenced {
            stage.silence(TRACK);
        }
        let tested = Alert {
            severity,
            ..alert(event, TRACK, 2, stage.utc())
        };
        stage.pass(tested);
        stage.last_verdict()
    });
    assert_eq!(verdicts, expected, "{event} {severity:?}");
}

#[test]
fn what_is_held_already_is_left_to_who_holds_it() {
    let mut stage = Stage::new(rate(1));
    stage.pass_held(alert(Event::Entered, TRACK, 1, stage.utc()));
    stage.pass_held(alert(Event::Entered, TRACK, 2, stage.utc()));
    stage.wait(Duration::from_secs(3_600));
    assert_eq!(stage.told(), "0 told, 2 held", "no summary counts them");
}

/// Interference around [`TRACK`].
fn interference(number: u32, cleared: bool, stage: &Stage) -> Alert {
    let mut alert = alert(Event::GnssInterference, TRACK, number, stage.utc());
    alert.rule = None;
    alert.interference = Some(Interference {
        cleared,
        since: fixture::START,
        centre: crate::monitor::alert::Place {
            lat: 41.5,
            lon: 22.0,
        },
        radius_m: 1_000.0,
        tracks: vec![TRACK.to_owned()],
    });
    alert
}

#[test]
fn what_interference_held_and_still_stands_is_told_late_when_it_clears() {
    let mut stage = Stage::new(rate(10));
    stage.pass(interference(0, false, &stage));
    let of_story = |event, number, story, stage: &Stage| {
        of_episode(alert(event, TRACK, number, stage.utc()), story)
    };
    stage.pass(of_story(Event::Exited, 1, 1, &stage));
    stage.pass(of_story(Event::Entered, 2, 2, &stage));
    stage.pass(of_story(Event::Exited, 3, 2, &stage));
    stage.pass(of_story(Event::Entered, 4, 3, &stage));
    let elsewhere = alert(Event::Entered, "vehicle:alpha/9", 5, stage.utc());
    stage.pass(elsewhere);
    assert_eq!(stage.told(), "2 told, 4 held");
    stage.restart(Duration::from_secs(60));
    stage.pass(interference(6, true, &stage));
    assert_eq!(
        stage.released(),
        [1, 4],
        "the end of what was told, and who is still inside"
    );
    stage.wait(Duration::from_secs(30));
    assert_eq!(stage.told(), "3 told, 4 held, 2 let go, summary of 2");
}

#[test]
fn a_lost_track_mutes_its_exits_until_it_is_heard_again() {
    let mut stage = Stage::new(rate(10));
    stage.pass(alert(Event::TrackLost, TRACK, 0, stage.utc()));
    stage.pass(of_episode(alert(Event::Exited, TRACK, 1, stage.utc()), 1));
    stage.pass(of_episode(alert(Event::Entered, TRACK, 2, stage.utc()), 2));
    let other = of_episode(alert(Event::Exited, "vehicle:alpha/2", 3, stage.utc()), 3);
    stage.pass(other);
    assert_eq!(stage.told(), "3 told, 1 held");
    stage.pass(alert(Event::TrackRegained, TRACK, 4, stage.utc()));
    assert_eq!(stage.released(), [1]);
}

#[test]
fn a_track_that_stays_lost_mutes_for_half_a_day_at_most() {
    let mut stage = Stage::new(rate(10));
    stage.pass(alert(Event::TrackLost, TRACK, 0, stage.utc()));
    stage.pass(of_episode(alert(Event::Exited, TRACK, 1, stage.utc()), 1));
    stage.wait(Duration::from_secs(12 * 3_600 - 1));
    assert_eq!(stage.released(), Vec::<u32>::new());
    stage.wait(Duration::from_secs(1));
    assert_eq!(stage.released(), [1]);
}

#[test]
fn only_what_was_told_mutes_and_only_if_that_is_asked_for() {
    let mut stage = Stage::new(rate(10));
    stage.silence(TRACK);
    stage.pass(alert(Event::TrackLost, TRACK, 0, stage.utc()));
    stage.end_silence();
    stage.pass(of_episode(alert(Event::Exited, TRACK, 1, stage.utc()), 1));
    assert_eq!(
        stage.told(),
        "1 told, 1 held",
        "nobody heard that it is lost"
    );

    let mut settings = rate(10);
    settings.inhibit.track_lost = false;
    let mut stage = Stage::new(settings);
    stage.pass(alert(Event::TrackLost, TRACK, 0, stage.utc()));
    stage.pass(of_episode(alert(Event::Exited, TRACK, 1, stage.utc()), 1));
    assert_eq!(stage.told(), "2 told, 0 held");
}

#[test]
fn an_exit_that_no_place_decided_is_not_muted() {
    let mut stage = Stage::new(rate(10));
    stage.pass(alert(Event::TrackLost, TRACK, 0, stage.utc()));
    let mut removed = of_episode(alert(Event::Exited, TRACK, 1, stage.utc()), 1);
    removed.reason = Some(crate::monitor::alert::ExitReason::CorridorRemoved);
    stage.pass(removed);
    assert_eq!(stage.told(), "2 told, 0 held");
}
