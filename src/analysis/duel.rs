//! Difference quotients against exact derivatives at one point, over a sweep of steps h.
//!
//! The error of a difference quotient of order p is
//!
//! ```text
//! E(h) ≤ C·hᵖ·M + R·e/h
//! ```
//!
//! Truncation falls as hᵖ, rounding grows as 1/h, and no step makes both small: on logarithmic axes the error is a V. The
//! derivative that is computed exactly has no h; its error is one rounding per operation. Every error here is measured:
//! each quotient runs in the arithmetic of the engine, by the same program that fills a picture, and is compared with
//! the exact derivative in `f64`.
//!
//! The point is rounded to the engine's numbers first, so that what is measured is the method and not the point. All
//! steps are powers of two, so that x ± h is exact unless h is near the spacing of the numbers at x; as the quotients
//! divide by the distance that was really taken, that is no error either, until x ± h rounds to x.
//!
//! Edge cases: a step that leaves the domain (√x at 0.1 with h = 1), or that x swallows (x + h = x), has no quotient: its
//! errors are NaN. A method may hit the exact value: its error is 0.
//!
//! Limits: in `f64` the exact derivative is the judge itself, so its error there is not measured (0 by definition), and no
//! error below a few units in the last place means anything.

mod figure;

use crate::expr::derive;
use crate::expr::formula::Formula;
use crate::expr::graph::{NodeId, TooLarge};
use crate::method::step::{self, Choice, Law};
use crate::method::{Differentiator, Method, Steps};
use crate::program::interpret::{Interpreter, Scalar};
use crate::program::{Plane, Program};
use thiserror::Error;

/// The methods that have a step, in the order of a duel.
pub const METHODS: [Method; 3] = [Method::Forward, Method::Central, Method::Central4];

/// The most steps in a sweep.
const MOST_STEPS: i32 = 72;

/// In which numbers the duel is fought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// The arithmetic of the `cpu` and `gpu` engines.
    #[default]
    F32,
    /// The arithmetic of the `f64` engine.
    F64,
}

impl Arithmetic {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Bits of its significand, the leading one included.
    fn bits(self) -> i32 {
        match self {
            Self::F32 => 24,
            Self::F64 => 53,
        }
    }

    /// How far rounding moves a number, relative to its size.
    #[must_use]
    pub fn unit_roundoff(self) -> f64 {
        2_f64.powi(-self.bits())
    }

    fn rounded(self, value: f64) -> f64 {
        match self {
            Self::F32 => f32::from_f64(value).to_f64(),
            Self::F64 => value,
        }
    }
}

/// Why there is no duel.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DuelError {
    /// The function has no value at the point.
    #[error("f is undefined at {0}; take a point of its domain")]
    Function(String),
    /// The function has no derivative at the point.
    #[error("∂f/∂{variable} is undefined at {point}: there is no exact derivative to compare with; take another point")]
    Derivative {
        /// The variable.
        variable: String,
        /// The point.
        point: String,
    },
    /// The engine cannot hold the point, the value or the derivative.
    #[error("∂f/∂{variable} at {point} overflows f32; take `--engine f64`")]
    Overflow {
        /// The variable.
        variable: String,
        /// The point.
        point: String,
    },
    /// The derivatives outgrow the graph.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// One method of a duel.
#[derive(Debug, Clone, PartialEq)]
pub struct Fighter {
    /// The method.
    pub method: Method,
    /// |error| for each step of the sweep; NaN where there is no quotient.
    pub errors: Vec<f64>,
    /// The number of the step with the least error, the largest of several; `None` if no step has a quotient.
    pub best: Option<usize>,
    /// E(h) at the point.
    pub law: Law,
    /// The step chosen by that law, and the error expected of it.
    pub automatic: Choice,
    /// |error| at the chosen step; NaN where it has no quotient.
    pub automatic_error: f64,
}

/// A duel by one variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Duel {
    /// The names of the variables.
    pub variables: Vec<String>,
    /// The number of the variable.
    pub variable: usize,
    /// The numbers it is fought in.
    pub arithmetic: Arithmetic,
    /// The point that was asked for.
    pub asked: Vec<f64>,
    /// The point, rounded to these numbers.
    pub point: Vec<f64>,
    /// The exact derivative in `f64`.
    pub derivative: f64,
    /// |error| of the exact derivative in these numbers.
    pub exact_error: f64,
    /// The steps, falling powers of two.
    pub steps: Vec<f64>,
    /// Forward, central and central4.
    pub fighters: Vec<Fighter>,
}

