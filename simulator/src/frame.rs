//! Motion put into MAVLink messages, in the units and with the sentinels of the messages.
//!
//! Pure. Source: MAVLink common message set; each room below names its messages.

mod camera;
mod cast;
mod condition;
mod remote_id;
mod satellite;
mod traffic;
mod vehicle;

use std::time::Duration;

use mavlink::dialects::ardupilotmega::GpsFixType;

pub use mavlink::MavlinkVersion;
pub use mavlink::dialects::ardupilotmega::MavType;

use crate::flight::Motion;
use crate::geodesy::{Place, Step};
use crate::packet::{Body, Sender};

/// The course of a vehicle that stands still.
const COURSE_UNKNOWN: u16 = u16::MAX;
/// Below this a course over ground is noise, metres per second.
const COURSE_MPS_MIN: f64 = 0.3;
/// A vertical error is larger than a horizontal one by about this.
pub(crate) const VERTICAL_FACTOR: f64 = 1.5;

/// A kind of message that is sent, in the order of those that are due together.
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
    /// `SYS_STATUS` (1).
    SysStatus,
    /// `RADIO_STATUS` (109), which a radio injects under an id of its own.
    RadioStatus,
    /// `GPS2_RAW` (124).
    Gps2Raw,
    /// `AUTOPILOT_VERSION` (148).
    AutopilotVersion,
    /// `HIGH_LATENCY` (234).
    HighLatency,
    /// `HIGH_LATENCY2` (235).
    HighLatency2,
    /// `EXTENDED_SYS_STATE` (245).
    ExtendedSysState,
    /// `ADSB_VEHICLE` (246).
    AdsbVehicle,
    /// `CAMERA_FOV_STATUS` (271).
    CameraFov,
    /// `CAMERA_TRACKING_GEO_STATUS` (276).
    CameraTracking,
    /// `AIS_VESSEL` (301).
    AisVessel,
    /// `UTM_GLOBAL_POSITION` (340).
    UtmPosition,
    /// `GNSS_INTEGRITY` (441).
    GnssIntegrity,
    /// `OPEN_DRONE_ID_BASIC_ID` (12900).
    RemoteBasicId,
    /// `OPEN_DRONE_ID_LOCATION` (12901).
    RemoteLocation,
    /// `OPEN_DRONE_ID_SYSTEM` (12904).
    RemoteSystem,
    /// `OPEN_DRONE_ID_OPERATOR_ID` (12905).
    RemoteOperator,
    /// `OPEN_DRONE_ID_MESSAGE_PACK` (12915).
    RemotePack,
    /// An answer to what a ground station asked for.
    Answer,
    /// A message that nobody knows, or with a flag that nobody knows.
    Strange,
}

impl FrameKind {
    /// Everything that a vehicle and what it carries can say, in the order of the kinds.
    pub const EVERYTHING: [Self; 22] = [
        Self::Heartbeat,
        Self::SystemTime,
        Self::GpsRaw,
        Self::GlobalPosition,
        Self::SysStatus,
        Self::RadioStatus,
        Self::Gps2Raw,
        Self::AutopilotVersion,
        Self::HighLatency,
        Self::HighLatency2,
        Self::ExtendedSysState,
        Self::AdsbVehicle,
        Self::CameraFov,
        Self::CameraTracking,
        Self::AisVessel,
        Self::UtmPosition,
        Self::GnssIntegrity,
        Self::RemoteBasicId,
        Self::RemoteLocation,
        Self::RemoteSystem,
        Self::RemoteOperator,
        Self::RemotePack,
    ];

