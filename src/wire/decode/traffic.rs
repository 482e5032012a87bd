//! Other traffic, and what a vehicle says of itself to traffic management.

use super::fields::{Fields, direction, hundredths, known, known_place, thousandths};
use crate::track::{Adsb, AisVessel, Message, Text, TransponderHeight, UtmPosition};
use crate::units::Metres;

/// `ADSB_FLAGS`
mod adsb {
    pub(super) const COORDS: u16 = 1;
    pub(super) const ALTITUDE: u16 = 2;
    pub(super) const HEADING: u16 = 4;
    pub(super) const VELOCITY: u16 = 8;
    pub(super) const CALLSIGN: u16 = 16;
    pub(super) const SQUAWK: u16 = 32;
    pub(super) const SIMULATED: u16 = 64;
    pub(super) const VERTICAL_VELOCITY: u16 = 128;
}

/// `AIS_FLAGS`
mod ais {
    pub(super) const POSITION_ACCURACY: u16 = 1;
    pub(super) const COG: u16 = 2;
    pub(super) const VELOCITY: u16 = 4;
    pub(super) const HIGH_VELOCITY: u16 = 8;
    pub(super) const TURN_RATE: u16 = 16;
    pub(super) const TURN_RATE_SIGN_ONLY: u16 = 32;
    pub(super) const CALLSIGN: u16 = 2048;
    pub(super) const NAME: u16 = 4096;
}

/// `UTM_DATA_AVAIL_FLAGS`
mod utm {
    pub(super) const TIME: u8 = 1;
    pub(super) const UAS_ID: u8 = 2;
    pub(super) const POSITION: u8 = 4;
    pub(super) const ALTITUDE: u8 = 8;
    pub(super) const RELATIVE_ALTITUDE: u8 = 16;
    pub(super) const HORIZONTAL_VELOCITY: u8 = 32;
    pub(super) const VERTICAL_VELOCITY: u8 = 64;
}

/// Reads `ADSB_VEHICLE`: a value counts if its flag is set and it is not marked as unknown.
pub(super) fn adsb_vehicle(mut fields: Fields<'_>) -> Message {
    let icao = fields.u32();
    let place = known_place(fields.place());
    let altitude_mm = known(fields.i32(), i32::MAX);
    let course_deg = direction(fields.u16());
    let ground_speed_mps = known(fields.u16(), u16::MAX).map(hundredths);
    let climb_mps = known(fields.i16(), i16::MAX).map(hundredths);
    let flags = fields.u16();
    let squawk = fields.u16();
    let altitude_type = fields.u8();
    let callsign = fields.bytes();
    let has = |flag| flags & flag != 0;
    Message::Adsb(Adsb {
        icao,
        place: place.filter(|_| has(adsb::COORDS)),
        height: altitude_mm
            .filter(|_| has(adsb::ALTITUDE))
            .and_then(|millimetres| transponder_height(altitude_type, millimetres)),
        course_deg: course_deg.filter(|_| has(adsb::HEADING)),
        ground_speed_mps: ground_speed_mps.filter(|_| has(adsb::VELOCITY)),
        climb_mps: climb_mps.filter(|_| has(adsb::VERTICAL_VELOCITY)),
        callsign: text_if(has(adsb::CALLSIGN), callsign),
        squawk: has(adsb::SQUAWK).then_some(squawk),
        emitter: fields.u8(),
        age_s: fields.u8(),
        is_simulated: has(adsb::SIMULATED),
    })
}

/// Reads a text if its flag is set.
fn text_if<const N: usize>(is_given: bool, field: [u8; N]) -> Option<Text<N>> {
    is_given.then_some(field).and_then(Text::read)
}

/// Gives a height its datum by `ADSB_ALTITUDE_TYPE`; without one it says nothing.
fn transponder_height(altitude_type: u8, millimetres: i32) -> Option<TransponderHeight> {
    let metres = thousandths(millimetres);
    match altitude_type {
        0 => Some(TransponderHeight::Pressure(metres)),
        1 => Some(TransponderHeight::Geometric(metres)),
        _ => None,
    }
}

pub(super) fn ais_vessel(mut fields: Fields<'_>) -> Message {
    let mmsi = fields.u32();
    let place = known_place(fields.place());
    let course_deg = direction(fields.u16());
    let heading_deg = direction(fields.u16());
    let ground_speed_mps = known(fields.u16(), u16::MAX).map(hundredths);
    let _bow_stern = [fields.u16(), fields.u16()];
    let age_s = fields.u16();
    let flags = fields.u16();
    let turn_dps = known(fields.i8(), i8::MAX).map(|tenths| f64::from(tenths) / 10.0);
    let nav_status = known(fields.u8(), 15);
    let vessel_type = fields.u8();
    let _port_starboard = [fields.u8(), fields.u8()];
    let (callsign, name) = (fields.bytes(), fields.bytes());
    let has = |flag| flags & flag != 0;
    Message::AisVessel(AisVessel {
        mmsi,
        place,
        h_acc: has(ais::POSITION_ACCURACY).then(|| Metres::from_millimetres(10_000)),
        course_deg: course_deg.filter(|_| has(ais::COG)),
        heading_deg,
        ground_speed_mps: ground_speed_mps.filter(|_| has(ais::VELOCITY)),
        is_faster: has(ais::HIGH_VELOCITY),
        turn_dps: turn_dps.filter(|_| has(ais::TURN_RATE) && !has(ais::TURN_RATE_SIGN_ONLY)),
        nav_status,
        vessel_type,
        callsign: text_if(has(ais::CALLSIGN), callsign),
        name: text_if(has(ais::NAME), name),
        age_s,
    })
}

pub(super) fn utm_global_position(mut fields: Fields<'_>) -> Message {
    let unix_us = known(fields.u64(), 0);
    let place = fields.place();
    let alt_ellipsoid_m = thousandths(fields.i32());
    let alt_above_ground_m = thousandths(fields.i32());
    fields.skip::<12>(); // The next waypoint.
    let [north_mps, east_mps, down_mps] =
        [fields.i16(), fields.i16(), fields.i16()].map(hundredths);
    let h_acc = deviation(fields.u16());
    let v_acc = deviation(fields.u16());
    let _speed_acc_update_rate = [fields.u16(), fields.u16()];
    let uas_id = fields.bytes();
    let flight_state = fields.u8();
    let flags = fields.u8();
    let has = |flag| flags & flag != 0;
    Message::UtmPosition(UtmPosition {
        unix_us: unix_us.filter(|_| has(utm::TIME)),
        uas_id: has(utm::UAS_ID).then_some(uas_id),
        place: has(utm::POSITION).then_some(place),
        h_acc: h_acc.filter(|_| has(utm::POSITION)),
        alt_ellipsoid_m: has(utm::ALTITUDE).then_some(alt_ellipsoid_m),
        v_acc: v_acc.filter(|_| has(utm::ALTITUDE)),
        alt_above_ground_m: has(utm::RELATIVE_ALTITUDE).then_some(alt_above_ground_m),
        north_east_mps: has(utm::HORIZONTAL_VELOCITY).then_some([north_mps, east_mps]),
        down_mps: has(utm::VERTICAL_VELOCITY).then_some(down_mps),
        flight_state,
    })
}

/// Reads a deviation in millimetres; 0 is not filled in, and 65535 only says that it is larger.
fn deviation(millimetres: u16) -> Option<Metres> {
    match millimetres {
        0 | u16::MAX => None,
        _ => Some(Metres::from_millimetres(u32::from(millimetres))),
    }
}
