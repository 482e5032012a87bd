//! Flies seeded vehicles over MAVLink and receives the alerts that they cause.
//!
//! Pure rooms decide, from a time and a seed, what is sent: [`geodesy`], [`flight`],
//! [`plan`], [`frame`], [`vehicle`], [`corridors`] and [`tlog`]. Shells do it:
//! [`fly`] and [`play`] send over UDP, [`receive`] answers webhooks over HTTP.

mod clock;
pub mod corridors;
pub mod flight;
pub mod fly;
pub mod frame;
pub mod geodesy;
mod noise;
pub mod plan;
pub mod play;
pub mod receive;
mod schedule;
pub mod secret;
pub mod tlog;
mod udp;
pub mod vehicle;
