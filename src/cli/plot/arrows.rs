//! The layer of arrows: steepest ascent or descent, and normals of level sets.

use crate::cli::args::{ArrowArgs, ArrowLattice, ArrowLength, Arrows};
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::cli::plot::streams::{frame, look, points};
use crate::figure::scene::Mark;
use crate::flow::glyph::{Look, arrow_marks};
use crate::flow::{self, ArrowOptions, Lattice, Length, Vector, Way};

/// The marks of this layer, in painting order, and what they look like.
pub(super) fn marks(args: &ArrowArgs, stage: &mut Stage<'_>) -> Result<(Vec<Mark>, Look), Failure> {
    let look: Look = look(args.arrow_color.as_deref(), "--arrow-color", stage.tone)?;
    let Some(arrows) = args.arrows else { return Ok((Vec::new(), look)) };
    let spacing = points(&args.arrow_spacing, "--arrow-spacing")?;
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
    let mut arrows = match arrows {
        Arrows::Normal => {
            let sets = stage.level_sets.as_ref().ok_or_else(|| {
                Failure::input("--arrows normal stand on level sets; ask for some with --level 1,4 or --contours")
            })?;
            let lines: Vec<Vec<Vector>> = sets.iter().map(|path| path.ring().collect()).collect();
            flow::normals(&probe, &frame, &lines, &options)
        }
        Arrows::Ascent | Arrows::Descent => flow::arrows(&probe, &frame, &options),
    };
    // A shaft would strike a label of a contour through.
    arrows.retain(|arrow| !stage.words.iter().any(|words| words.meet(arrow.tail, arrow.tip)));
    Ok((arrow_marks(&arrows, &view, &look), look))
}
