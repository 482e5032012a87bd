//! Where one track stands with one corridor under one rule: a pure state machine.
//!
//! | state    | inside                | uncertain | outside                   |
//! |----------|-----------------------|-----------|---------------------------|
//! | Outside  | Entering, or Inside¹  | Outside   | Outside                   |
//! | Entering | Entering, or Inside¹  | Entering  | Outside, `Brushed`        |
//! | Inside   | Inside, or `Dwelling` | Inside    | Leaving, or Outside²      |
//! | Leaving  | Inside                | Leaving   | Leaving, or Outside²      |
//!
//! ¹ with `Entered`, once confirmed. ² with `Exited`, once confirmed.
//!
//! Returning counts at once, because one stray fix is noise. An uncertain fix, one within
//! the margin around the edge, moves nothing: that is the hysteresis.

use std::time::Duration;

use crate::monitor::rule::Confirm;
use crate::track::TrackTime;
use crate::units::{LatLon, Utc};

/// On which side of the edge a fix lies, given its margin; of several edges the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Inside, beyond the margin.
    Inside,
    /// Within the margin around the edge.
    Uncertain,
    /// Outside, beyond the margin.
    Outside,
}

impl Side {
    /// Judges a signed distance to the edge, negative inside, metres.
    ///
    /// `inner` and `outer` are the margins on either side. The boundary counts as inside.
    #[must_use]
    pub fn of(edge_m: f64, inner: f64, outer: f64) -> Self {
        if edge_m <= -inner {
            Self::Inside
        } else if outer < edge_m {
            Self::Outside
        } else {
            Self::Uncertain
        }
    }
}

/// Where a track stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Not inside.
    #[default]
    Outside,
    /// Seen inside, not yet confirmed.
    Entering {
        /// The first fix inside.
        since: TrackTime,
        /// How many there were.
        fixes: u32,
    },
    /// Confirmed inside.
    Inside {
        /// When the edge was crossed.
        since: TrackTime,
        /// Whether the dwell was told.
        dwelt: bool,
    },
    /// Seen outside after being inside, not yet confirmed.
    Leaving {
        /// When the edge was crossed inwards.
        since: TrackTime,
        /// Whether the dwell was told.
        dwelt: bool,
        /// The first fix outside.
        out_since: TrackTime,
        /// How many there were.
        fixes: u32,
    },
}

/// What a step changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Inside is confirmed.
    Entered {
        /// The first fix inside.
        since: TrackTime,
    },
    /// The dwell time is reached.
    Dwelling,
    /// Inside was seen and did not last.
    Brushed,
    /// Outside is confirmed.
    Exited {
        /// The first fix outside.
        since: TrackTime,
    },
}

impl Standing {
    /// Takes one fix and returns the next standing, with the change it makes.
    #[must_use]
    pub fn step(
        self,
        at: TrackTime,
        side: Side,
        confirm: Confirm,
        dwell: Option<Duration>,
    ) -> (Self, Option<Change>) {
        match (self, side) {
            (Self::Outside, Side::Inside) => Self::entering(at, at, 1, confirm),
            (Self::Outside, Side::Uncertain | Side::Outside) => (Self::Outside, None),

            (Self::Entering { since, fixes }, Side::Inside) => {
                Self::entering(at, since, fixes.saturating_add(1), confirm)
            }
            (Self::Entering { .. }, Side::Outside) => (Self::Outside, Some(Change::Brushed)),

            (Self::Inside { since, dwelt } | Self::Leaving { since, dwelt, .. }, Side::Inside) => {
                let due = !dwelt && dwell.is_some_and(|dwell| dwell <= at.since(since));
                (
                    Self::Inside {
                        since,
                        dwelt: dwelt || due,
                    },
                    due.then_some(Change::Dwelling),
                )
            }
            (
                Self::Entering { .. } | Self::Inside { .. } | Self::Leaving { .. },
                Side::Uncertain,
            ) => (self, None),

            (Self::Inside { since, dwelt }, Side::Outside) => {
                let leaving = Self::Leaving {
                    since,
                    dwelt,
                    out_since: at,
                    fixes: 1,
                };
                leaving.confirm_exit(at, confirm)
            }
            (
                Self::Leaving {
                    since,
                    dwelt,
                    out_since,
                    fixes,
                },
                Side::Outside,
            ) => {
                let fixes = fixes.saturating_add(1);
                let leaving = Self::Leaving {
                    since,
                    dwelt,
                    out_since,
                    fixes,
                };
                leaving.confirm_exit(at, confirm)
            }
        }
    }

    /// Says whether the track is confirmed inside, even if it may be on its way out.
    #[must_use]
    pub const fn is_inside(self) -> bool {
        match self {
            Self::Inside { .. } | Self::Leaving { .. } => true,
            Self::Outside | Self::Entering { .. } => false,
        }
    }

    fn entering(
        at: TrackTime,
        since: TrackTime,
        fixes: u32,
        confirm: Confirm,
    ) -> (Self, Option<Change>) {
        if confirm.is_met(fixes, at.since(since)) {
            (
                Self::Inside {
                    since,
                    dwelt: false,
                },
                Some(Change::Entered { since }),
            )
        } else {
            (Self::Entering { since, fixes }, None)
        }
    }

