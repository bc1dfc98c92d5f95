//! From arguments to the things they name: formula, grid, quantity, methods.

use crate::cli::args::{ComputeArgs, FormulaArgs, GridArgs};
use crate::cli::arrays::known_extension;
use crate::cli::failure::Failure;
use crate::cli::values::{extent, memory, number};
use crate::engine::{EngineChoice, Verify};
use crate::expr::formula::{Formula, constant};
use crate::expr::names::Names;
use crate::grid::{Axis, Grid};
use crate::math::Library;
use crate::method::Method;
use crate::quantity::Quantity;
use crate::request::Request;
use std::path::Path;

/// The extent of an axis that is not given.
const DEFAULT_EXTENT: (f64, f64) = (-5.0, 5.0);

/// What may stand between the numbers of a size.
const SIZE_SEPARATORS: [char; 4] = ['x', 'X', '×', ','];

/// Nodes along the longer side of a picture, unless given.
const PICTURE_NODES: usize = 900;

/// Nodes of an evaluation by its number of axes, unless given.
const EVAL_NODES: [usize; 4] = [1001, 501, 101, 33];

/// Reads the formula with its variables and parameters, for commands that take no arrays.
pub(crate) fn formula(args: &FormulaArgs) -> Result<Formula, Failure> {
    if known_extension(Path::new(&args.formula)) {
        return Err(Failure::input(format_args!(
            "'{}' is the name of a file, and this command takes formulas; for files there are plot, eval, stats, at, contour, streamlines, surface and batch",
            args.formula
        )));
    }
    formula_of(&args.formula, args, &[])
}

/// Reads `text` with the variables and parameters of `args`, and with arrays: names and numbers of axes.
pub(crate) fn formula_of(text: &str, args: &FormulaArgs, arrays: &[(String, usize)]) -> Result<Formula, Failure> {
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for text in &args.parameters {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::input(format_args!("--param {text}: write a name and a value, as in `--param a=2`"))
        })?;
        parameters.push(name.trim().to_owned());
        values.push(number(value, &format!("--param {text}"))?);
    }
    let variables: Vec<String> = args.vars.iter().map(|name| name.trim().to_owned()).collect();
    // x, y, z and w give way to parameters of the same name unless --vars names them.
    let given: Vec<String> = if variables == ["x", "y", "z", "w"] {
        variables.into_iter().filter(|name| !parameters.contains(name)).collect()
    } else {
        variables
    };
    let names = Names::new(given, parameters).map_err(Failure::input)?;
    let names = names.with_arrays(arrays.iter().cloned()).map_err(Failure::input)?;
    Formula::with_names(text, names, values).map_err(|error| Failure::formula(&error, text))
}

/// What a grid is made for: how many axes it has at least, and how many nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Two extended axes, pixels of equal size where that is sensible.
    Picture,
    /// As many axes as the formula needs.
    Numbers,
}

/// The extents that are given: number of the variable, text, and the option that says so.
pub(crate) fn extents<'a>(args: &'a GridArgs, variables: &[String]) -> Result<Vec<(usize, &'a str, String)>, Failure> {
    let shorthand = [("x", &args.x), ("y", &args.y), ("z", &args.z), ("w", &args.w)];
    let shorthand = shorthand.into_iter().filter_map(|(name, text)| text.as_deref().map(|text| (name, text)));
    let mut given: Vec<(&str, &str, String)> =
        shorthand.map(|(name, text)| (name, text, format!("--{name}"))).collect();
    for text in &args.axes {
        let (name, extent) = text.split_once('=').ok_or_else(|| {
            Failure::input(format_args!("--axis {text}: write a variable and its extent, as in `--axis u=-1:1`"))
        })?;
        given.push((name.trim(), extent, format!("--axis {text}")));
    }
    let place = |(name, text, what): (&str, &'a str, String)| {
        let place = variables.iter().position(|variable| variable == name).ok_or_else(|| {
            Failure::input(format_args!(
                "{what}: `{name}` is not a variable; the variables are {}",
                variables.join(", ")
            ))
        })?;
        Ok((place, text, what))
    };
    given.into_iter().map(place).collect()
}

