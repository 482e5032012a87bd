//! Other rules and corridors come while vehicles fly.

use std::sync::Arc;

use crate::corridor::{Corridor, CorridorSet};
use crate::monitor::alert::{Alert, Event, ExitReason};
use crate::monitor::fixture::{
    Spot, feed, fix, meridian, moment, monitor, only, road, settings, stored, told, words,
};
use crate::monitor::rule::{CorridorFilter, Rule};
use crate::monitor::{Decision, Monitor};
use crate::track::Report;

/// Well inside the road, whose edge is 1,000 m from its middle.
const INSIDE: [Spot; 4] = [(-1_100.0, 0.0), (-900.0, 0.0), (-880.0, 0.0), (-860.0, 0.0)];

fn fixes(start_ms: u32, spots: &[Spot]) -> Vec<Report> {
    let times = (start_ms..).step_by(1_000);
    times.zip(spots).map(|(ms, spot)| fix(ms, *spot)).collect()
}

fn reload(monitor: &mut Monitor, ms: u32, corridors: &[Corridor], rules: &[Rule]) -> Vec<Decision> {
    let set = CorridorSet::new(corridors.to_vec(), Vec::new()).unwrap();
    monitor.reload(moment(ms), settings(rules), Arc::new(set));
    std::iter::from_fn(|| monitor.poll_decision()).collect()
}

/// Enters the road under the default rule, reloads, and flies on inside.
#[track_caller]
fn check(corridors: &[Corridor], rules: &[Rule], expected: &str, reason: Option<ExitReason>) {
    let mut run = monitor(&[road()], &[Rule::default()], Vec::new());
    let entered = told(feed(&mut run, &fixes(0, &INSIDE)));
    assert_eq!(words(&entered), "road entered");
    let closed = told(reload(&mut run, 3_500, corridors, rules));
    assert_eq!(words(&closed), expected);
    assert_eq!(closed.first().and_then(|alert| alert.reason), reason);
    if let Some(exit) = closed.first() {
        assert_eq!(exit.episode.unwrap().id, entered[0].episode.unwrap().id);
        assert_eq!(exit.episode.unwrap().index, 1);
        assert_eq!(exit.occurred_at, moment(3_500).utc);
    }
}

#[test]
fn a_corridor_or_a_rule_that_is_gone_ends_its_stories_with_that_reason() {
    let rule = Rule::default();
    let other = meridian("other", 10.0);
    let exited = "road exited";
    check(
        &[other],
        std::slice::from_ref(&rule),
        exited,
        Some(ExitReason::CorridorRemoved),
    );
    let renamed = Rule {
        name: "night".to_owned(),
        ..Rule::default()
    };
    check(&[road()], &[renamed], exited, Some(ExitReason::RuleChanged));
    let elsewhere = Rule {
        corridors: CorridorFilter {
            countries: vec!["MK".to_owned()],
            ..CorridorFilter::default()
        },
        ..Rule::default()
    };
    check(
        &[road()],
        &[elsewhere],
        exited,
        Some(ExitReason::RuleChanged),
    );
    // 500 m to either side: the last fix is 860 m from the middle.
    check(
        &[meridian("road", 500.0)],
        &[rule],
        exited,
        Some(ExitReason::CorridorMoved),
    );
}

#[test]
fn what_still_holds_the_track_goes_on_in_silence() {
    let changed = Rule {
        severity: crate::monitor::alert::Severity::Critical,
        ..Rule::default()
    };
    let wider = meridian("road", 1_500.0);
    for (corridors, rules) in [
        (vec![road()], vec![Rule::default()]),
        (
            vec![meridian("before", 10.0), road()],
            vec![only(&[]), changed],
        ),
        (vec![wider], vec![Rule::default()]),
    ] {
        let rules: Vec<Rule> = rules
            .into_iter()
            .enumerate()
            .map(|(nth, rule)| {
                // The first of two is a newcomer.
                let is_new = nth == 0 && corridors.len() == 2;
                let name = if is_new { "new" } else { "corridor" };
                Rule {
                    name: name.to_owned(),
                    ..rule
                }
            })
            .collect();
        let mut run = monitor(&[road()], &[Rule::default()], Vec::new());
        let entered = told(feed(&mut run, &fixes(0, &INSIDE)));
        assert_eq!(
            words(&told(reload(&mut run, 3_500, &corridors, &rules))),
            ""
        );
        let out = [(-1_600.0, 0.0), (-1_620.0, 0.0), (-1_640.0, 0.0)];
        let exit = told(feed(&mut run, &fixes(20_000, &out)));
        assert_eq!(words(&exit), "road exited");
        assert_eq!(exit[0].episode.unwrap().id, entered[0].episode.unwrap().id);
        assert_eq!(exit[0].reason, Some(ExitReason::Left));
    }
}

