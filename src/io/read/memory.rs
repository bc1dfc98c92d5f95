//! Arrays that are in memory already, for those who use the library.
//!
//! ```
//! use gradgrid::io::read::memory::Memory;
//! use gradgrid::{Formula, Grid, Names, Quantity, Request};
//!
//! let samples = Memory::new(&[2, 3], vec![1.0_f64, 2.0, 6.0, 3.0, 4.0, 5.0])?;
//! let names = Names::new(["x", "y"], [""; 0])?.with_arrays([("a", 2)])?;
//! let a = Formula::with_names("a", names, Vec::new())?;
//! let grid = Grid::plane((0.0, 2.0, 3), (0.0, 1.0, 2))?;
//! let gradient = Request::new(&a, &grid).quantity(Quantity::Gradient);
//! let field = gradient.evaluate_with(vec![Box::new(samples)])?;
//! assert_eq!(field.at(0, &[1, 0]), 2.5); // (6 − 1)/2, as numpy.gradient has it
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Dtype, Header, ReadError, Reader, checked_cells};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A number type of arrays in memory.
pub trait Element: Copy + Send + Sync + fmt::Debug + 'static {
    /// Its name among the types of files.
    const DTYPE: Dtype;
    /// Appends values in single precision, rounded once; NaN of any kind is the quiet NaN.
    fn singles(values: &[Self], out: &mut Vec<f32>);
    /// Appends values in double precision; NaN of any kind is the quiet NaN.
    fn doubles(values: &[Self], out: &mut Vec<f64>);
}

impl Element for f32 {
    const DTYPE: Dtype = Dtype::F32;
    fn singles(values: &[Self], out: &mut Vec<f32>) {
        let quiet = Self::from_bits(0x7fc0_0000);
        out.extend(values.iter().map(|&value| if value.is_nan() { quiet } else { value }));
    }
    fn doubles(values: &[Self], out: &mut Vec<f64>) {
        out.extend(values.iter().map(|&value| if value.is_nan() { f64::NAN } else { f64::from(value) }));
    }
}

impl Element for f64 {
    const DTYPE: Dtype = Dtype::F64;
    #[expect(clippy::cast_possible_truncation, reason = "the one rounding of a value of an array")]
    fn singles(values: &[Self], out: &mut Vec<f32>) {
        let quiet = f32::from_bits(0x7fc0_0000);
        out.extend(values.iter().map(|&value| if value.is_nan() { quiet } else { value as f32 }));
    }
    fn doubles(values: &[Self], out: &mut Vec<f64>) {
        out.extend(values.iter().map(|&value| if value.is_nan() { Self::NAN } else { value }));
    }
}

/// An array in memory; clones share its numbers. NaN is a cell without data.
#[derive(Debug, Clone)]
pub struct Memory<E> {
    header: Header,
    values: Arc<Vec<E>>,
}

impl<E: Element> Memory<E> {
    /// An array of this shape, the slowest axis first.
    ///
    /// # Errors
    /// A shape of no or more than three axes, or of another number of cells than there are numbers.
    pub fn new(shape: &[usize], values: impl Into<Arc<Vec<E>>>) -> Result<Self, ReadError> {
        let values = values.into();
        let cells = checked_cells("array", shape, size_of::<E>())?;
        if values.len() != cells {
            return Err(ReadError::Choice(format!(
                "an array of shape {shape:?} has {cells} numbers, and {} are given",
                values.len()
            )));
        }
        Ok(Self { header: Header::new("array", shape.to_vec(), E::DTYPE), values })
    }
}

impl<E: Element> Reader for Memory<E> {
    fn header(&self) -> &Header {
        &self.header
    }

    fn read_rows_f32(&mut self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ReadError> {
        let cells = self.header.cells_of(&rows)?;
        out.clear();
        E::singles(&self.values[cells], out);
        Ok(())
    }

    fn read_rows_f64(&mut self, rows: Range<usize>, out: &mut Vec<f64>) -> Result<(), ReadError> {
        let cells = self.header.cells_of(&rows)?;
        out.clear();
        E::doubles(&self.values[cells], out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_those_of_the_array() {
        let mut array = Memory::new(&[2, 2], vec![1.0, f64::NAN, f64::INFINITY, 1e300]).expect("four numbers");
        let (mut single, mut double) = (Vec::new(), Vec::new());
        array.read_rows_f64(1..2, &mut double).expect("a row");
        assert_eq!(double, [f64::INFINITY, 1e300], "the second row");
        array.read_rows_f32(0..2, &mut single).expect("two rows");
        let bits: Vec<u32> = single.iter().map(|value| value.to_bits()).collect();
        let [one, inf] = [1.0_f32, f32::INFINITY].map(f32::to_bits);
        assert_eq!(bits, [one, 0x7fc0_0000, inf, inf], "rounded once, which may overflow");
        assert!(array.read_rows_f32(1..3, &mut single).is_err(), "no third row");
        assert!(Memory::new(&[2, 3], vec![0.0_f32; 5]).is_err(), "five numbers for six cells");
        assert!(Memory::new(&[], Vec::<f32>::new()).is_err(), "no axes");
    }
}
