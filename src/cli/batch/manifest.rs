//! The manifest of a batch: a line of JSON for each file that was tried, appended when it is done, and read again to resume.
//!
//! `file`, `output`, `shape` (slowest axis first), `values` (smallest and largest as computed), `range` (the values at the ends of the
//! scale, if they were scaled), `masked`, `seconds`, `error`, and what an entry holds for: `request`, and `size` and `modified` of the
//! input; and, of .npy, `provenance`: what made it. The last line about a file counts. A line that is cut off, as by a full disk, says nothing.

use crate::cli::failure::Failure;
use crate::io::provenance::{Words, from_object, object};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// The schema of a line.
const SCHEMA: &str = "gradgrid.batch/1";

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) output: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Option<(f64, f64)>,
    pub(super) range: Option<(f64, f64)>,
    pub(super) masked: u64,
    pub(super) seconds: f64,
    pub(super) error: Option<String>,
    pub(super) request: String,
    pub(super) stamp: Stamp,
    /// What made the output, where it has no place for that itself.
    pub(super) words: Words,
}

/// By what a changed file is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl Stamp {
    /// That of a file as it is now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let known = path.metadata()?;
        let modified = known.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|time| u64::try_from(time.as_nanos()).ok()).unwrap_or(0);
        Ok(Self { size: known.len(), modified })
    }
}

impl Entry {
    fn line(&self) -> String {
        let pair = |pair: Option<(f64, f64)>| pair.map(|(low, high)| [low, high]);
        let mut value = json!({
            "schema": SCHEMA,
            "file": self.file,
            "output": self.output,
            "shape": self.shape,
            "values": pair(self.values),
            "range": pair(self.range),
            "masked": self.masked,
            "seconds": (self.seconds * 1e6).round() / 1e6,
            "error": self.error,
            "request": self.request,
            "size": self.stamp.size,
            "modified": self.stamp.modified,
        });
        if !self.words.is_empty() {
            value["provenance"] = object(&self.words);
        }
        format!("{value}\n")
    }

    fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        if value["schema"] != SCHEMA {
            return None;
        }
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let pair = |key: &str| Some((value[key][0].as_f64()?, value[key][1].as_f64()?));
        let sizes = value["shape"].as_array()?.iter().filter_map(Value::as_u64);
        Some(Self {
            file: text("file")?,
            output: text("output")?,
            shape: sizes.filter_map(|size| usize::try_from(size).ok()).collect(),
            values: pair("values"),
            range: pair("range"),
            masked: value["masked"].as_u64()?,
            seconds: value["seconds"].as_f64()?,
            error: text("error"),
            request: text("request")?,
            stamp: Stamp { size: value["size"].as_u64()?, modified: value["modified"].as_u64()? },
            words: from_object(&value["provenance"]).unwrap_or_default(),
        })
    }
}

/// The manifest on disk.
#[derive(Debug)]
pub(super) struct Manifest {
    file: File,
    known: HashMap<String, Entry>,
}

impl Manifest {
    /// Opens the manifest, new or with what it has.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let trouble =
            |error: io::Error| Failure::input(format_args!("cannot write the manifest '{}': {error}", path.display()));
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(trouble)?;
        let (mut known, mut whole) = (HashMap::new(), true);
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).map_err(trouble)? > 0 {
            whole = line.ends_with(b"\n");
            if let Some(entry) = Entry::read(&String::from_utf8_lossy(&line)) {
                known.insert(entry.output.clone(), entry);
            }
            line.clear();
        }
        if !whole {
            // What follows must not be joined to a line that was cut off.
            file.write_all(b"\n").map_err(trouble)?;
        }
        Ok(Self { file, known })
    }

    /// The last entry about this output.
    pub(super) fn of(&self, output: &str) -> Option<&Entry> {
        self.known.get(output)
    }

    /// Appends an entry.
    pub(super) fn add(&mut self, entry: &Entry) -> io::Result<()> {
        self.file.write_all(entry.line().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_broken_lines_do_no_harm() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("manifest.jsonl");
        let entry = Entry {
            file: "ä \"b\".png".to_owned(),
            output: "out/b.png".to_owned(),
            shape: vec![3, 4],
            values: Some((0.1, 1e300)),
            range: None,
            masked: 5,
            seconds: 0.25,
            error: None,
            request: "saliency".to_owned(),
            stamp: Stamp { size: 9, modified: 1_700_000_000_123_456_789 },
            words: vec![("Formula".to_owned(), "a".to_owned())],
        };
        let failed =
            Entry { output: "out/c.png".to_owned(), error: Some("no".to_owned()), values: None, ..entry.clone() };
        let mut manifest = Manifest::open(&path).expect("a new file");
        manifest.add(&entry).expect("room");
        manifest.add(&failed).expect("room");
        manifest.file.write_all(b"{\"schema\": \"gradgrid.ba").expect("room");
        let mut manifest = Manifest::open(&path).expect("the file");
        let again = Entry { masked: 6, ..entry.clone() };
        manifest.add(&again).expect("room");
        let manifest = Manifest::open(&path).expect("the file");
        assert_eq!(manifest.of("out/b.png"), Some(&again), "the last line counts");
        assert_eq!(manifest.of("out/c.png"), Some(&failed), "an error");
        assert_eq!(manifest.of("out/d.png"), None, "unknown");
    }
}
