//! `gradgrid verify`: computes a file again from what it says of itself, and compares.
//!
//! The words that travel with a file hold the command that made it (`record`). The same code runs again, into a folder of its own beside the
//! file, and the two files are compared: byte for byte first, and where they differ, value by value or pixel by pixel, so that the
//! answer is how much and where. No shell is involved, only commands that write one file are run, and where they write is ours to say. A file of a
//! batch is the result of a batch of one.
//!
//! The engine is the CPU of the arithmetic that the file tells, whose bytes every bit-exact engine has, unless another is asked for.
//!
//! Same bytes are the same file. A PNG file that another program has packed anew, with the same pixels and the same words, is the same too, and so is one
//! that differs in nothing but the version or the device that made it. Everything else is a difference: also a word that says something else than what is so.

mod compare;
mod difference;
mod grids;
mod layout;
mod pixels;
mod records;
mod text;
mod tiles;

use crate::cli::args::{Command, VerifyArgs};
use crate::cli::failure::Failure;
use crate::cli::record::Record;
use crate::engine::Agreement;
use crate::io::provenance::{self, COMMAND, Container, ProvenanceError, get};
use compare::compare;
use difference::Difference;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempDir};

/// Commands that may be run again: each writes one file, to the name that it is given, or one of a batch.
const KNOWN: [&str; 6] = ["plot", "eval", "contour", "streamlines", "surface", "batch"];

/// Checks a file; `execute` runs the command that made it again.
pub(crate) fn run(args: &VerifyArgs, execute: &dyn Fn(Command) -> Result<(), Failure>) -> Result<(), Failure> {
    let name = args.file.display().to_string();
    let file = std::path::absolute(&args.file).map_err(|error| Failure::input(format_args!("'{name}': {error}")))?;
    let found = provenance::read(&file)?;
    let stored = found.words;
    let record = get(&stored, COMMAND).and_then(Record::parse).filter(|record| KNOWN.contains(&record.command()));
    let record = record.ok_or_else(|| {
        Failure::input(format_args!(
            "'{name}' does not tell the command that made it; files of `gradgrid plot`, `eval`, `contour`, `streamlines`, `surface` and `batch` do, unless --no-provenance left it out"
        ))
    })?;
    if let Some(folder) = &args.from {
        std::env::set_current_dir(folder)
            .map_err(|error| Failure::input(format_args!("--from {}: {error}", folder.display())))?;
    }
    let folder = scratch(&file)?;
    let target = folder.path().join("again");
    // A batch writes into a folder, all else a file.
    let batch = record.command() == "batch";
    let target = if batch { target } else { target.with_extension(extension(&file, found.container, &stored)) };
    let engine = engine(args, &record, &stored);
    let more: Vec<String> =
        engine.iter().map(|engine| format!("--engine={engine}")).chain(["--quiet".to_owned()]).collect();
    let words = [OsStr::new("gradgrid")].into_iter().chain(record.again(&more, target.as_os_str()));
    let mut command = Command::read(words.collect::<Vec<_>>()).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Failure::input(format_args!("'{name}' was made by a command that this version does not take: {first}"))
    })?;
    // Whatever the file says, nothing is written but there.
    let there = match &mut command {
        Command::Batch(args) => {
            let [_, folder] = args.paths.as_slice() else { return Err(not_again(&name)) };
            *folder == target && args.list.is_none() && args.manifest.is_none()
        }
        other => other.file().is_some_and(|(output, _)| output == target),
    };
    if !there {
        return Err(not_again(&name));
    }
    let done = execute(command).map_err(|failure| if batch { reason(&target).unwrap_or(failure) } else { failure });
    done.map_err(|failure| failure.within(&format!("'{name}' cannot be computed again: ")))?;
    let again = if batch { only(&target, found.container).ok_or_else(|| not_again(&name))? } else { target };
    let new = provenance::read(&again)?.words;
    sources(&name, &stored, &new)?;
    let words = other_words(&stored, &new);
    let difference = compare(
        found.container,
        &file,
        &again,
        get(&new, "Arithmetic").unwrap_or("f32"),
        words.is_empty() && stored != new,
    )?;
    report(args, &name, &words, &difference, engine.as_deref().unwrap_or("as told"), &stored)
}

