//! One attempt from the row to the row: render, sign, post, judge, write down.

use std::error::Error as _;
use std::sync::Arc;

use tracing::{debug, info, warn};

use crate::backoff::DELIVERY;
use crate::clock::Clock;
use crate::deliver::health::Ending;
use crate::deliver::post::Post;
use crate::deliver::way::Way;
use crate::deliver::{Endpoint, Outcome, RenderError, Telling, judge, sign};
use crate::metrics::Metrics;
use crate::monitor::alert::ClockSource;
use crate::store::{Delivery, Lane, Store, StoreClosed, Verdict, age};
use crate::units::Utc;

/// All that an attempt needs.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) delivery: Delivery,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) way: Arc<Way>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) metrics: Arc<Metrics>,
    /// 0 to 1, for the jitter of the wait that may follow.
    pub(super) random: f64,
}

/// What the worker has to know of an attempt that is written down.
#[derive(Debug)]
pub(super) struct Attempted {
    /// The outbox row, whose track is free again.
    pub(super) seq: i64,
    /// What it says of the endpoint's health.
    pub(super) ending: Ending,
    /// Why the alert was not settled, if it was not.
    pub(super) failure: Option<String>,
}

/// Says of an alert that comes late that it does, and whether a later one of its episode is known:
/// then what it tells may be true no more.
fn lane_headers(delivery: &Delivery) -> Vec<(&'static str, String)> {
    match delivery.lane {
        Lane::Live => Vec::new(),
        Lane::Late => {
            let mut headers = vec![("corridord-late", "yes".to_owned())];
            if let Some(has_later) = delivery.story.has_later {
                let still_true = if has_later { "no" } else { "yes" };
                headers.push(("corridord-still-true", still_true.to_owned()));
            }
            headers
        }
    }
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
        let (ending, failure) = match outcome {
            Outcome::Delivered { .. }
            | Outcome::Sent
            | Outcome::Gone { .. }
            | Outcome::Parked { .. } => (Ending::Settled, None),
            Outcome::Retry {
                status: None,
                cause,
                ..
            } => (Ending::NoAnswer, Some(cause)),
            Outcome::Retry {
                status: Some(_),
                after,
                cause,
            } => (Ending::PutOff { asked: after }, Some(cause)),
        };
        Ok(Attempted {
            seq: self.delivery.seq,
            ending,
            failure,
        })
    }

    async fn outcome(&self) -> Outcome {
        match self.post() {
            Ok(post) => judge(self.way.send(post).await, self.clock.now().utc),
            Err(error) => Outcome::Parked {
                status: None,
                cause: match error.source() {
                    Some(source) => format!("{error}: {source}"),
                    None => error.to_string(),
                },
            },
        }
    }

    /// Renders and signs; what belongs to the attempt goes into headers.
    fn post(&self) -> Result<Post, RenderError> {
        let alert = &self.delivery.alert;
        let rendered = self.endpoint.format.render(Telling {
            alert: &self.endpoint.disclosure.of(alert),
            story: &self.delivery.story,
            endpoint: &self.endpoint.name,
        })?;
        let now = self.clock.now().utc;
        let (id, timestamp) = (alert.id.to_string(), now.as_seconds());
        let mut headers = rendered.headers;
        headers.push(("webhook-timestamp", timestamp.to_string()));
        headers.push(("corridord-attempt", self.number().to_string()));
        // The host's clock is known to be wrong then: what it measures is no delay.
        if alert.clock.source != ClockSource::Gnss {
            let delayed = now.since(alert.occurred_at).as_millis();
            headers.push(("corridord-delayed-ms", delayed.to_string()));
        }
        headers.extend(lane_headers(&self.delivery));
        if !self.endpoint.secrets.is_empty() {
            let signature = sign(&id, timestamp, &rendered.body, &self.endpoint.secrets);
            headers.push(("webhook-signature", signature));
        }
        headers.push(("webhook-id", id));
        Ok(Post {
            content_type: rendered.content_type,
            headers,
            body: rendered.body,
        })
    }

    /// Says when a failed attempt is made again: when the endpoint asks for it, or by schedule.
    fn verdict(&self, outcome: &Outcome, now: Utc) -> Verdict {
        match outcome.clone() {
            Outcome::Delivered { status } => Verdict::Delivered { status },
            Outcome::Sent => Verdict::Sent,
            Outcome::Gone { status } => Verdict::Gone { status },
            Outcome::Parked { status, cause } => Verdict::Parked {
                status,
                error: cause,
            },
            Outcome::Retry { status, cause, .. }
                if self.endpoint.patience <= age(self.delivery.stored_at, now) =>
            {
                Verdict::Expired {
                    status,
                    error: cause,
                }
            }
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
            Outcome::Sent => debug!(endpoint, alert, track, attempt, "sent"),
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
            Outcome::Sent => &self.metrics.deliveries_sent,
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
