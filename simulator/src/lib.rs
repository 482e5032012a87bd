//! Flies seeded vehicles over MAVLink and receives the alerts that they cause.

mod clock;
pub mod corridors;
pub mod flight;
pub mod fly;
pub mod frame;
pub mod geodesy;
mod noise;
pub mod plan;
pub mod play;
mod schedule;
pub mod tlog;
mod udp;
pub mod vehicle;
