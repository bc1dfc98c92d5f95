//! Writes paths as SVG: plain lines that any drawing program takes, grouped by value.
//!
//! The sheet is the extent in which the paths were looked for, its longer side 900 pixels long, with equal scales on both axes unless it would be more
//! than four times as long as wide; y grows as the sheet says. Points are written to a hundredth of a pixel: whoever wants numbers takes another format.

use super::{Path, Sheet};
use crate::io::provenance::metadata;
use std::io::{self, Write};

/// Pixels of the longer side.
const LONGER: f64 = 900.0;

/// Writes the picture.
///
/// # Errors
/// What the writer reports.
pub fn write(out: &mut impl Write, paths: &[Path], sheet: &Sheet) -> io::Result<()> {
    let (across, up) = ((sheet.x.1 - sheet.x.0).abs(), (sheet.y.1 - sheet.y.0).abs());
    let ratio = up / across;
    let (width, height) = match ratio {
        _ if !(0.25..=4.0).contains(&ratio) => (LONGER, LONGER),
        _ if ratio <= 1.0 => (LONGER, (LONGER * ratio).round()),
        _ => ((LONGER / ratio).round(), LONGER),
    };
    let share = |value: f64, (from, to): (f64, f64)| if from == to { 0.5 } else { (value - from) / (to - from) };
    let place = |[x, y]: [f64; 2]| (width * share(x, sheet.x), height * (1.0 - share(y, sheet.y)));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    )?;
    write!(out, "{}", metadata(&sheet.words))?;
    writeln!(
        out,
        "<g fill=\"none\" stroke=\"black\" stroke-width=\"1\" stroke-linejoin=\"round\" stroke-linecap=\"round\">"
    )?;
    let mut last = None;
    for path in paths {
        if last != Some(path.value) {
            if last.is_some() {
                writeln!(out, "</g>")?;
            }
            match path.value {
                Some(value) => writeln!(out, "<g data-value=\"{value}\">")?,
                None => writeln!(out, "<g>")?,
            }
            last = Some(path.value);
        }
        write!(out, "<path d=\"")?;
        for (nth, &point) in path.points.iter().enumerate() {
            let (x, y) = place(point);
            let (x, y) = ((100.0 * x).round() / 100.0, (100.0 * y).round() / 100.0);
            write!(out, "{}{x} {y}", if nth == 0 { "M" } else { "L" })?;
        }
        writeln!(out, "{}\"/>", if path.closed { "Z" } else { "" })?;
    }
    if last.is_some() {
        writeln!(out, "</g>")?;
    }
    writeln!(out, "</g>\n</svg>")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{paths, sheet};
    use super::*;

    #[test]
    fn paths_are_drawn_with_y_upward() {
        let mut out = Vec::new();
        write(&mut out, &paths(), &sheet()).expect("a vector takes all");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("width=\"900\" height=\"675\""), "4 by 3: {text}");
        assert!(text.contains("<g data-value=\"0.3\">\n<path d=\"M225 675L450 562.5L247.5 450Z\"/>"), "closed: {text}");
        assert!(text.contains("<g>\n<path d=\"M0 675L675 0\"/>"), "open, without a value: {text}");
        assert!(text.contains("<entry key=\"Formula\">x &lt; &quot;y&quot; &amp; --</entry>"), "words are escaped");
        assert_eq!(text.matches("<g").count(), text.matches("</g>").count(), "every group ends");
    }
}
