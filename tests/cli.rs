//! The command-line tool from outside: what it prints, what it writes, how it refuses, and how it ends.

#[path = "cli/arrays.rs"]
mod arrays;
#[path = "cli/batch.rs"]
mod batch;
#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/colours.rs"]
mod colours;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/contour.rs"]
mod contour;
#[path = "cli/documentation.rs"]
mod documentation;
#[path = "cli/drawn.rs"]
mod drawn;
#[path = "cli/endings.rs"]
mod endings;
#[path = "cli/extremes.rs"]
mod extremes;
#[path = "cli/flow.rs"]
mod flow;
#[path = "cli/pictures.rs"]
mod pictures;
#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/robust.rs"]
mod robust;
#[path = "cli/shapes.rs"]
mod shapes;
#[path = "cli/textures.rs"]
mod textures;
#[path = "cli/verify.rs"]
mod verify;
#[path = "cli/zoom.rs"]
mod zoom;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// How a command ended.
#[derive(Debug)]
struct Ending {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Ending {
    /// Its standard output as text.
    fn text(&self) -> String {
        String::from_utf8(self.out.clone()).expect("text")
    }
}

/// A command in the folder `folder`, with nothing on its standard input.
fn command(folder: &Path, args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradgrid"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command.env_remove("GRADGRID_ADAPTER").env_remove("NO_COLOR");
    command
}

fn ending(output: Output) -> Ending {
    let Output { status, stdout, stderr } = output;
    Ending { code: status.code(), out: stdout, err: String::from_utf8_lossy(&stderr).into_owned() }
}

/// Runs a command to its end.
fn run(folder: &Path, args: &[impl AsRef<OsStr>]) -> Ending {
    ending(command(folder, args).output().expect("it starts"))
}

/// Runs a command that must succeed.
fn good(folder: &Path, args: &[&str]) -> Ending {
    let ending = run(folder, args);
    assert_eq!(ending.code, Some(0), "{args:?}: {}", ending.err);
    ending
}

/// A folder that goes away with the test.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// The names of all files in a folder, hidden ones too.
fn files(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = files.map(|f| f.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
