//! One alert in place of many.

use uuid::Uuid;

use crate::monitor::alert::{Alert, Clock, Event, RuleName, Summary};
use crate::monitor::storm::group::Gathered;
use crate::monitor::storm::line::Source;
use crate::units::Moment;

/// What every alert is stamped with.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// What time it is; its `utc` is civil time as well as anybody knows it.
    pub now: Moment,
    /// The clock that says so.
    pub clock: Clock,
    /// The unit's name.
    pub unit: &'a str,
}

/// Tells of alerts that were held back.
///
/// Its id follows from the first of them, so that the same group told twice is the same alert.
pub(super) fn compose(present: &Present<'_>, source: &Source, gathered: Gathered) -> Alert {
    let id = Uuid::new_v5(&gathered.first(), name(source).as_bytes());
    let Gathered {
        count,
        from,
        to,
        severity,
        status,
        lines,
    } = gathered;
    Alert {
        severity,
        status,
        occurred_at: from,
        rule: match source {
            Source::Rule(name) => Some(RuleName::of(name)),
            Source::Fleet | Source::Endpoint(_) => None,
        },
        summary: Some(Summary {
            count,
            from,
            to,
            alerts: lines.into_iter().map(|line| line.told).collect(),
        }),
        ..Alert::bare(
            id,
            Event::Summary,
            present.now.utc,
            present.clock,
            present.unit,
        )
    }
}

/// Keeps the summaries of several limits apart that begin with the same alert.
fn name(source: &Source) -> String {
    match source {
        Source::Rule(_) | Source::Fleet => "summary".to_owned(),
        Source::Endpoint(endpoint) => format!("summary/{endpoint}"),
    }
}
