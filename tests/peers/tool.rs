//! Programs that are not ours, from Debian packages that `tests/run` installs.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// Returns what a program answers to each line.
pub(crate) fn answers(program: &str, args: &[&str], lines: &[String]) -> Vec<String> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}, which ./tests/run installs: {error}"));
    let mut stdin = child.stdin.take().expect("a piped stdin");
    let input = lines.join("\n");
    let write = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it runs");
    write.join().expect("the writer ended").expect("it reads");
    assert!(output.status.success(), "{program}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), lines.len(), "an answer for each line");
    answers
}
