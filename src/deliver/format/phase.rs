//! Whether an alert begins something, ends it, or tells of a moment.

use crate::monitor::alert::{Alert, Event};

/// The place of an alert in what it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It lasts from here on.
    Begins,
    /// It has lasted, and goes on.
    Continues,
    /// It is over.
    Ends,
    /// It was over at once.
    Moment,
}

/// What an alert tells of: its beginning and its end are of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// A name in the manner of Prometheus.
    pub(super) name: &'static str,
    pub(super) phase: Phase,
}

impl Kind {
    /// Sorts an alert.
    pub(super) fn of(alert: &Alert) -> Self {
        let cleared = alert.interference.as_ref().is_some_and(|it| it.cleared);
        let absence = alert.absence.as_ref();
        let attended = absence.is_some_and(|absence| absence.until.is_some());
        let (name, phase) = match alert.event {
            Event::Approaching => ("CorridorApproached", Phase::Moment),
            Event::Entered => ("CorridorOccupied", Phase::Begins),
            Event::Dwelling => ("CorridorOccupied", Phase::Continues),
            Event::Exited => ("CorridorOccupied", Phase::Ends),
            Event::Crossed => ("CorridorCrossed", Phase::Moment),
            Event::Unattended if attended => ("CorridorUnattended", Phase::Ends),
            Event::Unattended => ("CorridorUnattended", Phase::Begins),
            Event::RouteLeft => ("RouteLeft", Phase::Begins),
            Event::RouteResumed => ("RouteLeft", Phase::Ends),
            Event::TrackLost => ("TrackLost", Phase::Begins),
            Event::TrackRegained => ("TrackLost", Phase::Ends),
            Event::PositionSuspect => ("PositionSuspect", Phase::Begins),
            Event::PositionTrusted => ("PositionSuspect", Phase::Ends),
            Event::IdentityConflict => ("IdentityConflict", Phase::Moment),
            Event::GnssInterference if cleared => ("GnssInterference", Phase::Ends),
            Event::GnssInterference => ("GnssInterference", Phase::Begins),
            Event::Summary => ("AlertsHeldBack", Phase::Moment),
            Event::Test => ("Test", Phase::Moment),
        };
        Self { name, phase }
    }
}
