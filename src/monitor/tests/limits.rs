//! Corridors that count only at some heights, and only at some times.

use crate::corridor::{Band, Corridor, Datum, Hours, Period, PeriodText};
use crate::monitor::alert::{Alert, Certainty, ExitReason};
use crate::monitor::fixture::{
    START, alerts, feed, fix, flight, monitor, ms_of, near, road, stored, told, words,
};
use crate::monitor::rule::Rule;
use crate::track::{Message, Report};
use crate::units::Utc;

/// The road from 200 to 600 metres.
fn road_at(datum: Datum) -> Corridor {
    Corridor {
        band: Some(Band::new(datum, Some(200.0), Some(600.0)).unwrap()),
        ..road()
    }
}

/// The road within a period.
fn road_during(period: &PeriodText<'_>) -> Corridor {
    Corridor {
        hours: Hours::new(vec![Period::read(period).unwrap()]),
        ..road()
    }
}

/// A flight up the middle of the road, 4 Hz, at heights above mean sea level that change in steps
/// of so many seconds.
fn along(heights_m: &[(u32, f64)]) -> Vec<Report> {
    let seconds: u32 = heights_m.iter().map(|(seconds, _)| seconds).sum();
    let way_m = 20.0 * f64::from(seconds);
    let mut reports = flight(0, 250, 20.0, &[(100.0, 0.0), (100.0, way_m)]);
    let heights = heights_m
        .iter()
        .flat_map(|(seconds, height_m)| std::iter::repeat_n(*height_m, *seconds as usize * 4));
    for (report, height_m) in reports.iter_mut().zip(heights) {
        raise(report, height_m);
    }
    reports
}

fn raise(report: &mut Report, height_m: f64) {
    if let Message::GlobalPosition(sample) = &mut report.message {
        sample.alt_msl_m = height_m;
    }
}

fn utc(text: &str) -> Utc {
    Utc::try_from(text.to_owned()).unwrap()
}

/// The same flight at another time of the host's clock.
fn at_time(mut reports: Vec<Report>, start: &str) -> Vec<Report> {
    let start = utc(start);
    for report in &mut reports {
        let after_us = report.received.utc.as_micros() - START.as_micros();
        report.received.utc = Utc::from_micros(start.as_micros() + after_us);
    }
    reports
}

fn check(corridor: Corridor, reports: &[Report], expected: &str, why: &str) -> Vec<Alert> {
    let alerts = alerts(&[corridor], &Rule::default(), reports);
    assert_eq!(words(&alerts), expected, "{why}");
    alerts
}

#[test]
fn whoever_climbs_out_of_the_band_leaves_upwards_at_no_point_of_the_edge() {
    let reports = along(&[(20, 400.0), (20, 700.0)]);
    let alerts = check(
        road_at(Datum::Msl),
        &reports,
        "road entered, road exited",
        "out",
    );
    assert_eq!(alerts[1].reason, Some(ExitReason::Above));
    assert_eq!(alerts[1].exit, None);
    near(
        ms_of(alerts[1].occurred_at),
        20_000.0,
        0.0,
        "the first fix above, ms",
    );
    let corridor = alerts[1].corridor.as_ref().unwrap();
    assert_eq!(corridor.altitude_min_m, Some(200.0));
    assert_eq!(corridor.altitude_max_m, Some(600.0));
    assert_eq!(corridor.altitude_datum.as_deref(), Some("msl"));
    assert_eq!(corridor.height.as_deref(), Some("above"));
    let entered = alerts[0].corridor.as_ref().unwrap();
    assert_eq!(entered.height.as_deref(), Some("within"));
}

#[test]
fn whoever_sinks_below_the_band_leaves_downwards() {
    let reports = along(&[(20, 400.0), (20, 100.0)]);
    let alerts = check(
        road_at(Datum::Msl),
        &reports,
        "road entered, road exited",
        "out",
    );
    assert_eq!(alerts[1].reason, Some(ExitReason::Below));
    let corridor = alerts[1].corridor.as_ref().unwrap();
    assert_eq!(corridor.height.as_deref(), Some("below"));
}

#[test]
fn whoever_descends_into_the_band_enters_at_no_point_of_the_edge() {
    let reports = along(&[(20, 900.0), (20, 400.0)]);
    let alerts = check(road_at(Datum::Msl), &reports, "road entered", "in");
    assert_eq!(alerts[0].entry, None);
    near(
        ms_of(alerts[0].occurred_at),
        20_000.0,
        0.0,
        "the first fix within, ms",
    );
}

#[test]
fn whoever_flies_over_the_band_is_never_inside_and_crosses_nothing() {
    let mut reports = flight(0, 250, 20.0, &[(-3_000.0, 0.0), (3_000.0, 0.0)]);
    for report in &mut reports {
        raise(report, 900.0);
    }
    check(road_at(Datum::Msl), &reports, "", "above all the way");
    let fast: Vec<Report> = flight(0, 20_000, 140.0, &[(-3_000.0, 0.0), (9_000.0, 0.0)]);
    check(
        road_at(Datum::Msl),
        &fast,
        "road crossed",
        "within the band",
    );
    let above = fast.into_iter().map(|mut report| {
        raise(&mut report, 900.0);
        report
    });
    check(road_at(Datum::Msl), &above.collect::<Vec<_>>(), "", "above");
}

#[test]
fn whoever_enters_over_the_edge_within_the_band_entered_there() {
    let reports = flight(0, 250, 20.0, &[(-2_000.0, 0.0), (2_000.0, 0.0)]);
    let alerts = check(
        road_at(Datum::Msl),
        &reports,
        "road entered, road exited",
        "at 400 m all the way",
    );
    assert!(alerts[0].entry.is_some() && alerts[1].exit.is_some());
    assert_eq!(alerts[1].reason, Some(ExitReason::Left));
}

