//! The files of a batch: which there are, where their results go, and which of them are done already.

use super::manifest::{Entry, Manifest, Stamp};
use crate::cli::args::{BatchArgs, FileFormat};
use crate::cli::arrays::known_extension;
use crate::cli::failure::Failure;
use crate::io::output::Output;
use crate::io::provenance::Words;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// A file and where its result goes.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) input: PathBuf,
    pub(super) output: PathBuf,
    /// Whether an output that is there may be replaced.
    pub(super) overwrite: bool,
}

/// What a file came to.
pub(super) struct Done {
    pub(super) task: usize,
    /// Sizes and extremes, and whether it was written with a range.
    pub(super) result: Result<Found, String>,
    /// What was written, and has no name yet.
    pub(super) file: Option<Output>,
    pub(super) seconds: f64,
}

pub(super) struct Found {
    pub(super) shape: Vec<usize>,
    pub(super) values: Option<(f64, f64)>,
    pub(super) range: Option<(f64, f64)>,
    pub(super) masked: u64,
    /// What made it, for formats that have no place for that.
    pub(super) words: Words,
}

/// The files that are given, folders opened, and the folder for the results.
pub(super) fn inputs(args: &BatchArgs) -> Result<(Vec<PathBuf>, PathBuf), Failure> {
    let Some((folder, given)) = args.paths.split_last() else {
        return Err(Failure::input("name files, and at last the folder for the results"));
    };
    if folder.is_file() {
        return Err(Failure::input(format_args!(
            "'{}' is a file, and the last name is that of the folder for the results",
            folder.display()
        )));
    }
    let mut all = Vec::new();
    let trouble =
        |path: &Path, error: std::io::Error| Failure::input(format_args!("cannot read '{}': {error}", path.display()));
    for path in given {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let files = std::fs::read_dir(path).map_err(|error| trouble(path, error))?;
        let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        files.retain(|file| file.is_file() && known_extension(file));
        files.sort();
        all.extend(files);
    }
    if let Some(list) = &args.list {
        let lines: Vec<String> = if list.as_os_str() == "-" {
            std::io::stdin().lock().lines().collect::<Result<_, _>>().map_err(|error| trouble(list, error))?
        } else {
            let text = std::fs::read_to_string(list).map_err(|error| trouble(list, error))?;
            text.lines().map(str::to_owned).collect()
        };
        all.extend(
            lines.iter().map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty()).map(PathBuf::from),
        );
    }
    if all.is_empty() {
        return Err(Failure::input(
            "there are no input files; name files or folders, and at last the folder for the results",
        ));
    }
    Ok((all, folder.clone()))
}

/// The outputs: the input's name with the extension of the format. Two inputs for one output are refused, and so is an output that is
/// its own input or that nobody knows.
pub(super) fn tasks(
    inputs: Vec<PathBuf>,
    folder: &Path,
    args: &BatchArgs,
    manifest: &Manifest,
) -> Result<Vec<Task>, Failure> {
    let mut by_output: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut tasks = Vec::new();
    for input in inputs {
        let stem = input.file_stem().ok_or_else(|| Failure::input(format_args!("'{}' is no file", input.display())))?;
        let mut name = stem.to_owned();
        name.push(".");
        name.push(args.format.extension());
        let output = folder.join(name);
        match by_output.get(&output) {
            Some(other) if *other == input => continue,
            Some(other) => {
                return Err(Failure::input(format_args!(
                    "'{}' and '{}' would both become '{}'; give them other names or run them into two folders",
                    other.display(),
                    input.display(),
                    output.display()
                )));
            }
            None => {}
        }
        let exists = output.exists();
        let same = exists && std::fs::canonicalize(&output).ok() == std::fs::canonicalize(&input).ok();
        if same {
            return Err(Failure::input(format_args!(
                "'{}' would replace itself; choose another folder",
                input.display()
            )));
        }
        let ours = manifest.of(&output.display().to_string()).is_some();
        if exists && !ours && !args.out.overwrite {
            return Err(Failure::input(format_args!(
                "'{}' exists already and no entry of the manifest tells of it: choose another folder, or pass --overwrite",
                output.display()
            )));
        }
        by_output.insert(output.clone(), input.clone());
        tasks.push(Task { input, output, overwrite: exists });
    }
    Ok(tasks)
}

/// What the results depend on beside the file.
pub(super) fn request_text(args: &BatchArgs) -> String {
    let arrays = &args.arrays;
    let mut words = vec![format!("gradgrid {}", env!("CARGO_PKG_VERSION")), format!("quantity={}", args.quantity)];
    let mut add = |key: &str, value: Option<String>| words.extend(value.map(|value| format!("{key}={value}")));
    add("formula", args.formula.clone());
    let format = args.format;
    add("format", Some(format.extension().to_owned()));
    add("range", args.range.clone());
    add("colormap", (format == FileFormat::Png).then(|| args.colormap.clone()));
    add("engine", (args.engine != "auto").then(|| args.engine.clone()));
    for parameter in &args.parameters {
        add("param", Some(parameter.clone()));
    }
    for with in &arrays.with {
        add("with", Some(with.clone()));
    }
    add("channel", arrays.channel.clone());
    add("member", arrays.member.clone());
    add("page", arrays.page.map(|page| page.to_string()));
    add("raw", arrays.raw.clone());
    add("spacing", arrays.spacing.clone());
    add("nodata", arrays.nodata.clone());
    let scheme = &arrays.scheme;
    add("scheme", scheme.scheme.clone());
    add("edge-order", scheme.edge_order.map(|order| order.to_string()));
    add("border", scheme.border.clone());
    add("missing", (scheme.missing != "propagate").then(|| scheme.missing.clone()));
    add("z-factor", scheme.z_factor.clone());
    words.join(" ")
}

/// The entry of a task that needs no work: of this request, of the file as it is, and with this range if one is told.
pub(super) fn batch_done<'m>(
    manifest: &'m Manifest,
    task: &Task,
    request: &str,
    range: Option<Option<(f64, f64)>>,
) -> Option<&'m Entry> {
    let entry = manifest.of(&task.output.display().to_string())?;
    let right = entry.error.is_none() && entry.request == request && entry.file == task.input.display().to_string();
    let right = right && range.is_none_or(|range| entry.range == range) && task.output.is_file();
    (right && Stamp::of(&task.input).ok() == Some(entry.stamp)).then_some(entry)
}

pub(super) fn batch_entry(task: &Task, request: &str, done: &Done) -> Entry {
    let entry = Entry {
        file: task.input.display().to_string(),
        output: task.output.display().to_string(),
        seconds: done.seconds,
        request: request.to_owned(),
        stamp: Stamp::of(&task.input).unwrap_or_default(),
        ..Entry::default()
    };
    match &done.result {
        Ok(found) => Entry {
            shape: found.shape.clone(),
            values: found.values,
            range: found.range,
            masked: found.masked,
            words: found.words.clone(),
            ..entry
        },
        Err(error) => Entry { error: Some(error.clone()), ..entry },
    }
}
