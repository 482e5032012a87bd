//! Where one track stands with one corridor under one rule: a pure state machine.
//!
//! | place       | inside               | margin    | ahead                    | outside                  |
//! |-------------|----------------------|-----------|--------------------------|--------------------------|
//! | Outside     | Entering, or Inside¹ | uncertain | Nearing, or Approaching² | Outside                  |
//! | Nearing     | Entering, or Inside¹ | uncertain | Nearing, or Approaching² | Outside                  |
//! | Approaching | Entering, or Inside¹ | uncertain | Approaching              | Approaching, or Outside³ |
//! | Entering    | Entering, or Inside¹ | uncertain | Nearing⁴                 | Outside⁴                 |
//! | Inside      | Inside, or Inside⁵   | uncertain | Leaving, or Outside⁶     | Leaving, or Outside⁶     |
//! | Leaving     | Inside, or Inside⁵   | uncertain | Leaving, or Outside⁶     | Leaving, or Outside⁶     |
//!
//! After "or" stands what confirmation makes of it, and with which change: ¹ `Entered`,
//! ² `Approaching`, ³ `Withdrawn`, ⁶ `Exited`. ⁴ is `Brushed`, ⁵ `Dwelling` when that is due, or
//! `Entered` once that is not hushed any more.
//!
//! "Ahead" is outside, while course and speed lead in. Coming in is confirmed by the rule's `confirm`,
//! being outside and turning away by its `confirm-exit`. Returning counts at once, because one stray fix
//! is noise.
//!
//! A fix within the margin around the edge moves nothing, that is the hysteresis: the standing is
//! uncertain then, remembers for how long it has been, and goes on from the same place, whatever the
//! next fix says that is beyond the margin.

use crate::monitor::rule::{Confirm, Rule};
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

/// What a fix says: its side, and of one outside whether its way leads in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Inside, beyond the margin.
    Inside,
    /// Within the margin around the edge.
    Margin,
    /// Outside, beyond the margin; course and speed lead in within the horizon.
    Ahead,
    /// Outside, beyond the margin.
    Outside,
}

impl Sight {
    /// Joins a side and the way.
    #[must_use]
    pub const fn of(side: Side, leads_in: bool) -> Self {
        match (side, leads_in) {
            (Side::Inside, _) => Self::Inside,
            (Side::Uncertain, _) => Self::Margin,
            (Side::Outside, true) => Self::Ahead,
            (Side::Outside, false) => Self::Outside,
        }
    }
}

/// Fixes in a row that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first of them.
    pub since: TrackTime,
    /// How many there were.
    pub fixes: u32,
}

impl Row {
    /// Begins or goes on with a fix.
    #[must_use]
    pub const fn with(row: Option<Self>, at: TrackTime) -> Self {
        match row {
            Some(Self { since, fixes }) => Self {
                since,
                fixes: fixes.saturating_add(1),
            },
            None => Self {
                since: at,
                fixes: 1,
            },
        }
    }

    /// Says whether these are enough, as of `at`.
    #[must_use]
    pub fn meets(self, confirm: Confirm, at: TrackTime) -> bool {
        confirm.is_met(self.fixes, at.since(self.since))
    }
}

/// A stay inside that is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// When the edge was crossed.
    pub since: TrackTime,
    /// How often the dwell was told.
    pub dwells: u32,
    /// Until when it is not told, if it followed another too soon.
    pub hushed_until: Option<TrackTime>,
}

impl Stay {
    /// Begins a stay of which nothing is told yet.
    #[must_use]
    pub const fn begun(since: TrackTime) -> Self {
        Self {
            since,
            dwells: 0,
            hushed_until: None,
        }
    }

    /// Says when the dwell is to be told next.
    #[must_use]
    pub fn dwell_due(self, rule: &Rule) -> Option<TrackTime> {
        let dwell = rule.dwell?;
        let span = match (self.dwells, rule.dwell_every) {
            (0, _) => dwell,
            (_, None) => return None,
            (told, Some(every)) => dwell.saturating_add(every.saturating_mul(told)),
        };
        Some(self.since.plus(span))
    }

    /// Takes a fix inside.
    fn go_on(self, at: TrackTime, rule: &Rule) -> (Self, Option<Change>) {
        if let Some(until) = self.hushed_until {
            let told = Self {
                hushed_until: None,
                ..self
            };
            let Self { since, .. } = self;
            return if until <= at {
                (told, Some(Change::Entered { since }))
            } else {
                (self, None)
            };
        }
        if self.dwell_due(rule).is_none_or(|due| at < due) {
            return (self, None);
        }
        let dwells = self.dwells_by(at, rule);
        (Self { dwells, ..self }, Some(Change::Dwelling))
    }

    /// Counts the dwells that are due by `at`, so that one fix after a silence tells one of them.
    fn dwells_by(self, at: TrackTime, rule: &Rule) -> u32 {
        let over = at
            .since(self.since)
            .saturating_sub(rule.dwell.unwrap_or_default());
        let every = rule.dwell_every.filter(|every| !every.is_zero());
        let repeats = every.map_or(0, |every| over.as_micros() / every.as_micros().max(1));
        u32::try_from(repeats).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// Where a track stands, as far as fixes beyond the margin say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Not inside.
    #[default]
    Outside,
    /// Its way leads in, not yet confirmed.
    Nearing(Row),
    /// Its way leads in, confirmed; with the fixes of late whose way does not.
    Approaching(Option<Row>),
    /// Seen inside, not yet confirmed.
    Entering(Row),
    /// Confirmed inside.
    Inside(Stay),
    /// Seen outside after being inside, not yet confirmed.
    Leaving(Stay, Row),
}

/// Where a track stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The last fix was beyond the margin.
    Certain(Place),
    /// The last fixes, this row of them, were within the margin around the edge.
    Uncertain(Place, Row),
}