impl Duel {
    /// The duel over ∂f/∂(variable number `variable`) at `point`.
    ///
    /// # Errors
    /// A point without a value or a derivative, or derivatives that outgrow the graph.
    pub fn new(formula: &Formula, point: &[f64], variable: usize, arithmetic: Arithmetic) -> Result<Self, DuelError> {
        let names = &formula.variables()[..point.len().min(formula.variables().len())];
        let at = || tuple(names, point);
        let exact = |values: Vec<f64>| (values[0], values[1]);
        let point_here: Vec<f64> = point.iter().map(|&coordinate| arithmetic.rounded(coordinate)).collect();
        let mut judged = formula.graph().clone();
        let x = judged.variable(variable);
        let slope = derive::gradient(&mut judged, formula.root(), &[x])?[0];
        let planes = [("f", formula.root()), ("f′", slope)]
            .map(|(name, value)| Plane::of(&mut judged, formula.root(), name, value));
        let program = Program::compile_planes(&mut judged, &planes, point.len(), formula.values().len())?;
        let (value, derivative) = exact(values(&program, formula.values(), &point_here, Arithmetic::F64));
        if value.is_nan() {
            return Err(DuelError::Function(at()));
        }
        let name = || names.get(variable).cloned().unwrap_or_default();
        if derivative.is_nan() {
            return Err(DuelError::Derivative { variable: name(), point: at() });
        }
        let (value_here, derivative_here) = exact(values(&program, formula.values(), &point_here, arithmetic));
        if value_here.is_nan() || derivative_here.is_nan() {
            return Err(DuelError::Overflow { variable: name(), point: at() });
        }
        let laws = METHODS.map(|method| {
            let (g, f, unit) = (formula.graph(), formula.root(), arithmetic.unit_roundoff());
            step::law(g, f, variable, formula.values(), &point_here, method, unit)
        });
        let largest = 2_f64.powi(exponent(point_here[variable]).unwrap_or(0).max(0));
        let automatic = laws.map(|law| law.best(largest));
        let steps = sweep(point_here[variable], arithmetic, &automatic.map(|choice| choice.h));
        let fighters = METHODS.into_iter().zip(laws).zip(automatic).map(|((method, law), automatic)| {
            let error = |&h: &f64| {
                quotient(formula, method, variable, h, &point_here, arithmetic).map(|found| (found - derivative).abs())
            };
            let errors = steps.iter().map(error).collect::<Result<Vec<f64>, TooLarge>>()?;
            let defined = errors.iter().enumerate().filter(|(_, error)| !error.is_nan());
            let best = defined.min_by(|a, b| a.1.total_cmp(b.1)).map(|(place, _)| place);
            let automatic_error = error(&automatic.h)?;
            Ok(Fighter { method, errors, best, law, automatic, automatic_error })
        });
        let fighters = fighters.collect::<Result<Vec<Fighter>, TooLarge>>()?;
        Ok(Self {
            variables: names.to_vec(),
            variable,
            arithmetic,
            derivative,
            exact_error: (derivative_here - derivative).abs(),
            asked: point.to_vec(),
            point: point_here,
            steps,
            fighters,
        })
    }

    /// The point that was asked for in words, such as `(x, y) = (1, 2)`.
    #[must_use]
    pub fn place(&self) -> String {
        tuple(&self.variables, &self.asked)
    }

    /// The name of the variable.
    #[must_use]
    pub fn name(&self) -> &str {
        self.variables.get(self.variable).map_or("", String::as_str)
    }
}

/// A point in words: `(x, y) = (1, 2)`, or `x = 1`.
fn tuple(names: &[String], point: &[f64]) -> String {
    let numbers: Vec<String> = point.iter().map(ToString::to_string).collect();
    match (names, numbers.as_slice()) {
        ([name], [number]) => format!("{name} = {number}"),
        _ => format!("({}) = ({})", names.join(", "), numbers.join(", ")),
    }
}

/// The power of two of a number's leading digit; zero has none.
#[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64")]
fn exponent(value: f64) -> Option<i32> {
    (value != 0.0).then(|| value.abs().log2().floor() as i32)
}

/// From 2⁰, or the size of a larger coordinate, down to where rounding has taken every digit; further where a chosen step
/// would lie outside or at the rim.
#[expect(clippy::cast_possible_truncation, reason = "the exponents of f64 numbers")]
fn sweep(coordinate: f64, arithmetic: Arithmetic, chosen: &[f64]) -> Vec<f64> {
    /// Powers of two shown on either side of a chosen step.
    const RIM: i32 = 5;
    let digits = arithmetic.bits() - i32::from(arithmetic == Arithmetic::F64);
    let size = exponent(coordinate);
    let top = size.unwrap_or(0).max(0);
    let chosen = chosen.iter().map(|h| h.log2() as i32);
    let swallowed = size.unwrap_or(top) - digits;
    let bottom = chosen.map(|power| power - RIM).min().unwrap_or(top).max(swallowed).min(top - digits);
    (bottom.max(top - MOST_STEPS + 1)..=top).rev().map(|power| 2_f64.powi(power)).collect()
}

/// The difference quotient in the numbers of the engine; NaN where there is none.
fn quotient(
    formula: &Formula,
    method: Method,
    variable: usize,
    h: f64,
    point: &[f64],
    arithmetic: Arithmetic,
) -> Result<f64, TooLarge> {
    let mut g = formula.graph().clone();
    let variables: Vec<NodeId> = (0..point.len()).map(|axis| g.variable(axis)).collect();
    let steps = vec![Steps { first: h, second: h }; point.len()];
    let slope = Differentiator::new(method, variables, steps).partial(&mut g, formula.root(), variable, 1)?;
    let plane = Plane::of(&mut g, formula.root(), "quotient", slope);
    let program = Program::compile_planes(&mut g, &[plane], point.len(), formula.values().len())?;
    Ok(values(&program, formula.values(), point, arithmetic)[0])
}

/// The outputs of a program at a point.
fn values(program: &Program, parameters: &[f64], point: &[f64], arithmetic: Arithmetic) -> Vec<f64> {
    match arithmetic {
        Arithmetic::F64 => Interpreter::<f64>::new(program, parameters).point(point),
        Arithmetic::F32 => {
            let point: Vec<f32> = point.iter().map(|&coordinate| f32::from_f64(coordinate)).collect();
            let found = Interpreter::<f32>::new(program, parameters).point(&point);
            found.into_iter().map(f64::from).collect()
        }
    }
}

#[cfg(test)]
mod tests;
