//! When an alert of a rule is graver, or less grave, than its others.

use super::corridors::{CorridorFilter, asks};
use super::tracks::{TrackFilter, Who};
use crate::corridor::{Corridor, Hours, Way};
use crate::monitor::alert::{Certainty, Event, Severity};
use crate::units::Utc;

/// A condition, and how grave an alert is that meets it; an empty list asks for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct SeverityWhen {
    /// Events.
    pub events: Vec<Event>,
    /// Corridors.
    pub corridors: CorridorFilter,
    /// Tracks.
    pub tracks: TrackFilter,
    /// How sure the alert is.
    pub certainty: Vec<Certainty>,
    /// Which way the track leads along the corridor; who has no course leads no way.
    pub heading: Vec<Way>,
    /// When it happens.
    pub hours: Hours,
    /// How grave it is.
    pub severity: Severity,
}

/// What a condition asks of an alert.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// What happened.
    pub event: Event,
    /// Where.
    pub corridor: &'a Corridor,
    /// To whom.
    pub who: Who<'a>,
    /// How sure that is.
    pub certainty: Certainty,
    /// Which way the track leads, if it is known.
    pub heading: Option<Way>,
    /// When.
    pub at: Utc,
}

impl SeverityWhen {
    /// Says whether an alert meets everything that is asked for.
    #[must_use]
    pub fn is_met(&self, by: &Circumstances<'_>) -> bool {
        asks(&self.events, |event| *event == by.event)
            && self.corridors.matches(by.corridor)
            && self.tracks.matches(&by.who)
            && asks(&self.certainty, |certainty| *certainty == by.certainty)
            && asks(&self.heading, |way| Some(*way) == by.heading)
            && self.hours.is_active(by.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corridor::{Period, PeriodText};
    use crate::monitor::fixture;
    use crate::monitor::rule::{Pattern, Rule};
    use crate::track::{Authenticity, TrackKind};

    #[test]
    fn the_first_condition_that_is_met_decides() {
        let rule = |severity_when| Rule {
            severity: Severity::Minor,
            severity_when,
            ..Rule::default()
        };
        let road = fixture::road();
        let severity = |severity_when| rule(severity_when).severity_of(&entered(&road));
        assert_eq!(severity(Vec::new()), Severity::Minor);
        let dwelling = SeverityWhen {
            events: vec![Event::Dwelling],
            severity: Severity::Critical,
            ..anything()
        };
        assert_eq!(severity(vec![dwelling.clone()]), Severity::Minor);
        let anything = SeverityWhen {
            severity: Severity::Info,
            ..anything()
        };
        let both = vec![dwelling, anything.clone()];
        assert_eq!(severity(both), Severity::Info);
        let critical = SeverityWhen {
            severity: Severity::Critical,
            ..anything.clone()
        };
        assert_eq!(severity(vec![anything, critical]), Severity::Info);
    }

    #[test]
    fn everything_that_is_asked_for_has_to_be_met() {
        check(&anything(), true, "nothing is asked for");
        let event = |event| SeverityWhen {
            events: vec![event],
            ..anything()
        };
        check(&event(Event::Entered), true, "the event");
        check(&event(Event::Exited), false, "another event");
        let corridor = |id: &str| SeverityWhen {
            corridors: CorridorFilter {
                ids: vec![Pattern::new(id)],
                ..CorridorFilter::default()
            },
            ..anything()
        };
        check(&corridor("roa*"), true, "the corridor");
        check(&corridor("yard"), false, "another corridor");
        let authenticity = |authenticity| SeverityWhen {
            tracks: TrackFilter {
                authenticity: vec![authenticity],
                ..anything().tracks
            },
            ..anything()
        };
        check(&authenticity(Authenticity::Signed), true, "who signs");
        check(&authenticity(Authenticity::Unsigned), false, "who does not");
        let certainty = |certainty| SeverityWhen {
            certainty: vec![certainty],
            ..anything()
        };
        check(&certainty(Certainty::Likely), true, "as sure as that");
        check(&certainty(Certainty::Observed), false, "surer");
        let heading = |way| SeverityWhen {
            heading: vec![way],
            ..anything()
        };
        check(&heading(Way::Along), true, "along");
        check(&heading(Way::Against), false, "against");
        let hours = |from, to| SeverityWhen {
            hours: Hours::new(vec![
                Period::read(&PeriodText {
                    from: Some(from),
                    to: Some(to),
                    zone: Some("UTC"),
                    ..PeriodText::default()
                })
                .unwrap(),
            ]),
            ..anything()
        };
        check(&hours("10:00", "11:00"), true, "at that time");
        check(&hours("11:00", "12:00"), false, "later");
        let both = SeverityWhen {
            events: vec![Event::Entered],
            ..heading(Way::Against)
        };
        check(&both, false, "one of two");
    }

    #[test]
    fn who_has_no_course_leads_no_way() {
        let road = fixture::road();
        let hovering = Circumstances {
            heading: None,
            ..entered(&road)
        };
        let along = SeverityWhen {
            heading: vec![Way::Along, Way::Against, Way::Across],
            ..anything()
        };
        assert!(!along.is_met(&hovering));
    }

    #[track_caller]
    fn check(when: &SeverityWhen, expected: bool, why: &str) {
        assert_eq!(when.is_met(&entered(&fixture::road())), expected, "{why}");
    }

    fn anything() -> SeverityWhen {
        SeverityWhen {
            events: Vec::new(),
            corridors: CorridorFilter::default(),
            tracks: TrackFilter::of_kinds(&TrackKind::ALL),
            certainty: Vec::new(),
            heading: Vec::new(),
            hours: Hours::default(),
            severity: Severity::Critical,
        }
    }

    /// A vehicle that signs has entered a corridor at ten o'clock, and flies along it.
    fn entered(corridor: &Corridor) -> Circumstances<'_> {
        Circumstances {
            event: Event::Entered,
            corridor,
            who: Who {
                key: "vehicle:lan/1",
                kind: TrackKind::Vehicle,
                callsign: None,
                authenticity: Authenticity::Signed,
            },
            certainty: Certainty::Likely,
            heading: Some(Way::Along),
            at: fixture::START,
        }
    }
}
