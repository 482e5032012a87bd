//! Peers that are not ours: Python scripts over other people's MAVLink and webhook libraries.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use corridor_sim::receive::Delivery;
use serde_json::{Value, json};

use super::endpoint::SecretFile;
use script::python;

#[path = "../../peers/script.rs"]
mod script;

pub(crate) use script::run;

/// A Python program that runs beside the daemon; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Peer {
    child: Child,
    /// Open for as long as the program shall run.
    stdin: ChildStdin,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Starts Python with these arguments.
    pub(crate) fn start(args: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(python(root))
            .current_dir(root.join("tests/peers"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let stdout = BufReader::new(child.stdout.take().expect("a piped stdout"));
        let written = Arc::clone(&lines);
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                written.lock().expect("the lines").push(line);
            }
        });
        Self {
            stdin: child.stdin.take().expect("a piped stdin"),
            child,
            lines,
        }
    }

    /// Writes a line to its standard input.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("it reads");
    }

    /// Returns what it has written so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("the lines").clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request as a line for the reference verifier.
pub(crate) fn request(secret: &SecretFile, delivery: &Delivery) -> Value {
    json!({
        "secret": secret.secret.expose(),
        "headers": delivery.headers,
        "body": delivery.body_text,
    })
}

/// Returns what the reference verifier of Standard Webhooks says to each request.
pub(crate) fn verify(requests: &[Value]) -> Vec<String> {
    let lines: Vec<String> = requests
        .iter()
        .map(|request| format!("{request}\n"))
        .collect();
    let answers = run("verify.py", lines.concat());
    assert_eq!(answers.len(), requests.len(), "an answer for each request");
    answers
}

/// Asserts that the reference verifier accepts every delivery, and that there is one.
pub(crate) fn assert_verified(secret: &SecretFile, deliveries: &[Delivery]) {
    assert!(!deliveries.is_empty(), "there is something to verify");
    let requests: Vec<Value> = deliveries
        .iter()
        .map(|delivery| request(secret, delivery))
        .collect();
    for (answer, delivery) in verify(&requests).iter().zip(deliveries) {
        assert_eq!(answer, "accepted", "{delivery:?}");
    }
}

/// Reads a stream of frames as pymavlink does: one JSON object a message.
pub(crate) fn heard(stream: &[u8]) -> Vec<Value> {
    let hex: Vec<String> = stream.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = run("heard.py", hex.concat());
    let messages = lines.iter().map(|line| serde_json::from_str(line));
    messages.map(|message| message.expect("JSON")).collect()
}
