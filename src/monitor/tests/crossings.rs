//! Ways right through a corridor that make no stay.

use crate::monitor::alert::{Alert, CrossingDirection};
use crate::monitor::fixture::{
    Spot, alerts, check, flight, line, meridian, ms_of, near, words, yard,
};
use crate::monitor::rule::Rule;

#[test]
fn a_strip_between_two_fixes_is_crossed() {
    let strip = || [meridian("strip", 5.0)];
    let across = |spots: &[Spot]| {
        let alerts = alerts(&strip(), &Rule::default(), &flight(0, 4_000, 25.0, spots));
        assert_eq!(words(&alerts), "strip crossed");
        alerts.into_iter().next().unwrap()
    };
    let there = across(&[(-450.0, 0.0), (450.0, 0.0)]);
    assert_eq!(there.direction, Some(CrossingDirection::LeftToRight));
    let side = |alert: &Alert| alert.entry.as_ref().and_then(|entry| entry.side.clone());
    assert_eq!(side(&there).as_deref(), Some("left"));
    near(
        ms_of(there.entry.as_ref().unwrap().at),
        445.0 / 0.025,
        50.0,
        "entry, ms",
    );
    near(ms_of(there.occurred_at), 455.0 / 0.025, 50.0, "exit, ms");
    near(there.travelled_m.unwrap(), 10.0, 0.1, "metres inside");
    let back = across(&[(450.0, 0.0), (-450.0, 0.0)]);
    assert_eq!(back.direction, Some(CrossingDirection::RightToLeft));
    assert_eq!(side(&back).as_deref(), Some("right"));
}

#[test]
fn a_way_that_only_grazes_is_no_crossing() {
    // Under the round end of a line, 2 m into the strip.
    let strip = || [line("strip", 500.0, &[(0.0, 0.0), (0.0, 5_000.0)])];
    let under = |north_m: f64| flight(0, 4_000, 100.0, &[(-950.0, north_m), (1_050.0, north_m)]);
    check(&strip(), &under(-498.0), "", "under the round end");
    check(
        &strip(),
        &under(100.0),
        "strip entered, strip exited",
        "over it",
    );
    let past = flight(0, 4_000, 25.0, &[(0.0, 990.0), (990.0, 0.0)]);
    check(&[yard(1_000.0, &[])], &past, "", "past a corner of an area");
}
