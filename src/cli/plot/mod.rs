//! `gradgrid plot`: a quantity as a heatmap, with layers over it, or one of the shapes that are drawn in its place.

mod arrows;
mod choices;
mod contours;
pub(crate) mod format;
mod heatmap;
mod idle;
mod kind;
mod layers;
mod legend;
mod notes;
mod relief;
mod shapes;
pub(crate) mod stage;
pub(crate) mod streams;
mod texture;
mod zoom;

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use std::time::Instant;

pub(crate) fn run(args: &PlotArgs) -> Result<(), Failure> {
    let start = Instant::now();
    idle::check(args)?;
    if let Some(drawn) = shapes::run(args, start) {
        return drawn;
    }
    if args.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dzi")) {
        return zoom::run(args, start);
    }
    heatmap::run(args, start)
}
