//! The layer of light: a hillshade over the colours.

use crate::cli::args::ReliefArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::expr::formula::constant;
use crate::picture::{Relief, Shade};
use crate::quantity::Quantity;
use crate::quantity::terrain::{Hillshade, SlopeUnit, Terrain};

/// The share of cells that may be steeper than 45 degrees where the height is ours to choose, in per cent.
const STEEP: f64 = 25.0;

/// The shade of the cells, if one is asked for.
pub(super) fn shade(args: &ReliefArgs, stage: &mut Stage<'_>) -> Result<Option<Box<dyn Shade>>, Failure> {
    let Some(text) = &args.shade else { return Ok(None) };
    let light = light(text)?;
    let subject = stage.subject;
    let factor = if subject.has_heights() { None } else { best_factor(stage)? };
    let quantity = Quantity::Terrain(Terrain::Hillshade(light));
    let (request, _) = subject.request_of(stage.compute, quantity, factor)?;
    let prepared = subject.prepare(&request.compare(None))?;
    Ok(Some(Box::new(Relief::new(prepared, light)?)))
}

fn light(text: &str) -> Result<Hillshade, Failure> {
    match Quantity::parse(text, &["x".to_owned(), "y".to_owned()], &constant)? {
        Quantity::Terrain(Terrain::Hillshade(light)) => Ok(light),
        _ => Err(Failure::input(format_args!(
            "--shade {text}: there is hillshade, with a direction as in hillshade:315,45, hillshade:combined or hillshade:multidirectional"
        ))),
    }
}

/// The factor of heights with which few cells are steeper than 45 degrees; none where all is level.
fn best_factor(stage: &mut Stage<'_>) -> Result<Option<f64>, Failure> {
    let slope = Quantity::Terrain(Terrain::Slope(SlopeUnit::Percent));
    let (request, _) = stage.subject.request_of(stage.compute, slope, None)?;
    let stats = stage.subject.prepare(&request.compare(None))?.range(0, stage.watch)?;
    let steep = stats.percentile(100.0 - STEEP).map(|percent| 100.0 / percent);
    Ok(steep.filter(|factor| factor.is_normal()))
}
