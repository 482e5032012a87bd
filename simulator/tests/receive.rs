//! The endpoint as a sender of webhooks sees it.

use std::net::SocketAddr;
use std::time::Duration;

use corridor_sim::receive::{
    Control, Delivery, ReceiveError, ReceiveSettings, Receiver, Signature,
};
use corridor_sim::secret::Secret;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const DEADLINE: Duration = Duration::from_secs(20);
const BODY: &str = r#"{"type": "corridor.entered"}"#;

#[tokio::test]
async fn a_good_signature_is_valid_whichever_secret_made_it() {
    let secrets = vec![Secret::fresh(), Secret::fresh()];
    let running = Running::start(ReceiveSettings {
        secrets: secrets.clone(),
        ..loopback()
    })
    .await;
    for secret in &secrets {
        let sent = running
            .post(&signed(secret, "alert-1", BODY), BODY)
            .await
            .unwrap();
        assert_eq!(sent.status, 200);
    }
    let signatures: Vec<_> = running
        .received()
        .into_iter()
        .map(|each| each.signature)
        .collect();
    assert_eq!(signatures, [Signature::Valid, Signature::Valid]);
}

#[tokio::test]
async fn no_bad_signature_is_called_valid() {
    let secret = Secret::fresh();
    let secrets = vec![secret.clone()];
    let running = Running::start(ReceiveSettings {
        secrets,
        ..loopback()
    })
    .await;
    let good = signed(&secret, "alert-1", BODY);
    let spoilt = [
        signed(&Secret::fresh(), "alert-1", BODY),
        signed(&secret, "alert-1", "{}"),
        good.replace("webhook-id: alert-1", "webhook-id: alert-2"),
        good.replace("webhook-id", "other-id"),
        good.replace("webhook-timestamp: ", "webhook-timestamp: -"),
        good.replace("webhook-signature: v1,", "webhook-signature: v1,A"),
        String::new(),
    ];
    for headers in &spoilt {
        running.post(headers, BODY).await.unwrap();
    }
    for (delivery, headers) in running.received().iter().zip(&spoilt) {
        assert!(
            matches!(delivery.signature, Signature::Invalid { .. }),
            "{headers}"
        );
    }
    assert_eq!(running.received().len(), spoilt.len());
}

#[tokio::test]
async fn without_a_secret_signatures_stay_unchecked() {
    let running = Running::start(loopback()).await;
    running.post("", BODY).await.unwrap();
    assert_eq!(running.received()[0].signature, Signature::Unchecked);
}

#[tokio::test]
async fn a_repeat_is_counted_and_its_body_compared() {
    let running = Running::start(loopback()).await;
    for body in [BODY, BODY, "{}"] {
        running.post("webhook-id: alert-1\r\n", body).await.unwrap();
    }
    let repeats: Vec<_> = running
        .received()
        .into_iter()
        .map(|delivery| (delivery.times, delivery.repeat_same_body))
        .collect();
    assert_eq!(repeats, [(1, None), (2, Some(true)), (3, Some(false))]);
}

#[tokio::test]
async fn a_script_is_answered_in_turn() {
    let script = "ok,503,reset".parse().unwrap();
    let running = Running::start(ReceiveSettings {
        script,
        ..loopback()
    })
    .await;
    for expected in [Some(200), Some(503), None, Some(200)] {
        let sent = running.post("", BODY).await;
        assert_eq!(sent.map(|response| response.status), expected);
    }
    let told: Vec<_> = running
        .received()
        .into_iter()
        .map(|each| each.status)
        .collect();
    assert_eq!(told, [Some(200), Some(503), None, Some(200)]);
}

