//! Real clients at a real socket; the monitor is a task that answers.

use std::path::PathBuf;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::*;
use crate::clock::Clock;
use crate::control::{ReloadRequest, Reloaded, Settings, Status, StatusRequest, ask};
use crate::follow::Query;
use crate::metrics::Metrics;
use crate::monitor::alert::{Clock as AlertClock, ClockSource};
use crate::monitor::{Census, Explanation, Question, Unknown};
use crate::store;

/// Longer than a test takes.
const LONG: Duration = Duration::from_secs(60);

/// A server, and what stands behind it.
struct Scene {
    socket: PathBuf,
    cancel: CancellationToken,
    served: JoinHandle<()>,
    queries: Option<mpsc::Receiver<Query>>,
    reloads: Option<mpsc::Receiver<ReloadRequest>>,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn start(patience: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            socket: folder.path().join("control.sock"),
        };
        let clock = Clock::start();
        let metrics = Arc::new(Metrics::default());
        let opened = store::open(
            &store::Settings {
                directory: folder.path().join("state"),
                keep: store::Settings::KEEP,
            },
            vec!["ops".to_owned()],
            Uuid::nil(),
            clock,
            metrics,
        );
        let (query, queries) = mpsc::channel(8);
        let (reload, reloads) = mpsc::channel(1);
        let desk = Desk {
            unit: "field-unit-07".to_owned(),
            started: clock.now(),
            clock,
            queries: query,
            reloads: reload,
            store: opened.unwrap().store,
            links: Vec::new(),
        };
        let cancel = CancellationToken::new();
        let listener = Listener::open(&settings).unwrap();
        let served = tokio::spawn(serve_with(listener, desk, cancel.clone(), patience));
        Self {
            socket: settings.socket,
            cancel,
            served,
            queries: Some(queries),
            reloads: Some(reloads),
            _folder: folder,
        }
    }

    /// Answers every question of the monitor's as if nobody were followed.
    fn answer_questions(&mut self) {
        let mut queries = self.queries.take().unwrap();
        tokio::spawn(async move {
            while let Some(query) = queries.recv().await {
                match query {
                    Query::Census { answer } => drop(answer.send(nobody())),
                    Query::Silence { .. } | Query::EndSilence { .. } | Query::Silences { .. } => {
                        panic!("nobody asks for silence here");
                    }
                    Query::Explain { question, answer } => drop(answer.send(nothing(&question))),
                    Query::Reload { answer, .. } => _ = answer.send(()),
                }
            }
        });
    }

    async fn connect(&self) -> BufReader<UnixStream> {
        BufReader::new(UnixStream::connect(&self.socket).await.unwrap())
    }
}

fn nothing(question: &Question) -> Explanation {
    Explanation::Nothing(Unknown {
        what: "track".to_owned(),
        name: question.track.clone(),
        nearest: Vec::new(),
    })
}

fn nobody() -> Census {
    Census {
        clock: AlertClock {
            source: ClockSource::Host,
            trusted: None,
            error_ms: None,
        },
        corridors: 2,
        rules: vec!["corridor".to_owned()],
        tracks: Vec::new(),
    }
}

async fn say(client: &mut BufReader<UnixStream>, line: &str) -> String {
    client.get_mut().write_all(line.as_bytes()).await.unwrap();
    hear(client).await
}

