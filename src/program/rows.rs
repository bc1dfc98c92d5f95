//! A program over the cells of a grid, cut by axes and run along the rows: what the CPU engine executes.
//!
//! [`Factored`](super::factor::Factored) has taken out what depends on one axis. Along a row (the first axis that has more than one node) only the columns of that
//! axis change. So the inner program is cut once more, into steps that read other columns alone, which run once per *row* on a single
//! lane, and the rest. While a block stays within a row, its columns are slices of the tables, nothing is copied, and what the row
//! holds stays in the registers for the row's next block.
//!
//! Rows shorter than [`SHORTEST`] are not worth a block of their own: there a block crosses rows, and every column is filled cell by cell.
//!
//! **Planes.** A program that reads the neighbours of a cell does so in the padded layers of a [`View`]: within a row a neighbour is a slice
//! of a layer, shifted. Most rows are away from the borders and without holes, and take a shorter program ([`super::specialise`]); it
//! is wrong in the few cells at the ends of a row that are near a border, which are gathered from all rows of a chunk, computed by
//! the whole program, and put in their places.
//!
//! The bits do not depend on any of this: each cell's values are computed by the same lane rules from the same numbers.

mod cut;

use crate::expr::source::SAMPLE_AXES;
use crate::program::Program;
use crate::program::interpret::{Coordinates, LANES, Scalar};
use crate::program::layer::{Padding, Slabs, View};
use crate::program::specialise::Assume;
use crate::program::staged::Extension;
use cut::{Cut, Ground, Space, row_axis};
use std::ops::Range;

/// The shortest row that has blocks of its own.
pub const SHORTEST: usize = 128;

/// The same for programs that read planes, where filling cell by cell costs more.
const SHORTEST_OF_PLANES: usize = 32;

/// A program ready to run over the cells of a grid in the number type `T`.
#[derive(Debug)]
pub struct Rows<T: Scalar> {
    whole: Box<Cut<T>>,
    inside: Option<Box<Inside<T>>>,
    /// Cells of a row, of a block, and of the shortest row that has blocks of its own.
    width: usize,
    block: usize,
    shortest: usize,
}

/// The shorter programs.
#[derive(Debug)]
struct Inside<T: Scalar> {
    /// Away from the borders, and there without holes.
    open: Cut<T>,
    complete: Cut<T>,
    /// The cells nearer to a border than this are not inside: along the row, across the rows of a slab, across slabs.
    margin: [usize; SAMPLE_AXES],
    /// The slabs around its own that are read of each plane.
    reaches: Vec<(usize, usize, usize)>,
    slabs: Slabs,
}

/// Which program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Which {
    #[default]
    Whole,
    Open,
    Complete,
}

/// The registers of one worker.
#[derive(Debug)]
pub struct Workspace<T> {
    whole: Option<Space<T>>,
    open: Option<Space<T>>,
    complete: Option<Space<T>>,
    /// What computed the last block, and the row it was chosen for.
    which: Which,
    chosen_for: Option<usize>,
    /// Cells that are computed apart, and their values, plane after plane.
    apart: Vec<usize>,
    values: Vec<Vec<T>>,
    /// The cells of the last block.
    cells: Range<usize>,
}

impl<T: Scalar> Rows<T> {
    /// Prepares `program`, which reads no planes, for these coordinates, a table for each axis, and parameter values.
    #[must_use]
    pub fn new(program: &Program, axes: &Coordinates<T>, parameters: &[f64]) -> Self {
        Self::build(Cut::new(program, axes, parameters, None), None, axes, SHORTEST)
    }

