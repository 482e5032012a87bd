//! An example alert and a store to put it in, for the tests of this room and of delivery.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::monitor::Decision;
use crate::monitor::alert::{self, Alert, Event};
use crate::monitor::standing::{StandingRecord, Visit};
use crate::route::Routing;
use crate::store::{OpenError, Opened, Settings, Store, open};
use crate::track::Authenticity;
use crate::units::{LatLon, Utc};

/// How long a test waits for a condition before it fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// When the example happens: 2026-05-01T10:00:00.250Z.
pub(crate) const OCCURRED_AT: Utc = Utc::from_micros(1_777_629_600_250_000);

/// The example alert, with every optional field present.
pub(crate) fn alert_example() -> Alert {
    Alert {
        id: Uuid::from_u128(0x9a51_0a9c_3c2e_5d4f_8a1b_0000_0000_0001),
        event: Event::Crossed,
        severity: alert::Severity::Major,
        status: alert::Status::Exercise,
        episode: Some(alert::Episode {
            id: Uuid::from_u128(0xe150_de00_0000_5000_8000_0000_0000_0001),
            index: 2,
        }),
        occurred_at: OCCURRED_AT,
        detected_at: Utc::from_micros(1_777_629_601_500_000),
        track: Some(track_example("vehicle:alpha/1")),
        position: Some(position_example()),
        velocity: Some(alert::Velocity {
            ground_mps: 12.5,
            vertical_mps: Some(-0.5),
            course_deg: Some(181.0),
        }),
        corridor: Some(corridor_example()),
        place: Some("E 75 km 38.2, 180 m east, 4.1 km south of Demir Kapija".to_owned()),
        entry: Some(edge_example("left")),
        exit: Some(edge_example("right")),
        inside_seconds: Some(4.5),
        travelled_m: Some(61.0),
        direction: Some(alert::CrossingDirection::LeftToRight),
        reason: Some(alert::ExitReason::Left),
        conflict: Some(conflict_example()),
        rule: Some(alert::RuleName {
            name: "corridor".to_owned(),
            altitude: Some("120 to 600 m msl".to_owned()),
            height: Some("within".to_owned()),
        }),
        certainty: Some(alert::Certainty::Observed),
        accuracy_assumed_m: Some(10.0),
        authenticity: Some(Authenticity::Unsigned),
        link: Some(alert::Link {
            name: "radio".to_owned(),
            loss_percent: Some(1.5),
        }),
        clock: alert::Clock {
            source: alert::ClockSource::Host,
            trusted: Some(true),
            error_ms: Some(40),
        },
        unit: alert::Unit {
            name: "field-unit-07".to_owned(),
        },
        evidence: Some(alert::Evidence {
            frames: vec!["fd1c0000".to_owned()],
            boot_ms: Some(61_000),
        }),
        ..occasions_example()
    }
}

/// What alerts carry because of their event, all at once.
fn occasions_example() -> Alert {
    let clock = alert::Clock {
        source: alert::ClockSource::Host,
        trusted: None,
        error_ms: None,
    };
    Alert {
        approach: Some(alert::Approach {
            seconds_to_entry: 31.5,
            lat: 41.25,
            lon: 22.5,
        }),
        route: Some(alert::RoutePosition {
            name: "patrol".to_owned(),
            off_m: 120.5,
            tolerance_m: 50.0,
        }),
        silence_seconds: Some(30.5),
        trust: Some(alert::Trust {
            doubts: vec!["jump".to_owned()],
            since: OCCURRED_AT,
            last_trusted: Some(place_example()),
            moved_m: Some(5_000.0),
        }),
        interference: Some(alert::Interference {
            cleared: false,
            since: OCCURRED_AT,
            centre: place_example(),
            radius_m: 5_000.0,
            tracks: vec!["vehicle:alpha/1".to_owned()],
        }),
        absence: Some(alert::Absence {
            name: "bridge".to_owned(),
            since: OCCURRED_AT,
            since_start: false,
            last_track: Some("vehicle:alpha/1".to_owned()),
            until: Some(OCCURRED_AT),
        }),
        summary: Some(alert::Summary {
            count: 14,
            from: OCCURRED_AT,
            to: OCCURRED_AT,
            alerts: vec![alert::SummaryLine {
                id: Uuid::from_u128(14),
                event: Event::Entered,
                track: Some("vehicle:alpha/2".to_owned()),
                corridor: Some("e75-south".to_owned()),
            }],
        }),
        also: vec![alert::Also {
            id: "bridge".to_owned(),
            name: "Bridge".to_owned(),
            countries: vec!["MK".to_owned()],
            episode: alert::Episode {
                id: Uuid::from_u128(15),
                index: 0,
            },
        }],
        held: Some(alert::Held {
            by: "silence 3".to_owned(),
            since: OCCURRED_AT,
            released_at: OCCURRED_AT,
        }),
        ..Alert::bare(Uuid::nil(), Event::Test, OCCURRED_AT, clock, "")
    }
}

