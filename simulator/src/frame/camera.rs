//! Where a camera is, what it looks at and what it tracks.
//!
//! Pure. Source: MAVLink common message set, `CAMERA_FOV_STATUS` (271),
//! `CAMERA_TRACKING_GEO_STATUS` (276).

use mavlink::dialects::ardupilotmega::{
    CAMERA_FOV_STATUS_DATA, CAMERA_TRACKING_GEO_STATUS_DATA, CameraTrackingStatusFlags, MavMessage,
};

use super::cast::{to_f32, to_i32};
use super::{Telling, e7};
use crate::geodesy::{Place, Step};

/// The first camera of a vehicle.
pub(super) const COMPONENT_ID: u8 = 100;

impl Telling {
    pub(super) fn camera_fov(&self) -> MavMessage {
        let (lat_camera, lon_camera) = e7(self.place);
        let (lat_image, lon_image) = e7(self.looked_at());
        MavMessage::CAMERA_FOV_STATUS(CAMERA_FOV_STATUS_DATA {
            time_boot_ms: self.boot_ms(),
            lat_camera,
            lon_camera,
            alt_camera: to_i32(self.alt_msl_m() * 1e3),
            lat_image,
            lon_image,
            alt_image: to_i32(self.home_alt_msl_m * 1e3),
            q: [1.0, 0.0, 0.0, 0.0],
            hfov: 60.0,
            vfov: 40.0,
            ..CAMERA_FOV_STATUS_DATA::default()
        })
    }

    pub(super) fn camera_tracking(&self) -> MavMessage {
        let (lat, lon) = e7(self.looked_at());
        MavMessage::CAMERA_TRACKING_GEO_STATUS(CAMERA_TRACKING_GEO_STATUS_DATA {
            lat,
            lon,
            alt: to_f32(self.home_alt_msl_m),
            h_acc: 4.0,
            v_acc: f32::NAN,
            vel_n: to_f32(self.motion.north_mps),
            vel_e: to_f32(self.motion.east_mps),
            vel_d: 0.0,
            vel_acc: f32::NAN,
            dist: f32::NAN,
            hdg: f32::NAN,
            hdg_acc: f32::NAN,
            tracking_status: CameraTrackingStatusFlags::CAMERA_TRACKING_STATUS_FLAGS_ACTIVE,
            ..CAMERA_TRACKING_GEO_STATUS_DATA::default()
        })
    }

    /// The camera looks down by 45 degrees, ahead.
    fn looked_at(&self) -> Place {
        let heading = self.motion.heading_deg.to_radians();
        self.place.after(Step {
            north_m: self.height_m * heading.cos(),
            east_m: self.height_m * heading.sin(),
        })
    }
}
