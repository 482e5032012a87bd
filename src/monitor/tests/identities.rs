//! Who it is: one vehicle by several ways, several vehicles by one identity, and whoever is heard of.

use std::collections::BTreeMap;

use crate::monitor::alert::{Alert, Conflict, Event};
use crate::monitor::fixture::{
    BOOT_MS, Spot, booted, degrees_e7, feed, fix, flight, gnss, heard_by, high_latency, moment,
    monitor, monitor_with, of_message, place, road, settings, told, words,
};
use crate::monitor::rule::{Rule, TrackFilter};
use crate::monitor::{Counts, RosterSettings};
use crate::track::{
    Adsb, AutopilotVersion, CameraView, FrameLoss, Gnss, HardwareId, ImageCentre, LinkName,
    Message, RemoteIdBasic, RemoteIdLocation, Report, SenderTime, SentPlace, Text, TrackKind,
    TransponderHeight, UasId,
};
use crate::units::{Metres, Monotonic};

const SECONDS: u32 = 1_000;
/// How far the boot clock of the second vehicle is from that of the first.
const BOOTED_LATER_MS: u32 = 90_000;

/// Hovers at `spot` from `start_s` to `end_s`, told every `step_ms`.
fn hover(spot: Spot, start_s: u32, end_s: u32, step_ms: u32) -> Vec<Report> {
    let steps = (end_s - start_s) * SECONDS / step_ms;
    (0..steps)
        .map(|step| fix(start_s * SECONDS + step * step_ms, spot))
        .collect()
}

/// The same flight by a vehicle with another boot clock.
fn later_booted(reports: &[Report]) -> Vec<Report> {
    let again = reports.iter().filter_map(|report| {
        if let Message::GlobalPosition(said) = &report.message {
            Some(booted(report, said.boot_ms - BOOTED_LATER_MS))
        } else {
            None
        }
    });
    again.collect()
}

/// Mixes flights by the time of their arrival.
fn mixed(flights: &[Vec<Report>]) -> Vec<Report> {
    let mut reports = flights.concat();
    reports.sort_by_key(|report| report.received.monotonic);
    reports
}

fn hear(reports: &[Report]) -> (Vec<Alert>, Counts) {
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    let alerts = told(feed(&mut monitor, reports));
    (alerts, monitor.counts().clone())
}

fn conflicts(alerts: &[Alert]) -> Vec<&Conflict> {
    alerts
        .iter()
        .filter_map(|alert| alert.conflict.as_ref())
        .collect()
}

/// The alerts of one track in words.
fn of_track(alerts: &[Alert], key: &str) -> String {
    let of: Vec<Alert> = alerts
        .iter()
        .filter(|alert| alert.subject() == key)
        .cloned()
        .collect();
    words(&of)
}

#[test]
fn two_vehicles_on_one_radio_are_told_apart_by_their_boot_clocks() {
    let inside = hover((0.0, 0.0), 0, 60, 250);
    let outside = later_booted(&hover((3_000.0, 0.0), 1, 60, 250));
    let (alerts, counts) = hear(&mixed(&[inside, outside]));
    assert_eq!(of_track(&alerts, "vehicle:lan/1"), "road entered");
    assert_eq!(
        of_track(&alerts, "vehicle:lan/1#2"),
        "conflict",
        "told once"
    );
    let found = conflicts(&alerts)[0];
    assert_eq!(found.evidence, "boot-clock");
    let tracks: Vec<&str> = found
        .senders
        .iter()
        .map(|sender| sender.track.as_str())
        .collect();
    assert_eq!(tracks, ["vehicle:lan/1", "vehicle:lan/1#2"]);
    assert_eq!(counts.conflicts, 1);
}

#[test]
fn both_of_two_vehicles_are_followed_after_the_conflict() {
    let hovering = hover((3_000.0, 0.0), 0, 200, 500);
    let crossing = flight(0, 500, 20.0, &[(-1_500.0, 2_000.0), (1_500.0, 2_000.0)]);
    let (alerts, _) = hear(&mixed(&[hovering, later_booted(&crossing)]));
    assert_eq!(of_track(&alerts, "vehicle:lan/1"), "");
    assert_eq!(
        of_track(&alerts, "vehicle:lan/1#2"),
        "conflict, road entered, road exited"
    );
}

