//! The arguments of `gradgrid batch`.

use crate::cli::args::arrays::ArrayArgs;
use crate::cli::args::groups::{OutputArgs, ProvenanceArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// A picture, one pixel per cell
    Png,
    /// NumPy's array format
    Npy,
    /// GeoTIFF
    Tif,
}

impl FileFormat {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Npy => "npy",
            Self::Tif => "tif",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Files or folders of files, and at last the folder for the results
    #[arg(required = true, value_name = "INPUTS… OUTDIR")]
    pub(crate) paths: Vec<PathBuf>,
    /// More inputs, one a line; - for the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// What to compute; `gradgrid help quantities` lists them
    #[arg(long, short, value_name = "NAME", default_value = "saliency", allow_hyphen_values = true)]
    pub(crate) quantity: String,
    /// A formula of each file in place of the file: a is the file (luminance of colours), r, g and b its channels
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub(crate) formula: Option<String>,
    /// A parameter of the formula and its value
    #[arg(long = "param", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub(crate) parameters: Vec<String>,
    /// The format of the results
    #[arg(long, value_name = "FORMAT", default_value = "png")]
    pub(crate) format: FileFormat,
    /// What the ends of the scale are: each file's own values, those of all files (shared), two values, or none for values as they are
    /// [default: each for png, none for npy and tif]
    #[arg(long, value_name = "each|shared|none|LOW:HIGH", allow_hyphen_values = true)]
    pub(crate) range: Option<String>,
    /// Colours of png: gray, viridis, magma, …, as for `plot`; in diverging ones 0 has the middle
    #[arg(long, short, value_name = "NAME", default_value = "gray")]
    pub(crate) colormap: String,
    /// A line of JSON for each file, also what tells what is done already [default: manifest.jsonl in OUTDIR]
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// auto, gpu, cpu, f64 or gpu64
    #[arg(long, value_name = "ENGINE", default_value = "auto")]
    pub(crate) engine: String,
    /// Memory that one file may take
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    pub(crate) memory: String,
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) out: OutputArgs,
    #[command(flatten)]
    pub(crate) provenance: ProvenanceArgs,
}
