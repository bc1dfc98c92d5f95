//! Where the cells of arrays lie: extents and spacing as asked for, else the file's georeference, else the index.
//!
//! | source | x | y of row 0 | pictures |
//! |---|---|---|---|
//! | `--x`, `--y`, `--z` | from one end to the other, or the numbers of a 1-D file | the first end | as below |
//! | `--spacing` | 0, dx, 2dx … | 0; dy < 0 makes row 0 the northernmost | row 0 below, or on top if dy < 0 |
//! | georeference | centres of cells | of the file: north first as a rule | row 0 on top if y descends |
//! | pictures without one | 0, 1, 2 … | 0; for terrain, rows run southward from 0 | row 0 on top |
//! | other arrays | 0, 1, 2 … | 0 | row 0 below, as of functions |
//!
//! For terrain, distances on the ground are measured in the unit of heights: degrees become metres on WGS 84 row by row, and feet and
//! metres are told apart where the file says so.

use crate::cli::args::{ArrayArgs, GridArgs};
use crate::cli::arrays::Arrays;
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::values;
use crate::grid::earth::{are_latitudes, metres_per_degree};
use crate::grid::{Axis, Grid};
use crate::io::georef::{GeoReference, Unit};
use crate::io::read::{ReadOptions, open};
use crate::method::{Metric, Relief};
use std::path::Path;

/// Cells of two files lie at the same place if they are apart by less than this share of a cell: transforms are written in decimals, and
/// a difference that matters is a cell or half of one.
const SAME_PLACE: f64 = 1e-3;

/// The grid of arrays, and how it is shown and written.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) grid: Grid,
    /// The file's own place, where the grid is that.
    pub(crate) georef: Option<GeoReference>,
    /// Whether pictures have the first row on top.
    pub(crate) first_row_on_top: bool,
    /// Whether the distances are the user's or the file's, and no mere indices.
    measured: bool,
}

impl Place {
    /// The place of a slice of what lies here.
    pub(crate) fn of_slice(&self, grid: Grid) -> Self {
        let descends = grid.axes().get(1).is_some_and(|axis| axis.spacing() < 0.0);
        Self { grid, georef: None, first_row_on_top: descends, measured: self.measured }
    }
}

/// The place of `arrays`, which are not none, with these variables along the axes.
pub(crate) fn place(
    arrays: &Arrays,
    args: &ArrayArgs,
    grid: &GridArgs,
    variables: &[String],
    terrain: bool,
) -> Result<Place, Failure> {
    let sizes: Vec<usize> = arrays.shape().unwrap_or(&[]).iter().rev().copied().collect();
    if sizes.len() > variables.len() {
        return Err(Failure::input(format_args!(
            "the arrays have {} axes, and there are {} variables; name more with --vars",
            sizes.len(),
            variables.len()
        )));
    }
    check_size(grid.size.as_deref(), &sizes)?;
    let given = inputs::extents(grid, variables)?;
    if let Some((name, _, what)) = given.iter().find(|(place, ..)| *place >= sizes.len()) {
        let name = &variables[*name];
        return Err(Failure::input(format_args!(
            "{what}: the arrays have {} axes and none along `{name}`",
            sizes.len()
        )));
    }
    let georef = if args.spacing.is_none() && given.is_empty() { georef(arrays)? } else { None };
    let picture = arrays.all.iter().all(|array| is_picture(array.header.format)) && sizes.len() == 2;
    if let Some(georef) = georef {
        let named = named(&georef.grid(sizes[0], sizes[1]).map_err(Failure::input)?, variables)?;
        let first_row_on_top = named.axes()[1].spacing() < 0.0;
        return Ok(Place { grid: named, georef: Some(georef), first_row_on_top, measured: true });
    }
    let mut spacing = spacing(args.spacing.as_deref(), sizes.len())?;
    if picture && terrain {
        spacing[1] = -spacing[1].abs();
    }
    let axis = |axis: usize| -> Result<Axis, Failure> {
        let (name, len) = (variables[axis].as_str(), sizes[axis]);
        match given.iter().find(|(place, ..)| *place == axis) {
            Some((_, text, what)) => extent(name, text, what, len),
            None => Axis::new(name, 0.0, spacing[axis] * (len - 1) as f64, len).map_err(Failure::input),
        }
    };
    let axes = (0..sizes.len()).map(axis).collect::<Result<Vec<Axis>, Failure>>()?;
    let grid = Grid::new(axes).map_err(Failure::input)?;
    let descends = grid.axes().get(1).is_some_and(|axis| axis.spacing() < 0.0);
    let measured = args.spacing.is_some() || !given.is_empty();
    Ok(Place { grid, georef: None, first_row_on_top: picture || descends, measured })
}

