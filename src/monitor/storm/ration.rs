//! One limit on its own, which the store keeps: that of an endpoint.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::monitor::alert::{Alert, Event, Severity};
use crate::monitor::storm::group::Gathered;
use crate::monitor::storm::keeping::KeptLimit;
use crate::monitor::storm::limit::Limit;
use crate::monitor::storm::line::{Line, Source};
use crate::monitor::storm::rate::Rate;
use crate::monitor::storm::summary::{self, Present};
use crate::units::{Moment, Monotonic, Utc};

/// The limit of one endpoint.
///
/// It runs on civil time, since the store outlives every monotonic clock. A clock that is set back
/// makes nobody wait longer than the limit allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Ration {
    source: Source,
    rate: Rate,
    limit: Limit,
    now: Moment,
}

/// What is kept of a ration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeptRation(KeptLimit);

/// What becomes of an alert for one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum Rationed {
    /// It is owed.
    Owed,
    /// It waits for the summary.
    Held {
        /// Alerts that have to be told before, since the list is full.
        before: Option<Overdue>,
    },
}

/// Alerts that are to be told as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Overdue {
    source: Source,
    gathered: Gathered,
}

impl Ration {
    /// Goes on from what was kept, or begins with all that the rate allows.
    #[must_use]
    pub fn new(endpoint: &str, rate: Rate, kept: Option<KeptRation>, now: Utc) -> Self {
        let now = Moment {
            monotonic: Monotonic::from_micros(u64::try_from(now.as_micros()).unwrap_or(0)),
            utc: now,
        };
        Self {
            source: Source::Endpoint(endpoint.to_owned()),
            rate,
            limit: kept.map_or_else(Limit::default, |kept| kept.0.restore(rate, now)),
            now,
        }
    }

    /// Judges one more alert; a summary, a test and what is critical always pass.
    pub fn pass(&mut self, alert: &Alert) -> Rationed {
        let is_free = matches!(alert.event, Event::Summary | Event::Test)
            || alert.severity == Severity::Critical;
        let now = self.now.monotonic;
        if is_free || self.limit.lets_pass(self.rate, now) {
            return Rationed::Owed;
        }
        let full = self.limit.hold(Line::of(alert), self.rate, now);
        Rationed::Held {
            before: full.map(|gathered| self.overdue(gathered)),
        }
    }

    /// Returns the alerts that have waited long enough.
    pub fn handle_timeout(&mut self) -> Option<Overdue> {
        let gathered = self.limit.group.handle_timeout(self.now.monotonic)?;
        Some(self.overdue(gathered))
    }

    /// Returns when somebody has waited long enough.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Utc> {
        let due = self.limit.group.next_timeout()?;
        Some(self.now.utc.after(due.since(self.now.monotonic)))
    }

    /// Returns what has to be kept.
    #[must_use]
    pub fn kept(&self) -> KeptRation {
        KeptRation(KeptLimit::of(&self.source, &self.limit, self.now))
    }

    fn overdue(&self, gathered: Gathered) -> Overdue {
        Overdue {
            source: self.source.clone(),
            gathered,
        }
    }
}

impl Overdue {
    /// Returns the ids of those that the summary lists.
    pub fn listed(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.gathered.lines.iter().map(|line| line.told.id)
    }

    /// Tells of them at `now`, with the unit and the clock of one of them.
    #[must_use]
    pub fn compose(&self, like: &Alert, now: Utc) -> Alert {
        let now = Moment {
            monotonic: Monotonic::default(),
            utc: now,
        };
        let present = Present {
            now,
            clock: like.clock,
            unit: &like.unit.name,
        };
        summary::compose(&present, &self.source, self.gathered.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::monitor::storm::fixture::{START, alert};

    #[test]
    fn an_endpoint_gets_its_ration_and_then_a_summary_over_every_restart() {
        let mut shelf = Shelf::default();
        for number in 0..5 {
            let expected = if number < 2 {
                Rationed::Owed
            } else {
                Rationed::Held { before: None }
            };
            let entered = alert(Event::Entered, "vehicle:alpha/1", number, START);
            let verdict = shelf.ration(START, |ration| ration.pass(&entered));
            assert_eq!(verdict, expected, "{number}");
        }
        let due = shelf.ration(START, |ration| ration.next_timeout());
        assert_eq!(due, Some(START.after(Duration::from_secs(30))));
        let early = START.after(Duration::from_secs(29));
        assert_eq!(shelf.ration(early, Ration::handle_timeout), None);
        let overdue = shelf.ration(due.unwrap(), Ration::handle_timeout).unwrap();
        assert_eq!(overdue.listed().count(), 3);
        let like = alert(Event::Entered, "vehicle:alpha/1", 2, START);
        assert_eq!(overdue.listed().next(), Some(like.id));
        let told = overdue.compose(&like, due.unwrap());
        assert_eq!(told.summary.map(|it| it.count), Some(3));
        assert_eq!((told.rule, told.event), (None, Event::Summary));
        assert_eq!(shelf.ration(due.unwrap(), Ration::handle_timeout), None);
    }

    #[test]
    fn what_is_critical_and_what_sums_up_is_always_owed() {
        let mut shelf = Shelf::default();
        let mut check = |event, severity, expected| {
            let alert = Alert {
                severity,
                ..alert(event, "vehicle:alpha/1", 1, START)
            };
            let verdict = shelf.ration(START, |ration| ration.pass(&alert));
            assert_eq!(verdict == Rationed::Owed, expected, "{event} {severity:?}");
        };
        check(Event::Entered, Severity::Major, true);
        check(Event::Entered, Severity::Major, true);
        check(Event::Entered, Severity::Major, false);
        check(Event::Entered, Severity::Critical, true);
        check(Event::Summary, Severity::Info, true);
        check(Event::Test, Severity::Info, true);
        check(Event::GnssInterference, Severity::Major, false);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait_for_long() {
        let mut shelf = Shelf::default();
        let entered = |number| alert(Event::Entered, "vehicle:alpha/1", number, START);
        for number in 0..3 {
            shelf.ration(START, |ration| ration.pass(&entered(number)));
        }
        let before = START.before(Duration::from_secs(86_400));
        let due = shelf.ration(before, |ration| ration.next_timeout());
        assert_eq!(due, Some(before.after(Duration::from_secs(30))));
    }

    /// Keeps a ration of two a minute as the store does: from one question to the next.
    #[derive(Default)]
    struct Shelf {
        kept: Option<String>,
    }

    impl Shelf {
        fn ration<T>(&mut self, now: Utc, ask: impl FnOnce(&mut Ration) -> T) -> T {
            let rate = Rate {
                alerts: Some(2),
                ..Rate::default()
            };
            let kept = self.kept.take();
            let kept = kept.map(|text| serde_json::from_str(&text).unwrap());
            let mut ration = Ration::new("centre", rate, kept, now);
            let answer = ask(&mut ration);
            self.kept = Some(serde_json::to_string(&ration.kept()).unwrap());
            answer
        }
    }
}
