//! Turns drone telemetry into corridor alerts.
//!
//! The rooms, in reading order; ARCHITECTURE.md has the arrows between them and
//! `tests/layering.rs` holds them.
//!
//! Data flows one way: `link` turns bytes into reports (by `wire`), `monitor` turns reports into
//! decisions (by `corridor`), `store` keeps them, `deliver` takes them to the endpoints. What goes
//! the other way, onto a link, is made by `station` and nowhere else.

pub mod cli;

pub mod app;
pub mod config;
pub mod control;
pub mod follow;
pub mod reload;
pub mod remember;
pub mod supervise;

pub mod deliver;
pub mod link;
pub mod store;

pub mod route;

pub mod corridor;
pub mod monitor;
pub mod station;
pub mod wire;

pub mod backoff;
pub mod clock;
pub mod log;
pub mod metrics;
pub mod notify;
pub mod track;
pub mod units;
