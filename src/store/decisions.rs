//! Stores a decision: the alert, what is owed to each endpoint, and the standing.

use rusqlite::{Connection, params};

use crate::monitor::Decision;
use crate::monitor::alert::Alert;
use crate::store::standings;
use crate::units::Utc;

/// Writes all parts of a decision and says whether its alert is new.
///
/// An alert that is known leaves alert and outbox as they are: it is the same decision, made
/// again after a crash.
pub(super) fn store(
    connection: &Connection,
    decision: &Decision,
    endpoints: &[String],
    now: Utc,
) -> rusqlite::Result<bool> {
    if let Some(standing) = &decision.standing {
        standings::put(connection, standing)?;
    }
    match &decision.alert {
        Some(alert) if insert(connection, alert)? => {
            for endpoint in endpoints {
                owe(connection, alert, endpoint, now)?;
            }
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}

fn insert(connection: &Connection, alert: &Alert) -> rusqlite::Result<bool> {
    let json = serde_json::to_string(alert)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO alert (id, track, occurred_at, severity, json) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO NOTHING",
    )?;
    let rows = insert.execute(params![
        alert.id.to_string(),
        alert.track.key,
        alert.occurred_at.as_micros(),
        alert.severity.name(),
        json,
    ])?;
    Ok(rows == 1)
}

fn owe(connection: &Connection, alert: &Alert, endpoint: &str, now: Utc) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO outbox (alert_id, endpoint, track, state, due_at, created_at)
         VALUES (?1, ?2, ?3, 'pending', ?4, ?4)
         ON CONFLICT (alert_id, endpoint) DO NOTHING",
    )?;
    insert.execute(params![
        alert.id.to_string(),
        endpoint,
        alert.track.key,
        now.as_micros(),
    ])?;
    Ok(())
}
