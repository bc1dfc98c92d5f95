//! Progress on stderr, when it is a terminal, and Ctrl-C.

use crate::cli::failure::INTERRUPTED;
use crate::io::output;
use crate::tile::watch::{Interrupted, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// How long the work may take to end itself.
const GRACE: Duration = Duration::from_millis(700);

/// Asks the work to end. Whatever holds it up — a reader that does not read, a driver that hangs — it has [`GRACE`]; and who asks
/// twice does not wait.
fn stop() {
    if STOPPED.swap(true, Ordering::Relaxed) {
        leave();
    }
    thread::spawn(|| {
        thread::sleep(GRACE);
        leave();
    });
}

/// Ends the process, with no file left that is not whole.
fn leave() {
    output::abandon();
    eprintln!("error: {Interrupted}");
    process::exit(INTERRUPTED.into());
}

/// A progress bar that ends the work when the user asks for it.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts to listen for Ctrl-C; the bar appears once work takes longer than a moment.
    pub(crate) fn new(quiet: bool) -> Self {
        Self::counting(quiet, "cells")
    }

    /// The same for work that is counted in something other than cells.
    pub(crate) fn counting(quiet: bool, unit: &str) -> Self {
        // A second handler cannot be set; the first one does the same.
        let _ = ctrlc::set_handler(stop);
        let target = if quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(10)
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let count = format!("{{human_pos}} of {{human_len}} {unit}");
        let template = format!("{{msg:18}} {{bar:32}} {{percent:>3}} %  {count}  {{per_sec}}  {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl Progress {
    /// A line on stderr that does not disturb the bar.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Watch for Progress {
    fn begin(&mut self, pass: &str, cells: usize) {
        self.bar.reset();
        self.bar.set_length(cells as u64);
        self.bar.set_message(pass.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn advance(&mut self, cells: usize) -> Result<(), Interrupted> {
        self.bar.inc(cells as u64);
        if STOPPED.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