    /// Returns the name of the message, or what else it is.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name_and_id().0
    }

    /// Returns the message's id; answers and strange messages have many.
    #[must_use]
    pub fn id(self) -> Option<u32> {
        self.name_and_id().1
    }

    /// Finds the kind of message that has a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut kinds = Self::EVERYTHING.into_iter();
        kinds.find(|kind| kind.name() == name)
    }

    fn name_and_id(self) -> (&'static str, Option<u32>) {
        match self {
            Self::Heartbeat => ("HEARTBEAT", Some(0)),
            Self::SystemTime => ("SYSTEM_TIME", Some(2)),
            Self::GpsRaw => ("GPS_RAW_INT", Some(24)),
            Self::GlobalPosition => ("GLOBAL_POSITION_INT", Some(33)),
            Self::SysStatus => ("SYS_STATUS", Some(1)),
            Self::RadioStatus => ("RADIO_STATUS", Some(109)),
            Self::Gps2Raw => ("GPS2_RAW", Some(124)),
            Self::AutopilotVersion => ("AUTOPILOT_VERSION", Some(148)),
            Self::HighLatency => ("HIGH_LATENCY", Some(234)),
            Self::HighLatency2 => ("HIGH_LATENCY2", Some(235)),
            Self::ExtendedSysState => ("EXTENDED_SYS_STATE", Some(245)),
            Self::AdsbVehicle => ("ADSB_VEHICLE", Some(246)),
            Self::CameraFov => ("CAMERA_FOV_STATUS", Some(271)),
            Self::CameraTracking => ("CAMERA_TRACKING_GEO_STATUS", Some(276)),
            Self::AisVessel => ("AIS_VESSEL", Some(301)),
            Self::UtmPosition => ("UTM_GLOBAL_POSITION", Some(340)),
            Self::GnssIntegrity => ("GNSS_INTEGRITY", Some(441)),
            Self::RemoteBasicId => ("OPEN_DRONE_ID_BASIC_ID", Some(12_900)),
            Self::RemoteLocation => ("OPEN_DRONE_ID_LOCATION", Some(12_901)),
            Self::RemoteSystem => ("OPEN_DRONE_ID_SYSTEM", Some(12_904)),
            Self::RemoteOperator => ("OPEN_DRONE_ID_OPERATOR_ID", Some(12_905)),
            Self::RemotePack => ("OPEN_DRONE_ID_MESSAGE_PACK", Some(12_915)),
            Self::Answer => ("answers", None),
            Self::Strange => ("strange frames", None),
        }
    }

    /// Says whether MAVLink 1 has room for the message's id.
    #[must_use]
    pub fn fits_mavlink_1(self) -> bool {
        self.id().is_none_or(|id| u8::try_from(id).is_ok())
    }
}

/// All that is told about a vehicle at one instant.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    /// Time since the vehicle booted.
    pub(crate) since_boot: Duration,
    /// Civil time of the vehicle's clock, microseconds since the Unix epoch.
    pub(crate) unix_us: u64,
    /// What the vehicle says it is.
    pub(crate) mav_type: MavType,
    /// How it moves, as it believes.
    pub(crate) motion: Motion,
    /// Where it believes to be.
    pub(crate) place: Place,
    /// Where its receiver says that it is.
    pub(crate) fix: Fix,
    /// Height above home as told, metres.
    pub(crate) height_m: f64,
    /// Height of home above the sea, metres.
    pub(crate) home_alt_msl_m: f64,
    /// Height of the geoid above the ellipsoid, metres.
    pub(crate) geoid_m: f64,
    /// Who it is.
    pub(crate) identity: Identity,
}

/// What a satellite receiver says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fix {
    /// The place.
    pub(crate) place: Place,
    /// What kind of fix it is.
    pub(crate) kind: GpsFixType,
    /// Satellites in use.
    pub(crate) satellites: u8,
    /// Horizontal accuracy that is reported, metres.
    pub(crate) h_acc_m: f64,
    /// Whether the receiver notices that it is jammed.
    pub(crate) is_jammed: bool,
}

/// Names that outlast a system id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The hardware's own number, `AUTOPILOT_VERSION.uid2`.
    pub uid2: [u8; 18],
    /// ICAO address, 24 bits.
    pub icao: u32,
    /// Call sign, up to 8 characters.
    pub callsign: String,
    /// Serial number for Remote ID, up to 20 characters.
    pub serial: String,
    /// The operator's registration for Remote ID, up to 20 characters.
    pub operator: String,
}

impl Identity {
    /// Derives names from a number, so that different numbers have different names.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        let mut uid2 = *b"corridor-sim------";
        uid2[10..].copy_from_slice(&number.to_be_bytes());
        let short = number % 0xf_ffff;
        Self {
            uid2,
            icao: u32::try_from(0x4b_0000 + short).unwrap_or(0) & 0xff_ffff,
            callsign: format!("SIM{:05}", number % 100_000),
            serial: format!("SIM1{number:016X}"),
            operator: format!("MKD{:013}", number % 10_000_000_000_000),
        }
    }
}

