//! What satellite receivers say.

use super::fields::{Fields, direction, hundredths, known, thousandths};
use crate::track::{Gnss, GnssIntegrity, Message, SenderTime, SentPlace};
use crate::units::Metres;

/// The lowest `GPS_FIX_TYPE` that has a place, and the lowest that has a height.
const FIX_2D: u8 = 2;
const FIX_3D: u8 = 3;

pub(super) fn first(mut fields: Fields<'_>) -> Message {
    let time_us = fields.u64();
    let (place, alt_mm) = (fields.place(), fields.i32());
    let movement = Movement::read(&mut fields);
    let (fix_type, satellites) = (fields.u8(), fields.u8());
    let solution = solution(time_us, (place, alt_mm), &movement, (fix_type, satellites));
    Message::Gnss(extend(solution, fields))
}

pub(super) fn second(mut fields: Fields<'_>) -> Message {
    let time_us = fields.u64();
    let (place, alt_mm) = (fields.place(), fields.i32());
    let _dgps_age_ms = fields.u32();
    let movement = Movement::read(&mut fields);
    let (fix_type, satellites) = (fields.u8(), fields.u8());
    let _dgps_satellites = fields.u8();
    let solution = solution(time_us, (place, alt_mm), &movement, (fix_type, satellites));
    let _yaw = fields.u16();
    Message::SecondGnss(extend(solution, fields))
}

/// `eph` and `epv`, which are dilutions without a unit and stay out; then speed and course.
struct Movement {
    ground_speed_mps: Option<f64>,
    course_deg: Option<f64>,
}

impl Movement {
    fn read(fields: &mut Fields<'_>) -> Self {
        let _eph_epv = [fields.u16(), fields.u16()];
        Self {
            ground_speed_mps: known(fields.u16(), u16::MAX).map(hundredths),
            course_deg: direction(fields.u16()),
        }
    }
}

fn solution(
    time_us: u64,
    (place, alt_mm): (SentPlace, i32),
    movement: &Movement,
    (fix_type, satellites): (u8, u8),
) -> Gnss {
    Gnss {
        time: SenderTime::read(time_us),
        fix_type,
        satellites: known(satellites, u8::MAX),
        place: (FIX_2D <= fix_type).then_some(place),
        alt_msl_m: (FIX_3D <= fix_type).then(|| thousandths(alt_mm)),
        alt_ellipsoid_m: None,
        ground_speed_mps: movement.ground_speed_mps,
        course_deg: movement.course_deg,
        h_acc: None,
        v_acc: None,
        speed_acc_mps: None,
    }
}

/// Adds the extensions that both messages end with, but for the heading.
///
/// The protocol has no mark for an accuracy that is not filled in; a receiver never reports
/// 0 mm, so that 0 is taken for it. Height 0 is a height, and absent only where no extension
/// is filled in.
fn extend(solution: Gnss, mut fields: Fields<'_>) -> Gnss {
    let is_extended = fields.0.iter().any(|byte| *byte != 0);
    let alt_ellipsoid_mm = fields.i32();
    let accuracy = |millimetres| known(millimetres, 0).map(Metres::from_millimetres);
    Gnss {
        alt_ellipsoid_m: is_extended.then(|| thousandths(alt_ellipsoid_mm)),
        h_acc: accuracy(fields.u32()),
        v_acc: accuracy(fields.u32()),
        speed_acc_mps: known(fields.u32(), 0).map(thousandths),
        ..solution
    }
}

pub(super) fn integrity(mut fields: Fields<'_>) -> Message {
    let system_errors = fields.u32();
    let raim_accuracy = [fields.u16(), fields.u16()].map(|centimetres| {
        known(centimetres, u16::MAX)
            .map(|centimetres| Metres::from_millimetres(10 * u32::from(centimetres)))
    });
    Message::GnssIntegrity(GnssIntegrity {
        system_errors,
        raim_h_acc: raim_accuracy[0],
        raim_v_acc: raim_accuracy[1],
        receiver: fields.u8(),
        authentication: known(fields.u8(), 0),
        jamming: known(fields.u8(), 0),
        spoofing: known(fields.u8(), 0),
        raim: known(fields.u8(), 0),
        corrections_quality: known(fields.u8(), u8::MAX),
        system_status: known(fields.u8(), u8::MAX),
        signal_quality: known(fields.u8(), u8::MAX),
    })
}
