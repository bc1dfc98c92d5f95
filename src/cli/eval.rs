//! `gradgrid eval`: a quantity as numbers, in NPY, CSV, raw bytes, 16-bit grey, or one of the formats of `rasters`.

mod rasters;

use crate::cli::args::{EvalArgs, Format};
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::progress::Progress;
use crate::cli::provenance::{self, Beside};
use crate::cli::subject::Subject;
use crate::cli::summary::{self, say_how, say_notes};
use crate::cli::timing;
use crate::cli::values;
use crate::field::Samples;
use crate::io::npy::Element;
use crate::io::output::Output;
use crate::io::provenance::compact;
use crate::io::{csv, npy, raw};
use crate::picture::write_grey_png;
use crate::quantity::Quantity;
use crate::request::Prepared;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

pub(crate) fn run(args: &EvalArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let format = format(args)?;
    let subject = Subject::read(&args.formula, &args.work, Purpose::Numbers)?;
    let grid = subject.grid();
    if args.uncompressed && format != Format::Tif {
        return Err(Failure::input("--uncompressed is for .tif files"));
    }
    if args.cog && format != Format::Tif {
        return Err(Failure::input("--cog is for .tif files"));
    }
    if format == Format::Csv && grid.cells() > csv::MOST_CELLS {
        return Err(Failure::input(format_args!(
            "{} cells are too many for CSV, which holds up to {}; write .npy instead",
            grid.cells(),
            csv::MOST_CELLS
        )));
    }
    let range = range(args, format)?;
    let (request, notes) = subject.request(&args.work.compute)?;
    // The summary has the reasons, and nobody hears it when quiet.
    let request = request.reasons(!args.file.out.quiet && format != Format::Png16);
    let mut output = Output::create(&args.output, args.file.out.overwrite)?;
    // Raw numbers say nothing without it.
    let beside = if format == Format::Raw {
        Beside::open(&args.output, &output, args.file.out.overwrite)?
    } else {
        Beside::unless_told(&args.file, &args.output, &output, !matches!(format, Format::Npy | Format::Csv))?
    };
    let mut prepared = subject.prepare(&request)?;
    fits_name(&args.output, &prepared)?;
    if !args.file.out.quiet {
        say_notes(&notes);
        say_how(&prepared, &args.work.compute.engine);
    }
    let words = provenance::words(&args.file.provenance, &args.formula, &args.work.compute, &subject, &prepared);
    let words = provenance::finished(&args.file.provenance, words, Vec::new());
    let mut progress = Progress::new(args.file.out.quiet);
    let mut mapping = String::new();
    let masked = match format {
        Format::Csv => write_csv(&mut prepared, &mut output, &mut progress)?,
        Format::Npy => {
            npy::write_header(&mut output, element(&prepared), &shape(&prepared))?;
            write_planes(&mut prepared, &mut output, &mut progress)?
        }
        Format::Raw => write_planes(&mut prepared, &mut output, &mut progress)?,
        Format::Png16 => {
            let (low_high, masked) =
                write_grey(&mut prepared, &subject.quantity, range, &words, &mut output, &mut progress)?;
            mapping = format!(", 1 to 65535 for {:?} to {:?}", low_high.0, low_high.1);
            masked
        }
        Format::Tif | Format::Exr | Format::Vti => {
            rasters::write(&mut prepared, &subject, (format, args), &compact(&words), &mut output, &mut progress)?
        }
    };
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    let grid = prepared.grid();
    match format {
        Format::Csv => beside.write_words(&args.output, "csv", &words)?,
        _ => beside.write(|| {
            let (file, names) = (args.output.file_name().unwrap_or_default().to_string_lossy(), prepared.names());
            match format {
                Format::Npy => raw::npy_description(&file, grid, &names, &words),
                _ => raw::description(&file, element(&prepared), grid, &names, &words),
            }
        })?,
    }
    if !args.file.out.quiet {
        let cells = grid.cells() as u64;
        let undefined = match prepared.reasons() {
            Some(counts) => summary::because(masked, cells, counts),
            None => summary::undefined(&subject, &request, masked, cells, &mut progress)?,
        };
        drop(progress);
        let (shape, planes) = (grid.shape_text(), prepared.names().join(", "));
        summary::warn_of_mismatch(&prepared);
        let recomputed = summary::recomputed(&prepared) + summary::mathematics(&prepared);
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{name}: {shape} cells of {planes}{mapping}{undefined}{recomputed}, {seconds:.2} s");
    }
    if args.file.timing {
        timing::print(start, &prepared, Some(written));
    }
    Ok(())
}

fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase)
}

fn format(args: &EvalArgs) -> Result<Format, Failure> {
    match (args.format, extension(&args.output).as_deref()) {
        (Some(format), _) => Ok(format),
        (None, Some("npy")) => Ok(Format::Npy),
        (None, Some("csv")) => Ok(Format::Csv),
        (None, Some("tif" | "tiff")) => Ok(Format::Tif),
        (None, Some("exr")) => Ok(Format::Exr),
        (None, Some("vti")) => Ok(Format::Vti),
        (None, Some("raw" | "bin" | "f32" | "f64")) => Ok(Format::Raw),
        // Whoever writes `eval … f.png` may want either, so neither is guessed.
        (None, Some("png")) => Err(Failure::input(
            "for a coloured picture use `gradgrid plot`; for the numbers as 16-bit grey add `--format png16`",
        )),
        (None, _) => Err(Failure::input(format_args!(
            "cannot tell the format of '{}' from its name; end it in .npy, .csv, .tif, .exr, .vti or .raw, or say --format npy, csv, tif, exr, vti, raw or png16",
            args.output.display()
        ))),
    }
}

fn range(args: &EvalArgs, format: Format) -> Result<Option<(f64, f64)>, Failure> {
    let Some(text) = &args.range else { return Ok(None) };
    if format != Format::Png16 {
        return Err(Failure::input(
            "--range maps values to grey, so it goes with --format png16; other formats hold the values",
        ));
    }
    let (low, high) = values::extent(text, "--range")?;
    if low < high {
        Ok(Some((low, high)))
    } else {
        Err(Failure::input(format_args!("--range {text}: the low end comes first")))
    }
}

/// A name that promises a number type must get it.
fn fits_name(path: &Path, prepared: &Prepared) -> Result<(), Failure> {
    let arithmetic = prepared.engine().arithmetic();
    match extension(path).as_deref() {
        Some(name @ ("f32" | "f64")) if name != arithmetic => Err(Failure::input(format_args!(
            "the {} engine computes in {arithmetic}, which a name in .{name} would belie; end it in .{arithmetic} or .raw",
            prepared.engine()
        ))),
        _ => Ok(()),
    }
}

/// The type of the numbers.
fn element(prepared: &Prepared) -> Element {
    Element::of(&prepared.engine().samples(0))
}

/// Slowest axis first, the planes in front where there are several.
fn shape(prepared: &Prepared) -> Vec<usize> {
    let mut shape = prepared.grid().shape();
    let planes = prepared.names().len();
    if planes > 1 {
        shape.insert(0, planes);
    }
    shape
}

fn write_grey(
    prepared: &mut Prepared,
    quantity: &Quantity,
    range: Option<(f64, f64)>,
    text: &[(String, String)],
    output: &mut Output,
    progress: &mut Progress,
) -> Result<((f64, f64), u64), Failure> {
    let (_, summary) = write_grey_png(prepared, quantity, range, text, output, progress)?;
    Ok((summary.range, summary.masked))
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
fn write_planes(prepared: &mut Prepared, output: &mut Output, progress: &mut Progress) -> Result<u64, Failure> {
    let planes = prepared.names().len();
    let bytes = match element(prepared) {
        Element::F32 => 4,
        Element::F64 => 8,
    };
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
