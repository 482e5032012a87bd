//! Turns drone telemetry into corridor alerts.
//!
//! The rooms, in reading order; ARCHITECTURE.md has the arrows between them and
//! `tests/layering.rs` holds them.

pub mod backoff;
pub mod clock;
pub mod corridor;
pub mod deliver;
pub mod link;
pub mod metrics;
pub mod monitor;
pub mod store;
pub mod track;
pub mod units;
pub mod wire;
