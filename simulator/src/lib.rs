//! Flies seeded vehicles over MAVLink and receives the alerts that they cause.
//!
//! Pure rooms decide, from a time and a seed, what is sent: [`geodesy`], [`flight`],
//! [`plan`], [`frame`], [`vehicle`], [`fault`], [`signing`], [`corridors`] and [`tlog`] make a vehicle; [`link`],
//! [`channel`], [`scenario`] and [`sky`] let it be heard over links with faults, and [`recording`] writes down what is. Shells do it:
//! [`fly`] sends over what [`transport`] opens, [`play`] over UDP, [`receive`] answers webhooks over HTTP.

/// Sets seeds that come one after another apart.
const SEED_STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

mod answer;
pub mod channel;
mod clock;
pub mod corridors;
pub mod ear;
pub mod fault;
pub mod flight;
pub mod flood;
pub mod fly;
pub mod frame;
pub mod geodesy;
pub mod link;
mod noise;
mod packet;
pub mod plan;
pub mod play;
pub mod receive;
pub mod recording;
pub mod scenario;
mod schedule;
pub mod secret;
pub mod signing;
pub mod sky;
pub mod tlog;
pub mod transport;
mod udp;
pub mod vehicle;
pub mod window;
