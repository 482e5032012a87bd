//! Messages of two foreign encoders, extremes and sentinels among them.

use std::collections::BTreeSet;

use mavlink::{MavlinkVersion, Message as _};
use serde::Deserialize;
use serde_json::Value;

use mavlink::dialects::ardupilotmega::{
    ATTITUDE_DATA, GLOBAL_POSITION_INT_DATA, GPS_RAW_INT_DATA, GpsFixType, MavMessage,
    SYSTEM_TIME_DATA,
};
use proptest::prelude::*;

use super::*;
use crate::track::{GlobalPosition, Gnss, Heartbeat, SenderTime, SentPlace, SystemTime};
use crate::units::Metres;
use crate::wire::frame::Outline;
use crate::wire::samples;

/// Every id that is read.
const IDS: [u32; 22] = [
    0, 1, 2, 24, 33, 109, 124, 148, 234, 235, 245, 246, 271, 276, 301, 340, 441, 12_900, 12_901,
    12_904, 12_905, 12_915,
];

/// The ids that MAVLink 1 has room for, and the length of their payload without extensions.
const BASE_LENGTHS: [(u8, usize); 12] = [
    (0, 9),
    (1, 31),
    (2, 12),
    (24, 30),
    (33, 28),
    (109, 9),
    (124, 35),
    (148, 60),
    (234, 40),
    (235, 42),
    (245, 2),
    (246, 38),
];

/// A frame as pymavlink encodes it, and what must be read out of it; absent values are left out.
///
/// `tests/peers/decode_frames.py` writes them.
#[derive(Deserialize)]
struct Case {
    message: String,
    frame: String,
    expected: Value,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../tests/peers/decode_frames.json")).unwrap()
}

#[test]
fn every_message_of_pymavlink_is_read_as_it_was_meant() {
    let mut ids = BTreeSet::new();
    for case in cases() {
        let bytes = samples::bytes(&case.frame);
        let frame = frame(&bytes);
        ids.insert(frame.message_id());
        assert!(frame.is_sealed(), "{}: {}", case.message, case.frame);
        assert_eq!(
            told(&frame),
            case.expected,
            "{}: {}",
            case.message,
            case.frame
        );
    }
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), IDS);
}

/// The typed dialect takes no value that it does not know, nor messages of development.xml.
#[test]
fn every_message_of_the_typed_dialect_is_read_as_it_was_meant() {
    let mut ids = BTreeSet::new();
    for case in cases() {
        let bytes = samples::bytes(&case.frame);
        let sent = frame(&bytes);
        let (version, write): (_, fn(_, &_) -> _) = match sent.version() {
            Version::V1 => (MavlinkVersion::V1, samples::v1),
            Version::V2 => (MavlinkVersion::V2, samples::v2),
        };
        let Ok(message) = MavMessage::parse(version, sent.message_id(), sent.payload()) else {
            continue;
        };
        ids.insert(sent.message_id());
        let typed = write(samples::header(9, 9, 9), &message);
        assert_eq!(told(&frame(&typed)), case.expected, "{message:?}");
    }
    let typed = IDS.into_iter().filter(|id| *id != 441);
    assert_eq!(
        ids.into_iter().collect::<Vec<_>>(),
        typed.collect::<Vec<_>>()
    );
}

