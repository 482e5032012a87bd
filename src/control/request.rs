//! What can be asked; one file each.

mod explain;
pub(super) mod held;
pub(super) mod reload;
pub(super) mod silence;
pub(super) mod status;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::desk::Desk;
use super::protocol::{Call, Refusal, RefusalKind};
use crate::monitor::Question;
use held::{HeldList, HeldRelease};
use reload::Reload;
use silence::{SilenceAdd, SilenceEnd, SilenceList};
use status::StatusRequest;

/// A request by its type: its name, its arguments, and what it is answered with.
pub trait Ask: Serialize + DeserializeOwned {
    /// The name on the line.
    const NAME: &'static str;
    /// What the daemon answers.
    type Answer: Serialize + DeserializeOwned;
}

/// Every request.
#[derive(Debug)]
pub enum Request {
    /// How things are.
    Status(StatusRequest),
    /// Something is not to be told for a while.
    SilenceAdd(SilenceAdd),
    /// It is to be told again.
    SilenceEnd(SilenceEnd),
    /// What is not told.
    SilenceList(SilenceList),
    /// What was held back.
    HeldList(HeldList),
    /// One of these is to be told after all.
    HeldRelease(HeldRelease),
    /// Why something was told, or was not.
    Explain(Question),
    /// The configuration is to be read again.
    Reload(Reload),
}

impl Request {
    /// The names of all requests.
    const NAMES: [&str; 8] = [
        StatusRequest::NAME,
        Question::NAME,
        SilenceAdd::NAME,
        SilenceEnd::NAME,
        SilenceList::NAME,
        HeldList::NAME,
        HeldRelease::NAME,
        Reload::NAME,
    ];

    /// Finds the request of a call, with sound arguments.
    pub(super) fn of(call: Call) -> Result<Self, Refusal> {
        let Call { name, arguments } = call;
        match name.as_str() {
            StatusRequest::NAME => arguments_of(&name, arguments).map(Self::Status),
            SilenceAdd::NAME => arguments_of(&name, arguments).map(Self::SilenceAdd),
            SilenceEnd::NAME => arguments_of(&name, arguments).map(Self::SilenceEnd),
            SilenceList::NAME => arguments_of(&name, arguments).map(Self::SilenceList),
            HeldList::NAME => arguments_of(&name, arguments).map(Self::HeldList),
            HeldRelease::NAME => arguments_of(&name, arguments).map(Self::HeldRelease),
            Question::NAME => arguments_of(&name, arguments).map(Self::Explain),
            Reload::NAME => arguments_of(&name, arguments).map(Self::Reload),
            _other => {
                let names = Self::NAMES.join(", ");
                let message = format!("there is no request `{name}`; there are {names}");
                Err(Refusal::new(RefusalKind::UnknownRequest, message))
            }
        }
    }
}

/// Answers a call.
pub(super) async fn answer(call: Call, desk: &Desk) -> Result<Value, Refusal> {
    match Request::of(call)? {
        Request::Status(request) => json(request.answer(desk).await?),
        Request::SilenceAdd(request) => json(request.answer(desk).await?),
        Request::SilenceEnd(request) => json(request.answer(desk).await?),
        Request::SilenceList(request) => json(request.answer(desk).await?),
        Request::HeldList(request) => json(request.answer(desk).await?),
        Request::HeldRelease(request) => json(request.answer(desk).await?),
        Request::Explain(question) => json(explain::answer(question, desk).await?),
        Request::Reload(request) => json(request.answer(desk).await?),
    }
}

fn arguments_of<A: Ask>(name: &str, arguments: Map<String, Value>) -> Result<A, Refusal> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        Refusal::new(
            RefusalKind::WrongArguments,
            format!("request `{name}`: {error}"),
        )
    })
}

/// Writes an answer; ours have texts for keys and no number that JSON lacks.
fn json(answer: impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| {
        Refusal::new(
            RefusalKind::Malformed,
            format!("the answer cannot be written: {error}"),
        )
    })
}
