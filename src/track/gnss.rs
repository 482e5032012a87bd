//! What satellite receivers say.

use super::SentPlace;
use crate::units::Metres;

/// A receiver's own solution, before the autopilot's filter.
///
/// Source: MAVLink common message set, `GPS_RAW_INT` (24) and `GPS2_RAW` (124).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct Gnss {
    /// When the solution was taken.
    pub time: Option<SenderTime>,
    /// `GPS_FIX_TYPE`, as sent: 2 is a 2D fix, 3 and above are 3D.
    pub fix_type: u8,
    /// Satellites in use.
    pub satellites: Option<u8>,
    /// The place, if there is a fix.
    pub place: Option<SentPlace>,
    /// Height above mean sea level, metres, if there is a 3D fix.
    pub alt_msl_m: Option<f64>,
    /// Height above the WGS-84 ellipsoid, metres.
    pub alt_ellipsoid_m: Option<f64>,
    /// Speed over ground, metres per second.
    pub ground_speed_mps: Option<f64>,
    /// Direction of movement, not of the nose, degrees from north.
    pub course_deg: Option<f64>,
    /// Horizontal accuracy, from the extension `h_acc`; never from `eph`, which is HDOP.
    pub h_acc: Option<Metres>,
    /// Vertical accuracy, from the extension `v_acc`.
    pub v_acc: Option<Metres>,
    /// Accuracy of the speed, metres per second.
    pub speed_acc_mps: Option<f64>,
}

/// An instant on whichever of its clocks a sender chose, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum SenderTime {
    /// Since the sender booted.
    BootUs(u64),
    /// Since the Unix epoch.
    UnixUs(u64),
}

impl SenderTime {
    /// Tells the clock by the size of `micros`, as the protocol asks; 0 is no time.
    ///
    /// Nothing has been up for 30 years, and no clock that is set is before the year 2000.
    #[must_use]
    pub const fn read(micros: u64) -> Option<Self> {
        const YEAR_2000: u64 = 946_684_800_000_000;
        match micros {
            0 => None,
            1..YEAR_2000 => Some(Self::BootUs(micros)),
            YEAR_2000.. => Some(Self::UnixUs(micros)),
        }
    }
}

/// Whether a receiver's signals can be believed: jamming, spoofing, errors.
///
/// Source: MAVLink development message set, `GNSS_INTEGRITY` (441).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct GnssIntegrity {
    /// The receiver.
    pub receiver: u8,
    /// `GPS_SYSTEM_ERROR_FLAGS`, as sent.
    pub system_errors: u32,
    /// `GPS_AUTHENTICATION_STATE`, as sent: 2 is an error, 3 is authenticated.
    pub authentication: Option<u8>,
    /// `GPS_JAMMING_STATE`, as sent: 1 is none, 2 is mitigated, 3 is jammed.
    pub jamming: Option<u8>,
    /// `GPS_SPOOFING_STATE`, as sent: 1 is none, 2 is mitigated, 3 is spoofed.
    pub spoofing: Option<u8>,
    /// `GPS_RAIM_STATE`, as sent.
    pub raim: Option<u8>,
    /// Horizontal accuracy by satellites that the receiver's own monitoring believes.
    pub raim_h_acc: Option<Metres>,
    /// Vertical accuracy by these satellites.
    pub raim_v_acc: Option<Metres>,
    /// Quality of incoming corrections, 0 to 10.
    pub corrections_quality: Option<u8>,
    /// The receiver's overall status, 0 to 10.
    pub system_status: Option<u8>,
    /// Quality of the signals, 0 to 10.
    pub signal_quality: Option<u8>,
}
