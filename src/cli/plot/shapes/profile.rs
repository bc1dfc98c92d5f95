//! `gradgrid plot f line.png --profile y=1`: f along a line parallel to an axis, and below it the partial derivative along this line.
//!
//! A partial derivative is the slope of such a slice: where ∂f/∂x crosses zero, the curve above is level, and a dot marks both. Both panels
//! share x. The lines are broken at poles of a formula, and ends of the vertical scales are drawn in from far outliers as those of heatmaps are, unless a range is given.
//! A formula is computed on the nodes of the line; of files the rows around the line are mixed (see [`crate::cli::hold`]).

use crate::cli::args::PlotArgs;
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::hold::{self, Hold, Pick};
use crate::cli::inputs::Purpose;
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::{Subject, mixed};
use crate::cli::summary::{say_how, say_notes};
use crate::cli::values;
use crate::figure::lines::{Legend, LineAxis, LineFigure, LineFigureSpec, Series, Style};
use crate::figure::scene::{Colour, Shape};
use crate::figure::{PictureFormat, Theme, WriteFigure};
use crate::io::output::Output;
use crate::quantity::Quantity;
use std::time::Instant;

/// The line that is asked for: the variables that are held, and the one along it if it is named.
struct Wish {
    along: Option<String>,
    holds: Vec<Hold>,
}

pub(super) fn run(args: &PlotArgs, format: PictureFormat, text: &str, start: Instant) -> Result<(), Failure> {
    let wish = wish(text)?;
    let range = args.picture.range.as_deref().map(|text| values::extent(text, "--range")).transpose()?;
    let mut progress = Progress::new(args.file.out.quiet);
    let (subject, pick) = subject(args, &wish)?;
    let along = axis(&subject, &pick);
    let (request, notes) = subject.request(&args.work.compute)?;
    let request = request.compare(None);
    let output = Output::create(&args.output, args.file.out.overwrite)?;
    let mut values = subject.prepare(&request.clone().quantity(Quantity::Value))?;
    let mut slopes = subject.prepare(&request.quantity(Quantity::Partial(vec![along])))?;
    if !args.file.out.quiet {
        say_notes(&notes);
        say_how(&slopes, &args.work.compute.engine);
    }
    let f = mixed(&mut values, 0, &pick, &mut progress)?;
    let slope = mixed(&mut slopes, 0, &pick, &mut progress)?;
    drop(progress);
    let mut title = args.picture.title.clone().unwrap_or_else(|| subject.heading(&args.formula.parameters));
    if args.picture.title.is_none() {
        wish.holds.iter().for_each(|hold| title = format!("{title},  {}", hold.words()));
    }
    let nodes = pick.grid.axes()[0].table();
    let name = if subject.is_file() { "value" } else { "f" };
    let theme = if args.picture.dark { Theme::Dark } else { Theme::Light };
    let labels = [name.to_owned(), slopes.names().swap_remove(0)];
    let poles = if subject.is_file() { Vec::new() } else { poles(&f, &slope) };
    let figure = figure(&nodes, [&f, &slope], (&poles, range), &title, pick.grid.axes()[0].name(), labels, theme)?;
    let mut words = provenance::words(&args.file.provenance, &args.formula, &args.work.compute, &subject, &slopes);
    let more = vec![("Title".to_owned(), title), ("Profile".to_owned(), text.to_owned())];
    words = provenance::finished(&args.file.provenance, words, more);
    let file = output.name().to_owned();
    figure.write(format, output, &words)?.commit()?;
    if !args.file.out.quiet {
        let (width, height) = figure.size();
        let (count, undefined) = (nodes.len(), f.iter().filter(|value| value.is_nan()).count());
        let undefined = if undefined == 0 { String::new() } else { format!(", {undefined} undefined") };
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{file}: {width}×{height} pixels, {count} points{undefined}, {seconds:.2} s");
    }
    Ok(())
}

fn wish(text: &str) -> Result<Wish, Failure> {
    let mut wish = Wish { along: None, holds: Vec::new() };
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if part.contains('=') {
            wish.holds.push(Hold::read(part, "--profile")?);
        } else if wish.along.replace(part.to_owned()).is_some() {
            return Err(Failure::input(format_args!("--profile {text}: a line runs along one variable")));
        }
    }
    if wish.along.is_none() && wish.holds.is_empty() {
        return Err(Failure::input("--profile: write the values of all variables but one, as in `--profile y=1`"));
    }
    Ok(wish)
}

