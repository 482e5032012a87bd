//! Remote ID, both as MAVLink fields and packed as it goes over the air.

use super::fields::{Fields, hundredths, known};
use crate::track::{
    HeightAbove, Message, RadioId, RemoteIdBasic, RemoteIdLocation, RemoteIdOperator,
    RemoteIdSystem, SentPlace, Text, UasId,
};
use crate::units::Metres;

pub(super) fn basic_id(mut fields: Fields<'_>) -> Message {
    let radio = radio(&mut fields);
    let (id_type, aircraft_type) = (fields.u8(), fields.u8());
    Message::RemoteIdBasic(RemoteIdBasic {
        radio,
        uas_id: uas_id(id_type, fields.bytes()),
        aircraft_type: known(aircraft_type, 0),
    })
}

pub(super) fn location(mut fields: Fields<'_>) -> Message {
    let place = fields.place();
    let alt_pressure_m = height(fields.f32());
    let alt_ellipsoid_m = height(fields.f32());
    let height_m = height(fields.f32());
    let hour_s = fields.f32();
    let direction_cdeg = fields.u16();
    let speed_cmps = fields.u16();
    let climb_cmps = fields.i16();
    let radio = radio(&mut fields);
    let status = known(fields.u8(), 0);
    let reference = fields.u8();
    Message::RemoteIdLocation(RemoteIdLocation {
        radio,
        status,
        place: place_unless_zero(place),
        alt_pressure_m,
        alt_ellipsoid_m,
        height: height_m.and_then(|metres| height_above(reference, metres)),
        course_deg: (direction_cdeg <= 36_000).then(|| hundredths(direction_cdeg)),
        ground_speed_mps: (speed_cmps < 25_500).then(|| hundredths(speed_cmps)),
        climb_mps: (climb_cmps < 6_300).then(|| hundredths(climb_cmps)),
        h_acc: horizontal_class(fields.u8()),
        v_acc: vertical_class(fields.u8()),
        pressure_acc: vertical_class(fields.u8()),
        speed_acc_mps: speed_class(fields.u8()),
        hour_s: hour_s.filter(|seconds| (0.0..=3600.0).contains(seconds)),
        time_acc_s: time_class(fields.u8()),
    })
}

pub(super) fn system(mut fields: Fields<'_>) -> Message {
    let operator = place_unless_zero(fields.place());
    let area_ceiling_ellipsoid_m = height(fields.f32());
    let area_floor_ellipsoid_m = height(fields.f32());
    let operator_alt_ellipsoid_m = height(fields.f32());
    let unix_s = unix_seconds(fields.u32());
    let area_count = fields.u16();
    let area_radius = Metres::from_millimetres(1000 * u32::from(fields.u16()));
    let radio = radio(&mut fields);
    Message::RemoteIdSystem(RemoteIdSystem {
        radio,
        operator_place_type: fields.u8(),
        operator,
        operator_alt_ellipsoid_m,
        area_count,
        area_radius,
        area_ceiling_ellipsoid_m,
        area_floor_ellipsoid_m,
        classification: known(fields.u8(), 0),
        category_eu: known(fields.u8(), 0),
        class_eu: known(fields.u8(), 0),
        unix_s,
    })
}

pub(super) fn operator_id(mut fields: Fields<'_>) -> Message {
    let radio = radio(&mut fields);
    Message::RemoteIdOperator(RemoteIdOperator {
        radio,
        kind: fields.u8(),
        operator_id: Text::read(fields.bytes()),
    })
}

/// Reads the target, which is anybody's who listens, and the id of the aircraft that was heard.
fn radio(fields: &mut Fields<'_>) -> Option<RadioId> {
    let _target = [fields.u8(), fields.u8()];
    known(fields.bytes(), [0; 20])
}

fn uas_id(kind: u8, bytes: [u8; 20]) -> Option<UasId> {
    (kind != 0 && bytes != [0; 20]).then_some(UasId { kind, bytes })
}

/// Returns a height unless it is -1000 m, which stands for an unknown one, or lower.
fn height(metres: Option<f64>) -> Option<f64> {
    metres.filter(|metres| -1000.0 < *metres)
}