#[test]
fn vehicles_that_take_turns_in_bursts_are_told_apart_at_the_first_return() {
    let mut reports = Vec::new();
    for turn in 0..20 {
        let (start_s, end_s) = (turn * 5, turn * 5 + 5);
        reports.extend(if turn % 2 == 0 {
            hover((0.0, 0.0), start_s, end_s, 250)
        } else {
            later_booted(&hover((3_000.0, 0.0), start_s, end_s, 250))
        });
    }
    let (alerts, _) = hear(&reports);
    assert_eq!(conflicts(&alerts).len(), 1);
    let stays = alerts
        .iter()
        .filter(|alert| alert.event == Event::Entered)
        .count();
    assert!(stays <= 2, "no flapping: {}", words(&alerts));
}

#[test]
fn vehicles_that_booted_together_are_told_apart_by_where_they_were_heard() {
    let first = hover((0.0, 0.0), 0, 40, 500);
    let second: Vec<Report> = hover((3_000.0, 0.0), 0, 40, 500)
        .iter()
        .map(|report| heard_by(report, "lan", "10.0.0.9:14550"))
        .collect();
    let (alerts, _) = hear(&mixed(&[first, second]));
    assert_eq!(of_track(&alerts, "vehicle:lan/1"), "road entered");
    let found = conflicts(&alerts)[0];
    assert_eq!(found.evidence, "motion");
    assert_eq!(found.senders[1].address.as_deref(), Some("10.0.0.9:14550"));
}

#[test]
fn a_wild_receiver_is_no_second_vehicle() {
    let reports: Vec<Report> = (0..120)
        .map(|half| {
            let wild = half % 2 == 1;
            fix(half * 500, if wild { (3_000.0, 0.0) } else { (0.0, 0.0) })
        })
        .collect();
    let (alerts, counts) = hear(&reports);
    assert_eq!(words(&alerts), "road entered, position-suspect");
    let trust = alerts[1].trust.as_ref().unwrap();
    assert_eq!(trust.doubts, ["disagreement"], "it tells two places");
    assert_eq!(counts.conflicts, 0);
}

#[test]
fn a_reboot_that_a_slower_way_does_not_know_of_yet_is_no_conflict() {
    let mut reports = hover((0.0, 0.0), 0, 20, 500);
    let rebooted = hover((0.0, 0.0), 22, 60, 500);
    reports.extend(later_booted(&rebooted));
    // The other link is eight seconds behind.
    let slow = hover((0.0, 0.0), 10, 20, 500).into_iter().map(|report| {
        let mut report = heard_by(&report, "satellite", "10.0.0.8:14550");
        report.received.monotonic =
            Monotonic::from_micros(report.received.monotonic.as_micros() + 8_000_000);
        report
    });
    let (alerts, counts) = hear(&mixed(&[reports, slow.collect()]));
    assert_eq!(words(&alerts), "road entered");
    assert_eq!(counts.conflicts, 0);
}

#[test]
fn one_vehicle_by_two_links_is_one_track_and_tells_what_one_link_tells() {
    let clean = flight(0, 1_000, 20.0, &[(-2_000.0, 0.0), (2_000.0, 0.0)]);
    let both: Vec<Report> = clean
        .iter()
        .flat_map(|report| [report.clone(), heard_by(report, "lte", "10.0.0.7:14550")])
        .collect();
    let (one, _) = hear(&clean);
    let (two, counts) = hear(&both);
    assert_eq!(one, two);
    assert_eq!(counts.conflicts, 0);
}

#[test]
fn what_one_of_two_links_brings_is_not_lost() {
    let lossy = |report: &Report, lost: u64| {
        let mut report = report.clone();
        report.sender_loss = FrameLoss::of(100 - lost, lost);
        report
    };
    let reports: Vec<Report> = hover((0.0, 0.0), 0, 10, 1_000)
        .iter()
        .flat_map(|report| {
            let other = heard_by(report, "lte", "10.0.0.7:14550");
            [lossy(report, 30), lossy(&other, 5)]
        })
        .collect();
    let (alerts, _) = hear(&reports);
    assert_eq!(words(&alerts), "road entered");
    assert_eq!(alerts[0].track.as_ref().unwrap().loss_percent, Some(5.0));
}

