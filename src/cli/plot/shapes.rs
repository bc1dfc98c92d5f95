//! Pictures that are no heatmap of the whole: slices, profiles along a line, level surfaces.

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use clap::Args;
use std::time::Instant;

/// What is drawn in place of a heatmap.
#[derive(Debug, Args)]
#[command(next_help_heading = "Shapes")]
pub(crate) struct ShapeArgs {}

/// Draws the shape that is asked for, if one is.
pub(super) fn run(_args: &PlotArgs, _start: Instant) -> Option<Result<(), Failure>> {
    None
}
