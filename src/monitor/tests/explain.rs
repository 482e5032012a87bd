//! Every answer to "why was nothing told?".

use std::sync::Arc;
use std::time::Duration;

use crate::corridor::{Band, Corridor, Datum, Hours, Period, PeriodText};
use crate::monitor::alert::Event;
use crate::monitor::fixture::{Spot, feed, fix, flight, gnss, moment, monitor, only, road, yard};
use crate::monitor::lists::List;
use crate::monitor::rule::{Confirm, CorridorFilter, Pattern, Rule, TrackFilter};
use crate::monitor::storm::{Matchers, SilenceRequest};
use crate::monitor::{Explanation, Monitor, Question, Story, Unknown};
use crate::track::{Authenticity, Report, TrackKind};
use crate::units::Utc;

const TRACK: &str = "vehicle:lan/1";

fn question(corridor: &str) -> Question {
    Question {
        track: TRACK.to_owned(),
        corridor: corridor.to_owned(),
        at: None,
        rule: None,
        fixes: 5,
    }
}

fn story(monitor: &Monitor, question: &Question) -> Story {
    match monitor.explain(moment(600_000), question) {
        Explanation::Story(story) => story,
        Explanation::Nothing(unknown) => panic!("{unknown:?}"),
    }
}

fn unknown(monitor: &Monitor, question: &Question) -> Unknown {
    match monitor.explain(moment(600_000), question) {
        Explanation::Nothing(unknown) => unknown,
        Explanation::Story(story) => panic!("{story:?}"),
    }
}

/// Flies `reports` under `rule` and compares what is said of the last fix.
#[track_caller]
fn check(corridor: Corridor, rule: &Rule, reports: &[Report], expected: &str) {
    let id = corridor.id.to_string();
    let mut monitor = monitor(&[corridor], std::slice::from_ref(rule), Vec::new());
    feed(&mut monitor, reports);
    let story = story(&monitor, &question(&id));
    assert_eq!(story.rules[0].verdict, expected);
}

/// A fix a second at these spots.
fn fixes(spots: &[Spot]) -> Vec<Report> {
    let times = (0..).step_by(1_000);
    times.zip(spots).map(|(ms, spot)| fix(ms, *spot)).collect()
}

/// The road is a kilometre wide to either side; a fix without an accuracy has a margin of 30 m.
const OUT: Spot = (-1_100.0, 0.0);
const EDGE: Spot = (-990.0, 0.0);
const IN: Spot = (-900.0, 0.0);
const IN_TOO: Spot = (-880.0, 0.0);

#[test]
fn far_away_and_near_the_edge_there_is_nothing_to_tell() {
    let rule = Rule::default();
    let far = (-5_000.0, 0.0);
    check(
        road(),
        &rule,
        &fixes(&[far]),
        "nothing to tell: outside by 4000 m",
    );
    check(
        road(),
        &rule,
        &fixes(&[OUT, EDGE]),
        "not told: inside by 10 m, within the margin (30 m inside, 30 m outside) for 1 fix: that \
         moves nothing",
    );
}

#[test]
fn what_is_not_confirmed_says_how_much_is_missing() {
    let rule = Rule::default();
    check(
        road(),
        &rule,
        &fixes(&[OUT, IN]),
        "not told: inside, 1 of 3 fixes, 0 of 2 s",
    );
    let slow = Rule {
        confirm: Confirm {
            fixes: Some(9),
            span: Some(Duration::from_secs(7)),
        },
        ..Rule::default()
    };
    check(
        road(),
        &slow,
        &fixes(&[OUT, IN, IN_TOO]),
        "not told: inside, 2 of 9 fixes, 1 of 7 s",
    );
    check(
        road(),
        &rule,
        &fixes(&[OUT, IN, IN_TOO, IN, OUT]),
        "exit not told: outside, 1 of 3 fixes, 0 of 2 s",
    );
}

#[test]
fn what_was_told_is_said_to_be_told_and_what_is_not_asked_for_is_not() {
    let entered = fixes(&[OUT, IN, IN_TOO, IN]);
    check(road(), &Rule::default(), &entered, "told: entered");
    check(
        road(),
        &only(&[Event::Exited]),
        &entered,
        "not told: entered was found, and the rule tells exited only",
    );
}