/// What is drawn, and the line on its grid.
fn subject<'a>(args: &'a PlotArgs, wish: &Wish) -> Result<(Subject<'a>, Pick), Failure> {
    let bare = Bare::find(&args.formula.formula, &args.work.arrays)?;
    let more = |left: &[&str]| {
        Failure::input(format_args!(
            "--profile draws f along one variable, and {} are left; give the others values, as in `--profile y=1,z=0`",
            left.join(" and ")
        ))
    };
    if bare.is_some() || !args.work.arrays.with.is_empty() {
        let subject = Subject::new(bare, &args.formula, &args.work.arrays, &args.work.grid, "value", Purpose::Numbers)?;
        let pick = Pick::new(subject.grid(), &wish.holds)?;
        let left: Vec<&str> = pick.grid.axes().iter().map(|axis| axis.name()).collect();
        return match (left.as_slice(), &wish.along) {
            ([one], Some(along)) if one != along => Err(more(&[*one, along.as_str()])),
            ([_], _) => Ok((subject, pick)),
            _ => Err(more(&left)),
        };
    }
    let mut formula = args.formula.clone();
    if let Some(along) = &wish.along {
        let variables = hold::variables(&formula);
        if !variables.contains(along) {
            return Err(Failure::input(format_args!(
                "--profile: `{along}` is not a variable; the variables are {}",
                variables.join(", ")
            )));
        }
        formula.vars = variables;
        formula.vars.sort_by_key(|name| name != along);
    }
    let (formula, grid) = hold::of_formula(&formula, &args.work.grid, &wish.holds, 1)?;
    let subject = Subject::new(None, &formula, &args.work.arrays, &grid, "value", Purpose::Numbers)?;
    let axes = subject.grid().axes();
    let left: Vec<&str> = axes.iter().filter(|axis| axis.len() > 1).map(|axis| axis.name()).collect();
    if left.len() > 1 {
        return Err(more(&left));
    }
    // The axes of one node are taken whole.
    let holds: Vec<Hold> = axes[1..].iter().map(|axis| Hold::at(axis.name(), axis.min())).collect();
    let pick = Pick::new(subject.grid(), &holds)?;
    Ok((subject, pick))
}

/// The axis of the grid that the line runs along.
fn axis(subject: &Subject<'_>, pick: &Pick) -> usize {
    let name = pick.grid.axes()[0].name();
    subject.grid().axes().iter().position(|axis| axis.name() == name).unwrap_or(0)
}

/// f over its slope.
fn figure(
    nodes: &[f64],
    [f, slope]: [&[f64]; 2],
    (poles, range): (&[usize], Option<(f64, f64)>),
    title: &str,
    x: &str,
    labels: [String; 2],
    theme: Theme,
) -> Result<LineFigure, Failure> {
    let (from, to) = (nodes[0].min(nodes[nodes.len() - 1]), nodes[0].max(nodes[nodes.len() - 1]));
    let across = (from < to).then_some((from, to));
    let points = |values: &[f64]| {
        let mut points: Vec<(f64, f64)> = nodes.iter().copied().zip(values.iter().copied()).collect();
        // A point without a value interrupts the line.
        poles.iter().rev().for_each(|pole| points.insert(pole + 1, (nodes[*pole], f64::NAN)));
        points
    };
    let series = |points, style| Series { label: String::new(), points, style };
    let line = |number| Style { width: 1.25, ..Style::line(Colour::Series(number)) };
    let dots = |number| Style { width: 0.0, marker: Some(Shape::Disc), ..Style::line(Colour::Series(number)) };
    let level = level(nodes, f, slope);
    let zero = vec![(from, 0.0), (to, 0.0)];
    let axis = |label: &str| LineAxis { label: label.to_owned(), range: across, ..LineAxis::default() };
    let [above, below] = labels;
    let upper = LineFigureSpec {
        size: (880, 330),
        title: title.to_owned(),
        subtitle: if f.iter().any(|value| value.is_finite()) { String::new() } else { "no data".to_owned() },
        x: axis(""),
        y: LineAxis { label: above, range: range.or_else(|| scale(f)), ..LineAxis::default() },
        series: vec![series(points(f), line(0)), series(level.clone(), dots(0))],
        legend: Legend::None,
        shares_x: true,
        theme,
    };
    let lower = LineFigureSpec {
        title: String::new(),
        subtitle: String::new(),
        x: axis(x),
        y: LineAxis { label: below, range: scale(slope), ..LineAxis::default() },
        series: vec![
            series(zero, Style { strength: 0.6, width: 0.6, ..Style::line(Colour::Ink) }),
            series(points(slope), line(1)),
            series(level.iter().map(|point| (point.0, 0.0)).collect(), dots(1)),
        ],
        shares_x: false,
        ..upper.clone()
    };
    Ok(LineFigure::new(&upper)?.over(LineFigure::new(&lower)?))
}

