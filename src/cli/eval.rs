//! `gradgrid eval`: a quantity as numbers, in NPY or CSV.

use crate::cli::args::{EvalArgs, Format};
use crate::cli::failure::Failure;
use crate::cli::inputs::{self, Purpose};
use crate::cli::plot::say_how;
use crate::cli::progress::Progress;
use crate::cli::summary;
use crate::field::Samples;
use crate::io::output::Output;
use crate::io::{csv, npy};
use crate::request::Prepared;
use std::io::{Seek, SeekFrom, Write};
use std::time::Instant;

pub(crate) fn run(args: &EvalArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let format = format(args)?;
    let formula = inputs::formula(&args.formula)?;
    let grid = inputs::grid(&args.grid, &formula, Purpose::Numbers)?;
    if format == Format::Csv && grid.cells() > csv::MOST_CELLS {
        return Err(Failure::input(format_args!(
            "{} cells are too many for CSV, which holds up to {}; write .npy instead",
            grid.cells(),
            csv::MOST_CELLS
        )));
    }
    let request = inputs::request(&args.compute, &formula, &grid)?;
    let mut output = Output::create(&args.output, args.out.overwrite)?;
    let mut prepared = request.prepare()?;
    if !args.out.quiet {
        say_how(&prepared, &args.compute.engine);
    }
    let mut progress = Progress::new(args.out.quiet);
    let masked = match format {
        Format::Csv => write_csv(&mut prepared, &mut output, &mut progress)?,
        Format::Npy => write_npy(&mut prepared, &mut output, &mut progress)?,
    };
    let name = output.name().to_owned();
    output.commit()?;
    if !args.out.quiet {
        let quantity = inputs::quantity(&args.compute.quantity, &formula, grid.axes().len())?;
        let undefined = summary::undefined(&request, &quantity, masked, grid.cells() as u64, &mut progress)?;
        drop(progress);
        let (shape, planes) = (grid.shape_text(), prepared.names().join(", "));
        summary::warn_of_mismatch(&prepared);
        let recomputed = summary::recomputed(&prepared);
        eprintln!("{name}: {shape} cells of {planes}{undefined}{recomputed}, {:.2} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn format(args: &EvalArgs) -> Result<Format, Failure> {
    let extension = args.output.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match (args.format, extension.as_deref()) {
        (Some(format), _) => Ok(format),
        (None, Some("npy")) => Ok(Format::Npy),
        (None, Some("csv")) => Ok(Format::Csv),
        (None, Some("png")) => {
            Err(Failure::input("numbers are written as .npy or .csv; for a picture use `gradgrid plot`"))
        }
        (None, _) => Err(Failure::input(format_args!(
            "cannot tell the format of '{}' from its name; end it in .npy or .csv, or say --format npy or csv",
            args.output.display()
        ))),
    }
}

/// Writes the cells and returns how many have an undefined value, as the other writers do.
fn write_csv(prepared: &mut Prepared, output: &mut Output, progress: &mut Progress) -> Result<u64, Failure> {
    let grid = prepared.grid().clone();
    csv::write_header(output, &grid, &prepared.names())?;
    let (mut first, mut masked) = (0, 0);
    prepared.bands(progress, |band| {
        csv::write_cells(output, &grid, first, band)?;
        first += band.cells();
        masked += band.masked();
        Ok::<(), Failure>(())
    })?;
    Ok(masked)
}

/// Planes lie one after the other in the file, while a band has a part of each: a file is written in place, and a stream, which
/// cannot go back, plane by plane.
fn write_npy(prepared: &mut Prepared, output: &mut Output, progress: &mut Progress) -> Result<u64, Failure> {
    let planes = prepared.names().len();
    let (element, bytes) = match prepared.engine().samples(0) {
        Samples::F32(_) => (npy::Element::F32, 4),
        Samples::F64(_) => (npy::Element::F64, 8),
    };
    let mut shape = prepared.grid().shape();
    if planes > 1 {
        shape.insert(0, planes);
    }
    npy::write_header(output, element, &shape)?;
    let cells = prepared.grid().cells();
    let in_place = planes > 1 && output.is_seekable();
    let begin = if in_place { output.stream_position()? } else { 0 };
    let mut masked = 0;
    for pass in 0..if in_place { 1 } else { planes } {
        let mut first = 0;
        prepared.bands(progress, |band| {
            if pass == 0 {
                masked += band.masked();
            }
            if !in_place {
                return write_plane(output, band, pass);
            }
            for plane in 0..planes {
                let place = (plane * cells + first) as u64 * bytes;
                output.seek(SeekFrom::Start(begin + place))?;
                write_plane(output, band, plane)?;
            }
            first += band.cells();
            Ok(())
        })?;
    }
    Ok(masked)
}

fn write_plane(output: &mut impl Write, band: &Samples, plane: usize) -> Result<(), Failure> {
    match band {
        Samples::F32(planes) => npy::write_f32(output, &planes[plane])?,
        Samples::F64(planes) => npy::write_f64(output, &planes[plane])?,
    }
    Ok(())
}
