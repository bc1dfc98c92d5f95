//! The layer of points, paths and the legend.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::figure::scene::Mark;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct NoteArgs {}

/// The marks of this layer, in painting order.
pub(super) fn marks(_args: &NoteArgs, _stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    Ok(Vec::new())
}
