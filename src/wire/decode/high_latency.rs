//! What a vehicle says over a satellite link.

use super::fields::{Fields, direction, known};
use crate::track::{HighLatency, HighLatency2, Message};
use crate::units::Metres;

pub(super) fn first(mut fields: Fields<'_>) -> Message {
    let custom_mode = fields.u32();
    let place = fields.place();
    let _roll_pitch = [fields.i16(), fields.i16()];
    let heading_deg = direction(fields.u16());
    let _heading_wanted = fields.i16();
    let alt_msl_m = f64::from(fields.i16());
    let _altitude_wanted = fields.i16();
    let _waypoint_distance = fields.u16();
    let base_mode = fields.u8();
    let landed = known(fields.u8(), 0);
    let _throttle_airspeed_wanted = [fields.u8(), fields.u8(), fields.u8()];
    let ground_speed_mps = f64::from(fields.u8());
    let climb_mps = f64::from(fields.i8());
    let satellites = known(fields.u8(), u8::MAX);
    let fix_type = fields.u8();
    let battery_percent = fields.u8();
    let _temperatures = [fields.u8(), fields.u8()];
    Message::HighLatency(HighLatency {
        place,
        alt_msl_m,
        heading_deg,
        ground_speed_mps,
        climb_mps,
        fix_type,
        satellites,
        base_mode,
        custom_mode,
        landed,
        battery_percent,
        failsafes: fields.u8(),
    })
}

pub(super) fn second(mut fields: Fields<'_>) -> Message {
    let time_ms = fields.u32();
    let place = fields.place();
    let custom_mode = fields.u16();
    let alt_msl_m = f64::from(fields.i16());
    let _altitude_wanted = fields.i16();
    let _waypoint_distance_number = [fields.u16(), fields.u16()];
    let failures = fields.u16();
    let mav_type = fields.u8();
    let autopilot = fields.u8();
    let heading_deg = direction(200 * u16::from(fields.u8()));
    let _heading_wanted_throttle = [fields.u8(), fields.u8()];
    let _airspeed_wanted = [fields.u8(), fields.u8()];
    let ground_speed_mps = f64::from(fields.u8()) / 5.0;
    let _wind = [fields.u8(), fields.u8()];
    let h_acc = largest_error(fields.u8());
    let v_acc = largest_error(fields.u8());
    let _temperature = fields.i8();
    Message::HighLatency2(HighLatency2 {
        time_ms,
        mav_type,
        autopilot,
        custom_mode,
        place,
        alt_msl_m,
        heading_deg,
        ground_speed_mps,
        climb_max_mps: f64::from(fields.i8()) / 10.0,
        h_acc,
        v_acc,
        battery_percent: u8::try_from(fields.i8()).ok(),
        failures,
    })
}

/// Reads an error in decimetres; 0 is not filled in, and 255 only says that it is larger.
fn largest_error(decimetres: u8) -> Option<Metres> {
    match decimetres {
        0 | u8::MAX => None,
        _ => Some(Metres::from_millimetres(100 * u32::from(decimetres))),
    }
}