/// Gives a height its datum by `MAV_ODID_HEIGHT_REF`; without one it says nothing.
fn height_above(reference: u8, metres: f64) -> Option<HeightAbove> {
    match reference {
        0 => Some(HeightAbove::TakeOff(metres)),
        1 => Some(HeightAbove::Ground(metres)),
        _ => None,
    }
}

fn place_unless_zero(place: SentPlace) -> Option<SentPlace> {
    (place.lat_e7 != 0 || place.lon_e7 != 0).then_some(place)
}

/// Counts from 2019, where the clock of Remote ID starts, to the Unix epoch; 0 is not filled in.
fn unix_seconds(seconds: u32) -> Option<u64> {
    const YEAR_2019: u64 = 1_546_300_800;
    known(seconds, 0).map(|seconds| YEAR_2019 + u64::from(seconds))
}

/// Returns the bound of a `MAV_ODID_HOR_ACC`; nautical miles in metres.
fn horizontal_class(class: u8) -> Option<Metres> {
    let millimetres = match class {
        1 => 18_520_000,
        2 => 7_408_000,
        3 => 3_704_000,
        4 => 1_852_000,
        5 => 926_000,
        6 => 555_600,
        7 => 185_200,
        8 => 92_600,
        9 => 30_000,
        10 => 10_000,
        11 => 3_000,
        12 => 1_000,
        _ => return None,
    };
    Some(Metres::from_millimetres(millimetres))
}

/// Returns the bound of a `MAV_ODID_VER_ACC`.
fn vertical_class(class: u8) -> Option<Metres> {
    let millimetres = match class {
        1 => 150_000,
        2 => 45_000,
        3 => 25_000,
        4 => 10_000,
        5 => 3_000,
        6 => 1_000,
        _ => return None,
    };
    Some(Metres::from_millimetres(millimetres))
}

/// Returns the bound of a `MAV_ODID_SPEED_ACC`, metres per second.
fn speed_class(class: u8) -> Option<f64> {
    match class {
        1 => Some(10.0),
        2 => Some(3.0),
        3 => Some(1.0),
        4 => Some(0.3),
        _ => None,
    }
}

/// Returns the bound of a `MAV_ODID_TIME_ACC`, tenths of a second.
fn time_class(class: u8) -> Option<f64> {
    matches!(class, 1..=15).then(|| f64::from(class) / 10.0)
}

/// Messages of one aircraft that were sent over the air together.
///
/// Those that are not wanted, and kinds that nobody knows, are passed over.
/// Source: MAVLink common message set, `OPEN_DRONE_ID_MESSAGE_PACK` (12915); the layout inside is
/// ASTM F3411-22a's, as in the Open Drone ID core library.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteIdPack<'a> {
    radio: Option<RadioId>,
    left: u8,
    fields: Fields<'a>,
}

const PACKED_LENGTH: usize = 25;
const PACKED_MAX: u8 = 9;

impl<'a> RemoteIdPack<'a> {
    /// Opens the pack; messages of a length that is not the standard's cannot be told apart.
    pub(super) fn open(mut fields: Fields<'a>) -> Self {
        let radio = radio(&mut fields);
        let length = fields.u8();
        let count = fields.u8().min(PACKED_MAX);
        let is_standard = usize::from(length) == PACKED_LENGTH;
        Self {
            radio,
            left: if is_standard { count } else { 0 },
            fields,
        }
    }

    fn unpack(&self, packed: [u8; PACKED_LENGTH]) -> Option<Message> {
        let [head, rest @ ..] = &packed;
        let fields = Fields(rest);
        match head >> 4 {
            0 => Some(self.unpack_basic_id(fields)),
            1 => Some(self.unpack_location(fields)),
            4 => Some(self.unpack_system(fields)),
            5 => Some(self.unpack_operator_id(fields)),
            _ => None,
        }
    }

    fn unpack_basic_id(&self, mut fields: Fields<'_>) -> Message {
        let (aircraft_type, id_type) = nibbles(fields.u8());
        Message::RemoteIdBasic(RemoteIdBasic {
            radio: self.radio,
            uas_id: uas_id(id_type, fields.bytes()),
            aircraft_type: known(aircraft_type, 0),
        })
    }

