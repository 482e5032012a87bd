//! What others may ask of the monitor while it follows.

use tokio::sync::oneshot;

use crate::monitor::Census;
use crate::monitor::storm::{CannotEnd, NotASilence, Silence, SilenceRequest};

/// Questions that may wait for the monitor.
pub const QUERIES_MAX: usize = 8;

/// A question to the monitor; whoever asked may be gone by the time of the answer.
#[derive(Debug)]
pub enum Query {
    /// How everything is.
    Census {
        /// Where the answer goes.
        answer: oneshot::Sender<Census>,
    },
    /// A silence is to begin; answered once it is committed.
    Silence {
        /// What it is about.
        request: SilenceRequest,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<Silence, NotASilence>>,
    },
    /// A silence is to end before its time; answered once that is committed.
    EndSilence {
        /// Its number.
        number: u32,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<Silence, CannotEnd>>,
    },
    /// Which silences there are.
    Silences {
        /// Where the answer goes.
        answer: oneshot::Sender<Vec<Silence>>,
    },
}
