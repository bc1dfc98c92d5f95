//! Reads ESRI ASCII grids (`.asc`): a few lines of header, then numbers as text, the northernmost row first.
//!
//! ```text
//! ncols 4
//! nrows 3
//! xllcorner 0.0        or xllcenter: the centre of the cell in the lower left
//! yllcorner 0.0        or yllcenter
//! cellsize 10          or dx and dy
//! NODATA_value -9999
//! 1 2 3 4 …
//! ```
//!
//! Keywords have any case and order; the numbers are a stream of words, whatever the line breaks, as GDAL reads them. They are
//! parsed as `f64`. The text gives no reference system, so the unit is unknown.
//!
//! Edge cases: fewer numbers than cells are an error, and so are more; words over 64 bytes are an error. So is a file whose last
//! number is not followed by a line end or blank: it may have been cut off within the number.

use crate::io::georef::GeoReference;
use crate::io::read::bytes::{Again, Forward, Part, Restart, Source};
use crate::io::read::dtype::Dtype;
use crate::io::read::error::{ReadError, damaged};
use crate::io::read::pixels::{Layout, Pixels};
use crate::io::read::{Header, ReadOptions, Reader, checked_cells};
use std::io::{self, BufReader, Bytes, ErrorKind, Read};

const FORMAT: &str = "ESRI ASCII grid";

/// The longest word: a double needs 25 digits and signs at most, people write some more.
const LONGEST_WORD: usize = 64;

/// The keywords of the header.
const KEYWORDS: [&str; 10] =
    ["ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter", "cellsize", "dx", "dy", "nodata_value"];

/// Whether a file that begins so may be an ASCII grid.
pub(crate) fn looks_like(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start.trim_ascii_start()).to_ascii_lowercase();
    KEYWORDS.iter().any(|keyword| text.strip_prefix(keyword).is_some_and(|rest| rest.starts_with([' ', '\t'])))
        || ["xllcorner", "yllcorner", "xllcenter", "yllcenter", "nodata_value"]
            .iter()
            .any(|keyword| text.starts_with(keyword))
}

pub(crate) fn open(source: Box<dyn Source>, again: Again, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let len = source.len();
    let mut words = Words::new(Part::whole(source));
    let mut values = [None; KEYWORDS.len()];
    let mut header_words = 0;
    loop {
        let word = words.next().map_err(|error| damaged(FORMAT, error.to_string()))?;
        let word = word.ok_or_else(|| damaged(FORMAT, "it ends within the header"))?;
        let Some(index) = KEYWORDS.iter().position(|keyword| word.eq_ignore_ascii_case(keyword)) else {
            if header_words == 0 || number(&word).is_none() {
                return Err(damaged(FORMAT, format!("its header has the word {word:?}")));
            }
            break;
        };
        let value = words.next().map_err(|error| damaged(FORMAT, error.to_string()))?;
        let value = value.as_deref().and_then(number);
        values[index] = Some(value.ok_or_else(|| damaged(FORMAT, format!("{} has no number", KEYWORDS[index])))?);
        header_words += 2;
        if header_words > 2 * KEYWORDS.len() {
            return Err(damaged(FORMAT, "its header repeats itself"));
        }
    }
    let [columns, rows, left, left_centre, bottom, bottom_centre, cell, dx, dy, nodata] = values;
    let size = |value: Option<f64>, name: &str| match value {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
        Some(size) if size >= 1.0 && size.fract() == 0.0 && size <= 1e15 => Ok(size as usize),
        Some(size) => Err(damaged(FORMAT, format!("its {name} is {size}"))),
        None => Err(damaged(FORMAT, format!("its header has no {name}"))),
    };
    let shape = vec![size(rows, "nrows")?, size(columns, "ncols")?];
    let cells = checked_cells(FORMAT, &shape, size_of::<f64>())? as u64;
    // Each number takes a digit and a space, but for the last.
    if cells > len / 2 + 1 {
        return Err(damaged(FORMAT, format!("its header promises {cells} numbers, and the file has {len} bytes")));
    }
    let mut header = Header::new(FORMAT, shape, Dtype::F64);
    header.nodata = nodata;
    if let (Some(dx), Some(dy)) = (dx.or(cell), dy.or(cell)) {
        let left = left.or(left_centre.map(|centre| centre - dx / 2.0)).unwrap_or(0.0);
        let bottom = bottom.or(bottom_centre.map(|centre| centre - dy / 2.0)).unwrap_or(0.0);
        let top = bottom + dy * header.shape[0] as f64;
        let transform = [left, dx, 0.0, top, 0.0, -dy];
        if transform.iter().all(|number| number.is_finite()) && dx > 0.0 && dy > 0.0 {
            header.georef = Some(GeoReference::unknown(transform));
        } else {
            return Err(damaged(FORMAT, "its cells have no size, or its corner no place"));
        }
    }
    let stream = Stream { again, header_words, cells };
    let bytes = cells * size_of::<f64>() as u64;
    let layout = Layout::single(0, Dtype::F64, false);
    Ok(Box::new(Pixels::new(header, layout, Forward::new(FORMAT, stream, bytes, options.limit))))
}

