//! Keeps one program ready on a device and runs its kernels over bands of cells.
//!
//! An evaluator is made once per program and grid: the kernels are compiled, coordinates and parameters uploaded,
//! buffers made at the first band and reused. A band is any run of cells of the flattened grid (x fastest), so that a
//! row longer than a device's buffers can be cut, too. Work is *begun* and *finished* apart, so that up to [`RING`]
//! bands are in flight while others are copied and encoded; [`Evaluator::planes`], [`Evaluator::palette`] and
//! [`Evaluator::range`] do both at once.
//!
//! The planes of the band that was evaluated last stay on the device: asking for its range and then its palette
//! evaluates it once.
//!
//! **Coordinates** come from a function that fills a part of an axis's table. Axes whose tables fit are uploaded
//! once; a longer axis is sent as the band's window (see [`evaluate`]), so an axis may have 2³¹ − 1 nodes.
//!
//! **Number types**: `f32`, and `f64` for programs linked with [`crate::math::Library::Double`] on adapters that compute
//! in it. The kernels that look at planes on the device, range and palette, are for `f32`.
//!
//! **Limits**: [`Evaluator::max_cells`] says how many cells a band may have; more is refused with the sizes. A work
//! begun and never finished keeps its place in the ring until [`Evaluator::cancel`].

mod nodes;

use std::ops::Range;
use std::time::Duration;

use crate::gpu::{Batch, Clock, Gpu, GpuError, Pipeline, Staging, Storage, Ticket};
use crate::kernels::range::RangeStats;
use crate::kernels::{QUAD, evaluate, palette, quads, range};

pub use nodes::Fill;
use nodes::{Nodes, RESIDENT};

/// Bands that may be in flight.
pub const RING: usize = 3;

/// A band that is under way; finish it, or cancel it.
#[derive(Debug)]
#[must_use = "a band in flight keeps its place in the ring"]
pub struct Pending {
    slot: usize,
    ticket: Ticket,
    cells: u32,
}

impl Pending {
    /// Cells of the band.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells as usize
    }
}

/// A number type that kernels compute in.
pub trait Real: bytemuck::Pod + Send + 'static {}

impl Real for f32 {}
impl Real for f64 {}

/// A place in the ring.
#[derive(Debug)]
struct Slot {
    staging: Staging,
    clock: Clock,
    busy: bool,
}

/// A program on a device, in the number type `T`.
pub struct Evaluator<T = f32> {
    gpu: Gpu,
    outputs: u32,
    nodes: Nodes<T>,
    evaluate: Pipeline,
    range: Option<Pipeline>,
    palette: Option<Pipeline>,
    parameters: Storage,
    parameter_count: usize,
    planes: Storage,
    stats: Storage,
    thresholds: Storage,
    thresholds_sent: Option<Vec<f32>>,
    indices: Storage,
    slots: Vec<Slot>,
    /// What the planes hold.
    evaluated: Option<Range<usize>>,
    kernel_time: Option<Duration>,
}

impl<T> std::fmt::Debug for Evaluator<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { gpu, outputs, evaluated, .. } = self;
        let mut debug = f.debug_struct("Evaluator");
        debug.field("gpu", gpu).field("outputs", outputs).field("evaluated", evaluated).finish_non_exhaustive()
    }
}

/// A mistake of the caller.
fn refused(what: &str, message: impl Into<String>) -> GpuError {
    GpuError::Refused { what: what.into(), message: message.into() }
}

impl<T: Real> Evaluator<T> {
    /// Bytes of a number.
    const BYTES: u64 = size_of::<T>() as u64;

    /// Compiles a program (its text with the library functions, see [`evaluate::kernel`]) with so many outputs for a
    /// grid with these coordinates, one table per axis, x first.
    ///
    /// # Errors
    /// When the program does not compile, there are too many axes or nodes on one, or the device is out of memory.
    pub fn new(
        gpu: &Gpu,
        program: String,
        outputs: usize,
        tables: &[Vec<T>],
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        Self::with_nodes(gpu, program, outputs, Nodes::of_tables(gpu, tables)?, parameters)
    }

    /// The same for a grid of axes with so many nodes, whose coordinates `fill` gives when they are needed: for axes
    /// too long to keep in a table.
    ///
    /// # Errors
    /// As for [`Evaluator::new`].
    pub fn with_fill(
        gpu: &Gpu,
        program: String,
        outputs: usize,
        lens: &[usize],
        fill: Fill<T>,
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        Self::with_nodes(gpu, program, outputs, Nodes::new(gpu, lens, fill, RESIDENT)?, parameters)
    }