impl Default for Standing {
    fn default() -> Self {
        Self::Certain(Place::Outside)
    }
}

/// What a step changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The way in is confirmed.
    Approaching,
    /// The way that led in leads elsewhere, confirmed.
    Withdrawn,
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
    pub fn step(self, at: TrackTime, sight: Sight, rule: &Rule) -> (Self, Option<Change>) {
        let (place, doubt) = match self {
            Self::Certain(place) => (place, None),
            Self::Uncertain(place, row) => (place, Some(row)),
        };
        let (next, change) = match (place, sight) {
            (
                Place::Outside
                | Place::Nearing(_)
                | Place::Approaching(_)
                | Place::Entering(_)
                | Place::Inside(_)
                | Place::Leaving(_, _),
                Sight::Margin,
            ) => return (Self::Uncertain(place, Row::with(doubt, at)), None),

            (Place::Outside | Place::Nearing(_) | Place::Approaching(_), Sight::Inside) => {
                entering(None, at, rule)
            }
            (Place::Entering(row), Sight::Inside) => entering(Some(row), at, rule),
            (Place::Inside(stay) | Place::Leaving(stay, _), Sight::Inside) => {
                let (stay, change) = stay.go_on(at, rule);
                (Place::Inside(stay), change)
            }

            (Place::Outside, Sight::Ahead) => nearing(None, at, rule),
            (Place::Nearing(row), Sight::Ahead) => nearing(Some(row), at, rule),
            (Place::Approaching(_), Sight::Ahead) => (Place::Approaching(None), None),
            (Place::Entering(_), Sight::Ahead) => {
                (Place::Nearing(Row::with(None, at)), Some(Change::Brushed))
            }

            (Place::Outside | Place::Nearing(_), Sight::Outside) => (Place::Outside, None),
            (Place::Approaching(off), Sight::Outside) => turning_away(off, at, rule),
            (Place::Entering(_), Sight::Outside) => (Place::Outside, Some(Change::Brushed)),

            (Place::Inside(stay), Sight::Ahead | Sight::Outside) => leaving(stay, None, at, rule),
            (Place::Leaving(stay, row), Sight::Ahead | Sight::Outside) => {
                leaving(stay, Some(row), at, rule)
            }
        };
        (Self::Certain(next), change)
    }

    /// Returns where the track stands as far as fixes beyond the margin say.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Certain(place) | Self::Uncertain(place, _) => place,
        }
    }

    /// Returns the stay, while the track is confirmed inside, even if it may be on its way out.
    #[must_use]
    pub const fn stay(self) -> Option<Stay> {
        match self.place() {
            Place::Inside(stay) | Place::Leaving(stay, _) => Some(stay),
            Place::Outside | Place::Nearing(_) | Place::Approaching(_) | Place::Entering(_) => None,
        }
    }

    /// Says whether the track is confirmed inside, even if it may be on its way out.
    #[must_use]
    pub const fn is_inside(self) -> bool {
        self.stay().is_some()
    }

    /// Says whether the track has been within the margin for so long that nobody knows on which side
    /// it is: for as long as would have confirmed either.
    #[must_use]
    pub fn is_in_doubt(self, at: TrackTime, rule: &Rule) -> bool {
        match self {
            Self::Certain(_) => false,
            Self::Uncertain(_, row) if self.is_inside() => row.meets(rule.exit_confirm(), at),
            Self::Uncertain(_, row) => row.meets(rule.confirm, at),
        }
    }
}

fn entering(row: Option<Row>, at: TrackTime, rule: &Rule) -> (Place, Option<Change>) {
    let row = Row::with(row, at);
    if row.meets(rule.confirm, at) {
        let since = row.since;
        let stay = Stay::begun(since);
        (Place::Inside(stay), Some(Change::Entered { since }))
    } else {
        (Place::Entering(row), None)
    }
}

fn nearing(row: Option<Row>, at: TrackTime, rule: &Rule) -> (Place, Option<Change>) {
    let row = Row::with(row, at);
    if row.meets(rule.confirm, at) {
        (Place::Approaching(None), Some(Change::Approaching))
    } else {
        (Place::Nearing(row), None)
    }
}

fn turning_away(off: Option<Row>, at: TrackTime, rule: &Rule) -> (Place, Option<Change>) {
    let off = Row::with(off, at);
    if off.meets(rule.exit_confirm(), at) {
        (Place::Outside, Some(Change::Withdrawn))
    } else {
        (Place::Approaching(Some(off)), None)
    }
}

fn leaving(stay: Stay, row: Option<Row>, at: TrackTime, rule: &Rule) -> (Place, Option<Change>) {
    let row = Row::with(row, at);
    if row.meets(rule.exit_confirm(), at) {
        let since = row.since;
        (Place::Outside, Some(Change::Exited { since }))
    } else {
        (Place::Leaving(stay, row), None)
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
    /// How often the dwell was told.
    pub dwells: u32,
    /// The last fix that was counted into `travelled_m`.
    pub last_position: LatLon,
    /// Length travelled inside, metres.
    pub travelled_m: f64,
}

#[cfg(test)]
mod tests;
