//! The daemon as a process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::log::Log;
use super::{DEADLINE, wait_within};

/// The daemon's binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_corridord");

/// The variables of the environment that change what the daemon does.
pub(crate) const OUTSIDE: [&str; 7] = [
    "CORRIDORD_LOG",
    "CREDENTIALS_DIRECTORY",
    "NOTIFY_SOCKET",
    "RUNTIME_DIRECTORY",
    "STATE_DIRECTORY",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// How the daemon is started.
#[derive(Clone, Debug)]
pub(crate) struct DaemonOptions {
    /// Arguments after `run`.
    pub(crate) args: Vec<String>,
    /// Environment variables.
    pub(crate) env: Vec<(String, String)>,
    /// A program with its arguments that becomes the daemon, such as `ip netns exec NAME`.
    pub(crate) before: Vec<String>,
}

/// A running daemon; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    /// What it logs.
    pub(crate) log: Log,
}

impl DaemonOptions {
    /// Starts with the arguments that every quick start has: one link on a free port, corridors,
    /// endpoints that share a secret, a state directory.
    pub(crate) fn quick_start(
        corridors: &Path,
        endpoints: &[String],
        secret: &Path,
        state: &Path,
    ) -> Self {
        let text = |path: &Path| path.to_str().expect("a UTF-8 path").to_owned();
        let mut args: Vec<String> = ["--link", "udpin:127.0.0.1:0", "--corridors"]
            .map(str::to_owned)
            .to_vec();
        args.push(text(corridors));
        for endpoint in endpoints {
            args.extend(["--endpoint".to_owned(), endpoint.clone()]);
        }
        args.extend(["--secret-file".to_owned(), text(secret)]);
        args.extend(["--state".to_owned(), text(state)]);
        Self {
            args,
            env: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Starts with a configuration file.
    pub(crate) fn with_config(config: &Path) -> Self {
        let config = config.to_str().expect("a UTF-8 path").to_owned();
        Self {
            args: vec!["--config".to_owned(), config],
            env: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Starts the process and does not wait for anything.
    pub(crate) fn spawn(&self) -> Daemon {
        let mut command = match self.before.split_first() {
            Some((program, args)) => {
                let mut command = Command::new(program);
                command.args(args).arg(BINARY);
                command
            }
            None => Command::new(BINARY),
        };
        for name in OUTSIDE {
            command.env_remove(name);
        }
        let mut child = command
            .args(["run", "--log-format", "json", "--seed", "1"])
            .args(&self.args)
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon starts");
        let log = Log::follow(child.stderr.take().expect("a piped stderr"));
        Daemon { child, log }
    }

    /// Starts the process and waits until it is ready.
    pub(crate) fn start(&self) -> Daemon {
        let daemon = self.spawn();
        daemon.log.wait_for_message("ready");
        daemon
    }
}

impl Daemon {
    /// Returns the address of the first link.
    pub(crate) fn address(&self) -> SocketAddr {
        self.link_address("link1")
    }

    /// Returns the address of a link by its name.
    pub(crate) fn link_address(&self, link: &str) -> SocketAddr {
        let event = self
            .log
            .wait_for_event(&format!("{link} listening"), |event| {
                event["message"] == "listening" && event["link"] == link
            });
        event["address"]
            .as_str()
            .expect("an address")
            .parse()
            .expect("a socket address")
    }

    /// Returns the process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name, `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.pid().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success(), "kill -{name} reached the daemon");
    }

    /// Kills it as a power cut would, `SIGKILL`, and reaps it.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the daemon is killed");
        self.child.wait().expect("the daemon is reaped");
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.wait_within(DEADLINE)
    }

    /// Waits until it has ended, and not for longer than that.
    pub(crate) fn wait_within(&mut self, deadline: Duration) -> ExitStatus {
        wait_within(deadline, "the end of the daemon", || {
            self.child.try_wait().expect("a child")
        })
    }

    /// Stops it with `SIGTERM`: it must end with 0 and must not have complained.
    pub(crate) fn stop_clean(self) {
        let complaints = self.stop();
        assert_eq!(complaints, Vec::<String>::new(), "the log is clean");
    }

    /// The same, if it had reason to complain about something that its complaints name.
    pub(crate) fn stop_clean_but_for(self, subject: &str) {
        let complaints = self.stop();
        let others: Vec<&String> = complaints
            .iter()
            .filter(|complaint| !complaint.contains(subject))
            .collect();
        assert_eq!(
            others,
            Vec::<&String>::new(),
            "the log is clean but for {subject}"
        );
    }

    /// Stops it with `SIGTERM`, asserts that it ended with 0 and returns its complaints.
    fn stop(mut self) -> Vec<String> {
        self.signal("TERM");
        let status = self.wait();
        assert!(
            status.success(),
            "{status}; the log: {:#?}",
            self.log.lines()
        );
        self.log.wait_for_message("stopped");
        self.log.complaints()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended already in every test that passes.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Writes `text` to `name` in `folder` and returns the path.
pub(crate) fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the file is written");
    path
}
