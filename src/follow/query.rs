//! What others may ask of the monitor while it follows.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::corridor::CorridorSet;
use crate::monitor::storm::{CannotEnd, NotASilence, Silence, SilenceRequest};
use crate::monitor::{self, Census, Explanation, Question};

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
    /// Why something was told of a track and a corridor, or was not.
    Explain {
        /// The question.
        question: Box<Question>,
        /// Where the answer goes.
        answer: oneshot::Sender<Explanation>,
    },
    /// What is watched is to be replaced whole.
    Reload {
        /// What it is watched by.
        settings: Box<monitor::Settings>,
        /// The corridors.
        corridors: Arc<CorridorSet>,
        /// Says that it is done.
        answer: oneshot::Sender<()>,
    },
}
