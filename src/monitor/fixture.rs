//! Flights over a small world, for the tests of this room.
//!
//! Places are metres east and north of 41.5 N 22 E. One link, one vehicle, unless said otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use geo::{Destination, Geodesic, Point};
use uuid::Uuid;

use crate::corridor::{Area, Class, Corridor, CorridorId, CorridorSet, Hours, Line, Posts, Shape};
use crate::monitor::alert::{Alert, Event};
use crate::monitor::fleet::Fleet;
use crate::monitor::rule::Rule;
use crate::monitor::standing::StandingRecord;
use crate::monitor::storm::Inhibit;
use crate::monitor::{
    Decision, GateSettings, LivenessSettings, Monitor, Restored, RosterSettings, Settings,
};
use crate::track::{
    Authenticity, GlobalPosition, Gnss, HighLatency2, LinkName, Message, Namespace, RawFrame,
    Report, Sender, SentPlace, SystemTime,
};
use crate::units::{LatLon, Metres, Moment, Monotonic, Utc};

/// When a flight starts: 2026-05-01T10:00:00Z.
pub(super) const START: Utc = Utc::from_micros(1_777_629_600_000_000);
/// What the vehicle's boot clock shows then.
pub(super) const BOOT_MS: u32 = 100_000;

/// Metres east and north of the middle of the world.
pub(super) type Spot = (f64, f64);

pub(super) fn place((east_m, north_m): Spot) -> LatLon {
    let bearing = east_m.atan2(north_m).to_degrees();
    let distance_m = east_m.hypot(north_m);
    let there = Geodesic.destination(Point::new(22.0, 41.5), bearing, distance_m);
    LatLon::new(there.y(), there.x()).unwrap()
}

/// A line through `spots`.
pub(super) fn line(id: &str, half_width_m: f64, spots: &[Spot]) -> Corridor {
    let vertices = spots.iter().copied().map(place).collect();
    let line = Line::new(vertices, Metres::new(half_width_m).unwrap()).unwrap();
    corridor(id, Class::Corridor, Shape::Line(line))
}

/// A line from 20 km south to 20 km north: whoever flies east crosses it from left to right.
pub(super) fn meridian(id: &str, half_width_m: f64) -> Corridor {
    line(id, half_width_m, &[(0.0, -20_000.0), (0.0, 20_000.0)])
}

/// The corridor of most tests: 2 km wide.
pub(super) fn road() -> Corridor {
    meridian("road", 1_000.0)
}

/// A square around the middle, with square holes around spots.
pub(super) fn yard(side_m: f64, holes: &[(Spot, f64)]) -> Corridor {
    let square = |(east, north): Spot, side_m: f64| {
        let half = side_m / 2.0;
        let corners = [
            (-half, -half),
            (half, -half),
            (half, half),
            (-half, half),
            (-half, -half),
        ];
        let corners = corners.map(|(x, y)| place((east + x, north + y)));
        corners.to_vec()
    };
    let holes = holes.iter().map(|&(spot, side)| square(spot, side));
    let area = Area::new(square((0.0, 0.0), side_m), holes.collect()).unwrap();
    corridor("yard", Class::Zone, Shape::Area(area))
}

fn corridor(id: &str, class: Class, shape: Shape) -> Corridor {
    Corridor {
        id: CorridorId::new(id),
        name: id.to_owned(),
        reference: None,
        country: None,
        countries: Vec::new(),
        class,
        tags: Vec::new(),
        section: None,
        from: None,
        to: None,
        posts: Posts::default(),
        band: None,
        hours: Hours::default(),
        source: None,
        certainty: None,
        shape,
    }
}

/// What a monitor with `rules` is told.
pub(super) fn settings(rules: &[Rule]) -> Settings {
    Settings {
        unit: "unit".to_owned(),
        history: Uuid::from_u128(7),
        rules: rules.to_vec(),
        routes: Vec::new(),
        attendances: Vec::new(),
        gate: GateSettings::default(),
        roster: RosterSettings::default(),
        liveness: LivenessSettings::default(),
        fleet: Fleet::default(),
        inhibit: Inhibit::default(),
        callsigns: BTreeMap::new(),
        recordings: BTreeSet::new(),
    }
}

/// A monitor with `rules` over `corridors` that takes up `standings`.
pub(super) fn monitor(
    corridors: &[Corridor],
    rules: &[Rule],
    standings: Vec<StandingRecord>,
) -> Monitor {
    monitor_with(settings(rules), corridors, standings)
}

/// A monitor with `settings` over `corridors` that takes up `standings`.
pub(super) fn monitor_with(
    settings: Settings,
    corridors: &[Corridor],
    standings: Vec<StandingRecord>,
) -> Monitor {
    let earlier = Restored {
        standings,
        ..Restored::default()
    };
    monitor_after(settings, corridors, earlier)
}

