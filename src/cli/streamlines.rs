//! `gradgrid streamlines`: paths of steepest ascent or descent, in GeoJSON, CSV, NPZ or SVG.

use crate::cli::args::{Direction, SEPARATION, StreamlinesArgs};
use crate::cli::contour::{path_format, say_reference, sheet};
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::plot::stage::Stage;
use crate::cli::plot::streams::{frame, points, said};
use crate::cli::progress::Progress;
use crate::cli::provenance::{self, Beside, software};
use crate::cli::subject::Subject;
use crate::cli::summary::say_notes;
use crate::cli::timing;
use crate::cli::values;
use crate::figure::ink::Tone;
use crate::figure::{Figure, FigureAxis, FigureSpec, Theme, View};
use crate::flow::{End, StreamOptions, Streamline, lines_through, streamlines};
use crate::grid::Axis;
use crate::io::output::Output;
use crate::io::paths::{Format, Path, Sheet};
use crate::io::provenance::Words;
use crate::picture::PictureError;
use crate::probe::Probe;
use crate::probe::lattice::kept;
use crate::tile::watch::Watch;
use std::time::Instant;

pub(crate) fn run(args: &StreamlinesArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let format = path_format(args.format, &args.output)?;
    if args.work.compute.quantity != "value" {
        return Err(Failure::input(
            "streamlines follow the gradient of the function itself; write what they shall follow as the formula",
        ));
    }
    if args.work.compute.compare.is_some() {
        return Err(Failure::input(
            "--compare would do nothing: lines follow one gradient; write a file for each method",
        ));
    }
    let usual = points(SEPARATION, "--separation")?;
    let separation = match &args.density {
        Some(text) => match values::number(text, "--density")? {
            density if density > 0.0 => usual / density,
            _ => {
                return Err(Failure::input(format_args!(
                    "--density {text}: write how many times as dense as usual, such as 2 or 0.5"
                )));
            }
        },
        None => points(&args.separation, "--separation")?,
    };
    let through = args.from.iter().map(|text| point(text)).collect::<Result<Vec<_>, _>>()?;
    let subject = Subject::read(&args.formula, &args.work, Purpose::Picture)?;
    if subject.arrays.all.is_empty() && args.work.compute.method != "exact" {
        return Err(Failure::input("--method would do nothing: lines follow the exact gradient of a formula"));
    }
    let mut sheet = sheet(&subject);
    let view = view(&subject, &sheet)?;
    let mut output = Output::create(&args.output, args.file.out.overwrite)?;
    let beside = Beside::unless_told(&args.file, &args.output, &output, format != Format::Csv)?;
    if !args.file.out.quiet {
        say_notes(&subject.request(&args.work.compute)?.1);
    }
    let mut progress = Progress::counting(args.file.out.quiet, "places");
    let mut stage = Stage {
        subject: &subject,
        compute: &args.work.compute,
        view,
        tone: Tone::Dark,
        theme: Theme::Light,
        level_sets: None,
        words: Vec::new(),
        watch: &mut progress,
    };
    let probe = stage.probe()?;
    let frame = frame(&view, subject.grid().axes());
    let spacing = separation * view.point();
    let lines = if through.is_empty() {
        let found = streamlines(&probe, &frame, &StreamOptions::new(spacing), &mut progress);
        found.map_err(|error| said(error, &view))?
    } else {
        let found = lines_through(&probe, &frame, spacing, &through).map_err(|error| said(error, &view))?;
        let begun = found.into_iter().zip(&args.from).map(|(line, point)| {
            line.ok_or_else(|| {
                Failure::input(format_args!(
                    "--from {point}: no line begins there; the point lies outside of the grid, or the function is not defined or flat"
                ))
            })
        });
        begun.collect::<Result<_, _>>()?
    };
    if lines.is_empty() && !args.file.out.quiet && is_undefined(&probe, subject.grid().axes()) {
        eprintln!("note: there are no lines, as the function is nowhere defined");
    }
    let followed = start.elapsed();
    sheet.words = provenance::finished(&args.file.provenance, words(args, &subject), Vec::new());
    let said_lines = described(&lines);
    let paths = paths(lines, args.direction);
    progress.advance(0)?;
    format.write(&mut output, &paths, &sheet)?;
    let (name, written) = (output.name().to_owned(), output.spent());
    output.commit()?;
    beside.write_words(&args.output, "csv", &sheet.words)?;
    drop(progress);
    if !args.file.out.quiet {
        say_reference(format, &subject, sheet.epsg);
        eprintln!("{name}: {said_lines}, {:.2} s", start.elapsed().as_secs_f64());
    }
    if args.file.timing {
        timing::print_stage("follow lines", followed);
        timing::print_whole(start, Some(written));
    }
    Ok(())
}

