//! `gradgrid plot`: a quantity as a heatmap, with layers over it.

mod arrows;
mod contours;
mod format;
mod layers;
mod notes;
mod relief;
mod shapes;
pub(crate) mod streams;
mod texture;
mod zoom;

pub(crate) use format::PictureFormat;
pub(crate) use layers::{LayerArgs, Stage};
pub(crate) use shapes::ShapeArgs;

use crate::cli::args::{GridArgs, PictureArgs, PlotArgs};
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::hold;
use crate::cli::inputs::{self, Purpose};
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::Subject;
use crate::cli::{summary, timing};
use crate::color::Colormap;
use crate::engine::PATIENCE;
use crate::figure::Theme;
use crate::io::output::Output;
use crate::io::provenance::Words;
use crate::picture::{self, PictureOptions, RangeChoice, ScaleChoice, Shade};
use crate::request::Prepared;
use crate::tile::watch::Watch;
use std::time::Instant;

pub(crate) fn run(args: &PlotArgs) -> Result<(), Failure> {
    let start = Instant::now();
    if let Some(drawn) = shapes::run(args, start) {
        return drawn;
    }
    if args.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dzi")) {
        return zoom::run(args, start);
    }
    let format = PictureFormat::of(&args.output)?;
    let mut progress = Progress::new(args.out.quiet);
    let subject = subject(args, &mut progress)?;
    let options = options(&args.picture)?;
    let (request, notes) = subject.request(&args.compute)?;
    let output = Output::create(&args.output, args.out.overwrite)?;
    let mut prepared = subject.colours(&request)?;
    let note = !args.out.quiet;
    if note {
        say_notes(&notes);
        say_how(&prepared, &args.compute.engine);
    }
    let magnify = magnification(&args.picture, prepared.grid().width())?;
    let options = PictureOptions { magnify, ..described(options, args, &subject, &prepared) };
    let options = contours::filled(&args.layers.contours, options, &subject.quantity, &mut prepared, &mut progress)?;
    let words = words(args, &options.title, &subject, &prepared);
    let mut survey = picture::survey(&mut prepared, &subject.quantity, &options, &mut progress)?;
    let drawn = survey.summary();
    let text = provenance::finished(&args.provenance, words, survey.words());
    let mut stage = Stage {
        subject: &subject,
        compute: &args.compute,
        view: survey.figure.view(),
        level_sets: None,
        watch: &mut progress,
    };
    survey.figure.add(layers::marks(&args.layers, &mut stage)?);
    let mut shade = layers::shade(&args.layers, &mut stage)?;
    let shade = shade.as_mut().map(|shade| &mut **shade as &mut dyn Shade);
    let figure = &survey.figure;
    let output = match format {
        PictureFormat::Png => picture::draw_png(&mut prepared, figure, shade, &text, output, &mut progress)?,
        PictureFormat::Svg => picture::draw_svg(&mut prepared, figure, shade, &text, output, &mut progress)?,
    };
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    if note {
        let undefined = summary::undefined(&subject, &request, drawn.masked, drawn.cells, &mut progress)?;
        drop(progress);
        let (width, height) = drawn.size;
        let shown = |value| digits(value, &prepared);
        let values = drawn.extremes.map(|(lo, hi)| format!("values {} to {}", shown(lo), shown(hi)));
        let values = values.unwrap_or("no cell has a value".to_owned());
        let seconds = start.elapsed().as_secs_f64();
        summary::warn_of_mismatch(&prepared);
        let recomputed = summary::recomputed(&prepared);
        eprintln!("{name}: {width}×{height} pixels, {values}{undefined}{recomputed}, {seconds:.2} s");
    }
    if args.timing {
        timing::print(start, &prepared, Some(written));
    }
    Ok(())
}

/// What is drawn: the whole, or a slice of it.
fn subject<'a>(args: &'a PlotArgs, watch: &mut dyn Watch) -> Result<Subject<'a>, Failure> {
    let holds = args.shapes.slices()?;
    let (formula, quantity) = (&args.formula, args.compute.quantity.as_str());
    let across = args.picture.width.map(|width| width as usize);
    let grid = &GridArgs { across, ..args.grid.clone() };
    if holds.is_empty() {
        return Subject::read(formula, &args.arrays, grid, quantity, Purpose::Picture);
    }
    let bare = Bare::find(&formula.formula, &args.arrays)?;
    if bare.is_none() && args.arrays.with.is_empty() {
        let (formula, grid) = hold::of_formula(formula, grid, &holds, 2)?;
        return Subject::new(None, &formula, &args.arrays, &grid, quantity, Purpose::Picture);
    }
    let whole = Subject::new(bare, formula, &args.arrays, grid, quantity, Purpose::Numbers)?;
    let axes = whole.grid().axes().len();
    if axes != holds.len() + 2 {
        return Err(Failure::input(format_args!(
            "--slice leaves two of the axes for the picture, and of the {axes} axes of the file {} are held",
            holds.len()
        )));
    }
    whole.sliced(&holds, &args.compute, watch)
}

