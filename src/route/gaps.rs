//! Which alerts could come that no route takes.

use std::fmt;

use crate::corridor::Corridor;
use crate::monitor::alert::{Event, Severity, Status};
use crate::route::ground::Ground;
use crate::route::subject::{Place, Subject};
use crate::route::{Routing, Target};
use crate::track::TrackKind;

/// A kind of alert that the configuration makes possible.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prospect<'a> {
    /// What it would tell.
    pub event: Event,
    /// How grave it would be.
    pub severity: Severity,
    /// Whether it would be meant.
    pub status: Status,
    /// The kind of track that it would be about, if any.
    pub kind: Option<TrackKind>,
    /// The corridor that it would be about, if any.
    pub corridor: Option<&'a Corridor>,
}

/// Returns those of `prospects` that would go to no endpoint.
///
/// A route with areas takes none of them for sure: a position may lie outside.
pub fn gaps<'a>(
    routing: &Routing,
    prospects: impl IntoIterator<Item = Prospect<'a>>,
) -> Vec<Prospect<'a>> {
    let lost = |prospect: &Prospect<'a>| routing.chosen(&prospect.subject()).is_empty();
    prospects.into_iter().filter(lost).collect()
}

/// Returns the endpoints that would get none of `prospects`, wherever things happen.
#[must_use]
pub fn idle<'r>(routing: &'r Routing, prospects: &[Prospect<'_>]) -> Vec<&'r str> {
    let is_idle = |target: &&'r Target| {
        let takes = |prospect: &Prospect<'_>| target.route.takes(&prospect.subject());
        !target.is_default && target.route.areas.is_none() && !prospects.iter().any(takes)
    };
    let idle = routing.targets().iter().filter(is_idle);
    idle.map(|target| target.name.as_str()).collect()
}

impl<'a> Prospect<'a> {
    fn subject(&self) -> Subject<'a> {
        Subject {
            event: self.event,
            severity: self.severity,
            status: self.status,
            kind: self.kind.map(TrackKind::name),
            grounds: self.corridor.iter().copied().map(Ground::from).collect(),
            place: Place::Somewhere,
        }
    }
}

impl fmt::Display for Prospect<'_> {
    /// Writes `entered of a vehicle in x-mk-gevgelija (major, actual)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event.short_name())?;
        if let Some(kind) = self.kind {
            write!(f, " of {}", kind.name())?;
        }
        if let Some(corridor) = self.corridor {
            write!(f, " in {}", corridor.id)?;
        }
        write!(f, " ({}, {})", self.severity.name(), self.status.name())
    }
}
