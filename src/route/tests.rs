//! Which endpoints get which alerts, and what would get lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::corridor::{CorridorSet, Region, import};
use crate::monitor::alert::{Alert, Clock, ClockSource, Event, Severity, Status};
use crate::track::TrackKind;
use crate::units::{LatLon, Utc};

/// An alert with some parts of its JSON form.
fn alert(event: Event, parts: &Value) -> Alert {
    let clock = Clock {
        source: ClockSource::Host,
        trusted: None,
        error_ms: None,
    };
    let bare = Alert::bare(Uuid::nil(), event, Utc::from_micros(0), clock, "unit");
    let mut json = serde_json::to_value(bare).unwrap();
    let all = json.as_object_mut().unwrap();
    all.extend(parts.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

fn in_corridor(id: &str, countries: &[&str]) -> Value {
    json!({
        "corridor": { "id": id, "name": id, "country": countries[0], "countries": countries },
        "position": { "lat": 41.5, "lon": 22.5, "source_message": "GPS_RAW_INT" },
        "track": { "key": "vehicle:a/1", "kind": "vehicle" }
    })
}

fn texts(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// A square of 2 degrees around 41.5 N, 22.5 E.
fn area() -> Areas {
    let text = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
        "properties": {"id": "ground", "name": "Ground"},
        "geometry": {"type": "Polygon", "coordinates":
            [[[21.5, 40.5], [23.5, 40.5], [23.5, 42.5], [21.5, 42.5], [21.5, 40.5]]]}}]}"#;
    let read = import::read(text, Some("geojson"), &Region::default()).unwrap();
    Areas::new(Arc::new(
        CorridorSet::new(read.corridors, read.places).unwrap(),
    ))
}

fn routing(targets: Vec<(&str, Route, bool)>) -> Routing {
    let targets = targets.into_iter().map(|(name, route, is_default)| Target {
        name: name.to_owned(),
        route,
        is_default,
    });
    Routing::new(targets.collect())
}

/// Asserts whether a route takes an alert.
#[track_caller]
fn check(route: &Route, alert: &Alert, takes: bool, why: &str) {
    let routing = routing(vec![("it", route.clone(), false)]);
    assert_eq!(!routing.choose(alert).is_empty(), takes, "{why}");
}

#[test]
fn a_country_gets_its_own_corridors_and_the_crossings_that_it_shares() {
    let albania = Route {
        countries: texts("AL"),
        ..Route::everything()
    };
    let of = |countries: &[&str]| alert(Event::Entered, &in_corridor("a", countries));
    check(&albania, &of(&["AL"]), true, "its own");
    check(&albania, &of(&["MK"]), false, "another's");
    check(&albania, &of(&["MK", "AL"]), true, "a crossing of both");
    let mut also = of(&["MK"]);
    let episode = json!({ "id": Uuid::nil(), "index": 0 });
    let other = json!([{ "id": "b", "name": "B", "countries": ["AL"], "episode": episode }]);
    also.also = serde_json::from_value(other).unwrap();
    check(&albania, &also, true, "it names one of its corridors too");
}

#[test]
fn every_list_of_a_route_has_to_be_met() {
    let alert = alert(Event::Entered, &in_corridor("a", &["MK"]));
    let any = Route::everything;
    let changed = |change: &dyn Fn(&mut Route)| {
        let mut route = any();
        change(&mut route);
        route
    };
    let ids = |ids: &str| changed(&|route| route.ids = texts(ids));
    check(&any(), &alert, true, "a route that asks for nothing");
    check(&ids("b a"), &alert, true, "by id");
    check(&ids("b"), &alert, false, "by another id");
    let classes = |ids: &[&str]| {
        let ids: BTreeSet<String> = ids.iter().map(|&id| id.to_owned()).collect();
        changed(&|route| route.of_classes = Some(ids.clone()))
    };
    check(&classes(&["a"]), &alert, true, "by class");
    check(&classes(&[]), &alert, false, "by a class without any");
    let severity = |least| changed(&|route| route.severity_min = least);
    check(&severity(Severity::Major), &alert, true, "as grave");
    check(&severity(Severity::Critical), &alert, false, "not so grave");
    let events = |events: &[Event]| changed(&|route| route.events = events.to_vec());
    check(&events(&[Event::Exited]), &alert, false, "another event");
    let statuses = |status| changed(&|route| route.statuses = vec![status]);
    check(&statuses(Status::Exercise), &alert, false, "it is meant");
    let kinds = |kind| changed(&|route| route.tracks = vec![kind]);
    check(&kinds(TrackKind::Vehicle), &alert, true, "the kind");
    check(&kinds(TrackKind::Vessel), &alert, false, "another kind");
    let both = Route {
        countries: texts("AL"),
        ..ids("a")
    };
    check(&both, &alert, false, "the corridor has to meet both");
}

