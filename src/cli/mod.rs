//! The commands; one file each.

mod ask;
mod check;
mod corridors;
#[cfg(feature = "demo")]
mod demo;
mod entry;
mod explain;
mod held;
mod kept;
mod reload;
mod replay;
mod run;
mod signals;
mod silence;
mod status;

pub use entry::main;
