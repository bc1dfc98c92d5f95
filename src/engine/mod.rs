//! Engines: one interface over the GPU, the CPU in `f32`, and the CPU in `f64` that the others are measured against.
//!
//! | engine | numbers | where |
//! |---|---|---|
//! | `f64` | double, the reference | all cores |
//! | `cpu` | single | all cores |
//! | `gpu64` | double, by our own mathematics | adapters with 64-bit floats |
//! | `gpu` | single, the same operations in the same order as `cpu` | any adapter that wgpu finds |
//! | `auto` | | a real GPU if there is one, else `cpu`; `f64` where single precision cannot tell the nodes apart |
//!
//! `auto` never takes a software driver; asking for `gpu` does when there is nothing better.
//!
//! Sampled values ([`Engine::sampled`]) are computed by all of them; what a stage computes on the grid first is computed on the CPU. There
//! `auto` takes `f64` if a file holds numbers that single
//! precision does not (`f64`, integers of 32 bits and more), so that differences of close values are not lost before they are taken.

pub mod agreement;
pub mod arrays;
pub mod checked;
mod cpu;
mod double;
mod error;
pub mod evaluator;
mod sampled;
pub mod selftest;
mod session;
pub mod window;

pub use checked::{Report, Verify};
pub use error::EngineError;
pub use evaluator::Evaluator;
pub use selftest::{Agreement, SelfTest};
pub use session::{Begun, Job, Session, Thresholds};

use crate::engine::arrays::Arrays;
use crate::engine::checked::{Checked, Device, Shared};
use crate::engine::cpu::{CpuSession, Sample};
use crate::engine::double::DoubleSession;
use crate::engine::sampled::SampledSession;
use crate::field::Samples;
use crate::gpu::{Choice, Gpu, GpuError};
use crate::grid::{Axis, Grid};
use crate::io::read::Reader;
use crate::math::Library;
use crate::program::Program;
use crate::program::interpret::{Coordinates, Scalar};
use crate::program::layer::Slabs;
use crate::program::staged::Staged;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use thiserror::Error;

/// How long a driver may take to compile a formula before the CPU computes it instead.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// The engine that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// A real GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// A GPU, a software one if there is no other.
    Gpu,
    /// The CPU in single precision.
    Cpu,
    /// The CPU in double precision.
    F64,
    /// A GPU in double precision, a software one if there is no other.
    Gpu64,
}

/// No engine has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no engine `{0}`; there are auto, gpu, gpu64, cpu and f64")]
pub struct UnknownEngine(String);

impl FromStr for EngineChoice {
    type Err = UnknownEngine;
    fn from_str(text: &str) -> Result<Self, UnknownEngine> {
        match text {
            "auto" => Ok(Self::Auto),
            "gpu" => Ok(Self::Gpu),
            "cpu" => Ok(Self::Cpu),
            "f64" => Ok(Self::F64),
            "gpu64" => Ok(Self::Gpu64),
            _ => Err(UnknownEngine(text.to_owned())),
        }
    }
}

/// An engine, open and ready.
#[derive(Debug)]
pub enum Engine {
    /// The GPU.
    Gpu(Gpu),
    /// The CPU in `f32`.
    Cpu,
    /// The CPU in `f64`.
    F64,
    /// The GPU in `f64`.
    Gpu64(Gpu),
}

impl Engine {
    /// Opens the engine asked for; `auto` decides by what there is and by what `grid` needs.
    ///
    /// # Errors
    /// A GPU that is not there, does not open or lacks 64-bit floats; a grid that the engine's numbers cannot hold.
    pub fn open(choice: EngineChoice, grid: &Grid) -> Result<Self, EngineError> {
        Self::open_for(choice, grid, |_| true)
    }

