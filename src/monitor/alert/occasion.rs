//! What an alert carries because of its event: how soon, how far off, what was seen, which others.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::monitor::alert::{Episode, Event};
use crate::units::Utc;

/// The way into a corridor, if course and speed stay what they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approach {
    /// Seconds from the deciding fix to the edge.
    pub seconds_to_entry: f64,
    /// Latitude of the edge there, degrees.
    pub lat: f64,
    /// Longitude of the edge there, degrees.
    pub lon: f64,
}

/// How a track lies to the corridor that it is assigned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoutePosition {
    /// The route's name in the configuration.
    pub name: String,
    /// Distance beyond the corridor's edge, metres, negative inside.
    pub off_m: f64,
    /// How far beyond the edge it may be, metres.
    pub tolerance_m: f64,
}

/// What is the matter with the place that a track tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// What was seen, by name, `jump`.
    pub doubts: Vec<String>,
    /// Since when, the first doubt that was not over before the next.
    pub since: Utc,
    /// The last place before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_trusted: Option<Place>,
    /// How far from that the place lies that is believed from then on, metres, if nothing flies there
    /// in the time or only its persistence speaks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_m: Option<f64>,
}

/// A place on the ellipsoid, WGS-84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
}

/// Several tracks whose places cannot be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interference {
    /// Whether it is over.
    pub cleared: bool,
    /// Since when.
    pub since: Utc,
    /// The middle of the area.
    pub centre: Place,
    /// How far it reaches, metres.
    pub radius_m: f64,
    /// The tracks, by key.
    pub tracks: Vec<String>,
}

/// How long nobody was in a corridor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    /// The attendance's name in the configuration.
    pub name: String,
    /// Since when.
    pub since: Utc,
    /// Whether that is only since this unit watches.
    pub since_start: bool,
    /// Who was there last, by track key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_track: Option<String>,
    /// When somebody came, if that is what is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Utc>,
}

/// Alerts that were held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many.
    pub count: u32,
    /// When the first was decided.
    pub from: Utc,
    /// When the last was decided.
    pub to: Utc,
    /// Which, the first so many of them.
    pub alerts: Vec<SummaryLine>,
}

/// One alert of a summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryLine {
    /// Its id.
    pub id: Uuid,
    /// What it tells.
    pub event: Event,
    /// Of which track, by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// Of which corridor, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridor: Option<String>,
}

/// Another corridor that the same event is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Also {
    /// The corridor's id.
    pub id: String,
    /// The corridor's name.
    pub name: String,
    /// ISO 3166-1 alpha-2 codes of all countries that it concerns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// The track's episode with it.
    pub episode: Episode,
}

/// That an alert was held back and is told late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// By what.
    pub by: String,
    /// When it was decided.
    pub since: Utc,
    /// When it was let go.
    pub released_at: Utc,
}
