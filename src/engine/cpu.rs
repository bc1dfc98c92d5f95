//! The CPU engine: programs along rows over all cores, in `f32` or in `f64`.
//!
//! A range of cells is cut into chunks of a few blocks; each worker keeps its registers and runs whole chunks. What a chunk
//! computes depends on its cells alone, so the number of threads never shows in the result. Statistics and colour indices
//! are taken from each block while it is in the cache; the values themselves are never stored.

use crate::engine::arrays::Readable;
use crate::kernels::palette::Lookup;
use crate::kernels::range::RangeStats;
use crate::program::Program;
use crate::program::interpret::{Coordinates, LANES};
use crate::program::layer::{Padding, Slabs, View};
use crate::program::rows::Rows;
use crate::program::staged::Extension;
use rayon::prelude::*;
use std::ops::Range;

/// Cells per chunk of work: some 100 µs of the cheapest program, so that handing it out costs nothing.
const CHUNK: usize = 1 << 16;

/// A program ready to run over the cells of a grid in the number type `T`.
#[derive(Debug)]
pub struct CpuSession<T: Sample> {
    rows: Box<Rows<T>>,
}

/// A number type whose values can be counted and coloured.
pub trait Sample: Readable + crate::kernels::palette::Sample {
    /// Adds values to the statistics.
    fn count(stats: &mut RangeStats, values: &[Self]);
}

impl Sample for f32 {
    fn count(stats: &mut RangeStats, values: &[Self]) {
        stats.add_f32(values);
    }
}

impl Sample for f64 {
    fn count(stats: &mut RangeStats, values: &[Self]) {
        stats.add_f64(values);
    }
}

impl<T: Sample> CpuSession<T> {
    /// Prepares `program` for these coordinates, a table for each axis, and parameter values.
    #[must_use]
    pub fn new(program: &Program, coordinates: Coordinates<T>, parameters: &[f64]) -> Self {
        Self { rows: Box::new(Rows::new(program, &coordinates, parameters)) }
    }

    /// The same for a program that reads planes, padded so and continued by this rule.
    #[must_use]
    pub fn of_planes(
        program: &Program,
        coordinates: &Coordinates<T>,
        parameters: &[f64],
        slabs: Slabs,
        paddings: &[Option<Padding>],
        rule: Extension,
    ) -> Self {
        Self { rows: Box::new(Rows::of_planes(program, coordinates, parameters, slabs, paddings, rule)) }
    }

    /// Bytes of the tables along the axes.
    #[must_use]
    pub fn table_bytes(&self) -> usize {
        self.rows.table_bytes()
    }

    /// The number of planes.
    #[must_use]
    pub fn planes_count(&self) -> usize {
        self.rows.planes()
    }

    /// The values of single cells, one vector per plane.
    #[must_use]
    pub fn scattered(&self, cells: &[usize]) -> Vec<Vec<T>> {
        self.rows.scattered(None, cells)
    }

    /// The same with the planes around them.
    #[must_use]
    pub fn scattered_of(&self, view: View<'_, T>, cells: &[usize]) -> Vec<Vec<T>> {
        self.rows.scattered(Some(view), cells)
    }

    /// Writes the values of `cells` into the planes, which are resized to fit.
    pub fn planes(&self, cells: Range<usize>, planes: &mut [Vec<T>]) {
        for plane in planes.iter_mut() {
            plane.resize(cells.len(), T::ZERO);
        }
        self.planes_of(None, cells, planes.iter_mut().map(Vec::as_mut_slice));
    }

    /// Writes the values of `cells`, with the planes around them, into planes of as many cells.
    pub fn planes_of<'a>(
        &self,
        view: Option<View<'_, T>>,
        cells: Range<usize>,
        planes: impl ExactSizeIterator<Item = &'a mut [T]>,
    ) {
        let mut tasks: Vec<(Range<usize>, Vec<&mut [T]>)> = Vec::new();
        tasks.extend(chunks(&cells).map(|chunk| (chunk, Vec::with_capacity(planes.len()))));
        for plane in planes {
            for (task, chunk) in tasks.iter_mut().zip(plane.chunks_mut(CHUNK)) {
                task.1.push(chunk);
            }
        }
        tasks.into_par_iter().for_each_init(
            || self.rows.workspace(),
            |space, (chunk, mut planes)| self.rows.write(space, view, chunk, &mut planes),
        );
    }

    /// Adds the values of `cells` in plane `plane` to the statistics.
    pub fn range(&self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) {
        self.range_of(None, cells, plane, stats);
    }

    /// The same with the planes around them.
    pub fn range_of(&self, view: Option<View<'_, T>>, cells: Range<usize>, plane: usize, stats: &mut RangeStats) {
        let bins = stats.bins;
        let chunks: Vec<Range<usize>> = chunks(&cells).collect();
        let total = chunks
            .into_par_iter()
            .fold(
                || (self.rows.workspace(), RangeStats::new(bins)),
                |(mut space, mut stats), chunk| {
                    let mut values = [T::ZERO; LANES];
                    self.rows.begin(&mut space, view, &chunk);
                    for block in self.rows.blocks(chunk) {
                        let values = &mut values[..block.len()];
                        self.rows.compute(&mut space, view, block);
                        self.rows.plane(&space, view, plane, values);
                        T::count(&mut stats, values);
                    }
                    (space, stats)
                },
            )
            .map(|(_, stats)| stats)
            .reduce_with(|mut total, part| {
                total.merge(&part);
                total
            });
        if let Some(total) = total {
            stats.merge(&total);
        }
    }

    /// Writes the colour indices of `cells` in plane `plane`, resizing `indices` to fit.
    pub fn palette(&self, cells: Range<usize>, plane: usize, lookup: &Lookup<T>, indices: &mut Vec<u8>) {
        indices.resize(cells.len(), 0);
        self.palette_of(None, cells, plane, lookup, indices);
    }

    /// Writes the colour indices of `cells` in plane `plane`, with the planes around them, into as many places.
    pub fn palette_of(
        &self,
        view: Option<View<'_, T>>,
        cells: Range<usize>,
        plane: usize,
        lookup: &Lookup<T>,
        indices: &mut [u8],
    ) {
        indices.par_chunks_mut(CHUNK).enumerate().for_each_init(
            || self.rows.workspace(),
            |space, (number, out)| {
                let first = cells.start + number * CHUNK;
                let mut values = [T::ZERO; LANES];
                self.rows.begin(space, view, &(first..first + out.len()));
                for block in self.rows.blocks(first..first + out.len()) {
                    let (values, place) = (&mut values[..block.len()], block.start - first..block.end - first);
                    self.rows.compute(space, view, block);
                    self.rows.plane(space, view, plane, values);
                    lookup.apply(values, &mut out[place]);
                }
            },
        );
    }
}

/// The cells in chunks.
fn chunks(cells: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = cells.end;
    cells.clone().step_by(CHUNK).map(move |first| first..(first + CHUNK).min(end))
}
