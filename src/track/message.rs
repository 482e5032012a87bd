//! What a message says, whichever it is.

use std::mem::{Discriminant, discriminant};

use super::{
    Adsb, AisVessel, AutopilotVersion, CameraTarget, CameraView, ExtendedState, GlobalPosition,
    Gnss, GnssIntegrity, Heartbeat, HighLatency, HighLatency2, RadioId, RadioStatus, RemoteIdBasic,
    RemoteIdLocation, RemoteIdOperator, RemoteIdSystem, SystemStatus, SystemTime, UtmPosition,
};

/// What a message says, sentinels already absent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum Message {
    /// HEARTBEAT (0).
    Heartbeat(Heartbeat),
    /// `SYS_STATUS` (1).
    SystemStatus(SystemStatus),
    /// `SYSTEM_TIME` (2).
    SystemTime(SystemTime),
    /// `GPS_RAW_INT` (24).
    Gnss(Gnss),
    /// `GLOBAL_POSITION_INT` (33).
    GlobalPosition(GlobalPosition),
    /// `RADIO_STATUS` (109).
    RadioStatus(RadioStatus),
    /// `GPS2_RAW` (124).
    SecondGnss(Gnss),
    /// `AUTOPILOT_VERSION` (148).
    AutopilotVersion(AutopilotVersion),
    /// `HIGH_LATENCY` (234).
    HighLatency(HighLatency),
    /// `HIGH_LATENCY2` (235).
    HighLatency2(HighLatency2),
    /// `EXTENDED_SYS_STATE` (245).
    ExtendedState(ExtendedState),
    /// `ADSB_VEHICLE` (246).
    Adsb(Adsb),
    /// `CAMERA_FOV_STATUS` (271).
    CameraView(CameraView),
    /// `CAMERA_TRACKING_GEO_STATUS` (276).
    CameraTarget(CameraTarget),
    /// `AIS_VESSEL` (301).
    AisVessel(AisVessel),
    /// `UTM_GLOBAL_POSITION` (340).
    UtmPosition(UtmPosition),
    /// `GNSS_INTEGRITY` (441).
    GnssIntegrity(GnssIntegrity),
    /// `OPEN_DRONE_ID_BASIC_ID` (12900).
    RemoteIdBasic(RemoteIdBasic),
    /// `OPEN_DRONE_ID_LOCATION` (12901).
    RemoteIdLocation(RemoteIdLocation),
    /// `OPEN_DRONE_ID_SYSTEM` (12904).
    RemoteIdSystem(RemoteIdSystem),
    /// `OPEN_DRONE_ID_OPERATOR_ID` (12905).
    RemoteIdOperator(RemoteIdOperator),
}

/// Whom or what a message is about, with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    kind: Discriminant<Message>,
    about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum About {
    Sender,
    Aircraft(u32),
    Vessel(u32),
    Radio(RadioId),
    Camera(u8),
}

impl Message {
    /// Says whether whoever sends such a message, or is told of by it, is worth following.
    ///
    /// Ground stations have heartbeats, clocks and versions too, and radios have no place.
    #[must_use]
    pub const fn begins_a_track(&self) -> bool {
        match self {
            Self::Heartbeat(heartbeat) => heartbeat.is_autopilot(),
            Self::SystemStatus(_)
            | Self::SystemTime(_)
            | Self::RadioStatus(_)
            | Self::AutopilotVersion(_)
            | Self::ExtendedState(_) => false,
            Self::Gnss(_)
            | Self::GlobalPosition(_)
            | Self::SecondGnss(_)
            | Self::HighLatency(_)
            | Self::HighLatency2(_)
            | Self::Adsb(_)
            | Self::CameraView(_)
            | Self::CameraTarget(_)
            | Self::AisVessel(_)
            | Self::UtmPosition(_)
            | Self::GnssIntegrity(_)
            | Self::RemoteIdBasic(_)
            | Self::RemoteIdLocation(_)
            | Self::RemoteIdSystem(_)
            | Self::RemoteIdOperator(_) => true,
        }
    }

    /// Says whom the message is about: a newer one of the same sender and subject outdates it.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let radio = |radio: Option<RadioId>| radio.map_or(About::Sender, About::Radio);
        let camera = |device: Option<u8>| device.map_or(About::Sender, About::Camera);
        let about = match self {
            Self::Heartbeat(_)
            | Self::SystemStatus(_)
            | Self::SystemTime(_)
            | Self::Gnss(_)
            | Self::GlobalPosition(_)
            | Self::RadioStatus(_)
            | Self::SecondGnss(_)
            | Self::AutopilotVersion(_)
            | Self::HighLatency(_)
            | Self::HighLatency2(_)
            | Self::ExtendedState(_)
            | Self::UtmPosition(_)
            | Self::GnssIntegrity(_) => About::Sender,
            Self::Adsb(aircraft) => About::Aircraft(aircraft.icao),
            Self::AisVessel(vessel) => About::Vessel(vessel.mmsi),
            Self::CameraView(view) => camera(view.device),
            Self::CameraTarget(target) => camera(target.device),
            Self::RemoteIdBasic(said) => radio(said.radio),
            Self::RemoteIdLocation(said) => radio(said.radio),
            Self::RemoteIdSystem(said) => radio(said.radio),
            Self::RemoteIdOperator(said) => radio(said.radio),
        };
        Subject {
            kind: discriminant(self),
            about,
        }
    }
}
