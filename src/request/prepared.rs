//! A prepared request: its values, statistics and colours, piece by piece through the ring of [`crate::tile::run`].

use crate::engine::{Agreement, Engine, Report, Session, Thresholds};
use crate::field::Samples;
use crate::grid::Grid;
use crate::io::read::Reader;
use crate::kernels::contour::Active;
use crate::kernels::range::{BINS, RangeStats};
use crate::method::Method;
use crate::method::step::AxisChoice;
use crate::program::Program;
use crate::request::RequestError;
use crate::request::reasons::Reasons;
use crate::request::work::{ActiveCells, Asked, Indices, Planes, Statistics};
use crate::tile::plan::{ByRows, Linear, Overlapping, most_cells};
use crate::tile::run::{Spent, run};
use crate::tile::watch::Watch;
use std::ops::Range;
use std::time::Duration;

/// Results on their way at once: one is computed, one waits, one is written.
const BUFFERS: usize = 3;

/// The most cells of a piece on the CPU: what is made of them should find room in its cache.
const LARGEST_ON_CPU: usize = 1 << 20;

/// The most cells of a piece on the CPU of which only statistics are kept: each piece has a histogram per thread, whose making and adding
/// up would cost more than to compute a million cells.
const LARGEST_COUNTED: usize = 1 << 26;

/// A request with its engine open and its program compiled.
#[derive(Debug)]
pub struct Prepared {
    pub(super) engine: Engine,
    pub(super) program: Program,
    pub(super) session: Session,
    pub(super) grid: Grid,
    pub(super) methods: Vec<(Method, Vec<AxisChoice>)>,
    pub(super) memory: usize,
    pub(super) opening: Duration,
    pub(super) compiling: Duration,
    pub(super) passes: Vec<Pass>,
    /// Whether pictures have the first row of the grid on top.
    pub(super) first_row_on_top: bool,
    /// The names of the arrays.
    pub(super) arrays: Vec<String>,
    /// How often each mask code came in the last pass over the values, if it is the last plane of the program.
    pub(super) reasons: Option<Reasons>,
}

/// A pass over all cells, and where its time went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// What was done.
    pub name: &'static str,
    /// In which time.
    pub spent: Spent,
    /// How long the device's kernels ran, where it has a clock.
    pub kernels: Option<Duration>,
}

/// Bytes that [`Prepared::active_cells`] may take for a node: its class, and a cell in each buffer.
const ACTIVE_BYTES: usize = 1 + BUFFERS * size_of::<Active>();

/// How a search ends before the last cell.
enum Search {
    Done,
    Failed(RequestError),
}

impl From<RequestError> for Search {
    fn from(error: RequestError) -> Self {
        Self::Failed(error)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the value came from an f32")]
fn narrow(value: f64) -> f32 {
    value as f32
}

impl Prepared {
    /// Whether it can take other arrays: on the CPU it can, on the GPU a new one is prepared.
    #[must_use]
    pub fn takes_arrays(&self) -> bool {
        self.session.takes_arrays()
    }

    /// Takes other arrays of the same shape, where it [can](Self::takes_arrays), of as precise numbers at most, with all else as it was: for one program over many files.
    ///
    /// # Errors
    /// Arrays that are too many, too few or of another shape.
    pub fn set_arrays(&mut self, arrays: Vec<Box<dyn Reader>>) -> Result<(), RequestError> {
        super::check_arrays(&self.arrays, &arrays, &self.grid)?;
        self.session.set_arrays(arrays);
        self.passes.clear();
        Ok(())
    }

    /// The engine that runs it.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How the results relate to those of the other engines.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.session.agreement()
    }

    /// What the checks of the GPU's results have found so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.session.report()
    }

    /// Whether the GPU's driver took too long to compile, so that the CPU computes; see [`crate::engine::PATIENCE`].
    #[must_use]
    pub fn gave_up_compiling(&self) -> bool {
        matches!((&self.engine, &self.session), (Engine::Gpu(_), Session::F32(_) | Session::SampledF32(_)))
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The methods in use, each with the steps that were chosen for it (first and second derivative, per variable).
    #[must_use]
    pub fn methods(&self) -> &[(Method, Vec<AxisChoice>)] {
        &self.methods
    }

    /// Puts the first row of the grid on top of pictures, as files of pictures and north-up rasters have it; else y points upward.
    pub fn set_first_row_on_top(&mut self, first: bool) {
        self.first_row_on_top = first;
    }

    /// Whether pictures have the first row of the grid on top.
    #[must_use]
    pub fn first_row_on_top(&self) -> bool {
        self.first_row_on_top
    }

    /// Bytes of memory that may be taken.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// The names of the planes.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let planes = self.program.outputs().len() - usize::from(self.reasons.is_some());
        self.program.outputs()[..planes].iter().map(|output| output.name.clone()).collect()
    }

