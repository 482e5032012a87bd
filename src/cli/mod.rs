//! The commands; one file each.

mod ask;
mod check;
mod corridors;
#[cfg(feature = "demo")]
mod demo;
mod entry;
mod replay;
mod run;
mod signals;
mod status;

pub use entry::main;
