//! In what condition a vehicle and its radio are, and who it is.
//!
//! Pure. Source: MAVLink common message set, `SYS_STATUS` (1), `RADIO_STATUS` (109),
//! `AUTOPILOT_VERSION` (148), `EXTENDED_SYS_STATE` (245); development message set,
//! `GNSS_INTEGRITY` (441).

use mavlink::dialects::ardupilotmega::{
    AUTOPILOT_VERSION_DATA, EXTENDED_SYS_STATE_DATA, MavLandedState, MavMessage,
    MavProtocolCapability, MavSysStatusSensor, MavVtolState, RADIO_STATUS_DATA, SYS_STATUS_DATA,
};

use super::Telling;
use crate::packet::{Body, Sender};

/// `GNSS_INTEGRITY` and what stands for its layout: the dialect does not have it.
const GNSS_INTEGRITY: (u32, u8) = (441, 169);
/// No interference is noticed.
const STATE_OK: u8 = 1;
/// Interference is noticed.
const STATE_DETECTED: u8 = 3;

impl Telling {
    pub(super) fn sys_status(&self) -> MavMessage {
        let all = MavSysStatusSensor::MAV_SYS_STATUS_SENSOR_3D_GYRO
            | MavSysStatusSensor::MAV_SYS_STATUS_SENSOR_3D_ACCEL
            | MavSysStatusSensor::MAV_SYS_STATUS_SENSOR_GPS;
        MavMessage::SYS_STATUS(SYS_STATUS_DATA {
            onboard_control_sensors_present: all,
            onboard_control_sensors_enabled: all,
            onboard_control_sensors_health: if self.fix.is_jammed {
                all - MavSysStatusSensor::MAV_SYS_STATUS_SENSOR_GPS
            } else {
                all
            },
            load: 320,
            voltage_battery: 22_800,
            current_battery: 1_450,
            battery_remaining: 76,
            ..SYS_STATUS_DATA::default()
        })
    }

    pub(super) fn autopilot_version(&self) -> MavMessage {
        MavMessage::AUTOPILOT_VERSION(AUTOPILOT_VERSION_DATA {
            capabilities: MavProtocolCapability::MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_C_CAST
                | MavProtocolCapability::MAV_PROTOCOL_CAPABILITY_MAVLINK2,
            flight_sw_version: 0x0405_07ff,
            board_version: 0x0032_0000,
            uid2: self.identity.uid2,
            ..AUTOPILOT_VERSION_DATA::default()
        })
    }

    pub(super) fn gnss_integrity(&self) -> Body {
        let unknown = u16::MAX.to_le_bytes();
        let jamming_state = if self.fix.is_jammed {
            STATE_DETECTED
        } else {
            STATE_OK
        };
        let mut payload = Vec::with_capacity(17);
        payload.extend(0_u32.to_le_bytes()); // No errors of the system.
        payload.extend(unknown); // Horizontal accuracy by RAIM.
        payload.extend(unknown); // Vertical accuracy by RAIM.
        payload.push(1); // The receiver's number.
        payload.push(0); // Authentication is not known.
        payload.extend([jamming_state, STATE_OK]); // Jamming, spoofing.
        payload.push(0); // RAIM is not known.
        payload.extend([u8::MAX; 4]); // Qualities are not known.
        let (id, extra_crc) = GNSS_INTEGRITY;
        Body::foreign(id, extra_crc, &payload)
    }
}

/// Who injects the status of a `SiK` radio: system '3', component 'D'.
pub(super) fn radio(vehicle: Sender) -> Sender {
    Sender::new(vehicle.version(), b'3'.into(), b'D')
}

pub(super) fn radio_status() -> MavMessage {
    MavMessage::RADIO_STATUS(RADIO_STATUS_DATA {
        rxerrors: 2,
        fixed: 1,
        rssi: 170,
        remrssi: 165,
        txbuf: 98,
        noise: 40,
        remnoise: 42,
    })
}

pub(super) fn extended_sys_state() -> MavMessage {
    MavMessage::EXTENDED_SYS_STATE(EXTENDED_SYS_STATE_DATA {
        vtol_state: MavVtolState::MAV_VTOL_STATE_UNDEFINED,
        landed_state: MavLandedState::MAV_LANDED_STATE_IN_AIR,
    })
}