    /// The same for programs that read the coordinates of these axes only, by number: the others need not be told apart.
    ///
    /// # Errors
    /// As for [`Engine::open`].
    pub fn open_for(choice: EngineChoice, grid: &Grid, reads: impl Fn(usize) -> bool) -> Result<Self, EngineError> {
        let refuse = |axis: &Axis, double| EngineError::Unresolved {
            axis: axis.name().to_owned(),
            min: axis.min(),
            max: axis.max(),
            spacing: axis.spacing().abs(),
            double,
        };
        if let Some(axis) = grid.unresolved_in_f64() {
            return Err(refuse(axis, true));
        }
        let unresolved = grid.axes().iter().enumerate().find(|(axis, it)| reads(*axis) && !it.resolved_in_f32());
        match (choice, unresolved.map(|(_, axis)| axis)) {
            (EngineChoice::F64, _) | (EngineChoice::Auto, Some(_)) => Ok(Self::F64),
            (EngineChoice::Gpu64, _) => {
                let gpu = Gpu::open(Choice::Any)?;
                if gpu.info().f64 { Ok(Self::Gpu64(gpu)) } else { Err(no_double(&gpu)) }
            }
            (_, Some(axis)) => Err(refuse(axis, false)),
            (EngineChoice::Cpu, None) => Ok(Self::Cpu),
            (EngineChoice::Gpu, None) => Ok(Self::Gpu(Gpu::open(Choice::Any)?)),
            (EngineChoice::Auto, None) => Ok(Gpu::open(Choice::Real).map_or(Self::Cpu, Self::Gpu)),
        }
    }

    /// The unit roundoff of its numbers.
    #[must_use]
    pub fn unit_roundoff(&self) -> f64 {
        match self {
            Self::F64 | Self::Gpu64(_) => f64::EPSILON / 2.0,
            Self::Cpu | Self::Gpu(_) => f64::from(f32::EPSILON) / 2.0,
        }
    }

    /// The name of its number type.
    #[must_use]
    pub fn arithmetic(&self) -> &'static str {
        match self {
            Self::F64 | Self::Gpu64(_) => "f64",
            Self::Cpu | Self::Gpu(_) => "f32",
        }
    }

    /// Empty planes in its number type.
    #[must_use]
    pub fn samples(&self, planes: usize) -> Samples {
        match self {
            Self::F64 | Self::Gpu64(_) => Samples::F64(vec![Vec::new(); planes]),
            Self::Cpu | Self::Gpu(_) => Samples::F32(vec![Vec::new(); planes]),
        }
    }

    /// Prepares programs that read these arrays, each with its name and of the shape of `grid`, which has up to three axes; the planes take
    /// so many bytes of memory. `library` is for the GPU, as in [`Engine::session`].
    ///
    /// # Errors
    /// A shader that the GPU does not take, or memory that it does not have.
    pub fn sampled(
        &self,
        staged: &Arc<Staged>,
        grid: &Grid,
        parameters: &[f64],
        arrays: Vec<(String, Box<dyn Reader>)>,
        memory: usize,
        library: Library,
    ) -> Result<Session, EngineError> {
        /// The planes are held in the window, on their way to the device, and there.
        const COPIES: usize = 3;
        Ok(match self {
            Self::Cpu => Session::SampledF32(Box::new(of_arrays(staged, grid, parameters, arrays, memory))),
            Self::F64 => Session::SampledF64(Box::new(of_arrays(staged, grid, parameters, arrays, memory))),
            Self::Gpu64(gpu) => {
                let samples = of_arrays(staged, grid, parameters, arrays, memory / COPIES);
                let session = DoubleSession::of_samples(gpu, staged.last(), grid, parameters, samples)?;
                Session::Gpu64(Box::new(session))
            }
            Self::Gpu(gpu) => {
                let twin = of_arrays::<f32>(staged, grid, parameters, arrays, memory / COPIES);
                let (coordinates, narrow) = (Coordinates::<f32>::of_grid(grid), single(parameters));
                let (library, agreement) = promise(gpu, library);
                let (patient, tables) = (gpu.with_compile_deadline(PATIENCE), coordinates.tables());
                match Evaluator::of_sampled(&patient, staged.last(), library, tables, &narrow, twin.paddings()) {
                    Ok(evaluator) => {
                        let twin: Shared = Arc::new(Mutex::new(twin));
                        let device = Device::with_samples(evaluator, Arc::clone(&twin))?;
                        Session::Gpu(Box::new(Checked::new(device, twin, agreement)))
                    }
                    Err(GpuError::CompileTimeout { .. }) => Session::SampledF32(Box::new(twin)),
                    Err(error) => return Err(error.into()),
                }
            }
        })
    }

    /// Prepares `program` to run over the cells of `grid`.
    ///
    /// # Errors
    /// A shader that the GPU does not take, or memory that it does not have.
    ///
    /// `library` is for the GPU: the other engines have one mathematics. A shader that the driver does not compile within
    /// [`PATIENCE`] is given up, and the session runs on the CPU, which gives the same bytes.
    pub fn session(
        &self,
        program: &Program,
        grid: &Grid,
        parameters: &[f64],
        library: Library,
    ) -> Result<Session, EngineError> {
        Ok(match self {
            Self::F64 => Session::F64(CpuSession::new(program, Coordinates::of_grid(grid), parameters)),
            Self::Gpu64(gpu) => Session::Gpu64(Box::new(DoubleSession::new(gpu, program, grid, parameters)?)),
            Self::Cpu => Session::F32(CpuSession::new(program, Coordinates::of_grid(grid), parameters)),
            Self::Gpu(gpu) => {
                let coordinates = Coordinates::<f32>::of_grid(grid);
                let narrow = single(parameters);
                let (library, agreement) = promise(gpu, library);
                let patient = gpu.with_compile_deadline(PATIENCE);
                let evaluator = Evaluator::of_program(&patient, program, library, coordinates.tables(), &narrow);
                let twin = CpuSession::new(program, coordinates, parameters);
                match evaluator {
                    Ok(evaluator) => Session::Gpu(Box::new(Checked::new(Device::new(evaluator), twin, agreement))),
                    Err(GpuError::CompileTimeout { .. }) => Session::F32(twin),
                    Err(error) => return Err(error.into()),
                }
            }
        })
    }
}

