//! What a rule asks for: which corridors, which events, and how sure it must be.

use std::time::Duration;

use crate::corridor::Corridor;
use crate::monitor::alert::{Event, Severity, Status};
use crate::track::TrackKind;
use crate::units::Metres;

/// A checked rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Unique; part of every alert id that the rule causes.
    pub name: String,
    /// Which corridors it watches.
    pub corridors: CorridorFilter,
    /// Which kinds of tracks it watches them for.
    pub tracks: Vec<TrackKind>,
    /// Which events it tells; the others only move its standings.
    pub events: Vec<Event>,
    /// When a side counts as confirmed.
    pub confirm: Confirm,
    /// How far beyond the edge a fix must be to count.
    pub margin: Margin,
    /// How long inside is worth telling.
    pub dwell: Option<Duration>,
    /// How grave its alerts are.
    pub severity: Severity,
    /// Whether its alerts are meant.
    pub status: Status,
}

/// The rule that a unit has until its configuration names others: all corridors, all events.
impl Default for Rule {
    fn default() -> Self {
        Self {
            name: "corridor".to_owned(),
            corridors: CorridorFilter::default(),
            tracks: vec![TrackKind::Vehicle],
            events: Event::OF_CORRIDORS.to_vec(),
            confirm: Confirm::default(),
            margin: Margin::default(),
            dwell: Some(Duration::from_secs(300)),
            severity: Severity::default(),
            status: Status::default(),
        }
    }
}

impl Rule {
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
            corridors: CorridorFilter::default(),
            tracks: vec![TrackKind::Vehicle],
        }
    }
}

/// Which corridors a rule watches; an empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorridorFilter {
    /// Ids.
    pub ids: Vec<String>,
    /// ISO 3166-1 alpha-2 codes; what concerns one of them passes.
    pub countries: Vec<String>,
    /// Classes by name.
    pub classes: Vec<String>,
}

impl CorridorFilter {
    /// Says whether `corridor` passes every list that is not empty.
    #[must_use]
    pub fn matches(&self, corridor: &Corridor) -> bool {
        let asks = |list: &[String], is_met: &dyn Fn(&str) -> bool| {
            list.is_empty() || list.iter().any(|wanted| is_met(wanted))
        };
        asks(&self.ids, &|id| id == corridor.id.as_str())
            && asks(&self.countries, &|country| corridor.concerns(country))
            && asks(&self.classes, &|class| class == corridor.class.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::fixture;

    #[test]
    fn what_concerns_two_countries_passes_for_either() {
        check(&[], true);
        check(&["MK"], true);
        check(&["GR", "BG"], true);
        check(&["BG"], false);
    }

    #[track_caller]
    fn check(countries: &[&str], expected: bool) {
        let filter = CorridorFilter {
            countries: countries.iter().map(|&code| code.to_owned()).collect(),
            ..CorridorFilter::default()
        };
        let crossing = Corridor {
            country: Some("MK".to_owned()),
            countries: vec!["MK".to_owned(), "GR".to_owned()],
            ..fixture::yard(1_000.0, &[])
        };
        assert_eq!(filter.matches(&crossing), expected, "{countries:?}");
    }
}
