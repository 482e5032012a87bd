//! Whether a track keeps to the corridor that it is assigned to: a pure state machine.
//!
//! | state     | a fix on the route       | between | a fix off the route             | out of hours |
//! |-----------|--------------------------|---------|---------------------------------|--------------|
//! | awaited   | joining                  | -       | leaving, once the grace is over | awaited      |
//! | joining   | on, if confirmed         | -       | awaited                         | awaited      |
//! | on        | -                        | -       | leaving                         | awaited      |
//! | leaving   | on, or joining           | -       | off, if confirmed: *left*       | awaited      |
//! | off       | returning                | -       | -                               | awaited      |
//! | returning | on, if confirmed: *resumed* | -    | off                             | awaited      |
//!
//! Nothing is told of a track before it was on its route once: until then it is on its way there.
//! Only a route with a grace time tells of those that never come. On the route is who is nearer
//! than the tolerance by more than the margin, off it who is farther by more than that.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::corridor::Hours;
use crate::monitor::alert::{Severity, Status};
use crate::monitor::lists::List;
use crate::monitor::rule::{Confirm, Margin, Who};
use crate::monitor::standing::Side;
use crate::track::TrackTime;
use crate::units::{Metres, Utc};

/// A corridor that tracks are assigned to.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Unique, also among rules; alerts name it as their rule.
    pub name: String,
    /// Who is assigned: whoever is on one of these lists.
    pub assigned: Vec<Arc<List>>,
    /// The corridor's id.
    pub corridor: String,
    /// How far beyond its edge is still on the route.
    pub tolerance: Metres,
    /// When a change of side counts.
    pub confirm: Confirm,
    /// How far beyond the tolerance a fix must be to count.
    pub margin: Margin,
    /// After so long a track counts as off the route though it never was on it.
    pub grace: Option<Duration>,
    /// When the assignment holds.
    pub hours: Hours,
    /// How grave its alerts are.
    pub severity: Severity,
    /// Whether its alerts are meant.
    pub status: Status,
}

impl Route {
    /// Says whether a track is assigned to it.
    #[must_use]
    pub fn is_of(&self, who: &Who<'_>) -> bool {
        self.assigned.iter().any(|list| list.holds(who))
    }

    /// Says on which side of the tolerance a fix lies that is `edge_m` beyond the corridor's edge.
    ///
    /// `depth` is how far inside of the corridor one can get: it must have an inside.
    pub(super) fn side(&self, edge_m: f64, h_acc: Option<Metres>, depth: Metres) -> Side {
        let outer = self.margin.width(h_acc);
        let inner = outer.min(f64::midpoint(self.tolerance.get(), depth.get()));
        Side::of(edge_m - self.tolerance.get(), inner, outer)
    }
}

/// How a track keeps to its route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Keeping {
    /// It was not there yet.
    Awaited {
        /// The first fix since it is assigned.
        since: TrackTime,
    },
    /// It seems to be there for the first time.
    Joining { awaited: TrackTime, row: Row },
    /// It is there.
    On,
    /// It seems to be off.
    Leaving {
        /// Since when it is awaited, if it never was there.
        awaited: Option<TrackTime>,
        row: Row,
    },
    /// It is off.
    Off { since: TrackTime },
    /// It seems to be back.
    Returning { off_since: TrackTime, row: Row },
}

/// Fixes on one side, with none on the other between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    since: TrackTime,
    fixes: u32,
}

/// What a fix says of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// The assignment holds, and the fix lies on this side of the tolerance.
    Side(Side),
    /// The assignment does not hold at that time.
    OutOfHours,
}

/// What a fix changed that outlives a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It is there for the first time.
    Joined,
    /// It has left, or has not come for too long.
    Left { since: TrackTime },
    /// It is back.
    Resumed { at: TrackTime },
    /// The assignment has ended.
    Ended,
}

