//! The coloured cells of a quantity with axes and a colour bar, and layers over them, as a PNG or SVG file.

use crate::cli::args::{PictureArgs, PlotArgs};
use crate::cli::failure::Failure;
use crate::cli::plot::choices::{options, subject};
use crate::cli::plot::format::picture_format;
use crate::cli::plot::stage::Stage;
use crate::cli::plot::{contours, layers};
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::Subject;
use crate::cli::summary::{self, say_how, say_notes};
use crate::cli::timing;
use crate::io::output::Output;
use crate::io::provenance::Words;
use crate::picture::{self, PictureOptions, Shade};
use crate::request::Prepared;
use std::time::Instant;

/// Draws the picture.
pub(super) fn run(args: &PlotArgs, start: Instant) -> Result<(), Failure> {
    let format = picture_format(&args.output)?;
    let mut progress = Progress::new(args.file.out.quiet);
    let subject = subject(args, &mut progress)?;
    let options = options(&args.picture)?;
    let (request, notes) = subject.request(&args.work.compute)?;
    let output = Output::create(&args.output, args.file.out.overwrite)?;
    let mut prepared = subject.colours(&request)?;
    let note = !args.file.out.quiet;
    if note {
        say_notes(&notes);
        say_how(&prepared, &args.work.compute.engine);
    }
    let magnify = magnification(&args.picture, prepared.grid().width())?;
    let options = PictureOptions { magnify, ..described(options, args, &subject, &prepared) };
    let options = contours::filled(&args.layers.contours, options, &subject.quantity, &mut prepared, &mut progress)?;
    let words = words(args, &options.title, &subject, &prepared);
    let mut survey = picture::survey(&mut prepared, &subject.quantity, &options, &mut progress)?;
    let drawn = survey.summary();
    let text = provenance::finished(&args.file.provenance, words, survey.words());
    let mut stage = Stage {
        subject: &subject,
        compute: &args.work.compute,
        view: survey.figure.view(),
        tone: survey.tone(),
        theme: options.theme,
        level_sets: None,
        words: Vec::new(),
        watch: &mut progress,
    };
    survey.figure.add(layers::marks(&args.layers, &mut stage)?);
    let mut shade = layers::shade(&args.layers, &mut stage)?;
    let shade = shade.as_mut().map(|shade| &mut **shade as &mut dyn Shade);
    let figure = &survey.figure;
    let output = picture::draw(&mut prepared, figure, format, shade, &text, output, &mut progress)?;
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    if note {
        let undefined = summary::undefined(&subject, &request, drawn.masked, drawn.cells, &mut progress)?;
        drop(progress);
        let (width, height) = drawn.size;
        let values = summary::values(drawn.extremes, &prepared);
        let seconds = start.elapsed().as_secs_f64();
        summary::warn_of_mismatch(&prepared);
        let recomputed = summary::recomputed(&prepared);
        eprintln!("{name}: {width}×{height} pixels, {values}{undefined}{recomputed}, {seconds:.2} s");
    }
    if args.file.timing {
        timing::print(start, &prepared, Some(written));
    }
    Ok(())
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
        // A title is one line.
        title: args.picture.title.clone().unwrap_or_else(title).replace(['\n', '\r'], " "),
        label: subject.label(),
        axis_labels: subject.axis_labels(),
        ..options
    }
}

/// The title and what made the picture.
fn words(args: &PlotArgs, title: &str, subject: &Subject<'_>, prepared: &Prepared) -> Words {
    let mut text = provenance::words(&args.file.provenance, &args.formula, &args.work.compute, subject, prepared);
    text.insert(1, ("Title".to_owned(), title.to_owned()));
    text
}
