//! What is drawn and in which colours, for pictures and pyramids of tiles.

use crate::cli::args::{GridArgs, PictureArgs, PlotArgs};
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::hold::{self, Hold};
use crate::cli::inputs::Purpose;
use crate::cli::subject::Subject;
use crate::cli::values;
use crate::color::Colormap;
use crate::figure::Theme;
use crate::picture::{PictureOptions, RangeChoice, ScaleChoice};
use crate::tile::watch::Watch;

/// What is drawn: the whole, or a slice of it.
pub(super) fn subject<'a>(args: &'a PlotArgs, watch: &mut dyn Watch) -> Result<Subject<'a>, Failure> {
    let holds = Hold::read_all(&args.shapes.slice, "--slice")?;
    let (formula, quantity) = (&args.formula, args.work.compute.quantity.as_str());
    if args.picture.width == Some(0) {
        return Err(Failure::input("--width 0: a picture has at least one pixel across"));
    }
    let across = args.picture.width.map(|width| width as usize);
    let grid = &GridArgs { across, ..args.work.grid.clone() };
    let bare = Bare::find(&formula.formula, &args.work.arrays)?;
    if holds.is_empty() {
        return Subject::new(bare, formula, &args.work.arrays, grid, quantity, Purpose::Picture);
    }
    if bare.is_none() && args.work.arrays.with.is_empty() {
        let (formula, grid) = hold::of_formula(formula, grid, &holds, 2)?;
        return Subject::new(None, &formula, &args.work.arrays, &grid, quantity, Purpose::Picture);
    }
    let whole = Subject::new(bare, formula, &args.work.arrays, grid, quantity, Purpose::Numbers)?;
    let axes = whole.grid().axes().len();
    if axes != holds.len() + 2 {
        return Err(Failure::input(format_args!(
            "--slice leaves two of the axes for the picture, and of the {axes} axes of the file {} are held",
            holds.len()
        )));
    }
    whole.sliced(&holds, &args.work.compute, watch)
}

/// How values become colours.
pub(super) fn options(args: &PictureArgs) -> Result<PictureOptions, Failure> {
    let colormap = args.colormap.as_deref().map(Colormap::from_name).transpose().map_err(Failure::input)?;
    let scale = match args.scale.split_once(':') {
        None if args.scale == "linear" => ScaleChoice::Linear,
        None if args.scale == "log" => ScaleChoice::Log,
        None if args.scale == "symlog" => ScaleChoice::Symlog(None),
        Some(("symlog", threshold)) => ScaleChoice::Symlog(Some(values::number(threshold, "--scale symlog")?)),
        _ => {
            return Err(Failure::input(format_args!(
                "there is no scale `{}`; there are linear, log, symlog and symlog:THRESHOLD",
                args.scale
            )));
        }
    };
    let range = match (&args.range, args.percentile) {
        (Some(text), _) => values::extent(text, "--range").map(|(lo, hi)| RangeChoice::Fixed(lo, hi))?,
        (None, Some(percent)) => RangeChoice::Percentile(percent),
        (None, None) => RangeChoice::Auto,
    };
    let center = args.center.as_deref().map(|text| values::number(text, "--center")).transpose()?;
    let theme = if args.dark { Theme::Dark } else { Theme::Light };
    let (bare, dpi) = (args.bare, args.dpi);
    Ok(PictureOptions { colormap, scale, range, center, theme, bare, dpi, ..PictureOptions::default() })
}
