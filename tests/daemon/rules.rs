//! Rules of the configuration: whom, where and when they are about, and what is wrong with them.

use serde_json::json;

use crate::support::endpoint::{Endpoint, body_of, type_of};
use crate::support::flight::{Flight, weaving};
use crate::support::scene::{Scene, config};

/// Nobody posts to it.
const URL: &str = "http://127.0.0.1:9/hook";

#[test]
fn what_a_rule_names_has_to_be_there() {
    check(
        "[[rule]]
name = \"a\"
lists = [\"friend\"]
[rule.corridors]
ids = [\"strip\", \"e75*\"]
countries = [\"Macedonia\"]
classes = [\"road\"]
tags = [\"night\"]
",
        &[
            "1: rule[0].corridors: no corridor matches, so the rule would never fire",
            "3: rule[0].lists[0]: there is no [[list]] `friend`, nor any other",
            "5: rule[0].corridors.ids[1]: no corridor has the id `e75*`",
            "6: rule[0].corridors.countries[0]: `Macedonia` is no code such as MK",
            "7: rule[0].corridors.classes[0]: `road` is none of corridor, crossing, zone",
            "8: rule[0].corridors.tags[0]: no corridor has the tag `night`",
        ],
    );
}

#[test]
fn a_rule_that_can_never_fire_is_refused() {
    check(
        "[[list]]
name = \"friend\"
tracks = [\"vehicle:*\"]
[[rule]]
name = \"a\"
authenticity = [\"broadcast\"]
[[rule]]
name = \"b\"
lists = [\"friend\"]
not-lists = [\"friend\"]
[[rule]]
name = \"c\"
callsigns = [\"RAVEN*\"]
",
        &[
            "4: rule[0].authenticity: no track of these kinds is heard like that: only vehicles and \
             camera points can sign, only aircraft, vessels and Remote ID broadcast",
            "7: rule[1].not-lists: leaves nobody out of `lists`",
            "11: rule[2].callsigns: no [[callsign]] matches, and only aircraft tell their own, so the \
             rule would never fire",
        ],
    );
}

#[test]
fn a_severity_that_no_alert_can_have_is_refused() {
    check(
        "[[rule]]
name = \"a\"
events = [\"entered\"]
[[rule.severity-when]]
severity = \"grave\"
events = [\"entered\"]
[[rule.severity-when]]
severity = \"minor\"
events = [\"exited\"]
tracks = [\"vessel\"]
[[rule.severity-when]]
certainty = [\"sure\"]
heading = [\"north\"]
",
        &[
            "1: rule[0].severity-when[1].events: the rule tells none of these",
            "1: rule[0].severity-when[1].tracks: the rule watches none of these",
            "5: rule[0].severity-when[0].severity: `grave` is none of info, minor, major, critical",
            "11: rule[0].severity-when[2].severity: is missing",
            "12: rule[0].severity-when[2].certainty[0]: `sure` is none of observed, likely, possible",
            "13: rule[0].severity-when[2].heading[0]: `north` is none of along, against, across",
        ],
    );
    check(
        "[[rule]]
name = \"a\"
[[rule.severity-when]]
severity = \"info\"
[[rule.severity-when]]
severity = \"minor\"
events = [\"exited\"]
",
        &[
            "1: rule[0].severity-when[0].severity: asks for nothing, so that the conditions behind it \
             would never count",
        ],
    );
}

#[test]
fn heights_and_hours_that_make_no_sense_are_refused() {
    check(
        "[[rule]]
name = \"a\"
[rule.altitude]
min-metres = 300
max-metres = 100
datum = \"msl\"
[[rule.active]]
days = [\"monday\"]
from = \"25:00\"
[[rule.active]]
from = \"22:00\"
to = \"06:00\"
[[rule]]
name = \"b\"
altitude = { min-metres = 300 }
[[rule]]
name = \"c\"
altitude = { datum = \"home\" }
",
        &[
            "5: rule[0].altitude.max-metres: must be more than `min-metres`, which is 300",
            "7: rule[0].active[0].to: to is missing: from and to need each other",
            "7: rule[0].active[0].zone: zone is missing: hours need it, such as Europe/Skopje",
            "8: rule[0].active[0].days: days has \"monday\": it must be mon, tue, wed, thu, fri, sat \
             or sun",
            "10: rule[0].active[1].zone: zone is missing: hours need it, such as Europe/Skopje",
            "15: rule[1].altitude.datum: is missing",
            "18: rule[2].altitude.min-metres: give `min-metres`, `max-metres` or both",
        ],
    );
}

#[test]
fn a_list_that_cannot_be_read_is_refused() {
    let scene = Scene::new();
    scene.write("friends.list", "# ours\nvehicle:alpha/1\n\nRAVEN 1\n");
    check_in(
        &scene,
        "[[list]]
name = \"a\"
[[list]]
name = \"b\"
tracks = [\"alpha/1\"]
icao = [\"4ca7b\"]
[[list]]
name = \"b\"
file = \"nobody.list\"
",
        &[
            "1: list[0].tracks: holds nobody: give tracks, callsigns, icao or file",
            "5: list[1].tracks[0]: is no track: write vehicle:NAMESPACE/SYSTEM-ID as alerts do, \
             icao:HEX, mmsi:NUMBER or remote-id:HEX, with * for any run of characters",
            "6: list[1].icao[0]: must be six hexadecimal digits",
            "8: list[2].name: another list has this name already",
            "9: list[2].file: cannot read DIR/nobody.list: No such file or directory (os error 2)",
        ],
    );
    scene.configured(&format!(
        "{}[[list]]\nname = \"c\"\nfile = \"friends.list\"\n",
        config(&[("ops", URL)])
    ));
    let ended = scene.run("check", &[]);
    assert_eq!(
        ended.err,
        "DIR/friends.list:4: `RAVEN 1` is no track, nor callsign:NAME: write \
         vehicle:NAMESPACE/SYSTEM-ID as alerts do, icao:HEX, mmsi:NUMBER or remote-id:HEX, with * for \
         any run of characters\n"
    );
}

#[test]
fn routes_and_attendances_that_make_no_sense_are_refused() {
    check(
        "[[rule]]
name = \"a\"
[[route]]
name = \"a\"
corridor = \"e75\"
tolerance-metres = -1
[[route]]
name = \"b\"
tracks = [\"7\"]
confirm = { fixes = 0 }
[[attendance]]
name = \"b\"
after = \"1 s\"
corridors = { classes = [\"zone\"] }
[fleet]
events = [\"lost\"]
lost = \"never\"
",
        &[
            "3: route[0].tracks: nobody is assigned: give tracks, callsigns or lists",
            "4: route[0].name: another rule, route or attendance has this name already",
            "5: route[0].corridor: no corridor has the id `e75`",
            "6: route[0].tolerance-metres: -1 is not a length: it must be finite and not negative",
            "7: route[1].corridor: is missing",
            "9: route[1].tracks[0]: is no track: write vehicle:NAMESPACE/SYSTEM-ID as alerts do, \
             icao:HEX, mmsi:NUMBER or remote-id:HEX, with * for any run of characters",
            "10: route[1].confirm.fixes: must be at least 1",
            "11: attendance[0].corridors: no corridor matches, so that nothing would ever be told",
            "12: attendance[0].name: another rule, route or attendance has this name already",
            "13: attendance[0].after: must be 5 s or more",
            "16: fleet.events[0]: `lost` is none of track-lost, track-regained, position-suspect, \
             position-trusted, conflict, interference",
            "17: fleet.lost: `never` is none of in-corridor, anywhere",
        ],
    );
}

#[test]
fn a_list_that_nobody_names_is_a_warning() {
    let scene = Scene::new();
    scene.write(
        "friends.list",
        "vehicle:alpha/1 # the first\ncallsign:RAVEN *\n",
    );
    scene.configured(&format!(
        "{}[[list]]\nname = \"friend\"\nfile = \"friends.list\"\nicao = [\"4CA7B1\"]\n",
        config(&[("ops", URL)])
    ));
    let ended = scene.run("check", &[]);
    assert_eq!(
        ended.err,
        "list `friend`: no rule, route or attendance names it (warning)\n"
    );
    assert_eq!(ended.code, Some(0));
    let told = "list       friend: 2 track(s), 1 callsign(s)\n";
    assert!(ended.out.contains(told), "{}", ended.out);
}

/// One vehicle is a friend, the other is not; each rule is about one of them.
#[test]
fn friend_and_unknown_are_told_by_their_own_rules() {
    let scene = Scene::new();
    let endpoint = Endpoint::start(&scene.secret);
    let rules = "
[[list]]
name = \"friend\"
tracks = [\"vehicle:link1/7\"]

[[rule]]
name = \"friends\"
lists = [\"friend\"]
severity = \"info\"

[[rule]]
name = \"strangers\"
not-lists = [\"friend\"]
severity = \"minor\"
[[rule.severity-when]]
severity = \"critical\"
events = [\"entered\"]
authenticity = [\"unsigned\"]
corridors = { countries = [\"MK\"] }
[rule.altitude]
datum = \"ground\"
max-metres = 500
";
    let daemon = scene
        .configured(&(config(&[("ops", &endpoint.url)]) + rules))
        .start();
    let vehicles = vec![weaving(7, 20.0), weaving(8, 20.0)];
    let flight = Flight::start(daemon.address(), vehicles, 4.0);
    let told = |deliveries: &[_], key: &str, event: &str| {
        deliveries.iter().find_map(|delivery| {
            let body = body_of(delivery)?;
            let properties = &body["data"]["properties"];
            let is_it = type_of(delivery) == event && properties["track"]["key"] == key;
            is_it.then(|| properties.clone())
        })
    };
    let deliveries = endpoint.wait_until("entered of both and exited of one", |deliveries| {
        told(deliveries, "vehicle:link1/7", "corridor.entered").is_some()
            && told(deliveries, "vehicle:link1/8", "corridor.entered").is_some()
            && told(deliveries, "vehicle:link1/8", "corridor.exited").is_some()
    });
    drop(flight);
    daemon.log.wait_for_message(
        "the rule asks for heights that the track does not tell: it counts by its place alone",
    );
    daemon.stop_clean();
    let friend = told(&deliveries, "vehicle:link1/7", "corridor.entered").expect("the friend");
    assert_eq!(friend["rule"], json!({"name": "friends"}));
    assert_eq!(friend["severity"], "info");
    let stranger = told(&deliveries, "vehicle:link1/8", "corridor.entered").expect("the stranger");
    assert_eq!(
        stranger["rule"],
        json!({
            "name": "strangers", "altitude": "up to 500 m ground", "height": "not-compared"
        })
    );
    assert_eq!(stranger["severity"], "critical");
    assert_eq!(stranger["certainty"], "possible");
    let gone = told(&deliveries, "vehicle:link1/8", "corridor.exited").expect("the exit");
    assert_eq!(gone["severity"], "minor");
    for delivery in &deliveries {
        let body = body_of(delivery).expect("a body");
        let properties = &body["data"]["properties"];
        let is_friend = properties["track"]["key"] == "vehicle:link1/7";
        assert_eq!(properties["rule"]["name"] == "friends", is_friend, "{body}");
    }
}

#[track_caller]
fn check(more: &str, expected: &[&str]) {
    check_in(&Scene::new(), more, expected);
}

/// Asserts what is said of the sound configuration with `more` below it; lines count from there.
#[track_caller]
fn check_in(scene: &Scene, more: &str, expected: &[&str]) {
    let sound = config(&[("ops", URL)]);
    let above = sound.lines().count();
    scene.configured(&(sound + more));
    let ended = scene.run("check", &[]);
    let expected: Vec<String> = expected
        .iter()
        .map(|told| {
            let (line, told) = told.split_once(": ").expect("a line");
            let line: usize = line.parse().expect("a number");
            format!("DIR/corridord.toml:{}: {told}", above + line)
        })
        .collect();
    let told: Vec<&str> = ended.err.lines().collect();
    assert_eq!(told, expected);
    assert_eq!(ended.code, Some(78));
}