async fn hear(client: &mut BufReader<UnixStream>) -> String {
    let mut answer = String::new();
    client.read_line(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_and_the_talk_goes_on() {
    let scene = Scene::start(LONG);
    let mut client = scene.connect().await;
    for (line, expected) in [
        ("what?\n", r#""kind":"malformed""#),
        (
            "{\"version\":9,\"request\":\"status\"}\n",
            r#""kind":"wrong-version""#,
        ),
        (
            "{\"version\":1,\"request\":\"launch\"}\n",
            "there is no request `launch`; there are status, explain, ",
        ),
        (
            "{\"version\":1,\"request\":\"status\",\"loud\":true}\n",
            r#""kind":"wrong-arguments""#,
        ),
    ] {
        let answer = say(&mut client, line).await;
        assert!(answer.contains(expected), "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_and_ends_the_talk() {
    let scene = Scene::start(LONG);
    let mut client = scene.connect().await;
    let answer = say(&mut client, &"x".repeat(REQUEST_LENGTH_MAX)).await;
    assert!(answer.contains(r#""kind":"too-long""#), "{answer}");
    assert_eq!(hear(&mut client).await, "", "it hung up");
}

#[tokio::test]
async fn one_client_more_than_there_is_room_for_is_told_so() {
    let mut scene = Scene::start(LONG);
    scene.answer_questions();
    let mut clients = Vec::new();
    for _nth in 0..CLIENTS_MAX {
        let mut client = scene.connect().await;
        // Its answer shows that it is served.
        let answer = say(&mut client, "{\"version\":1,\"request\":\"status\"}\n").await;
        assert!(answer.contains("field-unit-07"), "{answer}");
        clients.push(client);
    }
    let mut late = scene.connect().await;
    let answer = hear(&mut late).await;
    assert!(answer.contains(r#""kind":"busy""#), "{answer}");

    drop(clients.pop());
    let mut next = scene.connect().await;
    let mut answer = hear_or_ask(&mut next).await;
    while answer.contains(r#""kind":"busy""#) {
        next = scene.connect().await;
        answer = hear_or_ask(&mut next).await;
    }
    assert!(answer.contains("field-unit-07"), "{answer}");
}

/// Asks, though the server may have said already that it has no room.
async fn hear_or_ask(client: &mut BufReader<UnixStream>) -> String {
    let line = b"{\"version\":1,\"request\":\"status\"}\n";
    drop(client.get_mut().write_all(line).await);
    hear(client).await
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    let scene = Scene::start(Duration::from_millis(1));
    let mut client = scene.connect().await;
    assert_eq!(hear(&mut client).await, "");
}

#[tokio::test]
async fn the_end_breaks_off_who_is_waiting_and_takes_the_socket_away() {
    let scene = Scene::start(LONG);
    let mut client = scene.connect().await;
    let line = b"{\"version\":1,\"request\":\"status\"}\n";
    client.get_mut().write_all(line).await.unwrap();
    scene.cancel.cancel();
    scene.served.await.unwrap();
    assert!(!scene.socket.exists());
    let mut rest = Vec::new();
    // What it had asked was not read by then, perhaps: that ends the connection less politely.
    drop(client.read_to_end(&mut rest).await);
    assert_eq!(rest, b"");
}

#[tokio::test]
async fn once_the_monitor_has_ended_it_says_that_the_daemon_is_stopping() {
    let mut scene = Scene::start(LONG);
    drop((scene.queries.take(), scene.reloads.take()));
    let mut client = scene.connect().await;
    for request in ["status", "reload"] {
        let line = format!("{{\"version\":1,\"request\":\"{request}\"}}\n");
        let answer = say(&mut client, &line).await;
        assert!(answer.contains(r#""kind":"stopping""#), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_understands_what_the_server_says() {
    let mut scene = Scene::start(LONG);
    scene.answer_questions();
    let mut reloads = scene.reloads.take().unwrap();
    let flaws = vec!["unit.toml:3: unit.name: is empty".to_owned()];
    let told = Reloaded::Refused { flaws };
    let answer = told.clone();
    tokio::spawn(async move {
        let wish = reloads.recv().await.unwrap();
        wish.done.send(answer).unwrap();
    });
    let socket = scene.socket.clone();
    let (status, reloaded): (Status, Reloaded) = tokio::task::spawn_blocking(move || {
        let status = ask(&socket, &StatusRequest {}).unwrap();
        (status, ask(&socket, &crate::control::Reload {}).unwrap())
    })
    .await
    .unwrap();
    assert_eq!(status.unit, "field-unit-07");
    assert_eq!(status.census, nobody());
    assert_eq!(status.endpoints[0].name, "ops");
    assert_eq!(reloaded, told);
}