/// A monitor with `settings` over `corridors` that takes up what an earlier run left behind.
pub(super) fn monitor_after(
    settings: Settings,
    corridors: &[Corridor],
    earlier: Restored,
) -> Monitor {
    let set = CorridorSet::new(corridors.to_vec(), Vec::new()).unwrap();
    Monitor::new(settings, Arc::new(set), earlier)
}

/// Lets time pass in steps of half a second, and returns everything that was decided.
pub(super) fn wait(monitor: &mut Monitor, from_ms: u32, until_ms: u32) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for ms in (from_ms..=until_ms).step_by(500) {
        monitor.handle_timeout(moment(ms));
        decisions.extend(std::iter::from_fn(|| monitor.poll_decision()));
    }
    decisions
}

/// What the store reads back after `decisions`: the last standings and memories of each key.
pub(super) fn left_behind(decisions: &[Decision]) -> Restored {
    let mut memories = BTreeMap::new();
    for memory in decisions.iter().flat_map(|one| &one.memories) {
        memories.insert((memory.topic, &memory.key), memory.clone());
    }
    let memories = memories.into_values();
    Restored {
        standings: stored(decisions),
        memories: memories.filter(|memory| memory.state.is_some()).collect(),
    }
}

/// Feeds `reports` and returns everything that was decided.
pub(super) fn feed(monitor: &mut Monitor, reports: &[Report]) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for report in reports {
        monitor.handle_report(report);
        decisions.extend(std::iter::from_fn(|| monitor.poll_decision()));
    }
    decisions
}

/// Feeds `reports` to a new monitor with `rule` and returns the alerts.
pub(super) fn alerts(corridors: &[Corridor], rule: &Rule, reports: &[Report]) -> Vec<Alert> {
    let mut monitor = monitor(corridors, std::slice::from_ref(rule), Vec::new());
    told(feed(&mut monitor, reports))
}

pub(super) fn told(decisions: Vec<Decision>) -> Vec<Alert> {
    decisions.into_iter().filter_map(|one| one.alert).collect()
}

/// What the store reads back after `decisions`: the last standing of each.
pub(super) fn stored(decisions: &[Decision]) -> Vec<StandingRecord> {
    let mut standings = BTreeMap::new();
    for standing in decisions.iter().flat_map(Decision::standings) {
        let key = (&standing.rule, &standing.track, &standing.corridor);
        standings.insert(key, standing.clone());
    }
    standings.into_values().collect()
}

