//! What is told of a flight, where and when.

use std::time::Duration;

use crate::corridor::Corridor;
use crate::monitor::alert::Event;
use crate::monitor::fixture::{
    alerts, check, feed, fix, flight, monitor, ms_of, near, only, place, road, told, words, yard,
};
use crate::monitor::rule::{Confirm, Margin, Rule};
use crate::track::Report;
use crate::units::{LatLon, Metres};

/// At 20 m/s eastwards along the parallel of the middle, 4 Hz.
fn eastwards(from_m: f64, to_m: f64) -> Vec<Report> {
    flight(0, 250, 20.0, &[(from_m, 0.0), (to_m, 0.0)])
}

fn at(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}

#[test]
fn a_flight_straight_through_tells_where_and_when_the_edges_were_crossed() {
    let alerts = alerts(&[road()], &Rule::default(), &eastwards(-2_003.0, 2_000.0));
    assert_eq!(words(&alerts), "road entered, road exited");
    let [entered, exited] = alerts.as_slice() else {
        panic!("two alerts")
    };
    let entry = entered.entry.as_ref().unwrap();
    let exit = exited.exit.as_ref().unwrap();
    let way_in = at(entry.lat, entry.lon).distance_m(place((-1_000.0, 0.0)));
    let way_out = at(exit.lat, exit.lon).distance_m(place((1_000.0, 0.0)));
    near(way_in, 0.0, 1.0, "metres from the true entry");
    near(way_out, 0.0, 1.0, "metres from the true exit");
    near(ms_of(entry.at), 1_003.0 / 0.02, 50.0, "entry, ms");
    near(ms_of(exit.at), 3_003.0 / 0.02, 50.0, "exit, ms");
    assert_eq!(
        (entered.occurred_at, exited.occurred_at),
        (entry.at, exit.at)
    );
    assert_eq!(exited.entry, entered.entry);
    near(exited.inside_seconds.unwrap(), 100.0, 0.1, "seconds inside");
    near(exited.travelled_m.unwrap(), 2_000.0, 10.0, "metres inside");
    assert_eq!(
        (entry.side.as_deref(), exit.side.as_deref()),
        (Some("left"), Some("right"))
    );
    assert_eq!(
        (
            entered.episode.unwrap().index,
            exited.episode.unwrap().index
        ),
        (0, 1)
    );
    assert_eq!(entered.episode.unwrap().id, exited.episode.unwrap().id);
    assert!(entered.occurred_at < entered.detected_at);
}

#[test]
fn whoever_is_first_heard_inside_entered_at_an_unknown_place() {
    let alerts = alerts(&[road()], &Rule::default(), &eastwards(0.0, 2_000.0));
    assert_eq!(words(&alerts), "road entered, road exited");
    assert_eq!(alerts[0].entry, None);
    near(ms_of(alerts[0].occurred_at), 0.0, 0.0, "the first fix, ms");
    assert_eq!(alerts[1].entry, None);
    assert!(alerts[1].exit.is_some());
    near(
        alerts[1].travelled_m.unwrap(),
        1_000.0,
        5.0,
        "metres inside",
    );
}

#[test]
fn an_alert_says_how_far_the_geometry_of_its_corridor_can_be_relied_on() {
    let drawn = Corridor {
        source: Some("drawn by hand".to_owned()),
        certainty: Some("about 1 km".to_owned()),
        ..road()
    };
    for (road, source, certainty) in [
        (drawn, Some("drawn by hand"), Some("about 1 km")),
        (road(), None, None),
    ] {
        let alerts = alerts(&[road], &Rule::default(), &eastwards(0.0, 2_000.0));
        for alert in &alerts {
            let corridor = alert.corridor.as_ref().unwrap();
            assert_eq!(corridor.source.as_deref(), source);
            assert_eq!(corridor.certainty.as_deref(), certainty);
        }
        assert_eq!(alerts.len(), 2);
    }
}

#[test]
fn dwelling_is_told_once_a_stay() {
    let rule = Rule {
        dwell: Some(Duration::from_secs(60)),
        ..Rule::default()
    };
    let twice = [(-2_000.0, 0.0), (2_000.0, 0.0), (-2_000.0, 0.0)];
    let alerts = alerts(&[road()], &rule, &flight(0, 250, 20.0, &twice));
    let stay = "road entered, road dwelling, road exited";
    assert_eq!(words(&alerts), format!("{stay}, {stay}"));
    near(
        alerts[1].inside_seconds.unwrap(),
        60.0,
        0.3,
        "seconds inside",
    );
    assert_ne!(alerts[0].episode.unwrap().id, alerts[3].episode.unwrap().id);
}

