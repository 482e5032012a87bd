//! Where a vehicle's camera looks, and what it follows.

use super::fields::{Fields, accuracy, known, known_place, thousandths};
use crate::track::{CameraTarget, CameraView, ImageCentre, Message};

pub(super) fn fov_status(mut fields: Fields<'_>) -> Message {
    let boot_ms = fields.u32();
    let camera = known_place(fields.place());
    let camera_alt_msl_m = known(fields.i32(), i32::MAX).map(thousandths);
    let image = image_centre(&mut fields);
    fields.skip::<16>(); // The camera's attitude.
    Message::CameraView(CameraView {
        boot_ms,
        camera,
        camera_alt_msl_m,
        image,
        width_deg: fields.f32(),
        height_deg: fields.f32(),
        device: known(fields.u8(), 0),
    })
}

/// Reads the middle of the image, which is above the horizon if a coordinate is `INT32_MIN`.
fn image_centre(fields: &mut Fields<'_>) -> Option<ImageCentre> {
    let place = fields.place();
    let alt_mm = fields.i32();
    if [place.lat_e7, place.lon_e7].contains(&i32::MIN) {
        return Some(ImageCentre::AboveHorizon);
    }
    Some(ImageCentre::Ground {
        place: known_place(place)?,
        alt_msl_m: (!matches!(alt_mm, i32::MAX | i32::MIN)).then(|| thousandths(alt_mm)),
    })
}

pub(super) fn tracking_geo_status(mut fields: Fields<'_>) -> Message {
    Message::CameraTarget(CameraTarget {
        place: known_place(fields.place()),
        alt_msl_m: fields.f32(),
        h_acc: fields.f32().and_then(accuracy),
        v_acc: fields.f32().and_then(accuracy),
        north_mps: fields.f32(),
        east_mps: fields.f32(),
        down_mps: fields.f32(),
        speed_acc_mps: fields.f32(),
        distance: fields.f32().and_then(accuracy),
        heading_deg: fields
            .f32()
            .map(|radians| radians.to_degrees().rem_euclid(360.0)),
        status: {
            let _heading_acc = fields.f32();
            fields.u8()
        },
        device: known(fields.u8(), 0),
    })
}
