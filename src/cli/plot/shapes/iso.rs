//! `gradgrid plot f iso.png --iso 0.5`: level surfaces of a function or a volume, lit by their normals ∇f/‖∇f‖.
//!
//! One surface shows a colour on either side, so that an open one can be read: the first on the side that most of what is seen shows.
//! Of several, the one with the least area is opaque and the others are translucent, each in its own colour: of a colormap with
//! its bar where there are more levels than colours.

use crate::cli::args::{GridArgs, PlotArgs};
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::hold::{self, Hold};
use crate::cli::inputs::{self, Purpose};
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::Subject;
use crate::cli::surface::{extract, values, words};
use crate::cli::values;
use crate::color::Colormap;
use crate::figure::number::{decimal_from_f64, single};
use crate::figure::scene::Colour;
use crate::figure::space::{Bar, Camera, SpaceFigure, SpaceSpec, VIEW};
use crate::figure::{FigureAxis, PictureFormat, Theme, WriteFigure, palette};
use crate::io::output::Output;
use crate::quantity::Quantity;
use crate::surface::render::{Look, Shade, Sheet, Voxels, render};
use crate::surface::{Mesh, Surfaces};
use std::time::Instant;

/// Pixels across the picture without what stands beside the box, and most of them: it is held in memory.
const WIDTH: u32 = 900;
const WIDEST: u32 = 8192;
/// The same in inches, where their pixels are given.
const INCHES: f64 = 5.0;

/// Nodes along each axis, unless given: a cell is some five pixels wide then.
const NODES: u32 = 141;
/// Wider pictures have more of them, up to as many as take some seconds.
const MOST_NODES: u32 = 281;

/// The colours of the two sides of a single surface: steel blue, and sand.
const SIDES: [[u8; 3]; 2] = [[74, 134, 206], [238, 190, 120]];

/// How opaque a surface is that others lie in.
const TRANSLUCENT: f32 = 0.26;

pub(super) fn run(args: &PlotArgs, format: PictureFormat, text: &str, start: Instant) -> Result<(), Failure> {
    let levels = values::levels(text, "--iso")?;
    let view = view(args.shapes.view.as_deref())?;
    if !["magnitude", "value"].contains(&args.work.compute.quantity.as_str()) {
        return Err(Failure::input(format_args!(
            "--iso shows where f has a level; to colour the surface by {0}, write `--paint {0}`",
            args.work.compute.quantity
        )));
    }
    let width = width(args.picture.width, args.picture.dpi)?;
    let subject = subject(args, width)?;
    let quantity = args.shapes.paint.as_ref().map(|text| inputs::quantity(text, &subject.formula, 3)).transpose()?;
    let colormap = args.picture.colormap.as_deref().map(Colormap::from_name).transpose().map_err(Failure::input)?;
    let range = args.picture.range.as_deref().map(|text| values::extent(text, "--range")).transpose()?;
    let output = Output::create(&args.output, args.file.out.overwrite)?;
    let mut progress = Progress::new(args.file.out.quiet);
    let found = extract(&subject, &args.work.compute, &levels, args.file.out.quiet, &mut progress)?;
    drop(progress);
    found.check(&levels)?;
    let paint = quantity.map(|quantity| Paint::new(&subject, &quantity, &found, colormap, range)).transpose()?;
    let theme = if args.picture.dark { Theme::Dark } else { Theme::Light };
    // More levels than there are colours to tell apart are a scale.
    let scale = if levels.len() > palette::SERIES { ends(&levels) } else { None };
    let many = colormap.unwrap_or(Colormap::VIRIDIS);
    let colour = |level: usize| match scale {
        Some((low, high)) => many.sample((levels[level] - low) / (high - low)),
        None => palette::colour(Colour::Series(level), theme),
    };
    let title = || {
        let mut of = subject.heading(&args.formula.parameters);
        for axis in subject.grid().axes().iter().skip(3) {
            of = format!("{of},  {} = {}", axis.name(), axis.min());
        }
        if let [level] = levels.as_slice() { format!("{of},  surface f = {}", short(*level)) } else { of }
    };
    let title = args.picture.title.clone().unwrap_or_else(title);
    let names = levels.iter().enumerate().map(|(k, level)| (format!("f = {}", short(*level)), colour(k)));
    let axes = subject.grid().axes();
    let axis = |k: usize| FigureAxis {
        label: axes[k].name().to_owned(),
        min: axes[k].min().min(axes[k].max()),
        max: axes[k].min().max(axes[k].max()),
    };
    let mut figure = SpaceFigure::new(&SpaceSpec {
        size: (width, width),
        title: title.clone(),
        axes: [axis(0), axis(1), axis(2)],
        view,
        bar: match (&paint, scale) {
            (Some(paint), _) => Some(paint.bar.clone()),
            (None, Some(range)) => Some(Bar { label: "level of f".to_owned(), colormap: many, range }),
            _ => None,
        },
        legend: if paint.is_none() && scale.is_none() { names.collect() } else { Vec::new() },
        theme,
        bare: args.picture.bare,
        dpi: args.picture.dpi,
    })?;
    figure.add_image(image(&figure, &found.meshes, paint, &colour));
    let words = words(&args.file.provenance, &args.formula, text, (&subject, &args.work.compute.engine));
    let text = provenance::finished(&args.file.provenance, words, vec![("Title".to_owned(), title)]);
    let name = output.name().to_owned();
    figure.write(format, output, &text)?.commit()?;
    if !args.file.out.quiet {
        let (width, height) = figure.size();
        let triangles: usize = found.meshes.iter().map(|mesh| mesh.triangles.len()).sum();
        let undefined = match found.masked {
            0 => String::new(),
            masked => format!(", {masked} of {} nodes undefined", subject.grid().cells()),
        };
        let nowhere = levels.iter().zip(&found.meshes).filter(|(_, mesh)| mesh.is_empty());
        let nowhere: String = nowhere.map(|(level, _)| format!(", f is nowhere {level}")).collect();
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{name}: {width}×{height} pixels, {triangles} triangles{undefined}{nowhere}, {seconds:.2} s");
    }
    Ok(())
}

