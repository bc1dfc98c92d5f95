//! The GPU as a source of bands: an evaluator, and the sampled planes that its program taps.

use super::Source;
use super::twin::{Shared, locked};
use crate::engine::cpu::Sample;
use crate::engine::error::EngineError;
use crate::engine::evaluator::{Evaluator, Pending, Real};
use crate::engine::sampled::SampledSession;
use crate::gpu::GpuError;
use crate::kernels::contour::Active;
use crate::kernels::range::{Bins, RangeStats};
use std::ops::Range;
use std::time::Duration;

/// A program on a device.
#[derive(Debug)]
pub struct Device {
    evaluator: Evaluator,
    samples: Option<Shared>,
}

impl Device {
    /// A program without taps.
    #[must_use]
    pub fn new(evaluator: Evaluator) -> Self {
        Self { evaluator, samples: None }
    }

    /// A program that taps the planes of this session.
    ///
    /// # Errors
    /// A device whose buffers do not hold what a band taps.
    pub(crate) fn with_samples(evaluator: Evaluator, samples: Shared) -> Result<Self, EngineError> {
        fits(&evaluator, &locked(&samples))?;
        Ok(Self { evaluator, samples: Some(samples) })
    }

    /// Sends what these cells tap.
    fn ready(&mut self, cells: &Range<usize>) -> Result<(), EngineError> {
        match &self.samples {
            None => Ok(()),
            Some(samples) => send(&mut self.evaluator, &mut locked(samples), cells),
        }
    }
}

/// Sends what these cells tap, unless it is there.
pub(crate) fn send<T: Real + Sample>(
    evaluator: &mut Evaluator<T>,
    samples: &mut SampledSession<T>,
    cells: &Range<usize>,
) -> Result<(), EngineError> {
    let (wanted, held) = (samples.slabs().of_cells(cells), evaluator.samples_held());
    if held.start <= wanted.start && wanted.end <= held.end {
        return Ok(());
    }
    let (band, view) = samples.hold(cells)?;
    let planes = evaluator.tapped().into_iter().map(|plane| view.layer(plane).map_or(&[][..], |layer| layer.values()));
    let planes: Vec<&[T]> = planes.collect();
    Ok(evaluator.send_samples(band, &planes)?)
}

/// The most cells of a band: it may begin anywhere in a slab.
pub(crate) fn most_cells<T: Real + Sample>(evaluator: &Evaluator<T>, samples: &SampledSession<T>) -> usize {
    let slabs = samples.slabs();
    let most = evaluator.max_slabs().min(samples.most()).max(2);
    let cells = if most >= slabs.count { usize::MAX } else { (most - 1) * slabs.cells() };
    evaluator.max_cells().min(cells)
}

/// Refuses a device to which not even one cell more than a slab can be sent.
pub(crate) fn fits<T: Real + Sample>(evaluator: &Evaluator<T>, samples: &SampledSession<T>) -> Result<(), EngineError> {
    let least = samples.slabs().count.min(2);
    if evaluator.max_slabs() >= least {
        return Ok(());
    }
    let (limits, bytes) = (evaluator.gpu().limits(), samples.bytes(least) as u64);
    let what = "what one row, or plane of a volume, of samples needs".into();
    Err(GpuError::TooLarge { what, bytes, limit: limits.binding.min(limits.buffer) }.into())
}

impl Source for Device {
    type Pending = Pending;
    fn max_cells(&self) -> usize {
        match &self.samples {
            None => self.evaluator.max_cells(),
            Some(samples) => most_cells(&self.evaluator, &locked(samples)),
        }
    }
    fn kernel_time(&self) -> Option<Duration> {
        self.evaluator.kernel_time()
    }
    fn begin_planes(&mut self, cells: Range<usize>) -> Result<Pending, EngineError> {
        self.ready(&cells)?;
        Ok(self.evaluator.begin_planes(cells)?)
    }
    fn begin_range(&mut self, cells: Range<usize>, plane: usize, bins: Bins) -> Result<Pending, EngineError> {
        self.ready(&cells)?;
        Ok(self.evaluator.begin_range(cells, plane, bins)?)
    }
    fn begin_palette(&mut self, cells: Range<usize>, plane: usize, thresholds: &[f32]) -> Result<Pending, EngineError> {
        self.ready(&cells)?;
        Ok(self.evaluator.begin_palette(cells, plane, thresholds)?)
    }
    fn begin_contour(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        width: usize,
    ) -> Result<Pending, EngineError> {
        self.ready(&cells)?;
        Ok(self.evaluator.begin_contour(cells, plane, thresholds, width)?)
    }
    fn finish_planes(&mut self, pending: Pending, out: &mut [Vec<f32>]) -> Result<(), EngineError> {
        Ok(self.evaluator.finish_planes(pending, out)?)
    }
    fn finish_range(&mut self, pending: Pending, stats: &mut RangeStats) -> Result<(), EngineError> {
        Ok(self.evaluator.finish_range(pending, stats)?)
    }
    fn finish_palette(&mut self, pending: Pending, out: &mut Vec<u8>) -> Result<(), EngineError> {
        Ok(self.evaluator.finish_palette(pending, out)?)
    }
    fn finish_contour(&mut self, pending: Pending, out: &mut Vec<Active>) -> Result<Option<Vec<u32>>, EngineError> {
        Ok(self.evaluator.finish_contour(pending, out)?)
    }
    fn cancel(&mut self, pending: Pending) -> Result<(), EngineError> {
        Ok(self.evaluator.cancel(pending)?)
    }
}
