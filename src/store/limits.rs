//! Holds back, for one endpoint, what would be too much for it, and tells it of that in a summary.
//!
//! The state of a limit is a row, so that it is committed with the alerts that it lets pass, and a
//! transaction that is done again begins with what was there.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use tracing::error;

use crate::monitor::alert::Alert;
use crate::monitor::storm::{Overdue, Rate, Ration, Rationed, Source};
use crate::store::decisions;
use crate::units::Utc;

/// Writes down how much each endpoint may get; one that is not named has no limit any more.
pub(super) fn set(
    connection: &Connection,
    limits: &BTreeMap<String, Rate>,
) -> rusqlite::Result<()> {
    let known: i64 =
        connection.query_row("SELECT count(*) FROM endpoint_limit", [], |row| row.get(0))?;
    if known == 0 && limits.is_empty() {
        return Ok(());
    }
    let unlimited = json(&Rate::UNLIMITED)?;
    connection.execute("UPDATE endpoint_limit SET rate = ?1", [unlimited])?;
    let mut put = connection.prepare(
        "INSERT INTO endpoint_limit (endpoint, rate) VALUES (?1, ?2)
         ON CONFLICT (endpoint) DO UPDATE SET rate = excluded.rate",
    )?;
    for (endpoint, rate) in limits {
        put.execute(params![endpoint, json(rate)?])?;
    }
    Ok(())
}

/// Owes `alert` to `endpoint`, or holds it back for it.
pub(super) fn owe(
    connection: &Connection,
    alert: &Alert,
    endpoint: &str,
    now: Utc,
) -> rusqlite::Result<()> {
    let Some(mut ration) = ration(connection, endpoint, now)? else {
        return decisions::owe(connection, alert, endpoint, now);
    };
    match ration.pass(alert) {
        Rationed::Owed => decisions::owe(connection, alert, endpoint, now)?,
        Rationed::Held { before } => {
            if let Some(before) = before {
                tell(connection, endpoint, &before, now)?;
            }
            hold(connection, alert, endpoint, now)?;
        }
    }
    keep(connection, endpoint, &ration)
}

/// Tells `endpoint` what has waited long enough, and returns when there is more to tell.
pub(super) fn handle_timeout(
    connection: &Connection,
    endpoint: &str,
    now: Utc,
) -> rusqlite::Result<Option<Utc>> {
    let Some(mut ration) = ration(connection, endpoint, now)? else {
        return Ok(None);
    };
    if let Some(overdue) = ration.handle_timeout() {
        tell(connection, endpoint, &overdue, now)?;
        keep(connection, endpoint, &ration)?;
    }
    Ok(ration.next_timeout())
}

fn ration(connection: &Connection, endpoint: &str, now: Utc) -> rusqlite::Result<Option<Ration>> {
    let mut select =
        connection.prepare_cached("SELECT rate, state FROM endpoint_limit WHERE endpoint = ?1")?;
    let row = select.query_row([endpoint], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
    });
    let row: Option<(String, Option<String>)> = row.optional()?;
    // What cannot be read limits nothing: it must not hold up the alerts behind it.
    Ok(row.and_then(|(rate, state)| {
        let rate = serde_json::from_str(&rate).ok()?;
        let kept = state.and_then(|state| serde_json::from_str(&state).ok());
        Some(Ration::new(endpoint, rate, kept, now))
    }))
}

fn keep(connection: &Connection, endpoint: &str, ration: &Ration) -> rusqlite::Result<()> {
    let mut update =
        connection.prepare_cached("UPDATE endpoint_limit SET state = ?2 WHERE endpoint = ?1")?;
    update.execute(params![endpoint, json(&ration.kept())?])?;
    Ok(())
}

fn hold(connection: &Connection, alert: &Alert, endpoint: &str, now: Utc) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO held_for (alert_id, endpoint, held_by, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (alert_id, endpoint) DO NOTHING",
    )?;
    let by = format!("the limit of {}", Source::Endpoint(endpoint.to_owned()));
    insert.execute(params![alert.id.to_string(), endpoint, by, now.as_micros()])?;
    Ok(())
}

