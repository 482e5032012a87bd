//! Keeps what the signatures of each link and key have come to.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use tracing::warn;

use crate::wire::{SignedStream, SigningMemory, SigningTime};

/// What the signatures by one key have come to on one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRecord {
    /// The link's name.
    pub link: String,
    /// The key's id, as text.
    pub key: String,
    /// The link's clock and its streams, or those of them that have changed.
    pub memory: SigningMemory,
}

/// Writes down the clock and the streams of `record`; none of them ever goes back.
pub(super) fn put(connection: &Connection, record: &SigningRecord) -> rusqlite::Result<()> {
    let mut clock = connection.prepare_cached(
        "INSERT INTO signing_clock (link, key, clock) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET clock = max(clock, excluded.clock)",
    )?;
    clock.execute(params![record.link, record.key, steps(record.memory.clock)])?;
    let mut stream = connection.prepare_cached(
        "INSERT INTO signing_stream (link, key, system_id, component_id, link_id, timestamp)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET timestamp = max(timestamp, excluded.timestamp)",
    )?;
    for (at, timestamp) in &record.memory.streams {
        stream.execute(params![
            record.link,
            record.key,
            at.system_id,
            at.component_id,
            at.link_id,
            steps(*timestamp),
        ])?;
    }
    Ok(())
}

/// Reads everything.
///
/// A row that makes no sense fails closed: no stream can start by its key any more, and the stream
/// that it is about is heard no more. Another key starts afresh.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<SigningRecord>> {
    let mut memories: BTreeMap<(String, String), SigningMemory> = BTreeMap::new();
    let mut select = connection.prepare("SELECT link, key, clock FROM signing_clock")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let memory = memories.entry((row.get(0)?, row.get(1)?)).or_default();
        memory.clock = instant(row.get(2)?);
    }
    let mut select = connection.prepare(
        "SELECT link, key, system_id, component_id, link_id, timestamp FROM signing_stream",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let memory = memories.entry((row.get(0)?, row.get(1)?)).or_default();
        let timestamp = instant(row.get(5)?);
        memory.clock = memory.clock.max(timestamp);
        match stream([row.get(2)?, row.get(3)?, row.get(4)?]) {
            Some(stream) => drop(memory.streams.insert(stream, timestamp)),
            None => memory.clock = SigningTime::MAX,
        }
    }
    Ok(memories.into_iter().map(checked).collect())
}

fn checked(((link, key), memory): ((String, String), SigningMemory)) -> SigningRecord {
    if memory.clock == SigningTime::MAX {
        warn!(
            link,
            key, "the clock of this signing key has come to its end: no new sender is heard by it"
        );
    }
    SigningRecord { link, key, memory }
}

fn stream([system_id, component_id, link_id]: [i64; 3]) -> Option<SignedStream> {
    Some(SignedStream {
        system_id: system_id.try_into().ok()?,
        component_id: component_id.try_into().ok()?,
        link_id: link_id.try_into().ok()?,
    })
}

fn steps(time: SigningTime) -> i64 {
    i64::try_from(time.steps()).unwrap_or(i64::MAX)
}

/// Takes what can be no instant for the last one.
fn instant(steps: i64) -> SigningTime {
    u64::try_from(steps).map_or(SigningTime::MAX, SigningTime::from_steps)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::schema;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        connection
    }

    fn record(clock: u64, streams: &[(u8, u64)]) -> SigningRecord {
        let time = SigningTime::from_steps;
        let stream = |(link_id, steps): &(u8, u64)| {
            let stream = SignedStream {
                system_id: 7,
                component_id: 1,
                link_id: *link_id,
            };
            (stream, time(*steps))
        };
        SigningRecord {
            link: "radio".to_owned(),
            key: "00aa".to_owned(),
            memory: SigningMemory {
                clock: time(clock),
                streams: streams.iter().map(stream).collect(),
            },
        }
    }

    #[test]
    fn what_changed_is_written_over_what_was_and_nothing_goes_back() {
        let connection = database();
        for written in [
            record(50, &[(0, 40), (1, 50)]),
            record(60, &[(1, 60)]),
            record(10, &[(0, 10), (2, 55)]),
        ] {
            put(&connection, &written).unwrap();
        }
        let expected = record(60, &[(0, 40), (1, 60), (2, 55)]);
        assert_eq!(all(&connection), Ok(vec![expected]));
    }

    #[test]
    fn links_and_keys_are_kept_apart() {
        let connection = database();
        let here = record(50, &[(0, 40)]);
        let link = SigningRecord {
            link: "spare".to_owned(),
            ..record(70, &[(0, 70)])
        };
        let key = SigningRecord {
            key: "00bb".to_owned(),
            ..record(20, &[(0, 20)])
        };
        for written in [&here, &link, &key] {
            put(&connection, written).unwrap();
        }
        assert_eq!(all(&connection), Ok(vec![here, key, link]));
    }

    #[test]
    fn a_row_that_makes_no_sense_keeps_no_unit_from_starting_and_lets_nobody_in() {
        check("timestamp = -1", SigningTime::MAX);
        check("timestamp = 1 << 50", SigningTime::MAX);
        check("system_id = -7", SigningTime::from_steps(40));
        check("component_id = 256", SigningTime::from_steps(40));
    }

    /// Spoils one of two streams; `kept` is the latest instant of any that is read back.
    #[track_caller]
    fn check(spoil: &str, kept: SigningTime) {
        let connection = database();
        put(&connection, &record(50, &[(0, 40), (1, 50)])).unwrap();
        let sql = format!("UPDATE signing_stream SET {spoil} WHERE link_id = 1");
        connection.execute(&sql, []).unwrap();
        let read = all(&connection).unwrap().remove(0).memory;
        assert_eq!(read.clock, SigningTime::MAX, "{spoil}");
        assert_eq!(read.streams.values().max(), Some(&kept), "{spoil}");
    }
}
