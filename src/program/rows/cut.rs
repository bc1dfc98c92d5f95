//! A program cut for rows: what runs once per row, what runs for every cell, and the three ways to run it over a block.

use crate::expr::source::SAMPLE_AXES;
use crate::program::factor::{Factored, Replaced, Tables, frontier, part, rest};
use crate::program::interpret::{Along, Coordinates, Interpreter, LANES, Registers, Scalar};
use crate::program::layer::{Padding, Slabs, View};
use crate::program::{Program, Step};
use std::ops::Range;

/// A program in two parts, and the tables that they read.
#[derive(Debug)]
pub(super) struct Cut<T: Scalar> {
    /// What runs once per row, and the columns that it reads.
    row: Interpreter<T>,
    row_columns: Coordinates<T>,
    /// What runs for every cell: its first columns are the outputs of `row`, the others the tables along the row.
    inner: Interpreter<T>,
    along: Coordinates<T>,
    /// The plane of each tap, and how far away in its buffer the neighbour is.
    taps: Vec<(usize, isize)>,
}

/// The registers of a cut program for one worker.
#[derive(Debug)]
pub(super) struct Space<T> {
    row: Registers<T>,
    inner: Registers<T>,
    /// The row whose values the columns hold.
    held: Option<usize>,
    /// Where the block's columns begin in the tables; `None` if they were filled.
    at: Option<usize>,
    /// The plane of each tap, and where its first cell is.
    taps: Vec<(usize, usize)>,
}

/// The grid on which planes are read.
pub(super) struct Ground<'a> {
    pub(super) slabs: Slabs,
    pub(super) paddings: &'a [Option<Padding>],
}

impl<T: Scalar> Cut<T> {
    /// Bytes of the tables.
    pub(super) fn table_bytes(&self) -> usize {
        let bytes =
            |columns: &Coordinates<T>| columns.tables().iter().map(|table| size_of_val(&table[..])).sum::<usize>();
        bytes(&self.along) + bytes(&self.row_columns)
    }

    pub(super) fn new(
        program: &Program,
        axes: &Coordinates<T>,
        parameters: &[f64],
        ground: Option<&Ground<'_>>,
    ) -> Self {
        let lens: Vec<usize> = axes.tables().iter().map(Vec::len).collect();
        let cut = Factored::new(program, &lens, size_of::<T>());
        let Tables { columns, parameters } = cut.tables(axes.tables(), parameters);
        let axis = row_axis(&lens, ground.is_some());
        let is_along: Vec<bool> = cut.columns().iter().map(|column| column.axis == axis).collect();
        let (row, inner) = by_rows(cut.inner(), &is_along);
        let (mut along, mut row_columns) = (Vec::new(), columns);
        for (column, is_along) in row_columns.iter_mut().zip(&is_along) {
            if *is_along {
                along.push(std::mem::replace(column, vec![T::ZERO]));
            }
        }
        let strides = vec![1; along.len()];
        let inner = Interpreter::new(&inner, &parameters);
        let shift = |&(plane, offset): &(usize, [i16; SAMPLE_AXES])| {
            let ground = ground.and_then(|ground| Some((ground.slabs, ground.paddings.get(plane).copied()??)));
            (plane, ground.map_or(0, |(slabs, padding)| padding.shift(&slabs, offset)))
        };
        Self {
            row: Interpreter::new(&row, &parameters),
            row_columns: cut.coordinates(row_columns, &lens),
            taps: inner.taps().iter().map(shift).collect(),
            inner,
            along: Coordinates::with_strides(along, strides),
        }
    }

    /// The number of outputs.
    pub(super) fn planes(&self) -> usize {
        self.inner.planes()
    }

    /// Whether it reads coordinates alone.
    pub(super) fn reads_no_planes(&self) -> bool {
        self.taps.is_empty()
    }

    pub(super) fn space(&self) -> Space<T> {
        let (row, inner) = (self.row.registers(), self.inner.registers());
        Space { row, inner, held: None, at: None, taps: Vec::with_capacity(self.taps.len()) }
    }

