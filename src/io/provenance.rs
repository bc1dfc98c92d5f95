//! What made a file: words that travel with it, how they are written in each format, and how they are found again.
//!
//! The words are keywords and what they say, in order: `Software`, `Formula`, `Quantity`, `Method`, `Arithmetic`, `Grid`, an `Array` for each file
//! that was read, with a checksum, and last `Command`: the arguments that ask for the same again, as a JSON list. Not the engine, nor the
//! time, nor the name of the file: the same numbers are to be the same bytes, whoever computed them.
//!
//! | file | where the words are |
//! |---|---|
//! | PNG | `tEXt` and `iTXt` chunks, a keyword each |
//! | TIFF | JSON as the image description |
//! | EXR | JSON as the string attribute `gradgrid` |
//! | VTK image data, VTK poly data | JSON in a comment at the start |
//! | PLY | `comment Keyword: …` lines of the header |
//! | NPZ | JSON as the comment of the archive |
//! | SVG | `<entry key="…">` elements in `<metadata>` |
//! | `GeoJSON` | JSON under `provenance` at the start |
//! | NPY, raw, CSV, STL | JSON beside the file, in FILE.json, under `provenance` |
//! | NPY of a batch | in the line about it of `manifest.jsonl` beside it |
//! | Deep Zoom | JSON in the folder of the tiles, in `gradgrid.json`, under `request` |
//!
//! As JSON they are one object; what occurs several times is a list, and `Command` is the list itself. Within other files the JSON is plain
//! ASCII without `<`, `>`, `&` and `--`, so that no format has to escape it, and it begins with [`START`], by which it is found.
//!
//! Limits: words are looked for in the first MiB of EXR, VTK, PLY, SVG and `GeoJSON` files, and no more than a MiB of them is read. The comment of an
//! archive has room for 65535 bytes; longer words are left out.

mod beside;
mod digest;
pub mod ply;
mod png;
mod svg;
mod zip;

pub use beside::{beside, description, is_description};
pub use digest::digest;
pub use svg::metadata;

use crate::io::read::ReadError;
use crate::io::read::tiff;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use thiserror::Error;

/// How the words begin as JSON within another file.
pub const START: &str = "{\"Software\":\"gradgrid ";

/// The keyword of the arguments that ask for a file again.
pub const COMMAND: &str = "Command";

/// Bytes in which words are looked for, and the most bytes that they have.
const MOST: u64 = 1 << 20;

/// Keywords and what they say.
pub type Words = Vec<(String, String)>;

/// The kinds of files that say what made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A picture, or 16-bit grey.
    Png,
    /// NumPy's array format.
    Npy,
    /// Plain numbers.
    Raw,
    /// GeoTIFF.
    Tiff,
    /// OpenEXR.
    Exr,
    /// VTK image data.
    Vti,
    /// VTK poly data.
    Vtp,
    /// A mesh with vertices and faces.
    Ply,
    /// A mesh of triangles.
    Stl,
    /// An archive of NumPy arrays.
    Npz,
    /// Text, a line for each cell or point.
    Csv,
    /// A pyramid of tiles.
    Dzi,
    /// A picture of shapes.
    Svg,
    /// Lines with coordinates.
    GeoJson,
}

impl Container {
    /// The extension of such a file.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Npy => "npy",
            Self::Raw => "raw",
            Self::Tiff => "tif",
            Self::Exr => "exr",
            Self::Vti => "vti",
            Self::Vtp => "vtp",
            Self::Ply => "ply",
            Self::Stl => "stl",
            Self::Npz => "npz",
            Self::Csv => "csv",
            Self::Dzi => "dzi",
            Self::Svg => "svg",
            Self::GeoJson => "geojson",
        }
    }
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The kind of file.
    pub container: Container,
    /// The words; there may be none.
    pub words: Words,
}

/// Why the words of a file cannot be read.
#[derive(Debug, Error)]
pub enum ProvenanceError {
    /// The system does not give the file.
    #[error("cannot read '{path}': {source}")]
    System {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is no file of a kind that says what made it.
    #[error(
        "'{path}' does not say what made it: provenance is in pictures, meshes, TIFF, EXR, VTI, NPZ and GeoJSON files, and beside NPY, CSV, STL and raw files \
         in '{beside}', unless --no-provenance left it out"
    )]
    Unknown {
        /// The file.
        path: String,
        /// Where the words of numbers would be.
        beside: String,
    },
    /// The file is not whole, or something in it was changed.
    #[error("'{path}' is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
}

/// What a keyword says.
#[must_use]
pub fn get<'a>(words: &'a [(String, String)], keyword: &str) -> Option<&'a str> {
    words.iter().find(|(key, _)| key == keyword).map(|(_, text)| text.as_str())
}

