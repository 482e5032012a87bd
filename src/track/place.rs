//! A place as a message has it, before anybody judged it.

use crate::units::{LatLon, NotAPlace};

/// A latitude and a longitude as sent: they may lie out of range, or be 0, 0 before a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SentPlace {
    /// Latitude, degrees times 1e7.
    pub lat_e7: i32,
    /// Longitude, degrees times 1e7.
    pub lon_e7: i32,
}

impl TryFrom<SentPlace> for LatLon {
    type Error = NotAPlace;

    fn try_from(place: SentPlace) -> Result<Self, NotAPlace> {
        Self::from_deg_e7(place.lat_e7, place.lon_e7)
    }
}
