//! Pictures that are no heatmap of the whole: slices, profiles along a line, level surfaces.

mod iso;
mod profile;

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::format::picture_format;
use crate::figure::PictureFormat;
use std::time::Instant;

/// Draws the shape that is asked for, if one is.
pub(super) fn run(args: &PlotArgs, start: Instant) -> Option<Result<(), Failure>> {
    let shapes = &args.shapes;
    let drawn =
        shapes.profile.as_ref().map(|text| ("--profile", text)).or(shapes.iso.as_ref().map(|text| ("--iso", text)));
    drawn.map(|(option, text)| {
        let format = named(args, option)?;
        if option == "--iso" { iso::run(args, format, text, start) } else { profile::run(args, format, text, start) }
    })
}

/// What these pictures are written as; the cells that some options are about are not there.
fn named(args: &PlotArgs, option: &str) -> Result<PictureFormat, Failure> {
    let lines = option == "--profile";
    let given = [("--width", args.picture.width.is_some()), ("--dpi", args.picture.dpi.is_some())];
    let given = given.into_iter().find_map(|(other, given)| (given && lines).then_some(other));
    if let Some(other) = given.or(args.layers.asked()) {
        return Err(Failure::input(format_args!("{other} is for heatmaps and cannot go with {option}")));
    }
    match args.output.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("dzi") => {
            Err(Failure::input(format_args!("a picture with {option} is written as .png or .svg, not .{extension}")))
        }
        _ => picture_format(&args.output),
    }
}