/// Returns what is read out of a frame, without what is absent.
fn told(frame: &Frame<'_>) -> Value {
    let mut value = match decode(frame) {
        Decoded::Message(message) => serde_json::to_value(message).unwrap(),
        Decoded::RemoteIdPack(pack) => serde_json::to_value(pack.collect::<Vec<_>>()).unwrap(),
        other @ (Decoded::Unwanted | Decoded::Short) => panic!("{other:?}: {frame:?}"),
    };
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_heartbeat_tells_type_and_autopilot() {
    let expected = Heartbeat {
        mav_type: 2,
        autopilot: 3,
    };
    check_both(&samples::heartbeat(), Message::Heartbeat(expected));
}

#[test]
fn a_value_that_no_dialect_knows_is_kept() {
    let expected = Heartbeat {
        mav_type: 250,
        autopilot: 251,
    };
    let payload = [0, 0, 0, 0, 250, 251, 0, 0, 3];
    check(
        &samples::v2_of(0, &payload),
        &Decoded::Message(Message::Heartbeat(expected)),
    );
    check(
        &samples::v1_of(0, &payload),
        &Decoded::Message(Message::Heartbeat(expected)),
    );
}

#[test]
fn a_clock_that_is_not_set_has_no_time() {
    for (time_unix_usec, unix_us) in [(0, None), (1, Some(1)), (u64::MAX, Some(u64::MAX))] {
        let message = MavMessage::SYSTEM_TIME(SYSTEM_TIME_DATA {
            time_unix_usec,
            time_boot_ms: 7_000,
        });
        check_both(
            &message,
            Message::SystemTime(SystemTime {
                unix_us,
                boot_ms: 7_000,
            }),
        );
    }
}

#[test]
fn a_receiver_tells_its_accuracy_in_mavlink_2_alone() {
    let message = MavMessage::GPS_RAW_INT(GPS_RAW_INT_DATA {
        time_usec: 7,
        fix_type: GpsFixType::GPS_FIX_TYPE_RTK_FIXED,
        satellites_visible: 17,
        eph: 121,
        vel: u16::MAX,
        cog: u16::MAX,
        alt_ellipsoid: -12_345,
        h_acc: 14,
        v_acc: 2_500,
        ..GPS_RAW_INT_DATA::default()
    });
    let v1 = Gnss {
        time: Some(SenderTime::BootUs(7)),
        satellites: Some(17),
        ..at_zero(6)
    };
    check_v1(&message, Message::Gnss(v1));
    let v2 = Gnss {
        alt_ellipsoid_m: Some(-12.345),
        h_acc: Some(Metres::from_millimetres(14)),
        v_acc: Some(Metres::from_millimetres(2_500)),
        ..v1
    };
    check_v2(&message, Message::Gnss(v2));
}

/// A 3D fix at 0, 0 whose receiver tells nothing else.
fn at_zero(fix_type: u8) -> Gnss {
    Gnss {
        time: None,
        fix_type,
        satellites: None,
        place: Some(SentPlace {
            lat_e7: 0,
            lon_e7: 0,
        }),
        alt_msl_m: Some(0.0),
        alt_ellipsoid_m: None,
        ground_speed_mps: None,
        course_deg: None,
        h_acc: None,
        v_acc: None,
        speed_acc_mps: None,
    }
}

#[test]
fn an_extension_that_is_cut_in_the_middle_goes_on_with_zeros() {
    let mut payload = [0; 35];
    (payload[28], payload[29]) = (3, 9);
    payload[34] = 0x2c;
    let expected = Gnss {
        satellites: Some(9),
        ground_speed_mps: Some(0.0),
        course_deg: Some(0.0),
        alt_ellipsoid_m: Some(0.0),
        h_acc: Some(Metres::from_millimetres(44)),
        ..at_zero(3)
    };
    check(
        &samples::v2_of(24, &payload),
        &Decoded::Message(Message::Gnss(expected)),
    );
}

#[test]
fn a_position_keeps_its_extremes() {
    for (wide, narrow) in [(i32::MIN, i16::MIN), (i32::MAX, i16::MAX), (0, 0), (-1, -1)] {
        let message = GLOBAL_POSITION_INT_DATA {
            time_boot_ms: u32::MAX,
            lat: wide,
            lon: wide,
            alt: wide,
            relative_alt: wide,
            vx: narrow,
            vy: narrow,
            vz: narrow,
            hdg: u16::MAX,
        };
        check_position(&message);
    }
}

#[test]
fn mavlink_1_leaves_nothing_out() {
    for (message_id, base_length) in BASE_LENGTHS {
        let short = vec![1; base_length - 1];
        check(&samples::v1_of(message_id, &short), &Decoded::Short);
    }
}

#[test]
fn a_message_that_nobody_asks_for_is_unwanted() {
    let message = MavMessage::ATTITUDE(ATTITUDE_DATA::default());
    let header = samples::header(1, 1, 0);
    check(&samples::v1(header, &message), &Decoded::Unwanted);
    check(&samples::v2(header, &message), &Decoded::Unwanted);
    check(&samples::unknown(&[1, 2, 3]), &Decoded::Unwanted);
}

proptest! {
    #[test]
    fn a_position_is_read_as_the_dialect_wrote_it(
        boot_and_places in any::<(u32, i32, i32, i32, i32)>(),
        velocity in any::<(i16, i16, i16, u16)>(),
    ) {
        let (time_boot_ms, lat, lon, alt, relative_alt) = boot_and_places;
        let (vx, vy, vz, hdg) = velocity;
        check_position(&GLOBAL_POSITION_INT_DATA {
            time_boot_ms, lat, lon, alt, relative_alt, vx, vy, vz, hdg,
        });
    }

    #[test]
    fn no_payload_makes_it_panic(
        message_id in prop_oneof![prop::sample::select(IDS.to_vec()), 0..=0xff_ffff_u32],
        payload in samples::noise(0..255),
    ) {
        let v2 = samples::v2_of(message_id, &payload);
        if let Decoded::RemoteIdPack(pack) = decode(&frame(&v2)) {
            prop_assert!(pack.count() <= 9);
        }
        if let Ok(message_id) = u8::try_from(message_id) {
            let _ = decode(&frame(&samples::v1_of(message_id, &payload)));
        }
    }

    #[test]
    fn trailing_zeros_make_no_difference_in_mavlink_2(
        message_id in prop::sample::select(IDS.to_vec()),
        payload in samples::noise(0..200),
        zeros in 0..55_usize,
    ) {
        let extended = [&payload[..], &vec![0; zeros]].concat();
        let short = samples::v2_of(message_id, &payload);
        let long = samples::v2_of(message_id, &extended);
        prop_assert_eq!(told(&frame(&short)), told(&frame(&long)));
    }
}

#[track_caller]
fn check_position(sent: &GLOBAL_POSITION_INT_DATA) {
    let expected = GlobalPosition {
        boot_ms: sent.time_boot_ms,
        lat_e7: sent.lat,
        lon_e7: sent.lon,
        alt_msl_m: f64::from(sent.alt) / 1e3,
        alt_above_home_m: f64::from(sent.relative_alt) / 1e3,
        north_mps: f64::from(sent.vx) / 1e2,
        east_mps: f64::from(sent.vy) / 1e2,
        down_mps: f64::from(sent.vz) / 1e2,
    };
    let message = MavMessage::GLOBAL_POSITION_INT(sent.clone());
    check_both(&message, Message::GlobalPosition(expected));
}

#[track_caller]
fn check_both(message: &MavMessage, expected: Message) {
    check_v1(message, expected);
    check_v2(message, expected);
}

#[track_caller]
fn check_v1(message: &MavMessage, expected: Message) {
    let bytes = samples::v1(samples::header(1, 1, 0), message);
    check(&bytes, &Decoded::Message(expected));
}

#[track_caller]
fn check_v2(message: &MavMessage, expected: Message) {
    let bytes = samples::v2(samples::header(1, 1, 0), message);
    check(&bytes, &Decoded::Message(expected));
}

#[track_caller]
fn check(bytes: &[u8], expected: &Decoded<'_>) {
    assert_eq!(&decode(&frame(bytes)), expected, "{bytes:02x?}");
}

#[track_caller]
fn frame(bytes: &[u8]) -> Frame<'_> {
    match Frame::outline(bytes) {
        Outline::Whole(frame) => frame,
        Outline::Cut | Outline::NoMagic => panic!("no whole frame: {bytes:02x?}"),
    }
}
