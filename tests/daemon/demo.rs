//! The demo as somebody meets it who has just built the program.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::support::daemon::BINARY;
use crate::support::log::Log;
use crate::support::{wait_for, wait_within};

/// How long the first alert may take once the demo has said its first line.
const FIRST_ALERT: Duration = Duration::from_secs(10);

#[test]
fn half_a_minute_shows_whole_visits_and_ends_with_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path(), &["--for", "30s"]);
    demo.wait_for_first_alert();
    let status = wait_within(Duration::from_secs(60), "the end of the demo", || {
        demo.child.try_wait().unwrap()
    });

    let lines = demo.finish(status);
    let signed = |event: &str| {
        let alerts = alerts(&lines).filter(|line| line.contains(event));
        alerts.count()
    };
    assert!(1 <= signed("  entered "), "{lines:#?}");
    assert!(1 <= signed("  exited "), "{lines:#?}");
    let place = alerts(&lines).all(|line| line.contains(" km "));
    assert!(place, "each alert has a place to drive to: {lines:#?}");
    assert_tidy(folder.path());
}

#[test]
fn ctrl_c_ends_the_demo_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path(), &["--seed", "5"]);
    demo.wait_for_first_alert();
    let pid = demo.child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(kill.success());
    let status = wait_for("the end of the demo", || demo.child.try_wait().unwrap());

    let lines = demo.finish(status);
    assert!(lines[0].contains("seed 5:"), "{}", lines[0]);
    assert!(1 <= alerts(&lines).count(), "{lines:#?}");
    assert_tidy(folder.path());
}

/// Returns the lines of alerts that arrived with a valid signature.
fn alerts(lines: &[String]) -> impl Iterator<Item = &String> {
    lines
        .iter()
        .filter(|line| line.ends_with("signature valid]"))
}

/// Asserts that the folder for temporary files is as empty as it was.
#[track_caller]
fn assert_tidy(folder: &Path) {
    let left: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "nothing is left");
}

/// A running demo; killed when it is dropped.
struct Demo {
    child: Child,
    out: Log,
    err: Log,
}

impl Demo {
    fn start(temporary: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .arg("demo")
            .args(args)
            .env("TMPDIR", temporary)
            .env_remove("CORRIDORD_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let out = Log::follow(child.stdout.take().expect("a piped stdout"));
        let err = Log::follow(child.stderr.take().expect("a piped stderr"));
        Self { child, out, err }
    }

    fn wait_for_first_alert(&self) {
        wait_for("the first line", || self.out.lines().first().cloned());
        wait_within(FIRST_ALERT, "the first alert", || {
            alerts(&self.out.lines()).next().cloned()
        });
    }

    /// Asserts that it ended well, with its summary, and returns its lines.
    #[track_caller]
    fn finish(self, status: ExitStatus) -> Vec<String> {
        let is_summary = |line: &String| line.starts_with("the endpoint: ");
        let summary = wait_for("the summary", || {
            self.out.lines().last().cloned().filter(is_summary)
        });
        assert!(
            summary.ends_with(", 0 without a valid signature"),
            "{summary}"
        );
        assert!(status.success(), "{status}");
        assert_eq!(
            self.err.lines(),
            Vec::<String>::new(),
            "nothing to complain"
        );
        let lines = self.out.lines();
        for line in &lines {
            assert!(!line.contains('\u{1b}'), "no escape codes: {line:?}");
        }
        let told = lines
            .iter()
            .filter(|line| line.starts_with("the simulator: "));
        assert_eq!(told.count(), 1, "{lines:#?}");
        lines
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already in every test that passes.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
