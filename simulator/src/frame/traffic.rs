//! A vehicle as others report it: a transponder, a vessel's, a traffic management's.
//!
//! Pure. Source: MAVLink common message set, `ADSB_VEHICLE` (246), `AIS_VESSEL` (301),
//! `UTM_GLOBAL_POSITION` (340).

use mavlink::dialects::ardupilotmega::{
    ADSB_VEHICLE_DATA, AIS_VESSEL_DATA, AdsbAltitudeType, AdsbEmitterType, AdsbFlags, AisFlags,
    MavMessage, UTM_GLOBAL_POSITION_DATA, UtmDataAvailFlags, UtmFlightState,
};

use super::cast::{centidegrees, to_i16, to_i32, to_u16};
use super::{COURSE_UNKNOWN, Telling, VERTICAL_FACTOR, e7};

/// What receives transponders.
pub(super) const ADSB_COMPONENT_ID: u8 = 156;
/// The country that ships of the simulator sail under, as the head of an MMSI.
const MMSI_BASE: u32 = 201_000_000;

impl Telling {
    pub(super) fn adsb_vehicle(&self) -> MavMessage {
        let (lat, lon) = e7(self.place);
        MavMessage::ADSB_VEHICLE(ADSB_VEHICLE_DATA {
            ICAO_address: self.identity.icao,
            lat,
            lon,
            altitude: to_i32((self.alt_msl_m() + self.geoid_m) * 1e3),
            heading: centidegrees(self.motion.heading_deg),
            hor_velocity: to_u16(self.ground_speed().length_m() * 1e2),
            ver_velocity: 0,
            flags: AdsbFlags::ADSB_FLAGS_VALID_COORDS
                | AdsbFlags::ADSB_FLAGS_VALID_ALTITUDE
                | AdsbFlags::ADSB_FLAGS_VALID_HEADING
                | AdsbFlags::ADSB_FLAGS_VALID_VELOCITY
                | AdsbFlags::ADSB_FLAGS_VALID_CALLSIGN
                | AdsbFlags::ADSB_FLAGS_VALID_SQUAWK,
            squawk: 1_200,
            altitude_type: AdsbAltitudeType::ADSB_ALTITUDE_TYPE_GEOMETRIC,
            callsign: self.identity.callsign.as_str().into(),
            emitter_type: AdsbEmitterType::ADSB_EMITTER_TYPE_LIGHT,
            tslc: 1,
        })
    }

    pub(super) fn ais_vessel(&self) -> MavMessage {
        let (lat, lon) = e7(self.place);
        let course = self.course_deg().map_or(COURSE_UNKNOWN, centidegrees);
        MavMessage::AIS_VESSEL(AIS_VESSEL_DATA {
            MMSI: MMSI_BASE + self.identity.icao % 1_000_000,
            lat,
            lon,
            COG: course,
            heading: centidegrees(self.motion.heading_deg),
            velocity: to_u16(self.ground_speed().length_m() * 1e2),
            tslc: 2,
            flags: AisFlags::AIS_FLAGS_VALID_COG
                | AisFlags::AIS_FLAGS_VALID_VELOCITY
                | AisFlags::AIS_FLAGS_VALID_CALLSIGN
                | AisFlags::AIS_FLAGS_VALID_NAME,
            callsign: self.identity.callsign[..7.min(self.identity.callsign.len())].into(),
            name: self.identity.callsign.as_str().into(),
            ..AIS_VESSEL_DATA::default()
        })
    }

    pub(super) fn utm_position(&self) -> MavMessage {
        let (lat, lon) = e7(self.place);
        MavMessage::UTM_GLOBAL_POSITION(UTM_GLOBAL_POSITION_DATA {
            time: self.unix_us,
            lat,
            lon,
            alt: to_i32((self.alt_msl_m() + self.geoid_m) * 1e3),
            relative_alt: to_i32(self.height_m * 1e3),
            vx: to_i16(self.motion.north_mps * 1e2),
            vy: to_i16(self.motion.east_mps * 1e2),
            vz: 0,
            h_acc: to_u16(self.fix.h_acc_m * 1e3),
            v_acc: to_u16(self.fix.h_acc_m * VERTICAL_FACTOR * 1e3),
            vel_acc: 100,
            uas_id: self.identity.uid2,
            flight_state: UtmFlightState::UTM_FLIGHT_STATE_AIRBORNE,
            flags: UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_TIME_VALID
                | UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_UAS_ID_AVAILABLE
                | UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_POSITION_AVAILABLE
                | UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_ALTITUDE_AVAILABLE
                | UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_RELATIVE_ALTITUDE_AVAILABLE
                | UtmDataAvailFlags::UTM_DATA_AVAIL_FLAGS_HORIZONTAL_VELO_AVAILABLE,
            ..UTM_GLOBAL_POSITION_DATA::default()
        })
    }
}
