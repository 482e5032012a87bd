//! Counts what each endpoint got, still waits for, and will not get.

use rusqlite::Connection;

use crate::store::State;
use crate::units::Utc;

/// The rows of one endpoint, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// The endpoint's name; one that left the configuration keeps its rows.
    pub endpoint: String,
    /// Still to be delivered.
    pub pending: u64,
    /// Taken by the endpoint.
    pub delivered: u64,
    /// Sent to an endpoint that never says whether it has come.
    pub sent: u64,
    /// Refused for good by the endpoint (410).
    pub gone: u64,
    /// Refused in a way that a person has to look at.
    pub parked: u64,
    /// Tried for as long as the endpoint asks for, in vain.
    pub expired: u64,
    /// When the oldest pending alert was stored.
    pub oldest_pending: Option<Utc>,
}

/// Counts all rows; an endpoint of the configuration is there even if it has none.
pub(super) fn count<'a>(
    connection: &Connection,
    endpoints: impl Iterator<Item = &'a str>,
) -> rusqlite::Result<Vec<Backlog>> {
    let mut backlogs: Vec<Backlog> = endpoints.map(empty).collect();
    let mut select = connection
        .prepare_cached("SELECT endpoint, state, count(*) FROM outbox GROUP BY endpoint, state")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let endpoint: String = row.get(0)?;
        let state = State::named(&row.get::<_, String>(1)?)?;
        let rows = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
        let backlog = entry(&mut backlogs, &endpoint);
        match state {
            State::Pending => {
                backlog.pending = rows;
                backlog.oldest_pending = oldest_pending(connection, &endpoint)?;
            }
            State::Delivered => backlog.delivered = rows,
            State::Gone => backlog.gone = rows,
            State::Parked => backlog.parked = rows,
            State::Sent => backlog.sent = rows,
            State::Expired => backlog.expired = rows,
        }
    }
    Ok(backlogs)
}

fn entry<'a>(backlogs: &'a mut Vec<Backlog>, endpoint: &str) -> &'a mut Backlog {
    let index = backlogs
        .iter()
        .position(|backlog| backlog.endpoint == endpoint)
        .unwrap_or_else(|| {
            backlogs.push(empty(endpoint));
            backlogs.len() - 1
        });
    &mut backlogs[index]
}

fn empty(endpoint: &str) -> Backlog {
    Backlog {
        endpoint: endpoint.to_owned(),
        ..Backlog::default()
    }
}

/// Asks the lowest row number: rows are numbered in the order in which they are stored.
fn oldest_pending(connection: &Connection, endpoint: &str) -> rusqlite::Result<Option<Utc>> {
    let mut select = connection.prepare_cached(
        "SELECT created_at FROM outbox WHERE seq =
             (SELECT min(seq) FROM outbox WHERE endpoint = ?1 AND state = 'pending')",
    )?;
    let mut rows = select.query([endpoint])?;
    match rows.next()? {
        Some(row) => Ok(Some(Utc::from_micros(row.get(0)?))),
        None => Ok(None),
    }
}
