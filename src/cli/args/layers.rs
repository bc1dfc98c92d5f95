//! Arguments about the layers of a picture, a group for each.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Points between streamlines: about thirty across a picture of the usual size.
pub(crate) const SEPARATION: &str = "14";

/// Points between arrows: about twenty across a picture of the usual size.
const SPACING: &str = "22";

/// Layers over the colours.
#[derive(Debug, Args)]
#[command(next_help_heading = "Layers")]
pub(crate) struct LayerArgs {
    #[command(flatten)]
    pub(crate) relief: ReliefArgs,
    #[command(flatten)]
    pub(crate) texture: TextureArgs,
    #[command(flatten)]
    pub(crate) contours: LevelArgs,
    #[command(flatten)]
    pub(crate) streams: StreamArgs,
    #[command(flatten)]
    pub(crate) arrows: ArrowArgs,
    #[command(flatten)]
    pub(crate) notes: NoteArgs,
}

impl LayerArgs {
    /// The option of the first layer that is asked for.
    pub(crate) fn asked(&self) -> Option<&'static str> {
        let (levels, notes) = (&self.contours, &self.notes);
        let options = [
            (self.relief.shade.is_some(), "--shade"),
            (self.texture.lic, "--lic"),
            (levels.contours.is_some(), "--contours"),
            (levels.level.is_some(), "--level"),
            (levels.filled, "--filled"),
            (self.streams.streamlines.is_some(), "--streamlines"),
            (self.arrows.arrows.is_some(), "--arrows"),
            (!notes.points.is_empty(), "--point"),
            (!notes.paths.is_empty(), "--path"),
            (notes.legend.is_some(), "--legend"),
        ];
        options.into_iter().find_map(|(given, option)| given.then_some(option))
    }
}

/// Light from one side.
#[derive(Debug, Args)]
pub(crate) struct ReliefArgs {
    /// Light from one side over the colours, as on relief maps: hillshade, hillshade:AZIMUTH,HEIGHT, hillshade:combined or
    /// hillshade:multidirectional; what is no terrain with a place is made as steep as shows best, or as --z-factor says
    #[arg(long, value_name = "LIGHT", allow_hyphen_values = true)]
    pub(crate) shade: Option<String>,
}

/// A texture along the gradient.
#[derive(Debug, Args)]
pub(crate) struct TextureArgs {
    /// Smear noise along the direction of ∇f, so that its lines show everywhere (line integral convolution); the colours stay those of the quantity
    #[arg(long)]
    pub(crate) lic: bool,

    /// Pixels that lines of the texture reach each way, 1 to 512 [default: by the size of the picture, 12 to 40]
    #[arg(long, value_name = "N", requires = "lic")]
    pub(crate) lic_length: Option<u32>,

    /// Thickness of the lines of the texture in pixels, 1 to 64
    #[arg(long, value_name = "PIXELS", default_value_t = 1.5, requires = "lic")]
    pub(crate) lic_scale: f64,
}

/// Level sets.
#[derive(Debug, Args)]
pub(crate) struct LevelArgs {
    /// Lines of equal f: so many at round numbers (12), at multiples (every=50), or at these values (1,4,9)
    #[arg(long, value_name = "LEVELS", allow_hyphen_values = true, group = "levels_of_f")]
    pub(crate) contours: Option<String>,
    /// The lines where f has these values
    #[arg(long, value_name = "A,B,…", allow_hyphen_values = true, group = "levels_of_f")]
    pub(crate) level: Option<String>,
    /// Write the values on the contours
    #[arg(long)]
    pub(crate) labels: bool,
    /// One flat colour between each two contours, which are evenly spaced; with -q value
    #[arg(long, conflicts_with_all = ["range", "percentile", "scale"])]
    pub(crate) filled: bool,
    /// The colour of contours and labels, as #rrggbb or black, white, red … [default: white or black with an edge, as stands out]
    #[arg(long, value_name = "COLOUR", requires = "levels_of_f")]
    pub(crate) contour_color: Option<String>,
    /// The width of contours in points
    #[arg(long, value_name = "POINTS", default_value_t = 0.8, allow_hyphen_values = true, requires = "levels_of_f")]
    pub(crate) contour_width: f64,
}

