//! Which rows are handed out, in which order, and what a verdict changes.

use rusqlite::Connection;
use uuid::Uuid;

use super::*;
use crate::monitor::alert::Severity;
use crate::store::fixture::{OCCURRED_AT, decision, routing_to};
use crate::store::outbox::finish;
use crate::store::{Verdict, WAIT_MAX, backlog, decisions, schema};
use std::time::Duration;

const NOW: Utc = OCCURRED_AT;

const ALL: Wish = at_most(10);

const fn at_most(limit: usize) -> Wish {
    Wish::Due { limit, late: limit }
}

/// An attempt under way of a track in the live lane.
fn live(track: &str) -> Busy {
    Busy {
        seq: 0,
        lane: Lane::Live,
        track: track.to_owned(),
    }
}

fn second(number: u64) -> Utc {
    NOW.after(Duration::from_secs(number))
}

fn retry_at(due_at: Utc) -> Verdict {
    Verdict::Retry {
        due_at,
        status: Some(503),
        error: "busy".to_owned(),
    }
}

fn parked() -> Verdict {
    Verdict::Parked {
        status: Some(422),
        error: "no such corridor".to_owned(),
    }
}

/// Stores one alert per track in `tracks`, in that order, numbered from 1.
fn stored(tracks: &[&str]) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection, Uuid::from_u128(7)).unwrap();
    let routing = routing_to(&["ops"]);
    for (number, track) in (1..).zip(tracks) {
        decisions::store(&connection, &decision(track, number), &routing, NOW).unwrap();
    }
    connection
}

/// Compares the numbers of the heads that are due with `expected`.
fn check_due(connection: &Connection, now: Utc, busy: &[&str], expected: &[i64], why: &str) {
    let busy: Vec<Busy> = busy.iter().map(|&track| live(track)).collect();
    let due = due(connection, "ops", now, ALL, &busy).unwrap();
    let numbers: Vec<i64> = due.ready.iter().map(|head| head.seq).collect();
    assert_eq!(numbers, expected, "{why}");
}

#[test]
fn only_the_head_of_each_track_is_handed_out() {
    let connection = stored(&["a", "b", "a", "a", "b"]);
    check_due(
        &connection,
        NOW,
        &[],
        &[1, 2],
        "one per track, oldest first",
    );
    check_due(&connection, NOW, &["a"], &[2], "a busy track is left out");
    let verdict = Verdict::Delivered { status: 204 };
    finish(&connection, 1, &verdict, NOW).unwrap();
    check_due(&connection, NOW, &[], &[2, 3], "the next one moves up");
    let first = due(&connection, "ops", NOW, at_most(1), &[]).unwrap();
    assert_eq!(first.ready.len(), 1, "the limit holds");
    check_due(&stored(&[]), NOW, &[], &[], "nothing is owed");
}

#[test]
fn a_head_that_waits_blocks_its_own_track_only() {
    let connection = stored(&["a", "a", "b", "b"]);
    finish(&connection, 1, &retry_at(second(5)), NOW).unwrap();
    check_due(&connection, second(4), &[], &[3], "a waits as a whole");
    let waiting = due(&connection, "ops", second(4), ALL, &[]).unwrap();
    assert_eq!(waiting.next_at, Some(second(5)));
    check_due(&connection, second(5), &[], &[1, 3], "a's head is due");
    let head = due(&connection, "ops", second(5), ALL, &[]).unwrap().ready;
    assert_eq!(head[0].attempts, 1);
}

#[test]
fn a_parked_or_gone_head_frees_its_track() {
    let connection = stored(&["a", "a", "a"]);
    finish(&connection, 1, &parked(), NOW).unwrap();
    check_due(&connection, NOW, &[], &[2], "parked");
    finish(&connection, 2, &Verdict::Gone { status: 410 }, NOW).unwrap();
    check_due(&connection, NOW, &[], &[3], "gone");
    let backlog = backlog::count(&connection, ["ops", "new"].into_iter()).unwrap();
    assert_eq!(
        (backlog[0].pending, backlog[0].parked, backlog[0].gone),
        (1, 1, 1)
    );
    assert_eq!(backlog[0].oldest_pending, Some(NOW));
    assert_eq!(
        (backlog[1].endpoint.as_str(), backlog[1].pending),
        ("new", 0)
    );
}

