//! Tells what was decided and what became of it at each endpoint, newest first.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use serde::Serialize;

use crate::monitor::alert::Alert;
use crate::units::Utc;

/// An alert and its deliveries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Grows with every alert; pass it as `before` to go on from here.
    pub seq: i64,
    /// The alert; absent if what is stored cannot be read.
    pub alert: Option<Alert>,
    /// One per endpoint that should have it.
    pub deliveries: Vec<DeliveryState>,
}

/// How far the delivery to one endpoint is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryState {
    /// The endpoint's name.
    pub endpoint: String,
    /// Where it stands.
    pub state: State,
    /// How many attempts were made.
    pub attempts: u32,
    /// The HTTP status of the last attempt, if there was an answer.
    pub last_status: Option<u16>,
    /// Why the last attempt did not settle it, or why it is parked.
    pub last_error: Option<String>,
    /// When the next attempt may be made; means nothing once it is settled.
    pub due_at: Utc,
    /// When it was settled.
    pub settled_at: Option<Utc>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Still to be delivered.
    Pending,
    /// Taken by the endpoint.
    Delivered,
    /// Sent to an endpoint that never says whether it has come.
    Sent,
    /// Refused for good by the endpoint (410).
    Gone,
    /// For a person to look at.
    Parked,
    /// Tried for as long as the endpoint asks for; for a person, too.
    Expired,
}

/// Returns at most `limit` alerts with a number below `before`.
pub(super) fn read(
    connection: &Connection,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let mut select = connection.prepare_cached(
        "SELECT seq, id, json FROM alert WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![before.unwrap_or(i64::MAX), limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, json): (String, String) = (row.get(1)?, row.get(2)?);
        entries.push(Entry {
            seq: row.get(0)?,
            alert: serde_json::from_str(&json).ok(),
            deliveries: deliveries(connection, &id)?,
        });
    }
    Ok(entries)
}

fn deliveries(connection: &Connection, alert_id: &str) -> rusqlite::Result<Vec<DeliveryState>> {
    let mut select = connection.prepare_cached(
        "SELECT endpoint, state, attempts, last_status, last_error, due_at, settled_at
         FROM outbox WHERE alert_id = ?1 ORDER BY endpoint",
    )?;
    select.query_map([alert_id], DeliveryState::read)?.collect()
}

impl DeliveryState {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            endpoint: row.get(0)?,
            state: State::named(&row.get::<_, String>(1)?)?,
            attempts: row.get(2)?,
            last_status: row.get(3)?,
            last_error: row.get(4)?,
            due_at: Utc::from_micros(row.get(5)?),
            settled_at: row.get::<_, Option<i64>>(6)?.map(Utc::from_micros),
        })
    }
}

impl State {
    /// Reads the name that the table uses.
    pub(super) fn named(name: &str) -> rusqlite::Result<Self> {
        match name {
            "pending" => Ok(Self::Pending),
            "delivered" => Ok(Self::Delivered),
            "gone" => Ok(Self::Gone),
            "parked" => Ok(Self::Parked),
            "sent" => Ok(Self::Sent),
            "expired" => Ok(Self::Expired),
            _ => Err(rusqlite::Error::FromSqlConversionFailure(
                1,
                Type::Text,
                format!("no delivery is `{name}`").into(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::fixture::{OCCURRED_AT, decision, routing_to};
    use crate::store::{Verdict, decisions, outbox, schema};

    #[test]
    fn the_history_tells_the_newest_first_and_why_an_alert_is_parked() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let routing = routing_to(&["ops"]);
        for number in 1..=3 {
            let decided = decision("a", number);
            decisions::store(&connection, &decided, &routing, OCCURRED_AT).unwrap();
        }
        let verdict = Verdict::Parked {
            status: Some(422),
            error: "answered 422: no such unit".to_owned(),
        };
        outbox::finish(&connection, 2, &verdict, OCCURRED_AT).unwrap();

        let newest = read(&connection, None, 2).unwrap();
        let numbers: Vec<i64> = newest.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, [3, 2]);
        assert_eq!(newest[0].alert, decision("a", 3).alert);
        assert_eq!(newest[0].deliveries[0].state, State::Pending);
        let parked = &newest[1].deliveries[0];
        assert_eq!(
            (parked.state, parked.last_status),
            (State::Parked, Some(422))
        );
        assert_eq!(
            parked.last_error.as_deref(),
            Some("answered 422: no such unit")
        );
        assert_eq!(parked.settled_at, Some(OCCURRED_AT));

        let older = read(&connection, Some(2), 2).unwrap();
        assert_eq!(older.len(), 1, "and goes on from there");
    }
}