/// Pixels along a side of a cell, where the width of all is given.
fn magnification(args: &PictureArgs, cells: usize) -> Result<Option<u32>, Failure> {
    let Some(width) = args.width else { return Ok(None) };
    let exact = u32::try_from(cells).ok().filter(|&cells| width > 0 && width.is_multiple_of(cells));
    match exact {
        Some(cells) => Ok(Some(width / cells)),
        None => {
            let least = (width as usize / cells).max(1);
            Err(Failure::input(format_args!(
                "--width {width}: the {cells} cells across have a whole number of pixels each, so {} or {} pixels go",
                cells * least,
                cells * (least + 1)
            )))
        }
    }
}

/// Title and labels.
fn described(options: PictureOptions, args: &PlotArgs, subject: &Subject<'_>, prepared: &Prepared) -> PictureOptions {
    let title = || subject.title(&args.formula.parameters, prepared);
    PictureOptions {
        title: args.picture.title.clone().unwrap_or_else(title),
        label: subject.label(),
        axis_labels: subject.axis_labels(),
        ..options
    }
}

/// Warnings, once each.
pub(crate) fn say_notes(notes: &[String]) {
    for note in notes {
        eprintln!("{note}");
    }
}

/// The fewest digits that tell the value from its neighbours in the engine's number type.
#[expect(clippy::cast_possible_truncation, reason = "the value came from this type")]
fn digits(value: f64, prepared: &Prepared) -> String {
    if prepared.engine().arithmetic() == "f32" { format!("{:?}", value as f32) } else { format!("{value:?}") }
}

/// Which engine runs, and with which steps, on stderr.
pub(crate) fn say_how(prepared: &Prepared, asked: &str) {
    let asked = if asked == "auto" { " (auto)" } else { "" };
    eprintln!("engine{asked}: {}, {}", prepared.engine(), prepared.agreement());
    if prepared.gave_up_compiling() {
        let seconds = PATIENCE.as_secs();
        eprintln!(
            "the driver took more than {seconds} s to compile this formula, so the CPU computes it: the same bytes"
        );
    }
    for (method, choices) in prepared.methods() {
        for (axis, choice) in prepared.grid().axes().iter().zip(choices) {
            let (h, error) = (choice.first.h, choice.first.error);
            eprintln!("{method} along {}: h = {h:e} (2^{:.0}), expected error {error:.1e}", axis.name(), h.log2());
        }
    }
}

fn options(args: &PictureArgs) -> Result<PictureOptions, Failure> {
    let colormap = args.colormap.as_deref().map(Colormap::from_name).transpose().map_err(Failure::input)?;
    let scale = match args.scale.split_once(':') {
        None if args.scale == "linear" => ScaleChoice::Linear,
        None if args.scale == "log" => ScaleChoice::Log,
        None if args.scale == "symlog" => ScaleChoice::Symlog(None),
        Some(("symlog", threshold)) => ScaleChoice::Symlog(Some(inputs::number(threshold, "--scale symlog")?)),
        _ => {
            return Err(Failure::input(format_args!(
                "there is no scale `{}`; there are linear, log, symlog and symlog:THRESHOLD",
                args.scale
            )));
        }
    };
    let range = match (&args.range, args.percentile) {
        (Some(text), _) => inputs::extent(text, "--range").map(|(lo, hi)| RangeChoice::Fixed(lo, hi))?,
        (None, Some(percent)) => RangeChoice::Percentile(percent),
        (None, None) => RangeChoice::Auto,
    };
    let center = args.center.as_deref().map(|text| inputs::number(text, "--center")).transpose()?;
    let theme = if args.dark { Theme::Dark } else { Theme::Light };
    let (bare, dpi) = (args.bare, args.dpi);
    Ok(PictureOptions { colormap, scale, range, center, theme, bare, dpi, ..PictureOptions::default() })
}

/// The title and what made the picture.
fn words(args: &PlotArgs, title: &str, subject: &Subject<'_>, prepared: &Prepared) -> Words {
    let mut text = provenance::words(&args.provenance, &args.formula, &args.compute, subject, prepared);
    text.insert(1, ("Title".to_owned(), title.to_owned()));
    text
}