    fn with_nodes(
        gpu: &Gpu,
        program: String,
        outputs: usize,
        nodes: Nodes<T>,
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        let outputs_narrow = u32::try_from(outputs).ok().filter(|&k| k > 0);
        let outputs = outputs_narrow.ok_or_else(|| refused("a program", format!("{outputs} outputs")))?;
        let evaluate = gpu.compile(&evaluate::kernel(program))?;
        let bytes = |words: usize| words as u64 * 4;
        let mut evaluator = Self {
            gpu: gpu.clone(),
            outputs,
            nodes,
            evaluate,
            range: None,
            palette: None,
            parameters: Storage::new(gpu, "parameters", parameters.len() as u64 * Self::BYTES)?,
            parameter_count: parameters.len(),
            planes: Storage::new(gpu, "planes", 0)?,
            stats: Storage::new(gpu, "statistics", bytes(range::WORDS))?,
            thresholds: Storage::new(gpu, "thresholds", bytes(palette::ENTRIES))?,
            thresholds_sent: None,
            indices: Storage::new(gpu, "colour indices", 0)?,
            slots: Vec::new(),
            evaluated: None,
            kernel_time: None,
        };
        evaluator.set_parameters(parameters)?;
        Ok(evaluator)
    }

    /// The device.
    #[must_use]
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// How long the kernels of the band finished last ran on the device, where it has a clock.
    #[must_use]
    pub fn kernel_time(&self) -> Option<Duration> {
        self.kernel_time
    }

    /// The largest band, a multiple of four.
    #[must_use]
    pub fn max_cells(&self) -> usize {
        let limits = self.gpu.limits();
        let bytes = limits.binding.min(limits.buffer);
        let cells = bytes / (4 * Self::BYTES * u64::from(self.outputs)) * u64::from(QUAD);
        let cells = cells.min(self.nodes.max_cells(bytes));
        let cells = cells.min(u64::from(evaluate::MAX_CELLS)) & !3;
        usize::try_from(cells).unwrap_or(usize::MAX)
    }

    /// Changes the parameters, without compiling anything.
    ///
    /// # Errors
    /// When there are more or fewer than before.
    pub fn set_parameters(&mut self, parameters: &[T]) -> Result<(), GpuError> {
        if parameters.len() != self.parameter_count {
            return Err(refused("parameters", format!("{}, not {}", parameters.len(), self.parameter_count)));
        }
        self.evaluated = None;
        self.parameters.write(&self.gpu, 0, bytemuck::cast_slice(parameters))
    }

    /// The number of cells of a band, if it lies in the grid and fits the device.
    fn count(&self, cells: &Range<usize>) -> Result<u32, GpuError> {
        let total = self.nodes.total;
        if cells.start >= cells.end || cells.end as u64 > total {
            return Err(refused("a band", format!("cells {cells:?} of {total}")));
        }
        let count = cells.len() as u64;
        let limit = self.max_cells() as u64;
        if count > limit {
            let per_cell = Self::BYTES * u64::from(self.outputs);
            let what = format!("a band of {count} cells and {} outputs", self.outputs);
            return Err(GpuError::TooLarge { what, bytes: count * per_cell, limit: limit * per_cell });
        }
        u32::try_from(count).map_err(|_| refused("a band", "more than 2^32 cells"))
    }

    /// Begins a band: evaluates it unless the planes hold it, runs `after` on them, and reads back so many bytes of
    /// the result.
    fn begin(&mut self, cells: &Range<usize>, after: &After) -> Result<Pending, GpuError> {
        let count = self.count(cells)?;
        let stride = quads(count);
        // Whatever fails from here on may leave the planes half written.
        let fresh = self.evaluated.take().as_ref() != Some(cells);
        let params = if fresh { Some(self.nodes.send(&self.gpu, cells.start as u64, count)?) } else { None };
        let planes_bytes = 4 * Self::BYTES * u64::from(stride) * u64::from(self.outputs);
        self.planes.reserve(&self.gpu, planes_bytes)?;
        let bytes = match after {
            After::Read => planes_bytes,
            After::Range { .. } => range::WORDS as u64 * 4,
            After::Palette { .. } => 4 * u64::from(stride),
        };
        if matches!(after, After::Palette { .. }) {
            self.indices.reserve(&self.gpu, bytes)?;
        }
        let slot = self.slot(bytes)?;
        let place = &mut self.slots[slot];
        let mut batch = Batch::new();
        batch.time(&mut place.clock);
        if let Some(params) = &params {
            let buffers =
                [("parameters", &self.parameters), ("coordinates", &self.nodes.storage), ("planes", &self.planes)];
            batch.dispatch(&self.evaluate, bytemuck::bytes_of(params), &buffers, u64::from(stride));
        }
        match (after, &self.range, &self.palette) {
            (After::Range { plane, bins }, Some(pipeline), _) => {
                let plane_offset = plane * stride;
                let params = range::Params { cells: count, plane_offset, key_low: bins.low, key_shift: bins.shift };
                batch.clear(&self.stats);
                let buffers = [("planes", &self.planes), ("stats", &self.stats)];
                batch.dispatch(pipeline, bytemuck::bytes_of(&params), &buffers, u64::from(range::invocations(count)));
                batch.read(&self.stats, 0..bytes, &mut place.staging);
            }
            (After::Palette { plane }, _, Some(pipeline)) => {
                let params = palette::Params { cells: count, plane_offset: plane * stride };
                let buffers = [("planes", &self.planes), ("thresholds", &self.thresholds), ("indices", &self.indices)];
                batch.dispatch(pipeline, bytemuck::bytes_of(&params), &buffers, u64::from(stride));
                batch.read(&self.indices, 0..bytes, &mut place.staging);
            }
            _ => batch.read(&self.planes, 0..bytes, &mut place.staging),
        }
        let ticket = self.gpu.submit(batch)?;
        self.evaluated = Some(cells.clone());
        place.busy = true;
        Ok(Pending { slot, ticket, cells: count })
    }

