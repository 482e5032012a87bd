//! Alerts for the tests of this room.

use uuid::Uuid;

use crate::monitor::alert::{
    Alert, Clock, ClockSource, Episode, Event, RuleName, Severity, Status, SummaryLine, Track,
};
use crate::monitor::storm::line::{Line, Part};
use crate::units::Utc;

/// When the tests happen: 2026-05-01T10:00:00Z.
pub(super) const START: Utc = Utc::from_micros(1_777_629_600_000_000);

/// A clock that nobody vouches for.
pub(super) const CLOCK: Clock = Clock {
    source: ClockSource::Host,
    trusted: None,
    error_ms: None,
};

/// Makes a line: `e` opens a story, `x` closes it, `d` stands.
pub(super) fn line(letter: char, number: u32, story: u32) -> Line {
    let (part, event) = match letter {
        'e' => (Part::Opens, Event::Entered),
        'x' => (Part::Closes, Event::Exited),
        _ => (Part::Stands, Event::Dwelling),
    };
    Line {
        told: SummaryLine {
            id: Uuid::from_u128(u128::from(number) + 1),
            event,
            track: None,
            corridor: None,
        },
        at: START,
        severity: Severity::Major,
        status: Status::Actual,
        part,
        story: Some(story.to_string()),
    }
}

/// Makes an alert of rule `road` about `track`, as grave as usual.
pub(super) fn alert(event: Event, track: &str, number: u32, at: Utc) -> Alert {
    let id = Uuid::from_u128(0x1_0000 + u128::from(number));
    Alert {
        track: Some(track_of(track)),
        rule: Some(RuleName::of("road")),
        ..Alert::bare(id, event, at, CLOCK, "unit")
    }
}

/// Makes an alert of the episode `story` of a track.
pub(super) fn of_episode(alert: Alert, story: u128) -> Alert {
    Alert {
        episode: Some(Episode {
            id: Uuid::from_u128(story),
            index: 0,
        }),
        ..alert
    }
}

/// Makes a vehicle of which nothing is known but its key.
pub(super) fn track_of(key: &str) -> Track {
    Track {
        key: key.to_owned(),
        kind: "vehicle".to_owned(),
        system_id: None,
        component_id: None,
        callsign: None,
        icao: None,
        remote_id: None,
        operator_id: None,
        loss_percent: None,
        mav_type: None,
        autopilot: None,
    }
}
