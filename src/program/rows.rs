//! A program over the cells of a grid, cut by axes and run along the rows: what the CPU engine executes.
//!
//! [`Factored`] has taken out what depends on one axis. Along a row (the first axis that has more than one node) only the columns of that
//! axis change. So the inner program is cut once more, into steps that read other columns alone, which run once per *row* on a single
//! lane, and the rest. While a block stays within a row, its columns are slices of the tables, nothing is copied, and what the row
//! holds stays in the registers for the row's next block.
//!
//! Rows shorter than [`SHORTEST`] are not worth a block of their own: there a block crosses rows, and every column is filled cell by cell.
//!
//! The bits do not depend on any of this: each cell's values are computed by the same lane rules from the same numbers.

use crate::program::factor::{Factored, Replaced, Tables, frontier, part, rest};
use crate::program::interpret::{Along, Coordinates, Interpreter, LANES, Registers, Scalar};
use crate::program::{Program, Step};
use std::ops::Range;

/// The shortest row that has blocks of its own.
pub const SHORTEST: usize = 128;

/// A program ready to run over the cells of a grid in the number type `T`.
#[derive(Debug)]
pub struct Rows<T: Scalar> {
    /// What runs once per row, and the columns that it reads.
    row: Interpreter<T>,
    row_columns: Coordinates<T>,
    /// What runs for every cell: its first columns are the outputs of `row`, the others the tables along the row.
    inner: Interpreter<T>,
    along: Coordinates<T>,
    /// Cells of a row, and of a block.
    width: usize,
    block: usize,
}

/// The registers of one worker.
#[derive(Debug)]
pub struct Workspace<T> {
    row: Registers<T>,
    inner: Registers<T>,
    /// The row whose values the columns hold.
    held: Option<usize>,
    /// Where the block's columns begin in the tables; `None` if they were filled.
    at: Option<usize>,
}

impl<T: Scalar> Rows<T> {
    /// Prepares `program` for these coordinates, a table for each axis, and parameter values.
    #[must_use]
    pub fn new(program: &Program, axes: &Coordinates<T>, parameters: &[f64]) -> Self {
        let lens: Vec<usize> = axes.tables().iter().map(Vec::len).collect();
        let cut = Factored::new(program, &lens, size_of::<T>());
        let Tables { columns, parameters } = cut.tables(axes.tables(), parameters);
        let axis = lens.iter().position(|&len| len > 1).unwrap_or(0);
        let width = lens.get(axis).copied().unwrap_or(1).max(1);
        let is_along: Vec<bool> = cut.columns().iter().map(|column| column.axis == axis).collect();
        let (row, inner) = by_rows(cut.inner(), &is_along);
        let (mut along, mut row_columns) = (Vec::new(), columns);
        for (column, is_along) in row_columns.iter_mut().zip(&is_along) {
            if *is_along {
                along.push(std::mem::replace(column, vec![T::ZERO]));
            }
        }
        let strides = vec![1; along.len()];
        Self {
            row: Interpreter::new(&row, &parameters),
            row_columns: cut.coordinates(row_columns, &lens),
            inner: Interpreter::new(&inner, &parameters),
            along: Coordinates::with_strides(along, strides),
            width,
            // Blocks of equal length, whole cache lines where that is possible.
            block: if width < SHORTEST {
                LANES
            } else {
                width.div_ceil(width.div_ceil(LANES)).next_multiple_of(16).min(LANES)
            },
        }
    }

