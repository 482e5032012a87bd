//! The unit file starts the daemon in the way that it is built for.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Where packages put the daemon.
const BINARY: &str = "/usr/bin/corridord";

#[test]
fn the_daemon_tells_the_service_manager_that_it_is_ready_and_alive() {
    let unit = Unit::read();
    unit.check("Service", "Type", "notify");
    unit.check("Service", "ExecReload", "/bin/kill -HUP $MAINPID");
    unit.check("Service", "NotifyAccess", "main");
    unit.check("Service", "WatchdogSec", "30");
}

#[test]
fn the_configuration_and_the_state_have_their_folders() {
    let unit = Unit::read();
    let start = unit.only("Service", "ExecStart");
    assert_eq!(
        start,
        format!("{BINARY} run --config /etc/corridord/corridord.toml")
    );
    unit.check("Service", "ConfigurationDirectory", "corridord");
    unit.check("Service", "StateDirectory", "corridord");
    unit.check("Service", "StateDirectoryMode", "0700");
    unit.check("Service", "RuntimeDirectory", "corridord");
    unit.check("Service", "RuntimeDirectoryMode", "0700");
}

#[test]
fn the_daemon_takes_the_arguments_of_the_unit() {
    let unit = Unit::read();
    let mut words = unit.only("Service", "ExecStart").split_whitespace();
    assert_eq!(words.next(), Some(BINARY));
    // Arguments are checked in their order, so `--help` ends well only behind sound ones.
    let output = Command::new(env!("CARGO_BIN_EXE_corridord"))
        .args(words)
        .arg("--help")
        .output()
        .expect("the daemon starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn it_runs_without_a_network_and_as_nobody_else() {
    let unit = Unit::read();
    unit.check("Unit", "After", "network.target");
    let waits = unit
        .entries
        .iter()
        .find(|entry| entry.value.contains("network-online"));
    assert_eq!(waits, None, "a field unit without network has to start too");
    unit.check("Service", "DynamicUser", "yes");
    unit.check("Install", "WantedBy", "multi-user.target");
}

#[test]
fn it_is_started_again_unless_its_configuration_is_wrong() {
    let unit = Unit::read();
    unit.check("Unit", "StartLimitIntervalSec", "0");
    unit.check("Service", "Restart", "on-failure");
    unit.check("Service", "RestartSec", "2");
    unit.check("Service", "RestartPreventExitStatus", "78");
    unit.check("Service", "TimeoutStopSec", "15");
}

#[test]
fn no_secret_stands_in_it() {
    let unit = Unit::read();
    let open = unit.entries.iter().find(|entry| {
        ["Environment", "EnvironmentFile", "SetCredential"].contains(&entry.key.as_str())
    });
    assert_eq!(open, None, "secrets come by LoadCredential");
}

/// What the unit file sets, in its order.
struct Unit {
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq)]
struct Entry {
    section: String,
    key: String,
    value: String,
}

impl Unit {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/corridord.service");
        let text = fs::read_to_string(&file).expect("the unit file");
        let mut section = None;
        let mut entries = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                section = Some(name.to_owned());
                continue;
            }
            let section = section
                .clone()
                .unwrap_or_else(|| panic!("no section yet: {line}"));
            let (key, value) = line
                .split_once('=')
                .unwrap_or_else(|| panic!("no key: {line}"));
            entries.push(Entry {
                section,
                key: key.to_owned(),
                value: value.to_owned(),
            });
        }
        Self { entries }
    }

    /// Returns the value of a key that is set once.
    #[track_caller]
    fn only(&self, section: &str, key: &str) -> &str {
        let values: Vec<&str> = self
            .entries
            .iter()
            .filter(|entry| entry.section == section && entry.key == key)
            .map(|entry| entry.value.as_str())
            .collect();
        assert_eq!(values.len(), 1, "[{section}] {key}: {values:?}");
        values[0]
    }

    #[track_caller]
    fn check(&self, section: &str, key: &str, value: &str) {
        assert_eq!(self.only(section, key), value, "[{section}] {key}");
    }
}
