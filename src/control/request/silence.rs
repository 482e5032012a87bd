//! Silences: begun, ended and listed.

use serde::{Deserialize, Serialize};

use super::Ask;
use crate::control::desk::Desk;
use crate::control::protocol::{Refusal, RefusalKind};
use crate::follow::Query;
use crate::monitor::storm::{Silence, SilenceRequest};

/// Begins a silence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SilenceAdd {
    /// What it is about, and until when.
    pub silence: SilenceRequest,
}

/// Ends a silence before its time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SilenceEnd {
    /// Its number.
    pub number: u32,
}

/// Lists silences.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SilenceList {}

impl Ask for SilenceAdd {
    const NAME: &'static str = "silence-add";
    type Answer = Silence;
}

impl Ask for SilenceEnd {
    const NAME: &'static str = "silence-end";
    type Answer = Silence;
}

impl Ask for SilenceList {
    const NAME: &'static str = "silence-list";
    type Answer = Vec<Silence>;
}

impl SilenceAdd {
    /// Answers once the silence is committed.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Silence, Refusal> {
        let begun = desk.ask(|answer| Query::Silence {
            request: self.silence,
            answer,
        });
        begun.await?.map_err(|error| refused(&error))
    }
}

impl SilenceEnd {
    /// Answers once the end is committed.
    pub(super) async fn answer(self, desk: &Desk) -> Result<Silence, Refusal> {
        let ended = desk.ask(|answer| Query::EndSilence {
            number: self.number,
            answer,
        });
        ended.await?.map_err(|error| refused(&error))
    }
}

impl SilenceList {
    pub(super) async fn answer(self, desk: &Desk) -> Result<Vec<Silence>, Refusal> {
        desk.ask(|answer| Query::Silences { answer }).await
    }
}

fn refused(error: &impl ToString) -> Refusal {
    Refusal::new(RefusalKind::WrongArguments, error.to_string())
}
