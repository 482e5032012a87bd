//! Links: sockets, devices and recordings that bring MAVLink bytes in and hand reports on.
//!
//! A link reads. What may leave on it, if anything, leaves by `egress`, which nobody but the settings
//! of `transmit` and `forward` opens: no other file of this room can send a byte on a link.
//!
//! Invariants:
//!
//! 1. Every datagram is framed by itself, and every stream has a framer of its own: what one
//!    sender sends never hides another's frames.
//! 2. A link never waits for the monitor: the newest report of a track and kind wins, and what
//!    is dropped for it is counted.
//! 3. A recording never holds a link up.
//! 4. A link with a key fails closed: what is not signed by it becomes no report, unless the
//!    configuration says so.
//! 5. What has failed is closed before it is opened again, and everything about it (its name,
//!    its device, its interface) is looked up anew.

mod address;
mod allow;
mod datagram;
mod ear;
mod egress;
mod forward;
mod health;
mod hearers;
mod inlet;
mod lanes;
mod open;
mod outlet;
mod overflow;
mod reception;
mod record;
mod recording;
mod refusals;
mod serial;
mod settings;
mod signatures;
mod source;
mod tally;
mod tcp;
mod udp;

pub use address::{Address, HostPort, NotAnAddress};
pub use allow::{Allow, NotANetwork, read_network};
pub use ear::{Arrival, Ear};
pub use forward::{Consumer, Forwarder, Junction, NotAConsumer};
pub use health::{Change, Health, Try};
pub use open::{InUse, Link};
pub use outlet::{MonitorEnded, Outlet};
pub use record::{RecordSettings, Recorder, Tape, can_name_files};
pub use refusals::{Burst, Refusal};
pub use settings::{Context, Settings};
pub use signatures::{Signatures, SigningSettings, Treatment};
pub use source::Ended;
pub use tally::{LinkPresence, Tally};

pub use crate::wire::{SigningKey, SigningKeyError};