/// Owes a summary to the one endpoint that it is about, stamped like the first alert in it.
fn tell(
    connection: &Connection,
    endpoint: &str,
    overdue: &Overdue,
    now: Utc,
) -> rusqlite::Result<()> {
    for id in overdue.listed() {
        if let Some(like) = decisions::read(connection, id)? {
            let summary = overdue.compose(&like, now);
            decisions::insert(connection, &summary, now)?;
            return decisions::owe(connection, &summary, endpoint, now);
        }
    }
    error!(
        endpoint,
        "none of the alerts of a summary can be read; it is left out"
    );
    Ok(())
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::monitor::alert::Event;
    use crate::route::Routing;
    use crate::store::fixture::{OCCURRED_AT, decision};
    use crate::store::{LetGo, Wish, heads, schema, withheld};

    #[test]
    fn an_endpoint_gets_its_share_and_a_summary_of_the_rest_and_another_gets_all() {
        let connection = limited(2);
        for number in 1..=5 {
            accept(&connection, number);
        }
        assert_eq!(owed(&connection, "free").len(), 5);
        assert_eq!(owed(&connection, "limited").len(), 2);

        let due = handle_timeout(&connection, "limited", OCCURRED_AT).unwrap();
        let later = OCCURRED_AT.after(Duration::from_secs(30));
        assert_eq!(due, Some(later), "not yet");
        assert_eq!(handle_timeout(&connection, "limited", later), Ok(None));
        let owed = owed(&connection, "limited");
        let summary = owed[2].summary.as_ref().unwrap();
        assert_eq!((owed.len(), summary.count), (3, 3));
        assert_eq!(owed[2].event, Event::Summary);
        let listed: Vec<Uuid> = summary.alerts.iter().map(|line| line.id).collect();
        assert_eq!(listed, [3, 4, 5].map(Uuid::from_u128));
    }

    #[test]
    fn what_an_endpoint_was_not_told_can_be_let_go_and_says_so_to_it_alone() {
        let connection = limited(1);
        accept(&connection, 1);
        accept(&connection, 2);
        let held = withheld::list(&connection, OCCURRED_AT, 9).unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].endpoint.as_deref(), Some("limited"));
        assert_eq!(held[0].held_by, "the limit of endpoint `limited`");

        let let_go =
            || withheld::let_go(&connection, Uuid::from_u128(2), &routing(), OCCURRED_AT).unwrap();
        assert_eq!(let_go(), LetGo::To(vec!["limited".to_owned()]));
        assert_eq!(let_go(), LetGo::Before(OCCURRED_AT));
        let label = |endpoint| owed(&connection, endpoint)[1].held.clone();
        assert_eq!(label("limited").unwrap().by, held[0].held_by);
        let stored = decision("vehicle:alpha/2", 2).alert.unwrap();
        assert_eq!(label("free"), stored.held, "as it was decided");
        let unknown = withheld::let_go(&connection, Uuid::from_u128(1), &routing(), OCCURRED_AT);
        assert_eq!(unknown, Ok(LetGo::Unknown));
    }

    #[test]
    fn a_limit_that_left_the_configuration_holds_nothing_more_and_tells_what_it_held() {
        let connection = limited(1);
        accept(&connection, 1);
        accept(&connection, 2);
        set(&connection, &BTreeMap::new()).unwrap();
        accept(&connection, 3);
        assert_eq!(owed(&connection, "limited").len(), 2);
        let later = OCCURRED_AT.after(Duration::from_secs(30));
        handle_timeout(&connection, "limited", later).unwrap();
        assert_eq!(owed(&connection, "limited").len(), 3);
    }

    #[test]
    fn a_row_that_cannot_be_read_holds_nothing_up() {
        let connection = limited(1);
        let spoil = "UPDATE endpoint_limit SET rate = 'x', state = 'y'";
        connection.execute(spoil, []).unwrap();
        accept(&connection, 1);
        accept(&connection, 2);
        assert_eq!(owed(&connection, "limited").len(), 2);
    }

    /// A database whose first endpoint may get so many alerts a minute.
    fn limited(alerts: u32) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
        let rate = Rate {
            alerts: Some(alerts),
            ..Rate::default()
        };
        let limits = BTreeMap::from([("limited".to_owned(), rate)]);
        set(&connection, &limits).unwrap();
        connection
    }

    /// Stores an alert of a track of its own.
    fn accept(connection: &Connection, number: u128) {
        let decided = decision(&format!("vehicle:alpha/{number}"), number);
        decisions::store(connection, &decided, &routing(), OCCURRED_AT).unwrap();
    }

    fn routing() -> Routing {
        Routing::everything_to(["limited", "free"].map(str::to_owned))
    }

    /// Returns what an endpoint gets in the order in which it was decided.
    fn owed(connection: &Connection, endpoint: &str) -> Vec<Alert> {
        let later = OCCURRED_AT.after(Duration::from_secs(3_600));
        let wish = Wish::Due {
            limit: 99,
            late: 99,
        };
        let due = heads::due(connection, endpoint, later, wish, &[]).unwrap();
        due.ready.into_iter().map(|it| it.alert).collect()
    }
}
