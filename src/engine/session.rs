//! Sessions: one interface to a program on any engine, with bands that are begun and finished apart.
//!
//! A GPU works on a band from the moment it is begun, and on up to [`Session::depth`] of them one after the other, while earlier ones
//! are copied, checked and written. The CPU engines begin nothing ahead: they work when a band is finished, on all cores.

use crate::engine::checked::{self, Checked, Report, Verify};
use crate::engine::cpu::CpuSession;
use crate::engine::double::DoubleSession;
use crate::engine::error::EngineError;
use crate::engine::sampled::SampledSession;
use crate::engine::selftest::Agreement;
use crate::field::Samples;
use crate::io::read::Reader;
use crate::kernels::contour::{self, Active};
use crate::kernels::palette::Lookup;
use crate::kernels::range::{Bins, RangeStats};
use crate::program::interpret::Scalar;
use std::ops::Range;
use std::time::Duration;

/// A program on an engine, over the cells of one grid.
#[derive(Debug)]
pub enum Session {
    /// On the GPU, with canaries, of formulas and of sampled values.
    Gpu(Box<Checked>),
    /// On the CPU in `f32`.
    F32(CpuSession<f32>),
    /// On the CPU in `f64`.
    F64(CpuSession<f64>),
    /// On the GPU in `f64`, of both.
    Gpu64(Box<DoubleSession>),
    /// Sampled values, on the CPU in `f32`.
    SampledF32(Box<SampledSession<f32>>),
    /// Sampled values, on the CPU in `f64`.
    SampledF64(Box<SampledSession<f64>>),
}

