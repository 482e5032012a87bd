//! Rules that are about some tracks, some heights and some times only.

use std::sync::Arc;

use crate::corridor::{Band, Datum, Hours, Period, PeriodText};
use crate::monitor::alert::{Certainty, Event, ExitReason, Severity};
use crate::monitor::fixture::{
    alerts, feed, flight, monitor, of_message, place, road, settings, told, words,
};
use crate::monitor::lists::List;
use crate::monitor::rule::{CorridorFilter, Pattern, Rule, SeverityWhen, TrackFilter};
use crate::monitor::{Remark, fixture};
use crate::track::{Adsb, Authenticity, Message, Report, SentPlace, Text, TrackKind};

/// A flight across the road, 4 Hz, 400 metres above the sea and 100 above home.
fn across() -> Vec<Report> {
    flight(0, 250, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)])
}

fn signed(mut reports: Vec<Report>, authenticity: impl Fn(usize) -> Authenticity) -> Vec<Report> {
    for (nth, report) in reports.iter_mut().enumerate() {
        report.sender.authenticity = authenticity(nth);
    }
    reports
}

fn by_authenticity(authenticity: Authenticity) -> Rule {
    Rule {
        tracks: TrackFilter {
            authenticity: vec![authenticity],
            ..TrackFilter::default()
        },
        ..Rule::default()
    }
}

#[track_caller]
fn check(rule: &Rule, reports: &[Report], expected: &str, why: &str) {
    assert_eq!(words(&alerts(&[road()], rule, reports)), expected, "{why}");
}

#[test]
fn a_rule_is_about_who_signs_or_about_who_does_not() {
    let both = "road entered, road exited";
    let reports = signed(across(), |_| Authenticity::Signed);
    check(
        &by_authenticity(Authenticity::Signed),
        &reports,
        both,
        "it signs",
    );
    check(
        &by_authenticity(Authenticity::Unsigned),
        &reports,
        "",
        "it does",
    );
}

#[test]
fn a_stay_that_has_begun_is_told_to_its_end() {
    // Inside from the hundredth fix to the five hundredth.
    let reports = signed(across(), |nth| {
        if nth < 300 {
            Authenticity::Signed
        } else {
            Authenticity::Unsigned
        }
    });
    let both = "road entered, road exited";
    check(
        &by_authenticity(Authenticity::Signed),
        &reports,
        both,
        "it began signed",
    );
    let late = by_authenticity(Authenticity::Unsigned);
    check(&late, &reports, both, "it is unsigned inside");
}

#[test]
fn a_friend_is_told_by_no_rule_about_strangers() {
    let friends = |track: &str| {
        Arc::new(List {
            name: "friend".to_owned(),
            tracks: vec![Pattern::new(track)],
            callsigns: Vec::new(),
        })
    };
    let strangers = |track| Rule {
        tracks: TrackFilter {
            not_lists: vec![friends(track)],
            ..TrackFilter::default()
        },
        ..Rule::default()
    };
    check(&strangers("vehicle:lan/*"), &across(), "", "a friend");
    let both = "road entered, road exited";
    check(&strangers("vehicle:lan/2"), &across(), both, "another is");
}

#[test]
fn the_callsign_that_the_unit_gave_counts() {
    let ravens = Rule {
        tracks: TrackFilter {
            callsigns: vec![Pattern::new("raven *")],
            ..TrackFilter::default()
        },
        ..Rule::default()
    };
    check(&ravens, &across(), "", "nobody calls it so");
    let mut settings = settings(&[ravens]);
    let name = ("vehicle:lan/1".to_owned(), "RAVEN 1".to_owned());
    settings.callsigns.extend([name]);
    let mut monitor = fixture::monitor_with(settings, &[road()], Vec::new());
    let alerts = told(feed(&mut monitor, &across()));
    assert_eq!(words(&alerts), "road entered, road exited");
}