#[test]
fn a_settled_row_stays_as_it_is() {
    let connection = stored(&["a"]);
    finish(&connection, 1, &parked(), NOW).unwrap();
    finish(&connection, 1, &retry_at(NOW), NOW).unwrap();
    check_due(&connection, second(9), &[], &[], "parked for good");
}

#[test]
fn a_clock_that_was_set_back_delays_nothing() {
    let connection = stored(&["a"]);
    let year_ahead = NOW.after(Duration::from_secs(365 * 86_400));
    finish(
        &connection,
        1,
        &retry_at(year_ahead.after(WAIT_MAX)),
        year_ahead,
    )
    .unwrap();
    check_due(
        &connection,
        NOW,
        &[],
        &[1],
        "the wait was measured on a wrong clock",
    );
    check_due(
        &connection,
        year_ahead,
        &[],
        &[],
        "while the clock stands, it waits",
    );
}

#[test]
fn no_wait_is_longer_than_an_hour() {
    let connection = stored(&["a"]);
    finish(&connection, 1, &retry_at(second(1_000_000)), NOW).unwrap();
    check_due(&connection, NOW.after(WAIT_MAX), &[], &[1], "an hour later");
}

#[test]
fn an_alert_that_cannot_be_read_is_parked_and_holds_up_nothing() {
    let connection = stored(&["a", "a"]);
    let sql = "UPDATE alert SET json = '{\"type\": 7}' WHERE seq = 1";
    connection.execute(sql, []).unwrap();
    check_due(&connection, NOW, &[], &[2], "the one behind it goes out");
    let counted = backlog::count(&connection, std::iter::empty()).unwrap();
    assert_eq!(counted[0].parked, 1, "and a person can see it");
}

#[test]
fn a_known_alert_changes_neither_alerts_nor_outbox() {
    let connection = stored(&["a"]);
    finish(&connection, 1, &Verdict::Delivered { status: 200 }, NOW).unwrap();
    let routing = routing_to(&["ops", "new"]);
    let fresh = decisions::store(&connection, &decision("a", 1), &routing, NOW).unwrap();
    assert!(!fresh, "it is known");
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
    check_due(&connection, NOW, &[], &[], "it is not delivered again");
}

proptest::proptest! {
    #[test]
    fn an_alert_comes_back_with_every_bit_of_its_numbers(
        lat in -90.0..90.0_f64,
        travelled_m in 0.0..1e7_f64,
    ) {
        let connection = stored(&[]);
        let mut decided = decision("a", 1);
        let alert = decided.alert.as_mut().unwrap();
        alert.position.as_mut().unwrap().lat = lat;
        alert.travelled_m = Some(travelled_m);
        decisions::store(&connection, &decided, &routing_to(&["ops"]), NOW).unwrap();
        let head = due(&connection, "ops", NOW, at_most(1), &[]).unwrap().ready.remove(0);
        assert_eq!(Some(head.alert), decided.alert);
    }
}

#[test]
fn order_holds_over_any_mix_of_verdicts() {
    use rand::{RngExt, SeedableRng};
    let mut random = rand::rngs::StdRng::seed_from_u64(11);
    for _ in 0..20 {
        let tracks: Vec<&str> = (0..40)
            .map(|_| ["a", "b", "c"][random.random_range(0..3)])
            .collect();
        let connection = stored(&tracks);
        let mut settled: Vec<(String, i64)> = Vec::new();
        let mut now = NOW;
        while settled.len() < tracks.len() {
            now = now.after(Duration::from_secs(1));
            for head in due(&connection, "ops", now, at_most(2), &[]).unwrap().ready {
                let verdict = match random.random_range(0..4) {
                    0 => retry_at(now.after(Duration::from_secs(random.random_range(1..5)))),
                    1 => parked(),
                    2 => Verdict::Gone { status: 410 },
                    _ => Verdict::Delivered { status: 200 },
                };
                if !matches!(verdict, Verdict::Retry { .. }) {
                    settled.push((head.alert.subject().to_owned(), head.seq));
                }
                finish(&connection, head.seq, &verdict, now).unwrap();
            }
        }
        for track in ["a", "b", "c"] {
            let order: Vec<i64> = settled
                .iter()
                .filter(|(key, _)| key == track)
                .map(|(_, seq)| *seq)
                .collect();
            assert!(order.is_sorted(), "{track} kept its order: {order:?}");
        }
    }
}

