//! Corridors that overlap: one alert for what one fix decides, with the others named.

use crate::corridor::{Class, Corridor, CorridorId};
use crate::monitor::alert::{Alert, Event};
use crate::monitor::fixture::{
    Spot, alerts, feed, flight, monitor, only, road, stored, told, words, yard,
};
use crate::monitor::rule::Rule;
use crate::track::Report;

/// At 20 m/s eastwards along the parallel of the middle, 4 Hz.
fn eastwards(from_m: f64, to_m: f64) -> Vec<Report> {
    let spots: [Spot; 2] = [(from_m, 0.0), (to_m, 0.0)];
    flight(0, 250, 20.0, &spots)
}

/// An area of two countries, with edges to the west and the east 10 cm within those of the road.
fn zone() -> Corridor {
    Corridor {
        id: CorridorId::new("zone"),
        class: Class::Zone,
        country: Some("MK".to_owned()),
        countries: vec!["MK".to_owned(), "GR".to_owned()],
        ..yard(1_999.8, &[])
    }
}

/// The alerts in words, each with the corridors that it names.
fn named(alerts: &[Alert]) -> String {
    let one = |alert: &Alert| {
        let others: Vec<&str> = alert.also.iter().map(|also| also.id.as_str()).collect();
        format!(
            "{}{}{}",
            words(std::slice::from_ref(alert)),
            if others.is_empty() { "" } else { " and " },
            others.join(" and ")
        )
    };
    alerts.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_one_fix_decides_of_several_corridors_is_one_alert_that_names_them_all() {
    let reports = eastwards(-2_000.0, 2_000.0);
    let alerts = alerts(&[road(), zone()], &Rule::default(), &reports);
    assert_eq!(
        named(&alerts),
        "road entered and zone, road exited and zone"
    );
    let [entered, exited] = alerts.as_slice() else {
        panic!("two alerts")
    };
    assert_eq!(entered.also[0].countries, ["MK", "GR"]);
    let (came, went) = (entered.also[0].episode, exited.also[0].episode);
    assert_eq!((came.index, went.index), (0, 1));
    assert_eq!(came.id, went.id, "the other one has an episode of its own");
    assert_ne!(came.id, entered.episode.unwrap().id);
}

#[test]
fn a_corridor_that_is_not_confirmed_yet_is_named_and_its_exit_is_told() {
    let inner = Corridor {
        id: CorridorId::new("inner"),
        ..yard(1_980.0, &[])
    };
    let alerts = alerts(
        &[road(), inner],
        &Rule::default(),
        &eastwards(-2_000.0, 2_000.0),
    );
    assert_eq!(
        named(&alerts),
        "road entered and inner, inner exited, road exited",
        "its edge is two fixes further in"
    );
    let (named, told) = (alerts[0].also[0].episode, alerts[1].episode.unwrap());
    assert_eq!((named.id, named.index), (told.id, 0));
    assert_eq!(told.index, 1);
    assert!(alerts[1].entry.is_some(), "where it was entered is known");
}

#[test]
fn a_corridor_that_the_fix_is_not_surely_inside_of_is_not_named() {
    let alerts = alerts(
        &[road(), yard(1_900.0, &[])],
        &Rule::default(),
        &eastwards(-2_000.0, 0.0),
    );
    assert_eq!(named(&alerts), "road entered, yard entered");
}

#[test]
fn a_restart_keeps_what_was_only_named() {
    let corridors = [road(), zone()];
    let rules = [Rule::default()];
    let reports = eastwards(-2_000.0, 2_000.0);
    let (before, after) = reports.split_at(400);
    let mut first = monitor(&corridors, &rules, Vec::new());
    let decisions = feed(&mut first, before);
    let standings = stored(&decisions);
    let named_ones: Vec<bool> = standings.iter().map(|one| one.named).collect();
    assert_eq!(named_ones, [false, true]);
    let mut second = monitor(&corridors, &rules, standings);
    let alerts = told(feed(&mut second, after));
    assert_eq!(named(&alerts), "road exited and zone");
}

#[test]
fn what_a_rule_does_not_tell_names_nobody() {
    let rule = only(&[Event::Exited]);
    let alerts = alerts(&[road(), zone()], &rule, &eastwards(-2_000.0, 2_000.0));
    assert_eq!(named(&alerts), "road exited and zone");
    assert_eq!(alerts[0].also[0].episode.index, 0);
}
