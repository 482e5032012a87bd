//! What an endpoint gets next: of each track in each lane the oldest pending row, the head, and no
//! other.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use tracing::error;

use crate::monitor::alert::{Alert, Held};
use crate::store::lanes::{self, Head};
use crate::store::{Delivery, episode, outbox};
use crate::units::Utc;

/// Which of an endpoint's alerts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// What is due: so many in all, and so many late ones at most.
    Due {
        /// In all.
        limit: usize,
        /// Of the late lane.
        late: usize,
    },
    /// A fresh one that was never tried.
    Fresh,
    /// Any one, due or not: rather a fresh one, and one that was tried less.
    Probe,
}

/// How lately an alert was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Within the last minute: it waits behind no older one, not even of its own track.
    Live,
    /// Before that.
    Late,
}

/// An attempt under way, which holds its track in its lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The outbox row.
    pub seq: i64,
    /// The lane that it was handed out in.
    pub lane: Lane,
    /// Whom or what the alert is about.
    pub track: String,
}

/// What an endpoint should get.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Heads, live ones first by their age, then late ones by the gravest alert of their track.
    pub ready: Vec<Delivery>,
    /// When the next head is due, of those that were looked at; absent if none waits for its time.
    pub next_at: Option<Utc>,
}

/// Returns what `endpoint` should get at `now`.
///
/// A head is due from `due_at` on. It is also due if `now` lies before its last attempt: the
/// clock was set back, and a wait that was measured on the old time could last for years.
///
/// An alert that cannot be read is parked, so that it holds up nothing behind it.
pub(super) fn due(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
    wish: Wish,
    busy: &[Busy],
) -> rusqlite::Result<Due> {
    loop {
        let mut due = Due::default();
        let mut unreadable = Vec::new();
        for head in chosen(connection, endpoint, now, wish, busy, &mut due.next_at)? {
            match load(connection, &head)? {
                Ok(delivery) => due.ready.push(delivery),
                Err(error) => unreadable.push((head.seq, error)),
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

fn chosen(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
    wish: Wish,
    busy: &[Busy],
    next_at: &mut Option<Utc>,
) -> rusqlite::Result<Vec<Head>> {
    let is_free = |head: &Head| !busy.iter().any(|busy| head.is_held_by(busy));
    let mut is_due = |head: &Head| {
        let due = head.is_due(now);
        if !due {
            *next_at = Some(next_at.map_or(head.due_at, |at| at.min(head.due_at)));
        }
        due
    };
    match wish {
        Wish::Due { limit, late } => {
            let mut heads = lanes::live(connection, endpoint, now, limit, |head| {
                is_free(head) && is_due(head)
            })?;
            let late = late.min(limit.saturating_sub(heads.len()));
            if 0 < late {
                let all = lanes::late(connection, endpoint, now)?.into_iter();
                let due = all.filter(|head| is_free(head) && is_due(head));
                heads.extend(due.take(late));
            }
            Ok(heads)
        }
        Wish::Fresh => lanes::live(connection, endpoint, now, 1, |head| {
            is_free(head) && head.attempts == 0
        }),
        Wish::Probe => {
            let live = lanes::live(connection, endpoint, now, PROBES_WEIGHED, is_free)?;
            let late = lanes::late(connection, endpoint, now)?.into_iter();
            let all = live.into_iter().chain(late.filter(is_free));
            Ok(all.min_by_key(|head| head.attempts).into_iter().collect())
        }
    }
}

/// How many fresh tracks are weighed when one alert has to show whether an endpoint is back.
const PROBES_WEIGHED: usize = 64;

fn load(
    connection: &Connection,
    head: &Head,
) -> rusqlite::Result<Result<Delivery, serde_json::Error>> {
    let mut select = connection.prepare_cached(
        "SELECT json, held_by, since, released_at, alert.seq FROM outbox
             JOIN alert ON alert.id = outbox.alert_id
             LEFT JOIN held_for ON held_for.alert_id = outbox.alert_id
                 AND held_for.endpoint = outbox.endpoint
             WHERE outbox.seq = ?1",
    )?;
    let found = select.query_row(params![head.seq], |row| {
        Ok((row.get::<_, String>(0)?, held_for(row)?, row.get(4)?))
    });
    let (json, apart, number): (String, Option<Held>, i64) = found.optional()?.unwrap_or_default();
    let mut alert = match serde_json::from_str::<Alert>(&json) {
        Ok(alert) => alert,
        Err(error) => return Ok(Err(error)),
    };
    alert.held = apart.or(alert.held);
    Ok(Ok(Delivery {
        seq: head.seq,
        attempts: head.attempts,
        lane: head.lane,
        stored_at: head.created_at,
        story: episode::around(connection, number, &alert)?,
        alert,
    }))
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
