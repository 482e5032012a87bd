//! Whether a corridor counts at the height and at the time of a fix, whatever its outline says.

use crate::corridor::{Band, Corridor, Level};
use crate::monitor::alert::ExitReason;
use crate::monitor::rule::Margin;
use crate::monitor::standing::Side;
use crate::track::Fix;
use crate::units::{Metres, Utc};

/// How a fix lies to the height band and the hours of a corridor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Presence {
    /// Absent if the corridor has no band.
    level: Option<Level>,
    depth_m: f64,
    is_active: bool,
}

impl Presence {
    /// That of a corridor without limits.
    pub(super) const ALWAYS: Self = Self {
        level: None,
        depth_m: f64::INFINITY,
        is_active: true,
    };

    /// Judges a fix that was made at `at`.
    ///
    /// A height of another datum than the band's says nothing, and nothing is guessed: the fix
    /// counts by its outline alone.
    pub(super) fn of(corridor: &Corridor, fix: &Fix, at: Utc) -> Self {
        let band = corridor.band.as_ref();
        Self {
            level: band.map(|band| band.level(&fix.heights)),
            depth_m: band.map_or(f64::INFINITY, Band::depth_m),
            is_active: corridor.is_active(at),
        }
    }

    /// Says whether the corridor counts, without margins.
    pub(super) fn counts(&self) -> bool {
        self.is_active && self.edge_m().is_none_or(|edge_m| edge_m <= 0.0)
    }

    /// Says on which side of the band a fix lies, given a margin; out of hours it is outside.
    ///
    /// The margin of a height is that of a place, by the accuracy of the height.
    pub(super) fn side(&self, margin: Margin, v_acc: Option<Metres>) -> Side {
        if !self.is_active {
            return Side::Outside;
        }
        self.edge_m().map_or(Side::Inside, |edge_m| {
            let outer = margin.width(v_acc);
            Side::of(edge_m, outer.min(self.depth_m / 2.0), outer)
        })
    }

    /// Says why a fix is outside that lies within the outline.
    pub(super) fn reason(&self) -> ExitReason {
        match self.level {
            _ if !self.is_active => ExitReason::Hours,
            Some(Level::Compared { is_upper: true, .. }) => ExitReason::Above,
            Some(Level::Compared {
                is_upper: false, ..
            }) => ExitReason::Below,
            Some(Level::NotCompared) | None => ExitReason::Left,
        }
    }

    fn edge_m(&self) -> Option<f64> {
        match self.level? {
            Level::Compared { edge_m, .. } => Some(edge_m),
            Level::NotCompared => None,
        }
    }
}