    /// A free place in the ring with room for so many bytes.
    fn slot(&mut self, bytes: u64) -> Result<usize, GpuError> {
        let slot = match self.slots.iter().position(|slot| !slot.busy) {
            Some(slot) => slot,
            None if self.slots.len() < RING => {
                let staging = Staging::new(&self.gpu, "read-back memory", bytes)?;
                self.slots.push(Slot { staging, clock: Clock::new(&self.gpu)?, busy: false });
                self.slots.len() - 1
            }
            None => return Err(refused("a band", format!("{RING} are in flight already"))),
        };
        self.slots[slot].staging.reserve(&self.gpu, bytes)?;
        Ok(slot)
    }

    /// Waits for a band and hands over its bytes.
    fn finish<R>(&mut self, pending: &Pending, read: impl FnOnce(&[u8]) -> R) -> Result<R, GpuError> {
        self.gpu.wait(&pending.ticket)?;
        let slot = &mut self.slots[pending.slot];
        slot.busy = false;
        self.kernel_time = slot.clock.elapsed();
        slot.staging.read(read)
    }

    /// Waits for a band and drops its result.
    ///
    /// # Errors
    /// When the device fails.
    pub fn cancel(&mut self, pending: Pending) -> Result<(), GpuError> {
        self.finish(&pending, |_| ())
    }

    /// Begins to evaluate a band, to be read back whole.
    ///
    /// # Errors
    /// When the band is larger than [`Evaluator::max_cells`], [`RING`] bands are in flight, or the device fails.
    pub fn begin_planes(&mut self, cells: Range<usize>) -> Result<Pending, GpuError> {
        self.begin(&cells, &After::Read)
    }

    /// Waits for a band and copies its planes, one vector per output.
    ///
    /// # Errors
    /// When `out` has not one vector per output, or the device fails.
    pub fn finish_planes(&mut self, pending: Pending, out: &mut [Vec<T>]) -> Result<(), GpuError> {
        if out.len() != self.outputs as usize {
            self.cancel(pending)?;
            return Err(refused("planes", format!("{} vectors for {} outputs", out.len(), self.outputs)));
        }
        let cells = pending.cells();
        let stride = 4 * size_of::<T>() * quads(pending.cells) as usize;
        self.finish(&pending, |bytes| {
            for (plane, bytes) in out.iter_mut().zip(bytes.chunks_exact(stride)) {
                plane.resize(cells, T::zeroed());
                bytemuck::cast_slice_mut(plane).copy_from_slice(&bytes[..size_of::<T>() * cells]);
            }
        })
    }

    /// Evaluates a band and reads its planes back, one vector per output.
    ///
    /// # Errors
    /// As for [`Evaluator::begin_planes`] and [`Evaluator::finish_planes`].
    pub fn planes(&mut self, cells: Range<usize>, out: &mut [Vec<T>]) -> Result<(), GpuError> {
        let pending = self.begin_planes(cells)?;
        self.finish_planes(pending, out)
    }

    fn plane(&self, plane: usize) -> Result<u32, GpuError> {
        let narrow = u32::try_from(plane).ok().filter(|&plane| plane < self.outputs);
        narrow.ok_or_else(|| refused("a plane", format!("number {plane} of {}", self.outputs)))
    }
}

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
        self.finish(&pending, |bytes| stats.add_words(&bytemuck::pod_collect_to_vec(bytes), cells))
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
        self.finish(&pending, |bytes| {
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

/// What happens to the planes of a band.
#[derive(Debug, Clone, Copy)]
enum After {
    Read,
    Range { plane: u32, bins: range::Bins },
    Palette { plane: u32 },
}

#[cfg(test)]
mod tests;
