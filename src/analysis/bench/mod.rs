//! Benchmarks: the engines on the same work in one run, checked result by result, beside the limits of the machine.
//!
//! **What is timed.** A pass evaluates a quantity at every node of a square grid, band by band; each band lands in the same
//! reused buffer of host memory, as it does for every writer. Process start, compilation and files are not in it. On a GPU a
//! pass is submission, kernels and read-back with two bands in flight; the time of the kernels alone comes from the clock of
//! the device. A sample is as many passes as take [`LEAST_SAMPLE`], so that clocks and schedulers do not show.
//!
//! **How.** After one pass that is not counted, rounds go over the engines in turn, each round beginning with another engine, so
//! that whatever else the machine does meets all of them. Medians are reported, with the least and the most.
//!
//! **Limits.** [`limits`] measures what memory and arithmetic give in the same rounds; a limit is the best that was seen. *Of the
//! limit* is the time that writing the same bytes into the same buffers takes, alone, over the time of the engine.
//!
//! **Checks.** Before anything is timed every value is judged, see [`verify`].

pub mod figure;
pub mod limits;
pub mod machine;
mod runner;
pub mod verify;

use crate::engine::{Agreement, Engine, EngineChoice, EngineError, PATIENCE, SelfTest};
use crate::expr::formula::Formula;
use crate::gpu::{Choice, Gpu, GpuError};
use crate::grid::{Grid, GridError};
use crate::program::{Program, Step};
use crate::quantity::Quantity;
use crate::request::{Request, RequestError};
use crate::tile::plan::DEFAULT_BUDGET;
use crate::tile::watch::{Interrupted, Watch};
use limits::{Limits, Writer};
use runner::{Contender, Runner};
use std::ops::Range;
use std::time::{Duration, Instant};
use thiserror::Error;
use verify::{Check, Judge};

/// A sample lasts at least this long: a thousand times the granularity of clocks, and longer than a scheduler's slice.
pub const LEAST_SAMPLE: Duration = Duration::from_millis(10);

/// The extent of both axes.
pub const EXTENT: (f64, f64) = (-5.0, 5.0);

/// The engines that can be timed, in the order of the tables.
pub const ENGINES: [EngineChoice; 3] = [EngineChoice::Gpu, EngineChoice::Cpu, EngineChoice::F64];

/// The most cells of a band: 16 MiB of single precision.
const LARGEST_BAND: usize = 1 << 22;

/// A grid of `cells` cells in bands of `band`; the last may be shorter.
#[derive(Debug, Clone, Copy)]
pub struct Bands {
    /// All cells.
    pub cells: usize,
    /// Cells of a full band.
    pub band: usize,
}

impl Bands {
    /// The bands in order.
    pub fn iter(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.cells).step_by(self.band.max(1)).map(move |first| first..(first + self.band).min(self.cells))
    }
}

/// Why a benchmark cannot run.
#[derive(Debug, Error)]
pub enum BenchError {
    /// The grid cannot be made.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// The program cannot be made.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// An engine fails.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A device fails.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It was asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The function.
    pub formula: &'a Formula,
    /// What is computed of it; no report such as a mask, because it is judged by its error bound.
    pub quantity: Quantity,
    /// Nodes along a side.
    pub sizes: Vec<usize>,
    /// How often each is timed.
    pub rounds: usize,
    /// Which of [`ENGINES`] are timed.
    pub engines: Vec<EngineChoice>,
}

/// Seconds per pass, one entry per round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Times(Vec<f64>);

impl Times {
    /// The middle one; of an even number the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => sorted[n / 2],
            n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
        }
    }

    /// The shortest.
    #[must_use]
    pub fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The longest.
    #[must_use]
    pub fn most(&self) -> f64 {
        self.0.iter().copied().fold(0.0, f64::max)
    }

    /// Adds a round.
    pub fn push(&mut self, seconds: f64) {
        self.0.push(seconds);
    }

    /// All rounds in order.
    #[must_use]
    pub fn all(&self) -> &[f64] {
        &self.0
    }
}

/// One engine on one size.
#[derive(Debug, Clone)]
pub struct Row {
    /// The engine.
    pub engine: EngineChoice,
    /// A pass.
    pub pass: Times,
    /// The kernels of a pass by the clock of the device, where there is one.
    pub kernel: Option<Times>,
    /// Bytes that a pass writes to host memory.
    pub bytes: f64,
    /// Writing as many bytes and nothing else, at best, in seconds.
    pub limit: f64,
    /// What the judge found.
    pub check: Check,
}

