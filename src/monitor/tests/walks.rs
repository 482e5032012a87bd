//! Random walks: what holds whatever is flown, heard twice, late or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use crate::corridor::Corridor;
use crate::monitor::alert::{Alert, Event};
use crate::monitor::fixture::{Spot, feed, fix, gnss, line, meridian, monitor, stored, told, yard};
use crate::monitor::rule::{Confirm, Rule};
use crate::monitor::{Decision, Monitor};
use crate::track::Report;

/// One second, or more, of a walk and what the link makes of it.
#[derive(Clone, Debug)]
struct Leg {
    move_m: Spot,
    pause_ms: u32,
    h_acc_m: Option<f64>,
    twice: bool,
    /// How many reports later it arrives.
    late: usize,
    restart: bool,
}

fn some_leg() -> impl Strategy<Value = Leg> {
    let walk = (-60.0..60.0, -60.0..60.0);
    let leap = (-3_000.0..3_000.0, -3_000.0..3_000.0);
    (
        prop_oneof![20 => walk.boxed(), 1 => leap.boxed()],
        prop_oneof![20 => 200_u32..1_500, 1 => 1_500_u32..900_000],
        prop_oneof![3 => Just(None), 1 => (0.5..60.0).prop_map(Some)],
        prop::bool::weighted(0.1),
        prop_oneof![10 => Just(0_usize), 1 => 1_usize..4],
        prop::bool::weighted(0.05),
    )
        .prop_map(|(move_m, pause_ms, h_acc_m, twice, late, restart)| Leg {
            move_m,
            pause_ms,
            h_acc_m,
            twice,
            late,
            restart,
        })
}

fn some_corridors() -> impl Strategy<Value = Vec<Corridor>> {
    let bends = prop::collection::vec((-800.0..800.0, -800.0..800.0), 2..5);
    // Bends that shrink to one place would be no line.
    let bends = bends.prop_filter("a line", |bends| {
        bends
            .windows(2)
            .all(|pair: &[Spot]| 1.0 < (pair[0].0 - pair[1].0).abs())
    });
    (1.0..200.0, bends, 1.0..300.0, 100.0..1_500.0, any::<bool>()).prop_map(
        |(strip_m, bends, line_m, side_m, holed)| {
            let hole = ((0.0, 0.0), side_m / 3.0);
            let holes = if holed { vec![hole] } else { Vec::new() };
            vec![
                meridian("strip", strip_m),
                line("line", line_m, &bends),
                yard(side_m, &holes),
            ]
        },
    )
}

fn rules() -> [Rule; 3] {
    let quick = Rule {
        name: "quick".to_owned(),
        confirm: Confirm {
            fixes: Some(1),
            span: None,
        },
        dwell: Some(Duration::from_secs(5)),
        ..Rule::default()
    };
    let far_sighted = Rule {
        name: "far-sighted".to_owned(),
        confirm_exit: Some(Confirm {
            fixes: Some(2),
            span: None,
        }),
        dwell: Some(Duration::from_secs(20)),
        dwell_every: Some(Duration::from_secs(15)),
        horizon: Some(Duration::from_secs(10)),
        cool_down: Some(Duration::from_secs(30)),
        ..Rule::default()
    };
    [Rule::default(), quick, far_sighted]
}

/// Turns a walk into reports in the order of their arrival, and the restarts before them.
fn heard(legs: &[Leg]) -> (Vec<Report>, BTreeSet<usize>) {
    let (mut ms, mut at) = (0, (-300.0, 100.0));
    let mut arrivals: Vec<(usize, Report)> = Vec::new();
    let mut restarts = BTreeSet::new();
    for (n, leg) in legs.iter().enumerate() {
        ms += leg.pause_ms;
        at = (at.0 + leg.move_m.0, at.1 + leg.move_m.1);
        if leg.restart {
            restarts.insert(arrivals.len());
        }
        arrivals.extend(leg.h_acc_m.map(|h_acc_m| (n, gnss(ms, 3, Some(h_acc_m)))));
        let report = fix(ms, at);
        arrivals.extend(leg.twice.then(|| (n + 1, report.clone())));
        arrivals.push((n + leg.late, report));
    }
    arrivals.sort_by_key(|(turn, _)| *turn);
    let mut latest = arrivals.first().map(|(_, first)| first.received);
    let reports = arrivals.into_iter().map(|(_, mut report)| {
        // Arrival never goes back, whatever was late.
        if let Some(latest) = &mut latest {
            if latest.monotonic < report.received.monotonic {
                *latest = report.received;
            }
            report.received = *latest;
        }
        report
    });
    (reports.collect(), restarts)
}