#[test]
fn a_track_is_filed_anew_when_it_tells_its_callsign() {
    let jat = Rule {
        tracks: TrackFilter {
            callsigns: vec![Pattern::new("JAT*")],
            ..TrackFilter::of_kinds(&[TrackKind::Aircraft])
        },
        ..Rule::default()
    };
    let fly = |tells_from: u32| {
        let reports: Vec<Report> = (0..12)
            .map(|second| {
                let callsign = (tells_from <= second).then_some(*b"JAT123\0\0\0");
                of_message(second * 1_000, airliner(callsign))
            })
            .collect();
        words(&alerts(&[road()], &jat, &reports))
    };
    assert_eq!(fly(0), "road entered");
    assert_eq!(fly(6), "road entered");
    assert_eq!(fly(12), "");
}

#[test]
fn the_band_of_a_rule_counts_beside_those_of_corridors() {
    let at = |datum, min_m, max_m| Rule {
        band: Some(Band::new(datum, min_m, max_m).unwrap()),
        ..Rule::default()
    };
    let both = "road entered, road exited";
    check(
        &at(Datum::Msl, Some(300.0), None),
        &across(),
        both,
        "within",
    );
    check(&at(Datum::Msl, None, Some(300.0)), &across(), "", "above");
    check(&at(Datum::Home, None, Some(300.0)), &across(), both, "home");
}

#[test]
fn a_height_that_cannot_be_compared_is_told_and_said_once() {
    let rule = Rule {
        band: Some(Band::new(Datum::Ground, None, Some(120.0)).unwrap()),
        ..Rule::default()
    };
    let mut monitor = monitor(&[road()], &[rule], Vec::new());
    let alerts = told(feed(&mut monitor, &across()));
    assert_eq!(words(&alerts), "road entered, road exited");
    let named = alerts[0].rule.as_ref().unwrap();
    assert_eq!(named.altitude.as_deref(), Some("up to 120 m ground"));
    assert_eq!(named.height.as_deref(), Some("not-compared"));
    assert_eq!(alerts[0].certainty, Some(Certainty::Possible));
    let remarks: Vec<Remark> = std::iter::from_fn(|| monitor.poll_remark()).collect();
    let expected = Remark::HeightNotCompared {
        track: "vehicle:lan/1".to_owned(),
        rule: "corridor".to_owned(),
        datum: Datum::Ground,
    };
    assert_eq!(remarks, [expected]);
}

#[test]
fn the_hours_of_a_rule_end_a_stay() {
    let until = |until| Rule {
        hours: Hours::new(vec![
            Period::read(&PeriodText {
                until: Some(until),
                ..PeriodText::default()
            })
            .unwrap(),
        ]),
        ..Rule::default()
    };
    // Inside from 10:00:25 to 10:02:05.
    let reports = across();
    let alerts = alerts(&[road()], &until("2026-05-01T10:01:00Z"), &reports);
    assert_eq!(words(&alerts), "road entered, road exited");
    assert_eq!(alerts[1].reason, Some(ExitReason::Hours));
    check(&until("2026-05-01T10:00:10Z"), &reports, "", "over before");
}

#[test]
fn an_alert_is_as_grave_as_the_first_condition_says() {
    let rule = Rule {
        severity: Severity::Minor,
        severity_when: vec![SeverityWhen {
            events: vec![Event::Exited],
            corridors: CorridorFilter::default(),
            tracks: TrackFilter::default(),
            certainty: Vec::new(),
            heading: Vec::new(),
            hours: Hours::default(),
            severity: Severity::Critical,
        }],
        ..Rule::default()
    };
    let alerts = alerts(&[road()], &rule, &across());
    let severities: Vec<Severity> = alerts.iter().map(|alert| alert.severity).collect();
    assert_eq!(severities, [Severity::Minor, Severity::Critical]);
}

fn airliner(callsign: Option<[u8; 9]>) -> Message {
    let at = place((0.0, 0.0));
    Message::Adsb(Adsb {
        icao: 0x0004_ca7b,
        place: Some(SentPlace {
            lat_e7: fixture::degrees_e7(at.lat()),
            lon_e7: fixture::degrees_e7(at.lon()),
        }),
        height: None,
        course_deg: None,
        ground_speed_mps: None,
        climb_mps: None,
        callsign: callsign.and_then(Text::read),
        squawk: None,
        emitter: 3,
        age_s: 0,
        is_simulated: false,
    })
}
