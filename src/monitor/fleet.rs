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
    /// How grave all of them are; absent if each is as grave as its event.
    pub severity: Option<Severity>,
    /// Whether they are meant.
    pub status: Status,
    /// How many of them are told one by one.
    pub rate: Rate,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            events: Event::OF_TRACKS.to_vec(),
            tracks: TrackKind::ALL.to_vec(),
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
