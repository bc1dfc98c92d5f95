//! Planes around a band of cells, padded so that every neighbour of a cell lies at one plain offset from it.
//!
//! A band is a run of *slabs*: rows of a grid of two axes, planes of constant z of one of three; a grid of one axis is one slab. A
//! [`Layer`] holds the values of one plane on the slabs of a band and on as many before and behind as are read from there, each
//! slab with the cells left and right of its rows, and in three axes with the rows before and behind, all continued
//! beyond the grid by the rule of an [`Extension`]:
//!
//! ```text
//!            left    width    right
//!           ┌────┬───────────┬────┐
//!           │    │           │    │  slabs before the band
//!           ├────┼───────────┼────┤
//!           │    │●origin    │    │  slabs of the band      value of (x, row, slab) at
//!           │    │           │    │                         origin + x + row·stride₁ + (slab − first)·stride₂
//!           ├────┼───────────┼────┤
//!           │    │           │    │  slabs behind the band
//!           └────┴───────────┴────┘
//! ```
//!
//! The slabs before and behind the band are numbered on, also beyond the grid: slab −1 is what stands for it by the rule.

use super::scalar::Scalar;
use super::specialise::Reach;
use super::staged::{Extension, Staged};
use crate::expr::source::SAMPLE_AXES;
use rayon::prelude::*;
use std::ops::Range;

/// A grid of up to three axes as slabs of rows of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slabs {
    axes: usize,
    /// Cells of a row.
    pub width: usize,
    /// Rows of a slab.
    pub rows: usize,
    /// Slabs of the grid.
    pub count: usize,
}

impl Slabs {
    /// The grid with so many nodes along its axes, x first.
    #[must_use]
    pub fn of(lens: &[usize]) -> Self {
        let len = |axis: usize| lens.get(axis).copied().unwrap_or(1).max(1);
        let (rows, count) = if lens.len() > 2 { (len(1), len(2)) } else { (1, len(1)) };
        Self { axes: lens.len(), width: len(0), rows, count }
    }

    /// Cells of a slab.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.width * self.rows
    }

    /// The slabs that some cells lie in.
    #[must_use]
    pub fn of_cells(&self, cells: &Range<usize>) -> Range<usize> {
        cells.start / self.cells()..cells.end.div_ceil(self.cells())
    }

    /// Numbers per axis x, y, z as numbers along the row, across the rows of a slab and across slabs.
    #[must_use]
    pub fn spread<N: Copy + Default>(&self, [x, y, z]: [N; SAMPLE_AXES]) -> [N; SAMPLE_AXES] {
        match self.axes {
            0 | 1 => [x, N::default(), N::default()],
            2 => [x, N::default(), y],
            _ => [x, y, z],
        }
    }

    fn lens(&self) -> [usize; SAMPLE_AXES] {
        [self.width, self.rows, self.count]
    }
}

/// What surrounds the cells of a plane, along the row, across the rows of a slab and across slabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Padding {
    /// So many before the first.
    pub below: [usize; SAMPLE_AXES],
    /// So many behind the last.
    pub above: [usize; SAMPLE_AXES],
    /// The distance of neighbours in the buffer.
    pub strides: [usize; SAMPLE_AXES],
}

impl Padding {
    /// The padding of each plane that `staged` reads on this grid.
    ///
    /// Every stage is computed on all cells of a slab, so only across slabs do the reaches of stages add up.
    #[must_use]
    pub fn of(staged: &Staged, slabs: &Slabs) -> Vec<Option<Self>> {
        let mut direct: Vec<Reach> = vec![Reach::default(); staged.halos().len()];
        for program in staged.programs() {
            for (plane, reach) in direct.iter_mut().zip(program.reaches()) {
                *plane = plane.union(reach.unwrap_or_default());
            }
        }
        let padding = |(direct, halo): (Reach, Option<Reach>)| {
            let halo = halo?;
            let side = |direct, halo| {
                let (direct, halo) = (slabs.spread(direct), slabs.spread(halo));
                [direct[0], direct[1], halo[2]]
            };
            let (below, above) = (side(direct.below, halo.below), side(direct.above, halo.above));
            let padded = |place: usize| below[place] + slabs.lens()[place] + above[place];
            Some(Self { below, above, strides: [1, padded(0), padded(0) * padded(1)] })
        };
        direct.into_iter().zip(staged.halos()).map(padding).collect()
    }

    /// The same with so much across slabs as `other` has.
    #[must_use]
    pub fn across_slabs(mut self, other: &Self) -> Self {
        (self.below[2], self.above[2]) = (other.below[2], other.above[2]);
        self
    }

    /// How far away in the buffer the neighbour at `offset` (along x, y, z) is.
    #[must_use]
    pub fn shift(&self, slabs: &Slabs, offset: [i16; SAMPLE_AXES]) -> isize {
        let steps = slabs.spread(offset).into_iter().zip(self.strides);
        steps.map(|(step, stride)| isize::from(step) * isize::try_from(stride).unwrap_or(0)).sum()
    }
}

