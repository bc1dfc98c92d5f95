//! Pictures that are no heatmap of the whole: slices, profiles along a line, level surfaces.

mod iso;
mod profile;

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use crate::cli::hold::Hold;
use crate::cli::plot::PictureFormat;
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
    /// Level surfaces of a function of three variables or of a volume, lit by their normals, as 0.5 or 0.2,0.5
    #[arg(long, value_name = "LEVEL,…", allow_hyphen_values = true, conflicts_with = "profile")]
    iso: Option<String>,
    /// Azimuth and elevation of the camera on level surfaces, in degrees [default: -57,24]
    #[arg(long, value_name = "AZ,EL", allow_hyphen_values = true, requires = "iso")]
    view: Option<String>,
    /// Colour level surfaces by a quantity, of formulas [default: a colour for each side, or for each level]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, requires = "iso")]
    paint: Option<String>,
}

impl ShapeArgs {
    /// The variables that a slice holds.
    pub(super) fn slices(&self) -> Result<Vec<Hold>, Failure> {
        self.slice.iter().map(|text| Hold::read(text, "--slice")).collect()
    }
}

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
    let given = [("--width", args.picture.width.is_some()), ("--dpi", args.picture.dpi.is_some())];
    let given = given.into_iter().find_map(|(other, given)| given.then_some(other));
    if let Some(other) = given.or(args.layers.asked()) {
        return Err(Failure::input(format_args!("{other} is for heatmaps and cannot go with {option}")));
    }
    match args.output.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("dzi") => {
            Err(Failure::input(format_args!("a picture with {option} is written as .png or .svg, not .{extension}")))
        }
        _ => PictureFormat::of(&args.output),
    }
}
