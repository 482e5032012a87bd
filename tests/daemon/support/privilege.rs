//! What only root may do, and what is said where a test would need it.

use std::process::{Command, Stdio};

/// Says whether this user may mount a disk in a namespace of its own.
pub(crate) fn may_mount() -> bool {
    succeeds(&["unshare", "--mount", "true"])
}

/// Says that a test ends early, and what it would have needed.
#[expect(
    clippy::print_stderr,
    reason = "a test that did not happen must not look like one that did"
)]
pub(crate) fn skip(what: &str) {
    eprintln!("skipped: {what} needs root and the tools for it");
}

fn succeeds(command: &[&str]) -> bool {
    let status = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
