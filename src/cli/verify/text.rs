//! Two files of text, line by line: what is no number must be the same, and numbers are compared as numbers.
//!
//! A number is what reads as one and is no part of a name or a colour: in `<g id="c2" fill="#1f77b4"><path d="M1 2.5l-3 4e2"/>` these are
//! 1, 2.5, −3 and 400. What files say of themselves is left out, since it is compared as words. A picture within an SVG file is compared by its pixels.
//!
//! Limits: a line is held in memory, and with it the picture of an SVG file.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{Difference, Tally, trouble};
use crate::cli::verify::pixels;
use crate::io::provenance::Container;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::Path;

/// Where a picture begins within an SVG file; it ends with the quotation mark.
const PICTURE: &str = "data:image/png;base64,";

/// Characters that are shown around a place where lines part.
const AROUND: usize = 30;

/// The difference of two files; `None` if all that is compared is the same.
pub(super) fn compare(container: Container, file: &Path, again: &Path) -> Result<Option<Difference>, Failure> {
    let mut sides = [Lines::open(container, file)?, Lines::open(container, again)?];
    let mut tally = Tally::default();
    loop {
        let [then, now] = &mut sides;
        let (then, now) = match (then.next()?, now.next()?) {
            (Some(then), Some(now)) => (then, now),
            (None, None) => break,
            (then, _) => {
                let (less, more) = if then.is_none() { ("less", "more") } else { ("more", "less") };
                let text = format!("it has {less} lines than what is computed again, which has {more}");
                return Ok(Some(Difference::Shape(text)));
            }
        };
        let (mut left, mut right) = (then.text.as_str(), now.text.as_str());
        let pictures = picture(left).zip(picture(right));
        if let Some(([before, inside, after], [now_before, now_inside, now_after])) = pictures {
            if inside != now_inside
                && let Some(found) = picture_difference(inside, now_inside, file)?
            {
                return Ok(Some(found));
            }
            if let Err(other) = numbers(&mut tally, [before, now_before], then.number, container) {
                return Ok(Some(other));
            }
            (left, right) = (after, now_after);
        }
        if let Err(other) = numbers(&mut tally, [left, right], then.number, container) {
            return Ok(Some(other));
        }
    }
    Ok((tally.differing > 0).then_some(Difference::Values(tally)))
}

/// A line and its number from 1.
struct Line {
    text: String,
    number: usize,
}

/// The lines of a file without what it says of itself.
struct Lines<'a> {
    reader: BufReader<File>,
    path: &'a Path,
    container: Container,
    number: usize,
}

impl<'a> Lines<'a> {
    fn open(container: Container, path: &'a Path) -> Result<Self, Failure> {
        let reader = BufReader::new(File::open(path).map_err(trouble(path))?);
        Ok(Self { reader, path, container, number: 0 })
    }

    fn line(&mut self) -> Result<Option<Line>, Failure> {
        let mut bytes = Vec::new();
        self.reader.read_until(b'\n', &mut bytes).map_err(trouble(self.path))?;
        self.number += 1;
        // Bytes that are no text are still other bytes than those of the other file.
        let text = bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
        let text = if bytes.is_ascii() { text } else { String::from_utf8(bytes.clone()).unwrap_or(text) };
        Ok((!bytes.is_empty()).then_some(Line { text, number: self.number }))
    }

    fn next(&mut self) -> Result<Option<Line>, Failure> {
        let line = self.line()?;
        match (self.container, line) {
            (Container::Svg, Some(line)) if line.text.starts_with("<metadata>") => loop {
                match self.line()? {
                    Some(line) if !line.text.starts_with("</metadata>") => {}
                    _ => return self.line(),
                }
            },
            (Container::GeoJson, Some(mut line)) => {
                if let Some(place) = line.text.find("\"provenance\":{") {
                    line.text.truncate(place);
                }
                Ok(Some(line))
            }
            (_, line) => Ok(line),
        }
    }
}

/// What is before the picture in a line, the picture, and what follows it.
fn picture(line: &str) -> Option<[&str; 3]> {
    let start = line.find(PICTURE)? + PICTURE.len();
    let end = start + line[start..].find('"')?;
    Some([&line[..start], &line[start..end], &line[end..]])
}

fn picture_difference(then: &str, now: &str, file: &Path) -> Result<Option<Difference>, Failure> {
    let name = format!("{}, its picture", file.display());
    let bytes = |text: &str| {
        let decoded = STANDARD.decode(text).map(Cursor::new);
        decoded.map_err(|error| Failure::wrong(format_args!("'{name}' is damaged: {error}")))
    };
    pixels::compare_with(bytes(then)?, bytes(now)?, &name)
}

