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
mod hold;
mod inputs;
mod place;
mod plot;
mod progress;
mod provenance;
mod record;
mod show;
mod stats;
mod streamlines;
mod subject;
mod summary;
mod surface;
mod timing;
mod values;
mod verify;

use args::Command;
use failure::Failure;
use std::process::ExitCode;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let command = match Command::read(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => {
            // Help and version are no errors; clap knows where each goes.
            let code = if error.use_stderr() { failure::BAD_INPUT } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match execute(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code: 0, .. }) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code)
        }
    }
}

fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Plot(args) => plot::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Contour(args) => contour::run(&args),
        Command::Streamlines(args) => streamlines::run(&args),
        Command::Surface(args) => surface::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::At(args) => at::run(&args),
        Command::Duel(args) => duel::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Accuracy(args) => accuracy::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Verify(args) => verify::run(&args, &execute),
        Command::Help { topic } => help::run(topic.as_deref()),
    }
}
