//! An alert: what happened, to whom, where, and what that is worth.
//!
//! The serde form of [`Alert`] is what the store keeps. Unknown is absent: an optional
//! field is left out, never zero and never a sentinel.

mod event;
mod occasion;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::track::Authenticity;
use crate::units::Utc;

pub use event::{Event, Severity, Status};
pub use occasion::{
    Absence, Also, Approach, Held, Interference, Place, RoutePosition, Summary, SummaryLine, Trust,
};

/// Something that a rule found worth telling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Derived from unit, history, rule, track, corridor, episode and transition: the same
    /// decision made twice has the same id.
    pub id: Uuid,
    /// What happened.
    pub event: Event,
    /// How grave the rule says it is.
    pub severity: Severity,
    /// Whether it is meant.
    pub status: Status,
    /// The episode that it belongs to, if it is about a corridor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<Episode>,
    /// When it happened, by interpolation between fixes where two tell.
    pub occurred_at: Utc,
    /// When the deciding fix arrived.
    pub detected_at: Utc,
    /// Who, if it is about one track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    /// The deciding fix, if one decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// How it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub velocity: Option<Velocity>,
    /// Which corridor, and where along and across it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridor: Option<CorridorPosition>,
    /// One line that a patrol can drive to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where and when the edge was crossed inwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EdgeCrossing>,
    /// Where and when the edge was crossed outwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<EdgeCrossing>,
    /// Seconds between entry and this event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside_seconds: Option<f64>,
    /// Length travelled inside, metres: straight lines between fixes, so at least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travelled_m: Option<f64>,
    /// Which way a line was crossed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<CrossingDirection>,
    /// Why the track counts as outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ExitReason>,
    /// How soon it would be inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approach: Option<Approach>,
    /// How it lies to the route that it is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<RoutePosition>,
    /// How long it was silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_seconds: Option<f64>,
    /// What is the matter with its place, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Trust>,
    /// Where satellite navigation cannot be trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interference: Option<Interference>,
    /// How long nobody was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    /// What was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// The other corridors that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// That it was held back itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// Who uses one identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    /// The rule that found it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleName>,
    /// How sure it is, from the accuracy against the distance to the edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// The accuracy that was taken for that of a fix that reports none, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_assumed_m: Option<f64>,
    /// How sure the sender's identity is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticity: Option<Authenticity>,
    /// The link that the deciding fix arrived on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// The clock that stamped this.
    pub clock: Clock,
    /// The field unit.
    pub unit: Unit,
    /// The raw material of the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Alert {
    /// An alert that says nothing yet but what happened and when, to whom nobody knows.
    #[must_use]
    pub fn bare(id: Uuid, event: Event, at: Utc, clock: Clock, unit: &str) -> Self {
        Self {
            id,
            event,
            severity: Severity::default(),
            status: Status::default(),
            episode: None,
            occurred_at: at,
            detected_at: at,
            track: None,
            position: None,
            velocity: None,
            corridor: None,
            place: None,
            entry: None,
            exit: None,
            inside_seconds: None,
            travelled_m: None,
            direction: None,
            reason: None,
            approach: None,
            route: None,
            silence_seconds: None,
            trust: None,
            interference: None,
            absence: None,
            summary: None,
            also: Vec::new(),
            held: None,
            conflict: None,
            rule: None,
            certainty: None,
            accuracy_assumed_m: None,
            authenticity: None,
            link: None,
            clock,
            unit: Unit {
                name: unit.to_owned(),
            },
            evidence: None,
        }
    }

    /// Names whom or what it is about: alerts of one subject are told in their order.
    #[must_use]
    pub fn subject(&self) -> &str {
        let track = self.track.as_ref().map(|track| track.key.as_str());
        let corridor = || self.corridor.as_ref().map(|corridor| corridor.id.as_str());
        track.or_else(corridor).unwrap_or("unit")
    }
}

/// An alert's place in the story of one track and one corridor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Shared by all alerts of the episode.
    pub id: Uuid,
    /// Counts the episode's alerts from 0.
    pub index: u32,
}

/// Who was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// Stable over restarts, `vehicle:alpha/1`.
    pub key: String,
    /// `vehicle`, `remote-id`, `aircraft`, `vessel` or `camera-point`.
    pub kind: String,
    /// The MAVLink system id of a vehicle, or of a camera's vehicle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<u32>,
    /// The MAVLink component that sent the deciding fix, if it is about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component_id: Option<u8>,
    /// What the unit calls it, or what it calls itself by its transponder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callsign: Option<String>,
    /// The ICAO address of an aircraft, six hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icao: Option<String>,
    /// The serial number or registration that it tells by Remote ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<String>,
    /// The operator's id that it tells by Remote ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_id: Option<String>,
    /// Share of the sender's own frames that its best link lost in the last minute, per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
    /// `MAV_TYPE` by name, or its number if the dialect has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mav_type: Option<String>,
    /// `MAV_AUTOPILOT` by name, or its number if the dialect has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autopilot: Option<String>,
}

