//! A vehicle as it says who it is to everybody around: Remote ID.
//!
//! Pure. Source: MAVLink common message set, `OPEN_DRONE_ID_BASIC_ID` (12900), `_LOCATION`
//! (12901), `_SYSTEM` (12904), `_OPERATOR_ID` (12905), `_MESSAGE_PACK` (12915); the messages
//! in a pack are those of ASTM F3411-22a, 25 bytes each.

use mavlink::dialects::ardupilotmega::{
    MavMessage, MavOdidCategoryEu, MavOdidClassEu, MavOdidClassificationType, MavOdidHeightRef,
    MavOdidHorAcc, MavOdidIdType, MavOdidOperatorIdType, MavOdidOperatorLocationType,
    MavOdidSpeedAcc, MavOdidStatus, MavOdidTimeAcc, MavOdidUaType, MavOdidVerAcc,
    OPEN_DRONE_ID_BASIC_ID_DATA, OPEN_DRONE_ID_LOCATION_DATA, OPEN_DRONE_ID_MESSAGE_PACK_DATA,
    OPEN_DRONE_ID_OPERATOR_ID_DATA, OPEN_DRONE_ID_SYSTEM_DATA,
};

use super::cast::{centidegrees, to_f32, to_u8, to_u16};
use super::{Telling, e7};

/// What receives Remote ID.
pub(super) const COMPONENT_ID: u8 = 236;
/// A height that is not known, metres.
const HEIGHT_UNKNOWN_M: f32 = -1_000.0;
/// A direction that is not known, hundredths of a degree.
const DIRECTION_UNKNOWN: u16 = 36_100;
/// Where the clock of Remote ID starts: 2019-01-01, seconds since the Unix epoch.
const YEAR_2019_S: u64 = 1_546_300_800;
/// An area of no radius, ceiling and floor: the vehicle stands for itself alone.
const NO_AREA_M: f32 = -1_000.0;
/// The version of the messages in a pack.
const PACK_VERSION: u8 = 2;
/// One message in a pack, bytes.
const PACKED_BYTES: usize = 25;
/// An altitude that is not known, in a pack.
const PACKED_ALTITUDE_UNKNOWN: u16 = 0;

impl Telling {
    pub(super) fn remote_basic_id(&self) -> MavMessage {
        MavMessage::OPEN_DRONE_ID_BASIC_ID(OPEN_DRONE_ID_BASIC_ID_DATA {
            id_or_mac: self.mac(),
            id_type: MavOdidIdType::MAV_ODID_ID_TYPE_SERIAL_NUMBER,
            ua_type: MavOdidUaType::MAV_ODID_UA_TYPE_HELICOPTER_OR_MULTIROTOR,
            uas_id: text(&self.identity.serial),
            ..OPEN_DRONE_ID_BASIC_ID_DATA::default()
        })
    }

    pub(super) fn remote_location(&self) -> MavMessage {
        let (latitude, longitude) = e7(self.place);
        MavMessage::OPEN_DRONE_ID_LOCATION(OPEN_DRONE_ID_LOCATION_DATA {
            latitude,
            longitude,
            altitude_barometric: HEIGHT_UNKNOWN_M,
            altitude_geodetic: to_f32(self.alt_msl_m() + self.geoid_m),
            height: to_f32(self.height_m),
            timestamp: to_f32(self.after_the_hour_s()),
            direction: self.course_deg().map_or(DIRECTION_UNKNOWN, centidegrees),
            speed_horizontal: to_u16(self.ground_speed().length_m() * 1e2),
            speed_vertical: 0,
            id_or_mac: self.mac(),
            status: MavOdidStatus::MAV_ODID_STATUS_AIRBORNE,
            height_reference: MavOdidHeightRef::MAV_ODID_HEIGHT_REF_OVER_TAKEOFF,
            horizontal_accuracy: MavOdidHorAcc::MAV_ODID_HOR_ACC_3_METER,
            vertical_accuracy: MavOdidVerAcc::MAV_ODID_VER_ACC_10_METER,
            barometer_accuracy: MavOdidVerAcc::MAV_ODID_VER_ACC_UNKNOWN,
            speed_accuracy: MavOdidSpeedAcc::MAV_ODID_SPEED_ACC_1_METERS_PER_SECOND,
            timestamp_accuracy: MavOdidTimeAcc::MAV_ODID_TIME_ACC_0_1_SECOND,
            ..OPEN_DRONE_ID_LOCATION_DATA::default()
        })
    }

    pub(super) fn remote_system(&self) -> MavMessage {
        let (operator_latitude, operator_longitude) = e7(self.place);
        MavMessage::OPEN_DRONE_ID_SYSTEM(OPEN_DRONE_ID_SYSTEM_DATA {
            operator_latitude,
            operator_longitude,
            area_ceiling: NO_AREA_M,
            area_floor: NO_AREA_M,
            operator_altitude_geo: to_f32(self.home_alt_msl_m + self.geoid_m),
            timestamp: self.since_2019_s(),
            area_count: 1,
            area_radius: 0,
            id_or_mac: self.mac(),
            operator_location_type:
                MavOdidOperatorLocationType::MAV_ODID_OPERATOR_LOCATION_TYPE_TAKEOFF,
            classification_type: MavOdidClassificationType::MAV_ODID_CLASSIFICATION_TYPE_EU,
            category_eu: MavOdidCategoryEu::MAV_ODID_CATEGORY_EU_OPEN,
            class_eu: MavOdidClassEu::MAV_ODID_CLASS_EU_CLASS_2,
            ..OPEN_DRONE_ID_SYSTEM_DATA::default()
        })
    }