/// A number as people and programs write it; `nan` too.
fn number(word: &str) -> Option<f64> {
    // Some programs write a decimal comma.
    word.parse().or_else(|_| word.replacen(',', ".", 1).parse()).ok()
}

/// The numbers of the grid as little-endian doubles.
struct Stream {
    again: Again,
    header_words: usize,
    cells: u64,
}

impl Restart for Stream {
    fn start(&mut self) -> Result<Box<dyn Read + Send>, ReadError> {
        let mut words = Words::new(Part::whole((self.again)()?));
        for _ in 0..self.header_words {
            words.next()?;
        }
        Ok(Box::new(Doubles { words, left: self.cells }))
    }
}

struct Doubles {
    words: Words,
    left: u64,
}

impl Read for Doubles {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        for slot in out.chunks_exact_mut(size_of::<f64>()) {
            if self.left == 0 {
                break;
            }
            let Some(word) = self.words.next()? else { break };
            let invalid = || io::Error::new(ErrorKind::InvalidData, format!("{word:?} is not a number"));
            slot.copy_from_slice(&number(&word).ok_or_else(invalid)?.to_le_bytes());
            count += slot.len();
            self.left -= 1;
            if self.left == 0 && !self.words.closed {
                let what = format!(
                    "its last number, {word}, may be cut off: nothing follows it; end the file with a line end"
                );
                return Err(io::Error::new(ErrorKind::InvalidData, what));
            }
            if self.left == 0 && self.words.next()?.is_some() {
                return Err(io::Error::new(ErrorKind::InvalidData, "it has more numbers than cells"));
            }
        }
        Ok(count)
    }
}

/// Words between blanks.
struct Words {
    bytes: Bytes<BufReader<Part>>,
    /// Whether a blank stood after the last word.
    closed: bool,
}

impl Words {
    fn new(part: Part) -> Self {
        Self { bytes: BufReader::with_capacity(64 * 1024, part).bytes(), closed: true }
    }

    fn next(&mut self) -> io::Result<Option<String>> {
        let mut word = String::new();
        self.closed = false;
        for byte in self.bytes.by_ref() {
            let byte = byte?;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c if word.is_empty() => {}
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => {
                    self.closed = true;
                    break;
                }
                _ if word.len() >= LONGEST_WORD => {
                    return Err(io::Error::new(
                        ErrorKind::InvalidData,
                        format!("a word begins {word:?} and does not end"),
                    ));
                }
                _ => word.push(char::from(byte)),
            }
        }
        Ok((!word.is_empty()).then_some(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::read::open_bytes;

    const GRID: &str =
        "ncols 3\nnrows 2\nXLLCENTER 5\nyllcorner 100\ncellsize 10\nNODATA_value -9999\n1 2.5 -9999\n4e1 5 nan\n";

    fn read(text: &str) -> Result<(Header, Vec<f64>), ReadError> {
        let mut reader = open_bytes(text.as_bytes().to_vec(), &ReadOptions::default())?;
        let mut rows = Vec::new();
        reader.read_rows_f64(0..reader.header().rows(), &mut rows)?;
        Ok((reader.header().clone(), rows))
    }

    #[test]
    fn header_and_numbers_in_any_line_breaks() {
        for text in [GRID.to_owned(), GRID.replace('\n', "\r\n"), GRID.replace("2.5", "\n2.5\n\n")] {
            let (header, values) = read(&text).expect("a grid");
            assert_eq!((header.shape, header.nodata), (vec![2, 3], Some(-9999.0)), "header of {text:?}");
            let place = header.georef.expect("it has cells").transform;
            assert_eq!(place, [0.0, 10.0, 0.0, 120.0, 0.0, -10.0], "place");
            assert_eq!(values[..2], [1.0, 2.5], "numbers of {text:?}");
            assert!(values[2].is_nan() && values[5].is_nan(), "nodata");
            assert_eq!(values[3..5], [40.0, 5.0], "numbers of {text:?}");
        }
        let (header, _) = read(&GRID.replace("cellsize 10", "dx 2\ndy 4")).expect("a grid");
        assert_eq!(header.georef.expect("it has cells").transform, [4.0, 2.0, 0.0, 108.0, 0.0, -4.0], "oblong cells");
    }

    #[test]
    fn bad_grids_say_what_is_wrong() {
        let cases = [
            ("nrows 2", "nrows 3", "ends early"),
            ("nrows 2", "nrows 1", "more numbers"),
            ("nan\n", "nan", "cut off"),
            ("nrows 2", "nrows 2000000", "promises"),
            ("nrows 2", "nrows 1.5", "nrows is 1.5"),
            ("ncols 3", "", "no ncols"),
            ("2.5", "two", "not a number"),
            ("cellsize 10", "cellsize x", "cellsize has no number"),
            ("cellsize 10", "cellsize 0", "no size"),
            ("XLLCENTER", "north", "\"north\""),
        ];
        for (old, new, word) in cases {
            let error = read(&GRID.replace(old, new)).expect_err(new).to_string();
            assert!(error.contains(word), "{new}: {error}");
        }
        assert!(read(&GRID.replace("2.5", &"2".repeat(100))).is_err(), "a word without end");
    }
}
