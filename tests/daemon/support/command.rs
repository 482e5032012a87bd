//! The daemon's commands, run to their end.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, Stdio};

use super::daemon::{BINARY, OUTSIDE};
use super::wait_for;

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; absent if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to standard output.
    pub(crate) out: String,
    /// What it wrote to standard error.
    pub(crate) err: String,
}

/// Runs `corridord` with these arguments and variables until it ends; only warnings are logged.
pub(crate) fn corridord(args: &[&str], env: &[(&str, &str)]) -> Ended {
    let (out, err) = (file(), file());
    let mut command = Command::new(BINARY);
    for name in OUTSIDE {
        command.env_remove(name);
    }
    command
        .args(args)
        .env("CORRIDORD_LOG", "warn")
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .stdout(out.try_clone().expect("a second handle"))
        .stderr(err.try_clone().expect("a second handle"));
    let mut child = Killed(command.spawn().expect("the command starts"));
    let status = wait_for(&format!("the end of corridord {args:?}"), || {
        child.0.try_wait().expect("a child")
    });
    Ended {
        code: status.code(),
        out: text(out),
        err: text(err),
    }
}

/// A child that does not outlive the test, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It has ended already in every test that passes.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn file() -> File {
    tempfile::tempfile().expect("a file")
}

fn text(mut file: File) -> String {
    let mut text = String::new();
    file.rewind().expect("the file's start");
    file.read_to_string(&mut text).expect("UTF-8");
    text
}