/// A session on the CPU that reads these arrays.
fn of_arrays<T: Sample>(
    staged: &Arc<Staged>,
    grid: &Grid,
    parameters: &[f64],
    arrays: Vec<(String, Box<dyn Reader>)>,
    memory: usize,
) -> SampledSession<T> {
    let lens: Vec<usize> = grid.axes().iter().map(Axis::len).collect();
    let (coordinates, arrays) = (Coordinates::of_grid(grid), Arrays::new(Slabs::of(&lens), arrays));
    SampledSession::new(staged, &coordinates, parameters, arrays, memory)
}

fn single(parameters: &[f64]) -> Vec<f32> {
    parameters.iter().map(|&value| f32::from_f64(value)).collect()
}

/// The mathematics that a device is given, and what its results are worth.
fn promise(gpu: &Gpu, library: Library) -> (Library, Agreement) {
    match library {
        Library::Fast => (library, Agreement::NoPromise),
        _ => (Library::Exact, SelfTest::of(gpu).agreement()),
    }
}

fn no_double(gpu: &Gpu) -> EngineError {
    EngineError::NoDouble { adapter: gpu.info().name.clone() }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gpu(gpu) => write!(f, "gpu ({})", gpu.info().name),
            Self::Gpu64(gpu) => write!(f, "gpu64 ({})", gpu.info().name),
            Self::Cpu => write!(f, "cpu (f32, {} threads)", rayon::current_num_threads()),
            Self::F64 => write!(f, "f64 (the reference, {} threads)", rayon::current_num_threads()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::formula::Formula;

    #[test]
    fn buffers_of_another_engine_are_refused() {
        let grid = Grid::plane((0.0, 1.0, 3), (0.0, 1.0, 2)).expect("valid");
        let formula = Formula::parse("x + y").expect("a formula");
        let mut g = formula.graph().clone();
        let outputs = [("f".to_owned(), formula.root())];
        let program = Program::compile(&mut g, formula.root(), &outputs, 2, 0).expect("small");
        let mut session = Engine::Cpu.session(&program, &grid, &[], Library::Exact).expect("a session");
        let mut wrong = Engine::F64.samples(1);
        assert_eq!(session.planes(0..6, &mut wrong), Err(EngineError::NumberType), "f64 buffers");
        let mut right = Engine::Cpu.samples(1);
        assert_eq!(session.planes(0..6, &mut right), Ok(()), "its own");
        assert_eq!(right.get(0, 5), 2.0, "1 + 1 in the last corner");
    }
}