/// The samples after which the function has a pole before the next: its values there differ in sign, grow toward it on both sides, and change
/// against both slopes. A function without a pole does this only where the nodes are too few to show it.
fn poles(f: &[f64], slope: &[f64]) -> Vec<usize> {
    let smaller =
        |outer: Option<&f64>, inner: f64| outer.is_none_or(|outer| outer.is_nan() || outer.abs() < inner.abs());
    let pole = |k: &usize| {
        let k = *k;
        let change = f[k + 1] - f[k];
        let against = slope[k] * change < 0.0 && slope[k + 1] * change < 0.0;
        let grows = smaller(k.checked_sub(1).map(|k| &f[k]), f[k]) && smaller(f.get(k + 2), f[k + 1]);
        against && grows && f[k] * f[k + 1] < 0.0
    };
    (0..f.len().saturating_sub(1)).filter(pole).collect()
}

/// The ends of a vertical scale, if far outliers would flatten the rest: an end further beyond the 1st or the 99th percentile than
/// three times the distance between these is drawn in to that percentile, as in pictures of the plane.
fn scale(values: &[f64]) -> Option<(f64, f64)> {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let (min, max) = (*known.first()?, *known.last()?);
    let (low, high) = (known[known.len() / 100], known[known.len() - 1 - known.len() / 100]);
    let reach = 3.0 * (high - low);
    let ends = (if low - min > reach { low } else { min }, if max - high > reach { high } else { max });
    // None lets the figure find the room around the line.
    (ends != (min, max) && ends.0 < ends.1).then_some(ends)
}

/// Where the slope crosses zero: the place and f there. None if there are more than can be told apart.
fn level(nodes: &[f64], f: &[f64], slope: &[f64]) -> Vec<(f64, f64)> {
    /// More dots would be a band.
    const MOST: usize = 32;
    let mut found = Vec::new();
    for k in 0..nodes.len().saturating_sub(1) {
        let (a, b) = (slope[k], slope[k + 1]);
        let crosses = (a < 0.0 && b > 0.0) || (a > 0.0 && b < 0.0) || (a == 0.0 && b != 0.0);
        // Toward a root the slope gets smaller, toward a pole larger, from both sides.
        let larger = |inner: f64, outer: Option<&f64>| outer.is_some_and(|outer| inner.abs() > outer.abs());
        let pole = larger(a, k.checked_sub(1).and_then(|k| slope.get(k))) && larger(b, slope.get(k + 2));
        if crosses && !pole {
            let share = a / (a - b);
            found.push((nodes[k] + share * (nodes[k + 1] - nodes[k]), f[k] + share * (f[k + 1] - f[k])));
        }
    }
    if found.len() > MOST { Vec::new() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poles_break_the_line_and_do_not_flatten_it() {
        let nodes: Vec<f64> = (0..1000).map(|k| f64::from(k) * 0.01 - 5.0).collect();
        let of = |f: fn(f64) -> f64| nodes.iter().map(|x| f(*x)).collect::<Vec<f64>>();
        let (tan, slope) = (of(f64::tan), of(|x| 1.0 / x.cos().powi(2)));
        let found: Vec<f64> = poles(&tan, &slope).iter().map(|k| nodes[*k] / std::f64::consts::PI).collect();
        let near = |k: usize, half: f64| (found[k] - half).abs() < 0.01;
        assert!(found.len() == 4 && near(0, -1.5) && near(1, -0.5) && near(2, 0.5) && near(3, 1.5), "{found:?}");
        assert!(
            poles(&of(f64::sin), &of(f64::cos)).is_empty() && poles(&of(f64::exp), &of(f64::exp)).is_empty(),
            "none"
        );
        assert!(poles(&of(|x| 1.0 / (x * x)), &of(|x| -2.0 / x.powi(3))).is_empty(), "nothing is crossed");
        let (low, high) = scale(&tan).expect("outliers");
        assert!((-80.0..-20.0).contains(&low) && (20.0..80.0).contains(&high), "{low} to {high}");
        assert_eq!(scale(&of(f64::exp)), None, "all is shown");
        assert_eq!((scale(&[f64::NAN; 3]), scale(&[])), (None, None), "no data");
    }

    #[test]
    fn level_places_are_found_and_poles_are_not() {
        let nodes: Vec<f64> = (0..=100).map(|k| f64::from(k) * 0.1 - 5.02).collect();
        let of = |f: fn(f64) -> f64| nodes.iter().map(|x| f(*x)).collect::<Vec<f64>>();
        let found = level(&nodes, &of(f64::sin), &of(f64::cos));
        assert_eq!(found.len(), 4, "±π/2 and ±3π/2: {found:?}");
        // A straight line between neighbours is off by their distance cubed, over 9√3.
        assert!(found.iter().all(|point| point.0.cos().abs() < 0.001 / 15.0), "{found:?}");
        assert!(level(&nodes, &of(|x| x.abs().ln()), &of(|x| 1.0 / x)).is_empty(), "a pole");
        assert!(level(&nodes, &of(|x| (50.0 * x).sin()), &of(|x| (50.0 * x).cos())).is_empty(), "too many");
        assert!(level(&nodes[..1], &[1.0], &[0.0]).is_empty(), "a single point");
    }
}
