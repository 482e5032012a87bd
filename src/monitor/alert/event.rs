//! What an alert may tell, how grave it is, and whether it is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What happened, as the `type` of the body names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Event {
    /// Course and speed lead inside within the rule's horizon.
    #[serde(rename = "corridor.approaching")]
    Approaching,
    /// Confirmed inside.
    #[serde(rename = "corridor.entered")]
    Entered,
    /// Inside for longer than the rule's dwell time.
    #[serde(rename = "corridor.dwelling")]
    Dwelling,
    /// Right through between two fixes, or within the confirmation, and confirmed outside.
    #[serde(rename = "corridor.crossed")]
    Crossed,
    /// Confirmed outside.
    #[serde(rename = "corridor.exited")]
    Exited,
    /// None of those that should be there is in the corridor.
    #[serde(rename = "corridor.unattended")]
    Unattended,
    /// Away from the corridor that it is assigned to.
    #[serde(rename = "route.left")]
    RouteLeft,
    /// Back in the corridor that it is assigned to.
    #[serde(rename = "route.resumed")]
    RouteResumed,
    /// Silent for longer than its link allows.
    #[serde(rename = "track.lost")]
    TrackLost,
    /// Heard again after it was lost.
    #[serde(rename = "track.regained")]
    TrackRegained,
    /// What it tells of its place cannot all be true.
    #[serde(rename = "position.suspect")]
    PositionSuspect,
    /// What it tells of its place has agreed with itself for long enough.
    #[serde(rename = "position.trusted")]
    PositionTrusted,
    /// Two senders use one identity.
    #[serde(rename = "identity.conflict")]
    IdentityConflict,
    /// Several tracks turned suspect together.
    #[serde(rename = "gnss.interference")]
    GnssInterference,
    /// Alerts were held back.
    #[serde(rename = "summary")]
    Summary,
    /// A person asked for it.
    #[serde(rename = "test")]
    Test,
}

impl Event {
    /// Every event that rules ask for, in the order of an episode.
    pub const OF_CORRIDORS: [Self; 5] = [
        Self::Approaching,
        Self::Entered,
        Self::Dwelling,
        Self::Crossed,
        Self::Exited,
    ];
    /// Every event about a track as such, whatever corridors there are.
    pub const OF_TRACKS: [Self; 6] = [
        Self::TrackLost,
        Self::TrackRegained,
        Self::PositionSuspect,
        Self::PositionTrusted,
        Self::IdentityConflict,
        Self::GnssInterference,
    ];
    /// Every event.
    pub const ALL: [Self; 16] = [
        Self::Approaching,
        Self::Entered,
        Self::Dwelling,
        Self::Crossed,
        Self::Exited,
        Self::Unattended,
        Self::RouteLeft,
        Self::RouteResumed,
        Self::TrackLost,
        Self::TrackRegained,
        Self::PositionSuspect,
        Self::PositionTrusted,
        Self::IdentityConflict,
        Self::GnssInterference,
        Self::Summary,
        Self::Test,
    ];

    /// Returns the full name, `corridor.entered`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approaching => "corridor.approaching",
            Self::Entered => "corridor.entered",
            Self::Dwelling => "corridor.dwelling",
            Self::Crossed => "corridor.crossed",
            Self::Exited => "corridor.exited",
            Self::Unattended => "corridor.unattended",
            Self::RouteLeft => "route.left",
            Self::RouteResumed => "route.resumed",
            Self::TrackLost => "track.lost",
            Self::TrackRegained => "track.regained",
            Self::PositionSuspect => "position.suspect",
            Self::PositionTrusted => "position.trusted",
            Self::IdentityConflict => "identity.conflict",
            Self::GnssInterference => "gnss.interference",
            Self::Summary => "summary",
            Self::Test => "test",
        }
    }

    /// Returns the name that the configuration uses, `entered`.
    #[must_use]
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Approaching => "approaching",
            Self::Entered => "entered",
            Self::Dwelling => "dwelling",
            Self::Crossed => "crossed",
            Self::Exited => "exited",
            Self::Unattended => "unattended",
            Self::RouteLeft => "route-left",
            Self::RouteResumed => "route-resumed",
            Self::TrackLost => "track-lost",
            Self::TrackRegained => "track-regained",
            Self::PositionSuspect => "position-suspect",
            Self::PositionTrusted => "position-trusted",
            Self::IdentityConflict => "conflict",
            Self::GnssInterference => "interference",
            Self::Summary => "summary",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How grave an alert is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For the record.
    Info,
    /// Worth a look.
    Minor,
    /// Worth a patrol.
    #[default]
    Major,
    /// Worth waking somebody.
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Minor, Self::Major, Self::Critical];

    /// Returns the name in the configuration and the body.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// Whether an alert is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The real thing.
    #[default]
    Actual,
    /// Part of an exercise.
    Exercise,
    /// A technical test.
    Test,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Actual, Self::Exercise, Self::Test];

    /// Returns the name in the configuration and the body.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Exercise => "exercise",
            Self::Test => "test",
        }
    }
}
