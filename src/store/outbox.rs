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
