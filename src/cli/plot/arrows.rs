//! The layer of arrows: steepest ascent or descent, and normals of level sets.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::cli::plot::streams::{frame, look, points};
use crate::figure::scene::Mark;
use crate::flow::glyph::{Look, arrow_marks};
use crate::flow::{self, ArrowOptions, Lattice, Length, Vector, Way};
use clap::{Args, ValueEnum};

/// Points between arrows: about twenty across a picture of the usual size.
const SPACING: &str = "22";

#[derive(Debug, Args)]
pub(crate) struct ArrowArgs {
    /// Arrows: where f rises or falls fastest, or the normals of the contours
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "ascent")]
    arrows: Option<Arrows>,
    /// The distance of arrows from each other, in points
    #[arg(long, value_name = "POINTS", default_value = SPACING, allow_hyphen_values = true)]
    arrow_spacing: String,
    /// What the length of an arrow tells of ‖∇f‖ [default: linear, unit for normals]
    #[arg(long, value_name = "HOW")]
    arrow_length: Option<ArrowLength>,
    /// How arrows are placed
    #[arg(long, value_name = "HOW", default_value = "hex")]
    arrow_lattice: ArrowLattice,
    /// The colour of arrows, as #rrggbb or black, white, red … [default: dark with a pale edge]
    #[arg(long, value_name = "COLOUR")]
    arrow_color: Option<String>,
}

impl ArrowArgs {
    /// The option that asks for this layer, if one does.
    pub(super) fn asked(&self) -> Option<&'static str> {
        self.arrows.is_some().then_some("--arrows")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Arrows {
    /// ∇f
    Ascent,
    /// −∇f
    Descent,
    /// ∇f on the lines of --contours or --level
    Normal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ArrowLength {
    /// In proportion, up to the 95th percentile
    Linear,
    /// In proportion to the logarithm
    Log,
    /// All alike
    Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ArrowLattice {
    /// Rows shifted by half
    Hex,
    /// Rows and columns
    Square,
}

/// The marks of this layer, in painting order.
pub(super) fn marks(args: &ArrowArgs, stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let Some(arrows) = args.arrows else { return Ok(Vec::new()) };
    let spacing = points(&args.arrow_spacing, "--arrow-spacing")?;
    let look: Look = look(args.arrow_color.as_deref(), "--arrow-color")?;
    let length = match (args.arrow_length, arrows) {
        (Some(ArrowLength::Log), _) => Length::Log,
        (Some(ArrowLength::Unit), _) | (None, Arrows::Normal) => Length::Unit,
        (Some(ArrowLength::Linear) | None, _) => Length::Linear,
    };
    let lattice = match args.arrow_lattice {
        ArrowLattice::Hex => Lattice::Hexagonal,
        ArrowLattice::Square => Lattice::Square,
    };
    let way = if arrows == Arrows::Descent { Way::Descent } else { Way::Ascent };
    let (view, frame) = (stage.view, frame(&stage.view, stage.subject.grid().axes()));
    let options = ArrowOptions { spacing: spacing * view.point(), way, lattice, length };
    let probe = stage.probe()?;
    let arrows = match arrows {
        Arrows::Normal => {
            let sets = stage.level_sets.as_ref().ok_or_else(|| {
                Failure::input("--arrows normal stand on level sets; ask for some with --level 1,4 or --contours")
            })?;
            let lines: Vec<Vec<Vector>> = sets.iter().map(|path| path.ring().collect()).collect();
            flow::normals(&probe, &frame, &lines, &options)
        }
        Arrows::Ascent | Arrows::Descent => flow::arrows(&probe, &frame, &options),
    };
    Ok(arrow_marks(&arrows, &view, &look))
}
