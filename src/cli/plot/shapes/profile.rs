//! `gradgrid plot f line.png --profile y=1`: f along a line parallel to an axis, and below it the partial derivative along this line.
//!
//! A partial derivative is the slope of such a slice: where ∂f/∂x crosses zero, the curve above is level, and a dot marks both. Both panels
//! share x. A formula is computed on the nodes of the line; of files the rows around the line are mixed (see [`crate::cli::hold`]).

use crate::cli::args::PlotArgs;
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::hold::{self, Hold, Pick};
use crate::cli::inputs::Purpose;
use crate::cli::progress::Progress;
use crate::cli::provenance;
use crate::cli::subject::{Subject, mixed};
use crate::cli::summary::{say_how, say_notes};
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
    let figure = figure(&nodes, [&f, &slope], &title, pick.grid.axes()[0].name(), labels, theme)?;
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
    title: &str,
    x: &str,
    labels: [String; 2],
    theme: Theme,
) -> Result<LineFigure, Failure> {
    let (from, to) = (nodes[0].min(nodes[nodes.len() - 1]), nodes[0].max(nodes[nodes.len() - 1]));
    let range = (from < to).then_some((from, to));
    let points = |values: &[f64]| nodes.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    let series = |points, style| Series { label: String::new(), points, style };
    let line = |number| Style { width: 1.25, ..Style::line(Colour::Series(number)) };
    let dots = |number| Style { width: 0.0, marker: Some(Shape::Disc), ..Style::line(Colour::Series(number)) };
    let level = level(nodes, f, slope);
    let zero = vec![(from, 0.0), (to, 0.0)];
    let axis = |label: &str| LineAxis { label: label.to_owned(), range, ..LineAxis::default() };
    let [above, below] = labels;
    let upper = LineFigureSpec {
        size: (880, 330),
        title: title.to_owned(),
        x: axis(""),
        y: LineAxis { label: above, ..LineAxis::default() },
        series: vec![series(points(f), line(0)), series(level.clone(), dots(0))],
        legend: Legend::None,
        shares_x: true,
        theme,
        ..LineFigureSpec::default()
    };
    let lower = LineFigureSpec {
        title: String::new(),
        x: axis(x),
        y: LineAxis { label: below, ..LineAxis::default() },
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
