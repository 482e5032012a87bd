//! Takes each stored alert to each endpoint until it is settled there.
//!
//! One worker per endpoint; none knows of another. The outbox row is the truth: a nudge only
//! wakes the worker, which then asks the table.
//!
//! Invariants:
//!
//! 1. An attempt starts only from a row that the store handed out, and its outcome is
//!    committed before the next row of that track starts.
//! 2. Every attempt on an alert sends the same id and the same body; what differs is in headers.
//! 3. An endpoint that fails delays no other endpoint, and a refused alert no other track.
//! 4. No secret and no URL of an endpoint is ever logged: either may open a door.

#[cfg(test)]
mod answers;
mod attempt;
#[cfg(test)]
mod authority;
mod disclosure;
mod endpoint;
mod expiry;
#[cfg(test)]
mod fixture;
mod format;
mod health;
mod hidden;
mod line;
mod outcome;
mod post;
mod reminder;
mod secret;
mod signature;
mod tls;
mod way;
mod worker;

pub use disclosure::{Disclosure, Field};
pub use endpoint::{Endpoint, Proxy, Settings};
pub use expiry::Expiry;
pub use format::{Format, Language, RenderError, Rendered, Telling, body};
pub use hidden::Hidden;
pub use line::interface_of;
pub use outcome::{Answer, Outcome, judge};
pub use post::ClientError;
pub use secret::{Secret, SecretError};
pub use signature::sign;
pub use tls::{Authorities, Identity, PemError};
pub use worker::{Ended, Worker};
