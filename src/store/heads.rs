//! What is due: of each track and endpoint the oldest pending row, the head, and no other.

use rusqlite::{Connection, OptionalExtension, Row};
use tracing::error;

use crate::monitor::alert::{Alert, Held};
use crate::store::outbox;
use crate::units::Utc;

/// What an endpoint should get.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Heads that are due, oldest first.
    pub ready: Vec<Delivery>,
    /// When the next head is due; absent if none waits for its time.
    pub next_at: Option<Utc>,
}

/// One alert on its way to one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The outbox row.
    pub seq: i64,
    /// The alert.
    pub alert: Alert,
    /// How many attempts have failed.
    pub attempts: u32,
}

/// Returns the heads of `endpoint` that are due at `now`, and when the next one is.
///
/// A head is due from `due_at` on. It is also due if `now` lies before its last attempt: the
/// clock was set back, and a wait that was measured on the old time could last for years.
///
/// An alert that cannot be read is parked, so that it holds up nothing behind it.
pub(super) fn due(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
    limit: usize,
    busy: &[String],
) -> rusqlite::Result<Due> {
    loop {
        let mut due = Due::default();
        let mut unreadable = Vec::new();
        for head in heads(connection, endpoint)? {
            if busy.contains(&head.track) {
                continue;
            }
            if !head.is_due(now) {
                due.next_at = Some(due.next_at.map_or(head.due_at, |at| at.min(head.due_at)));
            } else if due.ready.len() < limit {
                match head.load(connection)? {
                    Ok(delivery) => due.ready.push(delivery),
                    Err(error) => unreadable.push((head.seq, error)),
                }
            }
        }
        if unreadable.is_empty() {
            return Ok(due);
        }
        for (seq, error) in unreadable {
            error!(endpoint, seq, %error, "stored alert cannot be read and is parked");
            let reason = format!("the stored alert cannot be read: {error}");
            outbox::park(connection, seq, &reason, now)?;
        }
    }
}

/// The oldest pending row of one track and endpoint.
struct Head {
    seq: i64,
    track: String,
    attempts: u32,
    attempted_at: Option<Utc>,
    due_at: Utc,
}

/// The head of every track, oldest first.
///
/// The index is entered once per track that has something pending, however long its queue is.
const HEADS: &str = "WITH RECURSIVE waiting (track) AS (
         SELECT min(track) FROM outbox WHERE endpoint = ?1 AND state = 'pending'
         UNION ALL
         SELECT (SELECT min(track) FROM outbox
                 WHERE endpoint = ?1 AND state = 'pending' AND waiting.track < track)
         FROM waiting WHERE waiting.track IS NOT NULL
     )
     SELECT seq, outbox.track, attempts, attempted_at, due_at
     FROM waiting CROSS JOIN outbox
     WHERE seq = (SELECT min(seq) FROM outbox
                  WHERE endpoint = ?1 AND state = 'pending' AND track = waiting.track)
     ORDER BY seq";

fn heads(connection: &Connection, endpoint: &str) -> rusqlite::Result<Vec<Head>> {
    let mut select = connection.prepare_cached(HEADS)?;
    select.query_map([endpoint], Head::read)?.collect()
}

impl Head {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            track: row.get(1)?,
            attempts: row.get(2)?,
            attempted_at: row.get::<_, Option<i64>>(3)?.map(Utc::from_micros),
            due_at: Utc::from_micros(row.get(4)?),
        })
    }

    fn is_due(&self, now: Utc) -> bool {
        self.due_at <= now || self.attempted_at.is_none_or(|attempted| now < attempted)
    }

    fn load(
        &self,
        connection: &Connection,
    ) -> rusqlite::Result<Result<Delivery, serde_json::Error>> {
        let mut select = connection.prepare_cached(
            "SELECT json, held_by, since, released_at FROM outbox
                 JOIN alert ON alert.id = outbox.alert_id
                 LEFT JOIN held_for ON held_for.alert_id = outbox.alert_id
                     AND held_for.endpoint = outbox.endpoint
                 WHERE outbox.seq = ?1",
        )?;
        let row = select.query_row([self.seq], |row| {
            Ok((row.get::<_, String>(0)?, held_for(row)?))
        });
        let (json, held) = row.optional()?.unwrap_or_default();
        let read = serde_json::from_str::<Alert>(&json);
        Ok(read.map(|mut alert| {
            alert.held = held.or(alert.held);
            Delivery {
                seq: self.seq,
                alert,
                attempts: self.attempts,
            }
        }))
    }
}

/// Reads that an alert was held back for its endpoint alone: each attempt says so.
fn held_for(row: &Row<'_>) -> rusqlite::Result<Option<Held>> {
    let by: Option<String> = row.get(1)?;
    let times: (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
    Ok(by
        .zip(times.0.zip(times.1))
        .map(|(by, (since, released))| Held {
            by,
            since: Utc::from_micros(since),
            released_at: Utc::from_micros(released),
        }))
}

#[cfg(test)]
mod tests;
