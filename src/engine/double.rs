//! The GPU engine in double precision: planes from the device, their range and colours from the CPU.
//!
//! The program is the one of the other engines, linked with the library in f64 ([`crate::math::double`]). Planes are read back whole:
//! 64-bit keys and histograms on the device would need shaders of their own, and reading back eight bytes a cell costs less than
//! computing them does. The colours of a band whose range was asked for last are taken from the same copy.

use crate::engine::checked::device;
use crate::engine::error::EngineError;
use crate::engine::evaluator::Evaluator;
use crate::engine::sampled::SampledSession;
use crate::gpu::Gpu;
use crate::grid::Grid;
use crate::kernels::palette::Lookup;
use crate::kernels::range::RangeStats;
use crate::math::Library;
use crate::program::Program;
use crate::program::interpret::Coordinates;
use std::ops::Range;

/// A program on a device in `f64`, over the cells of one grid.
#[derive(Debug)]
pub struct DoubleSession {
    evaluator: Evaluator<f64>,
    /// What the program taps.
    samples: Option<SampledSession<f64>>,
    planes: Vec<Vec<f64>>,
    /// What the planes hold.
    held: Option<Range<usize>>,
}

impl DoubleSession {
    /// Compiles `program` for a device with 64-bit floats.
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn new(gpu: &Gpu, program: &Program, grid: &Grid, parameters: &[f64]) -> Result<Self, EngineError> {
        let coordinates = Coordinates::<f64>::of_grid(grid);
        let evaluator = Evaluator::of_program(gpu, program, Library::Double, coordinates.tables(), parameters)?;
        Ok(Self { evaluator, samples: None, planes: vec![Vec::new(); program.outputs().len()], held: None })
    }

    /// Bytes of the columns here and on the device, and of the smallest band of samples.
    pub(crate) fn fixed_bytes(&self) -> [usize; 2] {
        let samples = self.samples.as_ref().map_or([0; 2], SampledSession::fixed_bytes);
        [2 * self.evaluator.column_bytes() + samples[0], 3 * samples[1]]
    }

    /// Compiles the program of `samples` that taps its planes, which are computed on the CPU.
    ///
    /// # Errors
    /// What the GPU reports, and a device whose buffers do not hold what a band taps.
    pub(crate) fn of_samples(
        gpu: &Gpu,
        program: &Program,
        grid: &Grid,
        parameters: &[f64],
        samples: SampledSession<f64>,
    ) -> Result<Self, EngineError> {
        let coordinates = Coordinates::<f64>::of_grid(grid);
        let (tables, paddings) = (coordinates.tables(), samples.paddings());
        let evaluator = Evaluator::of_sampled(gpu, program, Library::Double, tables, parameters, paddings)?;
        device::fits(&evaluator, &samples)?;
        let planes = vec![Vec::new(); program.outputs().len()];
        Ok(Self { evaluator, samples: Some(samples), planes, held: None })
    }

    /// The most cells that one call may ask for.
    #[must_use]
    pub fn max_cells(&self) -> usize {
        let most = |samples| device::most_cells(&self.evaluator, samples);
        self.samples.as_ref().map_or(self.evaluator.max_cells(), most)
    }

    /// Whether the program reads sampled planes.
    #[must_use]
    pub fn reads_planes(&self) -> bool {
        self.samples.is_some()
    }

    /// Writes the values of `cells` into the planes.
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn planes(&mut self, cells: Range<usize>, planes: &mut [Vec<f64>]) -> Result<(), EngineError> {
        if let Some(samples) = &mut self.samples {
            device::send(&mut self.evaluator, samples, &cells)?;
        }
        Ok(self.evaluator.planes(cells, planes)?)
    }

    /// Adds the values of `cells` in plane `plane` to the statistics.
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        stats.add_f64(self.plane(cells, plane)?);
        Ok(())
    }

    /// Writes the colour indices of `cells` in plane `plane`, resizing `indices` to fit.
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        lookup: &Lookup<f64>,
        indices: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        indices.resize(cells.len(), 0);
        lookup.apply(self.plane(cells, plane)?, indices);
        Ok(())
    }

    /// The values of `cells` in plane `plane`; empty if there is no such plane.
    fn plane(&mut self, cells: Range<usize>, plane: usize) -> Result<&[f64], EngineError> {
        if self.held.as_ref() != Some(&cells) {
            self.held = None;
            let mut planes = std::mem::take(&mut self.planes);
            let evaluated = self.planes(cells.clone(), &mut planes);
            self.planes = planes;
            evaluated?;
            self.held = Some(cells);
        }
        Ok(self.planes.get(plane).map_or(&[], Vec::as_slice))
    }
}

#[cfg(test)]
mod tests;