#[test]
fn a_height_that_wavers_within_the_margin_moves_nothing() {
    let reports = along(&[
        (10, 400.0),
        (5, 605.0),
        (5, 595.0),
        (5, 610.0),
        (5, 590.0),
        (5, 400.0),
    ]);
    check(
        road_at(Datum::Msl),
        &reports,
        "road entered",
        "not sure to be out",
    );
    let stray = along(&[(10, 400.0)])
        .into_iter()
        .enumerate()
        .map(|(nth, mut report)| {
            if nth == 20 {
                raise(&mut report, 900.0);
            }
            report
        });
    check(
        road_at(Datum::Msl),
        &stray.collect::<Vec<_>>(),
        "road entered",
        "one is noise",
    );
}

#[test]
fn a_height_of_another_datum_is_not_compared_and_the_alert_says_so() {
    // 300 m above home is within the numbers of the band, 900 m above the sea is not.
    let reports = along(&[(20, 900.0)]);
    for datum in [Datum::Ellipsoid, Datum::Ground] {
        let alerts = check(road_at(datum), &reports, "road entered", datum.as_str());
        let corridor = alerts[0].corridor.as_ref().unwrap();
        assert_eq!(corridor.height.as_deref(), Some("not-compared"));
        assert_eq!(alerts[0].certainty, Some(Certainty::Possible));
    }
    let home = check(
        road_at(Datum::Home),
        &reports,
        "",
        "100 m above home is below",
    );
    assert_eq!(home, Vec::new());
}

#[test]
fn a_corridor_without_a_band_says_nothing_of_heights() {
    let alerts = check(
        road(),
        &along(&[(10, 9_000.0)]),
        "road entered",
        "any height",
    );
    let corridor = alerts[0].corridor.as_ref().unwrap();
    assert_eq!(
        (corridor.height.as_ref(), corridor.altitude_datum.as_ref()),
        (None, None)
    );
}

#[test]
fn a_corridor_of_the_night_is_entered_by_night_alone() {
    let night = PeriodText {
        from: Some("22:00"),
        to: Some("06:00"),
        zone: Some("Europe/Skopje"),
        ..PeriodText::default()
    };
    let flies = |start, expected, why| {
        check(
            road_during(&night),
            &at_time(along(&[(60, 400.0)]), start),
            expected,
            why,
        )
    };
    flies("2026-05-01T10:00:00Z", "", "at noon");
    flies("2026-05-01T23:00:00Z", "road entered", "by night");
    let dusk = flies(
        "2026-05-01T19:59:30Z",
        "road entered",
        "from ten o'clock on",
    );
    assert_eq!(dusk[0].occurred_at, utc("2026-05-01T20:00:00Z"));
    assert_eq!(dusk[0].entry, None);
    let dawn = flies(
        "2026-05-02T03:59:30Z",
        "road entered, road exited",
        "until six",
    );
    assert_eq!(dawn[1].reason, Some(ExitReason::Hours));
    assert_eq!(dawn[1].occurred_at, utc("2026-05-02T04:00:00Z"));
    assert_eq!(dawn[1].exit, None);
}

#[test]
fn the_night_of_the_change_of_clocks_ends_by_the_new_ones() {
    let night = PeriodText {
        from: Some("22:00"),
        to: Some("06:00"),
        zone: Some("Europe/Skopje"),
        ..PeriodText::default()
    };
    for (start, ends) in [
        ("2026-03-29T03:59:30Z", "2026-03-29T04:00:00Z"),
        ("2026-10-25T04:59:30Z", "2026-10-25T05:00:00Z"),
    ] {
        let reports = at_time(along(&[(60, 400.0)]), start);
        let alerts = check(
            road_during(&night),
            &reports,
            "road entered, road exited",
            start,
        );
        assert_eq!(alerts[1].occurred_at, utc(ends));
    }
}

#[test]
fn whoever_hovers_enters_and_leaves_by_height_and_by_time() {
    let hover = |heights_m: [f64; 3]| -> Vec<Report> {
        let fixes = (0..60_u32).map(|second| {
            let mut report = fix(second * 1_000, (100.0, 0.0));
            raise(&mut report, heights_m[second as usize / 20]);
            report
        });
        fixes.collect()
    };
    let rising = hover([100.0, 400.0, 700.0]);
    check(
        road_at(Datum::Msl),
        &rising,
        "road entered, road exited",
        "through the band",
    );
    let half_a_minute = PeriodText {
        since: Some("2026-05-01T10:00:20Z"),
        until: Some("2026-05-01T10:00:40Z"),
        ..PeriodText::default()
    };
    let corridor = road_during(&half_a_minute);
    check(
        corridor,
        &hover([400.0; 3]),
        "road entered, road exited",
        "while it counts",
    );
}

#[test]
fn hours_that_end_while_the_unit_is_off_are_told_once_it_is_on_again() {
    let until = PeriodText {
        until: Some("2026-05-01T10:00:30Z"),
        ..PeriodText::default()
    };
    let corridor = road_during(&until);
    let reports = along(&[(60, 400.0)]);
    let (before, after) = reports.split_at(80);
    let rules = [Rule::default()];
    let mut first = monitor(std::slice::from_ref(&corridor), &rules, Vec::new());
    let decisions = feed(&mut first, before);
    let mut second = monitor(&[corridor], &rules, stored(&decisions));
    let later: Vec<Report> = after[60..].to_vec();
    let alerts = told(feed(&mut second, &later));
    assert_eq!(words(&alerts), "road exited");
    assert_eq!(alerts[0].reason, Some(ExitReason::Hours));
}