/// One plane on a band and around it; see the [module](self).
#[derive(Debug, Clone)]
pub struct Layer<T> {
    slabs: Slabs,
    padding: Padding,
    values: Vec<T>,
    /// The number of the first slab that is held, and how many are.
    first: isize,
    count: usize,
    /// Of each slab whether some cell of the grid in it has no value.
    holes: Vec<bool>,
}

impl<T: Scalar> Layer<T> {
    /// A layer that holds nothing yet.
    #[must_use]
    pub fn new(slabs: Slabs, padding: Padding) -> Self {
        Self { slabs, padding, values: Vec::new(), first: 0, count: 0, holes: Vec::new() }
    }

    /// What surrounds its cells, and its strides.
    #[must_use]
    pub fn padding(&self) -> &Padding {
        &self.padding
    }

    /// The buffer, as `[slab][row][x]`.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values[..self.count * self.padding.strides[2]]
    }

    /// The place of a cell in the buffer. The slab must be held; it may be beyond the band, but not beyond the grid.
    #[must_use]
    pub fn at(&self, slab: usize, row: usize, x: usize) -> usize {
        let [_, row_stride, slab_stride] = self.padding.strides;
        let slab = (slab.cast_signed() - self.first).cast_unsigned();
        slab * slab_stride + (row + self.padding.below[1]) * row_stride + x + self.padding.below[0]
    }

    /// Whether all cells of the grid in these slabs, and in so many as are read around them, have values.
    #[must_use]
    pub fn complete(&self, slabs: &Range<usize>, below: usize, above: usize) -> bool {
        let first = slabs.start.cast_signed() - below.cast_signed() - self.first;
        let last = slabs.end.cast_signed() + above.cast_signed() - self.first;
        match (usize::try_from(first), usize::try_from(last)) {
            (Ok(first), Ok(last)) => self.holes.get(first..last).is_some_and(|holes| !holes.contains(&true)),
            _ => false,
        }
    }

    /// The slabs that it holds for this band.
    #[must_use]
    pub fn around(&self, band: &Range<usize>) -> Range<isize> {
        let [_, _, below] = self.padding.below;
        let [_, _, above] = self.padding.above;
        band.start.cast_signed() - below.cast_signed()..band.end.cast_signed() + above.cast_signed()
    }

    /// Whether it holds all that this band needs.
    #[must_use]
    pub fn holds(&self, band: &Range<usize>) -> bool {
        let around = self.around(band);
        self.first <= around.start && around.end <= self.first + self.count.cast_signed()
    }

    /// Forgets everything, as after a failure.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Makes room for what `band` needs, keeps what is there of it, and tells which slabs are to be filled.
    pub fn turn_to(&mut self, band: &Range<usize>) -> [Range<isize>; 2] {
        let around = self.around(band);
        let count = around.len();
        let stride = self.padding.strides[2];
        let kept = self.first.max(around.start)..(self.first + self.count.cast_signed()).min(around.end);
        let room = count.max(self.count);
        if self.values.len() < room * stride {
            self.values.resize(room * stride, T::MASKED);
        }
        self.holes.resize(room, true);
        let (first, end) = if kept.is_empty() { (around.end, around.end) } else { (kept.start, kept.end) };
        if !kept.is_empty() {
            let place = |slab: isize, first: isize| (slab - first).cast_unsigned();
            let (from, to) = (place(kept.start, self.first), place(kept.start, around.start));
            if from != to {
                self.values.copy_within(from * stride..(from + kept.len()) * stride, to * stride);
                self.holes.copy_within(from..from + kept.len(), to);
            }
        }
        (self.first, self.count) = (around.start, count);
        self.holes.truncate(count);
        [around.start..first, end..around.end]
    }

    /// Fills slabs from their cells, which lie close together; `rule` continues them.
    pub fn put(&mut self, slabs: Range<isize>, cells: &[T], rule: Extension) {
        let (grid, padding) = (self.slabs, self.padding);
        let [left, above, _] = padding.below;
        let stride = padding.strides[1];
        self.each_slab(slabs, |number, slab| {
            let cells = &cells[number * grid.cells()..(number + 1) * grid.cells()];
            for (row, cells) in slab.chunks_exact_mut(stride).skip(above).zip(cells.chunks_exact(grid.width)) {
                row[left..left + grid.width].copy_from_slice(cells);
            }
            surround(slab, &grid, &padding, rule)
        });
    }

    /// Fills slabs row by row: `rows(cells, values)` computes the cells of one row. They lie within the grid.
    pub fn compute<S>(
        &mut self,
        slabs: Range<isize>,
        rule: Extension,
        start: impl Fn() -> S + Sync,
        rows: impl Fn(&mut S, Range<usize>, &mut [T]) + Sync,
    ) {
        let (grid, padding) = (self.slabs, self.padding);
        let [left, above, _] = padding.below;
        let [_, stride, slab_stride] = padding.strides;
        let (begin, end) = (self.place(slabs.start), self.place(slabs.end));
        let first = slabs.start.cast_unsigned();
        self.values[begin..end].par_chunks_exact_mut(stride).enumerate().for_each_init(
            &start,
            |space, (index, row)| {
                let (slab, row_of_slab) = (index * stride / slab_stride, index % (slab_stride / stride));
                if (above..above + grid.rows).contains(&row_of_slab) {
                    let cell = ((first + slab) * grid.rows + row_of_slab - above) * grid.width;
                    rows(space, cell..cell + grid.width, &mut row[left..left + grid.width]);
                }
            },
        );
        self.each_slab(slabs, |_, slab| surround(slab, &grid, &padding, rule));
    }

    /// Fills a slab with one value.
    pub fn fill(&mut self, slab: isize, value: T) {
        let hole = value.is_hole();
        self.each_slab(slab..slab + 1, |_, slab| {
            slab.fill(value);
            hole
        });
    }

    /// Fills slab `to` with what slab `from` holds, if it is held.
    pub fn repeat(&mut self, from: isize, to: isize) -> bool {
        let held = self.first..self.first + self.count.cast_signed();
        if !held.contains(&from) {
            return false;
        }
        let (source, target) = (self.place(from), self.place(to));
        self.values.copy_within(source..source + self.padding.strides[2], target);
        let index = |slab: isize| (slab - self.first).cast_unsigned();
        self.holes[index(to)] = self.holes[index(from)];
        true
    }

    /// The cells of a slab, close together, appended to `out`.
    pub fn cells_of(&self, slab: usize, out: &mut Vec<T>) {
        for row in 0..self.slabs.rows {
            let at = self.at(slab, row, 0);
            out.extend_from_slice(&self.values[at..at + self.slabs.width]);
        }
    }

    fn place(&self, slab: isize) -> usize {
        (slab - self.first).cast_unsigned() * self.padding.strides[2]
    }

    /// Runs over the buffers of slabs; `make` tells whether one has holes.
    fn each_slab(&mut self, slabs: Range<isize>, make: impl Fn(usize, &mut [T]) -> bool + Sync) {
        let (begin, end) = (self.place(slabs.start), self.place(slabs.end));
        let first = (slabs.start - self.first).cast_unsigned();
        let buffers = self.values[begin..end].par_chunks_exact_mut(self.padding.strides[2]);
        let holes = &mut self.holes[first..first + slabs.len()];
        buffers.zip(holes).enumerate().for_each(|(number, (slab, hole))| *hole = make(number, slab));
    }
}

