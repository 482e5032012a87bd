//! Where an alert happened, as formats with one place ask for it.

use crate::monitor::alert::Alert;

/// A place with what is known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    /// Latitude, degrees.
    pub(super) lat: f64,
    /// Longitude, degrees.
    pub(super) lon: f64,
    /// Height above the ellipsoid, metres.
    pub(super) ellipsoid_m: Option<f64>,
    /// How far off it may be, or how far what is told of reaches, metres.
    pub(super) radius_m: Option<f64>,
    /// How far off the height may be, metres.
    pub(super) vertical_m: Option<f64>,
}

impl Spot {
    /// Takes the deciding fix, or the middle of what several tracks show; absent if there is neither.
    pub(super) fn of(alert: &Alert) -> Option<Self> {
        if let Some(position) = &alert.position {
            return Some(Self {
                lat: position.lat,
                lon: position.lon,
                ellipsoid_m: position.alt_ellipsoid_m,
                radius_m: position.h_acc_m,
                vertical_m: position.v_acc_m,
            });
        }
        let area = alert.interference.as_ref()?;
        Some(Self {
            lat: area.centre.lat,
            lon: area.centre.lon,
            ellipsoid_m: None,
            radius_m: Some(area.radius_m),
            vertical_m: None,
        })
    }
}
