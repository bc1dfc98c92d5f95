//! Where the cells of a grid lie: a table of numbers per coordinate, and the way from a cell to its entries.

use crate::grid::{Axis, Grid};
use crate::program::scalar::Scalar;

/// A table for each coordinate that a program reads.
///
/// Cell `c` is at entry `(c / stride) mod len` of a table; the entries need not be evenly spaced.
#[derive(Debug, Clone)]
pub struct Coordinates<T> {
    tables: Vec<Vec<T>>,
    strides: Vec<usize>,
}

impl<T: Scalar> Coordinates<T> {
    /// The nodes of `grid`, computed in `f64` and rounded once.
    #[must_use]
    pub fn of_grid(grid: &Grid) -> Self {
        let table = |axis: &Axis| axis.table().into_iter().map(T::from_f64).collect();
        Self::product(grid.axes().iter().map(table).collect())
    }

    /// The product of these tables, x (the fastest) first.
    #[must_use]
    pub fn product(tables: Vec<Vec<T>>) -> Self {
        let lens = tables.iter().map(Vec::len);
        let strides = lens.scan(1, |stride, len| Some(std::mem::replace(stride, *stride * len))).collect();
        Self { tables, strides }
    }

    /// Tables of which each changes its entry after so many cells.
    #[must_use]
    pub fn with_strides(tables: Vec<Vec<T>>, strides: Vec<usize>) -> Self {
        Self { tables, strides }
    }

    /// Points without a grid: cell `c` is at entry `c` of every column.
    #[must_use]
    pub fn scattered(columns: Vec<Vec<T>>) -> Self {
        Self { strides: vec![1; columns.len()], tables: columns }
    }

    /// The tables, x first.
    #[must_use]
    pub fn tables(&self) -> &[Vec<T>] {
        &self.tables
    }

    /// The coordinate of one cell along `axis`; zero for an axis that is not there.
    #[must_use]
    pub fn at(&self, axis: usize, cell: usize) -> T {
        match (self.tables.get(axis), self.strides.get(axis)) {
            (Some(table), Some(stride)) if !table.is_empty() => table[(cell / stride) % table.len()],
            _ => T::ZERO,
        }
    }

    /// Writes the coordinates along `axis` of the cells from `first` on; zero for an axis that is not there.
    pub(super) fn fill(&self, axis: usize, first: usize, out: &mut [T]) {
        let (Some(table), Some(&stride)) = (self.tables.get(axis), self.strides.get(axis)) else {
            return out.fill(T::ZERO);
        };
        if let [only] = table[..] {
            return out.fill(only);
        }
        let mut done = 0;
        while done < out.len() {
            let cell = first + done;
            let index = (cell / stride) % table.len().max(1);
            let rest = &mut out[done..];
            let run = if stride == 1 { table.len() - index } else { stride - cell % stride }.min(rest.len());
            match stride {
                1 => rest[..run].copy_from_slice(&table[index..index + run]),
                _ => rest[..run].fill(table[index]),
            }
            done += run;
        }
    }
}
