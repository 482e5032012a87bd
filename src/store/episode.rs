//! The alerts of the same episode before and after one.

use rusqlite::{Connection, params};
use serde::Deserialize;
use uuid::Uuid;

use crate::monitor::alert::{Alert, Event};
use crate::units::Utc;

/// What else is known of the episode that an alert belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Story {
    /// Its alerts before, oldest first.
    pub earlier: Vec<Earlier>,
    /// Whether a later one is stored, so that this one may be true no more; absent if it belongs
    /// to no episode.
    pub has_later: Option<bool>,
}

/// An alert that was stored before.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Earlier {
    /// Its id.
    pub id: Uuid,
    /// What it told.
    pub event: Event,
    /// When it was decided.
    pub detected_at: Utc,
}

/// Reads what stands around the alert with this number; what cannot be read is left out.
pub(super) fn around(
    connection: &Connection,
    number: i64,
    alert: &Alert,
) -> rusqlite::Result<Story> {
    let Some(episode) = alert.episode else {
        return Ok(Story::default());
    };
    let id = episode.id.to_string();
    let mut later = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM alert WHERE episode = ?1 AND ?2 < seq)")?;
    let has_later = later.query_row(params![id, number], |row| row.get(0))?;
    let mut earlier = Vec::new();
    if 0 < episode.index {
        let mut select = connection.prepare_cached(
            "SELECT json FROM alert WHERE episode = ?1 AND seq < ?2 ORDER BY seq",
        )?;
        let mut rows = select.query(params![id, number])?;
        while let Some(row) = rows.next()? {
            let json: String = row.get(0)?;
            earlier.extend(serde_json::from_str::<Earlier>(&json).ok());
        }
    }
    Ok(Story {
        earlier,
        has_later: Some(has_later),
    })
}
