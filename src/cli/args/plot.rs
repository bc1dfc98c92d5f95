//! The arguments of `gradgrid plot`.

use crate::cli::args::groups::{FileArgs, FormulaArgs, WorkArgs};
use crate::cli::args::layers::LayerArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(mut_arg("quantity", |arg| arg.visible_alias("color")))]
pub(crate) struct PlotArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write, .png or .svg or - for stdout, or .dzi for a pyramid of tiles to zoom into
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    #[command(flatten)]
    pub(crate) layers: LayerArgs,
    #[command(flatten)]
    pub(crate) shapes: ShapeArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

/// How values become colours.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PictureArgs {
    /// Colours: viridis, magma, …; with _r reversed, with :8 in eight flat steps; or a list such as '#0b1d51,#ffffff,#b3001b'
    /// (`gradgrid help colors`) [default: by quantity]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) colormap: Option<String>,
    /// linear, log, or symlog (linear near 0, logarithmic beyond)
    #[arg(long, value_name = "SCALE", default_value = "linear")]
    pub(crate) scale: String,
    /// Values at the ends of the colour bar [default: all values, without far outliers]
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true, conflicts_with = "percentile")]
    pub(crate) range: Option<String>,
    /// The value in the middle of the colour bar [default: 0 for diverging colours, else none]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, conflicts_with = "range")]
    pub(crate) center: Option<String>,
    /// Leave out this many per cent of the values at each end of the colour bar
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true)]
    pub(crate) percentile: Option<f64>,
    /// Title of the figure [default: the formula and the quantity]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Pixels of the heatmap alone, one per cell
    #[arg(long)]
    pub(crate) bare: bool,
    /// Pixels across the cells: a formula's grid follows it, other cells are enlarged by a whole number; with --iso across the box and its numbers
    #[arg(long, value_name = "PX")]
    pub(crate) width: Option<u32>,
    /// Dots per inch: letters have ten points and lines the width they say in print [default: they grow with the picture]
    #[arg(long, value_name = "DPI", allow_hyphen_values = true)]
    pub(crate) dpi: Option<f64>,
    /// Dark background
    #[arg(long)]
    pub(crate) dark: bool,
}

/// What is drawn in place of a heatmap.
#[derive(Debug, Args)]
#[command(next_help_heading = "Shapes")]
pub(crate) struct ShapeArgs {
    /// The plane where a variable has this value, of a function of three; once for each variable that is held
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub(crate) slice: Vec<String>,
    /// f and its partial derivative along the line where all other variables have these values, as y=1 or y=1,z=0; the
    /// name of a variable alone (x) draws a function of one
    #[arg(long, value_name = "NAME=VALUE,…", allow_hyphen_values = true, conflicts_with = "slice")]
    pub(crate) profile: Option<String>,
    /// Level surfaces of a function of three variables or of a volume, lit by their normals, as 0.5 or 0.2,0.5
    #[arg(long, value_name = "LEVEL,…", allow_hyphen_values = true, conflicts_with = "profile")]
    pub(crate) iso: Option<String>,
    /// Azimuth and elevation of the camera on level surfaces, in degrees [default: -57,24]
    #[arg(long, value_name = "AZ,EL", allow_hyphen_values = true, requires = "iso")]
    pub(crate) view: Option<String>,
    /// Colour level surfaces by a quantity, of formulas [default: a colour for each side, or for each level]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, requires = "iso")]
    pub(crate) paint: Option<String>,
}
