//! What makes other alerts worthless while it lasts: a lost track its exits, interference all that
//! is said of places.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::monitor::alert::{Alert, Event, ExitReason};
use crate::monitor::storm::line::{Line, Part, Source};
use crate::units::{LatLon, Metres, Monotonic};

/// After this time what was held is settled, whether its reason is over or not.
pub(super) const INHIBITION_MAX: Duration = Duration::from_secs(12 * 3_600);

/// How many alerts one reason holds; those that could be let go later are the last to make way.
pub(super) const KEPT_MAX: usize = 200;

/// Which alerts mute others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inhibit {
    /// A lost track mutes what is said of its leaving.
    pub track_lost: bool,
    /// Interference mutes what is said of places in its area.
    pub interference: bool,
}

impl Default for Inhibit {
    fn default() -> Self {
        Self {
            track_lost: true,
            interference: true,
        }
    }
}

impl Inhibit {
    /// Says whether a reason is to mute anything.
    pub(super) const fn asks(self, by: &Inhibitor) -> bool {
        match by {
            Inhibitor::TrackLost(_) => self.track_lost,
            Inhibitor::Interference(_) => self.interference,
        }
    }
}

/// What mutes other alerts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inhibitor {
    /// A track that is lost, by key.
    TrackLost(String),
    /// Interference, by the time that it began.
    Interference(String),
}

impl fmt::Display for Inhibitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrackLost(track) => write!(f, "track {track} is lost"),
            Self::Interference(since) => write!(f, "interference since {since}"),
        }
    }
}

/// Whom something mutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Tracks by key, wherever they are.
    pub tracks: BTreeSet<String>,
    /// Whoever is there.
    pub area: Option<Area>,
}

/// A disc on the ground.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its middle.
    pub centre: LatLon,
    /// How far it reaches.
    pub radius: Metres,
}

impl Scope {
    /// Says whether `alert` is about somebody in it.
    fn has(&self, alert: &Alert) -> bool {
        let is_named = |key: &str| self.tracks.contains(key);
        let track = alert.track.as_ref();
        let place = alert.position.as_ref();
        let place = place.and_then(|it| LatLon::new(it.lat, it.lon).ok());
        track.is_some_and(|track| is_named(&track.key))
            || self.area.is_some_and(|area| {
                place.is_some_and(|place| place.distance_m(area.centre) <= area.radius.get())
            })
    }
}

/// One reason to mute, and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Inhibition {
    pub(super) by: Inhibitor,
    pub(super) scope: Scope,
    /// When it is settled at the latest.
    pub(super) until: Monotonic,
    /// What it holds, in the order in which it was decided.
    pub(super) kept: Vec<(Source, Line)>,
}

/// What is done with an alert that is muted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Keeping {
    /// It is kept; one that was kept makes way for it and goes into a summary.
    Kept {
        instead_of: Option<Box<(Source, Line)>>,
    },
    /// There is no room but for what may be let go later: it goes its way.
    Full,
}

/// What is done at last with what was held.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settled {
    /// What holds still, and the ends of what was told: they are told late.
    pub(super) stands: Vec<(Source, Line)>,
    /// What is over or was of the moment: only a summary tells of it.
    pub(super) over: Vec<(Source, Line)>,
}

impl Inhibition {
    /// Says whether `alert` is muted.
    pub(super) fn mutes(&self, alert: &Alert) -> bool {
        self.scope.has(alert) && concerns(&self.by, alert)
    }

    /// Keeps one more.
    pub(super) fn keep(&mut self, source: Source, line: Line) -> Keeping {
        self.kept.push((source, line));
        if self.kept.len() <= KEPT_MAX {
            return Keeping::Kept { instead_of: None };
        }
        let newest = self.kept.len() - 1;
        let is_over = |(index, _line): &(usize, &(Source, Line))| self.is_over(*index);
        match self.kept.iter().enumerate().find(is_over) {
            Some((index, _line)) if index < newest => Keeping::Kept {
                instead_of: Some(Box::new(self.kept.remove(index))),
            },
            Some(_) | None => {
                self.kept.pop();
                Keeping::Full
            }
        }
    }

    /// Sorts out what is told late and what only a summary tells of.
    pub(super) fn settle(self) -> Settled {
        let are_over: Vec<bool> = (0..self.kept.len()).map(|it| self.is_over(it)).collect();
        let mut settled = Settled::default();
        for (kept, is_over) in self.kept.into_iter().zip(are_over) {
            let pile = if is_over {
                &mut settled.over
            } else {
                &mut settled.stands
            };
            pile.push(kept);
        }
        settled
    }

