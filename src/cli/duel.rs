//! `gradgrid duel`: difference quotients against the exact derivative, as a table, as JSON and as a picture.

use crate::analysis::duel::{Arithmetic, Duel, DuelError, Fighter};
use crate::cli::args::DuelArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::plot::format::picture_format;
use crate::cli::values;
use crate::engine::EngineChoice;
use crate::expr::formula::Formula;
use crate::figure::lines::LineFigure;
use crate::figure::{FigureError, PictureFormat, Theme, WriteFigure};
use crate::io::output::Output;
use crate::io::png::PngError;
use crate::method::Method;
use serde_json::{Value, json};
use std::io::{self, Write};

pub(crate) fn run(args: &DuelArgs) -> Result<(), Failure> {
    let format = args.output.as_deref().map_or(Ok(PictureFormat::Png), picture_format)?;
    let formula = inputs::formula(&args.formula)?;
    let point = point(args, &formula)?;
    let arithmetic = match args.engine.parse().map_err(Failure::input)? {
        EngineChoice::F64 => Arithmetic::F64,
        _ => Arithmetic::F32,
    };
    let variables = match &args.by {
        Some(name) => vec![variable(name, &formula, point.len())?],
        None => (0..point.len()).collect(),
    };
    let output = args.output.as_ref().map(|path| Output::create(path, args.out.overwrite)).transpose()?;
    let duels = variables.into_iter().map(|variable| Duel::new(&formula, &point, variable, arithmetic));
    let duels = duels.collect::<Result<Vec<Duel>, DuelError>>()?;
    let to_stdout = output.as_ref().is_some_and(Output::is_stdout);
    if let (Some(output), Some(duel)) = (output, duels.first()) {
        picture(args, duel, formula.text(), (output, format))?;
    }
    if !to_stdout {
        let text = if args.json { json_text(&duels, formula.text()) } else { plain_text(&duels, formula.text()) };
        io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(())
}

fn point(args: &DuelArgs, formula: &Formula) -> Result<Vec<f64>, Failure> {
    let point = values::numbers(&args.at, "--at")?;
    let (needed, known) = (formula.dimension(), formula.variables().len());
    if point.len() < needed || point.len() > known {
        let names = formula.variables()[..needed.max(point.len().min(known))].join(", ");
        return Err(Failure::input(format_args!(
            "--at {} has {} coordinate(s) and the formula needs {needed} ({names}); write them like 1,2",
            args.at,
            point.len()
        )));
    }
    Ok(point)
}

fn variable(name: &str, formula: &Formula, count: usize) -> Result<usize, Failure> {
    let names = &formula.variables()[..count];
    names.iter().position(|known| known == name.trim()).ok_or_else(|| {
        Failure::input(format_args!(
            "--by {name}: `{name}` is no variable of this point; its variables are {}",
            names.join(", ")
        ))
    })
}

fn picture(
    args: &DuelArgs,
    duel: &Duel,
    formula: &str,
    (output, format): (Output, PictureFormat),
) -> Result<(), Failure> {
    let theme = if args.dark { Theme::Dark } else { Theme::Light };
    let spec = duel.figure(formula, theme);
    let figure = LineFigure::new(&spec)?;
    let text = [
        ("Software".to_owned(), format!("gradgrid {}", env!("CARGO_PKG_VERSION"))),
        ("Title".to_owned(), spec.title.clone()),
        ("Formula".to_owned(), formula.to_owned()),
        ("Arithmetic".to_owned(), duel.arithmetic.name().to_owned()),
    ];
    let name = output.name().to_owned();
    figure.write(format, output, &text)?.commit()?;
    if !args.out.quiet {
        let (width, height) = figure.size();
        eprintln!("{name}: {width}×{height} pixels, ∂f/∂{} at {}", duel.name(), duel.place());
    }
    Ok(())
}

/// An error as a person reads it.
fn size(error: f64) -> String {
    match error {
        error if error.is_nan() => "–".to_owned(),
        0.0 => "0".to_owned(),
        error => format!("{error:.1e}"),
    }
}

/// `2^-7`.
fn power(h: f64) -> String {
    format!("2^{:.0}", h.log2())
}

/// A step in decimal digits: all of them where they are few.
fn decimal(h: f64) -> String {
    if h >= 1e-3 { format!("{h}") } else { format!("{h:.3e}") }
}

fn plain_text(duels: &[Duel], formula: &str) -> String {
    let mut lines = Vec::new();
    for duel in duels {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let arithmetic = duel.arithmetic.name();
        lines.push(format!("f({}) = {formula}", duel.variables.join(", ")));
        lines.push(format!("∂f/∂{} = {} at {}", duel.name(), duel.derivative, duel.place()));
        if duel.asked != duel.point {
            let point: Vec<String> = duel.point.iter().map(ToString::to_string).collect();
            lines.push(format!("the point is rounded to {arithmetic}: ({})", point.join(", ")));
        }
        lines.push(String::new());
        lines.push(format!("|error| in {arithmetic}; * is the least of a column, – is no quotient (outside the domain, or h lost in x + h)"));
        lines.extend(table(duel));
        lines.push(String::new());
        lines.extend(duel.fighters.iter().map(|fighter| verdict(duel, fighter)));
        lines.push(match duel.arithmetic {
            Arithmetic::F32 => format!("exact     has no h; its error is {}", size(duel.exact_error)),
            Arithmetic::F64 => "exact     has no h; in f64 it is the judge itself".to_owned(),
        });
    }
    lines.push(String::new());
    lines.push(LESSON.to_owned());
    lines.join("\n") + "\n"
}

const LESSON: &str = "Truncation falls as h^p (p = 1 for forward, 2 for central, 4 for central4) and rounding grows as 1/h, so no \
                      step makes both small; the exact derivative has neither.";

fn table(duel: &Duel) -> Vec<String> {
    let mut lines = vec![format!("  {:<6} {:<11}", "h", "")];
    for fighter in &duel.fighters {
        lines[0] += &format!(" {:>10}  ", fighter.method.name());
    }
    lines[0] = lines[0].trim_end().to_owned();
    for (row, &h) in duel.steps.iter().enumerate() {
        let mut line = format!("  {:<6} {:<11}", power(h), decimal(h));
        for fighter in &duel.fighters {
            let mark = if fighter.best == Some(row) { '*' } else { ' ' };
            line += &format!(" {:>10} {mark}", size(fighter.errors[row]));
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What a method achieves, in a sentence.
fn verdict(duel: &Duel, fighter: &Fighter) -> String {
    let Some(best) = fighter.best else {
        return format!("{:<9} has no quotient at any of these steps", fighter.method.name());
    };
    let (h, error) = (duel.steps[best], fighter.errors[best]);
    let against = match (duel.arithmetic, ratio(duel, error)) {
        (Arithmetic::F64, _) => String::new(),
        (_, Some(ratio)) if ratio >= 1.0 => format!(", {} times worse than exact", count(ratio)),
        (_, Some(_)) => ", luckily no worse than exact".to_owned(),
        (_, None) if error == 0.0 => ", as good as exact".to_owned(),
        (_, None) => ", and exact has no error".to_owned(),
    };
    let chosen = fighter.automatic;
    format!(
        "{:<9} is best at h = {} with error {}{against}; the automatic h = {} expects {} and has {}",
        fighter.method.name(),
        power(h),
        size(error),
        power(chosen.h),
        size(chosen.error),
        size(fighter.automatic_error)
    )
}

/// How many times larger an error is than that of the exact derivative, if that is not zero.
fn ratio(duel: &Duel, error: f64) -> Option<f64> {
    (duel.exact_error > 0.0).then(|| error / duel.exact_error)
}

/// A ratio with two digits at most where it is small, none after the point where it is not.
fn count(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 10.0 => format!("{ratio:.1}"),
        ratio if ratio < 1e6 => format!("{ratio:.0}"),
        ratio => format!("{ratio:.1e}"),
    }
}

/// What is undefined becomes null.
fn json_text(duels: &[Duel], formula: &str) -> String {
    let one = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
    let list = |values: &[f64]| Value::Array(values.iter().map(|value| one(*value)).collect());
    let fighter = |duel: &Duel, fighter: &Fighter| {
        let best = fighter.best.map(|row| (duel.steps[row], fighter.errors[row]));
        json!({
            "method": fighter.method.name(),
            "order": fighter.law.order,
            "errors": list(&fighter.errors),
            "best": best.map(|(h, error)| json!({
                "h": h, "error": error, "times_worse_than_exact": ratio(duel, error),
            })),
            "automatic": {
                "h": fighter.automatic.h,
                "expected_error": one(fighter.automatic.error),
                "error": one(fighter.automatic_error),
            },
        })
    };
    let duel = |duel: &Duel| {
        json!({
            "variable": duel.name(),
            "derivative": one(duel.derivative),
            "exact_error": if duel.arithmetic == Arithmetic::F64 { Value::Null } else { one(duel.exact_error) },
            "steps": list(&duel.steps),
            "methods": Value::Array(duel.fighters.iter().map(|one| fighter(duel, one)).collect()),
        })
    };
    let first = duels.first();
    let value = json!({
        "schema": "gradgrid.duel/1",
        "formula": formula,
        "arithmetic": first.map(|duel| duel.arithmetic.name()),
        "reference": Method::Exact.name(),
        "variables": first.map(|duel| duel.variables.clone()),
        "point": first.map(|duel| list(&duel.asked)),
        "rounded_point": first.map(|duel| list(&duel.point)),
        "duels": Value::Array(duels.iter().map(duel).collect()),
    });
    format!("{value:#}\n")
}

impl From<DuelError> for Failure {
    fn from(error: DuelError) -> Self {
        Self::input(error)
    }
}

impl From<FigureError> for Failure {
    fn from(error: FigureError) -> Self {
        Self::input(error)
    }
}

impl From<PngError> for Failure {
    fn from(error: PngError) -> Self {
        match error {
            PngError::Write(error) => error.into(),
            other => Self::input(other),
        }
    }
}