/// The lowest and the highest level.
fn ends(levels: &[f64]) -> Option<(f64, f64)> {
    let low = levels.iter().copied().min_by(f64::total_cmp)?;
    Some((low, levels.iter().copied().max_by(f64::total_cmp)?))
}

/// A level as it is written in a picture.
fn short(level: f64) -> String {
    single(decimal_from_f64(level))
}

/// Pixels across the box with its numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is not a width is refused")]
fn width(asked: Option<u32>, dpi: Option<f64>) -> Result<u32, Failure> {
    let width = asked.unwrap_or_else(|| dpi.map_or(WIDTH, |dpi| (INCHES * dpi) as u32));
    // A resolution that is none is told by the figure.
    match width {
        0 if asked.is_none() => Ok(1),
        1..=WIDEST => Ok(width),
        _ if asked.is_none() => Ok(WIDEST),
        _ => Err(Failure::input(format_args!("--width {width}: with --iso a picture is 1 to {WIDEST} pixels wide"))),
    }
}

/// A volume: the formula over three axes, or files.
fn subject(args: &PlotArgs, width: u32) -> Result<Subject<'_>, Failure> {
    let nodes = (width.saturating_mul(NODES) / WIDTH).clamp(NODES, MOST_NODES);
    let size = args.work.grid.size.clone().or_else(|| Some(nodes.to_string()));
    let files = Bare::find(&args.formula.formula, &args.work.arrays)?;
    let holds = Hold::read_all(&args.shapes.slice, "--slice")?;
    if files.is_some() || !args.work.arrays.with.is_empty() {
        if !holds.is_empty() {
            return Err(Failure::input("--iso takes a whole volume; --slice draws a plane of it"));
        }
        return Subject::new(files, &args.formula, &args.work.arrays, &args.work.grid, "value", Purpose::Numbers);
    }
    let grid = GridArgs { size, ..args.work.grid.clone() };
    let (formula, grid) = hold::of_formula(&args.formula, &grid, &holds, 3)?;
    Subject::new(None, &formula, &args.work.arrays, &grid, "value", Purpose::Numbers)
}

