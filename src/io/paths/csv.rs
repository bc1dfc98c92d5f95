//! Writes paths as CSV: a row for each point, the number of its path from 0 in front.
//!
//! The column of values is there unless no path has one; a path without leaves that field empty, as a point without direction does those of its normal. The columns of the normal are
//! there if any path has normals.

use super::{Path, Sheet};
use crate::io::csv::{Short, quoted};
use std::io::{self, Write};

/// Writes the table.
///
/// # Errors
/// What the writer reports.
pub fn write(out: &mut impl Write, paths: &[Path], sheet: &Sheet) -> io::Result<()> {
    let normals = paths.iter().any(|path| !path.normals.is_empty());
    let valued = paths.is_empty() || paths.iter().any(|path| path.value.is_some());
    let [x, y] = sheet.names.clone().map(quoted);
    write!(out, "line{},{x},{y}", if valued { ",value" } else { "" })?;
    writeln!(out, "{}", if normals { ",normal_x,normal_y" } else { "" })?;
    for (nth, path) in paths.iter().enumerate() {
        let value = path.value.map_or(String::new(), |value| Short(value).to_string());
        let value = if valued { format!(",{value}") } else { value };
        let mut directions = path.ring_normals();
        for [x, y] in path.ring() {
            write!(out, "{nth}{value},{},{}", Short(x), Short(y))?;
            match directions.next().filter(|normal| !normal[0].is_nan()) {
                Some([x, y]) => writeln!(out, ",{x},{y}")?,
                None => writeln!(out, "{}", if normals { ",," } else { "" })?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{paths, sheet};
    use super::*;

    #[test]
    fn points_become_rows() {
        let mut out = Vec::new();
        write(&mut out, &paths(), &sheet()).expect("a vector takes all");
        let text = String::from_utf8(out).expect("text");
        let want = "line,value,x,y,normal_x,normal_y\n0,0.3,0,0,0,-1\n0,0.3,1,0.5,1,0\n0,0.3,0.1,1,,\n0,0.3,0,0,0,-1\n\
                    1,,-1,1e-7,,\n1,,2,3,,\n";
        assert_eq!(text, want, "closed, then open");
        let mut plain = Vec::new();
        write(&mut plain, &paths()[1..], &sheet()).expect("a vector takes all");
        assert!(plain.starts_with(b"line,x,y\n0,-1,"), "no normals and values, no columns");
    }
}
