//! What is told about tracks as such, whatever corridors there are.

use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::storm::Rate;
use crate::track::TrackKind;

/// Which events of which tracks are told, and how grave they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// Which of [`Event::OF_TRACKS`].
    pub events: Vec<Event>,
    /// Of which kinds of tracks.
    pub tracks: Vec<TrackKind>,
    /// Of which tracks it is told that they are lost.
    pub lost: LossWhere,
    /// How grave all of them are; absent if each is as grave as its event.
    pub severity: Option<Severity>,
    /// Whether they are meant.
    pub status: Status,
    /// How many of them are told one by one.
    pub rate: Rate,
}

/// Where a loss is worth telling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossWhere {
    /// Inside a corridor, as far as a rule knows.
    #[default]
    InCorridor,
    /// Wherever it was.
    Anywhere,
}

impl LossWhere {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 2] = [Self::InCorridor, Self::Anywhere];

    /// Returns the name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InCorridor => "in-corridor",
            Self::Anywhere => "anywhere",
        }
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            events: Event::OF_TRACKS.to_vec(),
            tracks: TrackKind::ALL.to_vec(),
            lost: LossWhere::default(),
            severity: None,
            status: Status::default(),
            rate: Rate::default(),
        }
    }
}

impl Fleet {
    /// Says whether an event of a track is told.
    #[must_use]
    pub fn tells(&self, event: Event, kind: TrackKind) -> bool {
        self.events.contains(&event) && self.tracks.contains(&kind)
    }

    /// Says whether a loss inside a corridor, or outside of all of them, is told.
    #[must_use]
    pub fn tells_loss(&self, is_inside: bool) -> bool {
        match self.lost {
            LossWhere::InCorridor => is_inside,
            LossWhere::Anywhere => true,
        }
    }

    /// Says how grave an event is.
    #[must_use]
    pub fn severity_of(&self, event: Event) -> Severity {
        self.severity.unwrap_or(match event {
            Event::TrackLost | Event::PositionSuspect => Severity::Minor,
            Event::TrackRegained | Event::PositionTrusted => Severity::Info,
            Event::GnssInterference
            | Event::IdentityConflict
            | Event::Approaching
            | Event::Entered
            | Event::Dwelling
            | Event::Crossed
            | Event::Exited
            | Event::Unattended
            | Event::RouteLeft
            | Event::RouteResumed
            | Event::Summary
            | Event::Test => Severity::Major,
        })
    }
}
