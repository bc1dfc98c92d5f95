//! The command-line tool: arguments in, exit code out. Data goes to stdout, everything else to stderr.

mod accuracy;
mod args;
mod arrays;
mod at;
mod batch;
mod bench;
mod contour;
mod devices;
mod duel;
mod eval;
mod failure;
mod help;
mod inputs;
mod place;
mod plot;
mod progress;
mod show;
mod stats;
mod subject;
mod summary;
mod timing;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes.
            let code = if error.use_stderr() { failure::BAD_INPUT } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match cli.command {
        Command::Plot(args) => plot::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Contour(args) => contour::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::At(args) => at::run(&args),
        Command::Duel(args) => duel::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Accuracy(args) => accuracy::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Help { topic } => help::run(topic.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code: 0, .. }) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code)
        }
    }
}