/// The example alert, without any optional field.
pub(crate) fn alert_example_sparse() -> Alert {
    Alert {
        velocity: None,
        entry: None,
        exit: None,
        inside_seconds: None,
        travelled_m: None,
        direction: None,
        reason: None,
        approach: None,
        route: None,
        silence_seconds: None,
        trust: None,
        interference: None,
        absence: None,
        summary: None,
        also: Vec::new(),
        held: None,
        conflict: None,
        clock: alert::Clock {
            source: alert::ClockSource::Host,
            trusted: None,
            error_ms: None,
        },
        position: Some(alert::Position {
            alt_msl_m: None,
            alt_above_home_m: None,
            alt_above_ground_m: None,
            alt_ellipsoid_m: None,
            alt_pressure_m: None,
            age_ms: None,
            h_acc_m: None,
            v_acc_m: None,
            fix: None,
            ..position_example()
        }),
        ..alert_example()
    }
}

fn place_example() -> alert::Place {
    alert::Place {
        lat: 41.25,
        lon: 22.5,
    }
}

/// A decision with an alert of its own: `number` makes its id, `track` its track.
pub(crate) fn decision(track: &str, number: u128) -> Decision {
    let alert = Alert {
        id: Uuid::from_u128(number),
        track: Some(track_example(track)),
        ..alert_example()
    };
    Decision {
        standing: Some(standing_example(track)),
        alert: Some(alert),
        ..Decision::default()
    }
}

/// A standing inside.
pub(crate) fn standing_example(track: &str) -> StandingRecord {
    StandingRecord {
        rule: "corridor".to_owned(),
        track: track.to_owned(),
        corridor: "e75-south".to_owned(),
        episode: 3,
        alerts: 2,
        visit: Some(Visit {
            entered_at: OCCURRED_AT,
            entry: Some(place(41.25, 22.5)),
            dwells: 2,
            last_position: place(41.2, 22.5),
            travelled_m: 61.5,
        }),
        approaching: true,
        named: true,
        left_at: Some(OCCURRED_AT),
    }
}

/// Opens a store in `directory` for delivery to `endpoints`.
pub(crate) fn try_open(directory: &Path, endpoints: &[&str]) -> Result<Opened, OpenError> {
    open_counted(directory, endpoints, Arc::new(Metrics::default()))
}

/// Opens a store that has to open.
pub(crate) fn opened(directory: &Path, endpoints: &[&str]) -> Opened {
    try_open(directory, endpoints).unwrap()
}

/// Opens a store that has to open, and counts in `metrics`.
pub(crate) fn opened_with(directory: &Path, endpoints: &[&str], metrics: &Arc<Metrics>) -> Opened {
    open_counted(directory, endpoints, Arc::clone(metrics)).unwrap()
}

fn open_counted(
    directory: &Path,
    endpoints: &[&str],
    metrics: Arc<Metrics>,
) -> Result<Opened, OpenError> {
    let settings = Settings {
        directory: directory.to_owned(),
        keep: Settings::KEEP,
    };
    let routing = routing_to(endpoints);
    let history = Uuid::from_u128(7);
    open(&settings, routing, history, Clock::start(), metrics)
}

