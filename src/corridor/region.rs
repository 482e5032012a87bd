//! The part of the world that corridors are expected in.

use std::fmt;

/// A box in longitude and latitude, degrees; its edges belong to it.
///
/// A corridor outside is read with a warning, so that recordings from elsewhere can be
/// replayed. Only coordinates that lie inside once their axes are exchanged are refused: the
/// price is that no corridor can lie where the mirror image of the region is, between 12 and 31
/// degrees north and 34 and 50 east by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// The least latitude.
    pub south: f64,
    /// The greatest latitude.
    pub north: f64,
    /// The least longitude.
    pub west: f64,
    /// The greatest longitude.
    pub east: f64,
}

impl Default for Region {
    /// The Western Balkans with a generous margin.
    fn default() -> Self {
        Self {
            south: 34.0,
            north: 50.0,
            west: 12.0,
            east: 31.0,
        }
    }
}

impl Region {
    /// Says whether a latitude and a longitude lie inside.
    #[must_use]
    pub fn contains(&self, lat: f64, lon: f64) -> bool {
        (self.south..=self.north).contains(&lat) && (self.west..=self.east).contains(&lon)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "latitude {} to {}, longitude {} to {}",
            self.south, self.north, self.west, self.east
        )
    }
}
