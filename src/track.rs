//! Who was heard and what was said: track identities and the reports that links hand on.
//!
//! Pure. A [`Report`] is one decoded message as it was sent: sentinels are already
//! absent, nothing is judged yet.

mod camera;
mod condition;
mod gnss;
mod high_latency;
mod link_class;
mod loss;
mod message;
mod place;
mod remote_id;
mod text;
mod traffic;
mod who;

// `core` has addresses, not sockets.
use core::net::SocketAddr;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::units::{LatLon, Metres, Moment};

pub use camera::{CameraTarget, CameraView, ImageCentre};
pub use condition::{AutopilotVersion, ExtendedState, HardwareId, RadioStatus, SystemStatus};
pub use gnss::{Gnss, GnssIntegrity, SenderTime};
pub use high_latency::{HighLatency, HighLatency2};
pub use link_class::LinkClass;
pub use loss::FrameLoss;
pub use message::{Message, Subject};
pub use place::SentPlace;
pub use remote_id::{
    HeightAbove, RadioId, RemoteIdBasic, RemoteIdLocation, RemoteIdOperator, RemoteIdSystem, UasId,
};
pub use text::Text;
pub use traffic::{Adsb, AisVessel, TransponderHeight, UtmPosition};
pub use who::{Camera, TrackId, TrackKind, Whom};

/// The name of a link, as the configuration gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkName(Arc<str>);

impl LinkName {
    /// Wraps a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fleet that a link hears: system ids are unique within a namespace, not beyond.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(Arc<str>);

impl Namespace {
    /// Wraps a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One decoded message, who sent it, and when and where it was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// When the frame arrived.
    pub received: Moment,
    /// The link that it arrived on.
    pub link: LinkName,
    /// Who sent it.
    pub sender: Sender,
    /// What the link has lost lately, of all that its senders sent.
    pub link_loss: Option<FrameLoss>,
    /// What the link has lost of this sender's frames lately, if it is known.
    pub sender_loss: Option<FrameLoss>,
    /// What it says.
    pub message: Message,
    /// The frame as it was received.
    pub frame: RawFrame,
}

/// Who sent a frame, as far as the frame and the link tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sender {
    /// The fleet that the link hears.
    pub namespace: Namespace,
    /// The MAVLink system id; 32 bits wide, since wider ids are on their way.
    pub system_id: u32,
    /// The MAVLink component id.
    pub component_id: u8,
    /// The address that it was sent from, on a link over a network.
    pub address: Option<SocketAddr>,
    /// How sure it is that nobody else sent it.
    pub authenticity: Authenticity,
}

/// How sure a sender's identity is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authenticity {
    /// Anybody on the link could have sent it.
    #[default]
    Unsigned,
    /// Only who holds the link's key could have sent it.
    Signed,
    /// The signature is wrong, and the link is told to hear such frames all the same.
    BadSignatureAccepted,
    /// Told to everybody by a means that authenticates nobody, such as a transponder.
    Broadcast,
    /// A simulator says that it made it up.
    Simulated,
}

impl Authenticity {
    /// Every degree, in the order of the reference.
    pub const ALL: [Self; 5] = [
        Self::Signed,
        Self::Unsigned,
        Self::BadSignatureAccepted,
        Self::Broadcast,
        Self::Simulated,
    ];

    /// Returns the name in the configuration and in alerts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Unsigned => "unsigned",
            Self::BadSignatureAccepted => "bad-signature-accepted",
            Self::Broadcast => "broadcast",
            Self::Simulated => "simulated",
        }
    }
}

/// The sign of life of a component.
///
/// Source: MAVLink common message set, HEARTBEAT (0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Heartbeat {
    /// `MAV_TYPE`, as sent: a value that no dialect knows is kept.
    pub mav_type: u8,
    /// `MAV_AUTOPILOT`, as sent; 8 is "invalid", a component that is no autopilot.
    pub autopilot: u8,
}

impl Heartbeat {
    /// Says whether the sender is an autopilot: `MAV_AUTOPILOT_INVALID` is anything else.
    #[must_use]
    pub const fn is_autopilot(self) -> bool {
        self.autopilot != 8
    }
}

/// The sender's clocks.
///
/// Source: MAVLink common message set, `SYSTEM_TIME` (2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SystemTime {
    /// Microseconds since the Unix epoch; 0 means unknown.
    pub unix_us: Option<u64>,
    /// Milliseconds since the sender booted.
    pub boot_ms: u32,
}

/// The autopilot's filtered position.
///
/// Source: MAVLink common message set, `GLOBAL_POSITION_INT` (33).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct GlobalPosition {
    /// Milliseconds since the sender booted.
    pub boot_ms: u32,
    /// Latitude, degrees times 1e7, as sent: it may lie out of range.
    pub lat_e7: i32,
    /// Longitude, degrees times 1e7, as sent: it may lie out of range.
    pub lon_e7: i32,
    /// Height above mean sea level, metres.
    pub alt_msl_m: f64,
    /// Height above the home position, metres.
    pub alt_above_home_m: f64,
    /// Speed towards north, metres per second.
    pub north_mps: f64,
    /// Speed towards east, metres per second.
    pub east_mps: f64,
    /// Speed downwards, metres per second.
    pub down_mps: f64,
}