/// Routes by which each of these endpoints gets everything.
pub(crate) fn routing_to(endpoints: &[&str]) -> Routing {
    Routing::everything_to(endpoints.iter().map(|&name| name.to_owned()))
}

/// Closes the store and waits for its thread.
pub(crate) async fn close(store: &Store, thread: std::thread::JoinHandle<()>) {
    store.close(DEADLINE).await.unwrap();
    thread.join().unwrap();
}

/// Asks `holds` again and again until it says yes, or fails the test at the deadline.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    let met = tokio::time::timeout(DEADLINE, asked).await;
    assert!(met.is_ok(), "in time: {what}");
}

fn track_example(key: &str) -> alert::Track {
    alert::Track {
        key: key.to_owned(),
        kind: "vehicle".to_owned(),
        system_id: Some(1),
        component_id: Some(1),
        callsign: Some("RAVEN 1".to_owned()),
        icao: Some("04ca7b".to_owned()),
        remote_id: Some("1581F4XFC2233000".to_owned()),
        operator_id: Some("FIN87astrdge12k8".to_owned()),
        loss_percent: Some(0.5),
        mav_type: Some("quadrotor".to_owned()),
        autopilot: Some("ardupilotmega".to_owned()),
    }
}

fn position_example() -> alert::Position {
    alert::Position {
        lat: 41.2,
        lon: 22.5,
        mgrs: Some("34TFL2577262043".to_owned()),
        alt_msl_m: Some(310.0),
        alt_above_home_m: Some(80.0),
        alt_above_ground_m: Some(75.0),
        alt_ellipsoid_m: Some(354.5),
        alt_pressure_m: Some(290.0),
        h_acc_m: Some(1.2),
        v_acc_m: Some(2.4),
        fix: Some("rtk-fixed".to_owned()),
        source_message: "GLOBAL_POSITION_INT".to_owned(),
        age_ms: Some(250),
    }
}

fn conflict_example() -> alert::Conflict {
    alert::Conflict {
        evidence: "boot-clock".to_owned(),
        senders: vec![alert::ConflictSender {
            track: "vehicle:alpha/1".to_owned(),
            link: Some("radio".to_owned()),
            address: Some("10.0.0.7:14550".to_owned()),
            lat: Some(41.2),
            lon: Some(22.5),
            hardware_id: Some("00ff".to_owned()),
        }],
    }
}

fn corridor_example() -> alert::CorridorPosition {
    alert::CorridorPosition {
        id: "e75-south".to_owned(),
        name: "E 75 south".to_owned(),
        reference: Some("E 75".to_owned()),
        country: Some("MK".to_owned()),
        countries: vec!["MK".to_owned(), "GR".to_owned()],
        section: Some("south".to_owned()),
        chainage_km: Some(38.2),
        cross_track_m: Some(180.0),
        side: Some("left".to_owned()),
        heading_along: Some("along".to_owned()),
        heading_off_deg: Some(-12.5),
        edge_m: Some(-70.0),
        altitude_min_m: None,
        altitude_max_m: Some(600.0),
        altitude_datum: Some("msl".to_owned()),
        height: Some("within".to_owned()),
        half_width_m: Some(250.0),
        source: Some("a map".to_owned()),
        certainty: Some("about 50 m".to_owned()),
        near: Some(alert::Near {
            name: "Demir Kapija".to_owned(),
            distance_m: 4100.0,
            bearing_deg: 178.0,
        }),
    }
}

fn edge_example(side: &str) -> alert::EdgeCrossing {
    alert::EdgeCrossing {
        lat: 41.2,
        lon: 22.5,
        at: OCCURRED_AT,
        side: Some(side.to_owned()),
    }
}

fn place(lat: f64, lon: f64) -> LatLon {
    LatLon::new(lat, lon).unwrap()
}
