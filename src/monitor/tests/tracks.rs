//! Which samples count, and whose they are.

use std::collections::BTreeMap;

use crate::monitor::Rejection;
use crate::monitor::alert::Alert;
use crate::monitor::fixture::{
    BOOT_MS, alerts, booted, check, feed, fix, flight, gnss, monitor, near, of_fleet, road,
    system_time, told, words,
};
use crate::monitor::rule::Rule;
use crate::track::Report;

fn eastwards() -> Vec<Report> {
    flight(0, 1_000, 20.0, &[(-2_000.0, 0.0), (2_000.0, 0.0)])
}

#[test]
fn one_stray_fix_tells_nothing() {
    let beside: Vec<Report> = (0..20)
        .map(|second| {
            let east_m = if second == 10 { -950.0 } else { -1_045.0 };
            fix(second * 1_000, (east_m, 0.0))
        })
        .collect();
    check(&[road()], &beside, "", "inside once");
}

#[test]
fn the_reported_accuracy_scales_the_margin() {
    let hover = |east_m: f64, h_acc_m: f64| -> Vec<Report> {
        let mut reports = Vec::new();
        for second in 0..10 {
            reports.push(gnss(second * 1_000, 3, Some(h_acc_m)));
            reports.push(fix(second * 1_000, (east_m, 0.0)));
        }
        reports
    };
    check(
        &[road()],
        &hover(-950.0, 19.0),
        "road entered",
        "50 m inside, margin 48 m",
    );
    check(
        &[road()],
        &hover(-950.0, 21.0),
        "",
        "50 m inside, margin 52 m",
    );
}

#[test]
fn positions_without_a_fix_are_counted_and_tell_nothing() {
    let mut reports = vec![gnss(0, 1, None)];
    reports.extend((0..4).map(|second| fix(second * 1_000, (0.0, 0.0))));
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    assert_eq!(feed(&mut monitor, &reports), []);
    let counts = monitor.counts();
    assert_eq!(counts.positions, 0);
    assert_eq!(counts.rejections, BTreeMap::from([(Rejection::NoFix, 4)]));
}

#[test]
fn late_and_repeated_samples_change_nothing() {
    let clean = eastwards();
    let mut dirty = Vec::new();
    for (n, report) in clean.iter().enumerate() {
        dirty.push(report.clone());
        dirty.push(report.clone());
        dirty.extend(n.checked_sub(3).map(|earlier| clean[earlier].clone()));
    }
    assert_eq!(
        alerts(&[road()], &Rule::default(), &dirty),
        alerts(&[road()], &Rule::default(), &clean)
    );
}

#[test]
fn a_reboot_in_the_middle_of_a_stay_neither_ends_it_nor_shortens_it() {
    let reports: Vec<Report> = (0..)
        .zip(eastwards())
        .map(|(second, report)| match second {
            0..100 => report,
            _ => booted(&report, 1_000 * (second - 98)),
        })
        .collect();
    let alerts = alerts(&[road()], &Rule::default(), &reports);
    assert_eq!(words(&alerts), "road entered, road exited");
    near(
        alerts[1].inside_seconds.unwrap(),
        100.0,
        0.1,
        "seconds inside",
    );
    near(
        alerts[1].travelled_m.unwrap(),
        2_000.0,
        10.0,
        "metres inside",
    );
}

#[test]
fn one_system_id_in_two_fleets_is_two_tracks() {
    let mixed: Vec<Report> = eastwards()
        .iter()
        .flat_map(|report| [of_fleet(report, "alpha"), of_fleet(report, "bravo")])
        .collect();
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let alerts = told(feed(&mut monitor, &mixed));
    assert_eq!(monitor.tracks(), 2);
    assert_eq!(
        words(&alerts),
        "road entered, road entered, road exited, road exited"
    );
    let keys: Vec<&str> = alerts.iter().map(Alert::subject).collect();
    let both = ["vehicle:alpha/1", "vehicle:bravo/1"];
    assert_eq!(keys, [both, both].concat());
    let mut ids: Vec<_> = alerts.iter().map(|alert| alert.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn the_boot_clock_of_another_component_makes_no_late_sample_a_reboot() {
    let mut reports = eastwards();
    let late = booted(&fix(100_500, (0.0, 0.0)), BOOT_MS + 50_000);
    // A companion computer that was switched on a minute later says so once a second.
    let companion = (0..4).map(|n| system_time(100_100 + n * 100, 191, BOOT_MS + 40_000 + n * 100));
    let strays: Vec<Report> = companion.chain([late]).collect();
    reports.splice(101..101, strays);
    assert_eq!(
        alerts(&[road()], &Rule::default(), &reports),
        alerts(&[road()], &Rule::default(), &eastwards())
    );
}

#[test]
fn a_corridor_that_is_left_behind_is_forgotten_but_for_its_episodes() {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let inside = flight(0, 1_000, 20.0, &[(-2_000.0, 0.0), (0.0, 0.0)]);
    let first = told(feed(&mut monitor, &inside));
    assert_eq!(monitor.stands(), 1);
    let beside = [(0.0, 0.0), (1_040.0, 0.0), (1_035.0, 500.0)];
    feed(&mut monitor, &flight(200_000, 1_000, 20.0, &beside));
    assert_eq!(monitor.stands(), 0, "just beyond the margin");
    let again = flight(400_000, 1_000, 20.0, &[(1_035.0, 500.0), (0.0, 0.0)]);
    let second = told(feed(&mut monitor, &again));
    assert_eq!(words(&second), "road entered");
    assert_ne!(first[0].episode.unwrap().id, second[0].episode.unwrap().id);
}

#[test]
fn a_receiver_that_knows_nothing_concerns_no_corridor() {
    let mut reports = vec![gnss(0, 3, Some(f64::from(u32::MAX) / 1_000.0))];
    reports.push(fix(0, (-5_000.0, 0.0)));
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    assert_eq!(feed(&mut monitor, &reports), []);
    assert_eq!(monitor.stands(), 0);
}

#[test]
fn a_fix_beyond_the_edge_but_within_its_accuracy_ends_no_stay() {
    let mut reports = flight(0, 1_000, 20.0, &[(-2_000.0, 0.0), (0.0, 0.0)]);
    for second in 101..110 {
        reports.push(gnss(second * 1_000, 3, Some(3_000.0)));
        reports.push(fix(second * 1_000, (6_500.0, 0.0)));
    }
    check(
        &[road()],
        &reports,
        "road entered",
        "5.5 km outside, margin 6 km",
    );
}
