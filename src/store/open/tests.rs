//! What opening gives back, and what it refuses without touching it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;
use crate::monitor::standing::StandingRecord;
use crate::store::Wish;
use crate::store::fixture::{close, decision, opened, routing_to, standing_example, try_open};
use crate::wire::{SigningMemory, SigningTime};

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_none_or(|suffix| suffix != "lock"))
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

/// Expects that opening fails, says `expected` after the path, and leaves all files alone.
fn check_refused(directory: &Path, expected: &str) {
    let before = contents(directory);
    let error = try_open(directory, &["ops"]).unwrap_err().to_string();
    let path = directory.join(FILE_NAME).display().to_string();
    assert!(error.starts_with(&path), "{error} names the file");
    assert!(error.contains(expected), "{error} says {expected}");
    assert_eq!(contents(directory), before, "nothing was touched: {error}");
}

async fn make_one(directory: &Path) {
    let Opened { store, thread, .. } = opened(directory, &["ops"]);
    store.accept(vec![decision("a", 1)]).await.unwrap();
    close(&store, thread).await;
}

#[tokio::test]
async fn a_reopened_store_remembers_standings_pending_rows_and_its_history() {
    let directory = directory();
    let Opened {
        store,
        thread,
        history,
        earlier,
        signing,
    } = opened(directory.path(), &["ops"]);
    assert_eq!(
        earlier,
        Restored::default(),
        "a new store remembers nothing"
    );
    assert_eq!(signing, [], "a new store remembers nothing");
    let signed = SigningRecord {
        link: "radio".to_owned(),
        key: "00aa".to_owned(),
        memory: SigningMemory {
            clock: SigningTime::from_steps(70),
            streams: BTreeMap::new(),
        },
    };
    store.remember(vec![signed.clone()]).await.unwrap();
    let outside = StandingRecord {
        visit: None,
        track: "b".to_owned(),
        ..standing_example("b")
    };
    let mut silent = decision("b", 2);
    silent.alert = None;
    silent.standing = Some(outside.clone());
    let told = decision("a", 1);
    store.accept(vec![told.clone(), silent]).await.unwrap();
    close(&store, thread).await;

    let again = open(
        &Settings {
            directory: directory.path().to_owned(),
            keep: Settings::KEEP,
        },
        routing_to(&["ops"]),
        Uuid::from_u128(8),
        Clock::start(),
        Arc::new(Metrics::default()),
    )
    .unwrap();
    assert_eq!(again.history, history, "the stored history wins");
    assert_eq!(again.earlier.standings, [standing_example("a"), outside]);
    assert_eq!(again.signing, [signed]);
    let now = Clock::start().now().utc;
    let wish = Wish::Due {
        limit: 10,
        late: 10,
    };
    let due = again.store.due("ops", now, wish, Vec::new());
    let due = due.await.unwrap();
    let alerts: Vec<_> = due.ready.into_iter().map(|head| head.alert).collect();
    assert_eq!(alerts, [told.alert.unwrap()], "every field comes back");
    close(&again.store, again.thread).await;
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_accepted() {
    let (running, after) = (directory(), directory());
    let Opened { store, thread, .. } = opened(running.path(), &["ops"]);
    let many = (0..50).map(|number| decision(&format!("t{number}"), number));
    store.accept(many.collect()).await.unwrap();
    for (path, bytes) in contents(running.path()) {
        if !path.to_string_lossy().ends_with("-shm") {
            fs::write(after.path().join(path.file_name().unwrap()), bytes).unwrap();
        }
    }
    let survivor = opened(after.path(), &["ops"]);
    assert_eq!(survivor.earlier.standings.len(), 50);
    let backlog = survivor.store.backlog().await.unwrap();
    assert_eq!(backlog[0].pending, 50);
    close(&survivor.store, survivor.thread).await;
    close(&store, thread).await;
}

#[tokio::test]
async fn dropping_the_last_handle_still_stores_what_was_submitted() {
    let directory = directory();
    let Opened { store, thread, .. } = opened(directory.path(), &["ops"]);
    store.submit(decision("a", 1)).await.unwrap();
    drop(store);
    thread.join().unwrap();
    let again = opened(directory.path(), &["ops"]);
    assert_eq!(again.earlier.standings, [standing_example("a")]);
    close(&again.store, again.thread).await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let directory = directory();
    make_one(directory.path()).await;
    let connection = Connection::open(directory.path().join(FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    check_refused(
        directory.path(),
        &format!(
            ": schema version 99 is newer than this program knows ({}); \
             install a newer corridord or point --state elsewhere",
            schema::VERSION
        ),
    );
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_left_alone() {
    let directory = directory();
    make_one(directory.path()).await;
    let path = directory.path().join(FILE_NAME);
    let sound = fs::read(&path).unwrap();

    let mut scratched = sound.clone();
    scratched[4096..].fill(0x5a);
    fs::write(&path, scratched).unwrap();
    check_refused(directory.path(), "the database is damaged");

    fs::write(&path, &sound[..sound.len() / 2]).unwrap();
    check_refused(directory.path(), "the database is damaged");

    fs::write(&path, b"not a database, but somebody's letter").unwrap();
    check_refused(directory.path(), "the database is damaged (not a database)");
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let directory = directory();
    let connection = Connection::open(directory.path().join(FILE_NAME)).unwrap();
    connection.execute("CREATE TABLE cat (name)", []).unwrap();
    drop(connection);
    check_refused(directory.path(), "not a corridord database");
}

#[tokio::test]
async fn a_second_daemon_on_one_directory_is_refused() {
    let directory = directory();
    let Opened { store, thread, .. } = opened(directory.path(), &["ops"]);
    let error = try_open(directory.path(), &["ops"]).unwrap_err();
    let expected = format!("another corridord uses {}", directory.path().display());
    assert!(error.to_string().starts_with(&expected), "{error}");
    close(&store, thread).await;
    let next = opened(directory.path(), &["ops"]);
    close(&next.store, next.thread).await;
}

#[tokio::test]
async fn only_the_user_may_read_what_is_stored() {
    let directory = directory();
    let state = directory.path().join("state");
    let Opened { store, thread, .. } = opened(&state, &["ops"]);
    store.accept(vec![decision("a", 1)]).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for path in contents(&state).keys() {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    close(&store, thread).await;
    let left: Vec<_> = contents(&state).into_keys().collect();
    assert_eq!(left, [state.join(FILE_NAME)], "closing leaves one file");
}

#[test]
fn an_empty_file_counts_as_new() {
    let directory = directory();
    fs::write(directory.path().join(FILE_NAME), b"").unwrap();
    let Opened { earlier, .. } = opened(directory.path(), &["ops"]);
    assert_eq!(earlier, Restored::default());
}

#[tokio::test]
async fn a_log_that_a_killed_daemon_left_is_read_before_the_database_is_judged() {
    let (running, after) = (directory(), directory());
    let Opened { store, thread, .. } = opened(running.path(), &["ops"]);
    store.accept(vec![decision("a", 1)]).await.unwrap();
    let newer = Connection::open(running.path().join(FILE_NAME)).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    for (path, bytes) in contents(running.path()) {
        if !path.to_string_lossy().ends_with("-shm") {
            fs::write(after.path().join(path.file_name().unwrap()), bytes).unwrap();
        }
    }
    let error = try_open(after.path(), &["ops"]).unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found: 99, .. }),
        "{error}"
    );
    drop(newer);
    close(&store, thread).await;
}
