//! What a rule asks for: which corridors, which events, and how sure it must be.

mod corridors;
mod pattern;
mod severity;
mod tracks;

use std::time::Duration;

use crate::corridor::{Band, Hours};
use crate::monitor::alert::{Event, Severity, Status};
use crate::monitor::storm::Rate;
use crate::units::Metres;

pub use corridors::CorridorFilter;
pub use pattern::Pattern;
pub use severity::{Circumstances, SeverityWhen};
pub use tracks::{TrackFilter, Who};

/// A checked rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Unique; part of every alert id that the rule causes.
    pub name: String,
    /// Which corridors it watches.
    pub corridors: CorridorFilter,
    /// Whom it watches them for.
    pub tracks: TrackFilter,
    /// The heights at which it counts, beside those of each corridor; all of them without it.
    pub band: Option<Band>,
    /// The times at which it counts, beside those of each corridor.
    pub hours: Hours,
    /// Which events it tells; the others only move its standings.
    pub events: Vec<Event>,
    /// When inside counts as confirmed.
    pub confirm: Confirm,
    /// When outside does, if not as inside.
    pub confirm_exit: Option<Confirm>,
    /// How far inside the edge a fix must be to count.
    pub margin: Margin,
    /// How far outside, if not as far.
    pub margin_exit: Option<Margin>,
    /// How long inside is worth telling.
    pub dwell: Option<Duration>,
    /// How often it is told again; absent for once a stay.
    pub dwell_every: Option<Duration>,
    /// How far ahead a way inside is worth telling; absent for not at all.
    pub horizon: Option<Duration>,
    /// For how long after an exit nothing new is told of the same track and corridor.
    pub cool_down: Option<Duration>,
    /// Whether a stay ends once its track counts as lost; else it goes on until a fix outside.
    pub exit_on_lost: bool,
    /// How grave its alerts are that meet none of these conditions.
    pub severity: Severity,
    /// Conditions for another severity, of which the first one that is met decides.
    pub severity_when: Vec<SeverityWhen>,
    /// Whether its alerts are meant.
    pub status: Status,
    /// How many of them are told one by one.
    pub rate: Rate,
}

/// The rule that a unit has until its configuration names others: all corridors, all events.
impl Default for Rule {
    fn default() -> Self {
        Self {
            name: "corridor".to_owned(),
            corridors: CorridorFilter::default(),
            tracks: TrackFilter::default(),
            band: None,
            hours: Hours::default(),
            events: Event::OF_CORRIDORS.to_vec(),
            confirm: Confirm::default(),
            confirm_exit: None,
            margin: Margin::default(),
            margin_exit: None,
            dwell: Some(Duration::from_secs(300)),
            dwell_every: None,
            horizon: None,
            cool_down: None,
            exit_on_lost: false,
            severity: Severity::default(),
            severity_when: Vec::new(),
            status: Status::default(),
            rate: Rate::default(),
        }
    }
}

impl Rule {
    /// Returns when outside counts as confirmed.
    #[must_use]
    pub fn exit_confirm(&self) -> Confirm {
        self.confirm_exit.unwrap_or(self.confirm)
    }

    /// Returns how far outside the edge a fix must be to count.
    #[must_use]
    pub fn exit_margin(&self) -> Margin {
        self.margin_exit.unwrap_or(self.margin)
    }

    /// Returns for how long a way inside that was withdrawn is the same if it comes again.
    #[must_use]
    pub fn again(&self) -> Duration {
        self.cool_down.max(self.horizon).unwrap_or_default()
    }

    /// Returns the greater of both margins for a fix of accuracy `h_acc`, metres.
    #[must_use]
    pub fn reach_m(&self, h_acc: Option<Metres>) -> f64 {
        let inwards = self.margin.width(h_acc);
        inwards.max(self.exit_margin().width(h_acc))
    }

    /// A rule for comparing with other tools: one fix confirms, no margin, sides only.
    #[must_use]
    pub fn raw() -> Self {
        Self {
            name: "raw".to_owned(),
            events: vec![Event::Entered, Event::Exited],
            confirm: Confirm {
                fixes: Some(1),
                span: None,
            },
            margin: Margin {
                base: Metres::ZERO,
                accuracy_factor: 0.0,
                ..Margin::default()
            },
            dwell: None,
            severity: Severity::Info,
            status: Status::Test,
            rate: Rate::UNLIMITED,
            ..Self::default()
        }
    }

    /// Says whether a height or a time can make a difference where the outline of a corridor does not.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.band.is_some() || !self.hours.is_always()
    }

    /// Says how grave an alert is: by the first condition that it meets.
    #[must_use]
    pub fn severity_of(&self, alert: &Circumstances<'_>) -> Severity {
        let mut conditions = self.severity_when.iter();
        let met = conditions.find(|condition| condition.is_met(alert));
        met.map_or(self.severity, |condition| condition.severity)
    }
}

/// When a side counts as confirmed: by whichever is reached first.
///
/// With neither, the first fix confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// So many fixes in a row on that side.
    pub fixes: Option<u32>,
    /// Two fixes on that side, so far apart, and none on the other between them.
    pub span: Option<Duration>,
}

impl Default for Confirm {
    fn default() -> Self {
        Self {
            fixes: Some(3),
            span: Some(Duration::from_secs(2)),
        }
    }
}

impl Confirm {
    /// Says whether `fixes` on one side over `span` are enough.
    #[must_use]
    pub fn is_met(self, fixes: u32, span: Duration) -> bool {
        match (self.fixes, self.span) {
            (None, None) => true,
            (Some(wanted), None) => wanted <= fixes,
            (None, Some(wanted)) => wanted <= span,
            (Some(wanted_fixes), Some(wanted_span)) => {
                wanted_fixes <= fixes || (2 <= fixes && wanted_span <= span)
            }
        }
    }
}

/// How far beyond the edge a fix must be to count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// For every fix, metres.
    pub base: Metres,
    /// Added to it, times the horizontal accuracy.
    pub accuracy_factor: f64,
    /// Taken for the accuracy of a fix that reports none.
    pub accuracy_assumed: Metres,
}

impl Default for Margin {
    fn default() -> Self {
        Self {
            base: Metres::from_millimetres(10_000),
            accuracy_factor: 2.0,
            accuracy_assumed: Metres::from_millimetres(10_000),
        }
    }
}

impl Margin {
    /// Returns the margin for a fix of accuracy `h_acc`, metres.
    #[must_use]
    pub fn width(self, h_acc: Option<Metres>) -> f64 {
        let accuracy = h_acc.unwrap_or(self.accuracy_assumed);
        self.base.get() + self.accuracy_factor * accuracy.get()
    }
}
