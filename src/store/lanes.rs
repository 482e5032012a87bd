//! The two lanes of an endpoint's queue, and the head of every track in each.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::{Connection, Row, params};

use crate::store::{Busy, Lane};
use crate::units::Utc;

/// How long an alert is fresh.
pub const FRESH: Duration = Duration::from_secs(60);

/// The oldest pending row of one track, endpoint and lane.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) lane: Lane,
    pub(super) track: String,
    pub(super) attempts: u32,
    pub(super) attempted_at: Option<Utc>,
    pub(super) due_at: Utc,
    pub(super) created_at: Utc,
}

impl Head {
    fn read(row: &Row<'_>, lane: Lane) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            lane,
            track: row.get(1)?,
            attempts: row.get(2)?,
            attempted_at: row.get::<_, Option<i64>>(3)?.map(Utc::from_micros),
            due_at: Utc::from_micros(row.get(4)?),
            created_at: Utc::from_micros(row.get(5)?),
        })
    }

    pub(super) fn is_due(&self, now: Utc) -> bool {
        self.due_at <= now || self.attempted_at.is_none_or(|attempted| now < attempted)
    }

    /// Says whether an attempt under way holds it: its own, or one of its track in its lane. An
    /// attempt that began while its alert was fresh may outlast that.
    pub(super) fn is_held_by(&self, busy: &Busy) -> bool {
        busy.seq == self.seq || (busy.lane == self.lane && busy.track == self.track)
    }
}

/// Rows that were stored lately, oldest first.
const LIVE: &str = "SELECT seq, track, attempts, attempted_at, due_at, created_at FROM outbox
     WHERE endpoint = ?1 AND state = 'pending' AND ?2 < created_at
     ORDER BY created_at, seq";

/// Returns the first heads of the live lane that are wanted, oldest first.
///
/// Only as many rows are read as it takes to find them.
pub(super) fn live(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
    limit: usize,
    mut wanted: impl FnMut(&Head) -> bool,
) -> rusqlite::Result<Vec<Head>> {
    let mut select = connection.prepare_cached(LIVE)?;
    let mut rows = select.query(params![endpoint, now.before(FRESH).as_micros()])?;
    let mut seen = BTreeSet::new();
    let mut heads = Vec::new();
    while heads.len() < limit
        && let Some(row) = rows.next()?
    {
        let head = Head::read(row, Lane::Live)?;
        if seen.insert(head.track.clone()) && wanted(&head) {
            heads.push(head);
        }
    }
    Ok(heads)
}

/// The head of every track, if it was stored before; those of the track with the gravest alert
/// first, then by age.
///
/// The indexes are entered a few times for each track that has something pending, however long its
/// queue is.
const LATE: &str = "WITH RECURSIVE waiting (track) AS (
         SELECT min(track) FROM outbox WHERE endpoint = ?1 AND state = 'pending'
         UNION ALL
         SELECT (SELECT min(track) FROM outbox
                 WHERE endpoint = ?1 AND state = 'pending' AND waiting.track < track)
         FROM waiting WHERE waiting.track IS NOT NULL
     )
     SELECT seq, outbox.track, attempts, attempted_at, due_at, created_at
     FROM waiting CROSS JOIN outbox
     WHERE seq = (SELECT min(seq) FROM outbox
                  WHERE endpoint = ?1 AND state = 'pending' AND track = waiting.track)
         AND created_at <= ?2
     ORDER BY (SELECT max(rank) FROM outbox
               WHERE endpoint = ?1 AND state = 'pending' AND track = waiting.track) DESC, seq";

/// Returns the heads of the late lane, those that are wanted most first.
pub(super) fn late(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
) -> rusqlite::Result<Vec<Head>> {
    let mut select = connection.prepare_cached(LATE)?;
    let before = now.before(FRESH).as_micros();
    let heads = select.query_map(params![endpoint, before], |row| Head::read(row, Lane::Late))?;
    heads.collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::schema;

    #[track_caller]
    fn check_plan(sql: &str, entered_times: usize) {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let plan: Vec<String> = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap()
            .query_map(params!["ops", 0], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(
            plan.iter().all(|step| !step.starts_with("SCAN outbox")),
            "{plan:#?}"
        );
        let entered = plan.iter().filter(|step| step.contains("INDEX outbox_"));
        assert_eq!(entered.count(), entered_times, "{plan:#?}");
    }

    #[test]
    fn heads_are_found_without_reading_the_rows_behind_them() {
        check_plan(LIVE, 1);
        check_plan(LATE, 4);
    }
}
