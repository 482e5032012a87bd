//! Other traffic, and what a vehicle says of itself to traffic management.

use super::{SentPlace, Text};
use crate::units::Metres;

/// An aircraft that was heard by its transponder.
///
/// Source: MAVLink common message set, `ADSB_VEHICLE` (246) and `ADSB_FLAGS`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Adsb {
    /// The ICAO address, 24 bits.
    pub icao: u32,
    /// The place.
    pub place: Option<SentPlace>,
    /// The height, with its datum.
    pub height: Option<TransponderHeight>,
    /// Direction of movement, degrees from north.
    pub course_deg: Option<f64>,
    /// Speed over ground, metres per second.
    pub ground_speed_mps: Option<f64>,
    /// Speed upwards, metres per second.
    pub climb_mps: Option<f64>,
    /// The callsign.
    pub callsign: Option<Text<9>>,
    /// The squawk code, written in decimal digits: 7700 is the emergency.
    pub squawk: Option<u16>,
    /// `ADSB_EMITTER_TYPE`, as sent: 14 is a drone.
    pub emitter: u8,
    /// Seconds since the aircraft was last heard.
    pub age_s: u8,
    /// Whether a simulator made it up.
    pub is_simulated: bool,
}

/// A height by the kind of instrument that measured it, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum TransponderHeight {
    /// By air pressure: off by 150 metres and more where the pressure is not the standard's.
    Pressure(f64),
    /// By satellite.
    Geometric(f64),
}

/// A vessel that was heard by its transponder.
///
/// Source: MAVLink common message set, `AIS_VESSEL` (301) and `AIS_FLAGS`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct AisVessel {
    /// The Maritime Mobile Service Identity, nine decimal digits.
    pub mmsi: u32,
    /// The place.
    pub place: Option<SentPlace>,
    /// Ten metres if the vessel says that its place is as good as that.
    pub h_acc: Option<Metres>,
    /// Direction of movement, degrees from north.
    pub course_deg: Option<f64>,
    /// Where the bow points, degrees from north.
    pub heading_deg: Option<f64>,
    /// Speed over ground, metres per second; the least that it may be if `is_faster`.
    pub ground_speed_mps: Option<f64>,
    /// Whether the vessel is too fast for AIS to say how fast.
    pub is_faster: bool,
    /// Turn rate, degrees per second, clockwise.
    pub turn_dps: Option<f64>,
    /// `AIS_NAV_STATUS`, as sent.
    pub nav_status: Option<u8>,
    /// `AIS_TYPE`, as sent.
    pub vessel_type: u8,
    /// The callsign.
    pub callsign: Option<Text<7>>,
    /// The name.
    pub name: Option<Text<20>>,
    /// Seconds since the vessel was last heard.
    pub age_s: u16,
}

/// A vehicle's filtered position, as it tells traffic management.
///
/// The next waypoint is left out: it is no measurement.
/// Source: MAVLink common message set, `UTM_GLOBAL_POSITION` (340) and `UTM_DATA_AVAIL_FLAGS`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct UtmPosition {
    /// Microseconds since the Unix epoch.
    pub unix_us: Option<u64>,
    /// The id that traffic management knows the vehicle by.
    pub uas_id: Option<[u8; 18]>,
    /// The place.
    pub place: Option<SentPlace>,
    /// Horizontal accuracy, one standard deviation.
    pub h_acc: Option<Metres>,
    /// Height above the WGS-84 ellipsoid, metres.
    pub alt_ellipsoid_m: Option<f64>,
    /// Vertical accuracy, one standard deviation.
    pub v_acc: Option<Metres>,
    /// Height above the ground, metres.
    pub alt_above_ground_m: Option<f64>,
    /// Speed towards north and east, metres per second.
    pub north_east_mps: Option<[f64; 2]>,
    /// Speed downwards, metres per second.
    pub down_mps: Option<f64>,
    /// `UTM_FLIGHT_STATE`, as sent: 2 is on the ground, 3 in the air, 16 an emergency.
    pub flight_state: u8,
}
