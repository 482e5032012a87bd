//! The `corridord` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    corridord::cli::main()
}
