//! Requests: which quantity of which formula, over which grid, by which method and engine — and the way to its values.
//!
//! ```
//! use gradgrid::{Formula, Grid, Quantity, Request};
//!
//! let f = Formula::parse("x^2*y + sin(y)")?;
//! let grid = Grid::plane((-5.0, 5.0, 101), (-5.0, 5.0, 101))?;
//! let slope = Request::new(&f, &grid).quantity(Quantity::Magnitude).evaluate()?;
//! assert_eq!(slope.at(0, &[50, 50]), 1.0); // ‖∇f(0, 0)‖ = ‖(0, cos 0)‖
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::engine::{Agreement, Engine, EngineChoice, EngineError, Report, Session, Thresholds, Verify};
use crate::expr::formula::Formula;
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::field::Field;
use crate::grid::Grid;
use crate::kernels::range::RangeStats;
use crate::math::Library;
use crate::method::step::{self, AxisChoice};
use crate::method::{Differentiator, Method, Steps};
use crate::program::{Plane, Program};
use crate::quantity::{Quantity, QuantityError};
use crate::tile::plan::{Bands, DEFAULT_BUDGET};
use crate::tile::watch::{Interrupted, Silent, Watch};
use std::ops::Range;
use thiserror::Error;

/// The most nodes of one axis: its coordinates in `f64` take 2 GiB.
pub const MAX_NODES: usize = 1 << 28;

/// Why a request cannot be met.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RequestError {
    /// The formula uses a variable that the grid has no axis for.
    #[error(
        "the formula uses `{variable}`, and the grid has no such axis; give it one, as in `--axis {variable}=-1:1`"
    )]
    MissingAxis {
        /// The variable.
        variable: String,
    },
    /// The grid has more axes than the formula has variables.
    #[error("the grid has {axes} axes and the formula only {variables} variables")]
    ExtraAxes {
        /// Axes of the grid.
        axes: usize,
        /// Variables of the formula.
        variables: usize,
    },
    /// An axis whose coordinates would fill the memory.
    #[error(
        "axis {axis} has {len} nodes, and a table of coordinates holds up to {MAX_NODES}; cut the extent into pieces"
    )]
    AxisTooLong {
        /// The axis.
        axis: String,
        /// Its nodes.
        len: usize,
    },
    /// A step that cannot be used.
    #[error("the step h must be a positive number, not {0}")]
    Step(f64),
    /// A comparison of masks or bounds.
    #[error("`{0}` tells of one method; --compare is for values such as `magnitude`")]
    CompareReport(String),
    /// The quantity cannot be had.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// The derivatives outgrow the graph.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The engine cannot do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The work was stopped.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// What is asked for; see the [module](self).
#[derive(Debug, Clone)]
pub struct Request<'a> {
    formula: &'a Formula,
    grid: &'a Grid,
    quantity: Quantity,
    method: Method,
    compare: Option<Method>,
    step: Option<f64>,
    engine: EngineChoice,
    verify: Verify,
    memory: usize,
    library: Library,
}

impl<'a> Request<'a> {
    /// The magnitude of the gradient of `formula` over `grid`, exactly, on the engine that suits.
    #[must_use]
    pub fn new(formula: &'a Formula, grid: &'a Grid) -> Self {
        Self {
            formula,
            grid,
            quantity: Quantity::Magnitude,
            method: Method::Exact,
            compare: None,
            step: None,
            engine: EngineChoice::Auto,
            verify: Verify::default(),
            memory: DEFAULT_BUDGET,
            library: Library::Exact,
        }
    }

    /// Asks for this quantity.
    #[must_use]
    pub fn quantity(mut self, quantity: Quantity) -> Self {
        self.quantity = quantity;
        self
    }

    /// Takes derivatives by this method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Asks for the difference between the two methods: this one's value minus the other's.
    #[must_use]
    pub fn compare(mut self, other: Option<Method>) -> Self {
        self.compare = other;
        self
    }

    /// Uses this step for difference formulas instead of choosing one.
    #[must_use]
    pub fn step(mut self, step: Option<f64>) -> Self {
        self.step = step;
        self
    }

    /// Runs on this engine.
    #[must_use]
    pub fn engine(mut self, engine: EngineChoice) -> Self {
        self.engine = engine;
        self
    }

    /// Checks so much of what a GPU delivers against the CPU.
    #[must_use]
    pub fn verify(mut self, verify: Verify) -> Self {
        self.verify = verify;
        self
    }

    /// Links GPU programs with this mathematics; the other engines have one.
    #[must_use]
    pub fn library(mut self, library: Library) -> Self {
        self.library = library;
        self
    }