fn not_again(name: &str) -> Failure {
    Failure::input(format_args!("'{name}' was made by a command that is not run again"))
}

/// Why the only file of a batch failed, by its manifest.
fn reason(folder: &Path) -> Option<Failure> {
    let text = fs::read_to_string(folder.join("manifest.jsonl")).ok()?;
    let line: Value = serde_json::from_str(text.lines().last()?).ok()?;
    line["error"].as_str().map(Failure::input)
}

/// The only file of a batch.
fn only(folder: &Path, container: Container) -> Option<PathBuf> {
    let mut files = fs::read_dir(folder).ok()?.filter_map(|file| Some(file.ok()?.path()));
    files.find(|file| file.extension() == Some(OsStr::new(container.extension())))
}

/// A folder beside the file, or where the system keeps such if nothing may be written there.
fn scratch(file: &Path) -> Result<TempDir, Failure> {
    let mut builder = Builder::new();
    builder.prefix(".gradgrid-verify-");
    let beside = file.parent().and_then(|folder| builder.tempdir_in(folder).ok());
    beside.map_or_else(|| builder.tempdir(), Ok).map_err(|error| {
        Failure::input(format_args!("there is no place to compute the file again: {error}; set TMPDIR to a folder"))
    })
}

/// The extension by which the command makes a file of the same kind.
fn extension<'a>(file: &'a Path, container: Container, words: &'a [(String, String)]) -> &'a str {
    let own = file.extension().and_then(OsStr::to_str);
    match (container, own) {
        // Of these the name says the arithmetic, which the command checks.
        (Container::Raw, Some("f32" | "f64")) => get(words, "Arithmetic").unwrap_or("raw"),
        _ => container.extension(),
    }
}

/// The engine to ask for; none where the command says it.
fn engine(args: &VerifyArgs, record: &Record, words: &[(String, String)]) -> Option<String> {
    match (&args.engine, get(words, "Arithmetic")) {
        (Some(engine), _) => Some(engine.clone()),
        (None, _) if record.has("engine") => None,
        (None, Some("f64")) => Some("f64".to_owned()),
        (None, _) => Some("cpu".to_owned()),
    }
}

/// Files that have changed since are no fault of the result.
fn sources(name: &str, stored: &[(String, String)], new: &[(String, String)]) -> Result<(), Failure> {
    let of = |words: &[(String, String)]| -> Vec<String> {
        words.iter().filter(|(key, _)| key == "Array").map(|(_, text)| text.clone()).collect()
    };
    let (then, now) = (of(stored), of(new));
    match then.iter().zip(&now).find(|(then, now)| then != now) {
        Some((then, now)) => Err(Failure::input(format_args!(
            "'{name}' cannot be judged: a file that it was made from has changed since\n  then  {then}\n  now   {now}"
        ))),
        None => Ok(()),
    }
}

/// What the file says and the new one does not: keyword, what it says, what the new one says.
fn other_words(stored: &[(String, String)], new: &[(String, String)]) -> Vec<[String; 3]> {
    let mut found = Vec::new();
    let absent = || "nothing".to_owned();
    for (key, text) in stored.iter().filter(|word| !new.contains(word)) {
        let now = get(new, key);
        if now.is_none() || !may_differ(key, text) {
            found.push([key.clone(), text.clone(), now.map_or_else(absent, str::to_owned)]);
        }
    }
    for (key, text) in new.iter().filter(|(key, _)| get(stored, key).is_none()) {
        found.push([key.clone(), absent(), text.clone()]);
    }
    found
}

