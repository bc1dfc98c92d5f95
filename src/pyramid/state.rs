//! What a pyramid in the making was asked for and what was found, so that the work can be taken up where it stopped.
//!
//! The file `gradgrid.json` in the folder of the tiles holds the request in words and the colours that the first pass chose. It
//! stays when all is done: it says what the tiles are, and marks the folder as ours to replace.

use super::PyramidError;
use crate::io::dzi;
use crate::io::provenance::{COMMAND, from_object, get, object};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the file.
pub(super) const NAME: &str = "gradgrid.json";

/// The version of its form.
const SCHEMA: &str = "gradgrid.dzi/1";

/// How values become colours, and what there is to tell of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Colours {
    pub(super) thresholds: Vec<f64>,
    pub(super) palette: Vec<[u8; 3]>,
    pub(super) cyclic: bool,
    pub(super) extremes: Option<(f64, f64)>,
    pub(super) masked: u64,
}

/// The words of a request.
pub(super) type Words = [(String, String)];

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Writes it.
pub(super) fn save(folder: &Path, words: &Words, colours: &Colours) -> io::Result<()> {
    // By bits, since a decimal number may come back as its neighbour.
    let bits = |value: f64| json!(value.to_bits());
    let value = json!({
        "schema": SCHEMA,
        "request": object(words),
        "thresholds_bits": colours.thresholds.iter().copied().map(bits).collect::<Vec<Value>>(),
        "palette": colours.palette,
        "cyclic": colours.cyclic,
        "extremes_bits": colours.extremes.map(|(lo, hi)| [bits(lo), bits(hi)]),
        "masked": colours.masked,
    });
    dzi::write_whole(&path(folder), format!("{value:#}\n").as_bytes())
}

/// What is known of the tiles in a folder.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// There is nothing.
    Nothing,
    /// They are of this request.
    Same(Colours),
    /// They are of another request: what was asked for, then and now.
    Other { what: String, then: String, now: String },
    /// It is a folder of somebody else.
    Foreign,
}

/// Looks at a folder.
pub(super) fn look(folder: &Path, words: &Words) -> Result<Found, PyramidError> {
    let text = match fs::read_to_string(path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A run that was killed here may have left a part of the file.
            let part = format!("{NAME}.part");
            let mut others = fs::read_dir(folder).into_iter().flatten().flatten();
            let empty = others.all(|entry| entry.file_name() == part.as_str());
            return Ok(if empty { Found::Nothing } else { Found::Foreign });
        }
        Err(source) => return Err(PyramidError::File { path: path(folder), source }),
    };
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return Ok(Found::Foreign) };
    if value["schema"] != SCHEMA {
        return Ok(Found::Foreign);
    }
    let Some(known) = from_object(&value["request"]) else { return Ok(Found::Foreign) };
    let in_one_only = |these: &Words, others: &Words| {
        // The same may be asked for in several ways.
        let judged = these.iter().filter(|(key, _)| key != COMMAND);
        judged.filter(|word| !others.contains(word)).map(|(key, _)| key.clone()).next()
    };
    if let Some(what) = in_one_only(words, &known).or_else(|| in_one_only(&known, words)) {
        let told = |words: &Words| get(words, &what).unwrap_or("nothing").to_owned();
        return Ok(Found::Other { then: told(&known), now: told(words), what });
    }
    Ok(colours(&value).map_or(Found::Foreign, Found::Same))
}

fn colours(value: &Value) -> Option<Colours> {
    let real = |value: &Value| value.as_u64().map(f64::from_bits);
    let byte = |value: &Value| u8::try_from(value.as_u64()?).ok();
    let colour = |value: &Value| Some([byte(&value[0])?, byte(&value[1])?, byte(&value[2])?]);
    let extremes = match &value["extremes_bits"] {
        Value::Null => None,
        pair => Some((real(&pair[0])?, real(&pair[1])?)),
    };
    Some(Colours {
        thresholds: value["thresholds_bits"].as_array()?.iter().map(real).collect::<Option<_>>()?,
        palette: value["palette"].as_array()?.iter().map(colour).collect::<Option<_>>()?,
        cyclic: value["cyclic"].as_bool()?,
        extremes,
        masked: value["masked"].as_u64()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_was_saved_is_found_again_to_the_bit() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        let asked = words(&[("Formula", "x"), ("Grid", "3 × 3")]);
        assert_eq!(look(at, &asked).expect("readable"), Found::Nothing, "an empty folder");
        assert_eq!(look(&at.join("none"), &asked).expect("readable"), Found::Nothing, "no folder");
        let colours = Colours {
            thresholds: vec![0.1 + 0.2, -0.0, f64::MIN_POSITIVE],
            palette: vec![[1, 2, 3], [255, 0, 9]],
            cyclic: true,
            extremes: Some((-1.0 / 3.0, 1e300)),
            masked: 7,
        };
        save(at, &asked, &colours).expect("room");
        assert_eq!(look(at, &asked).expect("readable"), Found::Same(colours), "the same");
        let other = look(at, &words(&[("Formula", "y"), ("Grid", "3 × 3")])).expect("readable");
        let expected = Found::Other { what: "Formula".into(), then: "x".into(), now: "y".into() };
        assert_eq!(other, expected, "another formula");
        let fewer = look(at, &words(&[("Formula", "x")])).expect("readable");
        assert!(matches!(fewer, Found::Other { what, .. } if what == "Grid"), "a word less");
        fs::write(at.join(NAME), "{}").expect("room");
        assert_eq!(look(at, &asked).expect("readable"), Found::Foreign, "not ours");
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("gradgrid.json.part"), "{").expect("room");
        assert_eq!(look(folder.path(), &words(&[])).expect("readable"), Found::Nothing, "a part of ours");
        fs::write(folder.path().join("letter.txt"), "dear").expect("room");
        assert_eq!(look(folder.path(), &words(&[])).expect("readable"), Found::Foreign, "a letter");
    }
}
