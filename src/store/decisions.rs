//! Stores a decision: the alert, what is owed to each endpoint, the standing and what else is kept.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};
use tracing::warn;
use uuid::Uuid;

use crate::monitor::Decision;
use crate::monitor::alert::Alert;
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
    if let Some(standing) = &decision.standing {
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
        && insert(connection, alert)?
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
pub(super) fn insert(connection: &Connection, alert: &Alert) -> rusqlite::Result<bool> {
    let json = serde_json::to_string(alert)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO alert (id, track, occurred_at, severity, json) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let rows = insert.execute(params![
        alert.id.to_string(),
        alert.subject(),
        alert.occurred_at.as_micros(),
        alert.severity.name(),
        json,
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
        "INSERT INTO outbox (alert_id, endpoint, track, state, due_at, created_at)
         VALUES (?1, ?2, ?3, 'pending', ?4, ?4)
         ON CONFLICT (alert_id, endpoint) DO NOTHING",
    )?;
    insert.execute(params![
        alert.id.to_string(),
        endpoint,
        alert.subject(),
        now.as_micros(),
    ])?;
    Ok(())
}
