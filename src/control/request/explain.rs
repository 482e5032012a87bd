//! `explain`: why something was told of a track and a corridor, or was not.

use super::super::desk::Desk;
use super::super::protocol::Refusal;
use super::Ask;
use crate::follow::Query;
use crate::monitor::{Explanation, Question};

impl Ask for Question {
    const NAME: &'static str = "explain";
    type Answer = Explanation;
}

/// Answers from what the monitor keeps.
pub(super) async fn answer(question: Question, desk: &Desk) -> Result<Explanation, Refusal> {
    desk.ask(|answer| Query::Explain {
        question: Box::new(question),
        answer,
    })
    .await
}