#[test]
fn what_was_held_back_says_by_what() {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let request = SilenceRequest {
        matchers: Matchers {
            corridors: vec!["road".to_owned()],
            ..Matchers::default()
        },
        until: moment(3_600_000).utc,
        comment: "road works".to_owned(),
        author: "duty".to_owned(),
        critical: false,
    };
    monitor.silence(request, moment(0)).unwrap();
    feed(&mut monitor, &fixes(&[OUT, IN, IN_TOO, IN]));
    let story = story(&monitor, &question("road"));
    assert_eq!(
        story.rules[0].verdict,
        "held back: entered, by silence 1: road works"
    );
}

#[test]
fn a_stay_says_since_when_and_when_dwelling_is_due() {
    let stay = fixes(&[OUT, IN, IN_TOO, IN, IN_TOO, IN]);
    check(
        road(),
        &Rule::default(),
        &stay,
        "nothing new to tell: it was found inside, 4.5 s ago; dwelling is due in 295.5 s",
    );
}

#[test]
fn a_rule_says_what_it_does_not_watch() {
    let rule = Rule {
        corridors: CorridorFilter {
            countries: vec!["MK".to_owned()],
            ..CorridorFilter::default()
        },
        ..Rule::default()
    };
    check(
        road(),
        &rule,
        &fixes(&[IN]),
        "not told: rule `corridor` does not watch this corridor (road, class corridor, no country), \
         only countries MK",
    );
    let rule = Rule {
        tracks: TrackFilter::of_kinds(&[TrackKind::RemoteId, TrackKind::Aircraft]),
        ..Rule::default()
    };
    check(
        road(),
        &rule,
        &fixes(&[IN]),
        "not told: rule `corridor` does not watch vehicle tracks, only remote-id, aircraft",
    );
}

#[test]
fn a_rule_says_whom_it_does_not_watch() {
    let friends = Arc::new(List {
        name: "friends".to_owned(),
        tracks: vec![Pattern::new("vehicle:lan/1")],
        callsigns: Vec::new(),
    });
    let nobody = Arc::new(List {
        name: "nobody".to_owned(),
        ..List::default()
    });
    for (tracks, expected) in [
        (
            TrackFilter {
                not_lists: vec![friends],
                ..TrackFilter::default()
            },
            "does not watch tracks of list `friends`",
        ),
        (
            TrackFilter {
                lists: vec![nobody],
                ..TrackFilter::default()
            },
            "watches tracks of list nobody only, and this one is on none",
        ),
        (
            TrackFilter {
                authenticity: vec![Authenticity::Signed],
                ..TrackFilter::default()
            },
            "watches signed tracks only, and this one is unsigned",
        ),
        (
            TrackFilter {
                callsigns: vec![Pattern::new("raven *")],
                ..TrackFilter::default()
            },
            "watches callsigns raven * only, and this track is called nothing",
        ),
    ] {
        let rule = Rule {
            tracks,
            ..Rule::default()
        };
        let expected = format!("not told: rule `corridor` {expected}");
        check(road(), &rule, &fixes(&[IN]), &expected);
    }
}

#[test]
fn a_rule_has_heights_and_hours_of_its_own() {
    let yard = || yard(4_000.0, &[]);
    let inside = fixes(&[(0.0, 0.0), (20.0, 0.0), (40.0, 0.0)]);
    let band = Band::new(Datum::Msl, None, Some(300.0)).unwrap();
    let low = Rule {
        band: Some(band),
        ..Rule::default()
    };
    check(
        yard(),
        &low,
        &inside,
        &format!(
            "not told: inside by 1960 m, but 100 m above the heights: the rule watches {band}"
        ),
    );
    let night = Rule {
        hours: night(),
        ..Rule::default()
    };
    check(
        yard(),
        &night,
        &inside,
        "not told: inside by 1960 m, and the rule watches every day 22:00 to 05:00 Europe/Skopje only",
    );
}

fn night() -> Hours {
    let night = Period::read(&PeriodText {
        from: Some("22:00"),
        to: Some("05:00"),
        zone: Some("Europe/Skopje"),
        ..PeriodText::default()
    });
    Hours::new(vec![night.unwrap()])
}

#[test]
fn a_track_without_a_believable_position_says_why() {
    let lost = [gnss(0, 1, None), fix(100, IN)];
    check(
        road(),
        &Rule::default(),
        &lost,
        "not told: no position of this track has passed the quality gate; the last one did not, \
         since its receiver has no 3D fix",
    );
}

