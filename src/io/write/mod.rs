//! Writers of sampled grids that need a place to seek in: one trait, rows as they come.
//!
//! Every writer takes a [`Description`] of the whole grid, then bands of rows of all planes with [`Writer::write_rows`], in order,
//! and [`Writer::finish`]. None holds more than one band and one row of its tiles. They write to any `Write + Seek`, such as an
//! [`Output`](crate::io::output::Output) that is a file; a pipe cannot take them.
//!
//! | format | grids | numbers | masked cells |
//! |---|---|---|---|
//! | [GeoTIFF](geotiff), [cloud-optimised](geotiff::Cog) too | 2-D | `f32`, `f64` | NaN, or a nodata value |
//! | [EXR](exr) | 1-D, 2-D | `f32`; `f64` is rounded | NaN |
//! | [VTK image data](vti) | 1-D to 3-D | `f32`, `f64` | NaN |
//!
//! Surfaces are written by [`mesh`].

pub mod exr;
pub mod geotiff;
pub mod mesh;
pub mod vti;

use crate::field::Samples;
use std::io::{self, Seek, Write};
use thiserror::Error;

/// The number type of a file.
pub use crate::io::npy::Element;

impl Element {
    /// Bytes of one number.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// The type that samples have.
    #[must_use]
    pub fn of(samples: &Samples) -> Self {
        match samples {
            Samples::F32(_) => Self::F32,
            Samples::F64(_) => Self::F64,
        }
    }
}

/// What is going to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Sizes, the slowest axis first.
    pub shape: Vec<usize>,
    /// Names of the planes, such as `∂f/∂x`.
    pub names: Vec<String>,
    /// Type of the numbers that will come.
    pub element: Element,
}

/// Why a file cannot be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The destination did not take the bytes.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The format has no room for such a grid.
    #[error("{format} files cannot hold this: {what}")]
    Unfit {
        /// Name of the format.
        format: &'static str,
        /// What does not fit, and what to do.
        what: String,
    },
    /// Not the planes, the type or the rows that were announced.
    #[error("{given} where {wanted} were announced")]
    Band {
        /// What came.
        given: String,
        /// What was described.
        wanted: String,
    },
}

/// An open file that takes bands of rows.
pub trait Writer {
    /// Writes whole rows of every plane, the next ones in order.
    ///
    /// # Errors
    /// A band that is not of the announced kind, or what the destination says.
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError>;

    /// Writes what stands at the end of the file, and what was not known at its start.
    ///
    /// # Errors
    /// Rows that never came, or what the destination says.
    fn finish(self: Box<Self>) -> Result<(), WriteError>;
}

/// What writers write to.
pub trait Destination: Write + Seek {}

impl<W: Write + Seek> Destination for W {}

/// Counts the rows that have come.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) width: usize,
    pub(crate) rows: usize,
    planes: usize,
    element: Element,
    pub(crate) done: usize,
}

impl Progress {
    /// The grid must have 1 to `axes` axes, cells, and planes.
    pub(crate) fn new(format: &'static str, description: &Description, axes: usize) -> Result<Self, WriteError> {
        let unfit = |what: &str| WriteError::Unfit { format, what: what.to_owned() };
        let Description { shape, names, element } = description;
        if shape.is_empty() || shape.len() > axes {
            return Err(unfit(&format!(
                "a grid of {} axes, where {axes} are the most; write .npy or .vti",
                shape.len()
            )));
        }
        if names.is_empty() || shape.contains(&0) {
            return Err(unfit("no values at all"));
        }
        let cells = shape.iter().try_fold(8_usize, |bytes, size| bytes.checked_mul(*size));
        if cells.and_then(|bytes| bytes.checked_mul(names.len())).is_none() {
            return Err(unfit("more bytes than can be counted"));
        }
        let width = shape[shape.len() - 1];
        let rows = shape[..shape.len() - 1].iter().product();
        Ok(Self { width, rows, planes: names.len(), element: *element, done: 0 })
    }

    /// Checks the band and returns its number of rows.
    pub(crate) fn band(&self, band: &Samples) -> Result<usize, WriteError> {
        let describe =
            |planes: usize, element: Element, cells: &str| format!("{planes} planes of {element:?} in {cells}");
        let error = |cells: usize| WriteError::Band {
            given: describe(band.planes(), Element::of(band), &format!("{cells} cells")),
            wanted: describe(
                self.planes,
                self.element,
                &format!("rows of {}, {} left", self.width, self.rows - self.done),
            ),
        };
        let cells = band.cells();
        let even = match band {
            Samples::F32(planes) => planes.iter().all(|plane| plane.len() == cells),
            Samples::F64(planes) => planes.iter().all(|plane| plane.len() == cells),
        };
        let rows = cells / self.width;
        let fits = cells.is_multiple_of(self.width) && rows <= self.rows - self.done;
        if !even || !fits || band.planes() != self.planes || Element::of(band) != self.element {
            return Err(error(cells));
        }
        Ok(rows)
    }

    /// All rows must have come.
    pub(crate) fn end(&self) -> Result<(), WriteError> {
        if self.done == self.rows {
            return Ok(());
        }
        Err(WriteError::Band { given: format!("{} rows", self.done), wanted: format!("{} rows", self.rows) })
    }
}

/// Appends the rows `rows` of a plane as little-endian bytes; a masked cell becomes `nodata`, if there is one.
#[expect(clippy::cast_possible_truncation, reason = "nodata in the type of the file")]
pub(crate) fn push_rows(
    bytes: &mut Vec<u8>,
    band: &Samples,
    plane: usize,
    cells: std::ops::Range<usize>,
    nodata: Option<f64>,
) {
    match band {
        Samples::F32(planes) => {
            let nodata = nodata.map_or(f32::from_bits(0x7fc0_0000), |nodata| nodata as f32);
            let value = |value: &f32| if value.is_nan() { nodata } else { *value };
            bytes.extend(planes[plane][cells].iter().flat_map(|cell| value(cell).to_le_bytes()));
        }
        Samples::F64(planes) => {
            let nodata = nodata.unwrap_or(f64::NAN);
            let value = |value: &f64| if value.is_nan() { nodata } else { *value };
            bytes.extend(planes[plane][cells].iter().flat_map(|cell| value(cell).to_le_bytes()));
        }
    }
}

/// Text for XML: what would end it is written otherwise, and control characters are left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no place for these.
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_must_be_as_announced() {
        let description =
            Description { shape: vec![3, 2], names: vec!["f".to_owned(), "g".to_owned()], element: Element::F32 };
        let progress = Progress::new("test", &description, 2).expect("a plane");
        let planes = |cells: usize| vec![0.0_f32; cells];
        assert_eq!(progress.band(&Samples::F32(vec![planes(4), planes(4)])).expect("two rows"), 2, "two rows");
        for bad in [
            Samples::F32(vec![planes(4)]),
            Samples::F32(vec![planes(4), planes(2)]),
            Samples::F32(vec![planes(3), planes(3)]),
            Samples::F32(vec![planes(8), planes(8)]),
            Samples::F64(vec![vec![0.0; 4], vec![0.0; 4]]),
        ] {
            assert!(matches!(progress.band(&bad), Err(WriteError::Band { .. })), "{bad:?}");
        }
        assert!(progress.end().is_err(), "no rows came");
        let volume = Description { shape: vec![2, 3, 2], ..description };
        assert!(matches!(Progress::new("test", &volume, 2), Err(WriteError::Unfit { .. })), "a volume");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a<b & \"c\"\u{0}>"), "a&lt;b &amp; &quot;c&quot;&gt;", "XML");
    }
}
