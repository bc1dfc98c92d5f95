//! The kernels that look at planes on the device, so that little is read back: statistics and colour indices, in `f32`.

use super::{After, Evaluator, Pending, refused};
use crate::gpu::GpuError;
use crate::kernels::range::RangeStats;
use crate::kernels::{palette, range};
use std::ops::Range;

impl Evaluator {
    /// Begins to look at the values of a plane of a band, with the bins of `stats`.
    ///
    /// # Errors
    /// As for [`Evaluator::begin_planes`], and when there is no such plane.
    pub fn begin_range(&mut self, cells: Range<usize>, plane: usize, bins: range::Bins) -> Result<Pending, GpuError> {
        let plane = self.plane(plane)?;
        if self.range.is_none() {
            self.range = Some(self.gpu.compile(&range::kernel())?);
        }
        self.begin(&cells, &After::Range { plane, bins })
    }

    /// Waits for a band and adds what was seen to `stats`, whose bins are those it was begun with.
    ///
    /// # Errors
    /// When the device fails.
    pub fn finish_range(&mut self, pending: Pending, stats: &mut RangeStats) -> Result<(), GpuError> {
        let cells = pending.cells;
        self.finish(pending, |bytes| stats.add_words(&bytemuck::pod_collect_to_vec(bytes), cells))
    }

    /// Adds what is in a plane of a band to `stats`; nothing but the statistics is read back.
    ///
    /// # Errors
    /// As for [`Evaluator::begin_range`].
    pub fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), GpuError> {
        let pending = self.begin_range(cells, plane, stats.bins)?;
        self.finish_range(pending, stats)
    }

    /// Begins to colour a plane of a band by sorted thresholds, at most 254.
    ///
    /// # Errors
    /// As for [`Evaluator::begin_planes`], when there is no such plane, or the thresholds are of no use.
    pub fn begin_palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
    ) -> Result<Pending, GpuError> {
        let plane = self.plane(plane)?;
        if self.thresholds_sent.as_deref() != Some(thresholds) {
            let keys = palette::threshold_keys(thresholds).map_err(|e| refused("thresholds", e.to_string()))?;
            self.thresholds.write(&self.gpu, 0, bytemuck::cast_slice(&keys))?;
            self.thresholds_sent = Some(thresholds.to_vec());
        }
        if self.palette.is_none() {
            self.palette = Some(self.gpu.compile(&palette::kernel())?);
        }
        self.begin(&cells, &After::Palette { plane })
    }

    /// Waits for a band and copies its colour indices, a byte per cell.
    ///
    /// # Errors
    /// When the device fails.
    pub fn finish_palette(&mut self, pending: Pending, out: &mut Vec<u8>) -> Result<(), GpuError> {
        let cells = pending.cells();
        self.finish(pending, |bytes| {
            out.resize(cells, 0);
            out.copy_from_slice(&bytes[..cells]);
        })
    }

    /// Colours a plane of a band by sorted thresholds: a byte per cell is all that is read back.
    ///
    /// # Errors
    /// As for [`Evaluator::begin_palette`].
    pub fn palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        out: &mut Vec<u8>,
    ) -> Result<(), GpuError> {
        let pending = self.begin_palette(cells, plane, thresholds)?;
        self.finish_palette(pending, out)
    }
}