    fn confirm_exit(self, at: TrackTime, confirm: Confirm) -> (Self, Option<Change>) {
        match self {
            Self::Leaving {
                out_since, fixes, ..
            } if confirm.is_met(fixes, at.since(out_since)) => {
                (Self::Outside, Some(Change::Exited { since: out_since }))
            }
            Self::Outside | Self::Entering { .. } | Self::Inside { .. } | Self::Leaving { .. } => {
                (self, None)
            }
        }
    }
}

/// What is kept of a standing over a restart, and stored with the alert that it caused.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingRecord {
    /// The rule's name.
    pub rule: String,
    /// The track's key.
    pub track: String,
    /// The corridor's id.
    pub corridor: String,
    /// Counts the episodes of these three from 1.
    pub episode: u64,
    /// How many alerts the episode has caused.
    pub alerts: u32,
    /// Present while the track is confirmed inside.
    pub visit: Option<Visit>,
    /// Whether the episode began with an approach that is neither over nor led inside.
    pub approaching: bool,
    /// Whether the episode was told by naming it in another corridor's alert.
    pub named: bool,
    /// When the last stay ended.
    pub left_at: Option<Utc>,
}

/// A stay inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// When the edge was crossed.
    pub entered_at: Utc,
    /// Where the edge was crossed; absent if the track was first heard inside.
    pub entry: Option<LatLon>,
    /// Whether the dwell was told.
    pub dwelt: bool,
    /// The last fix that was counted into `travelled_m`.
    pub last_position: LatLon,
    /// Length travelled inside, metres.
    pub travelled_m: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps through `sides` (`x` inside, `~` uncertain, `-` outside), one fix a second, and
    /// compares the changes (`E` entered, `D` dwelling, `B` brushed, `L` left).
    fn check_with(confirm: Confirm, sides: &str, expected: &str, why: &str) {
        let mut standing = Standing::default();
        let mut told = String::new();
        for (second, side) in (0..).zip(sides.chars()) {
            let side = match side {
                'x' => Side::Inside,
                '~' => Side::Uncertain,
                _ => Side::Outside,
            };
            let at = TrackTime::from_micros(second * 1_000_000);
            let (next, change) = standing.step(at, side, confirm, Some(Duration::from_secs(6)));
            standing = next;
            told.push(match change {
                None => '.',
                Some(Change::Entered { .. }) => 'E',
                Some(Change::Dwelling) => 'D',
                Some(Change::Brushed) => 'B',
                Some(Change::Exited { .. }) => 'L',
            });
        }
        assert_eq!(told, expected, "{why}");
    }

    fn check(sides: &str, expected: &str, why: &str) {
        check_with(
            Confirm {
                fixes: Some(3),
                span: None,
            },
            sides,
            expected,
            why,
        );
    }

    #[test]
    fn entering_is_told_once_and_only_when_confirmed() {
        check("--xxxx", "....E.", "the third fix in a row confirms");
        check("-xx-xx-", "...B..B", "two short visits do not add up");
        check(
            "-x~x~x",
            ".....E",
            "an uncertain fix neither counts nor breaks the row",
        );
    }

    #[test]
    fn leaving_is_told_once_and_a_stray_fix_outside_is_noise() {
        check("xxx-x----", "..E....L.", "three in a row outside");
        check(
            "xxx~~~",
            "..E...",
            "the margin around the edge holds the standing",
        );
        check(
            "xxx-~--",
            "..E...L",
            "uncertain fixes do not break the way out",
        );
    }

    #[test]
    fn dwelling_is_told_once_an_episode() {
        check(
            "xxxxxxxxx",
            "..E...D..",
            "six seconds after the first fix inside",
        );
        check(
            "xxxxx-xx",
            "..E...D.",
            "a stray fix outside does not restart the dwell",
        );
        check("xxxxx~~~x", "..E.....D", "only a fix inside supports it");
    }

    #[test]
    fn one_fix_confirms_when_one_is_asked_for() {
        let confirm = Confirm {
            fixes: Some(1),
            span: None,
        };
        check_with(confirm, "-x-x-", ".ELEL", "every change of side is told");
    }

    #[test]
    fn time_confirms_a_slow_track_before_fixes_do() {
        let confirm = Confirm {
            fixes: Some(5),
            span: Some(Duration::from_secs(1)),
        };
        check_with(confirm, "-xx--", "..E.L", "two fixes a second apart");
    }

    #[test]
    fn the_boundary_counts_as_inside() {
        assert_eq!(Side::of(0.0, 0.0, 0.0), Side::Inside);
        assert_eq!(Side::of(0.001, 0.0, 0.0), Side::Outside);
        assert_eq!(Side::of(-5.0, 10.0, 10.0), Side::Uncertain);
        assert_eq!(Side::of(10.0, 10.0, 10.0), Side::Uncertain);
    }
}