/// Continues the cells of a slab along its rows and across them; tells whether some cell has no value.
fn surround<T: Scalar>(slab: &mut [T], grid: &Slabs, padding: &Padding, rule: Extension) -> bool {
    let outside = T::from_f64(rule.outside());
    let ([left, before, _], stride) = (padding.below, padding.strides[1]);
    let mut hole = false;
    for row in slab.chunks_exact_mut(stride).skip(before).take(grid.rows) {
        hole |= row[left..left + grid.width].iter().fold(false, |hole, value| hole | value.is_hole());
        for at in (0..left).chain(left + grid.width..stride) {
            let from = rule.resolve(at.cast_signed() - left.cast_signed(), grid.width);
            row[at] = from.map_or(outside, |from| row[left + from]);
        }
    }
    let rows = slab.len() / stride;
    for row in (0..before).chain(before + grid.rows..rows) {
        match rule.resolve(row.cast_signed() - before.cast_signed(), grid.rows) {
            Some(from) => slab.copy_within((before + from) * stride..(before + from + 1) * stride, row * stride),
            None => slab[row * stride..(row + 1) * stride].fill(outside),
        }
    }
    hole
}

/// The layers of all planes of a band, as a program reads them.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, T> {
    /// By number of the plane; `None` for one that is not read, or not there yet.
    pub layers: &'a [Option<Layer<T>>],
    /// The grid.
    pub slabs: Slabs,
}

impl<'a, T: Scalar> View<'a, T> {
    /// A plane.
    #[must_use]
    pub fn layer(&self, plane: usize) -> Option<&'a Layer<T>> {
        self.layers.get(plane).and_then(Option::as_ref)
    }

    /// The place of a cell in the buffer of a plane.
    #[must_use]
    pub fn at(&self, plane: usize, cell: usize) -> usize {
        let (x, row) = (cell % self.slabs.width, cell / self.slabs.width);
        self.layer(plane).map_or(0, |layer| layer.at(row / self.slabs.rows, row % self.slabs.rows, x))
    }

    /// `n` values of a plane from a place in its buffer on.
    #[must_use]
    pub fn run(&self, plane: usize, at: usize, n: usize) -> &'a [T] {
        self.layer(plane).map_or(&[], |layer| &layer.values[at..at + n])
    }
}
