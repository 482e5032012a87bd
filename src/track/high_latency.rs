//! What a vehicle says over a satellite link, in a message that also stands for its heartbeat.

use super::SentPlace;
use crate::units::Metres;

/// The first version, which carries no type and no accuracy.
///
/// Source: MAVLink common message set, `HIGH_LATENCY` (234).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct HighLatency {
    /// The filtered place.
    pub place: SentPlace,
    /// Height above mean sea level, whole metres.
    pub alt_msl_m: f64,
    /// Where the nose points, degrees from north.
    pub heading_deg: Option<f64>,
    /// Speed over ground, metres per second.
    pub ground_speed_mps: f64,
    /// Speed upwards, metres per second.
    pub climb_mps: f64,
    /// `GPS_FIX_TYPE`, as sent.
    pub fix_type: u8,
    /// Satellites in use.
    pub satellites: Option<u8>,
    /// `MAV_MODE_FLAG`, as sent: 128 is armed.
    pub base_mode: u8,
    /// The autopilot's own mode.
    pub custom_mode: u32,
    /// `MAV_LANDED_STATE`, as sent: 1 is on the ground, 2 in the air.
    pub landed: Option<u8>,
    /// Charge of the battery, percent.
    pub battery_percent: u8,
    /// Bits of active failsafes: radio control, battery, GPS, ground station, fence.
    pub failsafes: u8,
}

/// The second version.
///
/// Source: MAVLink common message set, `HIGH_LATENCY2` (235).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct HighLatency2 {
    /// Milliseconds since boot, or the low 32 bits of those since the Unix epoch: the message does
    /// not say which.
    pub time_ms: u32,
    /// `MAV_TYPE`, as sent.
    pub mav_type: u8,
    /// `MAV_AUTOPILOT`, as sent; 8 is "invalid", a component that is no autopilot.
    pub autopilot: u8,
    /// The low half of the autopilot's own mode.
    pub custom_mode: u16,
    /// The filtered place.
    pub place: SentPlace,
    /// Height above mean sea level, whole metres.
    pub alt_msl_m: f64,
    /// Where the nose points, degrees from north.
    pub heading_deg: Option<f64>,
    /// Speed over ground, metres per second.
    pub ground_speed_mps: f64,
    /// Largest speed upwards or downwards since the last message, metres per second.
    pub climb_max_mps: f64,
    /// Largest horizontal error since the last message.
    pub h_acc: Option<Metres>,
    /// Largest vertical error since the last message.
    pub v_acc: Option<Metres>,
    /// Charge of the battery, percent.
    pub battery_percent: Option<u8>,
    /// `HL_FAILURE_FLAG`, as sent: 1 is the GPS, 2048 the geofence, 4096 the estimator.
    pub failures: u16,
}