/// Stores alerts, each of a track with a severity so many seconds after `NOW`.
fn stored_over_time(alerts: &[(&str, Severity, u64)]) -> Connection {
    let connection = stored(&[]);
    for (number, (track, severity, at)) in (1..).zip(alerts) {
        let mut decided = decision(track, number);
        decided.alert.as_mut().unwrap().severity = *severity;
        decisions::store(&connection, &decided, &routing_to(&["ops"]), second(*at)).unwrap();
    }
    connection
}

/// Compares the numbers and lanes of what is due with `expected`: `L` for a live one, `b` for a
/// late one.
#[track_caller]
fn check_lanes(connection: &Connection, now: Utc, wish: Wish, busy: &[Busy], expected: &str) {
    let due = due(connection, "ops", now, wish, busy).unwrap();
    let told = due.ready.iter().map(|head| match head.lane {
        Lane::Live => format!("L{}", head.seq),
        Lane::Late => format!("b{}", head.seq),
    });
    assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn a_fresh_alert_waits_behind_no_old_one_not_even_of_its_own_track() {
    use Severity::Major;
    let connection = stored_over_time(&[
        ("a", Major, 0),
        ("a", Major, 1),
        ("b", Major, 2),
        ("a", Major, 90),
    ]);
    let now = second(100);
    check_lanes(&connection, now, ALL, &[], "L4 b1 b3");
    check_lanes(&connection, now, at_most(1), &[], "L4");
    let few_late = Wish::Due { limit: 4, late: 1 };
    check_lanes(&connection, now, few_late, &[], "L4 b1");
    check_lanes(&connection, now, ALL, &[live("a")], "b1 b3");
    let late = Busy {
        lane: Lane::Late,
        ..live("a")
    };
    check_lanes(&connection, now, ALL, &[late], "L4 b3");
    let began_fresh = Busy {
        seq: 1,
        ..live("other")
    };
    check_lanes(&connection, now, ALL, &[began_fresh], "L4 b3");
}

#[test]
fn the_backlog_drains_by_the_gravest_of_a_track_and_then_by_age() {
    use Severity::{Critical, Info, Major, Minor};
    let connection = stored_over_time(&[
        ("a", Minor, 0),
        ("b", Info, 1),
        ("c", Major, 2),
        ("b", Critical, 3),
        ("d", Minor, 4),
    ]);
    check_lanes(&connection, second(100), ALL, &[], "b2 b3 b1 b5");
}

#[test]
fn a_probe_is_the_alert_that_was_tried_least_and_needs_not_be_due() {
    use Severity::Major;
    let connection = stored_over_time(&[("a", Major, 0), ("b", Major, 80), ("c", Major, 90)]);
    let now = second(100);
    check_lanes(&connection, now, Wish::Probe, &[], "L2");
    check_lanes(&connection, now, Wish::Fresh, &[], "L2");
    for seq in [2, 3] {
        finish(&connection, seq, &retry_at(second(900)), now).unwrap();
    }
    check_lanes(&connection, now, Wish::Fresh, &[], "");
    check_lanes(&connection, now, Wish::Probe, &[], "b1");
    finish(&connection, 1, &retry_at(second(900)), now).unwrap();
    check_lanes(&connection, now, Wish::Probe, &[], "L2");
}

#[test]
fn a_delivery_knows_what_stands_around_it_in_its_episode() {
    let connection = stored(&["a", "a", "a"]);
    let first = due(&connection, "ops", NOW, ALL, &[])
        .unwrap()
        .ready
        .remove(0);
    assert_eq!(first.story.has_later, Some(true));
    for seq in [1, 2] {
        let verdict = Verdict::Delivered { status: 200 };
        finish(&connection, seq, &verdict, NOW).unwrap();
    }
    let last = due(&connection, "ops", NOW, ALL, &[])
        .unwrap()
        .ready
        .remove(0);
    assert_eq!(last.story.has_later, Some(false));
    let earlier: Vec<Uuid> = last.story.earlier.iter().map(|it| it.id).collect();
    assert_eq!(earlier, [Uuid::from_u128(1), Uuid::from_u128(2)]);
}
