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
//! **Columns**: what a program reads along the axes, be it coordinates or values computed from them, comes from a function that fills a
//! part of a column. Axes whose columns fit are uploaded once; a longer axis is sent as the band's window (see
//! [`evaluate`]), so an axis may have 2³¹ − 1 nodes.
//!
//! **Pieces**: a band is cut into dispatches that take less than [`LONGEST`](crate::gpu::LONGEST), each a submission of its own, so
//! that no watchdog takes a slow formula for a hang. Their size follows from the times of those before ([`Pace`]); until
//! these are known, beginning a band waits for its pieces.
//!
//! **Samples**: a program with taps reads planes of samples, which are sent before the bands that tap them
//! ([`Evaluator::send_samples`]).
//!
//! **Number types**: `f32`, and `f64` for programs linked with [`crate::math::Library::Double`] on adapters that compute
//! in it. The kernels that look at planes on the device, range, palette and contour, are for `f32`.
//!
//! **Limits**: [`Evaluator::max_cells`] says how many cells a band may have; more is refused with the sizes. A work
//! begun and never finished keeps its place in the ring until [`Evaluator::cancel`].

mod looks;
mod nodes;
mod pieces;
mod samples;
mod timing;

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::gpu::{Clock, Gpu, GpuError, Pace, Pipeline, Staging, Storage, Ticket};
use crate::kernels::evaluate::Shape;
use crate::kernels::{Kernel, QUAD, evaluate, palette, quads, range};
use crate::math::Library;
use crate::program::factor::{Factored, Tables};
use crate::program::interpret::Scalar;
use crate::program::layer::{Padding, Slabs};
use crate::program::{Program, emit};

pub use nodes::Fill;
use nodes::{Nodes, RESIDENT, fill_of};
use pieces::After;
use samples::Store;
pub use timing::Timing;

/// Bands that may be in flight.
pub const RING: usize = 3;

/// The sums and products that a device computes in the time of reading an entry of a column. Measured on llvmpipe (‖∇f‖ of four sines
/// and four Gaussians, time of the processors per cell): 48 ns with 12 columns of either axis, 38 ns with what takes up to 3
/// operations computed instead, which leaves the two coordinates; for x²y + sin y 8.1 and 7.4 ns. Graphics cards have more arithmetic
/// still for each read.
const ENTRY: usize = 4;

/// A band that is under way; finish it, or cancel it.
#[derive(Debug)]
#[must_use = "a band in flight keeps its place in the ring"]
pub struct Pending {
    slot: usize,
    flight: Flight,
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
pub trait Real: bytemuck::Pod + Scalar {
    /// The numbers that the inner part of a program reads, with the bits that the device would give them.
    fn tables(cut: &Factored, axes: &[Vec<Self>], parameters: &[f64]) -> Tables<Self>;
}

impl Real for f32 {
    fn tables(cut: &Factored, axes: &[Vec<Self>], parameters: &[f64]) -> Tables<Self> {
        cut.tables(axes, parameters)
    }
}

impl Real for f64 {
    fn tables(cut: &Factored, axes: &[Vec<Self>], parameters: &[f64]) -> Tables<Self> {
        cut.tables_double(axes, parameters)
    }
}

/// A program whose parts along the axes are computed here.
struct Cut<T> {
    parts: Factored,
    /// The coordinates along each axis.
    axes: Vec<Vec<T>>,
}

/// The pieces of a band that were submitted.
#[derive(Debug, Default)]
struct Flight {
    tickets: Vec<Ticket>,
    /// Their sizes in `vec4`s, of those whose times were not read yet.
    sizes: Vec<u32>,
    /// Whether the program runs in them.
    fresh: bool,
    kernels: Duration,
}

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
    cut: Option<Cut<T>>,
    evaluate: Pipeline,
    range: Option<Pipeline>,
    palette: Option<Pipeline>,
    contour: Option<Pipeline>,
    parameters: Storage,
    parameter_count: usize,
    planes: Storage,
    stats: Storage,
    thresholds: Storage,
    thresholds_sent: Option<Vec<f32>>,
    indices: Storage,
    /// The list of active cells, and the room that the next band is given in it.
    found: Storage,
    room: u32,
    samples: Option<Store>,
    slots: Vec<Slot>,
    /// What the planes hold.
    evaluated: Option<Range<usize>>,
    kernel_time: Option<Duration>,
    pace: Pace,
    timing: Timing,
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

impl<T: Real> Cut<T> {
    /// The columns and the parameters of the inner program.
    fn compute(&self, parameters: &[T]) -> (Vec<Vec<T>>, Vec<T>) {
        let parameters: Vec<f64> = parameters.iter().map(|value| value.to_f64()).collect();
        let Tables { columns, parameters } = T::tables(&self.parts, &self.axes, &parameters);
        (columns, parameters.into_iter().map(T::from_f64).collect())
    }
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
        let lens: Vec<usize> = tables.iter().map(Vec::len).collect();
        Self::with_fill(gpu, program, outputs, &lens, fill_of(tables.to_vec()), parameters)
    }

