//! How an endpoint answers: a cycle of statuses, stalls and hang-ups.

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;
use thiserror::Error;

/// The longest cycle of answers.
const ANSWERS_MAX: usize = 10_000;
/// The longest stall.
const STALL_MAX: Duration = Duration::from_secs(86_400);

/// One answer to one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How long the answer is held.
    pub stall: Duration,
    /// What then follows.
    pub reply: Reply,
}

/// What follows a stall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A response without a body.
    Status {
        /// Its status.
        status: StatusCode,
        /// Its headers.
        headers: HeaderMap,
    },
    /// The connection is closed without a response.
    Reset,
}

impl Answer {
    /// Answers a status at once.
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self {
            stall: Duration::ZERO,
            reply: Reply::Status {
                status,
                headers: HeaderMap::new(),
            },
        }
    }

    /// Closes the connection at once.
    #[must_use]
    pub fn reset() -> Self {
        Self {
            stall: Duration::ZERO,
            reply: Reply::Reset,
        }
    }

    /// Holds the answer for `stall`.
    #[must_use]
    pub fn stalled(mut self, stall: Duration) -> Self {
        self.stall = stall;
        self
    }

    /// Adds a header; a hang-up has none.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        match &mut self.reply {
            Reply::Status { headers, .. } => {
                headers.append(name, value);
            }
            Reply::Reset => {}
        }
        self
    }
}

/// A cycle of answers, at least one.
///
/// As text: `ok*5,503*3,stall:2s,reset`. `ok` is 200; a number is that status; `stall`
/// holds a 200; `*5` repeats.
///
/// As JSON for `PUT /control/answer`: `{"status": 503, "retry_after": "2"}`,
/// `{"stall_ms": 2000}`, `{"reset": true}`, or `{"script": "ok,503"}`; the first three
/// combine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    answers: Vec<Answer>,
    next: usize,
}

/// Why a text or JSON is no script.
#[derive(Debug, Error)]
pub enum NotAScript {
    /// It has no answer, or more than 10,000.
    #[error("a script has 1 to 10000 answers")]
    Length,
    /// An item is none.
    #[error(
        "`{0}` is no answer: it must be `ok`, a status, `stall:DURATION` or `reset`, with `*TIMES` or without"
    )]
    Item(String),
    /// The JSON is none, or says something else.
    #[error("the order is no JSON of an answer")]
    Json(#[source] serde_json::Error),
    /// A status outside 100 to 999.
    #[error("{0} is no status")]
    Status(u16),
    /// A `retry_after` that no header can hold.
    #[error("`{0}` is no value of a header")]
    RetryAfter(String),
    /// A stall of more than a day.
    #[error("a stall lasts a day at most")]
    Stall,
    /// A script goes with nothing else.
    #[error("`script` goes with no other key")]
    ScriptAndMore,
}

impl Default for Script {
    /// Answers 200 for ever.
    fn default() -> Self {
        Self::constant(Answer::status(StatusCode::OK))
    }
}

impl Script {
    /// Gives the same answer for ever.
    #[must_use]
    pub fn constant(answer: Answer) -> Self {
        Self {
            answers: vec![answer],
            next: 0,
        }
    }

    /// Gives `answers` in turn, again and again.
    ///
    /// # Errors
    ///
    /// Refuses none, and more than 10,000.
    pub fn cycle(answers: Vec<Answer>) -> Result<Self, NotAScript> {
        if (1..=ANSWERS_MAX).contains(&answers.len()) {
            Ok(Self { answers, next: 0 })
        } else {
            Err(NotAScript::Length)
        }
    }

    /// Reads the JSON of `PUT /control/answer`.
    ///
    /// # Errors
    ///
    /// Refuses unknown keys, and says which value is wrong.
    pub fn from_json(json: &[u8]) -> Result<Self, NotAScript> {
        let order: Order = serde_json::from_slice(json).map_err(NotAScript::Json)?;
        match order {
            Order {
                script: Some(script),
                status: None,
                retry_after: None,
                stall_ms: None,
                reset: false,
            } => script.parse(),
            Order {
                script: Some(_), ..
            } => Err(NotAScript::ScriptAndMore),
            Order { script: None, .. } => order.answer().map(Self::constant),
        }
    }

    /// Adds a header to every answer.
    #[must_use]
    pub fn with_header(self, name: &HeaderName, value: &HeaderValue) -> Self {
        let add = |answer: Answer| answer.with_header(name.clone(), value.clone());
        Self {
            answers: self.answers.into_iter().map(add).collect(),
            next: self.next,
        }
    }

    /// Returns the answer that is next, without taking it.
    pub(super) fn peek(&self) -> &Answer {
        &self.answers[self.next]
    }

    /// Goes on to the next answer.
    pub(super) fn advance(&mut self) {
        self.next = (self.next + 1) % self.answers.len();
    }
}

impl FromStr for Script {
    type Err = NotAScript;