/// Formats of pictures, whose first row is the top one.
fn is_picture(format: &str) -> bool {
    ["PNG", "JPEG", "WebP", "EXR", "TIFF"].contains(&format)
}

fn check_size(size: Option<&str>, sizes: &[usize]) -> Result<(), Failure> {
    let Some(text) = size else { return Ok(()) };
    let asked: Vec<Option<usize>> = text.split(['x', 'X', '×', ',']).map(|part| part.trim().parse().ok()).collect();
    if asked.iter().copied().eq(sizes.iter().copied().map(Some)) {
        return Ok(());
    }
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    Err(Failure::input(format_args!("--size {text}: the arrays have {} cells; leave --size out", sizes.join("×"))))
}

/// The georeference of the first file that has one; others must lie at the same place.
fn georef(arrays: &Arrays) -> Result<Option<GeoReference>, Failure> {
    let mut located = arrays.all.iter().filter_map(|array| Some((array, array.header.georef.as_ref()?)));
    let Some((first, place)) = located.next() else { return Ok(None) };
    let [dx, dy] = place.cell_size().map(f64::abs);
    let scale = [dx, dx, dx, dy, dy, dy];
    for (array, other) in located {
        let differs = |k: usize| (place.transform[k] - other.transform[k]).abs() > SAME_PLACE * scale[k];
        // A difference of the cell size adds up over the cells.
        if (0..6).any(differs) {
            return Err(Failure::input(format_args!(
                "{} and {} lie at different places (corners at {}, {} and {}, {}); warp one onto the other (gdalwarp), or give --spacing",
                first.file_name(),
                array.file_name(),
                place.transform[0],
                place.transform[3],
                other.transform[0],
                other.transform[3]
            )));
        }
    }
    Ok(Some(place.clone()))
}

/// The same grid with axes of these names.
fn named(grid: &Grid, variables: &[String]) -> Result<Grid, Failure> {
    let axes = grid
        .axes()
        .iter()
        .zip(variables)
        .map(|(axis, name)| Axis::new(name.as_str(), axis.min(), axis.max(), axis.len()));
    Grid::new(axes.collect::<Result<_, _>>().map_err(Failure::input)?).map_err(Failure::input)
}

/// One number for all axes or one for each, x first.
fn spacing(text: Option<&str>, axes: usize) -> Result<Vec<f64>, Failure> {
    let Some(text) = text else { return Ok(vec![1.0; axes]) };
    let numbers = values::numbers(text, "--spacing")?;
    if numbers.contains(&0.0) {
        return Err(Failure::input(format_args!("--spacing {text}: neighbours cannot be 0 apart")));
    }
    match numbers.as_slice() {
        [one] => Ok(vec![*one; axes]),
        _ if numbers.len() == axes => Ok(numbers),
        _ => Err(Failure::input(format_args!(
            "--spacing {text}: the arrays have {axes} axes; give one number for all, or one for each, x first"
        ))),
    }
}

/// An axis from end to end, or with the numbers of a file of one axis.
fn extent(name: &str, text: &str, what: &str, len: usize) -> Result<Axis, Failure> {
    if Path::new(text).is_file() {
        let mut reader = open(Path::new(text), &ReadOptions::default()).map_err(Failure::input)?;
        if reader.header().shape != [len] {
            let sizes: Vec<String> = reader.header().shape.iter().map(ToString::to_string).collect();
            return Err(Failure::input(format_args!(
                "{what} {text}: the file has {} numbers, and the axis has {len} nodes",
                sizes.join("×")
            )));
        }
        let mut nodes = Vec::new();
        reader.read_rows_f64(0..1, &mut nodes).map_err(Failure::input)?;
        return Axis::from_nodes(name, &nodes).map_err(Failure::input);
    }
    let (min, max) = values::extent(text, what)?;
    Axis::new(name, min, max, len).map_err(Failure::input)
}

