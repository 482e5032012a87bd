//! Keeps where each track stood, one row per rule, track and corridor.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use crate::monitor::standing::{StandingRecord, Visit};
use crate::units::{LatLon, Utc};

/// Replaces the standing of its rule, track and corridor.
pub(super) fn put(connection: &Connection, record: &StandingRecord) -> rusqlite::Result<()> {
    let mut replace = connection.prepare_cached(
        "INSERT OR REPLACE INTO standing (rule, track, corridor, episode, alerts, entered_at,
             entry_lat, entry_lon, dwelt, last_lat, last_lon, travelled_m)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let visit = record.visit.as_ref();
    let entry = visit.and_then(|visit| visit.entry);
    replace.execute(params![
        record.rule,
        record.track,
        record.corridor,
        i64::try_from(record.episode).unwrap_or(i64::MAX),
        record.alerts,
        visit.map(|visit| visit.entered_at.as_micros()),
        entry.map(LatLon::lat),
        entry.map(LatLon::lon),
        visit.map(|visit| visit.dwelt),
        visit.map(|visit| visit.last_position.lat()),
        visit.map(|visit| visit.last_position.lon()),
        visit.map(|visit| visit.travelled_m),
    ])?;
    Ok(())
}

/// Reads every standing.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<StandingRecord>> {
    let mut select = connection.prepare(
        "SELECT rule, track, corridor, episode, alerts, entered_at, entry_lat, entry_lon, dwelt,
             last_lat, last_lon, travelled_m
         FROM standing ORDER BY rule, track, corridor",
    )?;
    select.query_map([], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<StandingRecord> {
    Ok(StandingRecord {
        rule: row.get(0)?,
        track: row.get(1)?,
        corridor: row.get(2)?,
        episode: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
        alerts: row.get(4)?,
        visit: match row.get(5)? {
            Some(entered_at) => Some(read_visit(row, Utc::from_micros(entered_at))?),
            None => None,
        },
    })
}

fn read_visit(row: &Row<'_>, entered_at: Utc) -> rusqlite::Result<Visit> {
    Ok(Visit {
        entered_at,
        entry: match row.get(6)? {
            Some(lat) => Some(place(6, lat, row.get(7)?)?),
            None => None,
        },
        dwelt: row.get(8)?,
        last_position: place(9, row.get(9)?, row.get(10)?)?,
        travelled_m: row.get(11)?,
    })
}

fn place(column: usize, lat: f64, lon: f64) -> rusqlite::Result<LatLon> {
    LatLon::new(lat, lon).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Real, error.into())
    })
}
