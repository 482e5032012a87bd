//! Ways right through a corridor that make no stay.

use crate::monitor::alert::{Alert, CrossingDirection};
use crate::monitor::fixture::{
    Spot, alerts, check, fix, flight, line, meridian, ms_of, near, words, yard,
};
use crate::monitor::rule::Rule;
use crate::track::Report;

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

#[test]
fn one_wild_fix_on_the_far_side_is_no_crossing() {
    let beside = |wild: Spot| -> Vec<Report> {
        let spot = |second| if second == 10 { wild } else { (-50.0, 0.0) };
        (0..20)
            .map(|second| fix(second * 1_000, spot(second)))
            .collect()
    };
    let strip = [meridian("strip", 5.0)];
    check(&strip, &beside((50.0, 0.0)), "", "across a strip and back");
    check(&strip, &beside((0.0, 0.0)), "", "into the strip and back");
    let ends = [line("strip", 5.0, &[(0.0, 0.0), (5.0, 0.0)])];
    check(
        &ends,
        &beside((60.0, 0.0)),
        "",
        "across round ends, which have no side",
    );
}

#[test]
fn a_crossing_is_confirmed_like_any_other_standing() {
    let fly = |last_ms: u32| -> Vec<Report> {
        let mut reports = vec![fix(0, (-100.0, 0.0)), fix(1_000, (-40.0, 0.0))];
        reports.extend(
            (2_000..=last_ms)
                .step_by(1_000)
                .map(|ms| fix(ms, (40.0, 0.0))),
        );
        reports
    };
    let strip = [meridian("strip", 5.0)];
    check(&strip, &fly(3_000), "", "the second fix on the far side");
    check(&strip, &fly(4_000), "strip crossed", "the third one");
    check(&strip, &fly(40_000), "strip crossed", "and no other");
    let mut lost = fly(2_000);
    lost.push(fix(900_000, (60.0, 0.0)));
    check(
        &strip,
        &lost,
        "strip crossed",
        "heard again after a quarter of an hour",
    );
    lost.pop();
    lost.push(fix(900_000, (-60.0, 0.0)));
    check(&strip, &lost, "", "but back on the near side");
}

#[test]
fn a_hole_or_a_bend_in_the_middle_of_the_way_hides_no_crossing() {
    let across = flight(0, 2_000, 75.0, &[(-150.0, 0.0), (300.0, 0.0)]);
    let holed = yard(120.0, &[((0.0, 0.0), 20.0)]);
    check(&[holed], &across, "yard crossed", "with a fix in a hole");
    let hook = [
        (-30.0, -500.0),
        (-30.0, 500.0),
        (30.0, 500.0),
        (30.0, -500.0),
    ];
    check(
        &[line("hook", 20.0, &hook)],
        &across,
        "hook crossed",
        "between two arms",
    );
    let once = flight(0, 4_000, 75.0, &[(-450.0, 0.0), (750.0, 0.0)]);
    let holed = yard(120.0, &[((0.0, 0.0), 20.0)]);
    check(&[holed], &once, "yard crossed", "over a hole");
}

#[test]
fn two_fixes_in_an_area_make_a_crossing_if_they_lead_through_it() {
    let yard = [yard(200.0, &[])];
    let through = flight(0, 1_000, 75.0, &[(-487.5, 0.0), (500.0, 0.0)]);
    check(
        &yard,
        &through,
        "yard crossed",
        "in at one end and out at the other",
    );
    let turned = [(-487.5, 0.0), (-37.5, 0.0), (-487.5, 0.0)];
    check(
        &yard,
        &flight(0, 1_000, 75.0, &turned),
        "",
        "in and out at one end",
    );
}

#[test]
fn a_strip_crossed_there_and_back_is_crossed_twice() {
    let spots = [(-450.0, 0.0), (450.0, 0.0), (-450.0, 0.0)];
    let strip = [meridian("strip", 5.0)];
    let alerts = alerts(&strip, &Rule::default(), &flight(0, 4_000, 25.0, &spots));
    assert_eq!(words(&alerts), "strip crossed, strip crossed");
    let directions: Vec<_> = alerts.iter().map(|alert| alert.direction).collect();
    let there = Some(CrossingDirection::LeftToRight);
    let back = Some(CrossingDirection::RightToLeft);
    assert_eq!(directions, [there, back]);
    let touch = flight(0, 2_000, 25.0, &[(-450.0, 0.0), (4.0, 0.0), (-450.0, 0.0)]);
    check(&strip, &touch, "", "in and out on one side");
}