impl Telling {
    /// Puts the telling into a message, as who says it: the vehicle, or something that it carries.
    ///
    /// Nothing for an answer or a strange message: these tell nothing of a vehicle.
    pub(crate) fn message(&self, kind: FrameKind, vehicle: Sender) -> Option<(Sender, Body)> {
        let sender = match kind {
            FrameKind::RadioStatus => condition::radio(vehicle),
            FrameKind::CameraFov | FrameKind::CameraTracking => {
                vehicle.component(camera::COMPONENT_ID)
            }
            FrameKind::AdsbVehicle => vehicle.component(traffic::ADSB_COMPONENT_ID),
            FrameKind::RemoteBasicId
            | FrameKind::RemoteLocation
            | FrameKind::RemoteSystem
            | FrameKind::RemoteOperator
            | FrameKind::RemotePack => vehicle.component(remote_id::COMPONENT_ID),
            FrameKind::Heartbeat
            | FrameKind::SystemTime
            | FrameKind::GpsRaw
            | FrameKind::GlobalPosition
            | FrameKind::SysStatus
            | FrameKind::Gps2Raw
            | FrameKind::AutopilotVersion
            | FrameKind::HighLatency
            | FrameKind::HighLatency2
            | FrameKind::ExtendedSysState
            | FrameKind::AisVessel
            | FrameKind::UtmPosition
            | FrameKind::GnssIntegrity
            | FrameKind::Answer
            | FrameKind::Strange => vehicle,
        };
        Some((sender, self.body(kind, vehicle.version())?))
    }

    fn body(&self, kind: FrameKind, version: MavlinkVersion) -> Option<Body> {
        let message = match kind {
            FrameKind::Heartbeat => self.heartbeat(),
            FrameKind::SystemTime => self.system_time(),
            FrameKind::GpsRaw => self.gps_raw(),
            FrameKind::GlobalPosition => self.global_position(),
            FrameKind::SysStatus => self.sys_status(),
            FrameKind::RadioStatus => condition::radio_status(),
            FrameKind::Gps2Raw => self.gps2_raw(),
            FrameKind::AutopilotVersion => self.autopilot_version(),
            FrameKind::HighLatency => self.high_latency(),
            FrameKind::HighLatency2 => self.high_latency2(),
            FrameKind::ExtendedSysState => condition::extended_sys_state(),
            FrameKind::AdsbVehicle => self.adsb_vehicle(),
            FrameKind::CameraFov => self.camera_fov(),
            FrameKind::CameraTracking => self.camera_tracking(),
            FrameKind::AisVessel => self.ais_vessel(),
            FrameKind::UtmPosition => self.utm_position(),
            FrameKind::RemoteBasicId => self.remote_basic_id(),
            FrameKind::RemoteLocation => self.remote_location(),
            FrameKind::RemoteSystem => self.remote_system(),
            FrameKind::RemoteOperator => self.remote_operator(),
            FrameKind::RemotePack => self.remote_pack(),
            FrameKind::GnssIntegrity => return Some(self.gnss_integrity()),
            FrameKind::Answer | FrameKind::Strange => return None,
        };
        Some(Body::new(version, &message))
    }

    fn boot_ms(&self) -> u32 {
        u32::try_from(self.since_boot.as_millis()).unwrap_or(u32::MAX)
    }

    fn alt_msl_m(&self) -> f64 {
        self.home_alt_msl_m + self.height_m
    }

    fn ground_speed(&self) -> Step {
        Step {
            north_m: self.motion.north_mps,
            east_m: self.motion.east_mps,
        }
    }

    /// The course over ground, or nothing for a vehicle that stands still.
    fn course_deg(&self) -> Option<f64> {
        let ground = self.ground_speed();
        (COURSE_MPS_MIN <= ground.length_m()).then(|| ground.course_deg())
    }
}

/// Writes a place as whole 1e-7 degrees, latitude first.
fn e7(place: Place) -> (i32, i32) {
    (
        cast::to_i32(place.lat_deg * 1e7),
        cast::to_i32(place.lon_deg * 1e7),
    )
}
