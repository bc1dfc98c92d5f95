//! Why an engine cannot do what was asked.

use crate::gpu::GpuError;
use crate::kernels::palette::ThresholdError;
use thiserror::Error;

/// Why an engine cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EngineError {
    /// The GPU refused.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// The adapter has no 64-bit floats.
    #[error("{adapter} does not compute in 64-bit floats; use `--engine f64`")]
    NoDouble {
        /// Its name.
        adapter: String,
    },
    /// The numbers of an engine cannot tell the nodes of an axis apart.
    #[error(
        "axis {axis}: neighbouring nodes of [{min:?}, {max:?}] are {spacing:e} apart, less than {precision} precision can tell apart \
         there; {advice}",
        precision = if *.double { "double" } else { "single" },
        advice = if *.double { "take fewer nodes or a wider range" } else { "use `--engine f64`" }
    )]
    Unresolved {
        /// The axis.
        axis: String,
        /// Its first node.
        min: f64,
        /// Its last node.
        max: f64,
        /// The distance of its nodes.
        spacing: f64,
        /// Whether the numbers are double precision.
        double: bool,
    },
    /// An array cannot be read.
    #[error("the array `{array}` {problem}")]
    Read {
        /// Its name in the formula.
        array: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An array that was not given.
    #[error("array number {0} of the program was not given")]
    NoArray(usize),
    /// Buffers or thresholds of another engine.
    #[error("buffers and thresholds must come from the engine that computes: its number type is another")]
    NumberType,
    /// The colour thresholds cannot be used.
    #[error(transparent)]
    Thresholds(#[from] ThresholdError),
}
