//! Motion put into MAVLink messages, in the units and with the sentinels of the messages.
//!
//! Pure. Source: MAVLink common message set, HEARTBEAT (0), `SYSTEM_TIME` (2),
//! `GPS_RAW_INT` (24), `GLOBAL_POSITION_INT` (33).

use std::time::Duration;

use mavlink::dialects::ardupilotmega::{
    GLOBAL_POSITION_INT_DATA, GPS_RAW_INT_DATA, GpsFixType, HEARTBEAT_DATA, MavAutopilot,
    MavMessage, MavModeFlag, MavState, SYSTEM_TIME_DATA,
};

pub use mavlink::MavlinkVersion;
pub use mavlink::dialects::ardupilotmega::MavType;

use crate::flight::Motion;
use crate::geodesy::{Place, Step};

/// The course of a vehicle that stands still.
const COURSE_UNKNOWN: u16 = u16::MAX;
/// Below this a course over ground is noise, metres per second.
const COURSE_MPS_MIN: f64 = 0.3;
/// `ArduCopter`'s mode number for flying a mission by itself.
const ARDUCOPTER_AUTO: u32 = 3;
/// A vertical error is larger than a horizontal one by about this.
pub(crate) const VERTICAL_FACTOR: f64 = 1.5;

/// A kind of frame that a vehicle sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameKind {
    /// HEARTBEAT (0).
    Heartbeat,
    /// `SYSTEM_TIME` (2).
    SystemTime,
    /// `GPS_RAW_INT` (24).
    GpsRaw,
    /// `GLOBAL_POSITION_INT` (33).
    GlobalPosition,
}

/// All that a frame tells about a vehicle at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    /// Time since the vehicle booted.
    pub(crate) since_boot: Duration,
    /// Civil time of the vehicle's clock, microseconds since the Unix epoch.
    pub(crate) unix_us: u64,
    /// What the vehicle says it is.
    pub(crate) mav_type: MavType,
    /// The true motion.
    pub(crate) motion: Motion,
    /// The receiver's error on the ground.
    pub(crate) error: Step,
    /// The receiver's error in height, metres.
    pub(crate) height_error_m: f64,
    /// Height above home, metres.
    pub(crate) height_m: f64,
    /// Height of home above the sea, metres.
    pub(crate) home_alt_msl_m: f64,
    /// Height of the geoid above the ellipsoid, metres.
    pub(crate) geoid_m: f64,
    /// Horizontal accuracy that the receiver reports, metres.
    pub(crate) h_acc_m: f64,
}

impl Telling {
    /// Puts the telling into a message.
    pub(crate) fn message(&self, kind: FrameKind) -> MavMessage {
        match kind {
            FrameKind::Heartbeat => MavMessage::HEARTBEAT(self.heartbeat()),
            FrameKind::SystemTime => MavMessage::SYSTEM_TIME(self.system_time()),
            FrameKind::GpsRaw => MavMessage::GPS_RAW_INT(self.gps_raw()),
            FrameKind::GlobalPosition => MavMessage::GLOBAL_POSITION_INT(self.global_position()),
        }
    }

    fn heartbeat(&self) -> HEARTBEAT_DATA {
        HEARTBEAT_DATA {
            custom_mode: ARDUCOPTER_AUTO,
            mavtype: self.mav_type,
            autopilot: MavAutopilot::MAV_AUTOPILOT_ARDUPILOTMEGA,
            base_mode: MavModeFlag::MAV_MODE_FLAG_SAFETY_ARMED
                | MavModeFlag::MAV_MODE_FLAG_STABILIZE_ENABLED
                | MavModeFlag::MAV_MODE_FLAG_GUIDED_ENABLED
                | MavModeFlag::MAV_MODE_FLAG_AUTO_ENABLED
                | MavModeFlag::MAV_MODE_FLAG_CUSTOM_MODE_ENABLED,
            system_status: MavState::MAV_STATE_ACTIVE,
            mavlink_version: 3,
        }
    }

    fn system_time(&self) -> SYSTEM_TIME_DATA {
        SYSTEM_TIME_DATA {
            time_unix_usec: self.unix_us,
            time_boot_ms: self.boot_ms(),
        }
    }

    fn gps_raw(&self) -> GPS_RAW_INT_DATA {
        let ground = self.ground_speed();
        let alt_msl_m = self.home_alt_msl_m + self.told_height_m();
        let place = self.told_place();
        GPS_RAW_INT_DATA {
            time_usec: u64::try_from(self.since_boot.as_micros()).unwrap_or(u64::MAX),
            lat: to_i32(place.lat_deg * 1e7),
            lon: to_i32(place.lon_deg * 1e7),
            alt: to_i32(alt_msl_m * 1e3),
            eph: 90,
            epv: 130,
            vel: to_u16(ground.length_m() * 1e2),
            cog: if ground.length_m() < COURSE_MPS_MIN {
                COURSE_UNKNOWN
            } else {
                centidegrees(ground.course_deg())
            },
            fix_type: GpsFixType::GPS_FIX_TYPE_3D_FIX,
            satellites_visible: 14,
            alt_ellipsoid: to_i32((alt_msl_m + self.geoid_m) * 1e3),
            h_acc: to_u32(self.h_acc_m * 1e3),
            v_acc: to_u32(self.h_acc_m * VERTICAL_FACTOR * 1e3),
            ..GPS_RAW_INT_DATA::default()
        }
    }

    fn global_position(&self) -> GLOBAL_POSITION_INT_DATA {
        let place = self.told_place();
        GLOBAL_POSITION_INT_DATA {
            time_boot_ms: self.boot_ms(),
            lat: to_i32(place.lat_deg * 1e7),
            lon: to_i32(place.lon_deg * 1e7),
            alt: to_i32((self.home_alt_msl_m + self.told_height_m()) * 1e3),
            relative_alt: to_i32(self.told_height_m() * 1e3),
            vx: to_i16(self.motion.north_mps * 1e2),
            vy: to_i16(self.motion.east_mps * 1e2),
            vz: 0,
            hdg: centidegrees(self.motion.heading_deg),
        }
    }

    fn boot_ms(&self) -> u32 {
        u32::try_from(self.since_boot.as_millis()).unwrap_or(u32::MAX)
    }

    fn told_place(&self) -> Place {
        self.motion.place.after(self.error)
    }

    fn told_height_m(&self) -> f64 {
        self.height_m + self.height_error_m
    }

    fn ground_speed(&self) -> Step {
        Step {
            north_m: self.motion.north_mps,
            east_m: self.motion.east_mps,
        }
    }
}

/// Writes degrees as hundredths, 0 to 35999: 360.00 is not allowed.
fn centidegrees(degrees: f64) -> u16 {
    to_u16(degrees * 1e2) % 36_000
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, as a sender does"
)]
fn to_i16(value: f64) -> i16 {
    value.round() as i16
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, as a sender does"
)]
fn to_i32(value: f64) -> i32 {
    value.round() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, as a sender does"
)]
fn to_u16(value: f64) -> u16 {
    value.round() as u16
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, as a sender does"
)]
fn to_u32(value: f64) -> u32 {
    value.round() as u32
}
