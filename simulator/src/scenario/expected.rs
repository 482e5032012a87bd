//! What a unit should hear of a scenario, and how what it heard differs.
//!
//! Pure. The order counts for each track by itself: which of two vehicles is told first is chance.

use std::collections::BTreeSet;
use std::fmt;
use std::iter;
use std::time::Duration;

use serde::Deserialize;

use super::file::duration;

/// How far off the time of an event may be, unless the scenario says otherwise.
const WITHIN: Duration = Duration::from_secs(2);
/// How long after an event a unit has to have heard of it, unless the scenario says otherwise.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// An alert that a unit should hear.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expected {
    /// What happened, `corridor.entered`.
    pub event: String,
    /// Whose it is, a track's key without its namespace, `vehicle:1`; anybody's if absent.
    pub track: Option<String>,
    /// In which corridor; in none if absent.
    pub corridor: Option<String>,
    /// Whether it is meant.
    #[serde(default = "actual")]
    pub status: String,
    /// Which way a line was crossed, if that matters.
    pub direction: Option<String>,
    /// When it happened, since the start.
    #[serde(deserialize_with = "duration")]
    pub at: Duration,
    /// How far off that may be.
    #[serde(default = "within", deserialize_with = "duration")]
    pub within: Duration,
    /// How long after that it has to be told.
    #[serde(default = "told_within", deserialize_with = "duration")]
    pub told_within: Duration,
    /// Whether a unit may as well not hear it.
    #[serde(default)]
    pub optional: bool,
    /// How often it is heard, if it is anybody's.
    #[serde(default = "once")]
    pub times: usize,
}

/// An alert that a unit has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub event: String,
    /// Whose it is, a track's key without its namespace.
    pub track: String,
    /// In which corridor.
    pub corridor: Option<String>,
    /// Whether it is meant.
    pub status: String,
    /// Which way a line was crossed.
    pub direction: Option<String>,
    /// When it happened and when it was told, since the start; judged if present.
    pub times: Option<Times>,
}

/// The times of an alert, since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it happened.
    pub occurred: Duration,
    /// When it was told.
    pub told: Duration,
}

/// The first thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It should have been heard, and nothing was heard in its place.
    Missing(Expected),
    /// It should not have been heard.
    Unexpected(Told),
    /// Something else was heard in its place.
    Instead {
        /// What should have been heard.
        expected: Expected,
        /// What was heard.
        told: Told,
    },
}

/// Compares what was heard with what should have been, and returns the first difference.
#[must_use]
pub fn first_difference(expected: &[Expected], told: &[Told]) -> Option<Difference> {
    let mut left: Vec<&Told> = told.iter().collect();
    let of_anybody = expected.iter().filter(|it| it.track.is_none());
    for wanted in of_anybody.flat_map(|it| iter::repeat_n(it, it.times)) {
        match left.iter().position(|told| wanted.fits(told)) {
            Some(found) => {
                left.remove(found);
            }
            None if wanted.optional => {}
            None => return Some(Difference::Missing(wanted.clone())),
        }
    }
    let named = expected.iter().filter_map(|it| it.track.as_deref());
    let tracks: BTreeSet<&str> = named
        .chain(left.iter().map(|it| it.track.as_str()))
        .collect();
    tracks.into_iter().find_map(|track| {
        let wanted = expected
            .iter()
            .filter(|it| it.track.as_deref() == Some(track));
        let heard = left.iter().copied().filter(|it| it.track == track);
        difference_in_order(wanted, heard)
    })
}

/// Compares the alerts of one track.
fn difference_in_order<'a>(
    mut expected: impl Iterator<Item = &'a Expected>,
    told: impl Iterator<Item = &'a Told>,
) -> Option<Difference> {
    for told in told {
        let wanted = expected.find(|wanted| wanted.fits(told) || !wanted.optional);
        match wanted {
            Some(wanted) if wanted.fits(told) => {}
            Some(wanted) => {
                return Some(Difference::Instead {
                    expected: wanted.clone(),
                    told: told.clone(),
                });
            }
            None => return Some(Difference::Unexpected(told.clone())),
        }
    }
    let missing = expected.find(|wanted| !wanted.optional);
    missing.cloned().map(Difference::Missing)
}

impl Expected {
    fn fits(&self, told: &Told) -> bool {
        let is_in_time = |times: Times| {
            times.occurred.abs_diff(self.at) <= self.within
                && times.told <= self.at + self.told_within
        };
        self.event == told.event
            && self.track.as_ref().is_none_or(|track| *track == told.track)
            && self.corridor == told.corridor
            && self.status == told.status
            && (self.direction.is_none() || self.direction == told.direction)
            && told.times.is_none_or(is_in_time)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, status, .. } = self;
        let track = self.track.as_deref().unwrap_or("anybody");
        let corridor = self.corridor.as_deref().unwrap_or("no corridor");
        if self.times != 1 {
            write!(f, "{} times ", self.times)?;
        }
        write!(f, "{event} of {track} in {corridor}, {status}, ")?;
        if let Some(direction) = &self.direction {
            write!(f, "{direction}, ")?;
        }
        let [at_s, within_s, told_s] =
            [self.at, self.within, self.told_within].map(|span| span.as_secs_f64());
        write!(
            f,
            "at {at_s} s, {within_s} s more or less, told {told_s} s later at most"
        )
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            event,
            track,
            status,
            ..
        } = self;
        let corridor = self.corridor.as_deref().unwrap_or("no corridor");
        write!(f, "{event} of {track} in {corridor}, {status}")?;
        if let Some(direction) = &self.direction {
            write!(f, ", {direction}")?;
        }
        if let Some(Times { occurred, told }) = self.times {
            let (at_s, told_s) = (occurred.as_secs_f64(), told.as_secs_f64());
            write!(f, ", at {at_s:.1} s, told at {told_s:.1} s")?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(expected) => write!(f, "missing: {expected}"),
            Self::Unexpected(told) => write!(f, "unexpected: {told}"),
            Self::Instead { expected, told } => write!(f, "instead of {expected}: {told}"),
        }
    }
}