/// The deciding fix, WGS-84; each height with its own datum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// The military grid reference of the square metre, `34TFL2622955516`; absent around the
    /// poles, where UTM ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mgrs: Option<String>,
    /// Height above mean sea level, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_msl_m: Option<f64>,
    /// Height above home, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_above_home_m: Option<f64>,
    /// Height above the ground below, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_above_ground_m: Option<f64>,
    /// Height above the WGS-84 ellipsoid, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_ellipsoid_m: Option<f64>,
    /// Height by air pressure at the standard's 1013.25 hPa, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt_pressure_m: Option<f64>,
    /// Horizontal accuracy as the receiver reports it, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h_acc_m: Option<f64>,
    /// Vertical accuracy as the receiver reports it, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v_acc_m: Option<f64>,
    /// `GPS_FIX_TYPE` by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The message that the position came from.
    pub source_message: String,
    /// How old it was already when it arrived, if its sender says so, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
}

/// Two senders that use one identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// What shows it: `hardware-id`, `boot-clock` or `motion`.
    pub evidence: String,
    /// The one that was known, and the other.
    pub senders: Vec<ConflictSender>,
}

/// One of two senders that use one identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictSender {
    /// The track that it is followed as.
    pub track: String,
    /// The link that it was heard on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The address that it was heard from last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its last latitude, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Its last longitude, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Its hardware's id, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware_id: Option<String>,
}

/// How a track moves over ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Velocity {
    /// Speed over ground, metres per second.
    pub ground_mps: f64,
    /// Climb, metres per second, up positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_mps: Option<f64>,
    /// Course over ground, degrees from north; absent while hovering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course_deg: Option<f64>,
}

/// Which corridor, and where along and across it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorridorPosition {
    /// The corridor's id.
    pub id: String,
    /// The corridor's name.
    pub name: String,
    /// The road's number, `E 75`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// ISO 3166-1 alpha-2 code of the country that the section lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The countries that it concerns, if it is more than that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// The section of the corridor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Kilometres along the centreline, by the posts of the road.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chainage_km: Option<f64>,
    /// Distance from the centreline, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cross_track_m: Option<f64>,
    /// The side of the centreline, seen from `from` to `to`: `left`, `right` or `on`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// The way of the track, seen from `from` to `to`: `along` or `against` within 60 degrees of
    /// the line, else `across`; absent without a course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading_along: Option<String>,
    /// The turn from the line to the course, degrees in -180 to 180, to the right positive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading_off_deg: Option<f64>,
    /// Distance to the edge, metres, negative inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_m: Option<f64>,
    /// The least height at which the corridor counts, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude_min_m: Option<f64>,
    /// The greatest height at which it counts, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude_max_m: Option<f64>,
    /// What these are measured from: `msl`, `ellipsoid`, `home` or `ground`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude_datum: Option<String>,
    /// How the height lies to these, if there are any: `within`, `above`, `below`, or
    /// `not-compared` if the fix has no height above that datum and counts by its place alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
    /// Half the width of the corridor, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_width_m: Option<f64>,
    /// Where its geometry comes from, as its file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How far its geometry can be relied on, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certainty: Option<String>,
    /// The nearest named place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<Near>,
}

/// A named place, seen from the deciding fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// Its name.
    pub name: String,
    /// How far it is, metres.
    pub distance_m: f64,
    /// The bearing from the place to the track, degrees from north.
    pub bearing_deg: f64,
}

/// Where and when the edge of a corridor was crossed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeCrossing {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// When, by interpolation between the two fixes around it.
    pub at: Utc,
    /// The side of a line at which it happened, seen along the line: `left` or `right`; absent
    /// at its round ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
}

/// Which way a line was crossed, seen from its first vertex to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrossingDirection {
    /// From the left side to the right side.
    LeftToRight,
    /// From the right side to the left side.
    RightToLeft,
}

/// Why a track counts as outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitReason {
    /// It flew out.
    Left,
    /// It climbed above the greatest height at which the corridor counts.
    Above,
    /// It sank below the least one.
    Below,
    /// The corridor ceased to count at this time.
    Hours,
    /// It was silent for so long that the rule gave it up.
    TrackLost,
    /// The corridor is not watched any more.
    CorridorRemoved,
    /// The corridor was drawn anew, and the track is outside of it.
    CorridorMoved,
    /// The rule does not watch this any more.
    RuleChanged,
}

/// The rule that found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleName {
    /// Its name in the configuration.
    pub name: String,
    /// The heights at which it counts by itself, in words: `120 to 600 m msl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude: Option<String>,
    /// How the height lies to these, if there are any: `within`, `above`, `below`, or
    /// `not-compared` if the fix has no height above that datum and counts by its place alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
}

impl RuleName {
    /// Names a rule that has no heights of its own.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            altitude: None,
            height: None,
        }
    }
}

/// How sure an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The distance to the edge is within the accuracy, or the accuracy is unknown and assumed to be.
    Possible,
    /// Beyond the accuracy once.
    Likely,
    /// Beyond twice the accuracy that the receiver reported.
    Observed,
}

/// The link that the deciding fix arrived on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Its name in the configuration.
    pub name: String,
    /// The frames that it lost in the last minute, of all that its senders sent, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
}

/// The clock that stamped an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Whose time it is.
    pub source: ClockSource,
    /// Whether it can be believed, as far as anything tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted: Option<bool>,
    /// How far it may be off by what vehicles say, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_ms: Option<u64>,
}

/// Whose clock stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockSource {
    /// The host's, kept right over the network.
    Ntp,
    /// The vehicles', by their satellite receivers: the host's is wrong.
    Gnss,
    /// The host's, with nothing to keep it right.
    Host,
}

/// The field unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name in the configuration.
    pub name: String,
}

/// The raw material of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The deciding frames in hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<String>,
    /// The sender's boot clock at the deciding fix, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_ms: Option<u32>,
}
