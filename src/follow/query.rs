//! What others may ask of the monitor while it follows.

use tokio::sync::oneshot;

use crate::monitor::Census;

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
}
