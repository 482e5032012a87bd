//! The lines that go over the socket.
//!
//! A request: `{"version":1,"request":"status"}`, with what the request takes beside. An answer:
//! `{"version":1,"answer":{..}}` or `{"version":1,"refusal":{"kind":"..","message":".."}}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// The version of the lines; another one is refused.
pub const VERSION: u64 = 1;
/// The longest request, with its line feed, bytes.
pub const REQUEST_LENGTH_MAX: usize = 64 * 1024;
/// The longest answer, with its line feed, bytes.
pub const ANSWER_LENGTH_MAX: usize = 16 * 1024 * 1024;

/// Why a request got no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of reason it is, for programs.
    pub kind: RefusalKind,
    /// The reason, for people.
    pub message: String,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The line is no JSON object, or has no request.
    Malformed,
    /// The line is too long.
    TooLong,
    /// It is meant for another version of the daemon.
    WrongVersion,
    /// No request has this name.
    UnknownRequest,
    /// The request takes other arguments.
    WrongArguments,
    /// Too many clients are served already.
    Busy,
    /// The daemon is stopping.
    Stopping,
}

impl Refusal {
    /// Refuses for a reason.
    #[must_use]
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(super) fn stopping() -> Self {
        Self::new(RefusalKind::Stopping, "the daemon is stopping")
    }
}

/// A request whose name and arguments are not looked at yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Map<String, Value>,
}

impl Call {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// Refuses what is no object of this version that names a request.
    pub(super) fn read(line: &[u8]) -> Result<Self, Refusal> {
        let malformed = |message: String| Refusal::new(RefusalKind::Malformed, message);
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| malformed(format!("the request is no JSON: {error}")))?;
        let Value::Object(mut arguments) = value else {
            return Err(malformed("the request is no JSON object".to_owned()));
        };
        match arguments.remove("version") {
            Some(Value::Number(version)) if version.as_u64() == Some(VERSION) => {}
            Some(other) => {
                let message = format!("version {other} is not spoken here, only {VERSION}");
                return Err(Refusal::new(RefusalKind::WrongVersion, message));
            }
            None => {
                return Err(malformed(format!(
                    "`version` is missing; it is {VERSION} here"
                )));
            }
        }
        match arguments.remove("request") {
            Some(Value::String(name)) => Ok(Self { name, arguments }),
            Some(_) | None => Err(malformed("`request` must be a text".to_owned())),
        }
    }

    /// Writes the line.
    pub(super) fn line(self) -> String {
        let mut object = self.arguments;
        object.insert("version".to_owned(), VERSION.into());
        object.insert("request".to_owned(), self.name.into());
        format!("{}\n", Value::Object(object))
    }
}

/// Writes the line of an answer.
///
/// One that would be too long is refused in its place.
pub(super) fn answer_line(answer: Result<Value, Refusal>) -> String {
    let line = line_of(answer);
    if line.len() <= ANSWER_LENGTH_MAX {
        return line;
    }
    let message = format!(
        "the answer has {} bytes, more than {ANSWER_LENGTH_MAX}",
        line.len()
    );
    line_of(Err(Refusal::new(RefusalKind::TooLong, message)))
}

fn line_of(answer: Result<Value, Refusal>) -> String {
    let mut object = Map::new();
    object.insert("version".to_owned(), VERSION.into());
    match answer {
        Ok(answer) => object.insert("answer".to_owned(), answer),
        Err(refusal) => object.insert(
            "refusal".to_owned(),
            serde_json::json!({ "kind": refusal.kind, "message": refusal.message }),
        ),
    };
    format!("{}\n", Value::Object(object))
}

/// What a client gets.
#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    pub(super) version: u64,
    pub(super) answer: Option<Value>,
    pub(super) refusal: Option<Refusal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let mut arguments = Map::new();
        arguments.insert("track".to_owned(), "default/1".into());
        let call = Call {
            name: "explain".to_owned(),
            arguments,
        };
        let line = call.clone().line();
        assert!(line.ends_with("}\n"), "{line}");
        assert_eq!(Call::read(line.as_bytes()), Ok(call));
    }

    #[test]
    fn what_is_no_request_is_refused_by_its_kind() {
        use RefusalKind::{Malformed, WrongVersion};
        check("", Malformed, "the request is no JSON");
        check("status", Malformed, "the request is no JSON");
        check("[1]", Malformed, "no JSON object");
        check(
            r#"{"request":"status"}"#,
            Malformed,
            "`version` is missing; it is 1",
        );
        check(
            r#"{"version":2,"request":"status"}"#,
            WrongVersion,
            "version 2 is not spoken here, only 1",
        );
        check(
            r#"{"version":"1","request":"status"}"#,
            WrongVersion,
            "version \"1\"",
        );
        check(r#"{"version":1}"#, Malformed, "`request` must be a text");
        check(
            r#"{"version":1,"request":7}"#,
            Malformed,
            "`request` must be a text",
        );
    }

    #[track_caller]
    fn check(line: &str, kind: RefusalKind, message: &str) {
        let refusal = Call::read(line.as_bytes()).unwrap_err();
        assert_eq!(refusal.kind, kind, "{line}");
        assert!(refusal.message.contains(message), "{refusal:?}");
    }

    #[test]
    fn an_answer_that_is_too_long_is_refused_in_its_place() {
        let long = Value::String("x".repeat(ANSWER_LENGTH_MAX));
        let line = answer_line(Ok(long));
        let answered: Answered = serde_json::from_str(&line).unwrap();
        assert_eq!(answered.answer, None);
        assert_eq!(answered.refusal.unwrap().kind, RefusalKind::TooLong);
        let line = answer_line(Ok(Value::from(7)));
        assert_eq!(line, "{\"answer\":7,\"version\":1}\n");
    }
}
