//! What is given up, and what an endpoint that is back changes.

use uuid::Uuid;

use super::*;
use crate::store::fixture::{OCCURRED_AT, decision, routing_to};
use crate::store::{State, Wish, decisions, heads, history, schema};

const DAY: Duration = Duration::from_secs(86_400);

/// Stores an alert for each time, of tracks of their own.
fn stored_at(times: &[Utc]) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
    let routing = routing_to(&["ops"]);
    for (number, at) in (1..).zip(times) {
        let decided = decision(&format!("track {number}"), number);
        decisions::store(&connection, &decided, &routing, *at).unwrap();
    }
    connection
}

/// The states of all deliveries, oldest alert first.
fn states(connection: &Connection) -> Vec<State> {
    let mut entries = history::read(connection, None, 100).unwrap();
    entries.reverse();
    let deliveries = entries.iter().flat_map(|entry| &entry.deliveries);
    deliveries.map(|delivery| delivery.state).collect()
}

#[test]
fn what_is_too_old_is_given_up_and_stays_visible() {
    let connection = stored_at(&[OCCURRED_AT, OCCURRED_AT.after(DAY)]);
    let now = OCCURRED_AT.after(8 * DAY);
    let before = now.before(7 * DAY);
    assert_eq!(
        expire(&connection, "hq", before, now).unwrap(),
        0,
        "another's"
    );
    assert_eq!(expire(&connection, "ops", before, now).unwrap(), 1);
    assert_eq!(states(&connection), [State::Expired, State::Pending]);
    let entries = history::read(&connection, Some(2), 1).unwrap();
    assert_eq!(
        entries[0].deliveries[0].last_error.as_deref(),
        Some("the endpoint could not be reached")
    );
}

#[test]
fn what_was_stored_before_the_clock_was_set_is_not_old() {
    let in_1970 = Utc::from_micros(60_000_000);
    let connection = stored_at(&[in_1970]);
    let now = OCCURRED_AT;
    let before = now.before(7 * DAY);
    assert_eq!(expire(&connection, "ops", before, now).unwrap(), 0);
    assert_eq!(age(in_1970, now), Duration::ZERO);
    let week_later = now.after(8 * DAY);
    let before = week_later.before(7 * DAY);
    assert_eq!(
        expire(&connection, "ops", before, week_later).unwrap(),
        1,
        "its age counts from when the clock was set"
    );
}

#[test]
fn an_endpoint_that_is_back_gets_at_once_what_waits() {
    let connection = stored_at(&[OCCURRED_AT, OCCURRED_AT]);
    let retry = Verdict::Retry {
        due_at: OCCURRED_AT.after(Duration::from_secs(60)),
        status: None,
        error: "refused".to_owned(),
    };
    finish(&connection, 1, &retry, OCCURRED_AT).unwrap();
    let due = || {
        let wish = Wish::Due {
            limit: 10,
            late: 10,
        };
        let due = heads::due(&connection, "ops", OCCURRED_AT, wish, &[]).unwrap();
        due.ready.len()
    };
    assert_eq!(due(), 1);
    assert_eq!(release(&connection, "ops", OCCURRED_AT).unwrap(), 1);
    assert_eq!(due(), 2);
}

#[test]
fn what_was_sent_without_an_answer_is_settled_but_not_delivered() {
    let connection = stored_at(&[OCCURRED_AT]);
    finish(&connection, 1, &Verdict::Sent, OCCURRED_AT).unwrap();
    assert_eq!(states(&connection), [State::Sent]);
}
