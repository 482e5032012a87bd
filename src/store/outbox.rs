//! Writes down what became of an attempt: the row tells what the endpoint got and why not.

use std::time::Duration;

use rusqlite::{Connection, named_params, params};

use crate::units::Utc;

/// The longest wait that `Store::finish` writes down.
pub const WAIT_MAX: Duration = Duration::from_secs(3600);

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint has it.
    Delivered {
        /// The HTTP status.
        status: u16,
    },
    /// The endpoint wants no more of it.
    Gone {
        /// The HTTP status.
        status: u16,
    },
    /// It was sent to an endpoint that never says whether it has come.
    Sent,
    /// It was tried for as long as the endpoint asks for.
    Expired {
        /// The HTTP status of the last attempt, if there was an answer.
        status: Option<u16>,
        /// What went wrong.
        error: String,
    },
    /// Trying again would not help: a person has to look at it.
    Parked {
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// What the endpoint said.
        error: String,
    },
    /// It is tried again.
    Retry {
        /// When, at most [`WAIT_MAX`] from the attempt.
        due_at: Utc,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// What went wrong.
        error: String,
    },
}

/// Writes down what became of an attempt on row `seq`; a row that is settled stays as it is.
pub(super) fn finish(
    connection: &Connection,
    seq: i64,
    verdict: &Verdict,
    now: Utc,
) -> rusqlite::Result<()> {
    let (state, due_at, status, error) = match verdict {
        Verdict::Delivered { status } => ("delivered", None, Some(*status), None),
        Verdict::Gone { status } => ("gone", None, Some(*status), None),
        Verdict::Sent => ("sent", None, None, None),
        Verdict::Expired { status, error } => ("expired", None, *status, Some(error)),
        Verdict::Parked { status, error } => ("parked", None, *status, Some(error)),
        Verdict::Retry {
            due_at,
            status,
            error,
        } => {
            let due_at = (*due_at).min(now.after(WAIT_MAX));
            ("pending", Some(due_at), *status, Some(error))
        }
    };
    let mut update = connection.prepare_cached(
        "UPDATE outbox SET state = :state, attempts = attempts + 1, attempted_at = :now,
             due_at = coalesce(:due_at, due_at), last_status = :status, last_error = :error,
             settled_at = iif(:state = 'pending', NULL, :now)
         WHERE seq = :seq AND state = 'pending'",
    )?;
    update.execute(named_params! {
        ":state": state,
        ":now": now.as_micros(),
        ":due_at": due_at.map(Utc::as_micros),
        ":status": status,
        ":error": error,
        ":seq": seq,
    })?;
    Ok(())
}

/// Parks row `seq` before any attempt.
pub(super) fn park(
    connection: &Connection,
    seq: i64,
    reason: &str,
    now: Utc,
) -> rusqlite::Result<()> {
    let mut update = connection.prepare_cached(
        "UPDATE outbox SET state = 'parked', last_error = ?2, settled_at = ?3 WHERE seq = ?1",
    )?;
    update.execute(params![seq, reason, now.as_micros()])?;
    Ok(())
}

/// Times before this were never set: 2025-01-01. What was stored then has no age.
const CLOCK_SET: Utc = Utc::from_micros(1_735_689_600_000_000);

/// Makes everything due that waits for a time: the endpoint is back.
pub(super) fn release(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
) -> rusqlite::Result<usize> {
    let mut update = connection.prepare_cached(
        "UPDATE outbox SET due_at = ?2 WHERE endpoint = ?1 AND state = 'pending' AND ?2 < due_at",
    )?;
    update.execute(params![endpoint, now.as_micros()])
}

/// Gives up what was stored before `before`, and says how many there were.
///
/// What was stored before the host's clock was set counts as stored now.
pub(super) fn expire(
    connection: &Connection,
    endpoint: &str,
    before: Utc,
    now: Utc,
) -> rusqlite::Result<usize> {
    if CLOCK_SET <= now {
        let mut stamp = connection.prepare_cached(
            "UPDATE outbox SET created_at = ?3
             WHERE endpoint = ?1 AND state = 'pending' AND created_at < ?2",
        )?;
        stamp.execute(params![endpoint, CLOCK_SET.as_micros(), now.as_micros()])?;
    }
    let mut update = connection.prepare_cached(
        "UPDATE outbox SET state = 'expired', settled_at = ?3,
             last_error = coalesce(last_error, 'the endpoint could not be reached')
         WHERE endpoint = ?1 AND state = 'pending' AND created_at < ?2",
    )?;
    update.execute(params![endpoint, before.as_micros(), now.as_micros()])
}

/// Says for how long an alert has waited at `now`, as far as the host's clock was set.
#[must_use]
pub fn age(stored_at: Utc, now: Utc) -> Duration {
    if stored_at < CLOCK_SET {
        return Duration::ZERO;
    }
    now.since(stored_at)
}

#[cfg(test)]
mod tests;
