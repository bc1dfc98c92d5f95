//! Arrays as an engine reads them: slabs of values in its number type, the next ones ahead of time.

use crate::engine::error::EngineError;
use crate::io::read::{ReadError, Reader};
use crate::program::interpret::Scalar;
use crate::program::layer::Slabs;
use std::ops::Range;

/// Bytes that are read at once when nothing was read ahead: they stay in the cache until they are in their place.
const PORTION: usize = 1 << 20;

/// A number type that readers give.
pub trait Readable: Scalar {
    /// Reads rows; see [`Reader`].
    ///
    /// # Errors
    /// What the reader reports.
    fn read(reader: &mut dyn Reader, rows: Range<usize>, out: &mut Vec<Self>) -> Result<(), ReadError>;
}

impl Readable for f32 {
    fn read(reader: &mut dyn Reader, rows: Range<usize>, out: &mut Vec<Self>) -> Result<(), ReadError> {
        reader.read_rows_f32(rows, out)
    }
}

impl Readable for f64 {
    fn read(reader: &mut dyn Reader, rows: Range<usize>, out: &mut Vec<Self>) -> Result<(), ReadError> {
        reader.read_rows_f64(rows, out)
    }
}

/// One array, open, and the slabs of it that were read last.
#[derive(Debug)]
struct Array<T> {
    name: String,
    reader: Box<dyn Reader>,
    slabs: Range<usize>,
    values: Vec<T>,
}

/// The arrays of a request, all of the shape of its grid.
#[derive(Debug)]
pub struct Arrays<T> {
    grid: Slabs,
    arrays: Vec<Array<T>>,
}

impl<T: Readable> Arrays<T> {
    /// These readers, each with the name of its array.
    #[must_use]
    pub fn new(grid: Slabs, readers: Vec<(String, Box<dyn Reader>)>) -> Self {
        let array = |(name, reader)| Array { name, reader, slabs: 0..0, values: Vec::new() };
        Self { grid, arrays: readers.into_iter().map(array).collect() }
    }

    /// Takes other readers of the same shapes in place of those there are, in their order.
    pub fn replace(&mut self, readers: Vec<Box<dyn Reader>>) {
        for (array, reader) in self.arrays.iter_mut().zip(readers) {
            (array.reader, array.slabs) = (reader, 0..0);
        }
    }

    /// The number of arrays.
    #[must_use]
    pub fn count(&self) -> usize {
        self.arrays.len()
    }

    /// Bytes of what is read ahead for so many slabs.
    #[must_use]
    pub fn bytes(&self, slabs: usize) -> usize {
        let portion = PORTION.max(self.grid.cells().saturating_mul(size_of::<T>()));
        let ahead = slabs.saturating_mul(self.grid.cells()).saturating_mul(size_of::<T>());
        self.arrays.len().saturating_mul(ahead.max(portion))
    }

    /// The cells of the first of these slabs, and of as many after it as are at hand.
    ///
    /// # Errors
    /// What the reader reports.
    pub fn slabs(&mut self, array: usize, slabs: Range<usize>) -> Result<(Range<usize>, &[T]), EngineError> {
        let grid = self.grid;
        let Some(array) = self.arrays.get_mut(array) else { return Err(EngineError::NoArray(array)) };
        if !array.slabs.contains(&slabs.start) {
            let most = (PORTION / (grid.cells() * size_of::<T>()).max(1)).max(1);
            array.read(&grid, slabs.start..slabs.end.min(slabs.start + most))?;
        }
        let there = slabs.start..slabs.end.min(array.slabs.end);
        let first = (there.start - array.slabs.start) * grid.cells();
        Ok((there.clone(), &array.values[first..first + there.len() * grid.cells()]))
    }

    /// Reads these slabs of an array before they are asked for; a failure shows when they are.
    pub fn read_ahead(&mut self, array: usize, slabs: Range<usize>) {
        let grid = self.grid;
        if let Some(array) = self.arrays.get_mut(array)
            && !slabs.is_empty()
            && !(array.slabs.start <= slabs.start && slabs.end <= array.slabs.end)
        {
            // What went wrong is found again, and then reported.
            drop(array.read(&grid, slabs));
        }
    }
}

impl<T: Readable> Array<T> {
    fn read(&mut self, grid: &Slabs, slabs: Range<usize>) -> Result<(), EngineError> {
        self.slabs = 0..0;
        let rows = slabs.start * grid.rows..slabs.end * grid.rows;
        T::read(self.reader.as_mut(), rows, &mut self.values)
            .map_err(|error| EngineError::Read { array: self.name.clone(), problem: error.to_string() })?;
        if self.values.len() != slabs.len() * grid.cells() {
            let problem = format!("{} numbers came, not {}", self.values.len(), slabs.len() * grid.cells());
            return Err(EngineError::Read { array: self.name.clone(), problem });
        }
        self.slabs = slabs;
        Ok(())
    }
}
