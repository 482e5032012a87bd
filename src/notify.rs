//! Tells the service manager how things are: READY, STATUS, STOPPING and the watchdog.
//!
//! Without a service manager that listens (`NOTIFY_SOCKET` unset) nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::debug;

/// Says that every link listens and every endpoint has its worker.
pub fn ready(status: &str) {
    send(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Shows one line in `systemctl status`.
pub fn status(status: &str) {
    send(&[NotifyState::Status(status)]);
}

/// Says that the daemon is on its way out.
pub fn stopping() {
    send(&[NotifyState::Stopping, NotifyState::Status("stopping")]);
}

/// Says that the daemon is alive.
pub fn alive() {
    send(&[NotifyState::Watchdog]);
}

/// Returns how often [`alive`] is to be called, if anybody waits for it: twice as often as asked.
/// Never zero.
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    let interval = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    interval.filter(|interval| !interval.is_zero())
}

fn send(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "the service manager does not listen");
    }
}