#[test]
fn a_corridor_that_comes_over_a_track_is_entered_at_no_place() {
    let far = meridian("far", 10.0);
    let mut run = monitor(&[far], &[Rule::default()], Vec::new());
    let spots = [(-900.0, 0.0), (-880.0, 0.0)];
    assert_eq!(words(&told(feed(&mut run, &fixes(0, &spots)))), "");
    let rules = [Rule::default()];
    assert_eq!(words(&told(reload(&mut run, 1_500, &[road()], &rules))), "");
    let spots = [(-860.0, 0.0), (-840.0, 0.0), (-820.0, 0.0)];
    let alerts = told(feed(&mut run, &fixes(2_000, &spots)));
    assert_eq!(words(&alerts), "road entered");
    assert_eq!(alerts[0].entry, None);
}

#[test]
fn a_corridor_that_comes_back_counts_its_episodes_on() {
    let rules = [Rule::default()];
    let other = meridian("other", 10.0);
    let mut run = monitor(&[road()], &rules, Vec::new());
    let first = told(feed(&mut run, &fixes(0, &INSIDE)));
    reload(&mut run, 3_500, &[other], &rules);
    reload(&mut run, 4_000, &[road()], &rules);
    let spots = [(-840.0, 0.0), (-820.0, 0.0), (-800.0, 0.0)];
    let second = told(feed(&mut run, &fixes(5_000, &spots)));
    assert_eq!(words(&second), "road entered");
    let id = |alerts: &[Alert]| alerts[0].episode.unwrap().id;
    assert_ne!(id(&first), id(&second));
}

#[test]
fn a_reload_that_changes_nothing_says_nothing_at_any_moment() {
    let spots: Vec<Spot> = (0..200)
        .map(|second| (f64::from(second) * 20.0 - 2_000.0, 0.0))
        .collect();
    let reports = fixes(0, &spots);
    let rules = [Rule::default()];
    let mut clean = monitor(&[road()], &rules, Vec::new());
    let expected = told(feed(&mut clean, &reports));
    assert_eq!(words(&expected), "road entered, road exited");
    let mut run = monitor(&[road()], &rules, Vec::new());
    let mut decisions = Vec::new();
    for (second, report) in (0..).zip(&reports) {
        decisions.extend(feed(&mut run, std::slice::from_ref(report)));
        decisions.extend(reload(&mut run, second * 1_000 + 500, &[road()], &rules));
    }
    assert_eq!(told(decisions), expected);
}

#[test]
fn what_an_earlier_run_left_under_what_is_gone_is_ended_at_the_start() {
    let mut first = monitor(&[road()], &[Rule::default()], Vec::new());
    let decisions = feed(&mut first, &fixes(0, &INSIDE));
    let standings = stored(&decisions);
    let entered = told(decisions);

    let other = [meridian("other", 10.0)];
    let mut second = monitor(&other, &[Rule::default()], standings.clone());
    second.close_gone(moment(60_000));
    let decisions: Vec<Decision> = std::iter::from_fn(|| second.poll_decision()).collect();
    let exit = told(decisions.clone());
    assert_eq!(words(&exit), "road exited");
    assert_eq!(exit[0].reason, Some(ExitReason::CorridorRemoved));
    assert_eq!(exit[0].episode.unwrap().id, entered[0].episode.unwrap().id);
    assert_eq!(exit[0].event, Event::Exited);
    assert_eq!(exit[0].track.as_ref().unwrap().kind, "vehicle");
    assert_eq!(exit[0].position, None);

    // Once is enough, over another start too.
    let mut third = monitor(&other, &[Rule::default()], stored(&decisions));
    third.close_gone(moment(90_000));
    assert_eq!(third.poll_decision(), None);

    // Where all is as it was there is nothing to end.
    let mut same = monitor(&[road()], &[Rule::default()], standings);
    same.close_gone(moment(60_000));
    assert_eq!(same.poll_decision(), None);
}
