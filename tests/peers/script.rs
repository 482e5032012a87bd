//! Runs the Python scripts beside this file over other people's libraries.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Runs `tests/peers/NAME` with `input` and returns the lines that it prints.
pub(crate) fn run(name: &str, input: String) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python(root))
        .arg(root.join("tests/peers").join(name))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python starts");
    let mut stdin = child.stdin.take().expect("a piped stdin");
    let write = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("python runs");
    assert!(output.status.success(), "{name}: {}", output.status);
    write
        .join()
        .expect("the writer ended")
        .expect("python reads");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// Finds the Python that has the libraries of `tests/requirements.txt`.
pub(crate) fn python(root: &Path) -> PathBuf {
    if let Some(python) = env::var_os("CORRIDORD_TEST_PYTHON") {
        return python.into();
    }
    let python = root.join("target/test-venv/bin/python");
    assert!(
        python.exists(),
        "this test needs Python with the libraries of tests/requirements.txt: run ./tests/run, \
         which makes {}, or set CORRIDORD_TEST_PYTHON",
        python.display()
    );
    python
}
