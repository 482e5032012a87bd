//! The condition of a vehicle and of the radio that it is heard by.

use std::fmt;

/// Sensors and battery.
///
/// Source: MAVLink common message set, `SYS_STATUS` (1).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SystemStatus {
    /// `MAV_SYS_STATUS_SENSOR` of the sensors that there are.
    pub sensors_present: u32,
    /// Those that are switched on.
    pub sensors_enabled: u32,
    /// Those that are well.
    pub sensors_healthy: u32,
    /// Load of the main loop, percent.
    pub load_percent: f64,
    /// Voltage of the battery.
    pub battery_v: Option<f64>,
    /// Current out of the battery, ampere.
    pub battery_a: Option<f64>,
    /// Charge of the battery, percent.
    pub battery_percent: Option<u8>,
    /// Packets that the vehicle lost on its links, percent.
    pub lost_percent: f64,
}

/// Both ends of a radio link.
///
/// A radio with `SiK` firmware puts this into the stream with a system id of its own, 51 (`3`) or 68 (`D`).
/// Source: MAVLink common message set, `RADIO_STATUS` (109).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RadioStatus {
    /// Signal strength here, in the radio's own scale.
    pub signal: Option<u8>,
    /// Signal strength at the other end.
    pub remote_signal: Option<u8>,
    /// Noise here, in the radio's own scale.
    pub noise: Option<u8>,
    /// Noise at the other end.
    pub remote_noise: Option<u8>,
    /// Free room in the transmit buffer, percent.
    pub free_percent: u8,
    /// Packets received with errors since boot, wrapping.
    pub receive_errors: u16,
    /// Packets whose errors were corrected since boot, wrapping.
    pub corrected: u16,
}

/// What an autopilot is, and an identity that survives a clash of system ids.
///
/// Source: MAVLink standard message set, `AUTOPILOT_VERSION` (148).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct AutopilotVersion {
    /// The hardware's id.
    pub hardware: Option<HardwareId>,
    /// `MAV_PROTOCOL_CAPABILITY`, as sent.
    pub capabilities: u64,
    /// Version of the firmware: major, minor, patch and type, from the highest byte on.
    pub firmware: u32,
    /// The board's version.
    pub board: u32,
    /// The board's vendor.
    pub vendor_id: u16,
    /// The board's product id.
    pub product_id: u16,
}

/// An id that the hardware has from its maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum HardwareId {
    /// The field `uid2`, which is asked first.
    Long([u8; 18]),
    /// The field `uid`.
    Short(u64),
}

impl fmt::Display for HardwareId {
    /// Writes the id in lower-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Short(id) => write!(f, "{id:016x}"),
        }
    }
}

/// Whether a vehicle is in the air.
///
/// Source: MAVLink common message set, `EXTENDED_SYS_STATE` (245).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ExtendedState {
    /// `MAV_VTOL_STATE`, as sent.
    pub vtol: Option<u8>,
    /// `MAV_LANDED_STATE`, as sent: 1 is on the ground, 2 in the air.
    pub landed: Option<u8>,
}