/// The grid that the arguments describe for this formula.
pub(crate) fn grid(args: &GridArgs, formula: &Formula, purpose: Purpose) -> Result<Grid, Failure> {
    let variables = formula.variables();
    let mut ends: Vec<Option<(f64, f64, bool)>> = vec![None; variables.len()];
    for (place, text, what) in extents(args, variables)? {
        ends[place] = Some(match text.contains(':') {
            true => extent(text, &what).map(|(min, max)| (min, max, true))?,
            false => number(text, &what).map(|value| (value, value, false))?,
        });
    }
    let last_given = ends.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
    let least = if purpose == Purpose::Picture { 2 } else { 1 };
    // A size of several numbers is a grid of as many axes, whatever the formula uses.
    let sized = args.size.as_deref().map_or(0, |size| size.split(SIZE_SEPARATORS).count());
    let count = formula.dimension().max(last_given).max(least).max(sized);
    if count > variables.len() {
        return Err(Failure::input(format_args!(
            "a grid of {count} axes needs as many variables, and there are {}; name more with --vars",
            variables.len()
        )));
    }
    let extents: Vec<(f64, f64, bool)> = (0..count)
        .map(|place| match (ends[place], purpose) {
            (Some(extent), _) => Ok(extent),
            (None, Purpose::Picture) if place >= 2 => Err(Failure::input(format_args!(
                "the formula uses `{0}` and a picture has two axes; give `{0}` a value, as in `--axis {0}=0.5`",
                variables[place]
            ))),
            (None, _) => Ok((DEFAULT_EXTENT.0, DEFAULT_EXTENT.1, true)),
        })
        .collect::<Result<_, Failure>>()?;
    let sizes = sizes((args.size.as_deref(), args.across), &extents, purpose)?;
    let axes = extents.iter().zip(sizes).zip(variables);
    let axes =
        axes.map(|((&(min, max, _), len), name)| Axis::new(name.as_str(), min, max, len).map_err(Failure::input));
    Grid::new(axes.collect::<Result<_, Failure>>()?).map_err(Failure::input)
}