impl Keeping {
    /// Takes one fix, and returns the next state with the change it makes.
    pub(super) fn step(self, at: TrackTime, lie: Lie, route: &Route) -> (Self, Option<Change>) {
        match (self, lie) {
            (Self::Awaited { .. } | Self::Joining { .. }, Lie::OutOfHours) => {
                (Self::Awaited { since: at }, None)
            }
            (
                Self::On | Self::Leaving { .. } | Self::Off { .. } | Self::Returning { .. },
                Lie::OutOfHours,
            ) => (Self::Awaited { since: at }, Some(Change::Ended)),

            (Self::Awaited { since: awaited }, Lie::Side(Side::Inside)) => {
                join(awaited, Row::new(at), at, route.confirm)
            }
            (Self::Awaited { since }, Lie::Side(Side::Outside)) => {
                let is_over = route.grace.is_some_and(|grace| grace <= at.since(since));
                if is_over {
                    leave(Some(since), Row::new(at), at, route.confirm)
                } else {
                    (self, None)
                }
            }
            (Self::Joining { awaited, row }, Lie::Side(Side::Inside)) => {
                join(awaited, row.next(), at, route.confirm)
            }
            (Self::Joining { awaited, .. }, Lie::Side(Side::Outside)) => {
                (Self::Awaited { since: awaited }, None)
            }

            (Self::On, Lie::Side(Side::Outside)) => leave(None, Row::new(at), at, route.confirm),
            (Self::Leaving { awaited, row }, Lie::Side(Side::Outside)) => {
                leave(awaited, row.next(), at, route.confirm)
            }
            (Self::Leaving { awaited: None, .. }, Lie::Side(Side::Inside)) => (Self::On, None),
            (
                Self::Leaving {
                    awaited: Some(awaited),
                    ..
                },
                Lie::Side(Side::Inside),
            ) => join(awaited, Row::new(at), at, route.confirm),

            (Self::Off { since }, Lie::Side(Side::Inside)) => {
                resume(since, Row::new(at), at, route.confirm)
            }
            (Self::Returning { off_since, row }, Lie::Side(Side::Inside)) => {
                resume(off_since, row.next(), at, route.confirm)
            }
            (Self::Returning { off_since, .. }, Lie::Side(Side::Outside)) => {
                (Self::Off { since: off_since }, None)
            }

            (Self::On, Lie::Side(Side::Inside | Side::Uncertain))
            | (Self::Off { .. }, Lie::Side(Side::Outside | Side::Uncertain))
            | (
                Self::Awaited { .. }
                | Self::Joining { .. }
                | Self::Leaving { .. }
                | Self::Returning { .. },
                Lie::Side(Side::Uncertain),
            ) => (self, None),
        }
    }
}

fn join(
    awaited: TrackTime,
    row: Row,
    at: TrackTime,
    confirm: Confirm,
) -> (Keeping, Option<Change>) {
    if row.confirms(at, confirm) {
        (Keeping::On, Some(Change::Joined))
    } else {
        (Keeping::Joining { awaited, row }, None)
    }
}

fn leave(
    awaited: Option<TrackTime>,
    row: Row,
    at: TrackTime,
    confirm: Confirm,
) -> (Keeping, Option<Change>) {
    if row.confirms(at, confirm) {
        let since = row.since;
        (Keeping::Off { since }, Some(Change::Left { since }))
    } else {
        (Keeping::Leaving { awaited, row }, None)
    }
}

fn resume(
    off_since: TrackTime,
    row: Row,
    at: TrackTime,
    confirm: Confirm,
) -> (Keeping, Option<Change>) {
    if row.confirms(at, confirm) {
        (Keeping::On, Some(Change::Resumed { at: row.since }))
    } else {
        (Keeping::Returning { off_since, row }, None)
    }
}

impl Row {
    fn new(at: TrackTime) -> Self {
        Self {
            since: at,
            fixes: 1,
        }
    }

    fn next(self) -> Self {
        Self {
            fixes: self.fixes.saturating_add(1),
            ..self
        }
    }

    fn confirms(self, at: TrackTime, confirm: Confirm) -> bool {
        confirm.is_met(self.fixes, at.since(self.since))
    }
}

