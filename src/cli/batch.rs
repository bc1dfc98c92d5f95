//! `gradgrid batch`: one map per file, for thousands of files.
//!
//! ```text
//! readers ──▶ a compiled program per shape ──▶ writers ──▶ manifest
//! ```
//!
//! Reading, computing and writing go on at the same time, with a few files on their way between them, so memory does not grow with
//! their number. `--range shared` takes two passes: the extremes of all files, then the maps.
//!
//! A file is skipped if its output is there and the manifest says that it was made by the same request of the same file (size
//! and time of change). An output that is there but in no manifest is not ours, and is refused before any work.

mod manifest;
mod settings;
mod tasks;
mod work;

use crate::cli::args::{BatchArgs, FileFormat};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::io::output::Output;
use crate::io::provenance::Words;
use crate::tile::watch::{Interrupted, Watch};
use manifest::Manifest;
use settings::{Scaling, Settings, settings};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tasks::{Done, Found, Task, batch_done, batch_entry, inputs as files_of, request_text, tasks as tasks_of};

/// How often Ctrl-C is looked for while nothing is done.
const LOOK: Duration = Duration::from_millis(100);

/// Files that wait between two stages.
const WAITING: usize = 2;

pub(crate) fn run(args: &BatchArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let (settings, scaling) = settings(args)?;
    let (files, folder) = files_of(args)?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::input(format_args!("cannot make the folder '{}': {error}", folder.display())))?;
    let path = args.manifest.clone().unwrap_or_else(|| folder.join("manifest.jsonl"));
    let mut manifest = Manifest::open(&path)?;
    let tasks = tasks_of(files, &folder, args, &manifest)?;
    let request = request_text(args);
    let mut progress = Progress::counting(args.out.quiet, "files");
    let mut batch = Batch { settings: &settings, tasks: &tasks, quiet: args.out.quiet, notes: Vec::new() };
    let mut failed = vec![false; tasks.len()];
    let (shared, all): (Option<(f64, f64)>, Vec<usize>) = match scaling {
        Scaling::Shared => {
            let mut ends: Option<(f64, f64)> = None;
            let mut join = |values: Option<(f64, f64)>| {
                ends = match (ends, values) {
                    (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                    (a, b) => a.or(b),
                };
            };
            let unknown: Vec<usize> = (0..tasks.len())
                .filter(|&task| match batch_done(&manifest, &tasks[task], &request, None) {
                    Some(entry) => {
                        join(entry.values);
                        false
                    }
                    None => true,
                })
                .collect();
            batch.run("finding the range", &unknown, None, &mut progress, |task, done| {
                match &done.result {
                    Ok(found) => join(found.values),
                    Err(_) => failed[task] = true,
                }
                let entry = done.result.is_err().then(|| batch_entry(&tasks[task], &request, done));
                entry.map_or(Ok(()), |entry| manifest.add(&entry))
            })?;
            let range = ends.map(|ends| settings.centred(ends)).or(Some((0.0, 1.0)));
            let all = (0..tasks.len())
                .filter(|&task| !failed[task] && batch_done(&manifest, &tasks[task], &request, Some(range)).is_none());
            (range, all.collect())
        }
        _ => (
            None,
            (0..tasks.len()).filter(|&task| batch_done(&manifest, &tasks[task], &request, None).is_none()).collect(),
        ),
    };
    let skipped = tasks.len() - all.len() - failed.iter().filter(|failed| **failed).count();
    let write = match (scaling, shared) {
        (Scaling::Fixed(low, high), _) | (_, Some((low, high))) => Scaling::Fixed(low, high),
        (scaling, None) => scaling,
    };
    let mut written = 0;
    batch.run("computing", &all, Some(write), &mut progress, |task, done| {
        // The manifest comes first: an entry without its file is done again, a file without an entry would be a stranger's.
        manifest.add(&batch_entry(&tasks[task], &request, done))?;
        if let Some(Err(error)) = done.file.take().map(Output::commit) {
            done.result = Err(error.to_string());
            manifest.add(&batch_entry(&tasks[task], &request, done))?;
        }
        match &done.result {
            Ok(_) => written += 1,
            Err(_) => failed[task] = true,
        }
        Ok(())
    })?;
    drop(progress);
    let wrong = failed.iter().filter(|failed| **failed).count();
    let seconds = start.elapsed().as_secs_f64();
    if !args.out.quiet {
        let skipped = if skipped > 0 { format!(", {skipped} were done already") } else { String::new() };
        eprintln!("{}: {written} files written{skipped}, {wrong} failed, {seconds:.2} s", folder.display());
    }
    match wrong {
        0 => Ok(()),
        _ => Err(Failure::in_part(format_args!(
            "{wrong} of {} files could not be done; see above, or `error` in {}",
            tasks.len(),
            path.display()
        ))),
    }
}

/// The stages.
struct Batch<'a> {
    settings: &'a Settings<'a>,
    tasks: &'a [Task],
    quiet: bool,
    notes: Vec<String>,
}