fn actual() -> String {
    "actual".to_owned()
}

const fn once() -> usize {
    1
}

const fn within() -> Duration {
    WITHIN
}

const fn told_within() -> Duration {
    TOLD_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_met_by_itself_alone() {
        check("1E 1X", "1E 1X", "", "the same");
        check(
            "1E 1X",
            "1E",
            "missing: corridor.exited of vehicle:1",
            "one is missing",
        );
        check(
            "1E",
            "1E 1X",
            "unexpected: corridor.exited",
            "one is too many",
        );
        check(
            "1E 1X",
            "1X 1E",
            "instead of corridor.entered",
            "another order",
        );
        check(
            "",
            "1E",
            "unexpected: corridor.entered of vehicle:1",
            "nothing was to be heard",
        );
        check(
            "1E",
            "1E 2E",
            "unexpected: corridor.entered of vehicle:2",
            "a stranger",
        );
    }

    #[test]
    fn the_order_counts_for_each_track_by_itself() {
        check("1E 1X 2E", "2E 1E 1X", "", "two tracks");
        check(
            "1E 2E 1X",
            "2E 1X 1E",
            "instead of corridor.entered of vehicle:1",
            "one",
        );
    }

    #[test]
    fn what_is_optional_may_be_left_out_and_comes_once_at_most() {
        for told in ["", "1E", "1E 1X", "1X"] {
            check("1E? 1X?", told, "", told);
        }
        check(
            "1E? 1X?",
            "1E 1X 1E",
            "unexpected: corridor.entered",
            "an episode too many",
        );
        check("1E? 1X", "1X", "", "only the other");
        check(
            "1E? 1X",
            "1E",
            "missing: corridor.exited",
            "the other is missing",
        );
    }

    #[test]
    fn what_is_anybodys_may_come_anywhere() {
        check("1E *C 1X", "1C 1E 1X", "", "of the first");
        check("1E *C 1X", "1E 1X 2C", "", "of the second");
        check(
            "*C",
            "1C 2C",
            "unexpected: identity.conflict of vehicle:2",
            "once",
        );
        check("*C", "", "missing: identity.conflict of anybody", "never");
    }

    #[test]
    fn what_is_anybodys_may_come_several_times() {
        let twice = Expected {
            times: 2,
            ..expected("*E")
        };
        for (heard, is_met) in [("1E", false), ("1E 2E", true), ("1E 2E 3E", false)] {
            let told: Vec<Told> = heard.split_whitespace().map(told).collect();
            let difference = first_difference(std::slice::from_ref(&twice), &told);
            assert_eq!(difference.is_none(), is_met, "{heard}: {difference:?}");
        }
    }

    #[test]
    fn an_event_is_to_have_happened_and_to_be_told_in_time() {
        let expected = [expected("1E")];
        for (occurred, heard, fits) in [
            (18, 20, true),
            (22, 30, true),
            (17, 20, false),
            (23, 23, false),
            (20, 31, false),
        ] {
            let times = Times {
                occurred: Duration::from_secs(occurred),
                told: Duration::from_secs(heard),
            };
            let told = Told {
                times: Some(times),
                ..told("1E")
            };
            let difference = first_difference(&expected, &[told]);
            assert_eq!(difference.is_none(), fits, "{occurred} {heard}");
        }
    }

    /// Alerts are written as `1E`: whose, and entered, `X` exited or `C` conflict; `?` is
    /// optional, `*` anybody's.
    #[track_caller]
    fn check(list: &str, heard: &str, difference: &str, why: &str) {
        let expected: Vec<Expected> = list.split_whitespace().map(expected).collect();
        let told: Vec<Told> = heard.split_whitespace().map(told).collect();
        let found = first_difference(&expected, &told).map(|it| it.to_string());
        match found {
            Some(found) => assert!(
                !difference.is_empty() && found.starts_with(difference),
                "{why}: {found}"
            ),
            None => assert_eq!("", difference, "{why}"),
        }
    }

    fn expected(text: &str) -> Expected {
        let Told {
            event,
            track,
            corridor,
            status,
            ..
        } = told(text);
        Expected {
            event,
            track: Some(track).filter(|track| track != "vehicle:*"),
            corridor,
            status,
            direction: None,
            at: Duration::from_secs(20),
            within: WITHIN,
            told_within: TOLD_WITHIN,
            optional: text.ends_with('?'),
            times: 1,
        }
    }

    fn told(text: &str) -> Told {
        let (who, what) = text.split_at(1);
        let (event, corridor) = match &what[..1] {
            "E" => ("corridor.entered", Some("valley")),
            "X" => ("corridor.exited", Some("valley")),
            _ => ("identity.conflict", None),
        };
        Told {
            event: event.to_owned(),
            track: format!("vehicle:{who}"),
            corridor: corridor.map(str::to_owned),
            status: actual(),
            direction: None,
            times: None,
        }
    }
}
