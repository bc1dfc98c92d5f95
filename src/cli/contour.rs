//! `gradgrid contour`: level sets as lines, in GeoJSON, CSV, NPZ or SVG.

use crate::cli::args::{ComputeArgs, ContourArgs, PathFormat};
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::progress::Progress;
use crate::cli::provenance::{self, Beside};
use crate::cli::subject::Subject;
use crate::cli::summary::{self, say_how, say_notes};
use crate::cli::timing;
use crate::contour::levels::{LevelError, Levels, every};
use crate::contour::{Surface, trace};
use crate::engine::EngineChoice;
use crate::grid::Axis;
use crate::io::csv::Short;
use crate::io::georef::{GeoReference, Unit};
use crate::io::output::Output;
use crate::io::paths::{Format, Path, Sheet};
use crate::probe::Probe;
use crate::quantity::Quantity;
use crate::request::Request;
use crate::tile::watch::Watch;
use std::time::Instant;

/// Levels unless any are asked for.
const LEVELS: usize = 10;

impl From<LevelError> for Failure {
    fn from(error: LevelError) -> Self {
        Self::input(error)
    }
}

pub(crate) fn run(args: &ContourArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let format = path_format(args.format, &args.output)?;
    let levels = levels(args)?;
    let subject = Subject::read(&args.formula, &args.work, Purpose::Picture)?;
    if args.normals && format == Format::Svg {
        return Err(Failure::input("--normals are numbers, which .svg does not hold; write .geojson, .csv or .npz"));
    }
    let (request, notes) = subject.request(&args.work.compute)?;
    let surface = surface(&subject, &request)?;
    let request = precise(request, &args.work.compute, surface.is_some());
    if subject.grid().axes().iter().take(2).any(|axis| axis.len() < 2) {
        return Err(Failure::input("contours need a plane: two axes of more than one node"));
    }
    let mut output = Output::create(&args.output, args.file.out.overwrite)?;
    let beside = Beside::unless_told(&args.file, &args.output, &output, format != Format::Csv)?;
    let mut prepared = subject.prepare(&request)?;
    if let [_, _, ..] = prepared.names().as_slice() {
        return Err(Failure::input(format_args!(
            "{} has {} values per cell, and lines follow one; ask for value, magnitude, partial:x or another single one",
            args.work.compute.quantity,
            prepared.names().len()
        )));
    }
    if !args.file.out.quiet {
        say_notes(&notes);
        say_how(&prepared, &args.work.compute.engine);
    }
    let mut progress = Progress::new(args.file.out.quiet);
    let range = if levels.need_range() { prepared.range(0, &mut progress)?.extremes() } else { None };
    let (low, high) = range.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
    let levels = levels.within(low, high)?;
    let surface = surface.as_ref().map(|probe| probe as &dyn Surface);
    let paths = trace(&mut prepared, &levels, surface, args.normals, &mut progress)?;
    let mut sheet = sheet(&subject);
    let words = provenance::words(&args.file.provenance, &args.formula, &args.work.compute, &subject, &prepared);
    sheet.words = provenance::finished(&args.file.provenance, words, Vec::new());
    progress.advance(0)?;
    format.write(&mut output, &paths, &sheet)?;
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    beside.write_words(&args.output, "csv", &sheet.words)?;
    drop(progress);
    if !args.file.out.quiet {
        summary::warn_of_mismatch(&prepared);
        say_reference(format, &subject, sheet.epsg);
        let what = described(&paths, &levels, range);
        let recomputed = summary::recomputed(&prepared);
        eprintln!("{name}: {what}{recomputed}, {:.2} s", start.elapsed().as_secs_f64());
    }
    if args.file.timing {
        timing::print(start, &prepared, Some(written));
    }
    Ok(())
}

/// The format that the name or the option tells.
pub(crate) fn path_format(asked: Option<PathFormat>, output: &std::path::Path) -> Result<Format, Failure> {
    let told = output.extension().and_then(|extension| extension.to_str()).and_then(Format::of_extension);
    match asked {
        Some(PathFormat::Geojson) => Ok(Format::GeoJson),
        Some(PathFormat::Csv) => Ok(Format::Csv),
        Some(PathFormat::Npz) => Ok(Format::Npz),
        Some(PathFormat::Svg) => Ok(Format::Svg),
        None => told.ok_or_else(|| {
            Failure::input(format_args!(
                "cannot tell the format of '{}' from its name; end it in .geojson, .csv, .npz or .svg, or say --format geojson, csv, npz or svg",
                output.display()
            ))
        }),
    }
}

