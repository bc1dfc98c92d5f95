//! The `gradgrid` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    gradgrid::cli::run()
}
