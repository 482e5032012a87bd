//! Why something was told of a track and a corridor, or was not: the question, and its answer in words.

pub(super) mod words;

use serde::{Deserialize, Serialize};

use crate::units::Utc;

/// Fixes that an answer tells of, unless somebody asks for another number.
pub const FIXES_DEFAULT: usize = 12;

/// What somebody wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The track's key.
    pub track: String,
    /// The corridor's id.
    pub corridor: String,
    /// About when; about the last fixes without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Utc>,
    /// Only by this rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Of how many fixes, at most.
    #[serde(default = "fixes_default")]
    pub fixes: usize,
}

const fn fixes_default() -> usize {
    FIXES_DEFAULT
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "kebab-case")]
pub enum Explanation {
    /// Something that the question names is not there.
    Nothing(Unknown),
    /// All is there.
    Story(Story),
}

/// Something that the question names and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// `track`, `corridor` or `rule`.
    pub what: String,
    /// The name that nobody has.
    pub name: String,
    /// The names that are most like it.
    pub nearest: Vec<String>,
}

/// What is known of a track and a corridor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// The track's key.
    pub track: String,
    /// The corridor's id.
    pub corridor: String,
    /// The corridor's name.
    pub name: String,
    /// What each rule makes of it as of the last fix that is told of.
    pub rules: Vec<RuleVerdict>,
    /// The fixes, oldest first, with those that did not pass the gate.
    pub fixes: Vec<FixAccount>,
    /// Since when fixes of the track are kept; absent if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_since: Option<Utc>,
}

/// What a rule makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVerdict {
    /// The rule's name.
    pub rule: String,
    /// In words.
    pub verdict: String,
}

/// One fix, or one position that did not become one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixAccount {
    /// When it was made.
    pub at: Utc,
    /// Latitude, degrees; absent if it said no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Horizontal accuracy as the receiver reports it, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h_acc_m: Option<f64>,
    /// What the quality gate said.
    pub gate: String,
    /// Signed distance to the edge, metres: negative inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_m: Option<f64>,
    /// How its height lies to the heights at which the corridor counts, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
    /// Whether the corridor counts at its time, if it does not always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// What each rule that watches made of it.
    pub rules: Vec<RuleAccount>,
}

/// What one rule made of one fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleAccount {
    /// The rule's name.
    pub rule: String,
    /// What was taken for the accuracy, since none was reported, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_assumed_m: Option<f64>,
    /// How far inside the edge counts, metres.
    pub margin_in_m: f64,
    /// How far outside the edge counts, metres.
    pub margin_out_m: f64,
    /// `inside`, `uncertain` or `outside`.
    pub side: String,
    /// Where the track stood before; absent if that is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Where it stood from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What was told, or why nothing was.
    pub verdict: String,
}
