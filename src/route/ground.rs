//! Ground that a route is about: corridors by what is known of them, and areas of its own.

use std::sync::Arc;

use crate::corridor::{Corridor, CorridorSet};
use crate::monitor::alert::{Also, CorridorPosition};
use crate::units::{LatLon, Metres};

/// What routes ask about a corridor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ground<'a> {
    pub(super) id: &'a str,
    /// The country that it lies in, and those that it concerns.
    pub(super) countries: Vec<&'a str>,
}

impl<'a> From<&'a Corridor> for Ground<'a> {
    fn from(corridor: &'a Corridor) -> Self {
        Self {
            id: corridor.id.as_str(),
            countries: countries(corridor.country.as_deref(), &corridor.countries),
        }
    }
}

impl<'a> From<&'a CorridorPosition> for Ground<'a> {
    fn from(corridor: &'a CorridorPosition) -> Self {
        Self {
            id: &corridor.id,
            countries: countries(corridor.country.as_deref(), &corridor.countries),
        }
    }
}

impl<'a> From<&'a Also> for Ground<'a> {
    fn from(corridor: &'a Also) -> Self {
        Self {
            id: &corridor.id,
            countries: countries(None, &corridor.countries),
        }
    }
}

fn countries<'a>(own: Option<&'a str>, concerned: &'a [String]) -> Vec<&'a str> {
    own.into_iter()
        .chain(concerned.iter().map(String::as_str))
        .collect()
}

/// Areas that are no corridors, such as the ground that one authority is responsible for.
#[derive(Clone, Debug)]
pub struct Areas(Arc<CorridorSet>);

impl Areas {
    /// Takes shapes of any kind, each of which is an area.
    #[must_use]
    pub fn new(shapes: Arc<CorridorSet>) -> Self {
        Self(shapes)
    }

    /// Returns how many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Says whether a place lies in one of them, edges included.
    #[must_use]
    pub fn contain(&self, place: LatLon) -> bool {
        let mut found = Vec::new();
        self.0.near(place, Metres::ZERO, &mut found);
        !found.is_empty()
    }
}
