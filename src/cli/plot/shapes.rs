//! Pictures that are no heatmap of the whole: slices, profiles along a line, level surfaces.

mod profile;

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use crate::cli::hold::Hold;
use clap::Args;
use std::time::Instant;

/// What is drawn in place of a heatmap.
#[derive(Debug, Args)]
#[command(next_help_heading = "Shapes")]
pub(crate) struct ShapeArgs {
    /// The plane where a variable has this value, of a function of three; once for each variable that is held
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    slice: Vec<String>,
    /// f and its partial derivative along the line where all other variables have these values, as y=1 or y=1,z=0; the
    /// name of a variable alone (x) draws a function of one
    #[arg(long, value_name = "NAME=VALUE,…", allow_hyphen_values = true, conflicts_with = "slice")]
    profile: Option<String>,
}

impl ShapeArgs {
    /// The variables that a slice holds.
    pub(super) fn slices(&self) -> Result<Vec<Hold>, Failure> {
        self.slice.iter().map(|text| Hold::read(text, "--slice")).collect()
    }
}

/// Draws the shape that is asked for, if one is.
pub(super) fn run(args: &PlotArgs, start: Instant) -> Option<Result<(), Failure>> {
    args.shapes.profile.as_ref().map(|text| profile::run(args, text, start))
}