    /// The same for a program that reads these columns over a grid of axes with so many nodes; `axes` has the axis of each column.
    ///
    /// # Errors
    /// As for [`Evaluator::new`].
    pub fn with_columns(
        gpu: &Gpu,
        program: String,
        outputs: usize,
        lens: &[usize],
        axes: &[usize],
        columns: Vec<Vec<T>>,
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        let shape = Shape::new(lens.len(), lens.first().copied().unwrap_or(1), axes.to_vec(), outputs);
        let nodes = Nodes::new(gpu, lens, axes, fill_of(columns), RESIDENT)?;
        Self::with_nodes(gpu, &evaluate::kernel(program, &shape), &shape, nodes, parameters)
    }

    /// The same for a program of the graph, over a grid with these coordinates along its axes, x first.
    ///
    /// What depends on one axis alone, or on none, is computed here once and read by the device as columns and parameters
    /// (see [`crate::program::factor`]): by the CPU's twins of the device's functions, so the bits are the same.
    ///
    /// # Errors
    /// As for [`Evaluator::new`].
    pub fn of_program(
        gpu: &Gpu,
        program: &Program,
        library: Library,
        tables: &[Vec<T>],
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        Self::of_sampled(gpu, program, library, tables, parameters, &[])
    }

    /// The same for a program with taps: planes are padded by `paddings`, by their numbers.
    ///
    /// # Errors
    /// As for [`Evaluator::new`]; and a grid of more than three axes, or rows too long for 32 bits.
    pub fn of_sampled(
        gpu: &Gpu,
        program: &Program,
        library: Library,
        tables: &[Vec<T>],
        parameters: &[T],
        paddings: &[Option<Padding>],
    ) -> Result<Self, GpuError> {
        let grid: Vec<usize> = tables.iter().map(Vec::len).collect();
        let mut axes = tables.to_vec();
        // An axis that the grid has not is one whose only node is zero.
        axes.resize(axes.len().max(program.axes()), vec![T::ZERO]);
        let lens: Vec<usize> = axes.iter().map(Vec::len).collect();
        let parts = Factored::sparing(program, &lens, size_of::<T>(), ENTRY);
        let cut = Cut { parts, axes };
        let (columns, numbers) = cut.compute(parameters);
        let of_columns: Vec<usize> = cut.parts.columns().iter().map(|column| column.axis).collect();
        let inner = cut.parts.inner();
        let (text, outputs) = (emit::module(inner, library), inner.outputs().len());
        let layout = samples::layout(inner, paddings, &grid)?;
        let shape = Shape::new(lens.len(), lens.first().copied().unwrap_or(1), of_columns.clone(), outputs)
            .with_samples(layout.clone());
        let nodes = Nodes::new(gpu, &lens, &of_columns, fill_of(columns), RESIDENT)?;
        let kernel = evaluate::kernel(text, &shape).whose_loops_end();
        let mut evaluator = Self::with_nodes(gpu, &kernel, &shape, nodes, &numbers)?;
        if !layout.is_empty() {
            evaluator.samples = Some(Store::new(gpu, layout, Slabs::of(&grid))?);
        }
        (evaluator.parameter_count, evaluator.cut) = (parameters.len(), Some(cut));
        Ok(evaluator)
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
        let shape = Self::plain(lens, outputs);
        let nodes = Nodes::new(gpu, lens, &shape.columns, fill, RESIDENT)?;
        Self::with_nodes(gpu, &evaluate::kernel(program, &shape), &shape, nodes, parameters)
    }

