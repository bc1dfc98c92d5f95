//! The arguments of commands about this machine and its results: `gradgrid devices`, `accuracy`, `bench` and `verify`.

use crate::cli::args::groups::OutputArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// Run the self-test of every adapter again, whatever is known from before
    #[arg(long)]
    pub(crate) retest: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccuracyArgs {
    /// Samples of each function, such as 2^25 [default: 2^22]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) samples: Option<String>,
    /// Every one of the 2^32 numbers for functions of one argument: minutes each
    #[arg(long)]
    pub(crate) exhaustive: bool,
    /// Only these [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', allow_hyphen_values = true)]
    pub(crate) functions: Vec<String>,
    /// Machine-readable output
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// The table of the README
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Do not compare with a GPU
    #[arg(long)]
    pub(crate) no_gpu: bool,
    /// Say nothing on stderr but errors
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// The function, of x and y
    #[arg(allow_hyphen_values = true, default_value = "x^2*y + sin(y)")]
    pub(crate) formula: String,
    /// A parameter and its value
    #[arg(long = "param", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub(crate) parameters: Vec<String>,
    /// What to compute; `gradgrid help quantities` lists them
    #[arg(long, short, value_name = "NAME", default_value = "magnitude", allow_hyphen_values = true)]
    pub(crate) quantity: String,
    /// Nodes along the sides of the grids, over [-5, 5]²
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "512,1024,2048,4096")]
    pub(crate) sizes: Vec<String>,
    /// How often each is timed
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(crate) rounds: usize,
    /// Which engines: gpu, cpu, f64 [default: all there are]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) engine: Vec<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw points per second over the size as a .png or .svg file
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// Dark background
    #[arg(long)]
    pub(crate) dark: bool,
    #[command(flatten)]
    pub(crate) out: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A file that gradgrid wrote, with the .json that lies beside some
    pub(crate) file: PathBuf,
    /// The folder in which files are looked for that the command names [default: the current one]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) from: Option<PathBuf>,
    /// The engine that computes again: cpu, gpu, f64 or gpu64 [default: cpu or f64, by the file's arithmetic]
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<String>,
    /// Machine-readable output
    #[arg(long)]
    pub(crate) json: bool,
}