    fn from_str(text: &str) -> Result<Self, NotAScript> {
        let mut answers = Vec::new();
        for item in text.split(',').map(str::trim) {
            let (answer, times) =
                item_and_times(item).ok_or_else(|| NotAScript::Item(item.to_owned()))?;
            if answers.len() + times > ANSWERS_MAX {
                return Err(NotAScript::Length);
            }
            answers.extend(std::iter::repeat_n(answer, times));
        }
        Self::cycle(answers)
    }
}

fn item_and_times(item: &str) -> Option<(Answer, usize)> {
    let (item, times) = match item.split_once('*') {
        Some((item, times)) => (item, times.parse().ok().filter(|&times| 0 < times)?),
        None => (item, 1),
    };
    let ok = Answer::status(StatusCode::OK);
    let answer = match item.split_once(':') {
        Some(("stall", stall)) => ok.stalled(duration(stall)?),
        Some(_) => return None,
        None if item == "ok" => ok,
        None if item == "reset" => Answer::reset(),
        None => Answer::status(final_status(item.parse().ok()?)?),
    };
    Some((answer, times))
}

fn duration(text: &str) -> Option<Duration> {
    let signed: SignedDuration = text.parse().ok()?;
    Duration::try_from(signed)
        .ok()
        .filter(|&stall| stall <= STALL_MAX)
}

/// Checks a status; the informational ones end no request.
fn final_status(status: u16) -> Option<StatusCode> {
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| !status.is_informational())
}

/// What `PUT /control/answer` may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    status: Option<u16>,
    retry_after: Option<String>,
    stall_ms: Option<u64>,
    #[serde(default)]
    reset: bool,
    script: Option<String>,
}

impl Order {
    fn answer(self) -> Result<Answer, NotAScript> {
        let status = self.status.unwrap_or(200);
        let status = final_status(status).ok_or(NotAScript::Status(status))?;
        let mut answer = if self.reset {
            Answer::reset()
        } else {
            Answer::status(status)
        };
        answer.stall = Duration::from_millis(self.stall_ms.unwrap_or(0));
        if answer.stall > STALL_MAX {
            return Err(NotAScript::Stall);
        }
        match self.retry_after {
            Some(text) => match HeaderValue::from_str(&text) {
                Ok(value) => Ok(answer.with_header(axum::http::header::RETRY_AFTER, value)),
                Err(_) => Err(NotAScript::RetryAfter(text)),
            },
            None => Ok(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_a_cycle() {
        check(
            "ok*2, 503,stall:250ms,reset",
            "200 200 503 200+250ms reset 200 200",
        );
        check("429", "429 429 429");
    }

    #[test]
    fn what_is_no_script_names_the_item() {
        for bad in [
            "",
            "ok,",
            "okay",
            "99",
            "101",
            "ok*0",
            "ok*-1",
            "stall:soon",
            "stop:2s",
        ] {
            assert!(
                matches!(bad.parse::<Script>(), Err(NotAScript::Item(_))),
                "`{bad}`"
            );
        }
        assert!(matches!(
            "ok*9999,503*2".parse::<Script>(),
            Err(NotAScript::Length)
        ));
    }

    #[test]
    fn an_order_is_one_answer_or_a_script() {
        check_order(
            r#"{"status": 503, "retry_after": "2"}"#,
            "503 retry-after=2",
        );
        check_order(r#"{"stall_ms": 2000}"#, "200+2000ms");
        check_order(r#"{"reset": true, "stall_ms": 5}"#, "reset+5ms");
        check_order(r#"{"script": "410,ok"}"#, "410");
    }

    #[test]
    fn an_order_with_nonsense_is_refused() {
        for bad in [
            "",
            "[]",
            r#"{"state": 503}"#,
            r#"{"status": 42}"#,
            r#"{"status": 503, "retry_after": "\n"}"#,
            r#"{"stall_ms": 86400001}"#,
            r#"{"script": "ok", "status": 200}"#,
        ] {
            assert!(Script::from_json(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut script: Script = text.parse().unwrap();
        let mut told = Vec::new();
        for _ in expected.split(' ') {
            told.push(tell(script.peek()));
            script.advance();
        }
        assert_eq!(told.join(" "), expected);
    }

    #[track_caller]
    fn check_order(json: &str, expected: &str) {
        let script = Script::from_json(json.as_bytes()).unwrap();
        assert_eq!(tell(script.peek()), expected);
    }

    fn tell(answer: &Answer) -> String {
        let stall = match answer.stall.as_millis() {
            0 => String::new(),
            stall_ms => format!("+{stall_ms}ms"),
        };
        match &answer.reply {
            Reply::Reset => format!("reset{stall}"),
            Reply::Status { status, headers } => {
                let retry_after = headers.get("retry-after").map_or("", |value| {
                    assert_eq!(value, "2");
                    " retry-after=2"
                });
                format!("{}{stall}{retry_after}", status.as_u16())
            }
        }
    }
}
