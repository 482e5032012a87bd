//! One received request, as it is stored, shown and handed on.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, Reply};

/// One request that came, and the answer that it was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// When it came, RFC 3339 UTC.
    pub received_at: jiff::Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The header `webhook-id`.
    pub webhook_id: Option<String>,
    /// The header `webhook-timestamp`, Unix seconds of the attempt.
    pub webhook_timestamp: Option<String>,
    /// Whether a known secret signed it.
    pub signature: Signature,
    /// All headers, by lower-case name; several of one name are joined by `, `.
    pub headers: BTreeMap<String, String>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// The body's exact text; bytes that are no UTF-8 are replaced.
    pub body_text: String,
    /// How often this `webhook-id` has come, this time included; 1 without an id.
    pub times: u32,
    /// Whether the body is byte for byte that of the first time; absent the first time.
    pub repeat_same_body: Option<bool>,
    /// How long the answer was to be held, milliseconds.
    pub stall_ms: u64,
    /// The status that it was given; absent if the connection was closed without one.
    pub status: Option<u16>,
}

/// What became of checking a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum Signature {
    /// A known secret signed it, at most five minutes from the host's time.
    Valid,
    /// No known secret signed it.
    Invalid {
        /// What the reference implementation said.
        reason: String,
    },
    /// There is no secret to check with.
    Unchecked,
}

impl Delivery {
    /// Notes the answer.
    pub(super) fn answered(mut self, answer: &Answer) -> Self {
        self.stall_ms = u64::try_from(answer.stall.as_millis()).unwrap_or(u64::MAX);
        self.status = match &answer.reply {
            Reply::Status { status, .. } => Some(status.as_u16()),
            Reply::Reset => None,
        };
        self
    }

    /// Returns a string from within the body, if it is there.
    fn said(&self, pointer: &str) -> Option<&str> {
        self.body.as_ref()?.pointer(pointer)?.as_str()
    }
}

impl fmt::Display for Delivery {
    /// Writes one readable line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} {} {}", self.received_at, self.method, self.path)?;
        if let Some(kind) = self.said("/type") {
            write!(f, " {}", Readable(kind))?;
        }
        if let Some(place) = self.said("/data/properties/place") {
            write!(f, " \"{}\"", Readable(place))?;
        }
        if let Some(id) = &self.webhook_id {
            write!(f, " id {}", Readable(id))?;
        }
        write!(f, ", signature {}", self.signature)?;
        match self.repeat_same_body {
            Some(true) => write!(f, ", time {} with the same body", self.times)?,
            Some(false) => write!(f, ", time {} with ANOTHER body", self.times)?,
            None => {}
        }
        match (self.stall_ms, self.status) {
            (0, Some(status)) => write!(f, ", answered {status}"),
            (0, None) => write!(f, ", hung up"),
            (stall_ms, Some(status)) => write!(f, ", answering {status} after {stall_ms} ms"),
            (stall_ms, None) => write!(f, ", hanging up after {stall_ms} ms"),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::Invalid { reason } => write!(f, "INVALID ({reason})"),
            Self::Unchecked => f.write_str("unchecked"),
        }
    }
}

/// A sender's text on a terminal: without control characters, and not for ever.
struct Readable<'a>(&'a str);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.chars().filter(|c| !c.is_control()).take(200);
        shown
            .into_iter()
            .try_for_each(|c| fmt::Write::write_char(f, c))
    }
}