    /// Computes cells that lie in one row; the columns along it and its neighbours are read where they are.
    pub(super) fn along_row(
        &self,
        space: &mut Space<T>,
        view: Option<View<'_, T>>,
        cells: &Range<usize>,
        width: usize,
    ) {
        let row = cells.start / width;
        if space.held != Some(row) {
            self.row.fill(&mut space.row, &self.row_columns, cells.start, 1);
            self.row.compute(&mut space.row, None, 1);
            for value in 0..self.row.planes() {
                let number = self.row.raw(&space.row, value, 1)[0];
                space.inner.column_mut(value, LANES).fill(number);
            }
            space.held = Some(row);
        }
        space.at = Some(cells.start - row * width);
        space.taps.clear();
        if let Some(view) = view {
            let mut last = (usize::MAX, 0);
            space.taps.extend(self.taps.iter().map(|&(plane, shift)| {
                if last.0 != plane {
                    last = (plane, view.at(plane, cells.start));
                }
                (plane, last.1.wrapping_add_signed(shift))
            }));
        }
        let Space { inner, at, taps, .. } = space;
        self.inner.compute(inner, self.along(*at, view, taps), cells.len());
    }

    /// Computes neighbouring cells that may lie in several rows; they read no planes.
    pub(super) fn across_rows(&self, space: &mut Space<T>, cells: &Range<usize>) {
        let n = cells.len();
        self.row.fill(&mut space.row, &self.row_columns, cells.start, n);
        self.row.compute(&mut space.row, None, n);
        for value in 0..self.row.planes() {
            space.inner.column_mut(value, n).copy_from_slice(self.row.raw(&space.row, value, n));
        }
        for column in 0..self.along.tables().len() {
            self.along.fill(column, cells.start, space.inner.column_mut(self.row.planes() + column, n));
        }
        (space.held, space.at) = (None, None);
        self.inner.compute(&mut space.inner, None, n);
    }

    /// Computes cells that lie anywhere, at most [`LANES`].
    pub(super) fn gathered(&self, space: &mut Space<T>, view: Option<View<'_, T>>, cells: &[usize]) {
        let n = cells.len();
        let gather = |coordinates: &Coordinates<T>, column: usize, out: &mut [T]| {
            out.iter_mut().zip(cells).for_each(|(slot, &cell)| *slot = coordinates.at(column, cell));
        };
        for column in 0..self.row_columns.tables().len() {
            gather(&self.row_columns, column, space.row.column_mut(column, n));
        }
        self.row.compute(&mut space.row, None, n);
        for value in 0..self.row.planes() {
            space.inner.column_mut(value, n).copy_from_slice(self.row.raw(&space.row, value, n));
        }
        for column in 0..self.along.tables().len() {
            gather(&self.along, column, space.inner.column_mut(self.row.planes() + column, n));
        }
        if let Some(view) = view {
            for (tap, &(plane, shift)) in self.taps.iter().enumerate() {
                let out = space.inner.tap_mut(tap, n);
                let mut lane = 0;
                while lane < n {
                    let cell = cells[lane];
                    let left = view.slabs.width - cell % view.slabs.width;
                    let run = (1..left.min(n - lane)).take_while(|&next| cells[lane + next] == cell + next).count() + 1;
                    let at = view.at(plane, cell).wrapping_add_signed(shift);
                    out[lane..lane + run].copy_from_slice(view.run(plane, at, run));
                    lane += run;
                }
            }
        }
        (space.held, space.at) = (None, None);
        self.inner.compute(&mut space.inner, None, n);
    }

    pub(super) fn plane(&self, space: &Space<T>, view: Option<View<'_, T>>, plane: usize, out: &mut [T]) {
        self.inner.masked(&space.inner, self.along(space.at, view, &space.taps), plane, out);
    }

    fn along<'a>(
        &'a self,
        at: Option<usize>,
        view: Option<View<'a, T>>,
        taps: &'a [(usize, usize)],
    ) -> Option<Along<'a, T>> {
        at.map(|at| Along { tables: self.along.tables(), from: self.row.planes(), at, view, taps })
    }
}

/// The axis along which rows run: planes lie in rows of the first axis, else it is the first with more than one node.
pub(super) fn row_axis(lens: &[usize], of_planes: bool) -> usize {
    if of_planes { 0 } else { lens.iter().position(|&len| len > 1).unwrap_or(0) }
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