/// Azimuth and elevation.
fn view(text: Option<&str>) -> Result<(f64, f64), Failure> {
    let Some(text) = text else { return Ok(VIEW) };
    match values::numbers(text, "--view")?.as_slice() {
        &[azimuth, elevation] if (-90.0..=90.0).contains(&elevation) => Ok((azimuth, elevation)),
        _ => Err(Failure::input(format_args!(
            "--view {text}: write azimuth and elevation of the camera in degrees, as in -57,24; the elevation is -90 to 90"
        ))),
    }
}

/// The values at the vertices of each mesh, and what their colours mean.
struct Paint {
    values: Vec<Vec<f32>>,
    bar: Bar,
}

impl Paint {
    fn new(
        subject: &Subject<'_>,
        quantity: &Quantity,
        found: &Surfaces,
        colormap: Option<Colormap>,
        range: Option<(f64, f64)>,
    ) -> Result<Self, Failure> {
        let (label, all) = values(subject, quantity, found)?;
        let ends = |ends: (f64, f64), value: &f32| (ends.0.min(f64::from(*value)), ends.1.max(f64::from(*value)));
        let (low, high) = all.iter().filter(|value| value.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        if low > high {
            return Err(Failure::input(format_args!("{label} has no value anywhere on the surface")));
        }
        let signed = low < 0.0 && high > 0.0;
        let colormap = colormap.unwrap_or(if signed { Colormap::COOLWARM } else { Colormap::VIRIDIS });
        let reach = low.abs().max(high.abs());
        let range = range.unwrap_or(if colormap.is_diverging() { (-reach, reach) } else { (low, high) });
        let mut rest = all.as_slice();
        let values = found.meshes.iter().map(|mesh| {
            let (own, others) = rest.split_at(mesh.points.len());
            rest = others;
            own.to_vec()
        });
        Ok(Self { values: values.collect(), bar: Bar { label, colormap, range } })
    }
}

/// The picture of the meshes for the camera of the figure.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of the figure, colours")]
fn image(figure: &SpaceFigure, meshes: &[Mesh], paint: Option<Paint>, colour: &dyn Fn(usize) -> [u8; 3]) -> Vec<u8> {
    let (camera, room) = (figure.camera(), figure.room());
    let opaque = (0..meshes.len())
        .filter(|k| !meshes[*k].is_empty())
        .min_by(|a, b| meshes[*a].area().total_cmp(&meshes[*b].area()))
        .unwrap_or(0);
    let looks: Vec<Look> = match paint {
        Some(Paint { values, bar }) => {
            let range = (bar.range.0 as f32, bar.range.1 as f32);
            values.into_iter().map(|values| Look::mapped(values, range, bar.colormap)).collect()
        }
        None if meshes.len() == 1 => {
            let [first, second] = SIDES;
            vec![Look::Plain(if shows_higher_side(&meshes[0], camera) { [first, second] } else { [second, first] })]
        }
        None => (0..meshes.len()).map(|k| Look::Plain([colour(k); 2])).collect(),
    };
    let voxels = Voxels::new(camera, [&meshes[opaque]]);
    let shades: Vec<Shade> = meshes.iter().map(|mesh| voxels.shade(camera, mesh)).collect();
    let sheets = meshes.iter().zip(&looks).zip(&shades).enumerate();
    let sheets: Vec<Sheet<'_>> = sheets
        .map(|(k, ((mesh, look), shade))| Sheet {
            mesh,
            look,
            shade,
            opacity: if k == opaque { 1.0 } else { TRANSLUCENT },
        })
        .collect();
    let corner = (room.x as f64, room.y as f64);
    render(&sheets, camera, corner, (room.width as usize, room.height as usize))
}

/// Whether more of the side of higher values would be seen than of the other, if nothing hid anything.
fn shows_higher_side(mesh: &Mesh, camera: &Camera) -> bool {
    let seen = |triangle: &[u32; 3]| {
        let [a, b, c] = mesh.corners(*triangle).map(|corner| camera.see(corner));
        // y points down, so counter-clockwise has a negative area; what is nearer hides what is farther.
        let area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
        -area * (a.nearness + b.nearness + c.nearness).powi(4)
    };
    mesh.triangles.iter().map(seen).sum::<f64>() >= 0.0
}