/// Nodes along each axis; an axis with one value has one.
fn sizes(
    (text, across): (Option<&str>, Option<usize>),
    ends: &[(f64, f64, bool)],
    purpose: Purpose,
) -> Result<Vec<usize>, Failure> {
    let extended = ends.iter().filter(|end| end.2).count();
    let mut given = match text {
        Some(text) => node_counts(text, extended, ends.len(), purpose)?,
        None => Vec::new(),
    };
    if given.len() == ends.len() {
        return Ok(given);
    }
    if given.is_empty() && purpose == Purpose::Picture && extended == 2 {
        let (width, height) = ((ends[0].1 - ends[0].0).abs(), (ends[1].1 - ends[1].0).abs());
        let ratio = height / width;
        // Equal scales on both axes as long as the picture keeps a usable shape.
        let sensible = (0.25..=4.0).contains(&ratio);
        given = match across {
            Some(across) => vec![across, if sensible { scaled(across, ratio) } else { across }],
            None if !sensible => vec![PICTURE_NODES, PICTURE_NODES],
            None if ratio <= 1.0 => vec![PICTURE_NODES, scaled(PICTURE_NODES, ratio)],
            None => vec![scaled(PICTURE_NODES, 1.0 / ratio), PICTURE_NODES],
        };
    } else if given.is_empty() {
        given = vec![EVAL_NODES[extended.clamp(1, 4) - 1]; extended];
    } else if given.len() == 1 {
        given = vec![given[0]; extended];
    }
    let mut rest = given.into_iter();
    Ok(ends.iter().map(|end| if end.2 { rest.next().unwrap_or(1) } else { 1 }).collect())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio in [1/4, 4]")]
fn scaled(nodes: usize, ratio: f64) -> usize {
    ((nodes as f64 * ratio).round() as usize).max(1)
}

fn node_counts(text: &str, extended: usize, axes: usize, purpose: Purpose) -> Result<Vec<usize>, Failure> {
    let parts: Vec<&str> = text.split(SIZE_SEPARATORS).map(str::trim).collect();
    let counts: Option<Vec<usize>> = parts.iter().map(|part| part.parse().ok().filter(|count| *count > 0)).collect();
    let counts = counts.ok_or_else(|| {
        Failure::input(format_args!(
            "--size {text}: write the number of nodes along each axis, as in 1600x800; each at least 1"
        ))
    })?;
    let fits = counts.len() == extended || counts.len() == axes || (counts.len() == 1 && purpose == Purpose::Numbers);
    match counts.as_slice() {
        [one] if purpose == Purpose::Picture && extended == 2 => Ok(vec![*one; 2]),
        _ if fits => Ok(counts),
        _ => Err(Failure::input(format_args!(
            "--size {text}: the grid has {extended} extended axes, and the size has {} numbers",
            counts.len()
        ))),
    }
}

/// The quantity named, for this grid.
pub(crate) fn quantity(text: &str, formula: &Formula, axes: usize) -> Result<Quantity, Failure> {
    let names = &formula.variables()[..axes.min(formula.variables().len())];
    Ok(Quantity::parse(text, names, &constant)?)
}

/// The request that the arguments describe.
pub(crate) fn request<'a>(
    args: &ComputeArgs,
    formula: &'a Formula,
    grid: &'a Grid,
    quantity: Quantity,
) -> Result<Request<'a>, Failure> {
    let method: Method = args.method.parse().map_err(Failure::input)?;
    let compare: Option<Method> = args.compare.as_deref().map(str::parse).transpose().map_err(Failure::input)?;
    let engine: EngineChoice = args.engine.parse().map_err(Failure::input)?;
    let library: Library = args.math.parse().map_err(Failure::input)?;
    let verify: Verify = args.verify.parse().map_err(Failure::input)?;
    let step = args.step.as_deref().map(|text| number(text, "--step")).transpose()?;
    let takes_step = |method: Method| !matches!(method, Method::Exact | Method::Grid);
    if step.is_some() && !takes_step(method) && !compare.is_some_and(takes_step) {
        return Err(Failure::input("--step is that of a difference formula; add --method central, or another one"));
    }
    Ok(Request::new(formula, grid)
        .quantity(quantity)
        .method(method)
        .compare(compare)
        .step(step)
        .engine(engine)
        .verify(verify)
        .library(library)
        .memory(memory(&args.memory)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fit_the_axes() {
        let square = [(-5.0, 5.0, true), (-5.0, 5.0, true)];
        assert_eq!(sizes((None, None), &square, Purpose::Picture).ok(), Some(vec![900, 900]), "a square");
        let wide = [(-2.0, 2.0, true), (-1.0, 1.0, true)];
        assert_eq!(sizes((None, None), &wide, Purpose::Picture).ok(), Some(vec![900, 450]), "equal scales");
        assert_eq!(sizes((None, Some(300)), &wide, Purpose::Picture).ok(), Some(vec![300, 150]), "so many across");
        assert_eq!(
            sizes((Some("30"), None), &square, Purpose::Picture).ok(),
            Some(vec![30, 30]),
            "one number for both"
        );
        let slice = [(0.0, 1.0, true), (0.0, 1.0, true), (0.5, 0.5, false)];
        assert_eq!(sizes((Some("4x5"), None), &slice, Purpose::Picture).ok(), Some(vec![4, 5, 1]), "a slice");
        assert!(sizes((Some("4x5x6x7"), None), &square, Purpose::Numbers).is_err(), "too many");
        assert!(sizes((Some("0x5"), None), &square, Purpose::Numbers).is_err(), "zero");
    }
}
