//! Payloads out of frames: the few messages that positions need, read leniently.
//!
//! Enumerations are kept as sent, so that a value which no dialect knows fails no message.
//! Fields stand in wire order: by size, extensions last.
//! Source: MAVLink common message set; MAVLink guide, "Packet Serialization".

use super::frame::{Frame, Version};
use crate::track::{GlobalPosition, GnssRaw, Heartbeat, Payload, SystemTime};
use crate::units::Metres;

/// What a frame's message was found to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decoded {
    /// A message that was read.
    Payload(Payload),
    /// A message that nobody here asks for.
    Unwanted,
    /// A MAVLink 1 message that lacks some of its fields.
    Short,
}

/// Reads the message of `frame`, whose checksum is right.
///
/// MAVLink 2 leaves trailing zeros out and they are put back; MAVLink 1 does not, so that a
/// payload that is too short says nothing.
#[must_use]
pub fn decode(frame: &Frame<'_>) -> Decoded {
    let (base_length, read): (usize, fn(Fields<'_>) -> Payload) = match frame.message_id() {
        0 => (9, heartbeat),
        2 => (12, system_time),
        24 => (30, gnss_raw),
        33 => (28, global_position),
        _ => return Decoded::Unwanted,
    };
    let fields = match frame.version() {
        Version::V1 => match frame.payload().get(..base_length) {
            Some(base) => Fields(base),
            None => return Decoded::Short,
        },
        Version::V2 => Fields(frame.payload()),
    };
    Decoded::Payload(read(fields))
}

fn heartbeat(mut fields: Fields<'_>) -> Payload {
    let _custom_mode = fields.u32();
    Payload::Heartbeat(Heartbeat {
        mav_type: fields.u8(),
        autopilot: fields.u8(),
    })
}

fn system_time(mut fields: Fields<'_>) -> Payload {
    let unix_us = fields.u64();
    Payload::SystemTime(SystemTime {
        unix_us: (unix_us != 0).then_some(unix_us),
        boot_ms: fields.u32(),
    })
}

/// Reads `GPS_RAW_INT`; `eph` and `epv` are dilutions without a unit and stay out.
///
/// The protocol has no mark for an accuracy that is not filled in; a receiver never reports
/// 0 mm, so that 0 is taken for it. Height 0 is a height, and absent only where no extension
/// is filled in.
fn gnss_raw(mut fields: Fields<'_>) -> Payload {
    let _time_us = fields.u64();
    let _lat_lon_alt = [fields.i32(), fields.i32(), fields.i32()];
    let _eph_epv_vel_cog = [fields.u16(), fields.u16(), fields.u16(), fields.u16()];
    let fix_type = fields.u8();
    let satellites = fields.u8();
    let is_extended = fields.0.iter().any(|byte| *byte != 0);
    let alt_ellipsoid_mm = fields.i32();
    let h_acc_mm = fields.u32();
    let v_acc_mm = fields.u32();
    Payload::GnssRaw(GnssRaw {
        fix_type,
        satellites: (satellites != u8::MAX).then_some(satellites),
        alt_ellipsoid_m: is_extended.then(|| f64::from(alt_ellipsoid_mm) / 1000.0),
        h_acc: (h_acc_mm != 0).then(|| Metres::from_millimetres(h_acc_mm)),
        v_acc: (v_acc_mm != 0).then(|| Metres::from_millimetres(v_acc_mm)),
    })
}

fn global_position(mut fields: Fields<'_>) -> Payload {
    Payload::GlobalPosition(GlobalPosition {
        boot_ms: fields.u32(),
        lat_e7: fields.i32(),
        lon_e7: fields.i32(),
        alt_msl_m: f64::from(fields.i32()) / 1000.0,
        alt_above_home_m: f64::from(fields.i32()) / 1000.0,
        north_mps: f64::from(fields.i16()) / 100.0,
        east_mps: f64::from(fields.i16()) / 100.0,
        down_mps: f64::from(fields.i16()) / 100.0,
    })
}

/// The fields of a payload that are still to be read, little-endian; zeros without end follow.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn i16(&mut self) -> i16 {
        i16::from_le_bytes(self.take())
    }

    fn i32(&mut self) -> i32 {
        i32::from_le_bytes(self.take())
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        if let Some((field, rest)) = self.0.split_first_chunk() {
            self.0 = rest;
            return *field;
        }
        let mut field = [0; N];
        field[..self.0.len()].copy_from_slice(self.0);
        self.0 = &[];
        field
    }
}

