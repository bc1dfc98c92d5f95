//! `gradgrid plot … name.dzi`: the picture as a pyramid of tiles.

use crate::cli::args::PlotArgs;
use crate::cli::failure::Failure;
use crate::cli::plot::choices::{options, subject};
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::Subject;
use crate::cli::summary::{self, say_how, say_notes};
use crate::cli::timing;
use crate::picture::PictureError;
use crate::pyramid::{PyramidError, write_pyramid};
use crate::request::{Prepared, RequestError};
use std::time::Instant;

pub(super) fn run(args: &PlotArgs, start: Instant) -> Result<(), Failure> {
    if let Some(option) = args.layers.asked() {
        return Err(Failure::input(format_args!(
            "{option} is a layer of pictures, and the tiles of a .dzi have colours alone; write a .png or .svg"
        )));
    }
    if args.file.provenance.no_provenance {
        return Err(Failure::input(
            "--no-provenance: among the tiles of a .dzi, gradgrid.json says what they are of, so that the same command goes on where \
             it stopped; remove it when all is done",
        ));
    }
    let mut progress = Progress::new(args.file.out.quiet);
    let subject = subject(args, &mut progress)?;
    let options = options(&args.picture)?;
    let (request, notes) = subject.request(&args.work.compute)?;
    let mut prepared = subject.colours(&request)?;
    let cells = prepared.grid().width();
    if let Some(width) = args.picture.width.filter(|&width| width as usize != cells) {
        return Err(Failure::input(format_args!(
            "--width {width}: the tiles of a .dzi have one pixel for each cell, and there are {cells} across"
        )));
    }
    let note = !args.file.out.quiet;
    if note {
        say_notes(&notes);
        say_how(&prepared, &args.work.compute.engine);
    }
    let name = args.output.display();
    let words = words(args, &subject, &prepared);
    let drawn = write_pyramid(
        &mut prepared,
        &subject.quantity,
        &options,
        &args.output,
        &words,
        args.file.out.overwrite,
        &mut progress,
    );
    let drawn = drawn.inspect_err(|error| {
        if note && is_interruption(error) {
            eprintln!("{name}: the tiles that are done are kept; the same command goes on from there");
        }
    })?;
    if note {
        let picture = &drawn.picture;
        let undefined = summary::undefined(&subject, &request, picture.masked, picture.cells, &mut progress)?;
        drop(progress);
        let (width, height) = picture.size;
        let values = summary::values(picture.extremes, &prepared);
        let kept = if drawn.kept > 0 { format!(" ({} kept from before)", drawn.kept) } else { String::new() };
        summary::warn_of_mismatch(&prepared);
        let recomputed = summary::recomputed(&prepared);
        eprintln!(
            "{name}: {width}×{height} pixels, {} levels, {} tiles{kept}, {values}{undefined}{recomputed}, {:.2} s",
            drawn.levels,
            drawn.tiles,
            start.elapsed().as_secs_f64()
        );
    }
    if args.file.timing {
        timing::print(start, &prepared, None);
    }
    Ok(())
}

fn is_interruption(error: &PyramidError) -> bool {
    let request = match error {
        PyramidError::Request(error) | PyramidError::Picture(PictureError::Request(error)) => error,
        _ => return false,
    };
    matches!(request, RequestError::Interrupted(_))
}

/// Everything that the tiles depend on.
fn words(args: &PlotArgs, subject: &Subject<'_>, prepared: &Prepared) -> Vec<(String, String)> {
    let mut words = provenance::words(&args.file.provenance, &args.formula, &args.work.compute, subject, prepared);
    let mut add = |key: &str, value: Option<String>| words.extend(value.map(|value| (key.to_owned(), value)));
    let (compute, picture) = (&args.work.compute, &args.picture);
    add("Variables", Some(args.formula.vars.join(",")));
    add("Mathematics", Some(compute.math.clone()));
    add("Step", compute.step.clone());
    add("Compare", compute.compare.clone());
    add("Scale", Some(picture.scale.clone()));
    add("Colormap", picture.colormap.clone());
    add("Range", picture.range.clone());
    add("Center", picture.center.clone());
    add("Percentile", picture.percentile.map(|percent| percent.to_string()));
    provenance::finished(&args.file.provenance, words, Vec::new())
}

impl From<PyramidError> for Failure {
    fn from(error: PyramidError) -> Self {
        match error {
            PyramidError::Picture(error) => error.into(),
            PyramidError::Request(error) => error.into(),
            other => Self::input(other),
        }
    }
}
