//! The `corridor-sim` command.

fn main() {}