/// The alerts in words: `road entered, road exited`.
pub(super) fn words(alerts: &[Alert]) -> String {
    let word = |alert: &Alert| match &alert.corridor {
        Some(corridor) => format!("{} {}", corridor.id, alert.event.short_name()),
        None => alert.event.short_name().to_owned(),
    };
    alerts.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// Flies `reports` under the default rule and compares the alerts in words.
pub(super) fn check(corridors: &[Corridor], reports: &[Report], expected: &str, why: &str) {
    let alerts = alerts(corridors, &Rule::default(), reports);
    assert_eq!(words(&alerts), expected, "{why}");
}

pub(super) fn only(events: &[Event]) -> Rule {
    Rule {
        events: events.to_vec(),
        ..Rule::default()
    }
}

/// The vehicle is at `spot`, so many milliseconds after the start, and tells no speed.
pub(super) fn fix(ms: u32, spot: Spot) -> Report {
    let at = place(spot);
    let sample = GlobalPosition {
        boot_ms: BOOT_MS + ms,
        lat_e7: degrees_e7(at.lat()),
        lon_e7: degrees_e7(at.lon()),
        alt_msl_m: 400.0,
        alt_above_home_m: 100.0,
        north_mps: 0.0,
        east_mps: 0.0,
        down_mps: 0.0,
    };
    report(ms, Message::GlobalPosition(sample))
}

/// The same report with another speed, east and north.
pub(super) fn at_speed(mut report: Report, (east_mps, north_mps): Spot) -> Report {
    if let Message::GlobalPosition(sample) = &mut report.message {
        (sample.east_mps, sample.north_mps) = (east_mps, north_mps);
    }
    report
}

/// The receiver's own word.
pub(super) fn gnss(ms: u32, fix_type: u8, h_acc_m: Option<f64>) -> Report {
    let gnss = Gnss {
        time: None,
        fix_type,
        satellites: Some(9),
        place: None,
        alt_msl_m: None,
        alt_ellipsoid_m: None,
        ground_speed_mps: None,
        course_deg: None,
        h_acc: h_acc_m.and_then(|metres| Metres::new(metres).ok()),
        v_acc: None,
        speed_acc_mps: None,
    };
    report(ms, Message::Gnss(gnss))
}

/// The vehicle is at `spot`, as it says by satellite.
pub(super) fn high_latency(ms: u32, spot: Spot) -> Report {
    let at = place(spot);
    let said = HighLatency2 {
        time_ms: BOOT_MS + ms,
        mav_type: 1,
        autopilot: 3,
        custom_mode: 0,
        place: SentPlace {
            lat_e7: degrees_e7(at.lat()),
            lon_e7: degrees_e7(at.lon()),
        },
        alt_msl_m: 400.0,
        heading_deg: Some(90.0),
        ground_speed_mps: 17.0,
        climb_max_mps: 0.0,
        h_acc: Metres::new(5.0).ok(),
        v_acc: None,
        battery_percent: None,
        failures: 0,
    };
    report(ms, Message::HighLatency2(said))
}

/// The boot clock of a component.
pub(super) fn system_time(ms: u32, component_id: u8, boot_ms: u32) -> Report {
    let time = SystemTime {
        unix_us: None,
        boot_ms,
    };
    let mut report = report(ms, Message::SystemTime(time));
    report.sender.component_id = component_id;
    report
}

/// The vehicle says what time it is, so many milliseconds ahead.
pub(super) fn civil_time(ms: u32, ahead_ms: i64) -> Report {
    let unix_ms = START.as_micros() / 1000 + i64::from(ms) + ahead_ms;
    let time = SystemTime {
        unix_us: u64::try_from(unix_ms * 1000).ok(),
        boot_ms: BOOT_MS + ms,
    };
    report(ms, Message::SystemTime(time))
}

/// The same report with another boot clock.
pub(super) fn booted(report: &Report, boot_ms: u32) -> Report {
    let mut report = report.clone();
    if let Message::GlobalPosition(sample) = &mut report.message {
        sample.boot_ms = boot_ms;
    }
    report
}

/// The same report from another fleet.
pub(super) fn of_fleet(report: &Report, namespace: &str) -> Report {
    let mut report = report.clone();
    report.link = LinkName::new(namespace);
    report.sender.namespace = Namespace::new(namespace);
    report
}

/// A fix every `step_ms`, from `start_ms` on, straight through `spots` at `speed_mps`.
pub(super) fn flight(start_ms: u32, step_ms: u32, speed_mps: f64, spots: &[Spot]) -> Vec<Report> {
    let mut reports = Vec::new();
    let mut ms = start_ms;
    let mut done_m = 0.0;
    for pair in spots.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let length_m = (to.0 - from.0).hypot(to.1 - from.1);
        while done_m <= length_m {
            let part = done_m / length_m;
            let spot = (
                from.0 + part * (to.0 - from.0),
                from.1 + part * (to.1 - from.1),
            );
            let speed = speed_mps / length_m;
            let speed = ((to.0 - from.0) * speed, (to.1 - from.1) * speed);
            reports.push(at_speed(fix(ms, spot), speed));
            ms += step_ms;
            done_m += speed_mps * f64::from(step_ms) / 1000.0;
        }
        done_m -= length_m;
    }
    reports
}

/// Compares two measures.
pub(super) fn near(measured: f64, expected: f64, off_max: f64, what: &str) {
    assert!(
        (measured - expected).abs() <= off_max,
        "{what}: {measured} instead of {expected}"
    );
}

/// Milliseconds from the start.
pub(super) fn ms_of(time: Utc) -> f64 {
    let micros = i32::try_from(time.as_micros() - START.as_micros()).unwrap();
    f64::from(micros) / 1000.0
}

/// The vehicle says something else.
pub(super) fn of_message(ms: u32, message: Message) -> Report {
    report(ms, message)
}

/// The same report as another link of the same fleet hears it, from an address.
pub(super) fn heard_by(report: &Report, link: &str, address: &str) -> Report {
    let mut report = report.clone();
    report.link = LinkName::new(link);
    report.sender.address = Some(address.parse().unwrap());
    report
}

/// So many milliseconds after the start, on both clocks of the host.
pub(super) fn moment(ms: u32) -> Moment {
    Moment {
        monotonic: Monotonic::from_micros(u64::from(ms) * 1000),
        utc: Utc::from_micros(START.as_micros() + i64::from(ms) * 1000),
    }
}

fn report(ms: u32, message: Message) -> Report {
    Report {
        received: moment(ms),
        link: LinkName::new("lan"),
        link_loss: None,
        sender_loss: None,
        sender: Sender {
            namespace: Namespace::new("lan"),
            system_id: 1,
            component_id: 1,
            address: None,
            authenticity: Authenticity::Unsigned,
        },
        message,
        frame: RawFrame::new(&ms.to_be_bytes()),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "degrees fit")]
pub(super) fn degrees_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}
