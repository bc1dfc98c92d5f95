//! The arguments of `gradgrid contour`, `streamlines` and `surface`: what is written as lines or meshes.

use crate::cli::args::arrays::ArrayArgs;
use crate::cli::args::groups::{FileArgs, FormulaArgs, GridArgs, WorkArgs};
use crate::cli::args::layers::{Direction, SEPARATION};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Formats of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathFormat {
    /// A LineString for each line, with the level of a contour
    Geojson,
    /// Text: a row for each point
    Csv,
    /// NumPy arrays: points, offsets, closed; of contours values and normals
    Npz,
    /// Plain paths for drawing programs
    Svg,
}

#[derive(Debug, Args)]
#[command(mut_arg("quantity", |quantity| quantity.default_value("value")))]
pub(crate) struct ContourArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write, .geojson, .csv, .npz, .svg, or - for stdout
    pub(crate) output: PathBuf,
    /// The format, where the name does not tell
    #[arg(long)]
    pub(crate) format: Option<PathFormat>,
    /// So many levels at most, at round numbers [default: 10]
    #[arg(long, value_name = "N", group = "which")]
    pub(crate) levels: Option<usize>,
    /// A level at each multiple of this number
    #[arg(long, value_name = "STEP", group = "which", allow_hyphen_values = true)]
    pub(crate) every: Option<String>,
    /// These levels
    #[arg(long, value_name = "A,B,…", group = "which", allow_hyphen_values = true)]
    pub(crate) level: Option<String>,
    /// The unit normal ∇f/‖∇f‖ at each point too
    #[arg(long)]
    pub(crate) normals: bool,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

#[derive(Debug, Args)]
#[command(mut_arg("quantity", |quantity| quantity.default_value("value").hide(true)))]
pub(crate) struct StreamlinesArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write, .geojson, .csv, .npz, .svg, or - for stdout
    pub(crate) output: PathBuf,
    /// The format, where the name does not tell
    #[arg(long)]
    pub(crate) format: Option<PathFormat>,
    /// The distance of lines from each other, in points of the picture
    #[arg(long, value_name = "POINTS", default_value = SEPARATION, allow_hyphen_values = true)]
    pub(crate) separation: String,
    /// Lines so many times as dense as usual
    #[arg(long, value_name = "FACTOR", conflicts_with = "separation", allow_hyphen_values = true)]
    pub(crate) density: Option<String>,
    /// Only the line through this point, whole; may be given more than once
    #[arg(long, value_name = "X,Y", conflicts_with_all = ["separation", "density"], allow_hyphen_values = true)]
    pub(crate) from: Vec<String>,
    /// The order of a line's points
    #[arg(long, value_name = "WAY", default_value = "ascent")]
    pub(crate) direction: Direction,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SurfaceArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write: .ply, .stl or .vtp
    pub(crate) output: PathBuf,
    /// The level, or several: 0.2,0.5; their surfaces are written as one mesh
    #[arg(long, value_name = "LEVEL,…", allow_hyphen_values = true)]
    pub(crate) iso: String,
    /// A quantity to be written at each vertex (.ply and .vtp, of formulas)
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) values: Option<String>,
    /// Normals that point to where f is lower: outward for densities
    #[arg(long)]
    pub(crate) flip: bool,
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    /// auto, gpu, cpu or f64: what computes the nodes; vertices are found in double precision on the CPU
    #[arg(long, value_name = "ENGINE", default_value = "auto", help_heading = "Computation")]
    pub(crate) engine: String,
    /// Memory for pieces on their way; the mesh comes on top
    #[arg(long, value_name = "SIZE", default_value = "256M", help_heading = "Computation")]
    pub(crate) memory: String,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}
