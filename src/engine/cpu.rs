//! The CPU engine: the interpreter over all cores, in `f32` or in `f64`.
//!
//! A range of cells is cut into chunks of a few blocks; each worker keeps its registers and runs whole chunks. What a chunk
//! computes depends on its cells alone, so the number of threads never shows in the result. Statistics and colour indices
//! are taken from each block while it is in the cache; the values themselves are never stored.

use crate::kernels::palette::Lookup;
use crate::kernels::range::RangeStats;
use crate::program::Program;
use crate::program::interpret::{Coordinates, Interpreter, LANES, Scalar};
use rayon::prelude::*;
use std::ops::Range;

/// Cells per chunk of work.
const CHUNK: usize = 32 * LANES;

/// A program ready to run over the cells of a grid in the number type `T`.
#[derive(Debug)]
pub struct CpuSession<T: Scalar> {
    interpreter: Interpreter<T>,
    coordinates: Coordinates<T>,
}

/// A number type whose values can be counted and coloured.
pub trait Sample: Scalar + crate::kernels::palette::Sample {
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
    /// Prepares `program` for these coordinates and parameter values.
    #[must_use]
    pub fn new(program: &Program, coordinates: Coordinates<T>, parameters: &[f64]) -> Self {
        Self { interpreter: Interpreter::new(program, parameters), coordinates }
    }

    /// The number of planes.
    #[must_use]
    pub fn planes_count(&self) -> usize {
        self.interpreter.planes()
    }

    /// The values of single cells, one vector per plane.
    #[must_use]
    pub fn scattered(&self, cells: &[usize]) -> Vec<Vec<T>> {
        let axes = 0..self.coordinates.tables().len();
        let column = |axis| cells.iter().map(|&cell| self.coordinates.at(axis, cell)).collect();
        self.interpreter.points(axes.map(column).collect())
    }

    /// Writes the values of `cells` into the planes, which are resized to fit.
    pub fn planes(&self, cells: Range<usize>, planes: &mut [Vec<T>]) {
        for plane in planes.iter_mut() {
            plane.resize(cells.len(), T::ZERO);
        }
        let mut tasks: Vec<(usize, Vec<&mut [T]>)> = Vec::new();
        tasks.extend(cells.clone().step_by(CHUNK).map(|first| (first, Vec::with_capacity(planes.len()))));
        for plane in planes.iter_mut() {
            for (task, chunk) in tasks.iter_mut().zip(plane.chunks_mut(CHUNK)) {
                task.1.push(chunk);
            }
        }
        tasks.into_par_iter().for_each_init(
            || self.interpreter.registers(),
            |registers, (first, mut chunks)| {
                let count = chunks.first().map_or(0, |chunk| chunk.len());
                for done in (0..count).step_by(LANES) {
                    let n = LANES.min(count - done);
                    self.interpreter.run(registers, &self.coordinates, first + done, n, |plane, values| {
                        chunks[plane][done..done + n].copy_from_slice(values);
                    });
                }
            },
        );
    }

    /// Adds the values of `cells` in plane `plane` to the statistics.
    pub fn range(&self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) {
        let bins = stats.bins;
        let starts: Vec<usize> = cells.clone().step_by(CHUNK).collect();
        let total = starts
            .par_iter()
            .with_min_len(64)
            .fold(
                || (self.interpreter.registers(), RangeStats::new(bins)),
                |(mut registers, mut stats), &first| {
                    let count = CHUNK.min(cells.end - first);
                    for done in (0..count).step_by(LANES) {
                        let n = LANES.min(count - done);
                        self.interpreter.run(&mut registers, &self.coordinates, first + done, n, |at, values| {
                            if at == plane {
                                T::count(&mut stats, values);
                            }
                        });
                    }
                    (registers, stats)
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
        indices.par_chunks_mut(CHUNK).enumerate().for_each_init(
            || self.interpreter.registers(),
            |registers, (chunk, out)| {
                let first = cells.start + chunk * CHUNK;
                for (done, out) in (0..).step_by(LANES).zip(out.chunks_mut(LANES)) {
                    self.interpreter.run(registers, &self.coordinates, first + done, out.len(), |at, values| {
                        if at == plane {
                            lookup.apply(values, out);
                        }
                    });
                }
            },
        );
    }
}