    /// The number of planes.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.inner.planes()
    }

    /// Cells of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Registers for one worker.
    #[must_use]
    pub fn workspace(&self) -> Workspace<T> {
        Workspace { row: self.row.registers(), inner: self.inner.registers(), held: None, at: None }
    }

    /// The blocks in which `cells` are best computed.
    pub fn blocks(&self, cells: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let (width, block, end) = (self.width, self.block, cells.end);
        let mut first = cells.start;
        std::iter::from_fn(move || {
            if first >= end {
                return None;
            }
            let most = if width < SHORTEST {
                block
            } else {
                let at = first % width;
                (block - at % block).min(width - at)
            };
            let cells = first..(first + most).min(end);
            first = cells.end;
            Some(cells)
        })
    }

    /// Computes the cells of a block (one of [`Rows::blocks`]); [`Rows::plane`] gives the values.
    pub fn compute(&self, space: &mut Workspace<T>, cells: Range<usize>) {
        let n = cells.len();
        if self.width < SHORTEST {
            self.row.fill(&mut space.row, &self.row_columns, cells.start, n);
            self.row.compute(&mut space.row, None, n);
            for value in 0..self.row.planes() {
                space.inner.column_mut(value, n).copy_from_slice(self.row.raw(&space.row, value, n));
            }
            for column in 0..self.along.tables().len() {
                self.along.fill(column, cells.start, space.inner.column_mut(self.row.planes() + column, n));
            }
            (space.held, space.at) = (None, None);
        } else {
            let row = cells.start / self.width;
            if space.held != Some(row) {
                self.row.fill(&mut space.row, &self.row_columns, cells.start, 1);
                self.row.compute(&mut space.row, None, 1);
                for value in 0..self.row.planes() {
                    let number = self.row.raw(&space.row, value, 1)[0];
                    space.inner.column_mut(value, LANES).fill(number);
                }
                space.held = Some(row);
            }
            space.at = Some(cells.start - row * self.width);
        }
        self.inner.compute(&mut space.inner, self.along(space.at), n);
    }

    /// Writes the values of a plane of the block that was computed last, masked where there are none.
    pub fn plane(&self, space: &Workspace<T>, plane: usize, out: &mut [T]) {
        self.inner.masked(&space.inner, self.along(space.at), plane, out);
    }

    fn along(&self, at: Option<usize>) -> Option<Along<'_, T>> {
        at.map(|at| Along { tables: self.along.tables(), from: self.row.planes(), at })
    }

    /// The values of single cells, one vector per plane.
    #[must_use]
    pub fn scattered(&self, cells: &[usize]) -> Vec<Vec<T>> {
        let gather = |coordinates: &Coordinates<T>, column| -> Vec<T> {
            cells.iter().map(|&cell| coordinates.at(column, cell)).collect()
        };
        let columns = (0..self.row_columns.tables().len()).map(|column| gather(&self.row_columns, column)).collect();
        let mut columns = self.row.raw_planes(&Coordinates::scattered(columns), cells.len());
        columns.extend((0..self.along.tables().len()).map(|column| gather(&self.along, column)));
        if columns.is_empty() {
            // A program that reads no coordinate still has a value at every cell.
            columns.push(vec![T::ZERO; cells.len()]);
        }
        self.inner.points(columns)
    }
}

/// Cuts a program into what reads none of the columns along a row, and the rest.
///
/// The outputs of the first are the first columns of the second; the columns along the row follow in their order.
fn by_rows(program: &Program, is_along: &[bool]) -> (Program, Program) {
    /// Sets of columns: those along the row, and the others.
    const ALONG: u64 = 1;
    const ACROSS: u64 = 2;
    let column = |k: usize| if is_along.get(k).copied().unwrap_or(false) { ALONG } else { ACROSS };
    let reads = program.sets_read(column);
    let mut across = frontier(program, &reads);
    across.retain(|&step| reads[step] == ACROSS);
    let row = part(program, &across, &Replaced::new(), program.axes, program.parameters);
    let mut replaced = Replaced::new();
    for (number, &step) in across.iter().enumerate() {
        replaced.insert(step, Step::Coordinate(number));
    }
    let mut next = across.len();
    let mut columns = vec![0; is_along.len()];
    for (k, column) in columns.iter_mut().enumerate().filter(|(k, _)| is_along[*k]) {
        *column = next;
        next += usize::from(is_along[k]);
    }
    for (index, step) in program.steps.iter().enumerate() {
        if let (Step::Coordinate(k), true) = (*step, reads[index] == ALONG) {
            replaced.insert(index, Step::Coordinate(columns[k]));
        }
    }
    (row, rest(program, &replaced, next, program.parameters))
}
