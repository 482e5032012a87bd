//! What must outlive the daemon: alerts, what is owed to each endpoint, standings, and what signatures
//! have come to.
//!
//! One `SQLite` database, one thread that owns it, one writer. Everybody else holds a
//! [`Store`], which hands commands to that thread.
//!
//! Invariants:
//!
//! 1. An alert, its outbox rows and the standing that it came from are committed together,
//!    with fsync, before anybody is told that they are accepted.
//! 2. An alert whose id is known changes nothing: a decision made again after a crash is the
//!    same alert.
//! 3. A pending row is never deleted. It ends delivered, sent, gone, parked or expired, with its
//!    evidence. What is parked or expired stays until a person decides.
//! 4. Of one track, endpoint and lane only the oldest pending row, the head, is ever handed out.
//! 5. A write that fails is tried again until it works: later commands wait behind it.
//! 6. A database that this program does not understand is left as it was found.

mod backlog;
mod command;
mod decisions;
mod delivery;
mod episode;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod handle;
mod heads;
mod held;
mod history;
mod inspect;
mod lanes;
mod limits;
mod lock;
mod memories;
mod open;
mod outbox;
mod prune;
mod schema;
mod signing;
mod standings;
mod withheld;
mod writer;

pub use backlog::Backlog;
pub use delivery::Delivery;
pub use episode::{Earlier, Story};
pub use error::OpenError;
pub use handle::{Store, StoreClosed};
pub use heads::{Busy, Due, Lane, Wish};
pub use history::{DeliveryState, Entry, State};
pub use lanes::FRESH;
pub use open::{FILE_NAME, Opened, Settings, open};
pub use outbox::{Verdict, WAIT_MAX, age};
pub use schema::VERSION;
pub use signing::SigningRecord;
pub use withheld::{LetGo, Withheld};