/// Whether this may be said of the same numbers: another version or another engine of the same arithmetic may well give them.
fn may_differ(key: &str, text: &str) -> bool {
    use Agreement::{BitExact, NoPromise, Reference, WithinBound};
    let version = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-+".contains(&c));
    match key {
        "Software" => text.strip_prefix("gradgrid ").is_some_and(version),
        "Agreement" => [Reference, BitExact, WithinBound, NoPromise].iter().any(|known| known.to_string() == text),
        _ => false,
    }
}

fn report(
    args: &VerifyArgs,
    name: &str,
    words: &[[String; 3]],
    difference: &Difference,
    engine: &str,
    stored: &[(String, String)],
) -> Result<(), Failure> {
    let same = words.is_empty() && difference.is_none();
    let arithmetic = get(stored, "Arithmetic").unwrap_or_default();
    if args.json {
        let words: Vec<Value> =
            words.iter().map(|[key, then, now]| json!({ "keyword": key, "file": then, "computed": now })).collect();
        let value = json!({
            "schema": "gradgrid.verify/1",
            "file": name,
            "same": same,
            "engine": engine,
            "words": words,
            "difference": difference.json(),
        });
        println!("{value:#}");
    } else if same {
        println!("{name}: {}, computed again on {engine} in {arithmetic}", difference.text());
    }
    if same {
        return Ok(());
    }
    let mut message = format!("{name} is not what its command computes");
    if !difference.is_none() {
        message += &format!(": {}", difference.text());
    }
    for [key, then, now] in words {
        message += &format!("\n  {key}: the file says {then:?}; computed again it is {now:?}");
    }
    let made = get(stored, "Software").unwrap_or_default();
    let this = concat!("gradgrid ", env!("CARGO_PKG_VERSION"));
    if made != this {
        message += &format!("\n  It was made by {made}, and this is {this}.");
    }
    if let Some(agreement) = get(stored, "Agreement").filter(|text| !["bit-exact", "reference"].contains(text)) {
        message += &format!(
            "\n  It was made on a device whose results are: {agreement}; --engine gpu on the same device gives them again."
        );
    }
    Err(Failure::wrong(message))
}

impl From<ProvenanceError> for Failure {
    fn from(error: ProvenanceError) -> Self {
        match error {
            ProvenanceError::Damaged { .. } => Self::wrong(error),
            other => Self::input(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::provenance::Words;

    fn words(pairs: &[(&str, &str)]) -> Words {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn words_that_say_something_else_are_found() {
        let stored =
            words(&[("Software", "gradgrid 0.0.9"), ("Formula", "x"), ("Range", "0.0 to 1.0"), ("Note", "hi")]);
        let new = words(&[("Software", "gradgrid 0.1.0"), ("Formula", "x"), ("Range", "0.0 to 2.0"), ("Scale", "log")]);
        let found = other_words(&stored, &new);
        let keys: Vec<&str> = found.iter().map(|[key, ..]| key.as_str()).collect();
        assert_eq!(keys, ["Range", "Note", "Scale"], "changed, added, left out: {found:?}");
        assert!(other_words(&stored, &stored).is_empty(), "nothing");
        let damaged = words(&[("Software", "gradgrid 0.1.0"), ("Agreement", "bit-exbct")]);
        let whole = words(&[("Software", "gradgrid 0.1.0"), ("Agreement", "bit-exact")]);
        assert_eq!(other_words(&damaged, &whole).len(), 1, "no agreement that there is");
        assert_eq!(other_words(&damaged[..1], &whole).len(), 1, "none at all");
        assert_eq!(other_words(&whole[1..], &whole).len(), 1, "no software");
    }

    #[test]
    fn changed_sources_are_told_from_changed_results() {
        let (then, now) = (words(&[("Array", "a = x.npy, 1")]), words(&[("Array", "a = x.npy, 2")]));
        let failure = sources("f.png", &then, &now).expect_err("it changed");
        assert!(failure.code == 2 && failure.message().contains("x.npy, 2"), "{}", failure.message());
        assert!(sources("f.png", &then, &then).is_ok(), "nothing changed");
    }
}
