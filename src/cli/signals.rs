//! SIGINT and SIGTERM: the first one asks for a clean stop, the second one leaves at once. SIGHUP asks for
//! the configuration to be read again.

use std::io;
use std::process;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// A clean stop.
    Stop,
    /// Reading the configuration again.
    Reload,
}

/// Listens for all of them.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// Starts listening: from here on no signal ends the process by itself.
    ///
    /// # Errors
    ///
    /// Fails if the system refuses a handler.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal of any kind; cancel safe.
    pub(super) async fn wish(&mut self) -> Wish {
        tokio::select! {
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.hangup.recv() => Wish::Reload,
        }
    }

    /// Waits for the next signal that ends the daemon and returns its exit code, 128 plus its number.
    pub(super) async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 128 + SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => 128 + SignalKind::terminate().as_raw_value(),
        }
    }

    /// Leaves at once with the next signal; what was accepted is safe in the store.
    pub(super) fn leave_at_the_next(mut self) {
        tokio::spawn(async move {
            let code = self.next().await;
            tracing::warn!("second signal: leaving at once");
            process::exit(code);
        });
    }
}
