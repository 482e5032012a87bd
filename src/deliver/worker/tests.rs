//! A worker against a real store and a real loopback endpoint.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::*;
use crate::deliver::fixture::{Manner, Receiver, Reply, Request, closed_port, hmac_by_definition};
use crate::deliver::secret::Secret;
use crate::store::fixture::{DEADLINE, close, decision, eventually, opened, opened_with};
use crate::store::{Backlog, Opened};

/// A store in its own directory, with one worker per endpoint.
struct Bench {
    store: Store,
    thread: thread::JoinHandle<()>,
    metrics: Arc<Metrics>,
    workers: JoinSet<Ended>,
    cancel: CancellationToken,
    directory: TempDir,
}

impl Bench {
    fn start(endpoints: Vec<Endpoint>, grace: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let metrics = Arc::new(Metrics::default());
        let names: Vec<&str> = endpoints.iter().map(|it| it.name.as_str()).collect();
        let Opened { store, thread, .. } = opened_with(directory.path(), &names, &metrics);
        let cancel = CancellationToken::new();
        let mut workers = JoinSet::new();
        for (seed, endpoint) in (0..).zip(endpoints) {
            let (metrics, clock) = (Arc::clone(&metrics), Clock::start());
            let worker = Worker::new(endpoint, grace, store.clone(), clock, metrics, seed);
            workers.spawn(worker.unwrap().run(cancel.clone()));
        }
        Self {
            store,
            thread,
            metrics,
            workers,
            cancel,
            directory,
        }
    }

    fn with(receiver: &Receiver) -> Self {
        Self::start(vec![receiver.endpoint("ops")], Duration::ZERO)
    }

    /// Stores one alert per track in `tracks`, numbered from 1.
    async fn accept(&self, tracks: &[&str]) {
        let decisions = (1..)
            .zip(tracks)
            .map(|(number, track)| decision(track, number));
        self.store.accept(decisions.collect()).await.unwrap();
    }

    async fn backlog(&self, endpoint: &str) -> Backlog {
        let backlogs = self.store.backlog().await.unwrap();
        let found = backlogs.into_iter().find(|it| it.endpoint == endpoint);
        found.unwrap()
    }

    async fn until_delivered(&self, endpoint: &str, count: u64) {
        let delivered = async || self.backlog(endpoint).await.delivered == count;
        eventually(&format!("{count} delivered to {endpoint}"), delivered).await;
    }

    /// Stops the workers, closes the store and returns why the last worker ended.
    async fn stop(mut self) -> (Ended, TempDir) {
        self.cancel.cancel();
        let ended = timeout(DEADLINE, self.workers.join_next()).await;
        close(&self.store, self.thread).await;
        (ended.unwrap().unwrap().unwrap(), self.directory)
    }
}

fn number(request: &Request) -> u128 {
    let id: uuid::Uuid = request.header("webhook-id").parse().unwrap();
    id.as_u128()
}

fn track(request: &Request) -> String {
    request.value("/data/properties/track/key")
}

#[tokio::test]
async fn an_alert_arrives_signed_and_is_settled() {
    let mut receiver = Receiver::start(|_| Reply::status(202)).await;
    let key = [7_u8; 32];
    let secret: Secret = format!("whsec_{}", STANDARD.encode(key)).parse().unwrap();
    let mut endpoint = receiver.endpoint("ops");
    endpoint.secrets = vec![secret];
    let bench = Bench::start(vec![endpoint], Duration::ZERO);
    bench.accept(&["a"]).await;

    let request = receiver.next().await;
    assert_eq!(number(&request), 1);
    assert_eq!(request.header("corridord-attempt"), "1");
    let timestamp = request.header("webhook-timestamp");
    let delayed_ms: i64 = request.header("corridord-delayed-ms").parse().unwrap();
    let occurred_ms = crate::store::fixture::OCCURRED_AT.as_micros() / 1000;
    let late = timestamp.parse::<i64>().unwrap() * 1000 - occurred_ms;
    assert!((late - delayed_ms).abs() < 2000 || late < 0 && delayed_ms == 0);

    let mut signed = format!("{}.{timestamp}.", request.header("webhook-id")).into_bytes();
    signed.extend_from_slice(&request.body);
    let expected = format!("v1,{}", STANDARD.encode(hmac_by_definition(&key, &signed)));
    assert_eq!(request.header("webhook-signature"), expected);

    bench.until_delivered("ops", 1).await;
    let counted = async || bench.metrics.deliveries.get() == 1;
    eventually("it is counted", counted).await;
    assert_eq!(bench.stop().await.0, Ended::Cancelled);
}