    /// How many cells had each [code](crate::program::mask) above [`HIGHEST_VALID`](crate::program::mask::HIGHEST_VALID) in the last pass over all values, if that
    /// was [asked for](crate::request::Request::reasons) and is known.
    #[must_use]
    pub fn reasons(&self) -> Option<&[u64]> {
        self.reasons.as_ref().map(Reasons::counts)
    }

    /// The passes over the grid that were made so far.
    #[must_use]
    pub fn passes(&self) -> &[Pass] {
        &self.passes
    }

    /// Counts the passes of another request to this one's.
    pub(crate) fn add_passes(&mut self, of: &Self) {
        self.passes.extend_from_slice(&of.passes);
    }

    /// How long it took to open the engine, and then to make the program and compile it.
    #[must_use]
    pub fn preparation(&self) -> (Duration, Duration) {
        (self.opening, self.compiling)
    }

    /// Evaluates piece by piece and hands each to `sink`, in the order of cells, while the next is computed; the same few buffers
    /// serve all pieces.
    ///
    /// # Errors
    /// What the engine, the watch or the sink reports.
    pub fn bands<E: From<RequestError>>(
        &mut self,
        watch: &mut dyn Watch,
        mut sink: impl FnMut(&Samples) -> Result<(), E>,
    ) -> Result<(), E> {
        let (planes, size) = (self.program.outputs().len(), self.size());
        let buffers = (0..BUFFERS).map(|_| self.engine.samples(planes)).collect();
        let most = self.most(BUFFERS * size * planes, 0);
        let mut work = Asked::of(&mut self.session, Planes);
        let mut pieces = Linear::new(self.grid.cells(), most);
        watch.begin("computing", self.grid.cells());
        let mut reasons = self.reasons.is_some().then(Reasons::default);
        let spent = run(&mut work, &mut pieces, buffers, watch, |_, samples: &mut Samples| match &mut reasons {
            Some(counts) => counts.take(samples, &mut sink),
            None => sink(samples),
        })?;
        self.reasons = reasons;
        self.passes.push(Pass { name: "values", spent, kernels: work.kernels });
        Ok(())
    }

