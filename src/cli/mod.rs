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
mod verify;

use args::{Cli, Command};
use clap::{CommandFactory, FromArgMatches};
use failure::Failure;
use record::Record;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let command = match parse(std::env::args_os()) {
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

/// Reads the command line, program name first. Commands that write files remember how they were asked.
fn parse(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Command, clap::Error> {
    let cli = Cli::command();
    let matches = cli.clone().try_get_matches_from(words)?;
    let mut command = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut Cli::command()))?.command;
    let record = Record::of(&cli, &matches);
    match &mut command {
        Command::Plot(args) => args.provenance.record = record,
        Command::Eval(args) => args.provenance.record = record,
        Command::Contour(args) => args.provenance.record = record,
        Command::Streamlines(args) => args.provenance.record = record,
        _ => {}
    }
    Ok(command)
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
        Command::Verify(args) => verify::run(&args),
        Command::Help { topic } => help::run(topic.as_deref()),
    }
}
