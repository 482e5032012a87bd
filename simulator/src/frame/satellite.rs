//! What goes over links that are slow and dear: everything in one message, and nothing else.
//!
//! Pure. Source: MAVLink common message set, `HIGH_LATENCY` (234), `HIGH_LATENCY2` (235).

#[expect(deprecated, reason = "old vehicles still send it")]
use mavlink::dialects::ardupilotmega::HIGH_LATENCY_DATA;
use mavlink::dialects::ardupilotmega::{
    HIGH_LATENCY2_DATA, HlFailureFlag, MavAutopilot, MavLandedState, MavMessage,
};

use super::cast::{centidegrees, to_i16, to_u8};
use super::vehicle::{ARDUCOPTER_AUTO, base_mode};
use super::{Telling, VERTICAL_FACTOR, e7};

/// A temperature that is not known.
const TEMPERATURE_UNKNOWN: i8 = i8::MIN;

impl Telling {
    #[expect(deprecated, reason = "old vehicles still send it")]
    pub(super) fn high_latency(&self) -> MavMessage {
        let (latitude, longitude) = e7(self.place);
        MavMessage::HIGH_LATENCY(HIGH_LATENCY_DATA {
            custom_mode: u32::from(ARDUCOPTER_AUTO),
            latitude,
            longitude,
            heading: centidegrees(self.motion.heading_deg),
            altitude_amsl: to_i16(self.alt_msl_m()),
            base_mode: base_mode(),
            landed_state: MavLandedState::MAV_LANDED_STATE_IN_AIR,
            groundspeed: to_u8(self.ground_speed().length_m()),
            airspeed: to_u8(self.ground_speed().length_m()),
            gps_nsat: self.fix.satellites,
            gps_fix_type: self.fix.kind,
            battery_remaining: 76,
            temperature: TEMPERATURE_UNKNOWN,
            temperature_air: TEMPERATURE_UNKNOWN,
            ..HIGH_LATENCY_DATA::default()
        })
    }

    pub(super) fn high_latency2(&self) -> MavMessage {
        let (latitude, longitude) = e7(self.place);
        let failure_flags = if self.fix.is_jammed {
            HlFailureFlag::HL_FAILURE_FLAG_GPS
        } else {
            HlFailureFlag::empty()
        };
        MavMessage::HIGH_LATENCY2(HIGH_LATENCY2_DATA {
            timestamp: self.boot_ms(),
            latitude,
            longitude,
            custom_mode: u16::from(ARDUCOPTER_AUTO),
            altitude: to_i16(self.alt_msl_m()),
            target_altitude: to_i16(self.alt_msl_m()),
            failure_flags,
            mavtype: self.mav_type,
            autopilot: MavAutopilot::MAV_AUTOPILOT_ARDUPILOTMEGA,
            heading: to_u8(self.motion.heading_deg / 2.0) % 180,
            groundspeed: to_u8(self.ground_speed().length_m() * 5.0),
            airspeed: to_u8(self.ground_speed().length_m() * 5.0),
            eph: to_u8(self.fix.h_acc_m * 10.0),
            epv: to_u8(self.fix.h_acc_m * VERTICAL_FACTOR * 10.0),
            temperature_air: TEMPERATURE_UNKNOWN,
            battery: 76,
            ..HIGH_LATENCY2_DATA::default()
        })
    }
}
