//! The layers of a picture: what lies over or shades the coloured cells, in the order of painting.

use super::{arrows, contours, notes, relief, streams, texture};
use crate::cli::args::LayerArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::figure::scene::Mark;
use crate::picture::{Both, Shade};

fn kind(name: &str, marks: Vec<Mark>) -> notes::Kind {
    notes::Kind { name: name.to_owned(), marks }
}

/// All marks over the cells, in the order of painting.
pub(super) fn marks(args: &LayerArgs, stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let mut kinds = vec![
        kind("level lines", contours::marks(&args.contours, stage)?),
        kind("streamlines", streams::marks(&args.streams, stage)?),
        kind("arrows", arrows::marks(&args.arrows, stage)?),
    ];
    kinds.extend(notes::paths(&args.notes, stage)?);
    let points = notes::points(&args.notes, stage)?;
    let legend = notes::legend(&args.notes, &kinds, stage);
    let marks = kinds.into_iter().flat_map(|kind| kind.marks).chain(points).chain(legend).collect();
    Ok(marks)
}

/// What shades the cells.
pub(super) fn shade(args: &LayerArgs, stage: &mut Stage<'_>) -> Result<Option<Box<dyn Shade>>, Failure> {
    let light = relief::shade(&args.relief, stage)?;
    let texture = texture::shade(&args.texture, stage)?;
    Ok(match (light, texture) {
        (Some(light), Some(texture)) => Some(Box::new(Both(texture, light))),
        (light, texture) => light.or(texture),
    })
}
