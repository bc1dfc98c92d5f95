//! The arguments of `gradgrid eval` and `gradgrid stats`.

use crate::cli::args::groups::{FileArgs, FormulaArgs, WorkArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Formats of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// NumPy's array format
    Npy,
    /// Text: coordinates and values, a line per cell
    Csv,
    /// The values of NPY without its header; FILE.json says how to read them
    Raw,
    /// A PNG file of 16-bit grey: 0 masked, 1 to 65535 linear over the range, which the file tells
    Png16,
    /// GeoTIFF: deflated tiles, a band for each plane, with the georeference and nodata value of the input
    Tif,
    /// OpenEXR: a channel of single precision for each plane
    Exr,
    /// VTK image data, for `ParaView`
    Vti,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write, .npy (planes × … × y × x), .csv, .raw, .tif, .exr, .vti, or - for stdout
    pub(crate) output: PathBuf,
    /// The format, where the name does not tell
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Values of the grey levels 1 and 65535 of png16 [default: all values]
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    pub(crate) range: Option<String>,
    /// Plain strips in .tif files: larger, and the fastest to write and read
    #[arg(long)]
    pub(crate) uncompressed: bool,
    /// A cloud-optimised .tif file: tiles, and overviews of every half size, with all pages in front
    #[arg(long, conflicts_with = "uncompressed")]
    pub(crate) cog: bool,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[command(flatten)]
    pub(crate) file: FileArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// Say nothing on stderr but errors
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Say on stderr where the time went
    #[arg(long)]
    pub(crate) timing: bool,
}