fn run(corridors: &[Corridor], reports: &[Report], restarts: &BTreeSet<usize>) -> Vec<Decision> {
    let mut decisions: Vec<Decision> = Vec::new();
    let mut run = monitor(corridors, &rules(), Vec::new());
    for (n, report) in reports.iter().enumerate() {
        if restarts.contains(&n) {
            run = monitor(corridors, &rules(), stored(&decisions));
        }
        decisions.extend(feed(&mut run, std::slice::from_ref(report)));
    }
    decisions
}

/// Flies the same, but forgets something before every report.
fn run_forgetful(
    corridors: &[Corridor],
    reports: &[Report],
    restarts: &BTreeSet<usize>,
    forget: fn(&mut Monitor),
) -> Vec<Decision> {
    let mut decisions: Vec<Decision> = Vec::new();
    let mut run = monitor(corridors, &rules(), Vec::new());
    for (n, report) in reports.iter().enumerate() {
        if restarts.contains(&n) {
            run = monitor(corridors, &rules(), stored(&decisions));
        }
        forget(&mut run);
        decisions.extend(feed(&mut run, std::slice::from_ref(report)));
    }
    decisions
}

fn bytes(alerts: &[Alert]) -> String {
    serde_json::to_string(alerts).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_remembered_of_a_vicinity_or_of_calm_decides_nothing_else(
        (strip_m, line_m, side_m) in (20.0..1_500.0, 20.0..1_500.0, 200.0..9_000.0),
        holed in any::<bool>(),
        legs in prop::collection::vec(some_leg(), 1..150),
    ) {
        let hole = ((0.0, 0.0), side_m / 3.0);
        let holes = if holed { vec![hole] } else { Vec::new() };
        let bends = [(-800.0, -3_000.0), (900.0, 0.0), (-400.0, 4_000.0)];
        let corridors = [
            meridian("strip", strip_m),
            line("line", line_m, &bends),
            yard(side_m, &holes),
        ];
        let (reports, restarts) = heard(&legs);
        let remembered = run(&corridors, &reports, &restarts);
        let asked = run_forgetful(&corridors, &reports, &restarts, Monitor::forget_vicinities);
        prop_assert_eq!(&remembered, &asked);
        let stepped = run_forgetful(&corridors, &reports, &restarts, Monitor::forget_calm);
        prop_assert_eq!(&remembered, &stepped);
        prop_assert_eq!(bytes(&told(remembered)), bytes(&told(asked)));
    }

    #[test]
    fn whatever_is_flown_the_story_is_sound(
        corridors in some_corridors(),
        legs in prop::collection::vec(some_leg(), 1..150),
    ) {
        let (reports, restarts) = heard(&legs);
        let decisions = run(&corridors, &reports, &restarts);
        prop_assert_eq!(&decisions, &run(&corridors, &reports, &restarts));
        let alerts = told(decisions);
        let again = told(run(&corridors, &reports, &restarts));
        prop_assert_eq!(bytes(&alerts), bytes(&again), "the same input, the same bytes");
        prop_assert!(!bytes(&alerts).contains("null"), "every number is one");

        let frames: BTreeSet<String> =
            reports.iter().map(|report| report.frame.to_string()).collect();
        let mut ids = BTreeSet::new();
        let mut inside: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for alert in &alerts {
            prop_assert_ne!(alert.event, Event::IdentityConflict, "there is one vehicle");
            prop_assert!(ids.insert(alert.id), "{} twice", alert.id);
            prop_assert!(frames.contains(&alert.evidence.as_ref().unwrap().frames[0]), "a fix that was heard");
            prop_assert!(alert.occurred_at <= alert.detected_at);
            if matches!(alert.event, Event::PositionSuspect | Event::PositionTrusted) {
                continue;
            }
            let rule = &alert.rule.as_ref().unwrap().name;
            let others = alert.also.iter().map(|also| &also.id);
            for corridor in alert.corridor.iter().map(|corridor| &corridor.id).chain(others) {
            let inside = inside
                .entry((rule, corridor))
                .or_default();
            let expected = matches!(alert.event, Event::Dwelling | Event::Exited);
            prop_assert_eq!(*inside, expected, "{} of {}", alert.event, corridor);
            match alert.event {
                Event::Entered => *inside = true,
                Event::Exited => *inside = false,
                Event::Approaching
                | Event::Dwelling
                | Event::Crossed
                | Event::Unattended
                | Event::RouteLeft
                | Event::RouteResumed
                | Event::TrackLost
                | Event::TrackRegained
                | Event::PositionSuspect
                | Event::PositionTrusted
                | Event::IdentityConflict
                | Event::GnssInterference
                | Event::Summary
                | Event::Test => {}
            }
            }
            if let (Some(entry), Some(exit)) = (&alert.entry, &alert.exit) {
                prop_assert!(entry.at <= exit.at);
            }
        }
    }
}
