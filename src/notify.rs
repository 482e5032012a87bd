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

/// Says that the configuration is being read again; [`reloaded`] says that this is over.
///
/// Source: `sd_notify(3)`, `RELOADING=1`: the message has to carry the monotonic time.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => send(&[NotifyState::Reloading, now]),
        Err(error) => debug!(%error, "the service manager is not told of the reload"),
    }
}

/// Says that the configuration was read again, whatever became of it.
pub fn reloaded() {
    send(&[NotifyState::Ready]);
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