    pub(super) fn remote_operator(&self) -> MavMessage {
        MavMessage::OPEN_DRONE_ID_OPERATOR_ID(OPEN_DRONE_ID_OPERATOR_ID_DATA {
            id_or_mac: self.mac(),
            operator_id_type: MavOdidOperatorIdType::MAV_ODID_OPERATOR_ID_TYPE_CAA,
            operator_id: self.identity.operator.as_str().into(),
            ..OPEN_DRONE_ID_OPERATOR_ID_DATA::default()
        })
    }

    pub(super) fn remote_pack(&self) -> MavMessage {
        let packed = [
            self.packed_basic_id(),
            self.packed_location(),
            self.packed_system(),
            self.packed_operator(),
        ];
        let mut messages = [0; 225];
        for (place, message) in messages.chunks_exact_mut(PACKED_BYTES).zip(&packed) {
            place.copy_from_slice(message);
        }
        MavMessage::OPEN_DRONE_ID_MESSAGE_PACK(OPEN_DRONE_ID_MESSAGE_PACK_DATA {
            id_or_mac: self.mac(),
            single_message_size: 25,
            msg_pack_size: 4,
            messages,
            ..OPEN_DRONE_ID_MESSAGE_PACK_DATA::default()
        })
    }

    fn packed_basic_id(&self) -> [u8; PACKED_BYTES] {
        let mut bytes = Packed::new(0);
        bytes.put(&[0x12]); // A serial number; a helicopter or multirotor.
        bytes.put(&text(&self.identity.serial));
        bytes.done()
    }

    fn packed_location(&self) -> [u8; PACKED_BYTES] {
        const AIRBORNE: u8 = 2 << 4;
        let (lat, lon) = e7(self.place);
        let course_deg = self.course_deg().unwrap_or(361.0);
        let (west, direction_deg) = if (180.0..360.0).contains(&course_deg) {
            (0x02, course_deg - 180.0)
        } else {
            (0, course_deg)
        };
        let speed_mps = self.ground_speed().length_m();
        let (faster, speed) = if speed_mps <= 63.75 {
            (0, to_u8(speed_mps / 0.25))
        } else {
            (0x01, to_u8((speed_mps - 63.75) / 0.75))
        };
        let mut bytes = Packed::new(1);
        bytes.put(&[AIRBORNE | west | faster, to_u8(direction_deg), speed, 0]);
        bytes.put(&lat.to_le_bytes());
        bytes.put(&lon.to_le_bytes());
        bytes.put(&PACKED_ALTITUDE_UNKNOWN.to_le_bytes());
        bytes.put(&packed_altitude(self.alt_msl_m() + self.geoid_m));
        bytes.put(&packed_altitude(self.height_m));
        bytes.put(&[0x4b, 0x03]); // Within 10 m in height, 3 m on the ground, 1 m/s.
        bytes.put(&to_u16(self.after_the_hour_s() * 10.0).to_le_bytes());
        bytes.put(&[0x01]); // Within a tenth of a second.
        bytes.done()
    }

    fn packed_system(&self) -> [u8; PACKED_BYTES] {
        let (lat, lon) = e7(self.place);
        let mut bytes = Packed::new(4);
        bytes.put(&[0x04]); // Classified as the EU does; where it took off.
        bytes.put(&lat.to_le_bytes());
        bytes.put(&lon.to_le_bytes());
        bytes.put(&1_u16.to_le_bytes());
        bytes.put(&[0]);
        bytes.put(&PACKED_ALTITUDE_UNKNOWN.to_le_bytes());
        bytes.put(&PACKED_ALTITUDE_UNKNOWN.to_le_bytes());
        bytes.put(&[0x13]); // Open category, class 2.
        bytes.put(&packed_altitude(self.home_alt_msl_m + self.geoid_m));
        bytes.put(&self.since_2019_s().to_le_bytes());
        bytes.done()
    }

    fn packed_operator(&self) -> [u8; PACKED_BYTES] {
        let mut bytes = Packed::new(5);
        bytes.put(&[0]);
        bytes.put(&text(&self.identity.operator));
        bytes.done()
    }

    /// The address of the vehicle's transmitter, locally administered.
    fn mac(&self) -> [u8; 20] {
        let mut mac = [0; 20];
        let [.., a, b, c, d] = self.identity.uid2;
        mac[..6].copy_from_slice(&[0x02, 0x53, a, b, c, d]);
        mac
    }

    fn after_the_hour_s(&self) -> f64 {
        let us = self.unix_us % 3_600_000_000;
        std::time::Duration::from_micros(us).as_secs_f64()
    }

    fn since_2019_s(&self) -> u32 {
        let seconds = (self.unix_us / 1_000_000).saturating_sub(YEAR_2019_S);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }
}

/// A message of a pack that is being written.
struct Packed {
    bytes: [u8; PACKED_BYTES],
    length: usize,
}

impl Packed {
    fn new(message_type: u8) -> Self {
        let mut packed = Self {
            bytes: [0; PACKED_BYTES],
            length: 0,
        };
        packed.put(&[message_type << 4 | PACK_VERSION]);
        packed
    }

    fn put(&mut self, more: &[u8]) {
        let end = self.length + more.len();
        self.bytes[self.length..end].copy_from_slice(more);
        self.length = end;
    }

    fn done(self) -> [u8; PACKED_BYTES] {
        self.bytes
    }
}

/// Half metres above 1,000 m below zero.
fn packed_altitude(metres: f64) -> [u8; 2] {
    to_u16((metres + 1_000.0) * 2.0).to_le_bytes()
}

/// A text that is cut or filled up to 20 bytes.
fn text(text: &str) -> [u8; 20] {
    let mut bytes = [0; 20];
    for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    bytes
}
