//! Keeps what has to outlive a restart beside standings.

use rusqlite::{Connection, params};

use crate::monitor::memory::{Memory, Topic};

/// Replaces what is kept under a key, or forgets it.
pub(super) fn put(connection: &Connection, memory: &Memory) -> rusqlite::Result<()> {
    let (topic, key) = (memory.topic.name(), &memory.key);
    if let Some(state) = &memory.state {
        let mut replace = connection.prepare_cached(
            "INSERT OR REPLACE INTO memory (topic, key, state) VALUES (?1, ?2, ?3)",
        )?;
        replace.execute(params![topic, key, state])?;
    } else {
        let mut forget =
            connection.prepare_cached("DELETE FROM memory WHERE topic = ?1 AND key = ?2")?;
        forget.execute(params![topic, key])?;
    }
    Ok(())
}

/// Reads everything; what belongs to a topic that this program does not know stays where it is.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Memory>> {
    let mut select =
        connection.prepare("SELECT topic, key, state FROM memory ORDER BY topic, key")?;
    let rows = select.query_map([], |row| {
        let name: String = row.get(0)?;
        let topic = Topic::ALL.into_iter().find(|topic| topic.name() == name);
        let (key, state) = (row.get(1)?, row.get(2)?);
        Ok(topic.map(|topic| Memory { topic, key, state }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::schema;

    #[test]
    fn the_last_word_of_a_key_is_kept_until_it_is_forgotten() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let memory = |topic, state: Option<&str>| Memory {
            topic,
            key: "vehicle:alpha/1".to_owned(),
            state: state.map(str::to_owned),
        };
        let other = memory(Topic::Liveness, Some("{}"));
        put(&connection, &other).unwrap();
        put(&connection, &memory(Topic::Trust, Some("1"))).unwrap();
        put(&connection, &memory(Topic::Trust, Some("2"))).unwrap();
        let last = memory(Topic::Trust, Some("2"));
        assert_eq!(all(&connection), Ok(vec![other.clone(), last]));
        put(&connection, &memory(Topic::Trust, None)).unwrap();
        assert_eq!(all(&connection), Ok(vec![other]));
    }

    #[test]
    fn a_topic_of_another_program_keeps_no_unit_from_starting() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let sql = "INSERT INTO memory (topic, key, state) VALUES ('tides', 'a', '1')";
        connection.execute(sql, []).unwrap();
        assert_eq!(all(&connection), Ok(Vec::new()));
    }
}