impl Batch<'_> {
    /// Runs these tasks, and writes the results if told how they are scaled; `sink` hears of each as it is done.
    fn run(
        &mut self,
        pass: &str,
        tasks: &[usize],
        write: Option<Scaling>,
        progress: &mut Progress,
        mut sink: impl FnMut(usize, &mut Done) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        progress.begin(pass, tasks.len());
        let (settings, all) = (self.settings, self.tasks);
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let threads = rayon::current_num_threads().div_ceil(2).max(1);
        let (to_computer, loaded) = sync_channel(WAITING);
        let (to_writers, computed) = sync_channel(WAITING);
        let (to_end, ends) = sync_channel::<Done>(WAITING);
        let computed = Arc::new(Mutex::new(computed));
        let notes = Mutex::new(Vec::new());
        let result = std::thread::scope(|scope| {
            for _ in 0..threads {
                let (to_computer, next, stop) = (to_computer.clone(), &next, &stop);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed)
                        && let Some(&task) = tasks.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let start = Instant::now();
                        let result = work::load(&all[task].input, settings);
                        if to_computer.send((task, result, start.elapsed())).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(to_computer);
            let end = to_end.clone();
            let (stop, notes) = (&stop, &notes);
            scope.spawn(move || {
                let mut computer = work::Computer::default();
                for (task, result, took) in loaded {
                    let start = Instant::now();
                    let result = result.and_then(|loaded| computer.compute(loaded, settings));
                    if let Ok(mut notes) = notes.lock() {
                        notes.append(&mut computer.notes);
                    }
                    let took = took + start.elapsed();
                    let sent = match result {
                        Ok(result) => to_writers.send((task, result, took)).is_ok(),
                        Err(error) => end.send(failure(task, &error, took)).is_ok(),
                    };
                    if !sent || stop.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
            for _ in 0..threads {
                let (end, computed) = (to_end.clone(), Arc::clone(&computed));
                scope.spawn(move || {
                    loop {
                        // The lock is held while waiting, and no longer.
                        let taken = computed.lock().ok().and_then(|computed| computed.recv().ok());
                        let Some((task, result, took)) = taken else { break };
                        let start = Instant::now();
                        let done = finish(&all[task], task, result, write, settings, took, start);
                        if end.send(done).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(to_end);
            // Only the writers hold it, so that whoever sends to writers that are gone is told.
            drop(computed);
            let mut result = Ok(());
            loop {
                let step = match ends.recv_timeout(LOOK) {
                    Ok(mut done) => {
                        let recorded = sink(done.task, &mut done).map_err(Failure::from);
                        if let Err(error) = &done.result
                            && !self.quiet
                        {
                            progress.say(&format!("skipped: {error}"));
                        }
                        recorded.and_then(|()| Ok(progress.advance(1)?))
                    }
                    Err(RecvTimeoutError::Timeout) => progress.advance(0).map_err(|stop: Interrupted| stop.into()),
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                if step.is_err() {
                    result = step;
                    break;
                }
            }
            stop.store(true, Ordering::Relaxed);
            // Whoever waits to send gives up now.
            drop(ends);
            result
        });
        for note in notes.into_inner().unwrap_or_default() {
            // One of each kind will do.
            let kind =
                note.split_once(' ').map_or("", |(_, rest)| rest.rsplit(' ').next().unwrap_or_default()).to_owned();
            if !self.quiet && !self.notes.contains(&kind) {
                eprintln!("{note}");
                self.notes.push(kind);
            }
        }
        result
    }
}

fn failure(task: usize, error: &Failure, took: Duration) -> Done {
    Done { task, result: Err(error.message().to_owned()), file: None, seconds: took.as_secs_f64() }
}

/// Scales and writes a result.
fn finish(
    files: &Task,
    task: usize,
    computed: work::Computed,
    write: Option<Scaling>,
    settings: &Settings<'_>,
    took: Duration,
    start: Instant,
) -> Done {
    let (shape, values, masked) = (computed.grid.shape(), computed.values, computed.masked);
    let range = match write {
        None | Some(Scaling::None | Scaling::Shared) => None,
        // A file without values has no range of its own.
        Some(Scaling::Each) => values.map(|ends| settings.centred(ends)).or(Some((0.0, 1.0))),
        Some(Scaling::Fixed(low, high)) => Some((low, high)),
    };
    let words = work::words(&computed, &files.input, range, settings);
    let written = match write {
        None => Ok(None),
        Some(_) => work::write(computed, &files.output, files.overwrite, range, (settings, &words)).map(Some),
    };
    // Other formats have a place for them.
    let words = if settings.format == FileFormat::Npy { words } else { Words::new() };
    let took = took + start.elapsed();
    match written {
        Ok(file) => {
            Done { task, result: Ok(Found { shape, values, range, masked, words }), file, seconds: took.as_secs_f64() }
        }
        Err(error) => failure(task, &error, took),
    }
}
