//! What is kept of an alert that is held back: enough to tell it in a summary, or to let it go.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::monitor::alert::{Alert, Event, Severity, Status, SummaryLine};
use crate::units::Utc;

/// Whose limit an alert counts against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A rule's, by its name.
    Rule(String),
    /// What is told of tracks and of the unit, whatever the rules are.
    Fleet,
    /// An endpoint's, by its name.
    Endpoint(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "rule `{name}`"),
            Self::Fleet => f.write_str("the fleet"),
            Self::Endpoint(name) => write!(f, "endpoint `{name}`"),
        }
    }
}

impl Source {
    /// Returns whose limit `alert` counts against.
    pub(super) fn of(alert: &Alert) -> Self {
        let rule = alert.rule.as_ref();
        rule.map_or(Self::Fleet, |rule| Self::Rule(rule.name.clone()))
    }
}

/// Which part of a story an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// The first of it: something holds from then on.
    Opens,
    /// The last of it: who was told the first waits for this.
    Closes,
    /// Neither.
    Stands,
}

impl Part {
    const fn of(event: Event) -> Self {
        match event {
            Event::Entered | Event::RouteLeft | Event::TrackLost | Event::PositionSuspect => {
                Self::Opens
            }
            Event::Exited | Event::RouteResumed | Event::TrackRegained | Event::PositionTrusted => {
                Self::Closes
            }
            Event::Approaching
            | Event::Dwelling
            | Event::Crossed
            | Event::Unattended
            | Event::IdentityConflict
            | Event::GnssInterference
            | Event::Summary
            | Event::Test => Self::Stands,
        }
    }
}

/// One alert that is held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// As a summary lists it.
    pub(super) told: SummaryLine,
    /// When it was decided.
    pub(super) at: Utc,
    pub(super) severity: Severity,
    pub(super) status: Status,
    pub(super) part: Part,
    /// What the alerts of one story share; absent for one that belongs to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) story: Option<String>,
}

impl Line {
    /// Keeps what is needed of `alert`.
    pub(super) fn of(alert: &Alert) -> Self {
        let track = alert.track.as_ref().map(|track| track.key.clone());
        let corridor = alert.corridor.as_ref().map(|it| it.id.clone());
        Self {
            told: SummaryLine {
                id: alert.id,
                event: alert.event,
                track,
                corridor,
            },
            at: alert.detected_at,
            severity: alert.severity,
            status: alert.status,
            part: Part::of(alert.event),
            story: story(alert),
        }
    }

    /// Says whether this is the end of what `opening` began.
    pub(super) fn closes(&self, opening: &Self) -> bool {
        self.part == Part::Closes
            && opening.part == Part::Opens
            && self.story.is_some()
            && self.story == opening.story
    }
}

/// Names the story that an alert belongs to.
fn story(alert: &Alert) -> Option<String> {
    let subject = alert.subject();
    match alert.event {
        Event::Approaching | Event::Entered | Event::Dwelling | Event::Crossed | Event::Exited => {
            alert.episode.map(|episode| episode.id.to_string())
        }
        Event::RouteLeft | Event::RouteResumed => {
            let route = alert.route.as_ref().map_or("", |route| route.name.as_str());
            Some(format!("route/{subject}/{route}"))
        }
        Event::TrackLost | Event::TrackRegained => Some(format!("lost/{subject}")),
        Event::PositionSuspect | Event::PositionTrusted => Some(format!("suspect/{subject}")),
        Event::Unattended
        | Event::IdentityConflict
        | Event::GnssInterference
        | Event::Summary
        | Event::Test => None,
    }
}