#[tokio::test]
async fn alerts_of_one_track_arrive_in_their_order() {
    let mut receiver = Receiver::start(|_| Reply::status(204)).await;
    let bench = Bench::with(&receiver);
    let tracks: Vec<&str> = (0..60).map(|at| ["a", "b", "c"][at % 3]).collect();
    bench.accept(&tracks).await;
    bench.until_delivered("ops", 60).await;
    let mut arrived = Vec::new();
    while 0 < receiver.waiting() {
        let request = receiver.next().await;
        arrived.push((track(&request), number(&request)));
    }
    arrived.sort_by_key(|(track, _)| track.clone());
    assert!(arrived.is_sorted(), "in order on each track: {arrived:?}");
    assert_eq!(arrived.len(), 60, "each once");
    bench.stop().await;
}

#[tokio::test]
async fn a_head_that_fails_blocks_its_own_track_only() {
    let receiver =
        Receiver::start(|request| Reply::status(if track(request) == "a" { 503 } else { 204 }));
    let mut receiver = receiver.await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a", "b", "a", "b", "b"]).await;
    bench.until_delivered("ops", 3).await;
    while 0 < receiver.waiting() {
        let request = receiver.next().await;
        assert_ne!(number(&request), 3, "the second alert of a has to wait");
    }
    assert_eq!(bench.backlog("ops").await.pending, 2);
    bench.stop().await;
}

