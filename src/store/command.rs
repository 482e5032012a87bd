//! What the thread can be asked, and how it answers: only after the commit.

use std::collections::BTreeMap;

use rusqlite::Connection;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::monitor::Decision;
use crate::monitor::storm::Rate;
use crate::route::Routing;
use crate::store::{
    Backlog, Busy, Due, Entry, LetGo, SigningRecord, Verdict, Wish, Withheld, backlog, decisions,
    heads, history, limits, outbox, signing, withheld,
};
use crate::units::Utc;

/// One wish of a handle.
#[derive(Debug)]
pub(super) enum Command {
    /// Store decisions.
    Decide {
        decisions: Vec<Decision>,
        done: Option<Reply<()>>,
    },
    /// Tell the heads that are due.
    Due {
        endpoint: String,
        now: Utc,
        wish: Wish,
        busy: Vec<Busy>,
        reply: Reply<Due>,
    },
    /// Make everything due that waits.
    Release {
        endpoint: String,
        now: Utc,
        done: Reply<usize>,
    },
    /// Give up what is old.
    Expire {
        endpoint: String,
        before: Utc,
        now: Utc,
        done: Reply<usize>,
    },
    /// Write down an attempt.
    Finish {
        seq: i64,
        verdict: Verdict,
        now: Utc,
        done: Reply<()>,
    },
    /// Write down what signatures have come to.
    Remember { records: Vec<SigningRecord> },
    /// Change how much each endpoint may get.
    Limit { limits: BTreeMap<String, Rate> },
    /// Tell what was held back.
    ReadWithheld {
        since: Utc,
        limit: usize,
        reply: Reply<Vec<Withheld>>,
    },
    /// Let an alert go that was held back.
    LetGo { alert: Uuid, reply: Reply<LetGo> },
    /// Count rows.
    CountBacklog { reply: Reply<Vec<Backlog>> },
    /// Tell alerts and their deliveries.
    ReadHistory {
        before: Option<i64>,
        limit: usize,
        reply: Reply<Vec<Entry>>,
    },
    /// Run dry and end; answered by the thread's end.
    Close { done: Reply<()> },
}

impl Command {
    /// Does it within the transaction that is open, and keeps the answer.
    ///
    /// A transaction that fails is done again from its first command, so this may run often.
    /// Returns how many alerts are new.
    pub(super) fn execute(
        &mut self,
        connection: &Connection,
        routing: &Routing,
        now: Utc,
    ) -> rusqlite::Result<u64> {
        match self {
            Self::Decide { decisions, done } => {
                let mut fresh = 0;
                for decision in decisions.iter() {
                    fresh += u64::from(decisions::store(connection, decision, routing, now)?);
                }
                if let Some(done) = done {
                    done.keep(());
                }
                return Ok(fresh);
            }
            Self::Due {
                endpoint,
                now,
                wish,
                busy,
                reply,
            } => {
                let overdue_at = limits::handle_timeout(connection, endpoint, *now)?;
                let mut due = heads::due(connection, endpoint, *now, *wish, busy)?;
                due.next_at = due.next_at.into_iter().chain(overdue_at).min();
                reply.keep(due);
            }
            Self::Release {
                endpoint,
                now,
                done,
            } => done.keep(outbox::release(connection, endpoint, *now)?),
            Self::Expire {
                endpoint,
                before,
                now,
                done,
            } => done.keep(outbox::expire(connection, endpoint, *before, *now)?),
            Self::Finish {
                seq,
                verdict,
                now,
                done,
            } => done.keep(outbox::finish(connection, *seq, verdict, *now)?),
            Self::Remember { records } => {
                for record in records.iter() {
                    signing::put(connection, record)?;
                }
            }
            Self::Limit { limits } => limits::set(connection, limits)?,
            Self::ReadWithheld {
                since,
                limit,
                reply,
            } => reply.keep(withheld::list(connection, *since, *limit)?),
            Self::LetGo { alert, reply } => {
                let gone = withheld::let_go(connection, *alert, routing, now)?;
                let is_owed = matches!(gone, LetGo::To(_));
                reply.keep(gone);
                return Ok(u64::from(is_owed));
            }
            Self::CountBacklog { reply } => {
                reply.keep(backlog::count(connection, routing.names())?);
            }
            Self::ReadHistory {
                before,
                limit,
                reply,
            } => reply.keep(history::read(connection, *before, *limit)?),
            Self::Close { .. } => {}
        }
        Ok(0)
    }

    /// Sends the answer; [`Command::Close`] hands back the one that has to wait for the end.
    pub(super) fn answer(self) -> Option<Reply<()>> {
        match self {
            Self::Decide { done, .. } => {
                if let Some(done) = done {
                    done.send();
                }
            }
            Self::Due { reply, .. } => reply.send(),
            Self::Finish { done, .. } => done.send(),
            Self::Release { done, .. } | Self::Expire { done, .. } => done.send(),
            Self::Remember { .. } | Self::Limit { .. } => {}
            Self::ReadWithheld { reply, .. } => reply.send(),
            Self::LetGo { reply, .. } => reply.send(),
            Self::CountBacklog { reply } => reply.send(),
            Self::ReadHistory { reply, .. } => reply.send(),
            Self::Close { mut done } => {
                done.keep(());
                return Some(done);
            }
        }
        None
    }
}

/// An answer that is kept until it may be told.
#[derive(Debug)]
pub(super) struct Reply<T> {
    to: oneshot::Sender<T>,
    answer: Option<T>,
}

impl<T> Reply<T> {
    pub(super) fn new(to: oneshot::Sender<T>) -> Self {
        Self { to, answer: None }
    }

    fn keep(&mut self, answer: T) {
        self.answer = Some(answer);
    }

    /// Tells the answer; nobody may be waiting for it any longer.
    pub(super) fn send(self) {
        if let Some(answer) = self.answer {
            drop(self.to.send(answer));
        }
    }
}
