//! Words that are not in a file but beside it: for formats that have no place for them, tiles, and files of a batch.

use super::{MOST, ProvenanceError, Words, from_object, object};
use crate::io::dzi;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The schema of descriptions that say no more than what made a file.
const SCHEMA: &str = "gradgrid.file/1";

/// Schemas of descriptions, which may be replaced with the file that they are of.
const SCHEMAS: [&str; 3] = [SCHEMA, "gradgrid.raw/1", "gradgrid.npy/1"];

/// Where the words of a file are that has no place for them.
#[must_use]
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// What made the file `file`, of a format with this extension.
#[must_use]
pub fn description(file: &str, format: &str, words: &[(String, String)]) -> String {
    let text = json!({ "schema": SCHEMA, "file": file, "format": format, "provenance": object(words) });
    format!("{text:#}\n")
}

/// Whether a text is a description of ours.
#[must_use]
pub fn is_description(text: &[u8]) -> bool {
    let value: Option<Value> = serde_json::from_slice(text).ok();
    value.is_some_and(|value| SCHEMAS.iter().any(|schema| value["schema"] == *schema))
}

/// A file of JSON; `None` if there is none.
fn json(path: &Path) -> Result<Option<Value>, ProvenanceError> {
    let name = || path.display().to_string();
    let mut text = Vec::new();
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.and_then(|file| file.take(MOST).read_to_end(&mut text)),
    }
    .map_err(|source| ProvenanceError::System { path: name(), source })?;
    let value = serde_json::from_slice(&text);
    value.map(Some).map_err(|error| ProvenanceError::Damaged { path: name(), what: error.to_string() })
}

/// The format that the description beside a file tells, and the words in it; `None` if there is none.
pub(super) fn words(path: &Path) -> Result<Option<(String, Words)>, ProvenanceError> {
    let value = json(&beside(path))?;
    Ok(value.and_then(|value| {
        let format = value["format"].as_str().unwrap_or_default().to_owned();
        Some((format, from_object(&value["provenance"])?))
    }))
}

/// The words of a pyramid, in the folder of its tiles.
pub(super) fn of_tiles(dzi: &Path) -> Result<Option<Words>, ProvenanceError> {
    let value = json(&dzi::folder_of(dzi).join("gradgrid.json"))?;
    Ok(value.and_then(|value| from_object(&value["request"])))
}

/// The words of a file of a batch, in the last line about it of the manifest in its folder.
pub(super) fn of_manifest(path: &Path) -> Option<Words> {
    let reader = BufReader::new(File::open(path.with_file_name("manifest.jsonl")).ok()?);
    let about =
        |line: &Value| line["output"].as_str().is_some_and(|output| Path::new(output).file_name() == path.file_name());
    let lines = reader.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    from_object(&lines.filter(about).last()?["provenance"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_known_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.csv");
        assert!(matches!(words(&file), Ok(None)), "there is none");
        let own = vec![("Formula".to_owned(), "x".to_owned())];
        let text = description("a.csv", "csv", &own);
        assert!(is_description(text.as_bytes()) && !is_description(b"{\"schema\": \"mine\"}"), "{text}");
        std::fs::write(beside(&file), &text).expect("room");
        assert_eq!(words(&file).expect("readable"), Some(("csv".to_owned(), own)), "format and words");
        std::fs::write(beside(&file), &text[..text.len() / 2]).expect("room");
        assert!(matches!(words(&file), Err(ProvenanceError::Damaged { .. })), "cut off");
    }

    #[test]
    fn the_last_line_of_a_manifest_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = |formula: &str| json!({ "output": "elsewhere/a.npy", "provenance": { "Formula": formula } });
        let text = format!("{}\n{}\n{{\"output\"", line("x"), line("y"));
        std::fs::write(folder.path().join("manifest.jsonl"), text).expect("room");
        let found = of_manifest(&folder.path().join("a.npy")).expect("words");
        assert_eq!(found, [("Formula".to_owned(), "y".to_owned())], "and one that is cut off does not");
        assert_eq!(of_manifest(&folder.path().join("b.npy")), None, "another file");
    }
}
