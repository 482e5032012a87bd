//! Lists what was held back, from everybody or from one endpoint, and lets one go by hand.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::monitor::Release;
use crate::monitor::alert::Alert;
use crate::route::Routing;
use crate::store::{decisions, held};
use crate::units::Utc;

/// An alert that was held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withheld {
    /// The alert's id.
    pub id: Uuid,
    /// By what.
    pub held_by: String,
    /// The endpoint that it was held back from; absent if from everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Since when.
    pub since: Utc,
    /// When it was told after all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Utc>,
    /// The alert; absent if what is stored cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
}

/// What became of the wish that an alert is told after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetGo {
    /// It is owed to these endpoints from then on.
    To(Vec<String>),
    /// It was told already.
    Before(Utc),
    /// No alert of this id was ever held back.
    Unknown,
}

/// Returns at most `limit` alerts that were held back at `since` or later, newest first.
pub(super) fn list(
    connection: &Connection,
    since: Utc,
    limit: usize,
) -> rusqlite::Result<Vec<Withheld>> {
    let mut select = connection.prepare_cached(
        "SELECT alert_id, held_by, NULL, since, released_at, json, seq
             FROM held JOIN alert ON alert.id = alert_id WHERE ?1 <= since
         UNION ALL
         SELECT alert_id, held_by, endpoint, since, released_at, json, seq
             FROM held_for JOIN alert ON alert.id = alert_id WHERE ?1 <= since
         ORDER BY 4 DESC, 7 DESC, 3 LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map(params![since.as_micros(), limit], Withheld::read)?;
    rows.collect()
}

impl Withheld {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let id: String = row.get(0)?;
        let json: String = row.get(5)?;
        Ok(Self {
            id: Uuid::try_parse(&id).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
            })?,
            held_by: row.get(1)?,
            endpoint: row.get(2)?,
            since: Utc::from_micros(row.get(3)?),
            released_at: row.get::<_, Option<i64>>(4)?.map(Utc::from_micros),
            alert: serde_json::from_str(&json).ok(),
        })
    }
}

/// Owes an alert to everybody that it was held back from, whatever their limits are.
pub(super) fn let_go(
    connection: &Connection,
    id: Uuid,
    routing: &Routing,
    now: Utc,
) -> rusqlite::Result<LetGo> {
    let release = Release { alert: id, at: now };
    if let Some(alert) = held::release(connection, release)? {
        let chosen = routing.choose(&alert);
        for endpoint in &chosen {
            decisions::owe(connection, &alert, endpoint, now)?;
        }
        return Ok(LetGo::To(chosen.into_iter().map(str::to_owned).collect()));
    }
    let from = release_for_each(connection, release)?;
    if let Some(alert) = decisions::read(connection, id)?.filter(|_| !from.is_empty()) {
        for endpoint in &from {
            decisions::owe(connection, &alert, endpoint, now)?;
        }
        return Ok(LetGo::To(from));
    }
    let mut select = connection.prepare_cached(
        "SELECT max(released_at) FROM (SELECT released_at FROM held WHERE alert_id = ?1
             UNION ALL SELECT released_at FROM held_for WHERE alert_id = ?1)",
    )?;
    let before: Option<i64> = select.query_row([id.to_string()], |row| row.get(0))?;
    Ok(before.map_or(LetGo::Unknown, |at| LetGo::Before(Utc::from_micros(at))))
}

/// Marks an alert as let go for every endpoint that it is held back from, and returns their names.
fn release_for_each(connection: &Connection, release: Release) -> rusqlite::Result<Vec<String>> {
    let mut mark = connection.prepare_cached(
        "UPDATE held_for SET released_at = ?2 WHERE alert_id = ?1 AND released_at IS NULL
         RETURNING endpoint",
    )?;
    let marked = params![release.alert.to_string(), release.at.as_micros()];
    let names = mark.query_map(marked, |row| row.get(0))?;
    let mut names: Vec<String> = names.collect::<rusqlite::Result<_>>()?;
    names.sort();
    Ok(names)
}
