//! Where a vehicle's camera looks, and what it follows.

use super::SentPlace;
use crate::units::Metres;

/// A camera and the middle of its image.
///
/// Source: MAVLink common message set, `CAMERA_FOV_STATUS` (271).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CameraView {
    /// Milliseconds since the sender booted.
    pub boot_ms: u32,
    /// The camera's place.
    pub camera: Option<SentPlace>,
    /// The camera's height above mean sea level, metres.
    pub camera_alt_msl_m: Option<f64>,
    /// What the middle of the image shows.
    pub image: Option<ImageCentre>,
    /// The width of the view, degrees.
    pub width_deg: Option<f64>,
    /// The height of the view, degrees.
    pub height_deg: Option<f64>,
    /// The camera, if it hangs on an autopilot that speaks for it, 1 to 6.
    pub device: Option<u8>,
}

/// What the middle of an image shows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub enum ImageCentre {
    /// A place on the ground. It is not where the vehicle is.
    Ground {
        /// The place.
        place: SentPlace,
        /// Its height above mean sea level, metres.
        alt_msl_m: Option<f64>,
    },
    /// The sky, or what is too far away.
    AboveHorizon,
}

/// An object that a camera follows.
///
/// Source: MAVLink common message set, `CAMERA_TRACKING_GEO_STATUS` (276).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CameraTarget {
    /// `CAMERA_TRACKING_STATUS_FLAGS`, as sent: 1 is following, 2 an error, 8 a guess while the
    /// object is hidden.
    pub status: u8,
    /// The object's place.
    pub place: Option<SentPlace>,
    /// The object's height above mean sea level, metres.
    pub alt_msl_m: Option<f64>,
    /// Horizontal accuracy.
    pub h_acc: Option<Metres>,
    /// Vertical accuracy.
    pub v_acc: Option<Metres>,
    /// Speed towards north, metres per second.
    pub north_mps: Option<f64>,
    /// Speed towards east, metres per second.
    pub east_mps: Option<f64>,
    /// Speed downwards, metres per second.
    pub down_mps: Option<f64>,
    /// Accuracy of the speed, metres per second.
    pub speed_acc_mps: Option<f64>,
    /// Distance from the camera.
    pub distance: Option<Metres>,
    /// Where the object's front points, degrees from north.
    pub heading_deg: Option<f64>,
    /// The camera, if it hangs on an autopilot that speaks for it, 1 to 6.
    pub device: Option<u8>,
}