/// The words as a JSON object.
#[must_use]
pub fn object(words: &[(String, String)]) -> Value {
    let mut all = Map::new();
    for (keyword, text) in words {
        let value = match (keyword.as_str(), serde_json::from_str(text)) {
            (COMMAND, Ok(list @ Value::Array(_))) => list,
            _ => Value::from(text.as_str()),
        };
        match all.get_mut(keyword) {
            None => drop(all.insert(keyword.clone(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(single) => *single = Value::from(vec![single.take(), value]),
        }
    }
    Value::Object(all)
}

/// The words of a JSON object.
#[must_use]
pub fn from_object(value: &Value) -> Option<Words> {
    let mut words = Words::new();
    for (keyword, value) in value.as_object()? {
        match value {
            Value::Array(list) if keyword != COMMAND => {
                for text in list {
                    words.push((keyword.clone(), text.as_str()?.to_owned()));
                }
            }
            Value::Array(_) => words.push((keyword.clone(), value.to_string())),
            Value::String(text) => words.push((keyword.clone(), text.clone())),
            _ => return None,
        }
    }
    Some(words)
}

/// The words as JSON on one line, of characters that every format takes; nothing if there are none.
#[must_use]
pub fn compact(words: &[(String, String)]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for character in object(words).to_string().chars() {
        match character {
            '-' if out.ends_with('-') => out.push_str("\\u002d"),
            '<' | '>' | '&' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            ascii if ascii.is_ascii() => out.push(ascii),
            other => out.extend(other.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// The first words in a text that holds other things too.
fn within(bytes: &[u8]) -> Option<Words> {
    let start = START.as_bytes();
    let place = bytes.windows(start.len()).position(|part| part == start)?;
    let mut values = serde_json::Deserializer::from_slice(&bytes[place..]).into_iter::<Value>();
    from_object(&values.next()?.ok()?)
}

/// What the file at `path` says of itself.
///
/// # Errors
/// A file that cannot be read, that has no words, or that is damaged so that it shows: a PNG file has checksums.
pub fn read(path: &Path) -> Result<Found, ProvenanceError> {
    let name = || path.display().to_string();
    let system = |source: io::Error| ProvenanceError::System { path: name(), source };
    let mut start = Vec::new();
    File::open(path).map_err(system)?.take(MOST).read_to_end(&mut start).map_err(system)?;
    let head = &start[..start.len().min(1024)];
    let within_bytes = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let holds = |text: &str| within_bytes(head, text);
    let found = |container: Container, words: Option<Words>| Found { container, words: words.unwrap_or_default() };
    let found = if start.starts_with(&png::SIGNATURE) {
        let file = File::open(path).map_err(system)?;
        let words = png::words(file).map_err(|what| ProvenanceError::Damaged { path: name(), what })?;
        found(Container::Png, Some(words))
    } else if start.starts_with(b"\x93NUMPY") {
        let words = beside::words(path)?.map(|(_, words)| words);
        found(Container::Npy, words.or_else(|| beside::of_manifest(path)))
    } else if [&b"II\x2a\0"[..], b"II\x2b\0", b"MM\0\x2a", b"MM\0\x2b"].iter().any(|magic| start.starts_with(magic)) {
        let text = tiff::description(path).map_err(|error| match error {
            ReadError::System(source) => system(source),
            other => ProvenanceError::Damaged { path: name(), what: other.to_string() },
        })?;
        found(Container::Tiff, within(&text))
    } else if start.starts_with(&[0x76, 0x2f, 0x31, 0x01]) {
        found(Container::Exr, within(&start))
    } else if start.starts_with(b"<?xml") && within_bytes(&start, "<VTKFile") {
        // Words stand before it.
        let mesh = within_bytes(&start, "<VTKFile type=\"PolyData\"");
        found(if mesh { Container::Vtp } else { Container::Vti }, within(&start))
    } else if start.starts_with(b"ply\n") {
        found(Container::Ply, ply::words(&start))
    } else if start.starts_with(b"PK\x03\x04") {
        found(Container::Npz, zip::comment(path).map_err(system)?.and_then(|comment| within(&comment)))
    } else if holds("schemas.microsoft.com/deepzoom") {
        found(Container::Dzi, beside::of_tiles(path)?)
    } else if holds("<svg") {
        found(Container::Svg, svg::words(&start))
    } else if holds("\"FeatureCollection\"") {
        found(Container::GeoJson, within(&start))
    } else {
        let (kind, words) = beside::words(path)?.unwrap_or_default();
        let known = [Container::Csv, Container::Stl].into_iter().find(|container| container.extension() == kind);
        found(known.unwrap_or(Container::Raw), Some(words))
    };
    if found.words.is_empty() {
        return Err(ProvenanceError::Unknown { path: name(), beside: beside(path).display().to_string() });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        [
            ("Software", "gradgrid 0.1.0"),
            ("Formula", "‖∇f‖ <a> & \"b\" — 𝛁 -- ---->"),
            ("Array", "a = x.npy"),
            ("Array", "b = y.npy"),
            ("Command", "[\"plot\",\"--size=9\",\"--\",\"x\"]"),
        ]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .to_vec()
    }

    #[test]
    fn words_come_back_from_json_and_from_the_middle_of_a_file() {
        let words = words();
        assert_eq!(from_object(&object(&words)), Some(words.clone()), "as an object");
        let text = compact(&words);
        assert!(text.is_ascii() && text.starts_with(START), "{text}");
        assert!(!text.contains("--") && !text.contains(['<', '>', '&', '\n']), "{text}");
        let file = [&b"\0\xff{\"Soft"[..], text.as_bytes(), b"--> {}\0"].concat();
        assert_eq!(within(&file), Some(words.clone()), "among other bytes");
        assert_eq!(within(&file[..file.len() / 2]), None, "cut off");
        assert_eq!(compact(&[]), "", "no words");
        assert_eq!(get(&words, "Array"), Some("a = x.npy"), "the first");
    }

    #[test]
    fn only_objects_of_text_are_words() {
        for text in ["[]", "3", "{\"Software\": 3}", "{\"Array\": [3]}"] {
            assert_eq!(from_object(&serde_json::from_str(text).expect("JSON")), None, "{text}");
        }
    }
}
