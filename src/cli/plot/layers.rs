//! The layers of a picture: what lies over or shades the coloured cells, in the order of painting.

use super::kind::{Kind, Sample};
use super::legend;
use super::{arrows, contours, notes, relief, streams, texture};
use crate::cli::args::LayerArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::stage::Stage;
use crate::figure::scene::Mark;
use crate::picture::{Both, Shade};

/// All marks over the cells, in the order of painting; labels of lines lie over all lines.
pub(super) fn marks(args: &LayerArgs, stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let kind = |name: &str, marks: Vec<Mark>, sample| Kind { name: name.to_owned(), marks, sample };
    let mut kinds = vec![kind("level lines", contours::marks(&args.contours, stage)?, Sample::Line)];
    let (marks, look) = streams::marks(&args.streams, stage)?;
    kinds.push(kind("streamlines", marks, Sample::Stream(look)));
    let (marks, look) = arrows::marks(&args.arrows, stage)?;
    kinds.push(kind("arrows", marks, Sample::Arrow(look)));
    kinds.extend(notes::paths(&args.notes, stage)?);
    let points = notes::points(&args.notes, stage)?;
    let legend = legend::marks(args.notes.legend, &kinds, &points, stage);
    let all = kinds.into_iter().flat_map(|kind| kind.marks);
    let (labels, lines): (Vec<Mark>, Vec<Mark>) = all.partition(|mark| matches!(mark, Mark::Label { .. }));
    Ok(lines.into_iter().chain(labels).chain(points).chain(legend).collect())
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
