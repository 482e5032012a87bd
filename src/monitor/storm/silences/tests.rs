use super::*;
use crate::monitor::alert::{Also, CorridorPosition, Event, Severity};
use crate::monitor::storm::fixture::{START, alert, of_episode};
use crate::monitor::storm::silence::Matchers;

const HOUR: Duration = Duration::from_secs(3_600);

fn request() -> SilenceRequest {
    SilenceRequest {
        matchers: Matchers {
            rules: vec!["road".to_owned()],
            ..Matchers::default()
        },
        until: START.after(HOUR),
        comment: "works on the bridge".to_owned(),
        author: "Ana".to_owned(),
        critical: false,
    }
}

#[test]
fn a_silence_is_about_something_and_ends_and_somebody_says_why() {
    check_refused(|_| {}, "");
    check_refused(
        |request| request.matchers = Matchers::default(),
        "it says nothing of what it is about: name a rule, corridor, country, track, event or a greatest severity",
    );
    check_refused(
        |request| request.until = START,
        "its end, 2026-05-01T10:00:00.000Z, is not after 2026-05-01T10:00:00.000Z",
    );
    check_refused(|request| request.until = START.after(30 * 24 * HOUR), "");
    check_refused(
        |request| request.until = START.after(30 * 24 * HOUR + HOUR),
        "its end, 2026-05-31T11:00:00.000Z, is more than 30 days away",
    );
    check_refused(
        |request| request.comment = " ".to_owned(),
        "the comment is empty",
    );
    check_refused(
        |request| request.author = String::new(),
        "the author is empty",
    );
}

/// Asks for a silence that is changed by `change`.
#[track_caller]
fn check_refused(change: impl Fn(&mut SilenceRequest), expected: &str) {
    let mut request = request();
    change(&mut request);
    let added = Silences::default().add(request, START);
    let refused = added.map_or_else(|error| error.to_string(), |_silence| String::new());
    assert_eq!(refused, expected);
}

#[test]
fn a_silence_holds_what_passes_all_its_lists() {
    let none = Matchers::default;
    let texts = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let rules = |text| Matchers {
        rules: texts(text),
        ..none()
    };
    check_holds(&rules("road"), true, "its rule");
    check_holds(&rules("rail road"), true, "one of its rules");
    check_holds(&rules("rail"), false, "another rule");
    let corridors = |text| Matchers {
        corridors: texts(text),
        ..none()
    };
    check_holds(&corridors("e75"), false, "it is about another one too");
    check_holds(&corridors("e75 e65"), true, "both are silenced");
    let countries = |text| Matchers {
        countries: texts(text),
        ..none()
    };
    check_holds(&countries("MK"), false, "the other one is Greek");
    check_holds(&countries("MK GR"), true, "both countries are silenced");
    let tracks = |text| Matchers {
        tracks: texts(text),
        ..none()
    };
    check_holds(&tracks("vehicle:alpha/1"), true, "by its key");
    check_holds(&tracks("RAVEN"), true, "by its callsign");
    check_holds(&tracks("vehicle:alpha/2"), false, "another track");
    let events = |events: &[Event]| Matchers {
        events: events.to_vec(),
        ..none()
    };
    check_holds(&events(&[Event::Entered]), true, "its event");
    check_holds(&events(&[Event::Exited]), false, "another event");
    let severity = |severity| Matchers {
        severity_max: Some(severity),
        ..none()
    };
    check_holds(&severity(Severity::Major), true, "as grave as that");
    check_holds(&severity(Severity::Minor), false, "graver than that");
    let both = Matchers {
        rules: texts("road"),
        tracks: texts("vehicle:alpha/2"),
        ..none()
    };
    check_holds(&both, false, "all lists have to be passed");
}

/// Asks whether a silence with these matchers holds back that RAVEN entered E 75 and E 65.
#[track_caller]
fn check_holds(matchers: &Matchers, expected: bool, why: &str) {
    let mut entered = alert(Event::Entered, "vehicle:alpha/1", 1, START);
    entered.track.as_mut().unwrap().callsign = Some("RAVEN".to_owned());
    entered.corridor = Some(corridor("e75", "MK"));
    let episode = of_episode(entered.clone(), 7).episode.unwrap();
    entered.also = vec![Also {
        id: "e65".to_owned(),
        name: "E 65".to_owned(),
        countries: vec!["GR".to_owned()],
        episode,
    }];
    let mut silences = Silences::default();
    let request = SilenceRequest {
        matchers: matchers.clone(),
        ..request()
    };
    silences.add(request, START).unwrap();
    let held = silences.hold(&entered, START).is_some();
    assert_eq!(held, expected, "{why}");
    assert_eq!(silences.all()[0].held, u64::from(expected), "{why}");
}

fn corridor(id: &str, country: &str) -> CorridorPosition {
    serde_json::from_value(serde_json::json!({"id": id, "name": id, "country": country})).unwrap()
}

#[test]
fn a_silence_is_over_at_its_end_or_when_somebody_ends_it() {
    let entered = alert(Event::Entered, "vehicle:alpha/1", 1, START);
    let mut silences = Silences::default();
    silences.add(request(), START).unwrap();
    let just_before = START.after(HOUR).before(Duration::from_millis(1));
    assert!(silences.hold(&entered, just_before).is_some());
    assert!(silences.hold(&entered, START.after(HOUR)).is_none());

    silences.end(1, START.after(HOUR / 2)).unwrap();
    assert!(silences.hold(&entered, START.after(HOUR / 4)).is_some());
    assert!(silences.hold(&entered, START.after(HOUR / 2)).is_none());

    let again = silences.end(1, START.after(HOUR)).unwrap_err();
    assert_eq!(
        again.to_string(),
        "silence 1 was over at 2026-05-01T10:30:00.000Z"
    );
    let unknown = silences.end(2, START).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no silence 2");
}

#[test]
fn a_critical_alert_is_held_only_if_somebody_said_so() {
    let mut entered = alert(Event::Entered, "vehicle:alpha/1", 1, START);
    entered.severity = Severity::Critical;
    for critical in [false, true] {
        let mut silences = Silences::default();
        let request = SilenceRequest {
            critical,
            ..request()
        };
        silences.add(request, START).unwrap();
        assert_eq!(silences.hold(&entered, START).is_some(), critical);
    }
}

#[test]
fn a_silence_is_shown_for_a_month_after_it_was_over_and_its_number_is_given_once() {
    let mut silences = Silences::default();
    silences.add(request(), START).unwrap();
    let over = START.after(HOUR);
    assert_eq!(silences.forget(over.after(SHOWN_AFTER)), Vec::<u32>::new());
    let later = over.after(SHOWN_AFTER).after(HOUR);
    assert_eq!(silences.forget(later), [1]);
    assert_eq!(silences.all(), []);
    let next = SilenceRequest {
        until: later.after(HOUR),
        ..request()
    };
    assert_eq!(silences.add(next, later).unwrap().number, 2);
    let mut restored = Silences::restored(silences.last(), silences.all().to_vec());
    assert_eq!(restored, silences);
    assert_eq!(restored.add(request(), START).unwrap().number, 3);
}
