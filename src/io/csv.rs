//! Writes small grids as CSV: one line a cell, coordinates first, then the planes.
//!
//! Numbers are written with as many digits as it takes to read back the same `f32` or `f64`; a masked cell is an empty field.
//! `Short` says when they have an exponent. Names that hold a comma or a quote are quoted (RFC 4180).

use crate::field::Samples;
use crate::grid::Grid;
use std::fmt;
use std::io::{self, Write};

/// The most cells that are written as text.
pub const MOST_CELLS: usize = 10_000_000;

/// Writes the line of column names.
///
/// # Errors
/// What the writer reports.
pub fn write_header(out: &mut impl Write, grid: &Grid, planes: &[String]) -> io::Result<()> {
    let axes = grid.axes().iter().map(|axis| axis.name().to_owned());
    let names: Vec<String> = axes.chain(planes.iter().cloned()).map(quoted).collect();
    writeln!(out, "{}", names.join(","))
}

/// Writes the cells of a band whose first cell is number `first` of the grid.
///
/// # Errors
/// What the writer reports.
pub fn write_cells(out: &mut impl Write, grid: &Grid, first: usize, samples: &Samples) -> io::Result<()> {
    let mut index = vec![0; grid.axes().len()];
    for cell in 0..samples.cells() {
        grid.index_from_cell(first + cell, &mut index);
        for (place, (axis, &i)) in grid.axes().iter().zip(&index).enumerate() {
            write!(out, "{}{}", if place == 0 { "" } else { "," }, Short(axis.world_from_index(i)))?;
        }
        for plane in 0..samples.planes() {
            match samples {
                Samples::F32(planes) if !planes[plane][cell].is_nan() => {
                    write!(out, ",{}", Short(planes[plane][cell]))?
                }
                Samples::F64(planes) if !planes[plane][cell].is_nan() => {
                    write!(out, ",{}", Short(planes[plane][cell]))?
                }
                _ => write!(out, ",")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A number in the fewest digits that read back as it: with an exponent from 10¹⁶ up and below 10⁻⁵, where digits would only fill places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Short<T>(pub(crate) T);

impl<T: Copy + Into<f64> + fmt::Display + fmt::LowerExp> fmt::Display for Short<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.into().abs();
        let plain = size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size);
        if plain { write!(f, "{}", self.0) } else { write!(f, "{:e}", self.0) }
    }
}

/// A field of text, quoted where it must be.
pub(crate) fn quoted(name: String) -> String {
    if name.contains([',', '"', '\n']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_lines_and_masked_values_empty_fields() {
        let grid = Grid::plane((0.0, 1.0, 2), (0.0, 0.5, 2)).expect("valid");
        let mut out = Vec::new();
        write_header(&mut out, &grid, &["f".to_owned(), "D_u f, u ∥ (1, 0)".to_owned()]).expect("a vector takes all");
        let samples = Samples::F32(vec![vec![0.1, f32::NAN, 3.0], vec![1e-7, 2.0, -0.0]]);
        write_cells(&mut out, &grid, 1, &samples).expect("a vector takes all");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, "x,y,f,\"D_u f, u ∥ (1, 0)\"\n1,0,0.1,1e-7\n0,0.5,,2\n1,0.5,3,-0\n", "three lines");
    }
}