/// All engines on one size.
#[derive(Debug, Clone)]
pub struct SizeReport {
    /// Nodes along a side.
    pub side: usize,
    /// The engines in the order of [`ENGINES`].
    pub rows: Vec<Row>,
}

impl SizeReport {
    /// Nodes.
    #[must_use]
    pub fn cells(&self) -> f64 {
        self.side as f64 * self.side as f64
    }

    /// The row of an engine.
    #[must_use]
    pub fn row(&self, engine: EngineChoice) -> Option<&Row> {
        self.rows.iter().find(|row| row.engine == engine)
    }
}

/// What a benchmark found.
#[derive(Debug, Clone)]
pub struct Bench {
    /// One entry per size.
    pub sizes: Vec<SizeReport>,
    /// What the machine can do.
    pub limits: Limits,
    /// Operations per point, each function of the language counted as one.
    pub operations: usize,
    /// Values per point.
    pub planes: usize,
    /// The adapter of the gpu engine, in words.
    pub adapter: Option<String>,
    /// What could not be timed, and why.
    pub left_out: Vec<String>,
}

impl Bench {
    /// Whether every check held.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.sizes.iter().flat_map(|size| &size.rows).all(|row| row.check.holds())
    }
}

/// Runs it.
///
/// # Errors
/// A formula and a quantity that do not go together, an engine that is not there or fails, or an interruption.
pub fn run(plan: &Plan<'_>, watch: &mut dyn Watch) -> Result<Bench, BenchError> {
    let gpu = match plan.engines.contains(&EngineChoice::Gpu) {
        true => Some(Gpu::open(Choice::Any)?),
        false => None,
    };
    let mut bench = Bench {
        sizes: Vec::new(),
        limits: Limits::default(),
        operations: 0,
        planes: 0,
        adapter: gpu.as_ref().map(|gpu| machine::adapter(gpu.info())),
        left_out: Vec::new(),
    };
    for &side in &plan.sizes {
        let report = size(plan, side, gpu.as_ref(), &mut bench, watch)?;
        bench.sizes.push(report);
    }
    watch.begin("machine limits", plan.rounds);
    for _ in 0..plan.rounds {
        bench.limits.measure();
        watch.advance(1)?;
    }
    Ok(bench)
}

