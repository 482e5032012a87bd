//! The `corridord` command.

fn main() {}