#[tokio::test]
async fn a_parked_alert_frees_its_track_and_a_gone_one_too() {
    let receiver = Receiver::start(|request| {
        Reply::status(match number(request) {
            1 => 422,
            2 => 410,
            _ => 200,
        })
    });
    let receiver = receiver.await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a", "a", "a"]).await;
    bench.until_delivered("ops", 1).await;
    let backlog = bench.backlog("ops").await;
    assert_eq!((backlog.parked, backlog.gone, backlog.pending), (1, 1, 0));
    let counted = async || bench.metrics.deliveries_refused.get() == 2;
    eventually("it is counted", counted).await;
    bench.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_is_down_delays_no_other() {
    let (mut silent, well) = (
        Receiver::start(|_| Reply::silence()).await,
        Receiver::start(|_| Reply::status(204)).await,
    );
    let down = Endpoint::new("down", closed_port().await, Vec::new());
    let endpoints = vec![down, silent.endpoint("silent"), well.endpoint("well")];
    let bench = Bench::start(endpoints, Duration::ZERO);
    bench.accept(&["a", "b", "c", "a", "b"]).await;
    silent.next().await;
    bench.until_delivered("well", 5).await;
    assert_eq!(bench.backlog("silent").await.pending, 5);
    assert_eq!(bench.backlog("down").await.pending, 5);
    bench.stop().await;
}

#[tokio::test]
async fn a_retry_repeats_id_and_body_and_counts_its_attempt() {
    let receiver = Receiver::start(|request| {
        let first = request.header("corridord-attempt") == "1";
        Reply {
            headers: vec![("retry-after", "1".to_owned())],
            ..Reply::status(if first { 503 } else { 204 })
        }
    });
    let mut receiver = receiver.await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a"]).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(second.header("corridord-attempt"), "2");
    assert_ne!(
        first.header("webhook-timestamp"),
        second.header("webhook-timestamp"),
        "the timestamp is the attempt's own"
    );
    bench.until_delivered("ops", 1).await;
    let counted = async || bench.metrics.delivery_retries.get() == 1;
    eventually("it is counted", counted).await;
    bench.stop().await;
}

#[tokio::test]
async fn the_wait_that_the_endpoint_asks_for_is_in_the_row() {
    let receiver = Receiver::start(|_| Reply {
        headers: vec![("retry-after", "120".to_owned())],
        ..Reply::status(429)
    });
    let receiver = receiver.await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a"]).await;
    let now = || Clock::start().now().utc;
    let next_at = async || {
        let wish = Wish::Due { limit: 1, late: 1 };
        let due = bench.store.due("ops", now(), wish, Vec::new());
        let due = due.await.unwrap();
        due.next_at
    };
    eventually("a stored wait", async || next_at().await.is_some()).await;
    let wait = next_at().await.unwrap().since(now());
    assert!(
        Duration::from_secs(90) < wait && wait <= Duration::from_secs(120),
        "{wait:?}"
    );
    bench.stop().await;
}

#[tokio::test]
async fn no_more_attempts_are_under_way_than_allowed() {
    let go_on = Arc::new(Notify::new());
    let reply = Reply {
        manner: Manner::AnswerAfter(Arc::clone(&go_on)),
        ..Reply::status(204)
    };
    let mut receiver = Receiver::start(move |_| reply.clone()).await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a", "b", "c", "d", "e", "f"]).await;
    for _ in 0..4 {
        receiver.next().await;
    }
    bench.store.flush().await.unwrap();
    assert_eq!(receiver.waiting(), 0, "four at once");
    go_on.notify_one();
    receiver.next().await;
    bench.stop().await;
}

#[tokio::test]
async fn an_attempt_under_way_may_finish_when_the_daemon_stops() {
    let go_on = Arc::new(Notify::new());
    let reply = Reply {
        manner: Manner::AnswerAfter(Arc::clone(&go_on)),
        ..Reply::status(204)
    };
    let mut receiver = Receiver::start(move |_| reply.clone()).await;
    let bench = Bench::start(vec![receiver.endpoint("ops")], DEADLINE);
    bench.accept(&["a", "a"]).await;
    receiver.next().await;
    bench.cancel.cancel();
    go_on.notify_one();
    let (_, directory) = bench.stop().await;
    let Opened { store, thread, .. } = opened(directory.path(), &["ops"]);
    let backlog = store.backlog().await.unwrap().remove(0);
    assert_eq!(
        (backlog.delivered, backlog.pending),
        (1, 1),
        "and no other starts"
    );
    close(&store, thread).await;
}

#[tokio::test]
async fn an_attempt_that_was_cut_off_is_made_again_after_a_start() {
    let mut receiver = Receiver::start(|_| Reply::silence()).await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a"]).await;
    receiver.next().await;
    let (_, directory) = bench.stop().await;
    let Opened { store, thread, .. } = opened(directory.path(), &["ops"]);
    assert_eq!(store.backlog().await.unwrap()[0].pending, 1);
    close(&store, thread).await;
}

#[tokio::test]
async fn a_worker_without_a_store_ends_and_says_why() {
    let receiver = Receiver::start(|_| Reply::status(204)).await;
    let mut bench = Bench::with(&receiver);
    close(&bench.store, bench.thread).await;
    let worker = Worker::new(
        receiver.endpoint("ops"),
        Duration::ZERO,
        bench.store.clone(),
        Clock::start(),
        Arc::clone(&bench.metrics),
        0,
    );
    let ended = worker.unwrap().run(CancellationToken::new()).await;
    assert_eq!(ended, Ended::StoreClosed);
    bench.workers.abort_all();
}

/// A receiver that cuts every connection until it is told to be well.
async fn ailing() -> (Receiver, Arc<AtomicBool>) {
    let well = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&well);
    let receiver = Receiver::start(move |_| {
        if asked.load(Ordering::SeqCst) {
            Reply::status(204)
        } else {
            Reply::cut()
        }
    });
    (receiver.await, well)
}

#[tokio::test]
async fn an_endpoint_that_is_back_gets_everything_at_once() {
    let (mut receiver, well) = ailing().await;
    let bench = Bench::with(&receiver);
    let tracks: Vec<String> = (0..30).map(|number| format!("track {number}")).collect();
    let tracks: Vec<&str> = tracks.iter().map(String::as_str).collect();
    bench.accept(&tracks).await;
    // The four of the beginning, and the first probe alone.
    for _ in 0..5 {
        receiver.next().await;
    }
    assert!(receiver.waiting() <= 1, "it is probed, not flooded");
    well.store(true, Ordering::SeqCst);
    let clock = Clock::start();
    let back = clock.now().monotonic;
    bench.until_delivered("ops", 30).await;
    let took = clock.now().monotonic.since(back);
    assert!(
        took < Duration::from_secs(5),
        "the next probe was due in 2 s: {took:?}"
    );
    bench.stop().await;
}

