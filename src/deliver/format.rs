//! How an alert is written for those who read something else than our own body.
//!
//! Pure: a rendering follows from the alert, what is known of its episode, and the endpoint's
//! settings. Nothing of an attempt is in it, so that every attempt sends the same bytes.

mod alertmanager;
mod cap;
mod cloudevents;
mod cot;
mod phase;
mod place;
mod webhook;
mod words;
mod xml;

use std::io;

use thiserror::Error;

use crate::monitor::alert::Alert;
use crate::store::Story;

pub use webhook::body;
pub use words::Language;

/// What an endpoint reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our own body, as a webhook.
    Webhook,
    /// A `CloudEvent` whose attributes stand in the body.
    CloudEvents,
    /// A `CloudEvent` whose attributes stand in headers.
    CloudEventsBinary,
    /// What an Alertmanager sends to its webhooks.
    AlertmanagerWebhook,
    /// What an Alertmanager takes from a Prometheus.
    Alertmanager,
    /// The Common Alerting Protocol.
    Cap {
        /// One block of information each.
        languages: Vec<Language>,
    },
    /// Cursor on Target.
    Cot,
}

/// What is rendered.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The alert, without what is withheld.
    pub alert: &'a Alert,
    /// What is known of its episode.
    pub story: &'a Story,
    /// The endpoint's name.
    pub endpoint: &'a str,
}

/// A rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The type of the body.
    pub content_type: &'static str,
    /// Headers that belong to the format.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why an alert could not be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A part of it has no JSON form.
    #[error("the alert has no JSON form")]
    Json {
        /// What serde said.
        #[source]
        source: serde_json::Error,
    },
    /// It cannot be written as XML.
    #[error("the alert has no XML form")]
    Xml {
        /// What the writer said.
        #[source]
        source: io::Error,
    },
}

impl Format {
    /// Every format by its name in the configuration.
    pub const NAMES: [&'static str; 7] = [
        "webhook",
        "cloudevents",
        "cloudevents-binary",
        "alertmanager",
        "alertmanager-webhook",
        "cap",
        "cot",
    ];

    /// Finds a format by its name; `languages` are for those that are written in words.
    #[must_use]
    pub fn named(name: &str, languages: Vec<Language>) -> Option<Self> {
        Some(match name {
            "webhook" => Self::Webhook,
            "cloudevents" => Self::CloudEvents,
            "cloudevents-binary" => Self::CloudEventsBinary,
            "alertmanager" => Self::Alertmanager,
            "alertmanager-webhook" => Self::AlertmanagerWebhook,
            "cap" => Self::Cap { languages },
            "cot" => Self::Cot,
            _ => return None,
        })
    }

    /// Returns the name in the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::CloudEvents => "cloudevents",
            Self::CloudEventsBinary => "cloudevents-binary",
            Self::Alertmanager => "alertmanager",
            Self::AlertmanagerWebhook => "alertmanager-webhook",
            Self::Cap { .. } => "cap",
            Self::Cot => "cot",
        }
    }

    /// Renders an alert.
    ///
    /// # Errors
    ///
    /// Fails only if a part of the alert has no form in the format.
    pub fn render(&self, telling: Telling<'_>) -> Result<Rendered, RenderError> {
        match self {
            Self::Webhook => {
                let body = json(body(telling.alert))?;
                Ok(Rendered::of("application/json", body))
            }
            Self::CloudEvents => cloudevents::structured(telling.alert),
            Self::CloudEventsBinary => cloudevents::binary(telling.alert),
            Self::Alertmanager => alertmanager::posted(telling.alert),
            Self::AlertmanagerWebhook => alertmanager::webhook(telling.alert, telling.endpoint),
            Self::Cap { languages } => cap::render(telling.alert, telling.story, languages),
            Self::Cot => cot::render(telling.alert),
        }
    }
}

impl Rendered {
    fn of(content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            content_type,
            headers: Vec::new(),
            body,
        }
    }
}

fn json<T>(rendered: Result<T, serde_json::Error>) -> Result<T, RenderError> {
    rendered.map_err(|source| RenderError::Json { source })
}