#[tokio::test]
async fn answers_can_be_set_while_it_runs() {
    let running = Running::start(loopback()).await;
    running
        .order(r#"{"status": 503, "retry_after": "2"}"#, 204)
        .await;
    let refused = running.post("", BODY).await.unwrap();
    assert_eq!(refused.status, 503);
    assert!(refused.head.contains("retry-after: 2"), "{}", refused.head);
    running.order(r#"{"stall_ms": 20}"#, 204).await;
    assert_eq!(running.post("", BODY).await.unwrap().status, 200);
    running.order(r#"{"reset": true}"#, 204).await;
    assert_eq!(running.post("", BODY).await, None);
    running.order(r#"{"statue": 503}"#, 400).await;
    assert_eq!(
        running.post("", BODY).await,
        None,
        "a bad order changes nothing"
    );
    running.control.set_script("410".parse().unwrap());
    assert_eq!(running.post("", BODY).await.unwrap().status, 410);
}

#[tokio::test]
async fn deliveries_can_be_listed_and_forgotten() {
    let running = Running::start(loopback()).await;
    running.post("webhook-id: alert-1\r\n", BODY).await.unwrap();
    let listed = running.list().await;
    assert_eq!(listed["received"], 1);
    assert_eq!(listed["deliveries"][0]["webhook_id"], "alert-1");
    assert_eq!(
        listed["deliveries"][0]["body"],
        json!({"type": "corridor.entered"})
    );
    assert_eq!(listed["deliveries"][0]["body_text"], BODY);
    let forgotten = running
        .request("DELETE", "/control/deliveries", "", "")
        .await
        .unwrap();
    assert_eq!(forgotten.status, 204);
    assert_eq!(
        running.list().await,
        json!({"received": 0, "deliveries": []})
    );
}

#[tokio::test]
async fn a_stalled_delivery_is_seen_before_its_answer_and_hung_up_on_at_the_end() {
    let script = "stall:1h".parse().unwrap();
    let mut running = Running::start(ReceiveSettings {
        script,
        ..loopback()
    })
    .await;
    let address = running.address;
    let sending = tokio::spawn(async move { request(address, "POST", "/hook", "", BODY).await });
    let delivery = within(running.deliveries.recv()).await.unwrap();
    assert_eq!((delivery.status, delivery.stall_ms), (Some(200), 3_600_000));
    assert!(!sending.is_finished());
    running.cancel.cancel();
    assert_eq!(within(sending).await.unwrap(), None);
    within(running.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn every_delivery_is_stored_before_it_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deliveries.jsonl");
    let store = Some(path.clone());
    let running = Running::start(ReceiveSettings {
        store,
        ..loopback()
    })
    .await;
    for number in 1..=3 {
        let headers = format!("webhook-id: alert-{number}\r\n");
        running.post(&headers, BODY).await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), number);
        assert_eq!(lines[number - 1]["webhook_id"], format!("alert-{number}"));
        assert_eq!(
            lines[number - 1]["signature"],
            json!({"result": "unchecked"})
        );
    }
}

#[tokio::test]
async fn a_body_above_one_mebibyte_is_refused() {
    let running = Running::start(loopback()).await;
    let fits = "x".repeat(1 << 20);
    assert_eq!(running.post("", &fits).await.unwrap().status, 200);
    let above = "x".repeat((1 << 20) + 1);
    assert_eq!(running.post("", &above).await.unwrap().status, 413);
    assert_eq!(running.received().len(), 1);
}

#[tokio::test]
async fn only_loopback_is_listened_on_unless_allowed() {
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = Receiver::bind(ReceiveSettings {
        listen,
        ..loopback()
    })
    .await;
    assert!(matches!(refused.err(), Some(ReceiveError::Remote(_))));
    let allowed = ReceiveSettings {
        listen,
        allow_remote: true,
        ..loopback()
    };
    assert!(Receiver::bind(allowed).await.is_ok());
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_holds_nothing_up() {
    let mut running = Running::start(loopback()).await;
    running.deliveries.close();
    assert_eq!(running.post("", BODY).await.unwrap().status, 200);
}

/// An endpoint under test, which ends with the test.
struct Running {
    address: SocketAddr,
    control: Control,
    deliveries: mpsc::Receiver<Delivery>,
    cancel: CancellationToken,
    task: JoinHandle<Result<(), ReceiveError>>,
}

impl Running {
    async fn start(settings: ReceiveSettings) -> Self {
        let mut receiver = Receiver::bind(settings)
            .await
            .expect("the endpoint is bound");
        let cancel = CancellationToken::new();
        Self {
            address: receiver.local_addr(),
            control: receiver.control(),
            deliveries: receiver.deliveries(),
            cancel: cancel.clone(),
            task: tokio::spawn(receiver.run(cancel)),
        }
    }

    fn received(&self) -> Vec<Delivery> {
        self.control.received()
    }

    async fn post(&self, headers: &str, body: &str) -> Option<Response> {
        self.request("POST", "/hook", headers, body).await
    }

    async fn order(&self, order: &str, expected: u16) {
        let response = self.request("PUT", "/control/answer", "", order).await;
        assert_eq!(
            response.map(|response| response.status),
            Some(expected),
            "{order}"
        );
    }

    async fn list(&self) -> Value {
        let response = self.request("GET", "/control/deliveries", "", "").await;
        let body = response.expect("the list is answered").body;
        serde_json::from_str(&body).expect("the list is JSON")
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<Response> {
        within(request(self.address, method, path, headers, body)).await
    }
}

#[derive(Debug, PartialEq)]
struct Response {
    status: u16,
    head: String,
    body: String,
}

/// Sends a request and reads the answer to its end; none if the connection closes without one.
async fn request(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<Response> {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n{headers}");
    let mut stream = TcpStream::connect(to).await.expect("the endpoint accepts");
    let sent = format!("{head}content-length: {length}\r\n\r\n{body}");
    stream
        .write_all(sent.as_bytes())
        .await
        .expect("the endpoint reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await; // A reset ends the answer too.
    let answer = String::from_utf8(answer).expect("the answer is text");
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Response {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

fn signed(secret: &Secret, id: &str, body: &str) -> String {
    let seconds = unix_seconds();
    let signature = Webhook::new(secret.expose())
        .and_then(|webhook| webhook.sign(id, seconds, body.as_bytes()))
        .expect("the secret signs");
    format!(
        "webhook-id: {id}\r\nwebhook-timestamp: {seconds}\r\nwebhook-signature: {signature}\r\n"
    )
}

/// Reads the clock: the reference implementation compares with it on its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the verifier reads the host's clock, so the signer must"
)]
fn unix_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn loopback() -> ReceiveSettings {
    ReceiveSettings::loopback()
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("it ends in time")
}