/// Makes everything that is stored older than the live lane.
fn make_late(bench: &Bench) {
    let file = bench.directory.path().join("corridord.db");
    let other = rusqlite::Connection::open(file).unwrap();
    let sql = "UPDATE outbox SET created_at = created_at - 120000000";
    other.execute(sql, []).unwrap();
}

#[tokio::test]
async fn a_late_alert_says_so_and_whether_it_may_still_be_true() {
    let (mut receiver, well) = ailing().await;
    let bench = Bench::with(&receiver);
    bench.accept(&["a", "b"]).await;
    for _ in 0..2 {
        receiver.next().await;
    }
    make_late(&bench);
    well.store(true, Ordering::SeqCst);
    bench.until_delivered("ops", 2).await;
    let mut told = Vec::new();
    while 0 < receiver.waiting() {
        let request = receiver.next().await;
        let late = request
            .headers
            .iter()
            .any(|(name, _)| name == "corridord-late");
        if late {
            let still_true = request.header("corridord-still-true").to_owned();
            told.push((number(&request), still_true));
        }
    }
    let last_of = |wanted: u128| {
        let of = told.iter().rev().find(|(number, _)| *number == wanted);
        of.map(|(_, still_true)| still_true.as_str())
    };
    assert_eq!(
        last_of(1),
        Some("no"),
        "a later one of its episode is known"
    );
    assert_eq!(last_of(2), Some("yes"));
    bench.stop().await;
}

#[tokio::test]
async fn a_fresh_alert_does_not_wait_for_the_backlog() {
    let go_on = Arc::new(Notify::new());
    let reply = Reply {
        manner: Manner::AnswerAfter(Arc::clone(&go_on)),
        ..Reply::status(204)
    };
    let mut receiver = Receiver::start(move |request| {
        let is_fresh = 100 <= number(request);
        if is_fresh {
            Reply::status(204)
        } else {
            reply.clone()
        }
    })
    .await;
    let directory = tempfile::tempdir().unwrap();
    let Opened { store, thread, .. } = opened(directory.path(), &["ops"]);
    let tracks: Vec<String> = (0..50).map(|number| format!("track {number}")).collect();
    for (number, track) in (1..).zip(&tracks) {
        store.submit(decision(track, number)).await.unwrap();
    }
    store.flush().await.unwrap();
    let other = rusqlite::Connection::open(directory.path().join("corridord.db")).unwrap();
    let sql = "UPDATE outbox SET created_at = created_at - 120000000";
    other.execute(sql, []).unwrap();
    let (cancel, metrics) = (CancellationToken::new(), Arc::new(Metrics::default()));
    let endpoint = receiver.endpoint("ops");
    let worker = Worker::new(
        endpoint,
        Duration::ZERO,
        store.clone(),
        Clock::start(),
        metrics,
        0,
    );
    let running = tokio::spawn(worker.unwrap().run(cancel.clone()));
    for _ in 0..3 {
        receiver.next().await;
    }
    // Of a track that has an old alert under way, too.
    store.submit(decision("track 0", 100)).await.unwrap();
    let fresh = receiver.next().await;
    assert_eq!(
        number(&fresh),
        100,
        "three old ones are under way, one place is free"
    );
    cancel.cancel();
    assert_eq!(running.await.unwrap(), Ended::Cancelled);
    close(&store, thread).await;
}

#[tokio::test]
async fn what_was_tried_for_long_enough_is_given_up_and_visible() {
    let receiver = Receiver::start(|_| Reply::status(503)).await;
    let patient = receiver.endpoint("patient");
    let hasty = Endpoint {
        patience: Duration::ZERO,
        ..receiver.endpoint("hasty")
    };
    let unreachable = Endpoint {
        patience: Duration::ZERO,
        ..Endpoint::new("unreachable", closed_port().await, Vec::new())
    };
    let bench = Bench::start(vec![patient, hasty, unreachable], Duration::ZERO);
    bench.accept(&["a", "a", "a", "a", "a", "a"]).await;
    for endpoint in ["hasty", "unreachable"] {
        let given_up = async || bench.backlog(endpoint).await.expired == 6;
        eventually(endpoint, given_up).await;
    }
    assert_eq!(bench.backlog("patient").await.pending, 6);
    bench.stop().await;
}
