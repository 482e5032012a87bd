//! Flies seeded vehicles over MAVLink and receives the alerts that they cause.

pub mod corridors;
pub mod flight;
pub mod frame;
pub mod geodesy;
mod noise;
pub mod plan;
mod schedule;
pub mod vehicle;
