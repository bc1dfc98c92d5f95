//! The arguments of commands about one formula, at a point or as a whole: `gradgrid at`, `duel` and `show`.

use crate::cli::args::arrays::ArrayArgs;
use crate::cli::args::groups::{FormulaArgs, OutputArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct AtArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The point, such as 1,2 or pi/2,0; of samples the nearest one
    #[arg(allow_hyphen_values = true)]
    pub(crate) point: String,
    /// The point is the number of a sample along each axis, x first, from 0
    #[arg(long)]
    pub(crate) index: bool,
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    /// Also the slope along this direction: a vector, or an angle for two variables
    #[arg(long, value_name = "U,V", allow_hyphen_values = true)]
    pub(crate) along: Option<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DuelArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The point, such as 1,2 or pi/2,0
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pub(crate) at: String,
    /// The variable to differentiate by [default: each in turn; the picture shows the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Draw the errors over the step as a .png or .svg file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Dark background
    #[arg(long)]
    pub(crate) dark: bool,
    /// The arithmetic: f32 as on gpu and cpu, or f64
    #[arg(long, value_name = "ENGINE", default_value = "cpu")]
    pub(crate) engine: String,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) out: OutputArgs,
}

/// Stages of the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The formula as it was understood
    Graph,
    /// Its derivatives
    Derivative,
    /// The straight-line program of the quantity
    Program,
    /// The shader text of the quantity
    Wgsl,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// Which stage to show; all but the shader if not given
    #[arg(long)]
    pub(crate) emit: Option<Emit>,
    /// The quantity that is compiled
    #[arg(long, short, value_name = "NAME", default_value = "magnitude", allow_hyphen_values = true)]
    pub(crate) quantity: String,
}