    /// The same for a program that reads planes, padded so; `rule` says how they go on beyond the grid.
    #[must_use]
    pub fn of_planes(
        program: &Program,
        axes: &Coordinates<T>,
        parameters: &[f64],
        slabs: Slabs,
        paddings: &[Option<Padding>],
        rule: Extension,
    ) -> Self {
        let ground = Ground { slabs, paddings };
        let whole = Cut::new(program, axes, parameters, Some(&ground));
        let reach = (program.reaches().into_iter().flatten()).fold([0; SAMPLE_AXES], |most: [usize; 3], reach| {
            std::array::from_fn(|axis| most[axis].max(reach.below[axis]).max(reach.above[axis]))
        });
        let depth = program.edge_depth();
        // Where there is nothing beyond the border, a cell that reads there is not complete.
        let nothing = rule.resolve(-1, 1).is_none() && rule.outside().is_nan();
        let margin = std::array::from_fn(|axis| if nothing { depth[axis].max(reach[axis]) } else { depth[axis] });
        let margin = slabs.spread(margin);
        let reaches = program.reaches().into_iter().enumerate().filter_map(|(plane, reach)| {
            let reach = reach?;
            Some((plane, slabs.spread(reach.below)[2], slabs.spread(reach.above)[2]))
        });
        let shorter = |complete| program.specialise(Assume { interior: true, complete }).ok();
        let worth = slabs.width >= SHORTEST_OF_PLANES + 2 * margin[0];
        let programs = if worth { shorter(false).zip(shorter(true)) } else { None };
        let inside = programs.filter(|(_, complete)| complete.steps().len() < program.steps().len());
        let inside = inside.map(|(open, complete)| {
            let cut = |program| Cut::new(program, axes, parameters, Some(&ground));
            Box::new(Inside { open: cut(&open), complete: cut(&complete), margin, reaches: reaches.collect(), slabs })
        });
        Self::build(whole, inside, axes, SHORTEST_OF_PLANES)
    }

    /// Bytes of the tables that the programs read.
    #[must_use]
    pub fn table_bytes(&self) -> usize {
        let inside = self.inside.as_ref().map_or(0, |inside| inside.open.table_bytes() + inside.complete.table_bytes());
        self.whole.table_bytes() + inside
    }

    fn build(whole: Cut<T>, inside: Option<Box<Inside<T>>>, axes: &Coordinates<T>, shortest: usize) -> Self {
        let lens: Vec<usize> = axes.tables().iter().map(Vec::len).collect();
        let width = lens.get(row_axis(&lens, shortest < SHORTEST)).copied().unwrap_or(1).max(1);
        // Blocks of equal length, whole cache lines where that is possible.
        let block = if width < shortest {
            LANES
        } else {
            width.div_ceil(width.div_ceil(LANES)).next_multiple_of(16).min(LANES)
        };
        Self { whole: Box::new(whole), inside, width, block, shortest }
    }

