//! The command line as a whole: every subcommand with its help text, and reading one.

use crate::cli::args::batch::BatchArgs;
use crate::cli::args::checks::{AccuracyArgs, BenchArgs, DevicesArgs, VerifyArgs};
use crate::cli::args::curves::{ContourArgs, StreamlinesArgs, SurfaceArgs};
use crate::cli::args::groups::FileArgs;
use crate::cli::args::numbers::{EvalArgs, StatsArgs};
use crate::cli::args::plot::PlotArgs;
use crate::cli::args::point::{AtArgs, DuelArgs, ShowArgs};
use crate::cli::record::Record;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// Gradient fields of formulas over dense grids.
#[derive(Debug, Parser)]
#[command(
    name = "gradgrid",
    version,
    about = "Gradient fields of formulas over dense grids, on the GPU and on the CPU",
    after_help = "Formulas are written as people write them: x²y + sin y, e^{x²+y²}, if(x > 0, sqrt(x), 0). \
                  `gradgrid help language` lists every function, `gradgrid help quantities` what can be asked of one.",
    max_term_width = 110,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is to be done.
/// The formula of commands that take no files.
const FUNCTION: &str = "The function, such as 'x^2*y + sin(y)'";

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
        A .dzi is a Deep Zoom image: tiles of all scales in zoom_files, one pixel per cell on the largest. Interrupted, the \
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
        Normals are ∇f/‖∇f‖: they point to where f is higher, and triangles run counter-clockwise as seen from there. Of a \
        formula, vertices lie on the surface and normals are exact; of files both are interpolated between nodes. The nodes \
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
        Higher values lie to the left of a line. Of a formula each point lies on the level set, found on the function itself; of files \
        it is interpolated between cells.")]
    Contour(ContourArgs),
    /// Write evenly spaced paths of steepest ascent, or those through given points (.geojson, .csv, .npz, .svg)
    #[command(after_help = "Examples:\n  \
        gradgrid streamlines 'sin(x)*cos(y)' flow.csv\n  \
        gradgrid streamlines 'x^2 - y^2' flow.svg --separation 8\n  \
        gradgrid streamlines dem.tif drains.geojson --direction descent\n  \
        gradgrid streamlines 'x^2*y + sin(y)' climb.csv --from 1,0.5 --from -1,0.5\n\n\
        Lines follow the gradient of the function and never cross. They are as far apart as in the picture that `gradgrid plot \
        --streamlines` draws of the same grid, and end on its border, at critical points, where the function is not defined, and \
        where they would come nearer to another one than half the separation.")]
    Streamlines(StreamlinesArgs),
    /// One map per file, for thousands of files: saliency maps, slopes, any quantity
    #[command(after_help = "Examples:\n  \
        gradgrid batch photos/*.png out\n  \
        gradgrid batch photos out -q saliency:3 --range shared --format npy\n  \
        gradgrid batch tiles/*.tif slopes -q slope --format tif\n  \
        gradgrid batch frames out --formula 'norm(grad(r - g))' -q value\n\n\
        A file that cannot be done is reported and skipped, and the exit code is 1 at the end. The same command again does \
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
        gradgrid duel 'e^(-x²)' --at 0.5 --engine f64 --json", mut_arg("formula", |it| it.help(FUNCTION)))]
    Duel(DuelArgs),
    /// Show what the compiler makes of a formula
    #[command(mut_arg("formula", |it| it.help(FUNCTION)))]
    Show(ShowArgs),
    /// List the GPU adapters, whether each gives the bits of the CPU, and which engine `auto` takes and why
    #[command(
        after_help = "The self-test runs every operation of the language on nasty arguments, on the adapter and on the CPU, and \
        compares the bits. Its result is kept per adapter, driver and version in the user's cache folder."
    )]
    Devices(DevicesArgs),
    /// Measure how far each function is from the exact value, and compare the GPU with the CPU bit by bit
    #[command(after_help = "Examples:\n  \
        gradgrid accuracy\n  \
        gradgrid accuracy --functions sin,cos,pow --samples 2^25\n  \
        gradgrid accuracy --functions exp --exhaustive\n\n\
        An error of 0.5 ulp is correct rounding; a result of the wrong kind (NaN for a number, a zero of the wrong \
        sign) counts as a mismatch. The exit code is 4 if a function misses its bar or a bit differs on the GPU.")]
    Accuracy(AccuracyArgs),
    /// Time the engines against the f64 reference and the limits of the machine, and check every value
    #[command(after_help = "Examples:\n  \
        gradgrid bench\n  \
        gradgrid bench 'sin(x*y)*exp(-x^2)' --sizes 1024,4096 --rounds 9 --plot speed.png\n  \
        gradgrid bench --engine cpu,f64 -q gradient --json\n\n\
        Every value is checked first: cpu against f64 within its error bound, gpu against cpu by bits. The exit code is \
        4 if one is wrong.")]
    Bench(BenchArgs),
    /// Compute a file again from what it says of itself, and compare
    #[command(after_help = "Examples:\n  \
        gradgrid verify field.png\n  \
        gradgrid verify slope.tif --from ~/data\n  \
        gradgrid verify out/photo.png\n\n\
        Files say themselves what made them; for .npy, .csv, .stl and .raw files FILE.json does, for .dzi the folder of the tiles, and \
        for .npy files of a batch its manifest, as long as it is in the same folder. The exit code is 0 if the file \
        is what comes out again, 4 if a value, a pixel or what it says differs, 2 if it cannot be computed again, as when\n\
        a file that it was made from has changed.")]
    Verify(VerifyArgs),
    /// Explain a command, the language, the quantities or the colours
    Help {
        /// `language`, `quantities`, `files`, `colors`, or a command
        topic: Option<String>,
    },
}

impl Command {
    /// Reads the command line, program name first. Commands that write files remember how they were asked.
    pub(crate) fn read(words: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let cli = Cli::command();
        let matches = cli.clone().try_get_matches_from(words)?;
        let read = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut Cli::command()))?;
        let mut command = read.command;
        let record = Record::of(&cli, &matches);
        match &mut command {
            Self::Batch(args) => args.provenance.record = record,
            other => other.file().into_iter().for_each(|(_, file)| file.provenance.record = record.clone()),
        }
        Ok(command)
    }

    /// The one file that the command writes, and how; `None` for commands that do anything else.
    pub(crate) fn file(&mut self) -> Option<(&Path, &mut FileArgs)> {
        match self {
            Self::Plot(args) => Some((&args.output, &mut args.file)),
            Self::Eval(args) => Some((&args.output, &mut args.file)),
            Self::Contour(args) => Some((&args.output, &mut args.file)),
            Self::Streamlines(args) => Some((&args.output, &mut args.file)),
            Self::Surface(args) => Some((&args.output, &mut args.file)),
            _ => None,
        }
    }
}