#[cfg(test)]
mod tests {
    use mavlink::dialects::ardupilotmega::{
        ATTITUDE_DATA, GLOBAL_POSITION_INT_DATA, GPS_RAW_INT_DATA, GpsFixType, MavMessage,
        SYSTEM_TIME_DATA,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::wire::frame::Outline;
    use crate::wire::samples;

    #[test]
    fn a_heartbeat_tells_type_and_autopilot() {
        let expected = Heartbeat {
            mav_type: 2,
            autopilot: 3,
        };
        check_both(&samples::heartbeat(), Payload::Heartbeat(expected));
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
            Decoded::Payload(Payload::Heartbeat(expected)),
        );
        check(
            &samples::v1_of(0, &payload),
            Decoded::Payload(Payload::Heartbeat(expected)),
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
                Payload::SystemTime(SystemTime {
                    unix_us,
                    boot_ms: 7_000,
                }),
            );
        }
    }

    #[test]
    fn a_receiver_tells_its_accuracy_in_mavlink_2_alone() {
        let message = MavMessage::GPS_RAW_INT(GPS_RAW_INT_DATA {
            fix_type: GpsFixType::GPS_FIX_TYPE_RTK_FIXED,
            satellites_visible: 17,
            eph: 121,
            alt_ellipsoid: -12_345,
            h_acc: 14,
            v_acc: 2_500,
            ..GPS_RAW_INT_DATA::default()
        });
        let v1 = GnssRaw {
            fix_type: 6,
            satellites: Some(17),
            alt_ellipsoid_m: None,
            h_acc: None,
            v_acc: None,
        };
        check_v1(&message, Payload::GnssRaw(v1));
        let v2 = GnssRaw {
            alt_ellipsoid_m: Some(-12.345),
            h_acc: Some(Metres::from_millimetres(14)),
            v_acc: Some(Metres::from_millimetres(2_500)),
            ..v1
        };
        check_v2(&message, Payload::GnssRaw(v2));
    }

    #[test]
    fn what_a_receiver_leaves_out_is_absent() {
        let bare = GPS_RAW_INT_DATA {
            fix_type: GpsFixType::GPS_FIX_TYPE_NO_FIX,
            satellites_visible: u8::MAX,
            eph: u16::MAX,
            ..GPS_RAW_INT_DATA::default()
        };
        let nothing = GnssRaw {
            fix_type: 1,
            satellites: None,
            alt_ellipsoid_m: None,
            h_acc: None,
            v_acc: None,
        };
        check_both(
            &MavMessage::GPS_RAW_INT(bare.clone()),
            Payload::GnssRaw(nothing),
        );

        let at_the_ellipsoid = GPS_RAW_INT_DATA {
            h_acc: u32::MAX,
            ..bare
        };
        let expected = GnssRaw {
            alt_ellipsoid_m: Some(0.0),
            h_acc: Some(Metres::from_millimetres(u32::MAX)),
            ..nothing
        };
        check_v2(
            &MavMessage::GPS_RAW_INT(at_the_ellipsoid),
            Payload::GnssRaw(expected),
        );
    }

    #[test]
    fn an_extension_that_is_cut_in_the_middle_goes_on_with_zeros() {
        let mut payload = [0; 35];
        (payload[28], payload[29]) = (3, 9);
        payload[34] = 0x2c;
        let expected = GnssRaw {
            fix_type: 3,
            satellites: Some(9),
            alt_ellipsoid_m: Some(0.0),
            h_acc: Some(Metres::from_millimetres(44)),
            v_acc: None,
        };
        check(
            &samples::v2_of(24, &payload),
            Decoded::Payload(Payload::GnssRaw(expected)),
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
        for (message_id, base_length) in [(0, 9), (2, 12), (24, 30), (33, 28)] {
            let short = vec![1; base_length - 1];
            check(&samples::v1_of(message_id, &short), Decoded::Short);
        }
    }

    #[test]
    fn a_message_that_nobody_asks_for_is_unwanted() {
        let message = MavMessage::ATTITUDE(ATTITUDE_DATA::default());
        let header = samples::header(1, 1, 0);
        check(&samples::v1(header, &message), Decoded::Unwanted);
        check(&samples::v2(header, &message), Decoded::Unwanted);
        check(&samples::unknown(&[1, 2, 3]), Decoded::Unwanted);
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
            message_id in prop_oneof![Just(0), Just(2), Just(24), Just(33), any::<u8>()],
            payload in samples::noise(0..255),
        ) {
            for bytes in [samples::v1_of(message_id, &payload), samples::v2_of(message_id, &payload)] {
                let _ = decode(&frame(&bytes));
            }
        }

        #[test]
        fn trailing_zeros_make_no_difference_in_mavlink_2(
            message_id in prop_oneof![Just(0), Just(2), Just(24), Just(33)],
            payload in samples::noise(0..60),
            zeros in 0..60_usize,
        ) {
            let extended = [&payload[..], &vec![0; zeros]].concat();
            let short = samples::v2_of(message_id, &payload);
            let long = samples::v2_of(message_id, &extended);
            prop_assert_eq!(decode(&frame(&short)), decode(&frame(&long)));
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
        check_both(&message, Payload::GlobalPosition(expected));
    }

    #[track_caller]
    fn check_both(message: &MavMessage, expected: Payload) {
        check_v1(message, expected);
        check_v2(message, expected);
    }

    #[track_caller]
    fn check_v1(message: &MavMessage, expected: Payload) {
        let bytes = samples::v1(samples::header(1, 1, 0), message);
        check(&bytes, Decoded::Payload(expected));
    }

    #[track_caller]
    fn check_v2(message: &MavMessage, expected: Payload) {
        let bytes = samples::v2(samples::header(1, 1, 0), message);
        check(&bytes, Decoded::Payload(expected));
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: Decoded) {
        assert_eq!(decode(&frame(bytes)), expected, "{bytes:02x?}");
    }

    #[track_caller]
    fn frame(bytes: &[u8]) -> Frame<'_> {
        match Frame::outline(bytes) {
            Outline::Whole(frame) => frame,
            Outline::Cut | Outline::NoMagic => panic!("no whole frame: {bytes:02x?}"),
        }
    }
}
