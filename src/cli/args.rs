//! The command line as data: what every subcommand takes, and the help text that says so.

mod batch;

pub(crate) use batch::{BatchArgs, FileFormat};

use crate::cli::arrays::ArrayArgs;
use crate::cli::contour::ContourArgs;
use crate::cli::plot::{LayerArgs, ShapeArgs};
use crate::cli::provenance::ProvenanceArgs;
use crate::cli::streamlines::StreamlinesArgs;
use crate::cli::surface::SurfaceArgs;
use crate::cli::verify::VerifyArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Gradient fields of formulas over dense grids.
#[derive(Debug, Parser)]
#[command(
    name = "gradgrid",
    version,
    about = "Gradient fields of formulas over dense grids, on the GPU and on the CPU",
    after_help = "Formulas are written as people write them: x²y + sin y, e^{x²+y²}, if(x > 0, sqrt(x), 0).\n\
                  `gradgrid help language` lists every function, `gradgrid help quantities` what can be asked of one.",
    max_term_width = 110,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draw a quantity as a heatmap
    #[command(after_help = "Examples:\n  \
        gradgrid plot 'x^2*y + sin(y)' field.png\n  \
        gradgrid plot 'xy/(x²+y²)' ratio.png -q value --x -2:2 --y -1:1 --size 1600x800\n  \
        gradgrid plot 'sin(a*x)*cos(y)' angle.png -q direction --param a=2\n  \
        gradgrid plot 'sin(x*y)' zoom.dzi --size 3000\n  \
        gradgrid plot 'x*y*z' slice.png --slice z=0.5\n  \
        gradgrid plot 'x^2*y + sin(y)' line.png --profile y=1\n  \
        gradgrid plot 'sin(sqrt(x^2+y^2+z^2)*4)' iso.png --iso 0.5\n\n\
        A .dzi is a Deep Zoom image: tiles of all scales in zoom_files, one pixel per cell on the largest. Interrupted, the\n\
        same command goes on where it stopped.")]
    Plot(Box<PlotArgs>),
    /// Evaluate a quantity on a grid and write the numbers (.npy, .csv, .raw, .tif, .exr, .vti, 16-bit grey)
    #[command(after_help = "Examples:\n  \
        gradgrid eval 'x*y*z' g.npy -q gradient --x 0:1 --y 0:1 --z 0:1 --size 64x64x64\n  \
        gradgrid eval 'sin(x)' - --format csv -q value --x 0:pi --size 5\n  \
        gradgrid eval 'sin(20x)' d.npy -q partial:x --method central --compare exact\n  \
        gradgrid eval 'sin(x)*cos(y)' heights.png --format png16 -q value --range -1:1 --size 512x512\n  \
        gradgrid eval dem.tif aspect.tif -q aspect\n  \
        gradgrid eval dem.tif slope.tif -q slope --cog\n  \
        gradgrid eval field.npy grad.npy -q gradient --edge-order 2 --spacing 0.1,0.2\n  \
        gradgrid eval 'abs(d(a,x) - cos(x)*y)' err.npy -q value --with a=samples.npy --x 0:1 --y 0:2")]
    Eval(EvalArgs),
    /// Write level surfaces of a function of three variables, or of a volume, as triangle meshes with normals
    #[command(after_help = "Examples:\n  \
        gradgrid surface 'x^2 + y^2 + z^2' ball.ply --iso 4\n  \
        gradgrid surface 'sin(x)*cos(y) + sin(y)*cos(z) + sin(z)*cos(x)' gyroid.vtp --iso 0 --size 200 --values magnitude\n  \
        gradgrid surface scan.npy bone.stl --iso 400 --spacing 0.5,0.5,1 --flip\n\n\
        Normals are ∇f/‖∇f‖: they point to where f is higher, and triangles run counter-clockwise as seen from there. Of a\n\
        formula, vertices lie on the surface and normals are exact; of files both are interpolated between nodes. The nodes\n\
        of --size (101 along each axis if not given) decide what is seen: details smaller than a cell are not.")]
    Surface(SurfaceArgs),
    /// Extremes and where they are, percentiles, histogram and mask counts, for grids of any size
    #[command(after_help = "Examples:\n  \
        gradgrid stats 'x^2*y + sin(y)' --size 1000x1000\n  \
        gradgrid stats 'ln(x*y)' -q gradient --json")]
    Stats(StatsArgs),
    /// Follow level sets as lines, and write them as .geojson, .csv, .npz or .svg
    #[command(after_help = "Examples:\n  \
        gradgrid contour 'x^2*y + sin(y)' lines.svg --levels 12\n  \
        gradgrid contour 'x^2+y^2' circles.csv --level 1,4,9 --normals --size 200\n  \
        gradgrid contour dem.tif lines.geojson --every 50\n\n\
        Higher values lie to the left of a line. Of a formula each point lies on the level set, found on the function itself; of files\n\
        it is interpolated between cells.")]
    Contour(ContourArgs),
    /// Write evenly spaced paths of steepest ascent, or those through given points (.geojson, .csv, .npz, .svg)
    #[command(after_help = "Examples:\n  \
        gradgrid streamlines 'sin(x)*cos(y)' flow.csv\n  \
        gradgrid streamlines 'x^2 - y^2' flow.svg --separation 8\n  \
        gradgrid streamlines dem.tif drains.geojson --direction descent\n  \
        gradgrid streamlines 'x^2*y + sin(y)' climb.csv --from 1,0.5 --from -1,0.5\n\n\
        Lines follow the gradient of the function and never cross. They are as far apart as in the picture that `gradgrid plot\n\
        --streamlines` draws of the same grid, and end on its border, at critical points, where the function is not defined, and\n\
        where they would come nearer to another one than half the separation.")]
    Streamlines(StreamlinesArgs),
    /// One map per file, for thousands of files: saliency maps, slopes, any quantity
    #[command(after_help = "Examples:\n  \
        gradgrid batch photos/*.png out\n  \
        gradgrid batch photos out -q saliency:3 --range shared --format npy\n  \
        gradgrid batch tiles/*.tif slopes -q slope --format tif\n  \
        gradgrid batch frames out --formula 'norm(grad(r - g))' -q value\n\n\
        A file that cannot be done is reported and skipped, and the exit code is 1 at the end. The same command again does\n\
        only what is missing or has changed.")]
    Batch(BatchArgs),
    /// Report on one point: value, gradient, steepest ascent, tangent plane, Hessian
    #[command(after_help = "Examples:\n  \
        gradgrid at 'x^2*y + sin(y)' 1,2\n  \
        gradgrid at 'x²+y²' 1,1 --along 1,1 --json\n  \
        gradgrid at dem.tif 300,200\n  \
        gradgrid at photo.png 5,4 --index --scheme sobel")]
    At(AtArgs),
    /// Pit difference quotients against the exact derivative at one point, over steps from 1 down
    #[command(after_help = "Examples:\n  \
        gradgrid duel 'sin(x)' --at 1\n  \
        gradgrid duel 'x^2*y + sin(y)' --at 1,2 --by y -o v.png\n  \
        gradgrid duel 'e^(-x²)' --at 0.5 --engine f64 --json")]
    Duel(DuelArgs),
    /// Show what the compiler makes of a formula
    Show(ShowArgs),
    /// List the GPU adapters, whether each gives the bits of the CPU, and which engine `auto` takes and why
    #[command(
        after_help = "The self-test runs every operation of the language on nasty arguments, on the adapter and on the CPU, and\n\
        compares the bits. Its result is kept per adapter, driver and version in the user's cache folder."
    )]
    Devices(DevicesArgs),
    /// Measure how far each function is from the exact value, and compare the GPU with the CPU bit by bit
    #[command(after_help = "Examples:\n  \
        gradgrid accuracy\n  \
        gradgrid accuracy --functions sin,cos,pow --samples 2^25\n  \
        gradgrid accuracy --functions exp --exhaustive\n\n\
        An error of 0.5 ulp is correct rounding; a result of the wrong kind (NaN for a number, a zero of the wrong\n\
        sign) counts as a mismatch. The exit code is 4 if a function misses its bar or a bit differs on the GPU.")]
    Accuracy(AccuracyArgs),
    /// Time the engines against the f64 reference and the limits of the machine, and check every value
    #[command(after_help = "Examples:\n  \
        gradgrid bench\n  \
        gradgrid bench 'sin(x*y)*exp(-x^2)' --sizes 1024,4096 --rounds 9 --plot speed.png\n  \
        gradgrid bench --engine cpu,f64 -q gradient --json\n\n\
        Every value is checked first: cpu against f64 within its error bound, gpu against cpu by bits. The exit code is\n\
        4 if one is wrong.")]
    Bench(BenchArgs),
    /// Compute a file again from what it says of itself, and compare
    #[command(after_help = "Examples:\n  \
        gradgrid verify field.png\n  \
        gradgrid verify slope.tif --from ~/data\n\n\
        PNG, TIFF, EXR, VTI, SVG and GeoJSON files say what made them, and FILE.json does for .npy and .raw. The exit code is 0 if the file\n\
        is what comes out again, 4 if a value, a pixel or what it says differs, 2 if it cannot be computed again, as when\n\
        a file that it was made from has changed.")]
    Verify(VerifyArgs),
    /// Explain a command, the language, the quantities or the colours
    Help {
        /// `language`, `quantities`, `files`, `colors`, or a command
        topic: Option<String>,
    },
}

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

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) compute: ComputeArgs,
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

#[derive(Debug, Args)]
#[command(mut_arg("quantity", |arg| arg.visible_alias("color")))]
pub(crate) struct PlotArgs {
    #[command(flatten)]
    pub(crate) formula: FormulaArgs,
    /// The file to write, .png or .svg or - for stdout, or .dzi for a pyramid of tiles to zoom into
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) compute: ComputeArgs,
    #[command(flatten)]
    pub(crate) picture: PictureArgs,
    #[command(flatten)]
    pub(crate) layers: LayerArgs,
    #[command(flatten)]
    pub(crate) shapes: ShapeArgs,
    #[command(flatten)]
    pub(crate) out: OutputArgs,
    #[command(flatten)]
    pub(crate) provenance: ProvenanceArgs,
    /// Say on stderr where the time went
    #[arg(long, help_heading = "Output")]
    pub(crate) timing: bool,
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
    /// Pixels across the cells: a formula's grid follows it, other cells are enlarged by a whole number
    #[arg(long, value_name = "PX")]
    pub(crate) width: Option<u32>,
    /// Dots per inch: letters have ten points and lines the width they say in print [default: they grow with the picture]
    #[arg(long, value_name = "DPI", allow_hyphen_values = true)]
    pub(crate) dpi: Option<f64>,
    /// Dark background
    #[arg(long)]
    pub(crate) dark: bool,
}

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
    pub(crate) arrays: ArrayArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) compute: ComputeArgs,
    #[command(flatten)]
    pub(crate) out: OutputArgs,
    #[command(flatten)]
    pub(crate) provenance: ProvenanceArgs,
    /// Say on stderr where the time went
    #[arg(long, help_heading = "Output")]
    pub(crate) timing: bool,
}

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
