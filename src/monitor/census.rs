//! Who is followed and where they stand, for who asks.

use serde::{Deserialize, Serialize};

use crate::monitor::alert::Clock;
use crate::units::Utc;

/// Everything that is followed at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Census {
    /// What stamps alerts, and what that is worth.
    pub clock: Clock,
    /// How many corridors are watched.
    pub corridors: usize,
    /// The rules by name, in the order of the configuration.
    pub rules: Vec<String>,
    /// The tracks, in the order of their keys.
    pub tracks: Vec<TrackStatus>,
}

/// How one track is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackStatus {
    /// Its key.
    pub track: String,
    /// Its kind.
    pub kind: String,
    /// What the unit calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callsign: Option<String>,
    /// `alive`, `stale` or `lost`.
    pub liveness: String,
    /// For how long it has been silent, seconds.
    pub silent_seconds: u64,
    /// The last position that passed the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<LastFix>,
    /// The corridors that it is confirmed inside of, by rule.
    pub inside: Vec<Inside>,
}

/// A position that passed the gate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastFix {
    /// When it was made.
    pub at: Utc,
    /// How long ago it arrived, seconds.
    pub age_seconds: u64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Horizontal accuracy as the receiver reports it, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h_acc_m: Option<f64>,
}

/// A corridor that a track is confirmed inside of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The rule.
    pub rule: String,
    /// The corridor's id.
    pub corridor: String,
    /// The corridor's name.
    pub name: String,
    /// Since when.
    pub since: Utc,
    /// Whether it was seen outside since, which is not confirmed yet.
    pub is_leaving: bool,
}