    /// Says whether nobody waits for one that is kept: it was of the moment, or both the beginning
    /// and the end of its story are here.
    fn is_over(&self, index: usize) -> bool {
        let (_source, line) = &self.kept[index];
        match line.part {
            Part::Stands => true,
            Part::Opens => {
                let mut later = self.kept[index + 1..].iter();
                later.any(|(_source, end)| end.closes(line))
            }
            Part::Closes => {
                let mut earlier = self.kept[..index].iter();
                earlier.any(|(_source, opening)| line.closes(opening))
            }
        }
    }
}

/// Says which alerts a reason makes worthless.
fn concerns(by: &Inhibitor, alert: &Alert) -> bool {
    let is_lost = match by {
        Inhibitor::TrackLost(_) => true,
        Inhibitor::Interference(_) => false,
    };
    match alert.event {
        Event::Exited => alert.reason.is_none_or(is_of_places),
        Event::PositionSuspect => is_lost,
        Event::Approaching
        | Event::Entered
        | Event::Dwelling
        | Event::Crossed
        | Event::RouteLeft
        | Event::RouteResumed => !is_lost,
        Event::PositionTrusted
        | Event::Unattended
        | Event::TrackLost
        | Event::TrackRegained
        | Event::IdentityConflict
        | Event::GnssInterference
        | Event::Summary
        | Event::Test => false,
    }
}

/// Says whether an exit was concluded from places, or from their absence.
const fn is_of_places(reason: ExitReason) -> bool {
    match reason {
        ExitReason::Left | ExitReason::Above | ExitReason::Below | ExitReason::TrackLost => true,
        ExitReason::Hours
        | ExitReason::CorridorRemoved
        | ExitReason::CorridorMoved
        | ExitReason::RuleChanged => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::storm::fixture::line;

    #[test]
    fn what_stands_is_told_late_and_what_is_over_only_in_a_summary() {
        check("", "", "");
        check("e1", "e1", "still inside");
        check("x1", "x1", "the end of what was told");
        check("e1 x1", "", "nobody has to hear of it");
        check("x1 e2", "x1 e2", "out, and in anew");
        check("e1 x1 e2", "e2", "only the last stay lasts");
        check("d1 e2 d2", "e2", "what was of the moment");
    }

    /// Keeps alerts named by a letter, see [`line`], and a story, and settles them.
    #[track_caller]
    fn check(kept: &str, stands: &str, why: &str) {
        let mut inhibition = inhibition();
        for (number, word) in (0..).zip(kept.split_whitespace()) {
            let keeping = inhibition.keep(Source::Fleet, named(word, number));
            assert_eq!(keeping, Keeping::Kept { instead_of: None });
        }
        let count = inhibition.kept.len();
        let settled = inhibition.settle();
        assert_eq!(settled.stands.len() + settled.over.len(), count);
        let words: Vec<String> = settled.stands.iter().map(|(_, line)| word(line)).collect();
        assert_eq!(words.join(" "), stands, "{why}");
    }

    fn named(word: &str, number: u32) -> Line {
        let letter = word.chars().next().unwrap();
        line(letter, number, word[1..].parse().unwrap())
    }

    fn word(line: &Line) -> String {
        let letter = match line.part {
            Part::Opens => 'e',
            Part::Closes => 'x',
            Part::Stands => 'd',
        };
        format!("{letter}{}", line.story.as_deref().unwrap_or_default())
    }

    fn inhibition() -> Inhibition {
        Inhibition {
            by: Inhibitor::TrackLost("vehicle:alpha/1".to_owned()),
            scope: Scope::default(),
            until: Monotonic::default(),
            kept: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_that_is_over_makes_way_and_what_stands_never_does() {
        let mut inhibition = inhibition();
        let mut number = 0;
        let mut keep = |letter| {
            number += 1;
            inhibition.keep(Source::Fleet, line(letter, number, number))
        };
        assert_eq!(keep('d'), Keeping::Kept { instead_of: None });
        for _ in 1..KEPT_MAX {
            assert_eq!(keep('e'), Keeping::Kept { instead_of: None });
        }
        match keep('x') {
            Keeping::Kept {
                instead_of: Some(gone),
            } => assert_eq!(word(&gone.1), "d1"),
            other @ (Keeping::Kept { .. } | Keeping::Full) => panic!("{other:?}"),
        }
        assert_eq!(keep('x'), Keeping::Full, "all of them are waited for");
        assert_eq!(keep('d'), Keeping::Full, "itself is the least");
        assert_eq!(inhibition.kept.len(), KEPT_MAX);
    }
}
