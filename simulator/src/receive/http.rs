//! The endpoint's routes: deliveries and the controls beside them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, put};
use serde::Serialize;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_TIMESTAMP, Webhook, WebhookError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Control;
use super::answer::{Answer, Reply, Script};
use super::delivery::{Delivery, Signature};
use crate::clock;

/// The largest body of a request, bytes.
const BODY_BYTES_MAX: usize = 1 << 20;

/// What the routes share.
pub(super) struct Endpoint {
    pub(super) webhooks: Vec<Webhook>,
    pub(super) control: Control,
    pub(super) sender: Option<mpsc::Sender<Delivery>>,
    pub(super) cancel: CancellationToken,
}

/// Routes `/control` to the controls and everything else to the deliveries.
pub(super) fn router(endpoint: Endpoint) -> Router {
    Router::new()
        .route("/control/answer", put(set_answer))
        .route("/control/deliveries", get(list).delete(clear))
        .route("/control/{*rest}", any(StatusCode::NOT_FOUND))
        .fallback(deliver)
        .with_state(Arc::new(endpoint))
}

async fn deliver(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let taken = endpoint.cancel.run_until_cancelled(endpoint.take(request));
    match taken.await {
        Some(Ok(answer)) => respond(answer),
        Some(Err(status)) => status.into_response(),
        None => hang_up(),
    }
}

async fn set_answer(State(endpoint): State<Arc<Endpoint>>, order: Bytes) -> Response {
    match Script::from_json(&order) {
        Ok(script) => {
            endpoint.control.set_script(script);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}

async fn list(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let listed = {
        let ledger = endpoint.control.ledger();
        Listed {
            received: ledger.received(),
            deliveries: ledger.kept(),
        }
    };
    match serde_json::to_vec(&listed) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn clear(State(endpoint): State<Arc<Endpoint>>) -> StatusCode {
    endpoint.control.clear();
    StatusCode::NO_CONTENT
}

/// What `GET /control/deliveries` returns.
#[derive(Serialize)]
struct Listed {
    /// How many have come; more than are listed once the oldest are forgotten.
    received: u64,
    deliveries: Vec<Delivery>,
}

impl Endpoint {
    /// Takes a delivery in and returns its answer once the stall is over.
    async fn take(&self, request: Request) -> Result<Answer, StatusCode> {
        let received_at = clock::utc();
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_BYTES_MAX)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "body refused");
                StatusCode::PAYLOAD_TOO_LARGE
            })?;
        let delivery = self.delivery(received_at, &parts, &body);
        let (delivery, answer) = self
            .control
            .ledger()
            .enter(delivery, &body)
            .map_err(|error| {
                tracing::error!(%error, "delivery not stored");
                StatusCode::INTERNAL_SERVER_ERROR
            })?;
        if let Some(sender) = &self.sender {
            // Whoever stopped listening is no reason to refuse a delivery.
            let _ = sender.send(delivery).await;
        }
        tokio::time::sleep(answer.stall).await;
        Ok(answer)
    }

    fn delivery(&self, received_at: jiff::Timestamp, parts: &Parts, body: &Bytes) -> Delivery {
        let headers = texts(&parts.headers);
        let path = parts.uri.path_and_query();
        Delivery {
            received_at,
            method: parts.method.to_string(),
            path: path.map_or_else(|| parts.uri.to_string(), ToString::to_string),
            webhook_id: headers.get(HEADER_WEBHOOK_ID).cloned(),
            webhook_timestamp: headers.get(HEADER_WEBHOOK_TIMESTAMP).cloned(),
            signature: self.check(&parts.headers, body),
            headers,
            body: serde_json::from_slice(body).ok(),
            body_text: String::from_utf8_lossy(body).into_owned(),
            times: 1,
            repeat_same_body: None,
            stall_ms: 0,
            status: None,
        }
    }

    /// Checks a signature with every secret; the first that fits is enough.
    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Signature {
        let mut last: Option<WebhookError> = None;
        for webhook in &self.webhooks {
            match webhook.verify(body, headers) {
                Ok(()) => return Signature::Valid,
                Err(error) => last = Some(error),
            }
        }
        last.map_or(Signature::Unchecked, |error| Signature::Invalid {
            reason: error.to_string(),
        })
    }
}

fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        texts
            .entry(name.to_string())
            .and_modify(|text| {
                text.push_str(", ");
                text.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    texts
}

fn respond(answer: Answer) -> Response {
    match answer.reply {
        Reply::Status { status, headers } => (status, headers).into_response(),
        Reply::Reset => hang_up(),
    }
}

/// Makes a response whose body fails before a byte of it, which closes the connection
/// before the head is written.
fn hang_up() -> Response {
    let failure = io::Error::from(io::ErrorKind::ConnectionReset);
    let failing = futures_util::stream::once(async { Err::<Bytes, _>(failure) });
    Response::new(Body::from_stream(failing))
}
