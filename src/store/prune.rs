//! Removes what was settled long ago, a little at a time.

use rusqlite::{Connection, params};

use crate::units::Utc;

/// How many rows one call removes of each table.
pub(super) const ROWS_MAX: usize = 500;

/// Removes deliveries that were settled well before `before`, and alerts of which nothing is left.
///
/// What is parked or expired stays until a person decides, and so does what is held back. Returns
/// how many rows went.
pub(super) fn prune(connection: &Connection, before: Utc) -> rusqlite::Result<usize> {
    let (before, most) = (before.as_micros(), i64::try_from(ROWS_MAX).unwrap_or(1));
    let mut settled = connection.prepare_cached(
        "DELETE FROM outbox WHERE seq IN (
             SELECT seq FROM outbox
             WHERE state IN ('delivered', 'sent', 'gone') AND settled_at < ?1
             ORDER BY settled_at LIMIT ?2)",
    )?;
    let mut gone = settled.execute(params![before, most])?;
    let mut select = connection.prepare_cached(
        "SELECT id FROM alert
         WHERE coalesce(stored_at, occurred_at) < ?1
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE alert_id = alert.id)
             AND NOT EXISTS (SELECT 1 FROM held
                             WHERE held.alert_id = alert.id AND released_at IS NULL)
             AND NOT EXISTS (SELECT 1 FROM held_for
                             WHERE held_for.alert_id = alert.id AND released_at IS NULL)
         ORDER BY coalesce(stored_at, occurred_at), seq LIMIT ?2",
    )?;
    let left = select.query_map(params![before, most], |row| row.get(0))?;
    let left: Vec<String> = left.collect::<Result<_, _>>()?;
    let mut held = connection.prepare_cached("DELETE FROM held WHERE alert_id = ?1")?;
    let mut held_for = connection.prepare_cached("DELETE FROM held_for WHERE alert_id = ?1")?;
    let mut alert = connection.prepare_cached("DELETE FROM alert WHERE id = ?1")?;
    for id in &left {
        held.execute([id])?;
        held_for.execute([id])?;
        gone += alert.execute([id])?;
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::store::fixture::{OCCURRED_AT, decision, routing_to};
    use crate::store::outbox::finish;
    use crate::store::{Verdict, decisions, schema};

    fn count(connection: &Connection, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn only_what_is_settled_for_good_goes_and_only_when_it_is_old() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let routing = routing_to(&["ops"]);
        for number in 1..=5 {
            let decided = decision("a", number);
            decisions::store(&connection, &decided, &routing, OCCURRED_AT).unwrap();
        }
        let error = || "no".to_owned();
        for (seq, verdict) in [
            (1, Verdict::Delivered { status: 200 }),
            (2, Verdict::Gone { status: 410 }),
            (
                3,
                Verdict::Parked {
                    status: Some(422),
                    error: error(),
                },
            ),
            (
                4,
                Verdict::Expired {
                    status: None,
                    error: error(),
                },
            ),
        ] {
            finish(&connection, seq, &verdict, OCCURRED_AT).unwrap();
        }
        assert_eq!(
            prune(&connection, OCCURRED_AT).unwrap(),
            0,
            "not old enough"
        );
        let later = OCCURRED_AT.after(Duration::from_secs(1));
        assert_eq!(
            prune(&connection, later).unwrap(),
            4,
            "two rows, two alerts"
        );
        assert_eq!(count(&connection, "outbox"), 3);
        assert_eq!(count(&connection, "alert"), 3);
        assert_eq!(prune(&connection, later).unwrap(), 0);
    }

    #[test]
    fn a_large_past_goes_in_parts() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let routing = routing_to(&["ops"]);
        let most = u128::try_from(ROWS_MAX).unwrap();
        for number in 1..=most + 10 {
            let decided = decision("a", number);
            decisions::store(&connection, &decided, &routing, OCCURRED_AT).unwrap();
        }
        let settle = "UPDATE outbox SET state = 'delivered', settled_at = created_at";
        connection.execute(settle, []).unwrap();
        let later = OCCURRED_AT.after(Duration::from_secs(1));
        assert_eq!(prune(&connection, later).unwrap(), 2 * ROWS_MAX);
        assert_eq!(prune(&connection, later).unwrap(), 20);
        assert_eq!(count(&connection, "alert"), 0);
    }
}
