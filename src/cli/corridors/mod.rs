//! `corridord corridors`: what can be done with corridors without a daemon; one file a command.

mod beside;
mod check;
mod command;
mod described;
mod import;
mod kmz;
mod list;
mod near;
mod position;
mod show;
mod source;
mod style;
mod words;

pub(super) use command::{Args, run};
