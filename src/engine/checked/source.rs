//! What is checked: anything that begins and finishes bands as the GPU does.

use crate::engine::error::EngineError;
use crate::kernels::contour::Active;
use crate::kernels::range::{Bins, RangeStats};
use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// What computes bands of cells: the GPU, or a stand-in that fails in a test.
///
/// A band is begun and finished apart; up to [`evaluator::RING`](crate::engine::evaluator::RING) may be begun.
pub trait Source: fmt::Debug {
    /// A band that was begun.
    type Pending: fmt::Debug;
    /// The most cells that one call may ask for.
    fn max_cells(&self) -> usize;
    /// How long the kernels of the last band ran, where that is known.
    fn kernel_time(&self) -> Option<Duration> {
        None
    }
    /// Begins a band whose values are wanted.
    ///
    /// # Errors
    /// What the device reports.
    fn begin_planes(&mut self, cells: Range<usize>) -> Result<Self::Pending, EngineError>;
    /// Begins a band of which the statistics of one plane are wanted.
    ///
    /// # Errors
    /// What the device reports.
    fn begin_range(&mut self, cells: Range<usize>, plane: usize, bins: Bins) -> Result<Self::Pending, EngineError>;
    /// Begins a band of which the colour indices of one plane are wanted.
    ///
    /// # Errors
    /// What the device reports.
    fn begin_palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
    ) -> Result<Self::Pending, EngineError>;
    /// Begins a band of whole rows of `width` nodes of which the active cells of one plane are wanted.
    ///
    /// # Errors
    /// What the device reports.
    fn begin_contour(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        width: usize,
    ) -> Result<Self::Pending, EngineError>;
    /// Writes the values of a band into the planes.
    ///
    /// # Errors
    /// What the device reports.
    fn finish_planes(&mut self, pending: Self::Pending, out: &mut [Vec<f32>]) -> Result<(), EngineError>;
    /// Adds the values of a band to the statistics.
    ///
    /// # Errors
    /// What the device reports.
    fn finish_range(&mut self, pending: Self::Pending, stats: &mut RangeStats) -> Result<(), EngineError>;
    /// Writes the colour indices of a band.
    ///
    /// # Errors
    /// What the device reports.
    fn finish_palette(&mut self, pending: Self::Pending, out: &mut Vec<u8>) -> Result<(), EngineError>;
    /// Appends the active cells of a band, in the order of their places, and gives the words of classes that were sampled; nothing if
    /// the cells were too many to be listed.
    ///
    /// # Errors
    /// What the device reports.
    fn finish_contour(
        &mut self,
        pending: Self::Pending,
        out: &mut Vec<Active>,
    ) -> Result<Option<Vec<u32>>, EngineError>;
    /// Gives up a band.
    ///
    /// # Errors
    /// What the device reports.
    fn cancel(&mut self, pending: Self::Pending) -> Result<(), EngineError>;
}
