//! What routes look at: an alert, or one that may come.

use crate::monitor::alert::{Alert, Event, Severity, Status};
use crate::route::ground::Ground;
use crate::units::LatLon;

/// The parts of an alert that routes ask for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject<'a> {
    pub(super) event: Event,
    pub(super) severity: Severity,
    pub(super) status: Status,
    /// The kind of its track by name, if it is about one.
    pub(super) kind: Option<&'a str>,
    /// Its corridors.
    pub(super) grounds: Vec<Ground<'a>>,
    pub(super) place: Place,
}

/// Where an alert happened, as far as areas can be compared with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Here.
    Known(LatLon),
    /// Nobody can say yet.
    Somewhere,
    /// It has no place.
    Nowhere,
}

impl<'a> Subject<'a> {
    /// Looks at an alert that has happened.
    pub(super) fn of(alert: &'a Alert) -> Self {
        let own = alert.corridor.iter().map(Ground::from);
        Self {
            event: alert.event,
            severity: alert.severity,
            status: alert.status,
            kind: alert.track.as_ref().map(|track| track.kind.as_str()),
            grounds: own.chain(alert.also.iter().map(Ground::from)).collect(),
            place: Place::of(alert),
        }
    }
}

impl Place {
    /// The deciding fix, or the middle of what an alert about several tracks is about.
    fn of(alert: &Alert) -> Self {
        let fix = alert.position.as_ref().map(|fix| (fix.lat, fix.lon));
        let centre = alert.interference.as_ref().map(|area| area.centre);
        let place = fix.or_else(|| centre.map(|centre| (centre.lat, centre.lon)));
        match place.and_then(|(lat, lon)| LatLon::new(lat, lon).ok()) {
            Some(place) => Self::Known(place),
            None => Self::Nowhere,
        }
    }
}