    /// The number of planes.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.whole.planes()
    }

    /// Cells of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Registers for one worker.
    #[must_use]
    pub fn workspace(&self) -> Workspace<T> {
        Workspace {
            whole: None,
            open: None,
            complete: None,
            which: Which::Whole,
            chosen_for: None,
            apart: Vec::new(),
            values: vec![Vec::new(); self.planes()],
            cells: 0..0,
        }
    }

    /// Begins to compute some cells, with the planes around them; their blocks follow.
    pub fn begin(&self, space: &mut Workspace<T>, view: Option<View<'_, T>>, cells: &Range<usize>) {
        space.apart.clear();
        space.chosen_for = None;
        let (Some(inside), Some(_)) = (&self.inside, view) else { return };
        let margin = inside.margin[0];
        if margin == 0 || cells.is_empty() {
            return;
        }
        for row in cells.start / self.width..cells.end.div_ceil(self.width) {
            if inside.has_row(row) {
                let first = row * self.width;
                let ends = (first..first + margin).chain(first + self.width - margin..first + self.width);
                space.apart.extend(ends.filter(|cell| cells.contains(cell)));
            }
        }
        let apart = std::mem::take(&mut space.apart);
        space.values.iter_mut().for_each(Vec::clear);
        for part in apart.chunks(LANES) {
            let registers = space.whole.get_or_insert_with(|| self.whole.space());
            self.whole.gathered(registers, view, part);
            for (plane, values) in space.values.iter_mut().enumerate() {
                let first = values.len();
                values.resize(first + part.len(), T::MASKED);
                self.whole.plane(registers, view, plane, &mut values[first..]);
            }
        }
        space.apart = apart;
    }

    /// The blocks in which `cells` are best computed.
    pub fn blocks(&self, cells: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let (width, block, end, shortest) = (self.width, self.block, cells.end, self.shortest);
        let mut first = cells.start;
        std::iter::from_fn(move || {
            if first >= end {
                return None;
            }
            let most = if width < shortest {
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
    pub fn compute(&self, space: &mut Workspace<T>, view: Option<View<'_, T>>, cells: Range<usize>) {
        space.cells = cells.clone();
        if self.width < self.shortest {
            let registers = space.whole.get_or_insert_with(|| self.whole.space());
            if self.whole.reads_no_planes() {
                return self.whole.across_rows(registers, &cells);
            }
            let mut list = [0; LANES];
            list.iter_mut().zip(cells.clone()).for_each(|(slot, cell)| *slot = cell);
            return self.whole.gathered(registers, view, &list[..cells.len()]);
        }
        let row = cells.start / self.width;
        if space.chosen_for != Some(row) {
            space.which = self.which(view, row);
            space.chosen_for = Some(row);
        }
        let (cut, registers) = self.running(space);
        cut.along_row(registers, view, &cells, self.width);
    }

    /// Writes the values of a plane of the block that was computed last, masked where there are none.
    pub fn plane(&self, space: &Workspace<T>, view: Option<View<'_, T>>, plane: usize, out: &mut [T]) {
        let (cut, registers) = match (space.which, &self.inside) {
            (Which::Open, Some(inside)) => (&inside.open, &space.open),
            (Which::Complete, Some(inside)) => (&inside.complete, &space.complete),
            _ => (self.whole.as_ref(), &space.whole),
        };
        let Some(registers) = registers else { return };
        cut.plane(registers, view, plane, out);
        if !space.apart.is_empty() && space.which != Which::Whole {
            let first = space.apart.partition_point(|&cell| cell < space.cells.start);
            let apart = space.apart[first..].iter().zip(&space.values[plane][first..]);
            for (&cell, &value) in apart.take_while(|(cell, _)| **cell < space.cells.end) {
                out[cell - space.cells.start] = value;
            }
        }
    }

    /// Writes the values of all planes at these cells.
    pub fn write(
        &self,
        space: &mut Workspace<T>,
        view: Option<View<'_, T>>,
        cells: Range<usize>,
        planes: &mut [&mut [T]],
    ) {
        self.begin(space, view, &cells);
        for block in self.blocks(cells.clone()) {
            let place = block.start - cells.start..block.end - cells.start;
            self.compute(space, view, block);
            for (plane, values) in planes.iter_mut().enumerate() {
                self.plane(space, view, plane, &mut values[place.clone()]);
            }
        }
    }

    /// The values of single cells, one vector per plane.
    #[must_use]
    pub fn scattered(&self, view: Option<View<'_, T>>, cells: &[usize]) -> Vec<Vec<T>> {
        let mut planes = vec![Vec::with_capacity(cells.len()); self.planes()];
        let mut space = self.whole.space();
        for part in cells.chunks(LANES) {
            self.whole.gathered(&mut space, view, part);
            for (plane, values) in planes.iter_mut().enumerate() {
                let first = values.len();
                values.resize(first + part.len(), T::MASKED);
                self.whole.plane(&space, view, plane, &mut values[first..]);
            }
        }
        planes
    }

    fn which(&self, view: Option<View<'_, T>>, row: usize) -> Which {
        match (&self.inside, view) {
            (Some(inside), Some(view)) if inside.has_row(row) => {
                let slab = row / inside.slabs.rows;
                let complete = |&(plane, below, above): &(usize, usize, usize)| {
                    view.layer(plane).is_some_and(|layer| layer.complete(&(slab..slab + 1), below, above))
                };
                if inside.reaches.iter().all(complete) { Which::Complete } else { Which::Open }
            }
            _ => Which::Whole,
        }
    }

    fn running<'a>(&'a self, space: &'a mut Workspace<T>) -> (&'a Cut<T>, &'a mut Space<T>) {
        let (cut, registers) = match (space.which, &self.inside) {
            (Which::Open, Some(inside)) => (&inside.open, &mut space.open),
            (Which::Complete, Some(inside)) => (&inside.complete, &mut space.complete),
            _ => (self.whole.as_ref(), &mut space.whole),
        };
        (cut, registers.get_or_insert_with(|| cut.space()))
    }
}

impl<T: Scalar> Inside<T> {
    /// Whether the cells of a row are away from the borders across it.
    fn has_row(&self, row: usize) -> bool {
        let within = |index: usize, len: usize, margin: usize| index >= margin && index + margin < len;
        within(row % self.slabs.rows, self.slabs.rows, self.margin[1])
            && within(row / self.slabs.rows, self.slabs.count, self.margin[2])
    }
}
