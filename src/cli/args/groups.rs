//! Groups of arguments that several commands take.

use crate::cli::args::arrays::ArrayArgs;
use crate::cli::record::Record;
use clap::Args;

/// The function.
#[derive(Debug, Clone, Args)]
pub(crate) struct FormulaArgs {
    /// The function, such as 'x^2*y + sin(y)'; or a file of samples, such as dem.tif, photo.png:R or runs.npz:v
    #[arg(allow_hyphen_values = true)]
    pub(crate) formula: String,
    /// A parameter and its value; changing one never recompiles
    #[arg(long = "param", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub(crate) parameters: Vec<String>,
    /// The variables, the fastest axis first
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "x,y,z,w")]
    pub(crate) vars: Vec<String>,
}

/// The grid.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Grid")]
pub(crate) struct GridArgs {
    /// Extent along x, both ends included, or one value [default: -5:5]; for arrays also a 1-D file of coordinates
    #[arg(long, value_name = "MIN:MAX", allow_hyphen_values = true)]
    pub(crate) x: Option<String>,
    /// Extent along y [default: -5:5 if y is used or drawn]
    #[arg(long, value_name = "MIN:MAX", allow_hyphen_values = true)]
    pub(crate) y: Option<String>,
    /// Extent along z, or the value that z has
    #[arg(long, value_name = "MIN:MAX", allow_hyphen_values = true)]
    pub(crate) z: Option<String>,
    /// Extent along w, or the value that w has
    #[arg(long, value_name = "MIN:MAX", allow_hyphen_values = true)]
    pub(crate) w: Option<String>,
    /// Extent along any variable
    #[arg(long = "axis", value_name = "NAME=MIN:MAX", allow_hyphen_values = true)]
    pub(crate) axes: Vec<String>,
    /// Number of nodes along each axis, x first
    #[arg(long, short, value_name = "NXxNY…", allow_hyphen_values = true)]
    pub(crate) size: Option<String>,
    /// Nodes across a picture whose size is not given.
    #[arg(skip)]
    pub(crate) across: Option<usize>,
}

/// How derivatives are taken and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Computation")]
pub(crate) struct ComputeArgs {
    /// What to compute; `gradgrid help quantities` lists them
    #[arg(long, short, value_name = "NAME", default_value = "magnitude", allow_hyphen_values = true)]
    pub(crate) quantity: String,
    /// How partial derivatives are taken: exact, central, central4, forward, backward, or grid: between
    /// neighbouring nodes by --scheme
    #[arg(long, value_name = "METHOD", default_value = "exact")]
    pub(crate) method: String,
    /// The step of a difference formula [default: chosen to balance truncation and rounding]
    #[arg(long = "step", value_name = "H", allow_hyphen_values = true)]
    pub(crate) step: Option<String>,
    /// Subtract the same quantity by this other method
    #[arg(long, value_name = "METHOD")]
    pub(crate) compare: Option<String>,
    /// auto, gpu, cpu, f64 for the double-precision reference, or gpu64 for double precision on the GPU
    #[arg(long, value_name = "ENGINE", default_value = "auto")]
    pub(crate) engine: String,
    /// Mathematics of the gpu engine: exact is our own, with the same bytes as the CPU; fast is the driver's, with no promise
    #[arg(long, value_name = "exact|fast", default_value = "exact")]
    pub(crate) math: String,
    /// Check the GPU against the CPU while it works: sample (512 cells of each band), all, or off
    #[arg(long, value_name = "HOW", default_value = "sample")]
    pub(crate) verify: String,
    /// Memory for everything that grows with the grid or the machine, such as 64M or 1G
    #[arg(long, value_name = "SIZE", default_value = "256M")]
    pub(crate) memory: String,
}

impl ComputeArgs {
    /// A quantity by an engine, and all else as it is unless asked for.
    pub(crate) fn plain(quantity: &str, engine: &str) -> Self {
        let [quantity, method, engine, math, verify, memory] =
            [quantity, "exact", engine, "exact", "sample", "256M"].map(str::to_owned);
        Self { quantity, method, step: None, compare: None, engine, math, verify, memory }
    }
}

/// What is computed, of which samples and on which grid.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) compute: ComputeArgs,
}

/// What every command that writes a file takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Replace an existing file
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Say nothing on stderr but errors
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What files say of what made them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ProvenanceArgs {
    /// Do not say in the file, or beside .npy, .csv and .stl files, what made it: formula, files, settings, and the command for `gradgrid verify`
    #[arg(long)]
    pub(crate) no_provenance: bool,
    #[arg(skip)]
    pub(crate) record: Record,
}

/// What every command takes that computes a file.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    #[command(flatten)]
    pub(crate) out: OutputArgs,
    #[command(flatten)]
    pub(crate) provenance: ProvenanceArgs,
    /// Say on stderr where the time went
    #[arg(long, help_heading = "Output")]
    pub(crate) timing: bool,
}