/// What is wanted of a band.
#[derive(Debug, Clone, Copy)]
pub enum Job<'a> {
    /// The values of all planes.
    Planes,
    /// What there is to know about the values of a plane, in a histogram of these bins.
    Range(usize, Bins),
    /// The colour indices of a plane by these thresholds.
    Palette(usize, &'a Thresholds),
    /// The cells of a plane, in rows of so many nodes, whose corners differ in class by these thresholds.
    Contour(usize, &'a Thresholds, usize),
}

/// A band that was begun; finish it, or cancel it.
#[derive(Debug)]
#[must_use = "a band in flight keeps its place in the ring"]
pub struct Begun {
    cells: Range<usize>,
    /// Where the work is under way; the others begin when it is finished.
    gpu: Option<checked::Begun>,
}

/// Colour thresholds in the form an engine wants.
#[derive(Debug, Clone)]
pub enum Thresholds {
    /// For the GPU.
    Gpu(Vec<f32>),
    /// For the CPU in `f32`.
    F32(Lookup<f32>),
    /// For both engines in `f64`.
    F64(Lookup<f64>),
}

impl Session {
    /// Whether it can take other arrays: on the CPU.
    #[must_use]
    pub fn takes_arrays(&self) -> bool {
        matches!(self, Self::SampledF32(_) | Self::SampledF64(_))
    }

    /// Takes other arrays of the same number and shapes, where it [can](Self::takes_arrays).
    pub fn set_arrays(&mut self, readers: Vec<Box<dyn Reader>>) {
        match self {
            Self::SampledF32(session) => session.set_arrays(readers),
            Self::SampledF64(session) => session.set_arrays(readers),
            Self::Gpu(_) | Self::Gpu64(_) | Self::F32(_) | Self::F64(_) => {}
        }
    }

    /// Checks so much of what a GPU delivers; the other engines need no check.
    pub fn set_verify(&mut self, verify: Verify) {
        if let Self::Gpu(checked) = self {
            checked.set_verify(verify);
        }
    }

    /// What the checks have found so far.
    #[must_use]
    pub fn report(&self) -> Report {
        match self {
            Self::Gpu(checked) => checked.report().clone(),
            _ => Report::default(),
        }
    }

    /// How the results relate to those of the other engines.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        match self {
            Self::Gpu(checked) => checked.agreement(),
            Self::F32(_) | Self::SampledF32(_) => Agreement::BitExact,
            Self::F64(_) | Self::SampledF64(_) => Agreement::Reference,
            // There is no self-test in double precision: nothing more is known of an adapter.
            Self::Gpu64(_) => Agreement::WithinBound,
        }
    }

    /// Bytes that are held whatever the pieces: of the tables along the axes, and of the smallest band of sampled planes.
    #[must_use]
    pub fn fixed_bytes(&self) -> [usize; 2] {
        // A device has what its twin or host has, and the host keeps it to send it.
        let on_device = |[tables, planes]: [usize; 2]| [3 * tables, 3 * planes];
        match self {
            Self::F32(session) => [session.table_bytes(), 0],
            Self::F64(session) => [session.table_bytes(), 0],
            Self::SampledF32(session) => session.fixed_bytes(),
            Self::SampledF64(session) => session.fixed_bytes(),
            Self::Gpu(checked) => on_device(checked.fixed_bytes()),
            Self::Gpu64(session) => session.fixed_bytes(),
        }
    }

    /// The most cells that one call may ask for.
    #[must_use]
    pub fn max_cells(&self) -> usize {
        match self {
            Self::Gpu(checked) => checked.max_cells(),
            Self::Gpu64(session) => session.max_cells(),
            _ => usize::MAX,
        }
    }

    /// Bands that may be begun before the first of them is finished.
    #[must_use]
    pub fn depth(&self) -> usize {
        if let Self::Gpu(checked) = self { checked.depth() } else { 1 }
    }

    /// Whether the program reads sampled planes, which take memory beside the results.
    #[must_use]
    pub fn reads_planes(&self) -> bool {
        match self {
            Self::Gpu(checked) => checked.reads_planes(),
            Self::Gpu64(session) => session.reads_planes(),
            Self::F32(_) | Self::F64(_) => false,
            Self::SampledF32(_) | Self::SampledF64(_) => true,
        }
    }

    /// How long the kernels of the band that was finished last ran on the device, where that is known.
    #[must_use]
    pub fn kernel_time(&self) -> Option<Duration> {
        match self {
            Self::Gpu(checked) => checked.kernel_time(),
            _ => None,
        }
    }

    /// Begins a band.
    ///
    /// # Errors
    /// What the GPU reports, more bands than [`Session::depth`], or thresholds made for another engine.
    pub fn begin(&mut self, cells: Range<usize>, job: Job<'_>) -> Result<Begun, EngineError> {
        let gpu = match (self, job) {
            (Self::Gpu(checked), Job::Planes) => Some(checked.begin_planes(cells.clone())?),
            (Self::Gpu(checked), Job::Range(plane, bins)) => Some(checked.begin_range(cells.clone(), plane, bins)?),
            (Self::Gpu(checked), Job::Palette(plane, Thresholds::Gpu(values))) => {
                Some(checked.begin_palette(cells.clone(), plane, values)?)
            }
            (Self::Gpu(checked), Job::Contour(plane, Thresholds::Gpu(values), width)) => {
                Some(checked.begin_contour(cells.clone(), plane, values, width)?)
            }
            (Self::Gpu(_), Job::Palette(..) | Job::Contour(..)) => return Err(EngineError::NumberType),
            _ => None,
        };
        Ok(Begun { cells, gpu })
    }

    /// Waits for a band and drops its result.
    ///
    /// # Errors
    /// When the device fails.
    pub fn cancel(&mut self, begun: Begun) -> Result<(), EngineError> {
        if let (Self::Gpu(checked), Some(begun)) = (self, begun.gpu) {
            checked.cancel(begun)?;
        }
        Ok(())
    }

    /// Writes the values of a band into the planes of `samples`, which must be of the engine's number type.
    ///
    /// # Errors
    /// What the GPU reports, or buffers of another number type.
    pub fn finish_planes(&mut self, begun: Begun, samples: &mut Samples) -> Result<(), EngineError> {
        match (self, samples, begun) {
            (Self::Gpu(checked), Samples::F32(planes), Begun { gpu: Some(begun), .. }) => {
                checked.finish_planes(begun, planes)?
            }
            (Self::F32(session), Samples::F32(planes), Begun { cells, .. }) => session.planes(cells, planes),
            (Self::F64(session), Samples::F64(planes), Begun { cells, .. }) => session.planes(cells, planes),
            (Self::Gpu64(session), Samples::F64(planes), Begun { cells, .. }) => session.planes(cells, planes)?,
            (Self::SampledF32(session), Samples::F32(planes), Begun { cells, .. }) => session.planes(cells, planes)?,
            (Self::SampledF64(session), Samples::F64(planes), Begun { cells, .. }) => session.planes(cells, planes)?,
            (session, _, begun) => {
                session.cancel(begun)?;
                return Err(EngineError::NumberType);
            }
        }
        Ok(())
    }

    /// Adds the values of a band in plane `plane` to the statistics.
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn finish_range(&mut self, begun: Begun, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        match (self, begun) {
            (Self::Gpu(checked), Begun { gpu: Some(begun), .. }) => checked.finish_range(begun, plane, stats)?,
            (Self::Gpu(_), _) => return Err(EngineError::NumberType),
            (Self::F32(session), Begun { cells, .. }) => session.range(cells, plane, stats),
            (Self::F64(session), Begun { cells, .. }) => session.range(cells, plane, stats),
            (Self::Gpu64(session), Begun { cells, .. }) => session.range(cells, plane, stats)?,
            (Self::SampledF32(session), Begun { cells, .. }) => session.range(cells, plane, stats)?,
            (Self::SampledF64(session), Begun { cells, .. }) => session.range(cells, plane, stats)?,
        }
        Ok(())
    }

    /// Writes the colour indices of a band in plane `plane`: 0 where masked, else 1 + the number of thresholds ≤ value.
    ///
    /// # Errors
    /// What the GPU reports, or thresholds made for another engine.
    pub fn finish_palette(
        &mut self,
        begun: Begun,
        plane: usize,
        thresholds: &Thresholds,
        indices: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        match (self, thresholds, begun) {
            (Self::Gpu(checked), Thresholds::Gpu(values), Begun { gpu: Some(begun), .. }) => {
                checked.finish_palette(begun, plane, values, indices)?
            }
            (Self::F32(session), Thresholds::F32(lookup), Begun { cells, .. }) => {
                session.palette(cells, plane, lookup, indices)
            }
            (Self::F64(session), Thresholds::F64(lookup), Begun { cells, .. }) => {
                session.palette(cells, plane, lookup, indices)
            }
            (Self::Gpu64(session), Thresholds::F64(lookup), Begun { cells, .. }) => {
                session.palette(cells, plane, lookup, indices)?
            }
            (Self::SampledF32(session), Thresholds::F32(lookup), Begun { cells, .. }) => {
                session.palette(cells, plane, lookup, indices)?
            }
            (Self::SampledF64(session), Thresholds::F64(lookup), Begun { cells, .. }) => {
                session.palette(cells, plane, lookup, indices)?
            }
            (session, _, begun) => {
                session.cancel(begun)?;
                return Err(EngineError::NumberType);
            }
        }
        Ok(())
    }

    /// Finds the active cells of a band of whole rows of `width` nodes in plane `plane`, in the order of their places: see [`contour`].
    ///
    /// # Errors
    /// What the GPU reports, or thresholds made for another engine.
    pub fn finish_contour(
        &mut self,
        begun: Begun,
        (plane, thresholds, width): (usize, &Thresholds, usize),
        cells: &mut Vec<Active>,
    ) -> Result<(), EngineError> {
        cells.clear();
        match (self, thresholds, begun) {
            (Self::Gpu(checked), Thresholds::Gpu(values), Begun { gpu: Some(begun), .. }) => {
                checked.finish_contour(begun, (plane, values, width), cells)
            }
            (Self::Gpu(_), _, _) => Err(EngineError::NumberType),
            (session, thresholds, begun) => {
                let mut classes = Vec::new();
                session.finish_palette(begun, plane, thresholds, &mut classes)?;
                contour::compact(&classes, width, cells);
                Ok(())
            }
        }
    }

    /// Begins and finishes a band of values: see [`Session::finish_planes`].
    ///
    /// # Errors
    /// What the GPU reports, or buffers of another number type.
    pub fn planes(&mut self, cells: Range<usize>, samples: &mut Samples) -> Result<(), EngineError> {
        let begun = self.begin(cells, Job::Planes)?;
        self.finish_planes(begun, samples)
    }

    /// Begins and finishes a band of statistics: see [`Session::finish_range`].
    ///
    /// # Errors
    /// What the GPU reports.
    pub fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        let begun = self.begin(cells, Job::Range(plane, stats.bins))?;
        self.finish_range(begun, plane, stats)
    }

    /// Begins and finishes a band of colour indices: see [`Session::finish_palette`].
    ///
    /// # Errors
    /// What the GPU reports, or thresholds made for another engine.
    pub fn palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &Thresholds,
        indices: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        let begun = self.begin(cells, Job::Palette(plane, thresholds))?;
        self.finish_palette(begun, plane, thresholds, indices)
    }

    /// Prepares colour thresholds for this engine.
    ///
    /// # Errors
    /// Thresholds that are too many, not sorted, or not numbers.
    pub fn thresholds(&self, thresholds: &[f64]) -> Result<Thresholds, EngineError> {
        let single: Vec<f32> = thresholds.iter().map(|&value| f32::from_f64(value)).collect();
        Ok(match self {
            Self::Gpu(_) => Thresholds::Gpu(single),
            Self::F32(_) | Self::SampledF32(_) => Thresholds::F32(Lookup::new(&single)?),
            Self::F64(_) | Self::SampledF64(_) | Self::Gpu64(_) => Thresholds::F64(Lookup::new(thresholds)?),
        })
    }
}
