//! What is known about a corridor besides where it runs, and the towns that people name.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use super::band::Band;
use super::hours::Hours;
use super::posts::Posts;
use super::shape::Shape;
use crate::units::{LatLon, Metres, Utc};

/// The name by which rules and alerts mean a corridor; unique within a set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorridorId(Arc<str>);

impl CorridorId {
    /// Wraps an id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// Returns the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CorridorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for CorridorId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What kind of ground a corridor covers; rules choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A strip along a road, a railway or a river; the default of lines.
    Corridor,
    /// A border crossing and its surroundings.
    Crossing,
    /// Any other ground; the default of areas and discs.
    Zone,
}

impl Class {
    /// Every class, in the order of the reference.
    pub const ALL: [Self; 3] = [Self::Corridor, Self::Crossing, Self::Zone];

    /// Returns the word that stands for it in files and alerts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corridor => "corridor",
            Self::Crossing => "crossing",
            Self::Zone => "zone",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Ground that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Corridor {
    /// How rules and alerts call it.
    pub id: CorridorId,
    /// How people call it.
    pub name: String,
    /// The number of the road, "E 75".
    pub reference: Option<String>,
    /// The country it lies in, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The countries that it concerns, if it is more than the one that it lies in.
    pub countries: Vec<String>,
    /// What kind of ground it covers.
    pub class: Class,
    /// Words that rules choose by.
    pub tags: Vec<String>,
    /// The section of a longer route.
    pub section: Option<String>,
    /// Where a line begins, as a patrol would say it.
    pub from: Option<String>,
    /// Where a line ends.
    pub to: Option<String>,
    /// Where the kilometre posts of a line stand.
    pub posts: Posts,
    /// The heights at which it counts; all of them without it.
    pub band: Option<Band>,
    /// The times at which it counts.
    pub hours: Hours,
    /// Where its geometry comes from.
    pub source: Option<String>,
    /// How far its geometry can be relied on, in words.
    pub certainty: Option<String>,
    /// Where it runs.
    pub shape: Shape,
}

impl Corridor {
    /// Says whether a country, ISO 3166-1 alpha-2, has an interest in it.
    #[must_use]
    pub fn concerns(&self, country: &str) -> bool {
        let mut own = self.country.iter().chain(&self.countries);
        own.any(|own| own == country)
    }

    /// Says whether it counts at an instant.
    #[must_use]
    pub fn is_active(&self, at: Utc) -> bool {
        self.hours.is_active(at)
    }

    /// Says whether a height or a time can make a difference where its outline does not.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.band.is_some() || !self.hours.is_always()
    }

    /// Says how far inside one can get, which bounds any margin that leaving may ask for.
    ///
    /// The half-width of a line where it is narrowest, the radius of a disc. For an area its size
    /// over the length of its edges, which for a convex one is at most the radius of the greatest
    /// circle within; of several polygons the least counts.
    #[must_use]
    pub fn depth(&self) -> Metres {
        match &self.shape {
            Shape::Line(line) => line.half_width_min(),
            Shape::Area(area) => area.depth(),
            Shape::Disc(disc) => disc.radius(),
        }
    }
}

/// A named place that positions are told from: "4.1 km south of Demir Kapija".
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub at: LatLon,
}
