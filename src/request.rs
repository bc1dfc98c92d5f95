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

mod prepared;
mod reasons;
mod work;

use crate::engine::{Engine, EngineChoice, EngineError, Verify};
use crate::expr::formula::Formula;
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::source::SAMPLE_AXES;
use crate::field::Field;
use crate::grid::Grid;
use crate::io::read::Reader;
use crate::math::Library;
use crate::method::sampling::Sampler;
use crate::method::scheme::Scheme;
use crate::method::step::{self, AxisChoice};
use crate::method::{Differentiator, Method, Relief, Steps};
use crate::program::staged::Staged;
use crate::program::{Plane, Program, Step};
use crate::quantity::{Quantity, QuantityError};
use crate::tile::plan::DEFAULT_BUDGET;
use crate::tile::watch::{Interrupted, Silent};
use std::sync::Arc;
use std::time::Instant;
use thiserror::Error;

pub use prepared::{Pass, Prepared};

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
    /// Another number of arrays than the formula has.
    #[error("the formula has {needs} arrays ({}), and {given} are given", .names.join(", "), needs = .names.len())]
    ArrayCount {
        /// The arrays of the formula.
        names: Vec<String>,
        /// How many are given.
        given: usize,
    },
    /// An array that does not lie on the grid.
    #[error(
        "the array `{name}` has the shape {shape:?}, and the grid {grid:?} (the slowest axis first); all must be of one shape"
    )]
    ArrayShape {
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// That of the grid.
        grid: Vec<usize>,
    },
    /// Too many axes for what is sampled.
    #[error(
        "arrays, averages and differences between nodes are for grids of 1 to {SAMPLE_AXES} axes, and this one has {0}"
    )]
    SampledAxes(usize),
    /// What is held whatever the pieces outgrows the memory that is allowed.
    #[error(
        "the coordinates and tables along the axes, and the rows that a band of samples has at least, take {needs} MiB, and {memory} \
         MiB are allowed; allow {needs} MiB and some more for the pieces on their way (--memory {}M), or cut the longest axis", 2 * needs
    )]
    Memory {
        /// MiB that it takes.
        needs: usize,
        /// MiB that are allowed.
        memory: usize,
    },
    /// What is found, and must be held to the end, outgrows the memory that is allowed.
    #[error(
        "the {what} take {} MiB and more, {} % of the way through the grid, and {} MiB are allowed; allow more (--memory), or \
         take fewer levels or nodes", .bytes >> 20, .percent, .memory >> 20
    )]
    Found {
        /// What it is.
        what: &'static str,
        /// Bytes that it takes so far.
        bytes: usize,
        /// How much of the grid was looked at.
        percent: usize,
        /// Bytes that are allowed.
        memory: usize,
    },
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

const MIB: usize = 1 << 20;

