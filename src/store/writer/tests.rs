//! What a commit takes together, and what happens when it fails.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::*;
use crate::store::fixture::{DEADLINE, close, decision, eventually, opened_with};
use crate::store::{Opened, Store, StoreClosed};

/// Makes every write of an alert fail, as a full disk does, until the trigger is dropped.
fn break_disk(directory: &Path) -> Connection {
    let other = Connection::open(directory.join("corridord.db")).unwrap();
    let trigger = "CREATE TRIGGER disk_full BEFORE INSERT ON alert
                   BEGIN SELECT raise(FAIL, 'disk full'); END";
    other.execute(trigger, []).unwrap();
    other
}

async fn pending(store: &Store) -> u64 {
    store.backlog().await.unwrap()[0].pending
}

#[tokio::test]
async fn many_submits_share_few_transactions() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::default());
    let Opened { store, thread, .. } = opened_with(directory.path(), &["ops"], &metrics);
    for number in 0..2000 {
        store.submit(decision("a", number)).await.unwrap();
    }
    store.flush().await.unwrap();
    assert_eq!(metrics.alerts_accepted.get(), 2000);
    assert_eq!(pending(&store).await, 2000);
    let transactions = metrics.store_transactions.get();
    assert!(transactions < 1000, "{transactions} for 2000 alerts");
    close(&store, thread).await;
}

#[tokio::test]
async fn a_committed_alert_nudges_every_endpoint() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::default());
    let Opened { store, thread, .. } = opened_with(directory.path(), &["ops", "hq"], &metrics);
    store.submit(decision("a", 1)).await.unwrap();
    for endpoint in ["ops", "hq"] {
        let nudged = tokio::time::timeout(DEADLINE, store.nudged(endpoint)).await;
        assert!(nudged.is_ok(), "{endpoint} is nudged");
    }
    assert_eq!(pending(&store).await, 1, "the nudge comes after the commit");
    close(&store, thread).await;
}

#[tokio::test]
async fn a_write_that_fails_is_tried_again_until_it_works() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::default());
    let Opened { store, thread, .. } = opened_with(directory.path(), &["ops"], &metrics);
    let other = break_disk(directory.path());
    store.submit(decision("a", 1)).await.unwrap();
    eventually("a failed write", async || {
        0 < metrics.store_write_failures.get()
    })
    .await;
    store.submit(decision("a", 2)).await.unwrap();
    assert_eq!(metrics.alerts_accepted.get(), 0, "nothing is accepted yet");
    other.execute("DROP TRIGGER disk_full", []).unwrap();
    store.flush().await.unwrap();
    assert_eq!(metrics.alerts_accepted.get(), 2);
    close(&store, thread).await;
}

#[tokio::test]
async fn closing_gives_up_a_failing_write_at_its_deadline_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::default());
    let Opened { store, thread, .. } = opened_with(directory.path(), &["ops"], &metrics);
    let _other = break_disk(directory.path());
    let accepted = tokio::spawn({
        let store = store.clone();
        async move { store.accept(vec![decision("a", 1)]).await }
    });
    eventually("a failed write", async || {
        0 < metrics.store_write_failures.get()
    })
    .await;
    let closed = store.close(Duration::from_millis(50)).await;
    assert_eq!(closed, Err(StoreClosed));
    assert_eq!(
        accepted.await.unwrap(),
        Err(StoreClosed),
        "never told accepted"
    );
    thread.join().unwrap();
    assert_eq!(store.flush().await, Err(StoreClosed), "and it stays closed");
}

#[tokio::test]
async fn what_was_queued_before_closing_is_stored() {
    let directory = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::default());
    let Opened { store, thread, .. } = opened_with(directory.path(), &["ops"], &metrics);
    for number in 0..100 {
        store.submit(decision("a", number)).await.unwrap();
    }
    close(&store, thread).await;
    assert_eq!(metrics.alerts_accepted.get(), 100);
    assert_eq!(store.submit(decision("a", 200)).await, Err(StoreClosed));
}