/// What is kept of a track and its route over a restart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub(super) enum RouteRecord {
    /// It was there.
    On,
    /// It was off, and that was told.
    Off {
        /// Since when.
        since: Utc,
        /// How many alerts told of it.
        alerts: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps through `lies` (`x` on the route, `~` between, `-` off it, `o` out of hours), one fix
    /// a second, three of which confirm, and compares the changes (`J` joined, `L` left, `R` resumed,
    /// `E` ended).
    #[track_caller]
    fn check_with(grace: Option<Duration>, lies: &str, expected: &str, why: &str) {
        let route = Route {
            grace,
            ..route(100.0)
        };
        let mut keeping = Keeping::Awaited {
            since: TrackTime::default(),
        };
        let mut told = String::new();
        for (second, lie) in (0..).zip(lies.chars()) {
            let lie = match lie {
                'x' => Lie::Side(Side::Inside),
                '~' => Lie::Side(Side::Uncertain),
                '-' => Lie::Side(Side::Outside),
                _ => Lie::OutOfHours,
            };
            let at = TrackTime::from_micros(second * 1_000_000);
            let (next, change) = keeping.step(at, lie, &route);
            keeping = next;
            told.push(match change {
                None => '.',
                Some(Change::Joined) => 'J',
                Some(Change::Left { .. }) => 'L',
                Some(Change::Resumed { .. }) => 'R',
                Some(Change::Ended) => 'E',
            });
        }
        assert_eq!(told, expected, "{why}");
    }

    fn check(lies: &str, expected: &str, why: &str) {
        check_with(None, lies, expected, why);
    }

    fn route(tolerance_m: f64) -> Route {
        Route {
            name: "patrol".to_owned(),
            assigned: Vec::new(),
            corridor: "road".to_owned(),
            tolerance: Metres::new(tolerance_m).unwrap(),
            confirm: Confirm {
                fixes: Some(3),
                span: None,
            },
            margin: Margin::default(),
            grace: None,
            hours: Hours::default(),
            severity: Severity::default(),
            status: Status::default(),
        }
    }

    #[test]
    fn nothing_is_told_before_the_track_was_on_its_route() {
        check("--------", "........", "it is on its way there");
        check("--x-xx--", "........", "two short visits confirm nothing");
        check("--xxx---", "....J..L", "it was there, and has left");
    }

    #[test]
    fn leaving_and_coming_back_are_each_told_once_and_when_confirmed() {
        check("xxx-x--x-----", "..J.......L..", "stray fixes are noise");
        check("xxx---x--xxxx", "..J..L.....R.", "the same on the way back");
        check("xxx-~-~-", "..J....L", "fixes between do not break the row");
        check("xxx~~~~~", "..J.....", "nor do they make one");
    }

    #[test]
    fn with_a_grace_time_who_never_comes_is_told_as_well() {
        let grace = Some(Duration::from_secs(4));
        check_with(grace, "----------", "......L...", "off for the whole time");
        check_with(
            grace,
            "----xxx---",
            "......J..L",
            "it came at the last moment",
        );
        check_with(
            grace,
            "-----x----",
            ".........L",
            "one fix there is not enough",
        );
        check_with(grace, "-----x-xxx", ".........J", "but three are");
    }

    #[test]
    fn out_of_hours_an_assignment_is_over_and_begins_anew() {
        check("xxxo---", "..JE...", "it may go where it likes");
        check(
            "xxx---oxxx",
            "..J..LE..J",
            "it is awaited again, not resumed",
        );
        check("--oo--", "......", "nothing was under way");
        check("xxx--oxxx", "..J..E..J", "nor is leaving told");
    }

    #[test]
    fn the_tolerance_lies_between_margins_and_has_an_inside() {
        let side = |tolerance_m, edge_m, depth_m| {
            let depth = Metres::new(depth_m).unwrap();
            route(tolerance_m).side(edge_m, Metres::new(5.0).ok(), depth)
        };
        // Ten metres and twice the accuracy of five.
        assert_eq!(side(100.0, 79.0, 500.0), Side::Inside);
        assert_eq!(side(100.0, 81.0, 500.0), Side::Uncertain);
        assert_eq!(side(100.0, 119.0, 500.0), Side::Uncertain);
        assert_eq!(side(100.0, 121.0, 500.0), Side::Outside);
        assert_eq!(side(0.0, -6.0, 10.0), Side::Inside);
        assert_eq!(side(0.0, -4.0, 10.0), Side::Uncertain);
    }
}
