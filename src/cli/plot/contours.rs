//! The layer of contours: level sets of f over the cells.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::figure::scene::Mark;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ContourArgs {}

/// The marks of this layer, in painting order.
pub(super) fn marks(_args: &ContourArgs, _stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    Ok(Vec::new())
}