/// A position that passed the quality gate, on its track's own timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// Where the track stands on its own timeline.
    pub at: TrackTime,
    /// When the frame arrived.
    pub received: Moment,
    /// The link that it arrived on.
    pub link: LinkName,
    /// What the link has lost lately.
    pub link_loss: Option<FrameLoss>,
    /// What the best link has lost of the sender's frames lately, if it is known.
    pub sender_loss: Option<FrameLoss>,
    /// The MAVLink component that sent it.
    pub component_id: u8,
    /// How sure it is that nobody else sent it.
    pub authenticity: Authenticity,
    /// The place, WGS-84.
    pub position: LatLon,
    /// What is known of its height.
    pub heights: Heights,
    /// Horizontal accuracy as the receiver reports it.
    pub h_acc: Option<Metres>,
    /// How far the fixes are seen to wander, if that is far more than the receiver reports.
    pub h_acc_seen: Option<Metres>,
    /// Vertical accuracy as the receiver reports it.
    pub v_acc: Option<Metres>,
    /// `GPS_FIX_TYPE`, as sent.
    pub fix_type: Option<u8>,
    /// Whether the receiver says that its signals are jammed or spoofed.
    pub is_interfered: bool,
    /// How it moves.
    pub velocity: Option<Velocity>,
    /// How old the position was already when it arrived, as far as its sender says.
    pub age: Option<Duration>,
    /// Milliseconds since the sender booted.
    pub boot_ms: Option<u32>,
    /// The message that the position came from.
    pub source_message: &'static str,
    /// The frame as it was received.
    pub frame: RawFrame,
}

impl Fix {
    /// Returns the horizontal accuracy to reckon with: as reported, or as seen where that is worse.
    #[must_use]
    pub fn accuracy(&self) -> Option<Metres> {
        self.h_acc_seen.or(self.h_acc)
    }
}

/// Heights of one place by their datum, metres; they do not compare with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heights {
    /// Above mean sea level.
    pub msl_m: Option<f64>,
    /// Above the home position.
    pub above_home_m: Option<f64>,
    /// Above the ground below.
    pub above_ground_m: Option<f64>,
    /// Above the WGS-84 ellipsoid.
    pub ellipsoid_m: Option<f64>,
    /// By air pressure at the standard's 1013.25 hPa: off by 150 metres and more in other weather.
    pub pressure_m: Option<f64>,
}

/// How something moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Velocity {
    /// Speed over ground, metres per second.
    pub ground_mps: f64,
    /// Speed upwards, metres per second.
    pub up_mps: Option<f64>,
    /// Direction of movement, not of the nose, degrees from north.
    pub course_deg: Option<f64>,
}

impl Velocity {
    /// Reads speeds towards north and east, and downwards if that is known, metres per second.
    #[must_use]
    pub fn from_ned(north_mps: f64, east_mps: f64, down_mps: Option<f64>) -> Self {
        Self {
            ground_mps: north_mps.hypot(east_mps),
            up_mps: down_mps.map(|down_mps| 0.0 - down_mps),
            course_deg: Some(east_mps.atan2(north_mps).to_degrees()),
        }
    }
}

/// An instant on a track's own timeline, in microseconds.
///
/// It follows the sender's boot clock, so that a burst that waited in a radio's buffer
/// keeps its true spacing, and it runs on over a reboot of the sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrackTime(i64);

impl TrackTime {
    /// Later than any other.
    pub const MAX: Self = Self(i64::MAX);

    /// Wraps microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Returns the time since `earlier`, or zero if `earlier` is the later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// Returns the instant a span later.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        let micros = i64::try_from(later.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// The bytes of one MAVLink frame, kept without a heap allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawFrame {
    length: u16,
    bytes: [u8; Self::LENGTH_MAX],
}

impl RawFrame {
    /// The longest frame: MAVLink 2 with 255 bytes of payload and a signature.
    pub const LENGTH_MAX: usize = 280;

    /// Copies a frame; bytes beyond [`Self::LENGTH_MAX`] are no part of any frame and left out.
    #[must_use]
    pub fn new(frame: &[u8]) -> Self {
        let length = frame.len().min(Self::LENGTH_MAX);
        let mut bytes = [0; Self::LENGTH_MAX];
        bytes[..length].copy_from_slice(&frame[..length]);
        Self {
            length: u16::try_from(length).unwrap_or(0),
            bytes,
        }
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Display for RawFrame {
    /// Writes the bytes in lower-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RawFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawFrame({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_frame_keeps_its_bytes_and_no_more() {
        assert_eq!(RawFrame::new(&[0xfd, 0x01, 0xa0]).to_string(), "fd01a0");
        assert_eq!(
            RawFrame::new(&[7; 300]).as_bytes().len(),
            RawFrame::LENGTH_MAX
        );
    }
}
