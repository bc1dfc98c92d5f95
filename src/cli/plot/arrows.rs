//! The layer of arrows: steepest ascent or descent, and normals of level sets.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::figure::scene::Mark;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ArrowArgs {}

/// The marks of this layer, in painting order.
pub(super) fn marks(_args: &ArrowArgs, _stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    Ok(Vec::new())
}
