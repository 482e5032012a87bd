//! The commands; one file each.

mod ask;
mod check;
mod corridors;
#[cfg(feature = "demo")]
mod demo;
mod entry;
mod held;
mod kept;
mod replay;
mod run;
mod signals;
mod silence;
mod status;

pub use entry::main;