/// Lines along the gradient.
#[derive(Debug, Args)]
pub(crate) struct StreamArgs {
    /// Lines that follow ∇f, so many points from each other [default: 14]
    #[arg(long, value_name = "POINTS", num_args = 0..=1, default_missing_value = SEPARATION)]
    pub(crate) streamlines: Option<String>,
    /// Which way the heads on streamlines point
    #[arg(long, value_name = "WAY", default_value = "ascent", requires = "streamlines")]
    pub(crate) streamline_direction: Direction,
    /// The colour of streamlines, as #rrggbb or black, white, red … [default: white or black with an edge, as stands out]
    #[arg(long, value_name = "COLOUR", requires = "streamlines")]
    pub(crate) streamline_color: Option<String>,
    /// The width of streamlines in points [default: 1]
    #[arg(long, value_name = "POINTS", allow_hyphen_values = true, requires = "streamlines")]
    pub(crate) streamline_width: Option<String>,
}

/// A way along ∇f.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// Where f rises fastest
    Ascent,
    /// Where it falls fastest
    Descent,
}

/// Arrows of the gradient.
#[derive(Debug, Args)]
pub(crate) struct ArrowArgs {
    /// Arrows: where f rises or falls fastest, or the normals of the contours
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "ascent")]
    pub(crate) arrows: Option<Arrows>,
    /// The distance of arrows from each other, in points
    #[arg(long, value_name = "POINTS", default_value = SPACING, allow_hyphen_values = true, requires = "arrows")]
    pub(crate) arrow_spacing: String,
    /// What the length of an arrow tells of ‖∇f‖ [default: linear, unit for normals]
    #[arg(long, value_name = "HOW", requires = "arrows")]
    pub(crate) arrow_length: Option<ArrowLength>,
    /// How arrows are placed
    #[arg(long, value_name = "HOW", default_value = "hex", requires = "arrows")]
    pub(crate) arrow_lattice: ArrowLattice,
    /// The colour of arrows, as #rrggbb or black, white, red … [default: white or black with an edge, as stands out]
    #[arg(long, value_name = "COLOUR", requires = "arrows")]
    pub(crate) arrow_color: Option<String>,
}

/// What arrows show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arrows {
    /// ∇f
    Ascent,
    /// −∇f
    Descent,
    /// ∇f on the lines of --contours or --level
    Normal,
}

/// The length of arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArrowLength {
    /// In proportion, up to the 95th percentile
    Linear,
    /// In proportion to the logarithm
    Log,
    /// All alike
    Unit,
}

/// The places of arrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArrowLattice {
    /// Rows shifted by half
    Hex,
    /// Rows and columns
    Square,
}

/// Points, paths and the legend.
#[derive(Debug, Args)]
pub(crate) struct NoteArgs {
    /// A point of the picture, with a label if one follows: 1,2 or 1,2,saddle
    #[arg(long = "point", value_name = "X,Y[,LABEL]", allow_hyphen_values = true)]
    pub(crate) points: Vec<String>,
    /// A line through the points of a file, x,y on each line
    #[arg(long = "path", value_name = "FILE")]
    pub(crate) paths: Vec<PathBuf>,
    /// Where the names of the lines are [default: best if there are several kinds of them, else none]
    #[arg(long, value_name = "CORNER")]
    pub(crate) legend: Option<Corner>,
}

/// Where the legend stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Corner {
    /// Nowhere
    None,
    /// In the corner where it hides least
    Best,
    UpperRight,
    UpperLeft,
    LowerRight,
    LowerLeft,
}
