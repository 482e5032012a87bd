//! Keeps where each track stood, one row per rule, track and corridor.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use crate::monitor::standing::{StandingRecord, Visit};
use crate::units::{LatLon, Utc};

/// Replaces the standing of its rule, track and corridor.
pub(super) fn put(connection: &Connection, record: &StandingRecord) -> rusqlite::Result<()> {
    let mut replace = connection.prepare_cached(
        "INSERT OR REPLACE INTO standing (rule, track, corridor, episode, alerts, entered_at,
             entry_lat, entry_lon, dwelt, last_lat, last_lon, travelled_m, approaching, named, left_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
        visit.map(|visit| visit.dwells),
        visit.map(|visit| visit.last_position.lat()),
        visit.map(|visit| visit.last_position.lon()),
        visit.map(|visit| visit.travelled_m),
        record.approaching,
        record.named,
        record.left_at.map(Utc::as_micros),
    ])?;
    Ok(())
}

/// Reads every standing.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<StandingRecord>> {
    let mut select = connection.prepare(
        "SELECT rule, track, corridor, episode, alerts, entered_at, entry_lat, entry_lon, dwelt,
             last_lat, last_lon, travelled_m, approaching, named, left_at
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
        approaching: row.get(12)?,
        named: row.get(13)?,
        left_at: row.get::<_, Option<i64>>(14)?.map(Utc::from_micros),
    })
}

fn read_visit(row: &Row<'_>, entered_at: Utc) -> rusqlite::Result<Visit> {
    Ok(Visit {
        entered_at,
        entry: match row.get(6)? {
            Some(lat) => Some(place(6, lat, row.get(7)?)?),
            None => None,
        },
        dwells: row.get(8)?,
        last_position: place(9, row.get(9)?, row.get(10)?)?,
        // SQLite keeps NaN as NULL: it has to come back, for a unit that does not start is worse.
        travelled_m: row.get::<_, Option<f64>>(11)?.unwrap_or(f64::NAN),
    })
}

fn place(column: usize, lat: f64, lon: f64) -> rusqlite::Result<LatLon> {
    LatLon::new(lat, lon).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Real, error.into())
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::fixture::standing_example;
    use crate::store::schema;

    #[test]
    fn a_standing_replaces_the_one_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let inside = standing_example("a");
        let unplaced = StandingRecord {
            visit: inside.visit.clone().map(|visit| Visit {
                entry: None,
                dwells: 0,
                ..visit
            }),
            ..inside.clone()
        };
        let outside = StandingRecord {
            visit: None,
            episode: 4,
            alerts: 0,
            ..inside.clone()
        };
        for record in [inside, unplaced, outside] {
            put(&connection, &record).unwrap();
            assert_eq!(all(&connection), Ok(vec![record]));
        }
    }

    #[test]
    fn a_length_that_is_no_number_keeps_no_unit_from_starting() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let mut record = standing_example("a");
        record.visit.as_mut().unwrap().travelled_m = f64::NAN;
        put(&connection, &record).unwrap();
        let read = all(&connection).unwrap().remove(0);
        assert!(read.visit.unwrap().travelled_m.is_nan());
    }
}
