//! The CPU's side of the comparison: the same program in the same number type.

use crate::engine::cpu::CpuSession;
use crate::engine::error::EngineError;
use crate::engine::sampled::SampledSession;
use crate::kernels::palette::Lookup;
use crate::kernels::range::RangeStats;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A session over sampled planes whose window the device shares, so that arrays are read once.
pub(crate) type Shared = Arc<Mutex<SampledSession<f32>>>;

/// The session; what a panic left is loaded anew by whoever asks.
pub(super) fn locked(samples: &Shared) -> MutexGuard<'_, SampledSession<f32>> {
    samples.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program on the CPU.
#[derive(Debug)]
pub enum Twin {
    /// One that reads no planes.
    Plain(CpuSession<f32>),
    /// One that does.
    Sampled(Shared),
}

impl From<CpuSession<f32>> for Twin {
    fn from(session: CpuSession<f32>) -> Self {
        Self::Plain(session)
    }
}

impl From<Shared> for Twin {
    fn from(session: Shared) -> Self {
        Self::Sampled(session)
    }
}

impl Twin {
    pub(super) fn fixed_bytes(&self) -> [usize; 2] {
        match self {
            Self::Plain(session) => [session.table_bytes(), 0],
            Self::Sampled(session) => locked(session).fixed_bytes(),
        }
    }

    pub(super) fn planes_count(&self) -> usize {
        match self {
            Self::Plain(session) => session.planes_count(),
            Self::Sampled(session) => locked(session).planes_count(),
        }
    }

    pub(super) fn scattered(&self, cells: &[usize]) -> Result<Vec<Vec<f32>>, EngineError> {
        match self {
            Self::Plain(session) => Ok(session.scattered(cells)),
            Self::Sampled(session) => locked(session).scattered(cells),
        }
    }

    pub(super) fn planes(&self, cells: Range<usize>, planes: &mut [Vec<f32>]) -> Result<(), EngineError> {
        match self {
            Self::Plain(session) => session.planes(cells, planes),
            Self::Sampled(session) => locked(session).planes(cells, planes)?,
        }
        Ok(())
    }

    pub(super) fn range(&self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        match self {
            Self::Plain(session) => session.range(cells, plane, stats),
            Self::Sampled(session) => locked(session).range(cells, plane, stats)?,
        }
        Ok(())
    }

    pub(super) fn palette(
        &self,
        cells: Range<usize>,
        plane: usize,
        lookup: &Lookup<f32>,
        indices: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        match self {
            Self::Plain(session) => session.palette(cells, plane, lookup, indices),
            Self::Sampled(session) => locked(session).palette(cells, plane, lookup, indices)?,
        }
        Ok(())
    }
}
