//! One sample of a file, or of a formula of files: its value, gradient and ascent, as the scheme has them.
//!
//! The point is the nearest sample; one that lies outside all cells is refused with the extent. Values are computed in double precision,
//! by the programs that `eval` would run, for this one cell.

use super::shown::{gradient, number, tuple};
use crate::cli::args::{AtArgs, ComputeArgs, GridArgs};
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::subject::Subject;
use crate::cli::values;
use crate::grid::{Axis, Grid};
use serde_json::{Value, json};
use std::io::{self, Write};

/// What is known of one sample.
struct Report {
    function: String,
    variables: Vec<String>,
    sizes: String,
    index: Vec<usize>,
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    magnitude: f64,
    ascent: Vec<f64>,
    /// The slope along the direction that was asked for.
    along: Option<(String, f64)>,
}

pub(super) fn run(args: &AtArgs, bare: Option<Bare>) -> Result<(), Failure> {
    let whole_grid = GridArgs::default();
    let subject = Subject::new(bare, &args.formula, &args.arrays, &whole_grid, "value", Purpose::Numbers)?;
    let grid = subject.grid().clone();
    let index = index(args, &grid)?;
    let cell = grid.cell_from_index(&index);
    let values = |quantity: &str| -> Result<Vec<f64>, Failure> {
        let bare = Bare::find(&args.formula.formula, &args.arrays)?;
        let subject = Subject::new(bare, &args.formula, &args.arrays, &whole_grid, quantity, Purpose::Numbers)?;
        let compute = ComputeArgs::plain(quantity, "f64");
        let (request, _) = subject.request(&compute)?;
        Ok(subject.prepare(&request)?.cell(cell)?)
    };
    let one = |quantity: &str| values(quantity).map(|values| values.first().copied().unwrap_or(f64::NAN));
    let along = match &args.along {
        Some(text) => Some((text.clone(), one(&format!("directional:{text}"))?)),
        None => None,
    };
    let report = Report {
        function: if subject.is_file() { subject.arrays.all[0].file_name() } else { args.formula.formula.clone() },
        variables: grid.axes().iter().map(|axis| axis.name().to_owned()).collect(),
        sizes: grid.shape_text(),
        point: grid.axes().iter().zip(&index).map(|(axis, index)| axis.world_from_index(*index)).collect(),
        index,
        value: one("value")?,
        gradient: values("gradient")?,
        magnitude: one("magnitude")?,
        ascent: values("ascent")?,
        along,
    };
    let text = if args.json { report.json_text() } else { report.plain_text() };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// The index of the point along each axis.
fn index(args: &AtArgs, grid: &Grid) -> Result<Vec<usize>, Failure> {
    let axes = grid.axes();
    let names = || axes.iter().map(Axis::name).collect::<Vec<_>>().join(", ");
    let numbers = values::numbers(&args.point, "the point")?;
    if numbers.len() != axes.len() {
        return Err(Failure::input(format_args!(
            "the point `{}` has {} numbers and the samples have {} axes ({}); write them like 1,2",
            args.point,
            numbers.len(),
            axes.len(),
            names()
        )));
    }
    let outside = |axis: &Axis, number: f64, first: f64, last: f64, what: &str| {
        Failure::input(format_args!(
            "{} = {number} is outside: the samples {what} from {first} to {last} along {}",
            axis.name(),
            axis.name()
        ))
    };
    let along = |(axis, &number): (&Axis, &f64)| {
        if args.index {
            let last = axis.len() - 1;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number within the axis"
            )]
            let index = (number.fract() == 0.0 && (0.0..=last as f64).contains(&number)).then_some(number as usize);
            return index.ok_or_else(|| outside(axis, number, 0.0, last as f64, "are numbered"));
        }
        axis.nearest_index(number).ok_or_else(|| outside(axis, number, axis.min(), axis.max(), "lie"))
    };
    axes.iter().zip(&numbers).map(along).collect()
}

impl Report {
    fn plain_text(&self) -> String {
        let names = self.variables.join(", ");
        let index = self.index.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut lines = vec![
            format!("f = {}, {} samples", self.function, self.sizes),
            format!("at ({names}) = {}, sample ({index})", tuple(&self.point)),
            String::new(),
            format!("value            f = {}", number(self.value)),
        ];
        lines.extend(gradient(&self.variables, &self.gradient, self.magnitude));
        let ascent = if self.magnitude == 0.0 { "none: ∇f = 0".to_owned() } else { tuple(&self.ascent) };
        lines.push(format!("steepest ascent  u = {ascent}"));
        lines.extend(self.along.iter().map(|(along, slope)| format!("along {along}: D_u f = {}", number(*slope))));
        lines.join("\n") + "\n"
    }

    /// Undefined numbers become null.
    fn json_text(&self) -> String {
        let one = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
        let list = |values: &[f64]| Value::Array(values.iter().map(|value| one(*value)).collect());
        let mut value = json!({
            "schema": "gradgrid.at-sample/1",
            "function": self.function,
            "variables": self.variables,
            "index": self.index,
            "point": list(&self.point),
            "value": one(self.value),
            "gradient": list(&self.gradient),
            "magnitude": one(self.magnitude),
            "ascent": list(&self.ascent),
        });
        if let Some((along, slope)) = &self.along {
            value["directional"] = json!({ "along": along, "slope": one(*slope) });
        }
        format!("{value:#}\n")
    }
}
