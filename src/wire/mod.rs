//! MAVLink bytes in, frames and messages out; signatures; records of tlog files.
//!
//! Pure: it is given bytes and hands values back; it allocates nothing per frame.
//! Invariants, each held by a test:
//!
//! 1. No input makes it panic, and every byte is accounted for: as part of an event or as garbage.
//! 2. What stands before an intact frame never hides it, unless it is itself a frame whose
//!    checksum is right.
//! 3. A byte stream gives the same events and the same counts wherever it is cut into chunks.
//! 4. A sentinel of the protocol becomes an absent value.

mod checksum;
mod decode;
mod frame;
mod framer;
mod sequence;
mod signing;
mod stream;
mod tlog;

#[cfg(test)]
mod samples;

pub use checksum::checksum;
pub use decode::{Decoded, RemoteIdPack, decode};
pub use frame::{Frame, Version};
pub use framer::{Event, FrameCounts, Framer};
pub use sequence::{SequenceCounts, Sequences};
pub use signing::{
    KeyId, SignatureCheck, SignatureVerdict, SignedStream, SigningKey, SigningKeyError,
    SigningMemory, SigningTime,
};
pub use stream::StreamFramer;
pub use tlog::{Record, TlogCounts, TlogReader};