#[test]
fn a_hover_on_the_edge_has_one_episode_at_most() {
    // Ten minutes at 4 Hz, up to 15 m off in a pattern that never settles.
    let hover: Vec<Report> = (0..2_400_u32)
        .map(|n| {
            let wild = |factor: f64| 15.0 * (f64::from(n) * factor).sin();
            fix(n * 250, (-1_000.0 + wild(1.7), wild(0.9)))
        })
        .collect();
    check(&[road()], &hover, "", "it never leaves the margin");
    let mut flown = eastwards(-2_000.0, -900.0);
    flown.extend(hover.iter().enumerate().map(|(n, _)| {
        let n = u32::try_from(n).unwrap();
        fix(
            60_000 + n * 250,
            (-1_000.0 + 15.0 * f64::from(n).sin(), 0.0),
        )
    }));
    check(
        &[road()],
        &flown,
        "road entered",
        "nor does it leave from inside",
    );
}

#[test]
fn muted_events_move_the_standing_all_the_same() {
    let all = alerts(&[road()], &Rule::default(), &eastwards(-2_000.0, 2_000.0));
    let exits = alerts(
        &[road()],
        &only(&[Event::Exited]),
        &eastwards(-2_000.0, 2_000.0),
    );
    assert_eq!(words(&exits), "road exited");
    assert_eq!(exits[0].episode.unwrap().id, all[1].episode.unwrap().id);
    assert_eq!(
        exits[0].episode.unwrap().index,
        0,
        "the first that was told"
    );
    assert_eq!(exits[0].inside_seconds, all[1].inside_seconds);
    let entries = alerts(
        &[road()],
        &only(&[Event::Entered]),
        &eastwards(-2_000.0, 2_000.0),
    );
    assert_eq!(words(&entries), "road entered");
}

#[test]
fn overlapping_corridors_have_their_own_episodes() {
    check(
        &[road(), yard(4_000.0, &[])],
        &eastwards(-3_000.0, 3_000.0),
        "yard entered, road entered, road exited, yard exited",
        "one inside the other",
    );
}

#[test]
fn a_hole_in_an_area_is_outside() {
    check(
        &[yard(6_000.0, &[((0.0, 0.0), 2_000.0)])],
        &eastwards(-4_000.0, 4_000.0),
        "yard entered, yard exited, yard entered, yard exited",
        "across the hole",
    );
}

#[test]
fn a_stay_after_a_silence_does_not_count_the_length_of_the_one_before() {
    let mut reports = eastwards(-2_000.0, 1_100.0);
    reports.extend(flight(
        1_000_000,
        250,
        20.0,
        &[(500.0, 0.0), (2_000.0, 0.0)],
    ));
    let alerts = alerts(&[road()], &Rule::default(), &reports);
    let stay = "road entered, road exited";
    assert_eq!(words(&alerts), format!("{stay}, {stay}"));
    near(alerts[3].travelled_m.unwrap(), 500.0, 5.0, "metres inside");
}

#[test]
fn a_way_out_that_led_back_in_is_not_where_the_stay_ended() {
    let mut reports = eastwards(-2_000.0, 0.0);
    reports.extend(flight(
        200_000,
        250,
        20.0,
        &[(0.0, 0.0), (1_020.0, 0.0), (0.0, 0.0)],
    ));
    reports.extend(flight(
        1_000_000,
        250,
        20.0,
        &[(1_500.0, 0.0), (2_000.0, 0.0)],
    ));
    let alerts = alerts(&[road()], &Rule::default(), &reports);
    assert_eq!(words(&alerts), "road entered, road exited");
    assert_eq!(alerts[1].exit, None, "nobody saw it leave");
    near(
        ms_of(alerts[1].occurred_at),
        1_000_000.0,
        0.0,
        "the first fix outside, ms",
    );
}

#[test]
fn rules_tell_their_own_stories() {
    let eager = Rule {
        name: "eager".to_owned(),
        confirm: Confirm {
            fixes: Some(1),
            span: None,
        },
        margin: Margin {
            base: Metres::ZERO,
            accuracy_factor: 0.0,
            ..Margin::default()
        },
        ..Rule::default()
    };
    let mut monitor = monitor(&[road()], &[Rule::default(), eager], Vec::new());
    let alerts = told(feed(&mut monitor, &eastwards(-2_003.0, 2_000.0)));
    let rules: Vec<&str> = alerts
        .iter()
        .map(|one| one.rule.as_ref().unwrap().name.as_str())
        .collect();
    assert_eq!(rules, ["eager", "corridor", "eager", "corridor"]);
    assert_eq!(
        words(&alerts),
        "road entered, road entered, road exited, road exited"
    );
    assert_eq!(alerts[0].entry, alerts[1].entry, "the edge is where it is");
    assert_ne!(alerts[0].episode.unwrap().id, alerts[1].episode.unwrap().id);
}
