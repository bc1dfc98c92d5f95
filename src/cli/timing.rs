//! `--timing`: where the time of a command went, on stderr.

use crate::request::Prepared;
use std::time::{Duration, Instant};

/// Prints the stages of a command that began at `start`; `written` is how long the system took to take the output's bytes.
///
/// Engine and sink of a pass work at the same time, so the pass takes about as long as the slower of them.
pub(crate) fn print(start: Instant, prepared: &Prepared, written: Option<Duration>) {
    let (opening, compiling) = prepared.preparation();
    eprintln!("timing: open {}, compile {}", shown(opening), shown(compiling));
    for pass in prepared.passes() {
        let spent = pass.spent;
        let kernels = pass.kernels.map_or(String::new(), |time| format!(", of it kernels {}", shown(time)));
        let sink = if spent.sink > Duration::from_micros(100) {
            format!("; encode and write {}", shown(spent.sink))
        } else {
            String::new()
        };
        eprintln!("timing: pass `{}` {}: engine {}{kernels}{sink}", pass.name, shown(spent.total), shown(spent.engine));
    }
    print_whole(start, written);
}

/// Prints one stage.
pub(crate) fn print_stage(name: &str, time: Duration) {
    eprintln!("timing: {name} {}", shown(time));
}

/// Prints the time of a command that began at `start`, and of it what the system took for the output's bytes.
pub(crate) fn print_whole(start: Instant, written: Option<Duration>) {
    let written = written.map_or(String::new(), |time| format!("write {}, ", shown(time)));
    eprintln!("timing: {written}all {}", shown(start.elapsed()));
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.3} s") }
}
