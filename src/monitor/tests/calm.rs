//! Tracks for which nothing can change without a move go through no rule.

use std::time::Duration;

use crate::corridor::{Band, Corridor, Datum};
use crate::monitor::fixture::{Spot, at_speed, feed, fix, monitor, road};
use crate::monitor::rule::Rule;

/// Whether a track that stands still at a spot is calm after so many seconds.
#[track_caller]
fn check(corridor: Corridor, rule: &Rule, spot: Spot, seconds: u32, expected: bool, why: &str) {
    let mut run = monitor(&[corridor], std::slice::from_ref(rule), Vec::new());
    let reports: Vec<_> = (0..=seconds).map(|nth| fix(nth * 1_000, spot)).collect();
    feed(&mut run, &reports);
    assert_eq!(run.calm_tracks() == 1, expected, "{why}");
}

#[test]
fn who_is_settled_far_from_every_edge_is_calm_and_nobody_else() {
    let usual = Rule::default();
    check(road(), &usual, (-5_000.0, 0.0), 0, true, "far outside");
    check(road(), &usual, (0.0, 0.0), 1, false, "not confirmed inside");
    check(road(), &usual, (0.0, 0.0), 3, true, "confirmed inside");
    check(
        road(),
        &usual,
        (-1_010.0, 0.0),
        9,
        false,
        "within the margin",
    );
    check(road(), &usual, (-990.0, 0.0), 9, false, "within it, inside");
    let low = Corridor {
        band: Some(Band::new(Datum::Msl, None, Some(900.0)).unwrap()),
        ..road()
    };
    check(low, &usual, (0.0, 0.0), 9, false, "its height may change");
}

#[test]
fn a_horizon_and_a_dwell_that_is_due_end_the_calm() {
    let far_sighted = Rule {
        horizon: Some(Duration::from_secs(60)),
        ..Rule::default()
    };
    let mut run = monitor(&[road()], &[far_sighted], Vec::new());
    // At 20 m/s 1,800 m lie within the horizon and what is kept beyond it.
    feed(
        &mut run,
        &[
            at_speed(fix(0, (-3_000.0, 0.0)), (20.0, 0.0)),
            at_speed(fix(1_000, (-2_980.0, 0.0)), (20.0, 0.0)),
        ],
    );
    assert_eq!(run.calm_fixes(), 1);
    let nearer = at_speed(fix(20_000, (-2_700.0, 0.0)), (20.0, 0.0));
    feed(&mut run, &[nearer]);
    assert_eq!(run.calm_fixes(), 1);
    let dwell = Rule {
        dwell: Some(Duration::from_secs(10)),
        ..Rule::default()
    };
    let mut run = monitor(&[road()], &[dwell], Vec::new());
    let reports: Vec<_> = (0..20).map(|nth| fix(nth * 1_000, (0.0, 0.0))).collect();
    let decided = feed(&mut run, &reports);
    assert_eq!(decided.len(), 2, "entered and dwelling");
    assert_eq!(
        run.calm_fixes(),
        16,
        "all but three and the one that is told"
    );
}
