//! Whether a corridor counts for a rule at the height and at the time of a fix, whatever its outline
//! says.

use crate::corridor::{Band, Corridor, Level};
use crate::monitor::alert::ExitReason;
use crate::monitor::rule::Rule;
use crate::monitor::standing::Side;
use crate::track::Fix;
use crate::units::{Metres, Utc};

/// How a fix lies to the height bands and the hours of a corridor and a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Presence {
    /// To the band of the corridor and to that of the rule, if they have one.
    heights: [Option<Height>; 2],
    is_active: bool,
}

/// How a height lies to a band.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Height {
    level: Level,
    depth_m: f64,
}

impl Presence {
    /// That of a corridor and a rule without limits.
    pub(super) const ALWAYS: Self = Self {
        heights: [None; 2],
        is_active: true,
    };

    /// Judges a fix that was made at `at`.
    ///
    /// A height of another datum than a band's says nothing, and nothing is guessed: the fix
    /// counts by its outline alone.
    pub(super) fn of(corridor: &Corridor, rule: &Rule, fix: &Fix, at: Utc) -> Self {
        let height = |band: &Band| Height {
            level: band.level(&fix.heights),
            depth_m: band.depth_m(),
        };
        Self {
            heights: [&corridor.band, &rule.band].map(|band| band.as_ref().map(height)),
            is_active: corridor.is_active(at) && rule.hours.is_active(at),
        }
    }

    /// Says whether the corridor counts, without margins.
    pub(super) fn counts(&self) -> bool {
        let mut edges_m = self.heights().filter_map(Height::edge_m);
        self.is_active && edges_m.all(|edge_m| edge_m <= 0.0)
    }

    /// Says on which side of the bands a fix lies, given a rule's margins; out of hours it is outside.
    ///
    /// The margins of a height are those of a place, by the accuracy of the height.
    pub(super) fn side(&self, rule: &Rule, v_acc: Option<Metres>) -> Side {
        if !self.is_active {
            return Side::Outside;
        }
        let inner = rule.margin.width(v_acc);
        let outer = rule.exit_margin().width(v_acc);
        let sides = self.heights().map(|height| {
            height.edge_m().map_or(Side::Inside, |edge_m| {
                Side::of(edge_m, inner.min(height.depth_m / 2.0), outer)
            })
        });
        sides.fold(Side::Inside, Side::max)
    }

    /// Says why a fix is outside that lies within the outline: by the band that it is farthest out of.
    pub(super) fn reason(&self) -> ExitReason {
        if !self.is_active {
            return ExitReason::Hours;
        }
        let mut farthest = (f64::NEG_INFINITY, ExitReason::Left);
        for height in self.heights() {
            if let Level::Compared { edge_m, is_upper } = height.level
                && farthest.0 < edge_m
            {
                let reason = if is_upper {
                    ExitReason::Above
                } else {
                    ExitReason::Below
                };
                farthest = (edge_m, reason);
            }
        }
        farthest.1
    }

    fn heights(&self) -> impl Iterator<Item = Height> {
        self.heights.into_iter().flatten()
    }
}

impl Height {
    fn edge_m(self) -> Option<f64> {
        match self.level {
            Level::Compared { edge_m, .. } => Some(edge_m),
            Level::NotCompared => None,
        }
    }
}