#[test]
fn an_area_takes_what_happens_in_it_whatever_the_corridor() {
    let here = Route {
        countries: texts("AL"),
        areas: Some(area()),
        ..Route::everything()
    };
    let mut inside = alert(Event::Entered, &in_corridor("a", &["MK"]));
    check(&here, &inside, true, "another's corridor, in the area");
    inside.position.as_mut().unwrap().lat = 43.0;
    check(&here, &inside, false, "north of it");
    let lost = |lat: f64| {
        let position = json!({ "lat": lat, "lon": 22.5, "source_message": "GPS_RAW_INT" });
        alert(Event::TrackLost, &json!({ "position": position }))
    };
    check(&here, &lost(41.0), true, "lost in the area");
    check(&here, &lost(43.0), false, "lost outside");
    let centre = json!({ "lat": 41.0, "lon": 22.0 });
    let jammed = json!({ "interference": { "cleared": false, "since": "2026-05-01T10:00:00Z",
        "centre": centre, "radius_m": 9000.0, "tracks": [] } });
    let jammed = alert(Event::GnssInterference, &jammed);
    check(&here, &jammed, true, "by the middle of what is jammed");
    assert!(area().contain(LatLon::new(42.5, 22.0).unwrap()), "its edge");
}

#[test]
fn what_has_no_ground_goes_to_those_that_ask_for_it_by_name() {
    let conflict = alert(Event::IdentityConflict, &json!({}));
    let albania = Route {
        countries: texts("AL"),
        ..Route::everything()
    };
    check(&albania, &conflict, false, "not asked for");
    let asking = Route {
        events: vec![Event::Entered, Event::IdentityConflict],
        ..albania.clone()
    };
    check(&asking, &conflict, true, "asked for by name");
    let elsewhere = alert(Event::Entered, &in_corridor("a", &["MK"]));
    check(&asking, &elsewhere, false, "ground that can be compared is");
}

#[test]
fn what_no_route_takes_goes_to_the_default_and_nothing_else_does() {
    let country = |code: &str| Route {
        countries: texts(code),
        ..Route::everything()
    };
    let routing = routing(vec![
        ("al", country("AL"), false),
        ("mk", country("MK"), false),
        ("all", Route::everything(), false),
        ("rest", country("XK"), true),
    ]);
    let of = |code: &str| alert(Event::Entered, &in_corridor("a", &[code]));
    assert_eq!(routing.choose(&of("AL")), ["al", "all"]);
    assert_eq!(routing.choose(&of("XK")), ["all", "rest"]);
    assert_eq!(routing.choose(&of("RS")), ["all"]);
    let targets: Vec<Target> = routing.targets().to_vec();
    let fewer = targets.into_iter().filter(|target| target.name != "all");
    let fewer = Routing::new(fewer.collect());
    assert_eq!(fewer.choose(&of("RS")), ["rest"], "nobody else takes it");
    assert_eq!(fewer.choose(&of("MK")), ["mk"]);
}

#[test]
fn an_alert_that_could_get_lost_is_found_before_there_is_one() {
    let corridors = CorridorSet::new(
        import::read(
            r#"{"type": "FeatureCollection", "features": [
                {"type": "Feature", "properties": {"id": "road", "country": "MK", "half_width_m": 200},
                 "geometry": {"type": "LineString", "coordinates": [[22.0, 41.5], [22.1, 41.5]]}}]}"#,
            Some("geojson"),
            &Region::default(),
        )
        .unwrap()
        .corridors,
        Vec::new(),
    )
    .unwrap();
    let prospects: Vec<Prospect<'_>> = [Event::Entered, Event::Exited]
        .into_iter()
        .flat_map(|event| {
            corridors.iter().map(move |(_, corridor)| Prospect {
                event,
                severity: Severity::Major,
                status: Status::Actual,
                kind: Some(TrackKind::Vehicle),
                corridor: Some(corridor),
            })
        })
        .collect();
    let lost = |route: &Route, is_default| -> Vec<String> {
        let routing = routing(vec![("it", route.clone(), is_default)]);
        let lost = gaps(&routing, prospects.iter().copied());
        lost.iter().map(ToString::to_string).collect()
    };
    let entered = Route {
        countries: texts("MK"),
        events: vec![Event::Entered],
        ..Route::everything()
    };
    assert_eq!(lost(&Route::everything(), false), Vec::<String>::new());
    assert_eq!(
        lost(&entered, false),
        ["exited of vehicle in road (major, actual)"]
    );
    assert_eq!(lost(&entered, true), Vec::<String>::new());
    let by_area = Route {
        areas: Some(area()),
        ..Route::everything()
    };
    assert_eq!(lost(&by_area, false).len(), 2, "a position may lie outside");

    let nobody = Route {
        ids: texts("river"),
        ..Route::everything()
    };
    let routing = routing(vec![
        ("roads", entered, true),
        ("rivers", nobody, false),
        ("ground", by_area, false),
    ]);
    assert_eq!(idle(&routing, &prospects), ["rivers"]);
}
