//! The kernels that look at planes on the device, so that little is read back: statistics, colour indices and active cells, in `f32`.

use super::pieces::After;
use super::{Evaluator, Pending, refused};
use crate::gpu::GpuError;
use crate::kernels::contour::{self, Active};
use crate::kernels::range::RangeStats;
use crate::kernels::{palette, range};
use std::ops::Range;

/// Cells that the list of active ones has room for at least.
const LEAST_ROOM: u32 = 1 << 14;

/// One active cell in so many nodes at most: from there on the classes themselves are fewer bytes.
const WORTH: usize = contour::ENTRY;

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
        self.prepare_palette(thresholds)?;
        self.begin(&cells, &After::Palette { plane })
    }

    fn prepare_palette(&mut self, thresholds: &[f32]) -> Result<(), GpuError> {
        if self.thresholds_sent.as_deref() != Some(thresholds) {
            let keys = palette::threshold_keys(thresholds).map_err(|e| refused("thresholds", e.to_string()))?;
            self.thresholds.write(&self.gpu, 0, bytemuck::cast_slice(&keys))?;
            self.thresholds_sent = Some(thresholds.to_vec());
        }
        if self.palette.is_none() {
            self.palette = Some(self.gpu.compile(&palette::kernel())?);
        }
        Ok(())
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

    /// Begins to look for the active cells of a band of whole rows of `width` nodes by sorted thresholds, at most 254: see [`contour`].
    ///
    /// # Errors
    /// As for [`Evaluator::begin_palette`], and a band that is not made of whole rows.
    pub fn begin_contour(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        width: usize,
    ) -> Result<Pending, GpuError> {
        let plane = self.plane(plane)?;
        let whole = u32::try_from(width).ok().filter(|&width| width > 0 && cells.len().is_multiple_of(width as usize));
        let width = whole.ok_or_else(|| refused("a band", format!("{} nodes in rows of {width}", cells.len())))?;
        self.prepare_palette(thresholds)?;
        if self.contour.is_none() {
            self.contour = Some(self.gpu.compile(&contour::kernel())?);
        }
        let most = u32::try_from(cells.len() / WORTH).unwrap_or(u32::MAX);
        let room = self.room.min(most).max(LEAST_ROOM);
        let sampling = contour::Sampling::of(&cells);
        self.begin(&cells, &After::Contour { plane, width, room, sampling })
    }

    /// Waits for a band and appends its active cells, in the order of their places; gives the words of classes that were
    /// [sampled](contour::Sampling). If there are more cells than it was given room for, there are none and no samples, and later bands
    /// get more room.
    ///
    /// # Errors
    /// When the device fails.
    pub fn finish_contour(&mut self, pending: Pending, out: &mut Vec<Active>) -> Result<Option<Vec<u32>>, GpuError> {
        let (count, samples) = self.finish(pending, |bytes| {
            let (header, list) = bytes.split_at(bytes.len().min(contour::HEADER));
            let header: Vec<u32> = bytemuck::pod_collect_to_vec(header);
            let count = header.first().copied().unwrap_or(0);
            let Some(list) = list.get(..count as usize * contour::ENTRY) else { return (count, None) };
            let start = out.len();
            out.extend(bytemuck::pod_collect_to_vec::<u8, Active>(list));
            contour::sort(&mut out[start..]);
            (count, header.get(2..).map(<[u32]>::to_vec))
        })?;
        // The next band has about as many.
        self.room = count.saturating_mul(2).max(self.room / 2);
        Ok(samples)
    }
}
