//! Sharing a link with other programs: every frame that is heard goes to them, and theirs to the link.
//!
//! Invariants:
//!
//! 1. Frames pass unchanged, also those that nobody here understands; bytes that are no frame do not.
//! 2. A consumer that is slow loses its own frames, counted, and nobody else's: the link is not held up.
//! 3. What a consumer sends goes to the link alone, to no other consumer, and never back.
//! 4. A consumer that is not there costs nothing, and is found again.

mod consumer;
mod datagrams;
mod junction;
mod keep;
mod streams;

pub use consumer::{Consumer, NotAConsumer};
pub use junction::Junction;
pub use keep::Forwarder;
