//! The tables, and the steps that lead to them.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use uuid::Uuid;

/// Marks the file as ours: `crdr` in ASCII.
///
/// Source: <https://www.sqlite.org/pragma.html#pragma_application_id>.
pub(super) const APPLICATION_ID: i64 = 0x6372_6472;

/// The schema that this program writes: the number of steps below.
pub const VERSION: i64 = 5;

/// Each step leads from the version of its index to the next; a released one never changes.
///
/// Times are microseconds since the Unix epoch, UTC. Columns that hold measured numbers carry
/// no constraint: a row that can never be written would hold up all rows behind it.
const STEPS: [&str; 5] = [
    "
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alert (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        track TEXT NOT NULL,
        occurred_at INTEGER NOT NULL,
        severity TEXT NOT NULL,
        json TEXT NOT NULL
    ) STRICT;

    -- A row is due unless its last attempt lies before now and due_at after it.
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        alert_id TEXT NOT NULL REFERENCES alert (id),
        endpoint TEXT NOT NULL,
        track TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'gone', 'parked')),
        attempts INTEGER NOT NULL DEFAULT 0,
        attempted_at INTEGER,
        due_at INTEGER NOT NULL,
        last_status INTEGER,
        last_error TEXT,
        created_at INTEGER NOT NULL,
        settled_at INTEGER,
        UNIQUE (alert_id, endpoint)
    ) STRICT;

    -- Finds the head of every track without reading the rows behind it.
    CREATE INDEX outbox_heads ON outbox (endpoint, state, track, seq);

    -- The columns from entered_at on are NULL while the track is outside.
    CREATE TABLE standing (
        rule TEXT NOT NULL,
        track TEXT NOT NULL,
        corridor TEXT NOT NULL,
        episode INTEGER NOT NULL,
        alerts INTEGER NOT NULL,
        entered_at INTEGER,
        entry_lat REAL,
        entry_lon REAL,
        dwelt INTEGER,
        last_lat REAL,
        last_lon REAL,
        travelled_m REAL,
        PRIMARY KEY (rule, track, corridor)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- What signatures have come to, in steps of 10 us since 2015. A row stays when its key is no
    -- longer used: the key may be used again.
    CREATE TABLE signing_clock (
        link TEXT NOT NULL,
        key TEXT NOT NULL,
        clock INTEGER NOT NULL,
        PRIMARY KEY (link, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE signing_stream (
        link TEXT NOT NULL,
        key TEXT NOT NULL,
        system_id INTEGER NOT NULL,
        component_id INTEGER NOT NULL,
        link_id INTEGER NOT NULL,
        timestamp INTEGER NOT NULL,
        PRIMARY KEY (link, key, system_id, component_id, link_id)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- What has to outlive a restart beside standings; each topic knows the form of its texts.
    CREATE TABLE memory (
        topic TEXT NOT NULL,
        key TEXT NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (topic, key)
    ) STRICT, WITHOUT ROWID;

    -- Alerts that are told to nobody for the time being, or were.
    CREATE TABLE held (
        alert_id TEXT PRIMARY KEY REFERENCES alert (id),
        held_by TEXT NOT NULL,
        since INTEGER NOT NULL,
        released_at INTEGER
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE standing ADD COLUMN approaching INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE standing ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE standing ADD COLUMN left_at INTEGER;
",
    "
    -- How much each endpoint may get, what is left of that and who waits for its summary. An endpoint
    -- that has no row has no limit.
    CREATE TABLE endpoint_limit (
        endpoint TEXT PRIMARY KEY,
        rate TEXT NOT NULL,
        state TEXT
    ) STRICT, WITHOUT ROWID;

    -- Alerts that one endpoint is not told for the time being, or was not.
    CREATE TABLE held_for (
        alert_id TEXT NOT NULL REFERENCES alert (id),
        endpoint TEXT NOT NULL,
        held_by TEXT NOT NULL,
        since INTEGER NOT NULL,
        released_at INTEGER,
        PRIMARY KEY (alert_id, endpoint)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- stored_at is NULL for what an older version stored, which may be taken for as old as it is.
    ALTER TABLE alert ADD COLUMN episode TEXT;
    ALTER TABLE alert ADD COLUMN stored_at INTEGER;
    UPDATE alert SET episode = json_extract(json, '$.episode.id') WHERE json_valid(json);

    -- A row is due unless its last attempt lies before now and due_at after it. The greater rank, the
    -- graver the alert.
    CREATE TABLE outbox_5 (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        alert_id TEXT NOT NULL REFERENCES alert (id),
        endpoint TEXT NOT NULL,
        track TEXT NOT NULL,
        state TEXT NOT NULL CHECK
            (state IN ('pending', 'delivered', 'sent', 'gone', 'parked', 'expired')),
        attempts INTEGER NOT NULL DEFAULT 0,
        attempted_at INTEGER,
        due_at INTEGER NOT NULL,
        last_status INTEGER,
        last_error TEXT,
        created_at INTEGER NOT NULL,
        settled_at INTEGER,
        rank INTEGER NOT NULL,
        UNIQUE (alert_id, endpoint)
    ) STRICT;
    INSERT INTO outbox_5
        SELECT outbox.seq, alert_id, endpoint, outbox.track, state, attempts, attempted_at, due_at,
            last_status, last_error, created_at, settled_at,
            CASE severity WHEN 'critical' THEN 3 WHEN 'major' THEN 2 WHEN 'minor' THEN 1 ELSE 0 END
        FROM outbox LEFT JOIN alert ON alert.id = alert_id;
    DROP TABLE outbox;
    ALTER TABLE outbox_5 RENAME TO outbox;

    -- Finds the head of every track without reading the rows behind it.
    CREATE INDEX outbox_heads ON outbox (endpoint, state, track, seq);
    -- Finds how grave the gravest alert of a track is.
    CREATE INDEX outbox_ranks ON outbox (endpoint, state, track, rank);
    -- Finds what was stored lately, and what has waited for long.
    CREATE INDEX outbox_ages ON outbox (endpoint, state, created_at, seq);
    -- Finds what was settled long ago.
    CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state IN ('delivered', 'sent', 'gone');
    -- Finds the alerts of an episode, and those that nothing is owed of.
    CREATE INDEX alert_episodes ON alert (episode, seq) WHERE episode IS NOT NULL;
    CREATE INDEX alert_ages ON alert (coalesce(stored_at, occurred_at), seq);
",
];

/// Brings the schema up to [`VERSION`], in one transaction; a new database gets `fresh_history`.
pub(super) fn migrate(connection: &mut Connection, fresh_history: Uuid) -> rusqlite::Result<()> {
    let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == VERSION {
        return step.rollback();
    }
    for statements in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        step.execute_batch(statements)?;
    }
    if found == 0 {
        create(&step, fresh_history)?;
    }
    step.pragma_update(None, "user_version", VERSION)?;
    step.commit()
}

/// Returns the database's own random id.
pub(super) fn history(connection: &Connection) -> rusqlite::Result<Uuid> {
    let sql = "SELECT value FROM meta WHERE name = 'history'";
    connection.query_row(sql, [], |row| {
        let text: String = row.get(0)?;
        Uuid::try_parse(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
        })
    })
}

fn create(step: &Transaction<'_>, history: Uuid) -> rusqlite::Result<()> {
    step.pragma_update(None, "application_id", APPLICATION_ID)?;
    let sql = "INSERT INTO meta (name, value) VALUES ('history', ?1)";
    step.execute(sql, params![history.to_string()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_counts_the_steps() {
        assert_eq!(usize::try_from(VERSION), Ok(STEPS.len()));
    }

    #[test]
    fn every_earlier_version_is_led_to_this_one_and_keeps_what_it_has() {
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new, Uuid::from_u128(2)).unwrap();
        for version in 1..VERSION {
            let mut old = Connection::open_in_memory().unwrap();
            let first = Uuid::from_u128(1);
            let step = old.transaction().unwrap();
            for statements in &STEPS[..usize::try_from(version).unwrap()] {
                step.execute_batch(statements).unwrap();
            }
            create(&step, first).unwrap();
            step.pragma_update(None, "user_version", version).unwrap();
            step.commit().unwrap();

            migrate(&mut old, Uuid::from_u128(2)).unwrap();
            assert_eq!(history(&old), Ok(first), "version {version}");
            assert_eq!(tables(&old), tables(&new), "version {version}");
        }
    }

    fn tables(connection: &Connection) -> Vec<String> {
        let mut names = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let names = names.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    #[test]
    fn migrating_twice_keeps_the_first_history() {
        let mut connection = Connection::open_in_memory().unwrap();
        let first = Uuid::from_u128(1);
        migrate(&mut connection, first).unwrap();
        migrate(&mut connection, Uuid::from_u128(2)).unwrap();
        assert_eq!(history(&connection), Ok(first));
    }
}