/// How heights and distances relate, and what the user should know about it.
pub(crate) fn relief(arrays: &Arrays, place: &Place, z_factor: f64) -> (Relief, Option<String>) {
    let plain = |note: Option<String>| (Relief { z_factor, metric: Vec::new() }, note);
    let Some(georef) = &place.georef else {
        let named = arrays.all.first().map_or(String::new(), |array| array.file_name());
        let note = format!(
            "warning: {named} does not say where its cells lie, so they are taken to be 1 apart, in the unit of heights; give --spacing"
        );
        return plain((!place.measured).then_some(note));
    };
    let heights = georef.keys.as_ref().map_or(Unit::Unknown, |keys| keys.vertical_unit());
    match (georef.unit, heights.metres()) {
        (Unit::Degrees, height) => {
            let latitudes = place.grid.axes()[1].table();
            let ends = (place.grid.axes()[1].min(), place.grid.axes()[1].max());
            if !are_latitudes(ends.0, ends.1) {
                let note = format!(
                    "warning: the reference system is geographic, but {} to {} are no latitudes; distances are taken in the unit of heights",
                    ends.0, ends.1
                );
                return plain(Some(note));
            }
            let (along, up): (Vec<f64>, Vec<f64>) = latitudes
                .into_iter()
                .map(metres_per_degree)
                .map(|(along, up)| (along / height.unwrap_or(1.0), up / height.unwrap_or(1.0)))
                .unzip();
            (Relief { z_factor, metric: vec![Metric::Along(1, along), Metric::Along(1, up)] }, None)
        }
        (Unit::Unknown, _) => plain(Some(
            "warning: the file does not say in which unit its coordinates are; they are taken to be in the unit of heights; give \
             --spacing or --z-factor if they are not"
                .to_owned(),
        )),
        (unit, Some(height)) => {
            let ratio = unit.metres().unwrap_or(1.0) / height;
            let metric = if ratio == 1.0 { Vec::new() } else { vec![Metric::Even(ratio), Metric::Even(ratio)] };
            (Relief { z_factor, metric }, None)
        }
        (Unit::Feet | Unit::SurveyFeet, None) => plain((z_factor == 1.0).then(|| {
            "warning: the coordinates are in feet, and heights are taken to be in feet too; give --z-factor 3.28084 if they are metres"
                .to_owned()
        })),
        (Unit::Metres, None) => plain(None),
    }
}

/// The transform of a grid of formulas or of asked-for extents, if it is even: cells around nodes.
pub(crate) fn transform(grid: &Grid) -> Option<GeoReference> {
    let [x, y] = grid.axes() else { return None };
    let step = |axis: &Axis| if axis.len() == 1 { 1.0 } else { axis.spacing() };
    let (dx, dy) = (step(x), step(y));
    let corner = |axis: &Axis, step: f64| axis.min() - 0.5 * step;
    (x.is_even() && y.is_even()).then(|| GeoReference::unknown([corner(x, dx), dx, 0.0, corner(y, dy), 0.0, dy]))
}

/// What is written along the axes of a picture.
pub(crate) fn labels(place: &Place) -> Option<[String; 2]> {
    let georef = place.georef.as_ref()?;
    let name = |axis: usize| place.grid.axes()[axis].name();
    Some(match georef.unit {
        Unit::Degrees => ["longitude in degrees".to_owned(), "latitude in degrees".to_owned()],
        Unit::Metres => [0, 1].map(|axis| format!("{} in m", name(axis))),
        Unit::Feet | Unit::SurveyFeet => [0, 1].map(|axis| format!("{} in ft", name(axis))),
        Unit::Unknown => return None,
    })
}
