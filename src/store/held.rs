//! Keeps which alerts are told to nobody for the time being, and lets them go.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::monitor::alert::{Alert, Held};
use crate::monitor::{HeldBack, Release};
use crate::store::decisions;
use crate::units::Utc;

/// Keeps an alert back that is written already.
pub(super) fn hold(
    connection: &Connection,
    alert: &Alert,
    held: &HeldBack,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO held (alert_id, held_by, since) VALUES (?1, ?2, ?3)
         ON CONFLICT (alert_id) DO NOTHING",
    )?;
    let since = alert.detected_at.as_micros();
    insert.execute(params![alert.id.to_string(), held.by, since])?;
    Ok(())
}

/// Lets an alert go: it says from then on that it was held. Absent if it is not held, or cannot be
/// read: that must not hold up what is stored behind it.
pub(super) fn release(
    connection: &Connection,
    release: Release,
) -> rusqlite::Result<Option<Alert>> {
    let Some(mut alert) = decisions::read(connection, release.alert)? else {
        return Ok(None);
    };
    let id = release.alert.to_string();
    let mut mark = connection.prepare_cached(
        "UPDATE held SET released_at = ?2 WHERE alert_id = ?1 AND released_at IS NULL
         RETURNING held_by, since",
    )?;
    let found = mark.query_row(params![id, release.at.as_micros()], |row| {
        Ok((row.get(0)?, Utc::from_micros(row.get(1)?)))
    });
    let Some((by, since)) = found.optional()? else {
        return Ok(None);
    };
    alert.held = Some(Held {
        by,
        since,
        released_at: release.at,
    });
    let json = serde_json::to_string(&alert)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut update = connection.prepare_cached("UPDATE alert SET json = ?2 WHERE id = ?1")?;
    update.execute(params![id, json])?;
    Ok(Some(alert))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::monitor::Decision;
    use crate::store::fixture::{OCCURRED_AT, decision, routing_to};
    use crate::store::schema;

    #[test]
    fn an_alert_that_is_held_is_owed_once_it_is_let_go_and_says_so() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let routing = routing_to(&["centre"]);
        let store = |decision: &Decision| {
            decisions::store(&connection, decision, &routing, OCCURRED_AT).unwrap()
        };
        let held = Decision {
            held: Some(HeldBack {
                by: "a silence".to_owned(),
            }),
            ..decision("vehicle:alpha/1", 9)
        };
        let release = Decision {
            releases: vec![Release {
                alert: Uuid::from_u128(9),
                at: OCCURRED_AT,
            }],
            ..Decision::default()
        };
        assert!(!store(&held), "nothing is owed");
        assert!(store(&release));
        assert!(!store(&release), "it is let go once");
        let sql = "SELECT json FROM alert JOIN outbox ON alert_id = id";
        let json: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        let alert: Alert = serde_json::from_str(&json).unwrap();
        assert_eq!(alert.held.unwrap().by, "a silence");
    }
}