    /// The shape of a program that reads the coordinates of each axis; those of axes that the grid has not are zero.
    fn plain(lens: &[usize], outputs: usize) -> Shape {
        let row = lens.first().copied().unwrap_or(1);
        Shape::new(lens.len(), row, (0..lens.len()).collect(), outputs)
    }

    fn with_nodes(
        gpu: &Gpu,
        kernel: &Kernel,
        shape: &Shape,
        nodes: Nodes<T>,
        parameters: &[T],
    ) -> Result<Self, GpuError> {
        let outputs = u32::try_from(shape.outputs).ok().filter(|&k| k > 0);
        let outputs = outputs.ok_or_else(|| refused("a program", format!("{} outputs", shape.outputs)))?;
        let evaluate = gpu.compile(kernel)?;
        let bytes = |words: usize| words as u64 * 4;
        let mut evaluator = Self {
            gpu: gpu.clone(),
            outputs,
            nodes,
            cut: None,
            evaluate,
            range: None,
            palette: None,
            contour: None,
            parameters: Storage::new(gpu, "parameters", parameters.len() as u64 * Self::BYTES)?,
            parameter_count: parameters.len(),
            planes: Storage::new(gpu, "planes", 0)?,
            stats: Storage::new(gpu, "statistics", bytes(range::WORDS))?,
            thresholds: Storage::new(gpu, "thresholds", bytes(palette::ENTRIES))?,
            thresholds_sent: None,
            indices: Storage::new(gpu, "colour indices", 0)?,
            found: Storage::new(gpu, "active cells", 0)?,
            room: 0,
            samples: None,
            slots: Vec::new(),
            evaluated: None,
            kernel_time: None,
            pace: Pace::default(),
            timing: Timing::new(gpu.info().timestamps),
        };
        evaluator.set_parameters(parameters)?;
        Ok(evaluator)
    }

    /// Bytes of the columns that stay on the device.
    #[must_use]
    pub fn column_bytes(&self) -> usize {
        usize::try_from(self.nodes.storage.size()).unwrap_or(usize::MAX)
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

    /// Where the time of all bands so far went.
    #[must_use]
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// About the most cells that the device computes within [`LONGEST`](crate::gpu::LONGEST), once that is known: bands of no more keep
    /// a slow device answering.
    #[must_use]
    pub fn prompt_cells(&self) -> Option<usize> {
        self.pace.is_settled().then(|| self.pace.size() as usize * QUAD as usize)
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
        match &self.cut {
            None => self.send_parameters(parameters),
            Some(cut) => {
                let (columns, parameters) = cut.compute(parameters);
                self.nodes.refill(&self.gpu, fill_of(columns))?;
                self.send_parameters(&parameters)
            }
        }
    }

    fn send_parameters(&mut self, parameters: &[T]) -> Result<(), GpuError> {
        self.evaluated = None;
        self.parameters.write(&self.gpu, 0, bytemuck::cast_slice(parameters))
    }

    /// The number of cells of a band, if it lies in the grid and fits the device.
    fn count(&self, cells: &Range<usize>) -> Result<u32, GpuError> {
        let total = self.nodes.total;
        if cells.start >= cells.end || cells.end as u64 > total {
            return Err(refused("a band", format!("cells {cells:?} of {total}")));
        }
        if self.samples.as_ref().is_some_and(|store| !store.holds(cells)) {
            return Err(refused("a band", format!("no samples were sent for cells {cells:?}")));
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
    fn finish<R>(&mut self, mut pending: Pending, read: impl FnOnce(&[u8]) -> R) -> Result<R, GpuError> {
        self.look(pending.slot, &mut pending.flight, false)?;
        let slot = &mut self.slots[pending.slot];
        slot.busy = false;
        self.kernel_time = slot.clock.runs().then_some(pending.flight.kernels);
        let started = Instant::now();
        let done = slot.staging.read(read);
        self.timing.readback += started.elapsed();
        self.timing.bands += 1;
        done
    }

    /// Waits for a band and drops its result.
    ///
    /// # Errors
    /// When the device fails.
    pub fn cancel(&mut self, pending: Pending) -> Result<(), GpuError> {
        self.finish(pending, |_| ())
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
        self.finish(pending, |bytes| {
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

#[cfg(test)]
mod tests;