/// Compares the numbers of two lines, unless something else in them differs.
fn numbers(tally: &mut Tally, [then, now]: [&str; 2], number: usize, container: Container) -> Result<(), Difference> {
    let (left, right) = (pieces(then), pieces(now));
    let alike = |(a, b): (&Piece<'_>, &Piece<'_>)| match (a, b) {
        (Piece::Number(..), Piece::Number(..)) => true,
        (Piece::Other(a), Piece::Other(b)) => a == b,
        _ => false,
    };
    if left.len() != right.len() || !left.iter().zip(&right).all(alike) {
        let place = then.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
        let around = |line: &str| {
            let part = line.trim_end().chars().skip(place.saturating_sub(AROUND)).take(2 * AROUND);
            part.collect::<String>()
        };
        let text = format!("line {number} has `{}`; computed again it has `{}`", around(then), around(now));
        return Err(Difference::Shape(text));
    }
    let mut column = 1;
    let mut count = 0;
    for (a, b) in left.iter().zip(&right) {
        match (a, b) {
            (Piece::Number(a, then), Piece::Number(b, now)) => {
                tally.cells += 1;
                count += 1;
                if a != b {
                    let place = if container == Container::Csv {
                        format!("line {number}, column {column}")
                    } else {
                        format!("line {number}, number {count}")
                    };
                    tally.add((then - now).abs(), None, || format!("{place} is {a} and not {b}"));
                }
            }
            (Piece::Other(text), _) => column += text.matches(',').count(),
            _ => {}
        }
    }
    Ok(())
}

/// A part of a line.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    /// A number as it is written, and its value.
    Number(&'a str, f64),
    Other(&'a str),
}

/// The parts of a line: numbers and what is between them.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let bytes = line.as_bytes();
    let (mut all, mut begun, mut place) = (Vec::new(), 0, 0);
    while place < bytes.len() {
        let length = if starts_number(bytes, place) { number_length(&bytes[place..]) } else { 0 };
        if length == 0 {
            // The digits of a colour are no number, nor are those of a name.
            let skips = |byte: u8| byte.is_ascii_hexdigit();
            place +=
                1 + if bytes[place] == b'#' { bytes[place + 1..].iter().take_while(|b| skips(**b)).count() } else { 0 };
            continue;
        }
        let text = &line[place..place + length];
        if begun < place {
            all.push(Piece::Other(&line[begun..place]));
        }
        all.push(Piece::Number(text, text.parse().unwrap_or(f64::NAN)));
        place += length;
        begun = place;
    }
    if begun < line.len() {
        all.push(Piece::Other(&line[begun..]));
    }
    all
}

/// Whether what stands before allows a number: no name, and of letters those of the paths of SVG.
fn starts_number(bytes: &[u8], place: usize) -> bool {
    let before = |back: usize| place.checked_sub(back).and_then(|place| bytes.get(place)).copied().unwrap_or(b' ');
    match before(1) {
        letter if b"MLHVZ".contains(&letter.to_ascii_uppercase()) => !before(2).is_ascii_alphabetic(),
        byte => !(byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80),
    }
}

/// Bytes of the number at the start; 0 if there is none.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if let Some(word) = bytes.get(sign..sign + 3)
        && (word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"nan"))
        && !bytes.get(sign + 3).is_some_and(u8::is_ascii_alphanumeric)
    {
        return sign + 3;
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    let point = usize::from(bytes.get(end) == Some(&b'.'));
    let fraction = digits(end + point) * point;
    if whole + fraction == 0 {
        return 0;
    }
    end += point + fraction;
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str) -> Vec<f64> {
        let of = |piece: Piece<'_>| if let Piece::Number(_, value) = piece { Some(value) } else { None };
        pieces(line).into_iter().filter_map(of).collect()
    }

    #[test]
    fn numbers_are_told_from_names_and_colours() {
        let svg = "<g id=\"c2\" fill=\"#1f77b4\" x1=\"7\"><path d=\"M1 2.5l-3 4e2Z\"/></g>";
        assert_eq!(values(svg), [7.0, 1.0, 2.5, -3.0, 400.0], "a path");
        assert_eq!(values("0,0.3,,-1e-7,inf"), [0.0, 0.3, -1e-7, f64::INFINITY], "a row");
        assert_eq!(values("[[1,0.5],[-.25,3.]]"), [1.0, 0.5, -0.25, 3.0], "coordinates");
        assert_eq!(values("infinite e5 1e 2ex ∂3"), [1.0, 2.0], "words");
        let line = "a 1 b 2";
        let whole: String = pieces(line)
            .iter()
            .map(|piece| match piece {
                Piece::Number(text, _) | Piece::Other(text) => *text,
            })
            .collect();
        assert_eq!(whole, line, "nothing is lost");
    }

    #[test]
    fn numbers_are_compared_and_all_else_must_be_alike() {
        let mut tally = Tally::default();
        let compared = numbers(&mut tally, ["0,1.5,3", "0,1.5,3.25"], 7, Container::Csv);
        assert!(compared.is_ok(), "numbers alone differ");
        assert_eq!((tally.cells, tally.differing, tally.largest), (3, 1, 0.25), "{tally:?}");
        assert_eq!(tally.first, ["line 7, column 3 is 3 and not 3.25"], "where");
        let other = numbers(&mut tally, ["x,1", "y,1"], 1, Container::Csv);
        assert!(matches!(other, Err(Difference::Shape(text)) if text.contains("line 1 has `x,1`")), "another name");
        assert!(numbers(&mut tally, ["1,,2", "1,3,2"], 1, Container::Csv).is_err(), "a masked cell");
    }
}