/// Less than this is never refused: the program itself takes as much.
const LEAST_MEMORY: usize = 32 * MIB;

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
    sampling: Option<Scheme>,
    relief: Relief,
    reasons: bool,
    only: Option<usize>,
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
            sampling: None,
            relief: Relief::default(),
            reasons: false,
            only: None,
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

    /// Whether derivatives are exact, and nothing is subtracted.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.method == Method::Exact && self.compare.is_none()
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

    /// Takes so many bytes of memory: for the pieces on their way, tables of coordinates, statistics and encoders.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// Differences sampled values by this scheme instead of the one that is usual for the quantity.
    #[must_use]
    pub fn sampling(mut self, scheme: Scheme) -> Self {
        self.sampling = Some(scheme);
        self
    }

    /// Measures heights and distances on the ground so, for quantities of terrain.
    #[must_use]
    pub fn relief(mut self, relief: Relief) -> Self {
        self.relief = relief;
        self
    }

    /// Counts why cells are masked while their values are computed, where that is cheaper than another pass over files: see
    /// [`Prepared::reasons`].
    #[must_use]
    pub fn reasons(mut self, wanted: bool) -> Self {
        self.reasons = wanted;
        self
    }

    /// Computes this plane of the quantity alone; one that it has not leaves all.
    #[must_use]
    pub fn only(mut self, plane: usize) -> Self {
        self.only = Some(plane);
        self
    }

    /// Opens the engine and compiles the program, for a formula without arrays.
    ///
    /// # Errors
    /// Axes that do not fit the formula, a quantity that is not for this number of variables, an engine that is not there.
    pub fn prepare(&self) -> Result<Prepared, RequestError> {
        self.prepare_with(Vec::new())
    }

    /// The same with these arrays, in the order of [`Formula::arrays`]; they must have the shape of the grid.
    ///
    /// # Errors
    /// As for [`Request::prepare`], and arrays that are too many, too few or of another shape.
    pub fn prepare_with(&self, arrays: Vec<Box<dyn Reader>>) -> Result<Prepared, RequestError> {
        let axes = self.check(&arrays)?;
        let start = Instant::now();
        let read = self.coordinates_read(axes, &arrays)?;
        let engine = Engine::open_for(self.engine_for(&arrays), self.grid, |axis| read[axis])?;
        let opening = start.elapsed();
        let mut g = self.formula.graph().clone();
        let (mut planes, methods) = self.all_planes(&mut g, &engine)?;
        if let Some(plane) = self.only.filter(|plane| *plane < planes.len()) {
            planes = vec![planes.swap_remove(plane)];
        }
        // A device would have to send one plane more.
        let on_cpu = matches!(engine, Engine::Cpu | Engine::F64);
        let reasons =
            self.reasons && on_cpu && !arrays.is_empty() && self.compare.is_none() && !self.quantity.is_report();
        if reasons {
            let mask = Self { quantity: Quantity::Mask(Box::new(self.quantity.clone())), ..self.clone() };
            planes.extend(mask.planes(&mut g, self.method, &engine)?.0);
        }
        let (values, parameters) = (self.formula.values(), self.formula.parameters().len());
        let rule = self.scheme().extension();
        let staged = Staged::compile(&mut g, &planes, axes, parameters, self.formula.arrays().len(), rule)?;
        let program = staged.last().clone();
        let mut session = if staged.reads_planes() {
            if axes > SAMPLE_AXES {
                return Err(RequestError::SampledAxes(axes));
            }
            let arrays = self.formula.arrays().map(str::to_owned).zip(arrays).collect();
            // Half of the memory is for the pieces on their way.
            engine.sampled(&Arc::new(staged), self.grid, values, arrays, self.memory / 2, self.library)?
        } else {
            engine.session(&program, self.grid, values, self.library)?
        };
        session.set_verify(self.verify);
        let grid = self.grid.clone();
        let compiling = start.elapsed() - opening;
        let prepared = Prepared {
            engine,
            program,
            session,
            grid,
            methods,
            memory: self.memory,
            opening,
            compiling,
            passes: Vec::new(),
            first_row_on_top: false,
            reasons: reasons.then(Default::default),
            arrays: self.formula.arrays().map(str::to_owned).collect(),
        };
        let needs = prepared.fixed_bytes().into_iter().fold(0, usize::saturating_add);
        if needs > self.memory.max(LEAST_MEMORY) {
            return Err(RequestError::Memory { needs: needs.div_ceil(MIB), memory: self.memory / MIB });
        }
        Ok(prepared)
    }

    /// All values at once, in memory, for a formula without arrays.
    ///
    /// # Errors
    /// As for [`Request::prepare`], and what the engine reports while it runs.
    pub fn evaluate(&self) -> Result<Field, RequestError> {
        self.evaluate_with(Vec::new())
    }

    /// The same with these arrays; see [`Request::prepare_with`].
    ///
    /// # Errors
    /// As for [`Request::prepare_with`], and what the engine reports while it runs.
    pub fn evaluate_with(&self, arrays: Vec<Box<dyn Reader>>) -> Result<Field, RequestError> {
        let mut prepared = self.prepare_with(arrays)?;
        let mut samples = prepared.engine.samples(prepared.program.outputs().len());
        samples.resize(self.grid.cells());
        let mut done = 0;
        prepared.bands(&mut Silent, |band| {
            samples.copy_from(done, band);
            done += band.cells();
            Ok::<(), RequestError>(())
        })?;
        Ok(Field { grid: self.grid.clone(), names: prepared.names(), samples })
    }

    /// The number of axes, if formula, grid and arrays fit together.
    fn check(&self, arrays: &[Box<dyn Reader>]) -> Result<usize, RequestError> {
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
        let names: Vec<String> = self.formula.arrays().map(str::to_owned).collect();
        check_arrays(&names, arrays, self.grid)?;
        Ok(axes)
    }

    /// The engine that suits these arrays.
    fn engine_for(&self, arrays: &[Box<dyn Reader>]) -> EngineChoice {
        match self.engine {
            EngineChoice::Auto if arrays.iter().any(|array| !array.header().dtype.fits_f32()) => EngineChoice::F64,
            choice => choice,
        }
    }

    /// Of each axis, whether the programs read its coordinates. It matters, and is looked up, where single precision cannot tell
    /// them apart, as in most georeferenced files: a derivative of samples needs their distances only.
    fn coordinates_read(&self, axes: usize, arrays: &[Box<dyn Reader>]) -> Result<Vec<bool>, RequestError> {
        if arrays.is_empty() || self.grid.unresolved_in_f32().is_none() {
            return Ok(vec![true; axes]);
        }
        let mut g = self.formula.graph().clone();
        let (planes, _) = self.all_planes(&mut g, &Engine::Cpu)?;
        let (parameters, rule) = (self.formula.parameters().len(), self.scheme().extension());
        let staged = Staged::compile(&mut g, &planes, axes, parameters, self.formula.arrays().len(), rule)?;
        let steps = || staged.programs().iter().flat_map(Program::steps);
        Ok((0..axes).map(|axis| steps().any(|step| *step == Step::Coordinate(axis))).collect())
    }

    fn scheme(&self) -> Scheme {
        self.sampling.unwrap_or_else(|| Scheme::new(self.quantity.own_stencil()))
    }

    /// The planes asked for, and the methods with the steps that were chosen for them.
    #[expect(clippy::type_complexity, reason = "a list beside a list")]
    fn all_planes(
        &self,
        g: &mut Graph,
        engine: &Engine,
    ) -> Result<(Vec<Plane>, Vec<(Method, Vec<AxisChoice>)>), RequestError> {
        let (mut planes, steps) = self.planes(g, self.method, engine)?;
        let mut methods = vec![(self.method, steps)];
        if let Some(other) = self.compare {
            if self.quantity.is_report() {
                return Err(RequestError::CompareReport(self.quantity.to_string()));
            }
            let (others, steps) = self.planes(g, other, engine)?;
            let root = Sampler::new(self.scheme(), self.grid).lower(g, &[self.formula.root()]);
            let root = root.map_err(QuantityError::from)?[0];
            for (plane, other) in planes.iter_mut().zip(others) {
                let difference = g.sub(plane.value, other.value);
                *plane = Plane::of(g, root, format!("{} difference", plane.name), difference);
            }
            methods.push((other, steps));
        }
        Ok((planes, methods))
    }

    fn planes(
        &self,
        g: &mut Graph,
        method: Method,
        engine: &Engine,
    ) -> Result<(Vec<Plane>, Vec<AxisChoice>), RequestError> {
        let axes = self.grid.axes().len();
        let variables: Vec<NodeId> = (0..axes).map(|axis| g.variable(axis)).collect();
        let samples = !g.sources_of(&[self.formula.root()]).is_empty();
        let (choices, steps) = match (method, self.step) {
            (_, None) if samples => (Vec::new(), Vec::new()),
            (Method::Exact | Method::Grid, _) => (Vec::new(), Vec::new()),
            (_, Some(h)) => (Vec::new(), vec![Steps { first: h, second: h }; axes]),
            (_, None) => {
                let (root, values) = (self.formula.root(), self.formula.values());
                let choices = step::automatic(g, root, self.grid, values, method, engine.unit_roundoff());
                let steps = step::steps(&choices);
                (choices, steps)
            }
        };
        let differentiator = Differentiator::new(method, variables, steps)
            .with_sampler(Sampler::new(self.scheme(), self.grid))
            .with_relief(self.relief.clone());
        let names = &self.formula.variables()[..axes];
        Ok((self.quantity.planes(g, self.formula.root(), names, &differentiator)?, choices))
    }
}

/// Arrays must be as many as their names, and have the shape of the grid.
fn check_arrays(names: &[String], arrays: &[Box<dyn Reader>], grid: &Grid) -> Result<(), RequestError> {
    if arrays.len() != names.len() {
        return Err(RequestError::ArrayCount { names: names.to_vec(), given: arrays.len() });
    }
    for (name, array) in names.iter().zip(arrays) {
        let (shape, grid) = (array.header().shape.clone(), grid.shape());
        if shape != grid {
            return Err(RequestError::ArrayShape { name: name.clone(), shape, grid });
        }
    }
    Ok(())
}

/// Refuses what was found in this share of the grid, and is held to the end, if it takes more than is allowed.
pub(crate) fn check_found(what: &'static str, bytes: usize, percent: usize, memory: usize) -> Result<(), RequestError> {
    let memory = memory.max(LEAST_MEMORY);
    if bytes > memory { Err(RequestError::Found { what, bytes, percent, memory }) } else { Ok(()) }
}