/// Whether f has no value at nodes all over the grid, at most 256 along each axis.
fn is_undefined(probe: &Probe, axes: &[Axis]) -> bool {
    const LOOKS: usize = 256;
    let nodes = |axis: &Axis| -> Vec<f64> {
        kept(axis.len(), axis.len().div_ceil(LOOKS)).map(|index| axis.world_from_index(index)).collect()
    };
    let [x, y] = [0, 1].map(|axis| axes.get(axis).map_or(Vec::new(), nodes));
    y.iter().all(|&y| probe.values(&[x.clone(), vec![y; x.len()]]).iter().all(|value| value.is_nan()))
}

/// Two numbers.
fn point(text: &str) -> Result<[f64; 2], Failure> {
    let numbers = values::numbers(text, "--from")?;
    numbers.try_into().map_err(|numbers: Vec<f64>| {
        Failure::input(format_args!(
            "--from {text}: write the two coordinates of a point, as in 1,2, not {}",
            numbers.len()
        ))
    })
}

/// The picture that `gradgrid plot` would draw of the grid.
fn view(subject: &Subject<'_>, sheet: &Sheet) -> Result<View, Failure> {
    let axes = subject.grid().axes();
    let side = |axis: usize| {
        let len = axes.get(axis).map_or(1, |axis| axis.len());
        u32::try_from(len).map_err(|_| Failure::from(PictureError::Side(len)))
    };
    let axis = |(min, max): (f64, f64)| FigureAxis { label: String::new(), min, max };
    let (width, height) = (side(0)?, side(1)?);
    let spec = FigureSpec { x: axis(sheet.x), y: axis(sheet.y), ..FigureSpec::new(width, height) };
    Ok(Figure::new(spec).map_err(PictureError::from)?.view())
}

fn paths(lines: Vec<Streamline>, direction: Direction) -> Vec<Path> {
    let path = |mut line: Streamline| {
        if direction == Direction::Descent {
            line.points.reverse();
        }
        Path { points: line.points, ..Path::default() }
    };
    lines.into_iter().map(path).collect()
}

/// What made the lines.
fn words(args: &StreamlinesArgs, subject: &Subject<'_>) -> Words {
    let way = match args.direction {
        Direction::Ascent => "streamlines of ∇f",
        Direction::Descent => "streamlines of −∇f",
    };
    if args.file.provenance.no_provenance {
        return vec![software()];
    }
    // A formula is followed in f64, whatever the engine; arrays are differenced by it.
    let double = subject.arrays.all.is_empty() || ["f64", "gpu64"].contains(&args.work.compute.engine.as_str());
    let mut text = vec![
        software(),
        ("Formula".to_owned(), args.formula.formula.clone()),
        ("Quantity".to_owned(), way.to_owned()),
        ("Arithmetic".to_owned(), if double { "f64" } else { "f32" }.to_owned()),
    ];
    text.extend(provenance::subject(&args.formula, subject, subject.grid()));
    text
}

/// `12 lines, 345 points; 3 ends at critical points`.
fn described(lines: &[Streamline]) -> String {
    let points: usize = lines.iter().map(|line| line.points.len()).sum();
    let ends = |end: End| lines.iter().flat_map(|line| [line.low, line.high]).filter(|found| *found == end).count();
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text = format!("{}, {}", plural(lines.len(), "line"), plural(points, "point"));
    for (end, place) in [(End::Critical, "at critical points"), (End::Masked, "where f is not defined")] {
        if ends(end) > 0 {
            text = format!("{text}, {} {place}", plural(ends(end), "end"));
        }
    }
    text
}
