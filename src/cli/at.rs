//! `gradgrid at`: everything about one point of a formula; `sampled` does the same for files.

mod sampled;
mod shown;

use crate::analysis::point::PointReport;
use crate::cli::args::AtArgs;
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::inputs;
use crate::cli::values;
use crate::quantity::Quantity;
use serde_json::{Value, json};
use shown::{gradient, number, tuple};
use std::io::{self, Write};

pub(crate) fn run(args: &AtArgs) -> Result<(), Failure> {
    let bare = Bare::find(&args.formula.formula, &args.arrays)?;
    if bare.is_some() || !args.arrays.with.is_empty() {
        return sampled::run(args, bare);
    }
    if args.index {
        return Err(Failure::input("--index counts samples of a file, and a formula has none; give coordinates"));
    }
    if let Some(option) = args.arrays.reading() {
        return Err(Failure::input(format_args!("{option} says how files are read, and this is a formula")));
    }
    let formula = inputs::formula(&args.formula)?;
    let point = values::numbers(&args.point, "the point")?;
    let (needed, variables) = (formula.dimension(), formula.variables());
    if point.len() < needed || point.len() > variables.len() {
        return Err(Failure::input(format_args!(
            "the point `{}` has {} coordinates and the formula takes {needed} to {} ({}); write them like 1,2",
            args.point,
            point.len(),
            variables.len(),
            variables.join(", "),
        )));
    }
    let direction = match &args.along {
        None => None,
        Some(text) => match inputs::quantity(&format!("directional:{text}"), &formula, point.len())? {
            Quantity::Directional(u) => Some(u),
            _ => None,
        },
    };
    let report = PointReport::new(&formula, &point, direction.as_deref())?;
    let text = if args.json { json_text(&report, formula.text()) } else { plain_text(&report, formula.text()) };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn plain_text(report: &PointReport, formula: &str) -> String {
    let names = report.variables.join(", ");
    let mut lines = vec![
        format!("f({names}) = {formula}"),
        format!("at ({names}) = {}", tuple(&report.point)),
        String::new(),
        format!("value            f = {}", number(report.value)),
    ];
    lines.extend(gradient(&report.variables, &report.gradient, report.magnitude));
    let ascent =
        if report.magnitude == 0.0 { "none: ∇f = 0, a critical point".to_owned() } else { tuple(&report.ascent) };
    lines.push(format!("steepest ascent  u = {ascent}"));
    if let Some((u, slope)) = &report.directional {
        lines.push(format!("along u = {}: D_u f = {}", tuple(u), number(*slope)));
    }
    lines.push(format!("tangent plane    L = {}", tangent(report)));
    for (i, row) in report.hessian.iter().enumerate() {
        lines.push(format!("{} {}", if i == 0 { "Hessian          H =" } else { "                   " }, tuple(row)));
    }
    lines.join("\n") + "\n"
}

/// L = f(p) + Σ ∂f/∂xᵢ · (xᵢ − pᵢ), written out.
fn tangent(report: &PointReport) -> String {
    if report.value.is_nan() || report.gradient.iter().any(|partial| partial.is_nan()) {
        return "undefined".to_owned();
    }
    let mut text = number(report.value);
    for ((name, at), slope) in report.variables.iter().zip(&report.point).zip(&report.gradient) {
        if *slope == 0.0 {
            continue;
        }
        let sign = if *slope < 0.0 { "−" } else { "+" };
        let shift = match *at {
            0.0 => name.clone(),
            at if at < 0.0 => format!("({name} + {})", number(-at)),
            at => format!("({name} − {})", number(at)),
        };
        text += &format!(" {sign} {}·{shift}", number(slope.abs()));
    }
    text
}

/// Undefined numbers become null.
fn json_text(report: &PointReport, formula: &str) -> String {
    let one = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
    let list = |values: &[f64]| Value::Array(values.iter().map(|value| one(*value)).collect());
    let mut value = json!({
        "schema": "gradgrid.at/1",
        "formula": formula,
        "variables": report.variables,
        "point": list(&report.point),
        "value": one(report.value),
        "gradient": list(&report.gradient),
        "magnitude": one(report.magnitude),
        "ascent": list(&report.ascent),
        "hessian": Value::Array(report.hessian.iter().map(|row| list(row)).collect()),
    });
    if let Some((u, slope)) = &report.directional {
        value["directional"] = json!({ "direction": list(u), "slope": one(*slope) });
    }
    format!("{value:#}\n")
}