    /// Keeps band buffers within so many bytes.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Opens the engine and compiles the program.
    ///
    /// # Errors
    /// Axes that do not fit the formula, a quantity that is not for this number of variables, an engine that is not there.
    pub fn prepare(&self) -> Result<Prepared, RequestError> {
        let (dimension, axes) = (self.formula.dimension(), self.grid.axes().len());
        if axes > self.formula.variables().len() {
            return Err(RequestError::ExtraAxes { axes, variables: self.formula.variables().len() });
        }
        if dimension > axes {
            return Err(RequestError::MissingAxis { variable: self.formula.variables()[dimension - 1].clone() });
        }
        if let Some(axis) = self.grid.axes().iter().find(|axis| axis.len() > MAX_NODES) {
            return Err(RequestError::AxisTooLong { axis: axis.name().to_owned(), len: axis.len() });
        }
        if let Some(step) = self.step.filter(|step| !(step.is_finite() && *step > 0.0)) {
            return Err(RequestError::Step(step));
        }
        let engine = Engine::open(self.engine, self.grid)?;
        let mut g = self.formula.graph().clone();
        let (mut planes, steps) = self.planes(&mut g, self.method, &engine)?;
        let mut methods = vec![(self.method, steps)];
        if let Some(other) = self.compare {
            if self.quantity.is_report() {
                return Err(RequestError::CompareReport(self.quantity.to_string()));
            }
            let (others, steps) = self.planes(&mut g, other, &engine)?;
            for (plane, other) in planes.iter_mut().zip(others) {
                let difference = g.sub(plane.value, other.value);
                *plane = Plane::of(&mut g, self.formula.root(), format!("{} difference", plane.name), difference);
            }
            methods.push((other, steps));
        }
        let values = self.formula.values();
        let program = Program::compile_planes(&mut g, &planes, axes, self.formula.parameters().len())?;
        let mut session = engine.session(&program, self.grid, values, self.library)?;
        session.set_verify(self.verify);
        Ok(Prepared { engine, program, session, grid: self.grid.clone(), methods, memory: self.memory })
    }

    /// All values at once, in memory.
    ///
    /// # Errors
    /// As for [`Request::prepare`], and what the engine reports while it runs.
    pub fn evaluate(&self) -> Result<Field, RequestError> {
        let mut prepared = self.prepare()?;
        let mut samples = prepared.engine.samples(prepared.program.outputs().len());
        samples.resize(self.grid.cells());
        let mut done = 0;
        prepared.bands(&mut Silent, |band| {
            use crate::field::Samples::{F32, F64};
            match (&mut samples, band) {
                (F32(all), F32(part)) => copy(all, part, done),
                (F64(all), F64(part)) => copy(all, part, done),
                _ => {}
            }
            done += band.cells();
            Ok::<(), RequestError>(())
        })?;
        Ok(Field { grid: self.grid.clone(), names: prepared.names(), samples })
    }

    fn planes(
        &self,
        g: &mut Graph,
        method: Method,
        engine: &Engine,
    ) -> Result<(Vec<Plane>, Vec<AxisChoice>), RequestError> {
        let axes = self.grid.axes().len();
        let variables: Vec<NodeId> = (0..axes).map(|axis| g.variable(axis)).collect();
        let (choices, steps) = match (method, self.step) {
            (Method::Exact, _) => (Vec::new(), Vec::new()),
            (_, Some(h)) => (Vec::new(), vec![Steps { first: h, second: h }; axes]),
            (_, None) => {
                let (root, values) = (self.formula.root(), self.formula.values());
                let choices = step::automatic(g, root, self.grid, values, method, engine.unit_roundoff());
                let steps = step::steps(&choices);
                (choices, steps)
            }
        };
        let differentiator = Differentiator::new(method, variables, steps);
        let names = &self.formula.variables()[..axes];
        Ok((self.quantity.planes(g, self.formula.root(), names, &differentiator)?, choices))
    }
}

fn copy<T: Copy>(all: &mut [Vec<T>], part: &[Vec<T>], first: usize) {
    for (all, part) in all.iter_mut().zip(part) {
        all[first..first + part.len()].copy_from_slice(part);
    }
}

/// A request with its engine open and its program compiled.
#[derive(Debug)]
pub struct Prepared {
    engine: Engine,
    program: Program,
    session: Session,
    grid: Grid,
    methods: Vec<(Method, Vec<AxisChoice>)>,
    memory: usize,
}

impl Prepared {
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
        matches!((&self.engine, &self.session), (Engine::Gpu(_), Session::F32(_)))
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

    /// The names of the planes.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.program.outputs().iter().map(|output| output.name.clone()).collect()
    }

    /// Evaluates band by band and hands each to `sink`; the same buffers serve every band.
    ///
    /// # Errors
    /// What the engine, the watch or the sink reports.
    pub fn bands<E: From<RequestError>>(
        &mut self,
        watch: &mut dyn Watch,
        mut sink: impl FnMut(&crate::field::Samples) -> Result<(), E>,
    ) -> Result<(), E> {
        let planes = self.program.outputs().len();
        let mut samples = self.engine.samples(planes);
        watch.begin("computing", self.grid.cells());
        // A value is held by the engine and by the band that is read back.
        for cells in self.plan(2 * 8 * planes).iter() {
            let count = cells.len();
            self.session.planes(cells, &mut samples).map_err(RequestError::from)?;
            sink(&samples)?;
            watch.advance(count).map_err(RequestError::from)?;
        }
        Ok(())
    }

    /// Extremes, counts and histogram of plane `plane`.
    ///
    /// # Errors
    /// What the engine or the watch reports.
    pub fn range(&mut self, plane: usize, watch: &mut dyn Watch) -> Result<RangeStats, RequestError> {
        let mut stats = RangeStats::default();
        watch.begin("finding the range", self.grid.cells());
        for cells in self.plan(8 * self.program.outputs().len()).iter() {
            let count = cells.len();
            self.session.range(cells, plane, &mut stats)?;
            watch.advance(count)?;
        }
        Ok(stats)
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

    /// Bytes that band buffers may take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// A plan of bands for work that takes `bytes_per_cell`.
    #[must_use]
    pub fn plan(&self, bytes_per_cell: usize) -> Bands {
        Bands::new(self.grid.cells(), bytes_per_cell, self.memory, self.session.max_cells())
    }
}
