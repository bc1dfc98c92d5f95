//! What is timed: an engine with a program on one grid, and beside it the memory that it writes.

use super::limits::Writer;
use super::verify::Check;
use super::{Bands, Times};
use crate::engine::{Engine, EngineChoice, EngineError, Evaluator, PATIENCE, Session};
use crate::field::Samples;
use crate::gpu::{Gpu, GpuError};
use crate::grid::Grid;
use crate::math::Library;
use crate::program::interpret::{Coordinates, Scalar};
use crate::program::{Program, emit};
use std::ops::Range;
use std::time::{Duration, Instant};

/// An engine with a program on one grid.
#[derive(Debug)]
pub(super) enum Runner {
    Host { session: Box<Session>, samples: Samples },
    Device { evaluator: Box<Evaluator>, parameters: Vec<f32>, samples: Samples },
}

impl Runner {
    /// On the CPU.
    pub(super) fn host(engine: &Engine, program: &Program, grid: &Grid, values: &[f64]) -> Result<Self, EngineError> {
        let session = Box::new(engine.session(program, grid, values, Library::Exact)?);
        Ok(Self::Host { session, samples: engine.samples(program.outputs().len()) })
    }

    /// On a GPU.
    pub(super) fn device(gpu: &Gpu, program: &Program, grid: &Grid, values: &[f64]) -> Result<Self, GpuError> {
        let parameters: Vec<f32> = values.iter().map(|&value| f32::from_f64(value)).collect();
        let planes = program.outputs().len();
        let coordinates = Coordinates::<f32>::of_grid(grid);
        let patient = gpu.with_compile_deadline(PATIENCE);
        let text = emit::module(program, Library::Exact);
        let evaluator = Evaluator::new(&patient, text, planes, coordinates.tables(), &parameters)?;
        let samples = Samples::F32(vec![Vec::new(); planes]);
        Ok(Self::Device { evaluator: Box::new(evaluator), parameters, samples })
    }

    /// The most cells of a band.
    pub(super) fn max_cells(&self) -> usize {
        match self {
            Self::Host { session, .. } => session.max_cells(),
            Self::Device { evaluator, .. } => evaluator.max_cells(),
        }
    }

    /// The values of one band.
    pub(super) fn band(&mut self, cells: Range<usize>) -> Result<&Samples, EngineError> {
        match self {
            Self::Host { session, samples } => {
                session.planes(cells, samples)?;
                Ok(samples)
            }
            Self::Device { evaluator, samples, .. } => {
                if let Samples::F32(planes) = samples {
                    evaluator.planes(cells, planes)?;
                }
                Ok(samples)
            }
        }
    }

    /// One pass over all bands; the time of the kernels if there is a clock.
    pub(super) fn pass(&mut self, bands: Bands) -> Result<Option<Duration>, EngineError> {
        match self {
            Self::Host { .. } => {
                for cells in bands.iter() {
                    self.band(cells)?;
                }
                Ok(None)
            }
            Self::Device { evaluator, parameters, samples } => {
                let Samples::F32(planes) = samples else { return Err(EngineError::NumberType) };
                // The device keeps the band that it evaluated last; a new pass is to evaluate it anew.
                evaluator.set_parameters(parameters)?;
                let mut kernels = Some(Duration::ZERO);
                let mut flying = None;
                for cells in bands.iter().map(Some).chain([None]) {
                    let next = cells.map(|cells| evaluator.begin_planes(cells)).transpose()?;
                    if let Some(pending) = std::mem::replace(&mut flying, next) {
                        evaluator.finish_planes(pending, planes)?;
                        kernels = kernels.zip(evaluator.kernel_time()).map(|(sum, time)| sum + time);
                    }
                }
                Ok(kernels)
            }
        }
    }
}

/// An engine with what was measured of it.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) engine: EngineChoice,
    pub(super) runner: Runner,
    pub(super) passes: u32,
    pub(super) pass: Times,
    pub(super) kernel: Option<Times>,
    pub(super) writer: Writer,
    pub(super) written: Times,
    pub(super) check: Check,
}

impl Contender {
    /// One round: the engine, and the writer beside it.
    pub(super) fn sample(&mut self, bands: Bands) -> Result<(), EngineError> {
        let start = Instant::now();
        let mut kernels = Some(Duration::ZERO);
        for _ in 0..self.passes {
            let kernel = self.runner.pass(bands)?;
            kernels = kernels.zip(kernel).map(|(sum, time)| sum + time);
        }
        let per_pass = |time: Duration| time.as_secs_f64() / f64::from(self.passes);
        self.pass.push(per_pass(start.elapsed()));
        match (&mut self.kernel, kernels) {
            (Some(times), Some(time)) => times.push(per_pass(time)),
            _ => self.kernel = None,
        }
        self.written.push(self.writer.pass(bands, self.passes));
        Ok(())
    }
}
