//! What a person may ask of the running daemon: a socket in the file system, one JSON request and one JSON
//! answer a line.
//!
//! It can ask, silence what nobody wants to hear, let an alert go that was held back, and have the
//! configuration read again; nothing here can make, change or drop an alert, or say a word on a link.
//!
//! Invariants:
//!
//! 1. Only the daemon's own user, and root, can open the socket.
//! 2. Nobody inside waits for a client: an answer that nobody takes in time is dropped with its client.
//! 3. Every request, however wrong, gets one answer that says what is wrong with it; a line that is
//!    too long ends the connection after it.
//! 4. Clients, lines and waiting requests have a number.
//!
//! One file a request stands in `request/`: what it is asked with, what it answers, and how.

mod client;
mod desk;
mod protocol;
mod request;
mod server;
mod socket;

pub use client::{AskError, ask};
pub use desk::{Desk, LinkBoard, ReloadRequest};
pub use protocol::{ANSWER_LENGTH_MAX, REQUEST_LENGTH_MAX, Refusal, RefusalKind, VERSION};
pub use request::held::{HeldList, HeldRelease};
pub use request::reload::{Reload, Reloaded};
pub use request::silence::{SilenceAdd, SilenceEnd, SilenceList};
pub use request::status::{BacklogStatus, LinkStatus, Status, StatusRequest};
pub use request::{Ask, Request};
pub use server::{CLIENTS_MAX, serve};
pub use socket::{FILE_NAME, ListenError, Listener, Settings};