#[test]
fn a_rejected_position_stands_among_the_fixes() {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let mut reports = fixes(&[OUT, IN]);
    reports.push(fix(1_500, (90_000.0, 0.0)));
    feed(&mut monitor, &reports);
    let story = story(&monitor, &question("road"));
    let gates: Vec<&str> = story.fixes.iter().map(|fix| fix.gate.as_str()).collect();
    assert_eq!(
        gates,
        [
            "passed",
            "passed",
            "rejected: nothing could have come there from the position before"
        ]
    );
    assert_eq!(story.fixes[2].rules, []);
    assert_eq!(
        story.rules[0].verdict,
        "not told: inside, 1 of 3 fixes, 0 of 2 s"
    );
}

#[test]
fn height_and_hours_say_when_a_corridor_does_not_count() {
    let limited = |band: Option<Band>, hours| Corridor {
        band,
        hours,
        ..yard(4_000.0, &[])
    };
    let band = |datum, min_m| Band::new(datum, Some(min_m), Some(min_m + 500.0)).ok();
    let inside = fixes(&[(0.0, 0.0), (20.0, 0.0), (40.0, 0.0)]);
    // It flies at 400 m above the sea.
    let corridor = limited(band(Datum::Msl, 600.0), Hours::default());
    let text = corridor.band.unwrap().to_string();
    check(
        corridor,
        &Rule::default(),
        &inside,
        &format!(
            "not told: inside by 1960 m, but 200 m below the heights: the corridor counts at {text}"
        ),
    );

    let corridor = limited(band(Datum::Ellipsoid, 600.0), Hours::default());
    let mut monitor = monitor(&[corridor], &[Rule::default()], Vec::new());
    feed(&mut monitor, &inside);
    let story = story(&monitor, &question("yard"));
    let height = story.fixes[0].height.clone().unwrap();
    assert!(
        height.contains("tells no such height: its place alone decides"),
        "{height}"
    );
    assert_eq!(story.rules[0].verdict, "told: entered");

    // The flight starts at 10:00 UTC, which is 12:00 there.
    check(
        limited(None, night()),
        &Rule::default(),
        &inside,
        "not told: inside by 1960 m, and the corridor counts every day 22:00 to 05:00 Europe/Skopje \
         only",
    );
}

#[test]
fn a_name_that_nobody_has_gets_the_nearest_ones() {
    let mut monitor = monitor(
        &[road(), yard(1_000.0, &[])],
        &[Rule::default()],
        Vec::new(),
    );
    feed(&mut monitor, &fixes(&[OUT]));
    let typo = unknown(&monitor, &question("raod"));
    assert_eq!(
        (typo.what.as_str(), typo.nearest[0].as_str()),
        ("corridor", "road")
    );
    let other = Question {
        track: "lan/1".to_owned(),
        ..question("road")
    };
    let other = unknown(&monitor, &other);
    assert_eq!(
        (other.what.as_str(), other.nearest),
        ("track", vec![TRACK.to_owned()])
    );
    let rule = Question {
        rule: Some("corridors".to_owned()),
        ..question("road")
    };
    let rule = unknown(&monitor, &rule);
    assert_eq!(
        (rule.what.as_str(), rule.nearest[0].as_str()),
        ("rule", "corridor")
    );
}

#[test]
fn the_fixes_around_an_instant_are_told_of_with_the_states_of_then() {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let there_and_back = [(-1_400.0, 0.0), (0.0, 0.0), (-1_400.0, 0.0)];
    feed(&mut monitor, &flight(0, 1_000, 20.0, &there_and_back));
    // It crosses the edge after 20 s and is confirmed inside 30 m and two seconds later.
    let told_at = |second: u32| {
        let question = Question {
            at: Some(Utc::from_micros(moment(second * 1_000).utc.as_micros())),
            fixes: 1,
            ..question("road")
        };
        let story = story(&monitor, &question);
        let account = &story.fixes[0].rules[0];
        (
            account.before.clone().unwrap(),
            account.after.clone().unwrap(),
        )
    };
    assert_eq!(told_at(5), ("outside".to_owned(), "outside".to_owned()));
    assert_eq!(told_at(50), ("inside".to_owned(), "inside".to_owned()));
    let (before, after) = told_at(22);
    assert!(before.contains("within the margin"), "{before}");
    assert!(
        after.starts_with("inside for 1 fix, not confirmed"),
        "{after}"
    );
}