    /// The values of one cell, a number for each plane, NaN where it is masked.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn cell(&mut self, cell: usize) -> Result<Vec<f64>, RequestError> {
        let planes = self.program.outputs().len();
        let mut values = self.engine.samples(planes);
        self.session.planes(cell..cell + 1, &mut values)?;
        Ok((0..planes).map(|plane| values.get(plane, 0)).collect())
    }

    /// Extremes, counts and histogram of plane `plane`.
    ///
    /// # Errors
    /// What the engine or the watch reports.
    pub fn range(&mut self, plane: usize, watch: &mut dyn Watch) -> Result<RangeStats, RequestError> {
        let most = match &self.session {
            Session::F32(_) | Session::F64(_) => LARGEST_COUNTED,
            _ => self.most(0, 0),
        };
        let mut work = Asked::of(&mut self.session, Statistics { plane, stats: RangeStats::default() });
        let mut pieces = Linear::new(self.grid.cells(), most);
        watch.begin("finding the range", self.grid.cells());
        let spent = run(&mut work, &mut pieces, vec![(); BUFFERS], watch, |_, ()| Ok::<(), RequestError>(()))?;
        self.passes.push(Pass { name: "range", spent, kernels: work.kernels });
        Ok(work.ask.stats)
    }

    /// Hands the colour indices of plane `plane` to `sink` as whole rows of the grid's first axis from the top of a
    /// picture down, the last row first unless [`set_first_row_on_top`](Self::set_first_row_on_top) says otherwise: 0 where masked, else 1 + the number of thresholds ≤ value. `reserved` bytes are taken off the memory
    /// budget for what the sink needs.
    ///
    /// # Errors
    /// Thresholds that are too many, not sorted, or not numbers, and what the engine, the watch or the sink reports.
    pub fn index_rows<E: From<RequestError>>(
        &mut self,
        plane: usize,
        thresholds: &[f64],
        reserved: usize,
        watch: &mut dyn Watch,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let thresholds = self.thresholds(thresholds)?;
        let (width, rows) = (self.grid.width(), self.grid.rows());
        let most = self.most(BUFFERS, reserved);
        let turned = (!self.first_row_on_top).then_some(width);
        let mut work = Asked::of(&mut self.session, Indices { plane, thresholds: &thresholds, turned });
        let mut pieces = ByRows::new(width, rows, most, self.first_row_on_top);
        watch.begin("drawing", self.grid.cells());
        // A row that is longer than a piece comes in parts.
        let mut row = Vec::new();
        let spent = run(&mut work, &mut pieces, vec![Vec::new(); BUFFERS], watch, |_, part: &mut Vec<u8>| {
            if row.is_empty() && part.len().is_multiple_of(width) {
                return sink(part);
            }
            row.extend_from_slice(part);
            if row.len() == width {
                sink(&row)?;
                row.clear();
            }
            Ok(())
        })?;
        self.passes.push(Pass { name: "picture", spent, kernels: work.kernels });
        Ok(())
    }

    /// Whether a piece of [`active_cells`](Self::active_cells) may have so many rows.
    #[must_use]
    pub fn holds_rows(&self, rows: usize) -> bool {
        self.most(ACTIVE_BYTES, 0) / rows.max(1) >= self.grid.width()
    }

    /// Hands the active cells of plane `plane` to `sink`, those of some rows of cells after the other, with the number of rows: the cells between nodes whose corners
    /// are not all on the same side of all thresholds. Their places count from the first node of their first row. For thresholds that are as
    /// many as those of [`index_rows`](Self::index_rows), and a grid that [holds](Self::holds_rows) some rows.
    ///
    /// # Errors
    /// Thresholds that are too many, not sorted, or not numbers, and what the engine, the watch or the sink reports.
    pub fn active_cells<E: From<RequestError>>(
        &mut self,
        plane: usize,
        thresholds: &[f64],
        watch: &mut dyn Watch,
        mut sink: impl FnMut(usize, &[Active]) -> Result<(), E>,
    ) -> Result<(), E> {
        let thresholds = self.thresholds(thresholds)?;
        let (width, rows) = (self.grid.width(), self.grid.rows());
        let most = self.most(ACTIVE_BYTES, 0);
        let mut work = Asked::of(&mut self.session, ActiveCells { plane, thresholds: &thresholds, width });
        let mut pieces = Overlapping::new(width, rows, most);
        watch.begin("comparing", self.grid.cells());
        let buffers = vec![Vec::new(); BUFFERS];
        let spent = run(&mut work, &mut pieces, buffers, watch, |nodes, cells: &mut Vec<Active>| {
            sink(nodes.len() / width - 1, cells)
        })?;
        self.passes.push(Pass { name: "cells", spent, kernels: work.kernels });
        Ok(())
    }

    /// Hands the values of all planes to `sink` in whole rows of the first axis, the pieces from the top of a picture down but the
    /// rows of a piece as they lie; a row that is longer than a piece comes in parts. `reserved` bytes, and `per_cell` for each cell of a
    /// piece, are taken off the memory budget for what the sink needs.
    ///
    /// # Errors
    /// What the engine, the watch or the sink reports.
    pub fn value_rows<E: From<RequestError>>(
        &mut self,
        reserved: usize,
        per_cell: usize,
        watch: &mut dyn Watch,
        mut sink: impl FnMut(&Samples) -> Result<(), E>,
    ) -> Result<(), E> {
        let (planes, size) = (self.program.outputs().len(), self.size());
        let buffers = (0..BUFFERS).map(|_| self.engine.samples(planes)).collect();
        let most = self.most(BUFFERS * size * planes + per_cell, reserved);
        let mut work = Asked::of(&mut self.session, Planes);
        let mut pieces = ByRows::new(self.grid.width(), self.grid.rows(), most, self.first_row_on_top);
        watch.begin("computing", self.grid.cells());
        let spent = run(&mut work, &mut pieces, buffers, watch, |_, samples: &mut Samples| sink(samples))?;
        self.passes.push(Pass { name: "values", spent, kernels: work.kernels });
        Ok(())
    }

    /// The first cell of plane `plane` with a value of at most `low`, and the first with one of at least `high`.
    ///
    /// # Errors
    /// What the engine or the watch reports.
    pub fn find(
        &mut self,
        plane: usize,
        (low, high): (f64, f64),
        watch: &mut dyn Watch,
    ) -> Result<(Option<usize>, Option<usize>), RequestError> {
        // Index 1 is below the first threshold, index 3 at the second or above; one value for both is looked for apart.
        let above = if self.size() == 8 { low.next_up() } else { f64::from(narrow(low).next_up()) };
        let thresholds = self.thresholds(&[above, high.max(above)])?;
        let same = low >= high;
        let most = self.most(BUFFERS, 0);
        let mut work = Asked::of(&mut self.session, Indices { plane, thresholds: &thresholds, turned: None });
        let mut pieces = Linear::new(self.grid.cells(), most);
        watch.begin("looking for extremes", self.grid.cells());
        let (mut lowest, mut highest) = (None, None);
        let buffers = vec![Vec::new(); BUFFERS];
        let result = run(&mut work, &mut pieces, buffers, watch, |cells, indices: &mut Vec<u8>| {
            let find = |index: u8| indices.iter().position(|&i| i == index).map(|at| cells.start + at);
            lowest = lowest.or_else(|| find(1));
            highest = if same { lowest } else { highest.or_else(|| find(3)) };
            if lowest.is_some() && highest.is_some() { Err(Search::Done) } else { Ok(()) }
        });
        match result {
            Ok(spent) => self.passes.push(Pass { name: "extremes", spent, kernels: work.kernels }),
            Err(Search::Done) => {}
            Err(Search::Failed(error)) => return Err(error),
        }
        Ok((lowest, highest))
    }

    /// Prepares colour thresholds for [`Prepared::palette`].
    ///
    /// # Errors
    /// Thresholds that are too many, not sorted, or not numbers.
    pub fn thresholds(&self, thresholds: &[f64]) -> Result<Thresholds, RequestError> {
        Ok(self.session.thresholds(thresholds)?)
    }

    /// Writes the colour indices of `cells` in plane `plane`: 0 where masked, else 1 + the number of thresholds ≤ value.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &Thresholds,
        indices: &mut Vec<u8>,
    ) -> Result<(), RequestError> {
        Ok(self.session.palette(cells, plane, thresholds, indices)?)
    }

    /// Writes the values of `cells` in all planes, for whoever asks for pieces in an order of their own; [`Engine::samples`] makes the buffers.
    ///
    /// # Errors
    /// What the engine reports, and buffers of another number type.
    pub fn values(&mut self, cells: Range<usize>, samples: &mut Samples) -> Result<(), RequestError> {
        let most = self.session.max_cells();
        if cells.len() <= most {
            return Ok(self.session.planes(cells, samples)?);
        }
        samples.resize(cells.len());
        let mut part = self.engine.samples(samples.planes());
        for first in cells.clone().step_by(most) {
            self.session.planes(first..(first + most).min(cells.end), &mut part)?;
            samples.copy_from(first - cells.start, &part);
        }
        Ok(())
    }

    /// Bytes of a number.
    fn size(&self) -> usize {
        if self.engine.arithmetic() == "f64" { 8 } else { 4 }
    }

    /// The most cells of a piece that takes `bytes_per_cell` for its results on this side, beside what the engine needs.
    /// Bytes that are held whatever the pieces: of tables, and of the smallest band of sampled planes.
    pub(super) fn fixed_bytes(&self) -> [usize; 2] {
        let [tables, planes] = self.session.fixed_bytes();
        // For a device the coordinates are kept, so that its columns can be computed anew.
        let on_device = matches!(self.session, Session::Gpu(_) | Session::Gpu64(_));
        let axes = self.grid.axes().iter().filter(|_| on_device);
        [axes.fold(tables, |sum, axis| sum.saturating_add(self.size() * axis.len())), planes]
    }

    fn most(&self, bytes_per_cell: usize, reserved: usize) -> usize {
        let (planes, size) = (self.program.outputs().len(), self.size());
        let threads = rayon::current_num_threads();
        // Tables of coordinates and along the axes; a histogram per thread and one for their sum.
        let fixed = self.fixed_bytes()[0] + (threads + 2) * BINS * size_of::<u64>() + reserved;
        // What is fixed may be more than a small budget: then the pieces are not made tiny for it.
        let budget = self.memory.saturating_sub(fixed).max(self.memory / 2);
        // The other half is for the planes around a piece.
        let budget = if self.session.reads_planes() { budget / 2 } else { budget };
        match &self.session {
            Session::F32(_) | Session::F64(_) | Session::SampledF32(_) | Session::SampledF64(_) => {
                most_cells(bytes_per_cell, budget, LARGEST_ON_CPU)
            }
            // The planes are held once on the device and once per place of the ring.
            Session::Gpu(_) | Session::Gpu64(_) => {
                let device = size * planes * (1 + self.session.depth());
                most_cells(bytes_per_cell + device, budget, self.session.max_cells())
            }
        }
    }
}