fn levels(args: &ContourArgs) -> Result<Levels, Failure> {
    Ok(match (&args.level, &args.every, args.levels) {
        (Some(list), ..) => Levels::list(list)?,
        (_, Some(step), _) => every(step)?,
        (.., Some(0)) => return Err(Failure::input("--levels 0: ask for at least one level")),
        (.., count) => Levels::Count(count.unwrap_or(LEVELS)),
    })
}

/// The function itself, where what is asked for is an exact quantity of a formula.
pub(crate) fn surface(subject: &Subject<'_>, request: &Request<'_>) -> Result<Option<Probe>, Failure> {
    let held: Vec<f64> = subject.grid().axes().iter().skip(2).map(Axis::min).collect();
    match &subject.quantity {
        _ if !subject.arrays.all.is_empty() || !request.is_exact() => Ok(None),
        Quantity::Value => Ok(Some(Probe::new(&subject.formula, 2, &held)?)),
        // Where the derivatives that normals need are too much, lines are interpolated.
        quantity @ (Quantity::Partial(_) | Quantity::Magnitude | Quantity::Directional(_) | Quantity::Laplacian) => {
            Ok(Probe::of_quantity(&subject.formula, quantity, 2, &held).ok())
        }
        _ => Ok(None),
    }
}

/// A function is followed in double precision unless an engine is asked for: its lines are known better than single precision tells.
pub(crate) fn precise<'a>(request: Request<'a>, compute: &ComputeArgs, function: bool) -> Request<'a> {
    if function && compute.engine == "auto" { request.engine(EngineChoice::F64) } else { request }
}

/// Where the lines lie.
pub(crate) fn sheet(subject: &Subject<'_>) -> Sheet {
    let axes = subject.grid().axes();
    let ends = |axis: usize| axes.get(axis).map_or((0.0, 0.0), |axis| (axis.min(), axis.max()));
    let (x, y) = (ends(0), ends(1));
    let on_top = subject.place.as_ref().is_some_and(|place| place.first_row_on_top);
    let name = |axis: usize, other: &str| axes.get(axis).map_or(other, Axis::name).to_owned();
    let georef = subject.place.as_ref().and_then(|place| place.georef.as_ref());
    Sheet {
        names: [name(0, "x"), name(1, "y")],
        x,
        y: if on_top { (y.1, y.0) } else { y },
        epsg: georef.and_then(GeoReference::epsg),
        words: Vec::new(),
    }
}

/// Says what a reader of GeoJSON will wonder about.
pub(crate) fn say_reference(format: Format, subject: &Subject<'_>, epsg: Option<u16>) {
    let georef = subject.place.as_ref().and_then(|place| place.georef.as_ref());
    if format != Format::GeoJson || georef.is_none_or(|georef| georef.unit == Unit::Degrees) {
        return;
    }
    let system = epsg.map_or("the file's own system".to_owned(), |code| format!("EPSG:{code}"));
    eprintln!(
        "note: coordinates are in {system}, while RFC 7946 wants degrees on WGS 84; ogr2ogr -t_srs EPSG:4326 turns them"
    );
}

/// `12 lines at 3 levels (1 to 9), 345 points`.
fn described(paths: &[Path], levels: &[f64], range: Option<(f64, f64)>) -> String {
    let points: usize = paths.iter().map(|path| path.points.len()).sum();
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let ends = match levels {
        [] => String::new(),
        [one] => format!(" ({})", Short(*one)),
        [first, .., last] => format!(" ({} to {})", Short(*first), Short(*last)),
    };
    let values = range.map_or(String::new(), |(low, high)| format!(", values {} to {}", Short(low), Short(high)));
    let (lines, levels) = (plural(paths.len(), "line"), plural(levels.len(), "level"));
    format!("{lines} at {levels}{ends}, {}{values}", plural(points, "point"))
}