    fn unpack_location(&self, mut fields: Fields<'_>) -> Message {
        const FASTER: u8 = 1;
        const WEST: u8 = 2;
        const ABOVE_GROUND: u8 = 4;
        let (flags, status) = nibbles(fields.u8());
        let course = u16::from(fields.u8()) + if flags & WEST == 0 { 0 } else { 180 };
        let speed = packed_speed(fields.u8(), flags & FASTER != 0);
        let climb = known(f64::from(fields.i8()) / 2.0, 63.0);
        let place = place_unless_zero(fields.place());
        let alt_pressure_m = packed_height(fields.u16());
        let alt_ellipsoid_m = packed_height(fields.u16());
        let height_m = packed_height(fields.u16());
        let (horizontal, vertical) = nibbles(fields.u8());
        let (speed_acc, pressure) = nibbles(fields.u8());
        let hour_s = f64::from(fields.u16()) / 10.0;
        let (time, _reserved) = nibbles(fields.u8());
        let reference = u8::from(flags & ABOVE_GROUND != 0);
        Message::RemoteIdLocation(RemoteIdLocation {
            radio: self.radio,
            status: known(status, 0),
            place,
            alt_pressure_m,
            alt_ellipsoid_m,
            height: height_m.and_then(|metres| height_above(reference, metres)),
            course_deg: (course <= 360).then(|| f64::from(course)),
            ground_speed_mps: speed,
            climb_mps: climb,
            h_acc: horizontal_class(horizontal),
            v_acc: vertical_class(vertical),
            pressure_acc: vertical_class(pressure),
            speed_acc_mps: speed_class(speed_acc),
            hour_s: (hour_s <= 3600.0).then_some(hour_s),
            time_acc_s: time_class(time),
        })
    }

    fn unpack_system(&self, mut fields: Fields<'_>) -> Message {
        let kinds = fields.u8();
        let operator = place_unless_zero(fields.place());
        let area_count = fields.u16();
        let area_radius = Metres::from_millimetres(10_000 * u32::from(fields.u8()));
        let area_ceiling_ellipsoid_m = packed_height(fields.u16());
        let area_floor_ellipsoid_m = packed_height(fields.u16());
        let (class_eu, category_eu) = nibbles(fields.u8());
        let operator_alt_ellipsoid_m = packed_height(fields.u16());
        Message::RemoteIdSystem(RemoteIdSystem {
            radio: self.radio,
            operator_place_type: kinds & 0b11,
            operator,
            operator_alt_ellipsoid_m,
            area_count,
            area_radius,
            area_ceiling_ellipsoid_m,
            area_floor_ellipsoid_m,
            classification: known(kinds >> 2 & 0b111, 0),
            category_eu: known(category_eu, 0),
            class_eu: known(class_eu, 0),
            unix_s: unix_seconds(fields.u32()),
        })
    }

    fn unpack_operator_id(&self, mut fields: Fields<'_>) -> Message {
        Message::RemoteIdOperator(RemoteIdOperator {
            radio: self.radio,
            kind: fields.u8(),
            operator_id: Text::read(fields.bytes()),
        })
    }
}

impl Iterator for RemoteIdPack<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        while 0 < self.left {
            self.left -= 1;
            let packed = self.fields.bytes();
            if let Some(message) = self.unpack(packed) {
                return Some(message);
            }
        }
        None
    }
}

/// Returns the low and the high half of a byte.
const fn nibbles(byte: u8) -> (u8, u8) {
    (byte & 0x0f, byte >> 4)
}

/// Reads a speed in quarters of a metre per second, or in three quarters above those.
fn packed_speed(steps: u8, is_faster: bool) -> Option<f64> {
    match (steps, is_faster) {
        (u8::MAX, true) => None,
        (_, true) => Some(63.75 + 0.75 * f64::from(steps)),
        (_, false) => Some(0.25 * f64::from(steps)),
    }
}

/// Reads a height in half metres above -1000 m, which stands for an unknown one.
fn packed_height(steps: u16) -> Option<f64> {
    known(steps, 0).map(|steps| f64::from(steps) / 2.0 - 1000.0)
}
