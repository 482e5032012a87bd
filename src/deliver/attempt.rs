//! One attempt from the row to the row: render, sign, post, judge, write down.

use std::sync::Arc;

use tracing::{debug, info, warn};

use crate::backoff::DELIVERY;
use crate::clock::Clock;
use crate::deliver::post::{Post, Poster};
use crate::deliver::{Endpoint, Outcome, judge, sign, webhook};
use crate::metrics::Metrics;
use crate::monitor::alert::ClockSource;
use crate::store::{Delivery, Store, StoreClosed, Verdict};
use crate::units::Utc;

/// All that an attempt needs.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) delivery: Delivery,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) poster: Arc<Poster>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) metrics: Arc<Metrics>,
    /// 0 to 1, for the jitter of the wait that may follow.
    pub(super) random: f64,
}

/// What the worker has to know of an attempt that is written down.
#[derive(Debug)]
pub(super) struct Attempted {
    /// The track that is free again.
    pub(super) track: String,
    /// Why it will be tried again, if it will.
    pub(super) failure: Option<String>,
}

impl Attempt {
    /// Makes the attempt and returns once its outcome is committed.
    pub(super) async fn make(self) -> Result<Attempted, StoreClosed> {
        let outcome = self.outcome().await;
        let now = self.clock.now().utc;
        self.tell(&outcome);
        let verdict = self.verdict(&outcome, now);
        self.store.finish(self.delivery.seq, verdict, now).await?;
        self.count(&outcome);
        Ok(Attempted {
            track: self.delivery.alert.subject().to_owned(),
            failure: match outcome {
                Outcome::Retry { cause, .. } => Some(cause),
                Outcome::Delivered { .. } | Outcome::Gone { .. } | Outcome::Parked { .. } => None,
            },
        })
    }

    async fn outcome(&self) -> Outcome {
        match self.post() {
            Ok(post) => judge(self.poster.post(post).await, self.clock.now().utc),
            Err(error) => Outcome::Parked {
                status: None,
                cause: format!("the alert has no JSON form: {error}"),
            },
        }
    }

    /// Renders and signs; what belongs to the attempt goes into headers.
    fn post(&self) -> Result<Post, serde_json::Error> {
        let alert = &self.delivery.alert;
        let body = webhook::body(&self.endpoint.disclosure.of(alert))?;
        let now = self.clock.now().utc;
        let (id, timestamp) = (alert.id.to_string(), now.as_seconds());
        let mut headers = vec![
            ("webhook-timestamp", timestamp.to_string()),
            ("corridord-attempt", self.number().to_string()),
        ];
        // The host's clock is known to be wrong then: what it measures is no delay.
        if alert.clock.source != ClockSource::Gnss {
            let delayed = now.since(alert.occurred_at).as_millis();
            headers.push(("corridord-delayed-ms", delayed.to_string()));
        }
        if !self.endpoint.secrets.is_empty() {
            let signature = sign(&id, timestamp, &body, &self.endpoint.secrets);
            headers.push(("webhook-signature", signature));
        }
        headers.push(("webhook-id", id));
        Ok(Post { headers, body })
    }

    /// Says when a failed attempt is made again: when the endpoint asks for it, or by schedule.
    fn verdict(&self, outcome: &Outcome, now: Utc) -> Verdict {
        match outcome.clone() {
            Outcome::Delivered { status } => Verdict::Delivered { status },
            Outcome::Gone { status } => Verdict::Gone { status },
            Outcome::Parked { status, cause } => Verdict::Parked {
                status,
                error: cause,
            },
            Outcome::Retry {
                status,
                after,
                cause,
            } => {
                let by_schedule = || DELIVERY.delay(self.number(), self.random);
                Verdict::Retry {
                    due_at: now.after(after.unwrap_or_else(by_schedule)),
                    status,
                    error: cause,
                }
            }
        }
    }

    fn tell(&self, outcome: &Outcome) {
        let endpoint = self.endpoint.name.as_str();
        let alert = &self.delivery.alert;
        let (alert, track, attempt) = (&alert.id.to_string(), alert.subject(), self.number());
        match outcome {
            Outcome::Delivered { status } => {
                debug!(endpoint, alert, track, attempt, status, "delivered");
            }
            Outcome::Retry { status, cause, .. } => {
                debug!(
                    endpoint,
                    alert,
                    track,
                    attempt,
                    status,
                    error = cause,
                    "will try again"
                );
            }
            Outcome::Gone { status } => {
                info!(
                    endpoint,
                    alert, track, attempt, status, "endpoint wants no more of alert"
                );
            }
            Outcome::Parked { status, cause } => {
                warn!(
                    endpoint,
                    alert,
                    track,
                    attempt,
                    status,
                    error = cause,
                    "alert parked"
                );
            }
        }
    }

    fn count(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Delivered { .. } => &self.metrics.deliveries,
            Outcome::Retry { .. } => &self.metrics.delivery_retries,
            Outcome::Gone { .. } | Outcome::Parked { .. } => &self.metrics.deliveries_refused,
        };
        counter.add(1);
    }

    /// Counts this attempt from 1.
    fn number(&self) -> u32 {
        self.delivery.attempts.saturating_add(1)
    }
}
