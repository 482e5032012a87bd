//! The commands; one file each.

mod check;
mod corridors;
#[cfg(feature = "demo")]
mod demo;
mod entry;
mod replay;
mod run;
mod signals;

pub use entry::main;
