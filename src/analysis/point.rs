//! Everything the calculus of several variables says about one point: value, gradient, steepest ascent, tangent plane, Hessian.
//!
//! All numbers are computed in `f64`. At a point where f is differentiable,
//!
//! ```text
//! f(p + h) ≈ f(p) + ∇f(p)·h + ½ hᵀH h
//! ```
//!
//! and the slope ∇f·u along a unit vector u lies between −‖∇f‖ and +‖∇f‖, both reached along ∓∇f/‖∇f‖.

use crate::expr::formula::Formula;
use crate::expr::graph::{NodeId, TooLarge};
use crate::method::Differentiator;
use crate::program::Program;
use crate::program::interpret::Interpreter;
use crate::quantity::{Quantity, QuantityError};

/// What is known about a function at a point; a number that is undefined there is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct PointReport {
    /// The names of the variables.
    pub variables: Vec<String>,
    /// The point.
    pub point: Vec<f64>,
    /// f.
    pub value: f64,
    /// ∇f.
    pub gradient: Vec<f64>,
    /// ‖∇f‖.
    pub magnitude: f64,
    /// ∇f/‖∇f‖, the unit vector of steepest ascent.
    pub ascent: Vec<f64>,
    /// Second partials, a full symmetric matrix.
    pub hessian: Vec<Vec<f64>>,
    /// The unit vector of the direction asked for, and the slope along it.
    pub directional: Option<(Vec<f64>, f64)>,
}

impl PointReport {
    /// The report on `formula` at `point`, with the slope along `direction` if one is given (it is normalised).
    ///
    /// # Errors
    /// A direction of the wrong length, or derivatives that outgrow the graph.
    pub fn new(formula: &Formula, point: &[f64], direction: Option<&[f64]>) -> Result<Self, QuantityError> {
        let n = point.len();
        let names = &formula.variables()[..n.min(formula.variables().len())];
        let mut g = formula.graph().clone();
        let variables: Vec<NodeId> = (0..n).map(|axis| g.variable(axis)).collect();
        let exact = Differentiator::exact(variables);
        let root = formula.root();
        let mut outputs = Vec::new();
        let mut counts = Vec::new();
        let mut quantities =
            vec![Quantity::Value, Quantity::Gradient, Quantity::Magnitude, Quantity::Ascent, Quantity::Hessian];
        quantities.extend(direction.map(|u| Quantity::Directional(u.to_vec())));
        for quantity in quantities {
            let planes = quantity.build(&mut g, root, names, &exact)?;
            counts.push(planes.len());
            outputs.extend(planes);
        }
        let program =
            Program::compile(&mut g, root, &outputs, n, formula.values().len()).map_err(|TooLarge| TooLarge)?;
        let mut values = Interpreter::<f64>::new(&program, formula.values()).point(point).into_iter();
        let mut parts = counts.iter().map(|&count| values.by_ref().take(count).collect::<Vec<f64>>());
        let mut next = || parts.next().unwrap_or_default();
        let (value, gradient, magnitude, ascent, triangle) = (next(), next(), next(), next(), next());
        let slope = next().first().copied();
        // Row i of the upper triangle has n − i entries and begins behind those of the rows above.
        let entry = |i: usize, j: usize| triangle.get(i * n - i * i.saturating_sub(1) / 2 + (j - i)).copied();
        let row = |i: usize| (0..n).map(|j| entry(i.min(j), i.max(j)).unwrap_or(f64::NAN)).collect();
        let hessian: Vec<Vec<f64>> = (0..n).map(row).collect();
        let directional = direction.zip(slope).map(|(u, slope)| {
            let length = u.iter().fold(0.0, |length: f64, part| length.hypot(*part));
            (u.iter().map(|part| part / length).collect(), slope)
        });
        let first = |values: Vec<f64>| values.first().copied().unwrap_or(f64::NAN);
        Ok(Self {
            variables: names.to_vec(),
            point: point.to_vec(),
            value: first(value),
            gradient,
            magnitude: first(magnitude),
            ascent,
            hessian,
            directional,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, point: &[f64], direction: Option<&[f64]>) -> PointReport {
        let formula = Formula::parse(text).expect("a formula");
        PointReport::new(&formula, point, direction).expect("a report")
    }

    #[test]
    fn textbook_examples() {
        let report = at("x^2*y + sin(y)", &[1.0, 2.0], None);
        assert_eq!(report.gradient, [4.0, 1.0 + 2_f64.cos()], "∇(x²y + sin y) at (1, 2)");
        assert_eq!(report.hessian, [[4.0, 2.0], [2.0, -(2_f64.sin())]], "its Hessian");
        assert_eq!(at("xyz", &[1.0, 2.0, 3.0], None).gradient, [6.0, 3.0, 2.0], "∇(xyz) at (1, 2, 3)");
        let slope = at("x²+y²", &[1.0, 1.0], Some(&[1.0, 1.0])).directional.expect("asked for").1;
        // Two products of a rounded 1/√2 and their sum: at most 2 ulp.
        assert!((slope - 8_f64.sqrt()).abs() <= 2.0 * f64::EPSILON * 8_f64.sqrt(), "D_u f = {slope}");
        let e2 = 2.0_f64.exp();
        let report = at("e^{x²+y²}", &[1.0, 1.0], None);
        assert!((report.gradient[0] - 2.0 * e2).abs() <= 4.0 * f64::EPSILON * 2.0 * e2, "{report:?}");
    }

    #[test]
    fn undefined_numbers_are_nan() {
        let cone = at("sqrt(x²+y²)", &[0.0, 0.0], None);
        assert_eq!(cone.value, 0.0, "the tip");
        assert!(cone.gradient[0].is_nan() && cone.magnitude.is_nan(), "no gradient at the tip: {cone:?}");
        let flat = at("x²+y²", &[0.0, 0.0], None);
        assert_eq!(flat.magnitude, 0.0, "a minimum");
        assert!(flat.ascent[0].is_nan(), "which has no direction");
    }
}
