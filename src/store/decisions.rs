//! Stores a decision: the alert, what is owed to each endpoint, the standing and what else is kept.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};
use tracing::warn;
use uuid::Uuid;

use crate::monitor::Decision;
use crate::monitor::alert::{Alert, Severity};
use crate::route::Routing;
use crate::store::{held, limits, memories, standings};
use crate::units::Utc;

/// Writes all parts of a decision and says whether it brought an alert that is new and owed.
///
/// An alert that is known leaves alert and outbox as they are: it is the same decision, made
/// again after a crash.
pub(super) fn store(
    connection: &Connection,
    decision: &Decision,
    routing: &Routing,
    now: Utc,
) -> rusqlite::Result<bool> {
    for standing in decision.standings() {
        standings::put(connection, standing)?;
    }
    for memory in &decision.memories {
        memories::put(connection, memory)?;
    }
    let mut owes = false;
    for release in &decision.releases {
        if let Some(alert) = held::release(connection, *release)? {
            owe_to_chosen(connection, &alert, routing, now)?;
            owes = true;
        }
    }
    if let Some(alert) = &decision.alert
        && insert(connection, alert, now)?
    {
        if let Some(held) = &decision.held {
            held::hold(connection, alert, held)?;
        } else {
            owe_to_chosen(connection, alert, routing, now)?;
            owes = true;
        }
    }
    Ok(owes)
}

/// Owes an alert to the endpoints that its routes lead to. One that no route takes is kept, and
/// told: the check of a configuration does not let that happen.
fn owe_to_chosen(
    connection: &Connection,
    alert: &Alert,
    routing: &Routing,
    now: Utc,
) -> rusqlite::Result<()> {
    let chosen = chosen(connection, alert, routing)?;
    if chosen.is_empty() {
        let (event, alert) = (alert.event.name(), alert.id.to_string());
        warn!(event, alert, "no route takes this alert: nobody gets it");
    }
    for endpoint in chosen {
        limits::owe(connection, alert, endpoint, now)?;
    }
    Ok(())
}

/// Chooses who gets an alert; a summary goes to whoever would have got one of those that it lists.
fn chosen<'a>(
    connection: &Connection,
    alert: &Alert,
    routing: &'a Routing,
) -> rusqlite::Result<Vec<&'a str>> {
    let mut takers = BTreeSet::new();
    for line in alert.summary.iter().flat_map(|summary| &summary.alerts) {
        if let Some(listed) = read(connection, line.id)? {
            takers.extend(routing.choose(&listed));
        }
    }
    if takers.is_empty() {
        return Ok(routing.choose(alert));
    }
    Ok(routing
        .names()
        .filter(|name| takers.contains(name))
        .collect())
}

/// Reads an alert; absent if there is none, or it cannot be read.
pub(super) fn read(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Alert>> {
    let mut select = connection.prepare_cached("SELECT json FROM alert WHERE id = ?1")?;
    let json: Option<String> = select
        .query_row([id.to_string()], |row| row.get(0))
        .optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Writes an alert, and says whether it is new.
pub(super) fn insert(connection: &Connection, alert: &Alert, now: Utc) -> rusqlite::Result<bool> {
    let json = serde_json::to_string(alert)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO alert (id, track, occurred_at, severity, json, episode, stored_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
    )?;
    let rows = insert.execute(params![
        alert.id.to_string(),
        alert.subject(),
        alert.occurred_at.as_micros(),
        alert.severity.name(),
        json,
        alert.episode.map(|episode| episode.id.to_string()),
        now.as_micros(),
    ])?;
    Ok(rows == 1)
}

/// Owes an alert to an endpoint, whatever its limit is.
pub(super) fn owe(
    connection: &Connection,
    alert: &Alert,
    endpoint: &str,
    now: Utc,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO outbox (alert_id, endpoint, track, state, due_at, created_at, rank)
         VALUES (?1, ?2, ?3, 'pending', ?4, ?4, ?5)
         ON CONFLICT (alert_id, endpoint) DO NOTHING",
    )?;
    insert.execute(params![
        alert.id.to_string(),
        endpoint,
        alert.subject(),
        now.as_micros(),
        rank(alert.severity),
    ])?;
    Ok(())
}

/// Numbers severities, so that the graver one is the greater.
const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 0,
        Severity::Minor => 1,
        Severity::Major => 2,
        Severity::Critical => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::HeldBack;
    use crate::monitor::alert::{Event, Summary, SummaryLine};
    use crate::route::{Route, Target};
    use crate::store::fixture::{OCCURRED_AT, decision};
    use crate::store::schema;

    #[test]
    fn a_summary_goes_to_whoever_would_have_got_what_it_lists() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let route = |events: &[Event]| Route {
            events: events.to_vec(),
            ..Route::everything()
        };
        let target = |name: &str, events: &[Event], is_default| Target {
            name: name.to_owned(),
            route: route(events),
            is_default,
        };
        let routing = Routing::new(vec![
            target("crossings", &[Event::Crossed], false),
            target("losses", &[Event::TrackLost], false),
            target("rest", &[Event::Test], true),
        ]);
        let mut held = decision("vehicle:alpha/1", 1);
        held.held = Some(HeldBack {
            by: "a limit".to_owned(),
        });
        store(&connection, &held, &routing, OCCURRED_AT).unwrap();

        let listing = |number: u128, listed: u128| {
            let mut decided = decision("vehicle:alpha/1", number);
            decided.alert = decided.alert.map(|alert| Alert {
                event: Event::Summary,
                summary: Some(Summary {
                    count: 1,
                    from: OCCURRED_AT,
                    to: OCCURRED_AT,
                    alerts: vec![SummaryLine {
                        id: Uuid::from_u128(listed),
                        event: Event::Crossed,
                        track: None,
                        corridor: None,
                    }],
                }),
                ..alert
            });
            store(&connection, &decided, &routing, OCCURRED_AT).unwrap();
            owed(&connection, number)
        };
        assert_eq!(listing(2, 1), ["crossings"]);
        assert_eq!(listing(3, 99), ["rest"], "of what nobody knows");
    }

    fn owed(connection: &Connection, number: u128) -> Vec<String> {
        let id = Uuid::from_u128(number).to_string();
        let sql = "SELECT endpoint FROM outbox WHERE alert_id = ?1 ORDER BY endpoint";
        let mut select = connection.prepare(sql).unwrap();
        let names = select.query_map([id], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }
}
