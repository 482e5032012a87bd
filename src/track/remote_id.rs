//! Remote ID: what an unmanned aircraft must tell everybody, and nobody authenticates.
//!
//! Source: MAVLink common message set, `OPEN_DRONE_ID_*`; ASTM F3411-22a.

use super::{SentPlace, Text};
use crate::units::Metres;

/// The radio address or id that links the messages of one aircraft that was heard by radio; absent
/// if a vehicle tells of itself.
pub type RadioId = [u8; 20];

/// Who an aircraft says it is.
///
/// Source: `OPEN_DRONE_ID_BASIC_ID` (12900).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RemoteIdBasic {
    /// The aircraft that was heard.
    pub radio: Option<RadioId>,
    /// The id.
    pub uas_id: Option<UasId>,
    /// `MAV_ODID_UA_TYPE`, as sent.
    pub aircraft_type: Option<u8>,
}

/// An id of an unmanned aircraft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct UasId {
    /// `MAV_ODID_ID_TYPE`, as sent: 1 is a serial number and 2 a registration, both text.
    pub kind: u8,
    /// The id, filled up with zeros.
    pub bytes: [u8; 20],
}

impl UasId {
    /// Returns a serial number or a registration as text; other kinds are binary.
    #[must_use]
    pub fn text(&self) -> Option<Text<20>> {
        match self.kind {
            1 | 2 => Text::read(self.bytes),
            _ => None,
        }
    }
}

/// Where an aircraft says it is.
///
/// Source: `OPEN_DRONE_ID_LOCATION` (12901).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RemoteIdLocation {
    /// The aircraft that was heard.
    pub radio: Option<RadioId>,
    /// `MAV_ODID_STATUS`, as sent: 1 is on the ground, 2 in the air, 3 an emergency.
    pub status: Option<u8>,
    /// The place.
    pub place: Option<SentPlace>,
    /// Height by air pressure at 1013.25 hPa, metres.
    pub alt_pressure_m: Option<f64>,
    /// Height above the WGS-84 ellipsoid, metres.
    pub alt_ellipsoid_m: Option<f64>,
    /// Height above a place on the ground.
    pub height: Option<HeightAbove>,
    /// Direction of movement, degrees from north.
    pub course_deg: Option<f64>,
    /// Speed over ground, metres per second; 254.25 stands for more, too.
    pub ground_speed_mps: Option<f64>,
    /// Speed upwards, metres per second; 62 stands for more, too.
    pub climb_mps: Option<f64>,
    /// What the horizontal accuracy is better than.
    pub h_acc: Option<Metres>,
    /// What the accuracy of the height above the ellipsoid is better than.
    pub v_acc: Option<Metres>,
    /// What the accuracy of the height by pressure is better than.
    pub pressure_acc: Option<Metres>,
    /// What the accuracy of the speeds is better than, metres per second.
    pub speed_acc_mps: Option<f64>,
    /// Seconds since the last full hour, UTC.
    pub hour_s: Option<f64>,
    /// What the accuracy of that time is, seconds.
    pub time_acc_s: Option<f64>,
}

/// A height above a place on the ground, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum HeightAbove {
    /// Above where it took off.
    TakeOff(f64),
    /// Above the ground below.
    Ground(f64),
}

/// Where an aircraft says its operator is.
///
/// Source: `OPEN_DRONE_ID_SYSTEM` (12904).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RemoteIdSystem {
    /// The aircraft that was heard.
    pub radio: Option<RadioId>,
    /// `MAV_ODID_OPERATOR_LOCATION_TYPE`, as sent: 0 is the place of take-off, 1 live.
    pub operator_place_type: u8,
    /// The operator's place.
    pub operator: Option<SentPlace>,
    /// The operator's height above the WGS-84 ellipsoid, metres.
    pub operator_alt_ellipsoid_m: Option<f64>,
    /// Aircraft in the group.
    pub area_count: u16,
    /// Radius of the group's area.
    pub area_radius: Metres,
    /// Top of the group's area above the WGS-84 ellipsoid, metres.
    pub area_ceiling_ellipsoid_m: Option<f64>,
    /// Bottom of the group's area above the WGS-84 ellipsoid, metres.
    pub area_floor_ellipsoid_m: Option<f64>,
    /// `MAV_ODID_CLASSIFICATION_TYPE`, as sent: 1 is the European Union's.
    pub classification: Option<u8>,
    /// `MAV_ODID_CATEGORY_EU`, as sent.
    pub category_eu: Option<u8>,
    /// `MAV_ODID_CLASS_EU`, as sent.
    pub class_eu: Option<u8>,
    /// Seconds since the Unix epoch.
    pub unix_s: Option<u64>,
}

/// Who an aircraft says its operator is.
///
/// Source: `OPEN_DRONE_ID_OPERATOR_ID` (12905).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RemoteIdOperator {
    /// The aircraft that was heard.
    pub radio: Option<RadioId>,
    /// `MAV_ODID_OPERATOR_ID_TYPE`, as sent.
    pub kind: u8,
    /// The id that an aviation authority gave out.
    pub operator_id: Option<Text<20>>,
}
