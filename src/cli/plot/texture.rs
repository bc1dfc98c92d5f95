//! The layer of light and texture: what shades the colours of the cells.

use crate::cli::failure::Failure;
use crate::cli::plot::layers::Stage;
use crate::picture::Shade;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct TextureArgs {}

/// The shade of the cells, if one is asked for.
pub(super) fn shade(_args: &TextureArgs, _stage: &mut Stage<'_>) -> Result<Option<Box<dyn Shade>>, Failure> {
    Ok(None)
}