#[test]
fn hardware_ids_tell_two_vehicles_apart_before_they_move() {
    let version = |ms, id: u8| {
        let mut bytes = [0; 18];
        bytes[0] = id;
        of_message(
            ms,
            Message::AutopilotVersion(AutopilotVersion {
                hardware: Some(HardwareId::Long(bytes)),
                capabilities: 0,
                firmware: 0,
                board: 0,
                vendor_id: 0,
                product_id: 0,
            }),
        )
    };
    let other = |report: &Report| heard_by(report, "lan", "10.0.0.9:14550");
    let mut reports = vec![fix(0, (0.0, 0.0)), version(100, 1), fix(1_000, (0.0, 0.0))];
    reports.push(other(&fix(1_500, (10.0, 0.0))));
    reports.push(fix(2_000, (0.0, 0.0)));
    reports.push(other(&version(2_100, 2)));
    reports.push(other(&fix(2_500, (10.0, 0.0))));
    let (alerts, _) = hear(&reports);
    let found = conflicts(&alerts)[0];
    assert_eq!(found.evidence, "hardware-id");
    assert!(
        found.senders[1]
            .hardware_id
            .as_ref()
            .unwrap()
            .starts_with("02")
    );
}

#[test]
fn a_filtered_position_keeps_the_raw_one_out_until_it_falls_silent() {
    let raw = |second: u32, spot: Spot| gnss_at(second * SECONDS, spot);
    let mut reports = Vec::new();
    for second in 0..10 {
        reports.push(fix(second * SECONDS, (-3_000.0, 0.0)));
        reports.push(raw(second, (-3_020.0, 0.0)));
    }
    for second in 10..30 {
        reports.push(raw(second, (-3_020.0, 0.0)));
    }
    let mut monitor = monitor(&[road()], &[Rule::default()], Vec::new());
    feed(&mut monitor, &reports);
    // Silent for more than five seconds after the ninth.
    assert_eq!(monitor.counts().positions, 10 + 15);
    assert_eq!(monitor.counts().outranked, 10 + 5);
}

#[test]
fn nobody_else_can_say_that_a_vehicle_has_no_fix() {
    let mut reports = hover((0.0, 0.0), 0, 10, 500);
    let stranger = |ms| heard_by(&gnss(ms, 1, None), "lan", "10.0.0.66:14550");
    reports.extend((0..10).map(|second| stranger(second * SECONDS + 100)));
    let (alerts, counts) = hear(&mixed(&[reports]));
    assert_eq!(words(&alerts), "road entered");
    assert_eq!(counts.rejections, BTreeMap::new());
}

#[test]
fn a_vehicle_that_is_heard_by_satellite_alone_is_followed() {
    let reports: Vec<Report> = (0..12)
        .map(|n: u32| {
            let east_m = -3_000.0 + 500.0 * f64::from(n);
            high_latency(n * 30 * SECONDS, (east_m, 0.0))
        })
        .collect();
    let (alerts, _) = hear(&reports);
    assert_eq!(words(&alerts), "road entered, road exited");
    assert_eq!(
        alerts[0].position.as_ref().unwrap().source_message,
        "HIGH_LATENCY2"
    );
    assert_eq!(
        alerts[0].track.as_ref().unwrap().mav_type.as_deref(),
        Some("MAV_TYPE_FIXED_WING")
    );
}

#[test]
fn aircraft_and_remote_id_are_told_by_rules_that_watch_them() {
    let mut reports = Vec::new();
    for second in 0..10 {
        reports.push(of_message(second * SECONDS, airliner((0.0, 0.0))));
        reports.push(of_message(second * SECONDS, drone((100.0, 0.0), second)));
    }
    reports.insert(0, of_message(0, serial_number()));
    let (alerts, _) = hear(&reports);
    assert_eq!(words(&alerts), "", "by default vehicles alone are watched");

    let rule = Rule {
        tracks: TrackFilter::of_kinds(&[TrackKind::Aircraft, TrackKind::RemoteId]),
        ..Rule::default()
    };
    let mut monitor = monitor(&[road()], &[rule], Vec::new());
    let alerts = told(feed(&mut monitor, &reports));
    assert_eq!(of_track(&alerts, "icao:04ca7b"), "road entered");
    let aircraft = alerts
        .iter()
        .find(|alert| alert.track.as_ref().unwrap().kind == "aircraft")
        .unwrap();
    assert_eq!(
        aircraft.track.as_ref().unwrap().icao.as_deref(),
        Some("04ca7b")
    );
    assert_eq!(
        aircraft.track.as_ref().unwrap().callsign.as_deref(),
        Some("JAT123")
    );
    assert_eq!(aircraft.track.as_ref().unwrap().system_id, None);
    assert_eq!(
        aircraft.position.as_ref().unwrap().alt_pressure_m,
        Some(10_000.0)
    );
    assert_eq!(aircraft.position.as_ref().unwrap().alt_msl_m, None);
    assert_eq!(aircraft.position.as_ref().unwrap().age_ms, Some(1_000));
    assert_eq!(
        serde_json::to_value(aircraft.authenticity).unwrap(),
        "broadcast"
    );
    let drone = alerts
        .iter()
        .find(|alert| alert.track.as_ref().unwrap().kind == "remote-id")
        .unwrap();
    assert_eq!(drone.track.as_ref().unwrap().key, "remote-id:60601f");
    assert_eq!(
        drone.track.as_ref().unwrap().remote_id.as_deref(),
        Some("1581F4XFC2233000")
    );
}