fn size(
    plan: &Plan<'_>,
    side: usize,
    gpu: Option<&Gpu>,
    bench: &mut Bench,
    watch: &mut dyn Watch,
) -> Result<SizeReport, BenchError> {
    let grid = Grid::plane((EXTENT.0, EXTENT.1, side), (EXTENT.0, EXTENT.1, side))?;
    let compile = |quantity: Quantity| -> Result<Program, RequestError> {
        let request = Request::new(plan.formula, &grid).quantity(quantity).engine(EngineChoice::Cpu);
        Ok(request.prepare()?.program().clone())
    };
    let (program, bound) = (compile(plan.quantity.clone())?, compile(Quantity::Bound(vec![plan.quantity.clone()]))?);
    let values = plan.formula.values();
    let planes = program.outputs().len();
    let operations = program.steps().iter().filter(|step| matches!(step, Step::Apply(..))).count();
    (bench.operations, bench.planes) = (operations, planes);

    let device = match gpu.map(|gpu| Runner::device(gpu, &program, &grid, values)) {
        Some(Err(GpuError::CompileTimeout { .. })) => {
            let seconds = PATIENCE.as_secs();
            bench.left_out.push(format!("gpu at {side}²: the driver took more than {seconds} s to compile"));
            None
        }
        other => other.transpose()?,
    };
    let exact = gpu.is_some_and(|gpu| SelfTest::of(gpu).agreement() == Agreement::BitExact);
    let mut single = Runner::host(&Engine::Cpu, &program, &grid, values)?;
    let mut double = Runner::host(&Engine::F64, &program, &grid, values)?;
    let mut bounds = Runner::host(&Engine::Cpu, &bound, &grid, values)?;
    let limit = device.as_ref().map_or(usize::MAX, Runner::max_cells);
    // Every engine has a buffer of its own, and the writer another.
    let band = (DEFAULT_BUDGET / (40 * planes)).min(LARGEST_BAND).min(limit);
    let bands = Bands { cells: grid.cells(), band };

    let (mut cpu_judge, mut gpu_judge) = (Judge::bound(), if exact { Judge::bits() } else { Judge::bound() });
    let mut device = device;
    watch.begin("checking", grid.cells());
    for cells in bands.iter() {
        let count = cells.len();
        let (want, bound) = (double.band(cells.clone())?, bounds.band(cells.clone())?);
        let ours = single.band(cells.clone())?;
        cpu_judge.look(ours, want, bound, cells.start);
        if let Some(device) = &mut device {
            let got = device.band(cells.clone())?;
            gpu_judge.look(got, if exact { ours } else { want }, bound, cells.start);
        }
        watch.advance(count)?;
    }
    drop(bounds);

    let mut contenders = Vec::new();
    let runners = [
        device.map(|runner| (EngineChoice::Gpu, runner, gpu_judge.check())),
        Some((EngineChoice::Cpu, single, cpu_judge.check())),
        Some((EngineChoice::F64, double, Check::Reference)),
    ];
    for (engine, mut runner, check) in runners.into_iter().flatten() {
        if !plan.engines.contains(&engine) {
            continue;
        }
        runner.pass(bands)?;
        let start = Instant::now();
        runner.pass(bands)?;
        let passes = limits::repeats(start.elapsed());
        let bytes = planes * if engine == EngineChoice::F64 { size_of::<f64>() } else { size_of::<f32>() };
        contenders.push(Contender {
            engine,
            runner,
            passes,
            pass: Times::default(),
            kernel: Some(Times::default()),
            writer: Writer::new(bands, bytes),
            written: Times::default(),
            check,
        });
    }
    watch.begin("timing", plan.rounds * contenders.len());
    for round in 0..plan.rounds {
        for turn in 0..contenders.len() {
            let next = (round + turn) % contenders.len();
            contenders[next].sample(bands)?;
            watch.advance(1)?;
        }
    }
    let rows = contenders.into_iter().map(|done| Row {
        engine: done.engine,
        pass: done.pass,
        kernel: done.kernel,
        bytes: done.writer.bytes_per_cell() as f64 * grid.cells() as f64,
        limit: done.written.least(),
        check: done.check,
    });
    Ok(SizeReport { side, rows: rows.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tile::watch::Silent;

    #[test]
    fn medians_are_in_the_middle() {
        let times = |all: &[f64]| Times(all.to_vec());
        assert_eq!(times(&[3.0, 1.0, 2.0]).median(), 2.0, "of three");
        assert_eq!(times(&[4.0, 1.0, 2.0, 8.0]).median(), 3.0, "of four");
        assert_eq!((times(&[3.0, 1.0]).least(), times(&[3.0, 1.0]).most()), (1.0, 3.0), "ends");
        assert!(Times::default().median().is_nan(), "of none");
    }

    #[test]
    fn every_engine_asked_for_is_timed_and_judged() {
        let formula = Formula::parse("x^2*y + sin(y)").expect("a formula");
        let engines = vec![EngineChoice::Cpu, EngineChoice::F64];
        let plan = Plan { formula: &formula, quantity: Quantity::Magnitude, sizes: vec![16, 33], rounds: 2, engines };
        let bench = run(&plan, &mut Silent).expect("it runs");
        assert!(bench.holds(), "{bench:?}");
        assert_eq!(bench.sizes.iter().map(|size| size.side).collect::<Vec<_>>(), [16, 33], "sizes");
        for size in &bench.sizes {
            let row = size.row(EngineChoice::Cpu).expect("it was asked for");
            assert_eq!(row.bytes, size.cells() * 4.0, "four bytes a value");
            assert!(row.pass.all().len() == 2 && row.pass.least() > 0.0 && row.limit > 0.0, "{row:?}");
            assert!(matches!(row.check, Check::Bound(found) if found.judged == size.side as u64 * size.side as u64));
            assert!(size.row(EngineChoice::F64).is_some() && size.row(EngineChoice::Gpu).is_none(), "the engines");
        }
    }

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn the_gpu_is_compared_by_bits_and_evaluates_in_every_pass() {
        let formula = Formula::parse("x^2*y + sin(y)").expect("a formula");
        let engines = ENGINES.to_vec();
        let plan = Plan { formula: &formula, quantity: Quantity::Gradient, sizes: vec![200], rounds: 3, engines };
        let bench = run(&plan, &mut Silent).expect("it runs");
        let row = bench.sizes[0].row(EngineChoice::Gpu).expect("it was asked for");
        assert!(matches!(row.check, Check::Bits(found) if found.judged == 80_000 && found.wrong == 0), "{row:?}");
        let kernels = row.kernel.as_ref().expect("a clock");
        assert!(kernels.least() > 0.0 && kernels.median() <= row.pass.median(), "{row:?}");
    }
}
