//! What an autopilot says of itself and where it is.
//!
//! Pure. Source: MAVLink common message set, HEARTBEAT (0), `SYSTEM_TIME` (2), `GPS_RAW_INT`
//! (24), `GLOBAL_POSITION_INT` (33), `GPS2_RAW` (124).

use mavlink::dialects::ardupilotmega::{
    GLOBAL_POSITION_INT_DATA, GPS_RAW_INT_DATA, GPS2_RAW_DATA, HEARTBEAT_DATA, MavAutopilot,
    MavMessage, MavModeFlag, MavState, SYSTEM_TIME_DATA,
};

use super::cast::{centidegrees, to_i16, to_i32, to_u16, to_u32};
use super::{COURSE_UNKNOWN, Telling, VERTICAL_FACTOR, e7};

/// `ArduCopter`'s mode number for flying a mission by itself.
pub(super) const ARDUCOPTER_AUTO: u8 = 3;

impl Telling {
    pub(super) fn heartbeat(&self) -> MavMessage {
        MavMessage::HEARTBEAT(HEARTBEAT_DATA {
            custom_mode: u32::from(ARDUCOPTER_AUTO),
            mavtype: self.mav_type,
            autopilot: MavAutopilot::MAV_AUTOPILOT_ARDUPILOTMEGA,
            base_mode: base_mode(),
            system_status: MavState::MAV_STATE_ACTIVE,
            mavlink_version: 3,
        })
    }

    pub(super) fn system_time(&self) -> MavMessage {
        MavMessage::SYSTEM_TIME(SYSTEM_TIME_DATA {
            time_unix_usec: self.unix_us,
            time_boot_ms: self.boot_ms(),
        })
    }

    pub(super) fn gps_raw(&self) -> MavMessage {
        let (lat, lon) = e7(self.fix.place);
        MavMessage::GPS_RAW_INT(GPS_RAW_INT_DATA {
            time_usec: u64::try_from(self.since_boot.as_micros()).unwrap_or(u64::MAX),
            lat,
            lon,
            alt: to_i32(self.alt_msl_m() * 1e3),
            eph: 90,
            epv: 130,
            vel: to_u16(self.ground_speed().length_m() * 1e2),
            cog: self.course_deg().map_or(COURSE_UNKNOWN, centidegrees),
            fix_type: self.fix.kind,
            satellites_visible: self.fix.satellites,
            alt_ellipsoid: to_i32((self.alt_msl_m() + self.geoid_m) * 1e3),
            h_acc: to_u32(self.fix.h_acc_m * 1e3),
            v_acc: to_u32(self.fix.h_acc_m * VERTICAL_FACTOR * 1e3),
            ..GPS_RAW_INT_DATA::default()
        })
    }

    pub(super) fn gps2_raw(&self) -> MavMessage {
        let (lat, lon) = e7(self.fix.place);
        MavMessage::GPS2_RAW(GPS2_RAW_DATA {
            time_usec: u64::try_from(self.since_boot.as_micros()).unwrap_or(u64::MAX),
            lat,
            lon,
            alt: to_i32(self.alt_msl_m() * 1e3),
            eph: 110,
            epv: 150,
            vel: to_u16(self.ground_speed().length_m() * 1e2),
            cog: self.course_deg().map_or(COURSE_UNKNOWN, centidegrees),
            fix_type: self.fix.kind,
            satellites_visible: self.fix.satellites,
            alt_ellipsoid: to_i32((self.alt_msl_m() + self.geoid_m) * 1e3),
            h_acc: to_u32(self.fix.h_acc_m * 1e3),
            v_acc: to_u32(self.fix.h_acc_m * VERTICAL_FACTOR * 1e3),
            ..GPS2_RAW_DATA::default()
        })
    }

    pub(super) fn global_position(&self) -> MavMessage {
        let (lat, lon) = e7(self.place);
        MavMessage::GLOBAL_POSITION_INT(GLOBAL_POSITION_INT_DATA {
            time_boot_ms: self.boot_ms(),
            lat,
            lon,
            alt: to_i32(self.alt_msl_m() * 1e3),
            relative_alt: to_i32(self.height_m * 1e3),
            vx: to_i16(self.motion.north_mps * 1e2),
            vy: to_i16(self.motion.east_mps * 1e2),
            vz: 0,
            hdg: centidegrees(self.motion.heading_deg),
        })
    }
}

/// Armed, and flying a mission by itself.
pub(super) fn base_mode() -> MavModeFlag {
    MavModeFlag::MAV_MODE_FLAG_SAFETY_ARMED
        | MavModeFlag::MAV_MODE_FLAG_STABILIZE_ENABLED
        | MavModeFlag::MAV_MODE_FLAG_GUIDED_ENABLED
        | MavModeFlag::MAV_MODE_FLAG_AUTO_ENABLED
        | MavModeFlag::MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
}
