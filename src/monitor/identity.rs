//! Derived ids: the same decision made twice has the same id.
//!
//! Version 5 UUIDs (RFC 9562 section 5.5). The history is a random id that a database gets
//! when it is made: episode numbers start again with a new database, ids must not.

use uuid::Uuid;

use crate::monitor::alert::Event;
use crate::monitor::standing::StandingRecord;
use crate::units::Utc;

/// Derives the id of a standing's present episode.
#[must_use]
pub(super) fn episode_id(history: Uuid, unit: &str, standing: &StandingRecord) -> Uuid {
    let StandingRecord {
        rule,
        track,
        corridor,
        episode,
        ..
    } = standing;
    // A length before each text keeps ("ab", "c") and ("a", "bc") apart.
    let mut name = Vec::new();
    for part in [unit, rule, track, corridor] {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    name.extend_from_slice(&episode.to_be_bytes());
    Uuid::new_v5(&history, &name)
}

/// Derives the id of a story that began at a time of its own, such as a route that was left.
///
/// By the millisecond, as times are kept over a restart.
#[must_use]
pub(super) fn story_id(history: Uuid, kind: &str, parts: [&str; 4], since: Utc) -> Uuid {
    let mut name = Vec::new();
    for part in [kind].into_iter().chain(parts) {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    name.extend_from_slice(&since.as_micros().div_euclid(1_000).to_be_bytes());
    Uuid::new_v5(&history, &name)
}

/// Derives the id of an episode's alert.
#[must_use]
pub(super) fn alert_id(episode: Uuid, event: Event, index: u32) -> Uuid {
    Uuid::new_v5(&episode, format!("{event}/{index}").as_bytes())
}

/// Derives the id of a conflict about an identity: one a day, so that a restart tells it no second
/// time.
#[must_use]
pub(super) fn conflict_id(history: Uuid, unit: &str, whom: &str, day: i64) -> Uuid {
    let mut name = Vec::new();
    for part in ["identity.conflict", unit, whom] {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    name.extend_from_slice(&day.to_be_bytes());
    Uuid::new_v5(&history, &name)
}

/// Derives the id of an alert about the trust in positions; `what` says whose and what is seen.
#[must_use]
pub(super) fn trust_id(history: Uuid, unit: &str, event: Event, what: &str, at: Utc) -> Uuid {
    let mut name = Vec::new();
    for part in [event.name(), unit, what] {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    name.extend_from_slice(&at.as_micros().to_be_bytes());
    Uuid::new_v5(&history, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_every_part_and_on_nothing_else() {
        let standing = |rule: &str, track: &str, episode| StandingRecord {
            rule: rule.to_owned(),
            track: track.to_owned(),
            corridor: "x".to_owned(),
            episode,
            alerts: 0,
            visit: None,
            approaching: false,
            named: false,
            left_at: None,
        };
        let history = Uuid::from_u128(7);
        let first = episode_id(history, "unit", &standing("ab", "c", 1));
        assert_eq!(first, episode_id(history, "unit", &standing("ab", "c", 1)));
        let others = [
            episode_id(Uuid::from_u128(8), "unit", &standing("ab", "c", 1)),
            episode_id(history, "other", &standing("ab", "c", 1)),
            episode_id(history, "unit", &standing("a", "bc", 1)),
            episode_id(history, "unit", &standing("ab", "c", 2)),
        ];
        assert!(others.iter().all(|other| *other != first));
        assert_ne!(
            alert_id(first, Event::Entered, 0),
            alert_id(first, Event::Exited, 0)
        );
        assert_ne!(
            alert_id(first, Event::Dwelling, 1),
            alert_id(first, Event::Dwelling, 2)
        );
    }
}
