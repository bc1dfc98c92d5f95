//! Two files of the same kind: whether they are the same, and if not, how much differs and where.
//!
//! Bytes first. Where they differ, numbers are compared as numbers — the largest difference, how many differ, and the first of them —
//! and pictures by the colours of their pixels:
//!
//! | files | compared by |
//! |---|---|
//! | PNG, the tiles of a pyramid | `pixels`, `tiles` |
//! | NPY, raw, GeoTIFF, EXR | `grids`: cell by cell, with the distance in ulp |
//! | VTK, PLY, STL, NPZ | `records`: arrays of numbers, as their headers tell |
//! | SVG, `GeoJSON`, CSV | `text`: the numbers in lines that are else alike; an embedded picture by its pixels |
//!
//! Masked cells are the same as masked cells. What differs in bytes and in nothing that is compared here is said with the place of the first such byte;
//! it counts as a difference but in PNG files, which other programs pack anew, and where words say why: another version, another device.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{Difference, first_byte};
use crate::cli::verify::{grids, pixels, records, text, tiles};
use crate::io::provenance::Container;
use std::path::Path;

/// Compares `file` with `again`, whose numbers were computed in `arithmetic`; with `reworded`, what they say of themselves differs.
pub(super) fn compare(
    container: Container,
    file: &Path,
    again: &Path,
    arithmetic: &str,
    reworded: bool,
) -> Result<Difference, Failure> {
    let single = arithmetic == "f32";
    if container == Container::Dzi {
        return tiles::compare(file, again);
    }
    let Some(place) = first_byte(file, again)? else { return Ok(Difference::None) };
    let found = match container {
        Container::Png => return Ok(pixels::compare(file, again)?.unwrap_or(Difference::Packed)),
        Container::Svg | Container::GeoJson | Container::Csv => text::compare(container, file, again)?,
        Container::Vti | Container::Vtp | Container::Ply | Container::Stl | Container::Npz => {
            records::compare(container, file, again)?
        }
        _ => grids::compare(container, file, again, single)?,
    };
    Ok(found.unwrap_or(if reworded { Difference::Reworded } else { Difference::Bytes(place) }))
}
