//! Links: sockets that bring MAVLink bytes in and hand reports on.
//!
//! A link reads and never writes: no function of this room sends a byte.
//!
//! Invariants:
//!
//! 1. Every datagram is framed by itself: what one sender sends never hides another's frames.
//! 2. A link never waits for the monitor: the newest report of a track and kind wins, and what
//!    is dropped for it is counted.

mod address;
mod ear;
mod outlet;
mod udp;

pub use address::{Address, NotAnAddress};
pub use ear::Ear;
pub use outlet::{MonitorEnded, Outlet};
pub use udp::{BindError, Ended, UdpLink};

use crate::track::{LinkName, Namespace};

/// A link, as the configuration gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its name, unique.
    pub name: LinkName,
    /// The fleet that it hears.
    pub namespace: Namespace,
    /// Where it listens.
    pub address: Address,
}
