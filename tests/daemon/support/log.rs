//! What the daemon logs, read as it is written.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use super::wait_for;

/// The lines so far; grows while the process lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Reads `stream` to its end in a thread of its own.
    pub(crate) fn follow(stream: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let lines = Arc::clone(&log.0);
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                lines.lock().expect("the log").push(line);
            }
        });
        log
    }

    /// Returns every line so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("the log").clone()
    }

    /// Returns every event so far: lines that are JSON objects.
    pub(crate) fn events(&self) -> Vec<Value> {
        let lines = self.lines();
        lines
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits for an event that `wanted` accepts.
    pub(crate) fn wait_for_event(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for(
            &format!("the log event {what}; the log: {:#?}", self.lines()),
            || self.events().into_iter().find(&wanted),
        )
    }

    /// Waits for the event with this message.
    pub(crate) fn wait_for_message(&self, message: &str) -> Value {
        self.wait_for_event(message, |event| event["message"] == message)
    }

    /// Returns the warnings and errors, and lines that are no events at all (a panic, say).
    pub(crate) fn complaints(&self) -> Vec<String> {
        let is_calm = |line: &String| {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            matches!(event["level"].as_str(), Some("INFO" | "DEBUG" | "TRACE"))
        };
        self.lines()
            .into_iter()
            .filter(|line| !is_calm(line))
            .collect()
    }
}