#[test]
fn what_a_camera_looks_at_is_not_where_its_vehicle_is() {
    let mut reports = Vec::new();
    for second in 0..10 {
        reports.push(fix(second * SECONDS, (-3_000.0, 0.0)));
        let view = CameraView {
            boot_ms: BOOT_MS + second * SECONDS,
            camera: Some(sent((-3_000.0, 0.0))),
            camera_alt_msl_m: None,
            image: Some(ImageCentre::Ground {
                place: sent((0.0, 0.0)),
                alt_msl_m: None,
            }),
            width_deg: None,
            height_deg: None,
            device: None,
        };
        reports.push(of_message(second * SECONDS, Message::CameraView(view)));
    }
    let rule = Rule {
        tracks: TrackFilter::of_kinds(&[TrackKind::Vehicle, TrackKind::CameraPoint]),
        ..Rule::default()
    };
    let mut monitor = monitor(&[road()], &[rule], Vec::new());
    let alerts = told(feed(&mut monitor, &reports));
    assert_eq!(of_track(&alerts, "vehicle:lan/1"), "");
    assert_eq!(of_track(&alerts, "camera-image:lan/1/1"), "road entered");
}

#[test]
fn a_flood_of_identities_leaves_those_that_are_known_alone() {
    let mut reports = hover((0.0, 0.0), 0, 10, 1_000);
    for number in 0..3_000_u32 {
        let mut radio = [0; 20];
        radio[..4].copy_from_slice(&number.to_be_bytes());
        radio[4] = 1;
        let mut flood = drone((0.0, 0.0), 0);
        if let Message::RemoteIdLocation(said) = &mut flood {
            said.radio = Some(radio);
        }
        reports.insert(5, of_message(4_500, flood));
    }
    let (alerts, counts) = hear(&reports);
    assert_eq!(words(&alerts), "road entered");
    // The vehicle is one of those that may come at once.
    let admitted = u64::from(RosterSettings::default().new_at_once) - 1;
    assert!(3_000 - admitted - 5 <= counts.refused, "{}", counts.refused);
}

/// What became silent or was heard again, in words, until so many milliseconds have passed.
fn notices(reports: &[Report], until_ms: u32) -> Vec<String> {
    let mut settings = settings(&[Rule::default()]);
    settings
        .liveness
        .satellite_links
        .insert(LinkName::new("modem"));
    let mut monitor = monitor_with(settings, &[road()], Vec::new());
    let mut told = Vec::new();
    let mut reports = reports.iter().peekable();
    for ms in (0..until_ms).step_by(500) {
        let now = moment(ms);
        while let Some(report) = reports.next_if(|it| it.received.monotonic <= now.monotonic) {
            monitor.handle_report(report);
        }
        monitor.handle_timeout(now);
        while let Some(notice) = monitor.poll_notice() {
            told.push(format!("{:?} at {}", notice.liveness, ms / 1_000));
        }
    }
    told
}

#[test]
fn silence_is_told_once_and_so_is_the_return() {
    let mut reports = hover((0.0, 0.0), 0, 11, 1_000);
    reports.extend(hover((0.0, 0.0), 60, 62, 1_000));
    let told = notices(&reports, 62 * SECONDS);
    assert_eq!(told, ["Stale at 15", "Lost at 40", "Alive at 60"]);
}

#[test]
fn one_of_two_links_that_goes_and_a_satellite_lose_nobody() {
    let both = hover((0.0, 0.0), 0, 60, 1_000);
    let lte = both
        .iter()
        .map(|report| heard_by(report, "lte", "10.0.0.7:14550"));
    let reports = mixed(&[both[..20].to_vec(), lte.collect()]);
    assert_eq!(notices(&reports, 60 * SECONDS), [""; 0]);

    let satellite: Vec<Report> = (0..4)
        .map(|n| high_latency(n * 60 * SECONDS, (0.0, 0.0)))
        .collect();
    assert_eq!(
        notices(&satellite, 200 * SECONDS),
        [""; 0],
        "no heartbeat is asked for"
    );
    let by_modem = hover((0.0, 0.0), 0, 1, 1_000);
    let by_modem: Vec<Report> = by_modem
        .iter()
        .map(|report| heard_by(report, "modem", "10.0.0.8:1"))
        .collect();
    assert_eq!(notices(&by_modem, 100 * SECONDS), [""; 0]);
}

