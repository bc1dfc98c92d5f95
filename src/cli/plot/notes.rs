//! The layer of notes: points with labels, and paths from files.
//!
//! Points and paths are in the coordinates of the axes. A path file has `x,y` on each line, with commas, semicolons or
//! blanks between; lines that start with `#` and a heading are passed over, and an empty line, or a value that is not
//! finite, interrupts the path.

use crate::cli::args::NoteArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::kind::{Kind, Sample};
use crate::cli::plot::stage::Stage;
use crate::cli::values;
use crate::figure::scene::{Area, Brush, Colour, Mark, Shape};
use crate::figure::text;
use std::path::Path;

/// Points: the radius of a dot and of the paper around it, the letters of labels.
const RADIUS: f64 = 2.7;
const AROUND: f64 = 4.0;
pub(super) const LETTERS: f64 = 9.0;
/// Points of a path and of the pale line below it.
const LINE: f64 = 1.5;
const CASING: f64 = 3.0;
/// How strongly what is under lines and letters is covered.
const COVER: f64 = 0.8;

/// The colour of notes: the second of line figures, which stands out from either paper.
pub(super) fn brush(colour: Colour) -> Brush {
    Brush { colour, strength: 1.0 }
}

const NOTE: Colour = Colour::Series(1);
const PALE: Brush = Brush { colour: Colour::Paper, strength: COVER };

/// The paths, a kind for each file.
pub(super) fn paths(args: &NoteArgs, stage: &Stage<'_>) -> Result<Vec<Kind>, Failure> {
    let (view, point) = (stage.view, stage.view.point());
    let kinds = args.paths.iter().enumerate().map(|(k, file)| {
        let paths: Vec<Vec<(f64, f64)>> =
            read(file)?.iter().map(|path| path.iter().map(|&(x, y)| view.pixel(x, y)).collect()).collect();
        let line = |width: f64, brush: Brush| Mark::Stroke {
            paths: paths.clone(),
            width: width * point,
            brush,
            clip: view.clip(),
        };
        let marks = vec![line(CASING, PALE), line(LINE, brush(Colour::Series(k + 1)))];
        let name = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Ok(Kind { name, marks, sample: Sample::Line })
    });
    kinds.collect()
}

/// The points of the lines of a path.
type Pieces = Vec<Vec<(f64, f64)>>;

/// The points of a file, in pieces.
fn read(file: &Path) -> Result<Pieces, Failure> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| Failure::input(format_args!("--path '{name}': {error}")))?;
    let found = pieces(&text).map_err(|(line, words)| {
        Failure::input(format_args!("--path '{name}', line {line}: '{words}' is not a point; write x,y"))
    })?;
    if found.is_empty() {
        return Err(Failure::input(format_args!("--path '{name}' has no points; write x,y on each line")));
    }
    Ok(found)
}

/// The same of a text; an error is a line and what stands there.
fn pieces(text: &str) -> Result<Pieces, (usize, String)> {
    let mut pieces = vec![Vec::new()];
    let mut heading = true;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> =
            line.split([',', ';', ' ', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => pieces.push(Vec::new()),
            [x, y, ..] => match (x.parse::<f64>(), y.parse::<f64>()) {
                (Ok(x), Ok(y)) if x.is_finite() && y.is_finite() => {
                    if let Some(piece) = pieces.last_mut() {
                        piece.push((x, y));
                    }
                }
                (Ok(_), Ok(_)) => pieces.push(Vec::new()),
                _ if heading => {}
                _ => return Err((number, line.to_owned())),
            },
            _ if heading => {}
            [_] => return Err((number, line.to_owned())),
        }
        heading = false;
    }
    pieces.retain(|piece| !piece.is_empty());
    Ok(pieces)
}

/// The marks of the points, over all lines.
pub(super) fn points(args: &NoteArgs, stage: &Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let (view, point) = (stage.view, stage.view.point());
    let clip = view.clip();
    let mut marks = Vec::new();
    for text in &args.points {
        let mut parts = text.splitn(3, ',');
        let mut number =
            || parts.next().map_or_else(|| values::number("", "--point"), |part| values::number(part, "--point"));
        let (x, y) = (number()?, number()?);
        let label = parts.next().map(str::trim).filter(|label| !label.is_empty());
        let at = view.pixel(x, y);
        if !holds(&clip, at) {
            let (left, bottom) = view.world(float(clip.x), float(clip.bottom()));
            let (right, top) = view.world(float(clip.right()), float(clip.y));
            return Err(Failure::input(format_args!(
                "--point {text}: the picture goes from {} to {} across and from {} to {} up",
                short(left),
                short(right),
                short(bottom),
                short(top)
            )));
        }
        let dot = |radius: f64, brush: Brush| Mark::Dot { at, radius: radius * point, shape: Shape::Disc, brush };
        marks.extend([dot(AROUND, brush(Colour::Paper)), dot(RADIUS, brush(NOTE))]);
        if let Some(label) = label {
            let size = LETTERS * point;
            let aside = 0.5 * text::width(label, size) + (AROUND + 3.0) * point;
            // On the right, or on the left where that leaves the picture.
            let fits = at.0 + 2.0 * aside < float(clip.right()) || at.0 - 2.0 * aside < float(clip.x);
            let middle = if fits { at.0 + aside } else { at.0 - aside };
            let room = 0.8 * size;
            let row = at.1.clamp(float(clip.y) + room, (float(clip.bottom()) - room).max(float(clip.y) + room));
            marks.push(words(label, size, (middle, row)));
        }
    }
    Ok(marks)
}

/// Letters that can be read on any colours.
fn words(text: &str, size: f64, at: (f64, f64)) -> Mark {
    Mark::Label { text: text.to_owned(), size, at, angle: 0.0, brush: brush(Colour::Ink), halo: Some(PALE) }
}

fn holds(clip: &Area, (x, y): (f64, f64)) -> bool {
    (float(clip.x)..=float(clip.right())).contains(&x) && (float(clip.y)..=float(clip.bottom())).contains(&y)
}

/// A coordinate with the digits that a picture can show.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
pub(super) fn float(pixels: i64) -> f64 {
    pixels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_files_are_read_as_people_write_them() {
        let text = "\u{feff}x, y\n# a comment\n1,2\n3;4\n 5\t6 \n\n7 8 9\nnan,1\n-1e3,2.5\n";
        let wanted = vec![vec![(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)], vec![(7.0, 8.0)], vec![(-1e3, 2.5)]];
        assert_eq!(pieces(text), Ok(wanted), "three pieces");
        assert_eq!(pieces(""), Ok(vec![]), "nothing");
        assert_eq!(pieces("1,2\nx,y\n"), Err((2, "x,y".to_owned())), "a second heading");
        assert_eq!(pieces("1,2\n3\n"), Err((2, "3".to_owned())), "half a point");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([0.5, -5.0, 1.0 / 3.0].map(short), ["0.5", "-5", "0.3333"], "four digits at most");
    }
}