#[test]
fn who_is_lost_makes_room_and_its_episodes_count_on() {
    let mut settings = settings(&[Rule::default()]);
    settings.roster.tracks_max = 1;
    let mut monitor = monitor_with(settings, &[road()], Vec::new());
    let through = |start_ms| flight(start_ms, 1_000, 20.0, &[(-1_500.0, 0.0), (1_500.0, 0.0)]);
    let other = |second: u32| {
        let mut report = fix(second * SECONDS, (5_000.0, 0.0));
        report.sender.system_id = 2;
        report
    };
    let first = told(feed(&mut monitor, &through(0)));
    assert_eq!(words(&first), "road entered, road exited");
    feed(&mut monitor, &[other(151)]);
    assert_eq!(monitor.counts().refused, 1, "the first one is still there");

    monitor.handle_timeout(moment(300 * SECONDS));
    feed(&mut monitor, &[other(301)]);
    assert_eq!(
        (monitor.counts().refused, monitor.tracks()),
        (1, 1),
        "it has made way"
    );
    monitor.handle_timeout(moment(400 * SECONDS));
    let second = told(feed(&mut monitor, &through(401 * SECONDS)));
    assert_eq!(words(&second), "road entered, road exited");
    assert_ne!(first[0].id, second[0].id, "another episode, other ids");
}

#[test]
fn callsigns_are_the_units_own() {
    let mut settings = settings(&[Rule::default()]);
    settings
        .callsigns
        .insert("vehicle:lan/1".to_owned(), "RAVEN 1".to_owned());
    let mut monitor = monitor_with(settings, &[road()], Vec::new());
    let alerts = told(feed(&mut monitor, &hover((0.0, 0.0), 0, 10, 1_000)));
    assert_eq!(
        alerts[0].track.as_ref().unwrap().callsign.as_deref(),
        Some("RAVEN 1")
    );
}

fn sent(spot: Spot) -> SentPlace {
    let at = place(spot);
    SentPlace {
        lat_e7: degrees_e7(at.lat()),
        lon_e7: degrees_e7(at.lon()),
    }
}

fn gnss_at(ms: u32, spot: Spot) -> Report {
    let gnss = Gnss {
        time: Some(SenderTime::BootUs(u64::from(BOOT_MS + ms) * 1_000)),
        fix_type: 3,
        satellites: Some(9),
        place: Some(sent(spot)),
        alt_msl_m: Some(400.0),
        alt_ellipsoid_m: None,
        ground_speed_mps: None,
        course_deg: None,
        h_acc: Metres::new(2.0).ok(),
        v_acc: None,
        speed_acc_mps: None,
    };
    of_message(ms, Message::Gnss(gnss))
}

fn airliner(spot: Spot) -> Message {
    Message::Adsb(Adsb {
        icao: 0x0004_ca7b,
        place: Some(sent(spot)),
        height: Some(TransponderHeight::Pressure(10_000.0)),
        course_deg: Some(90.0),
        ground_speed_mps: Some(220.0),
        climb_mps: Some(0.0),
        callsign: Text::read(*b"JAT123\0\0\0"),
        squawk: None,
        emitter: 3,
        age_s: 1,
        is_simulated: false,
    })
}

fn radio() -> [u8; 20] {
    let mut radio = [0; 20];
    radio[..3].copy_from_slice(&[0x60, 0x60, 0x1f]);
    radio
}

fn serial_number() -> Message {
    let mut bytes = [0; 20];
    bytes[..16].copy_from_slice(b"1581F4XFC2233000");
    Message::RemoteIdBasic(RemoteIdBasic {
        radio: Some(radio()),
        uas_id: Some(UasId { kind: 1, bytes }),
        aircraft_type: None,
    })
}

fn drone(spot: Spot, second: u32) -> Message {
    Message::RemoteIdLocation(RemoteIdLocation {
        radio: Some(radio()),
        status: None,
        place: Some(sent(spot)),
        alt_pressure_m: None,
        alt_ellipsoid_m: Some(500.0),
        height: None,
        course_deg: None,
        ground_speed_mps: None,
        climb_mps: None,
        h_acc: Metres::new(10.0).ok(),
        v_acc: None,
        pressure_acc: None,
        speed_acc_mps: None,
        hour_s: Some(f64::from(second)),
        time_acc_s: None,
    })
}
