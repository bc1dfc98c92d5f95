//! Probes: f and ∇f at any points, for what walks through a field instead of over its grid: contours, streamlines, level surfaces.
//!
//! A formula is probed exactly, in `f64`. What has arrays in it is known at the nodes of its grid only, and a probe holds
//! interpolated nodes ([`lattice`]): in the plane a piecewise cubic with the scheme's ∇f at the nodes, whose own gradient it gives, so that f and ∇f
//! agree along any path; on a line or in space f and ∇f each linearly.
//!
//! Points come in batches: the cost is per batch as much as per point. Where f is not defined, and outside of a lattice, both are NaN.

pub mod lattice;

use crate::expr::formula::Formula;
use crate::expr::graph::{NodeId, TooLarge};
use crate::method::Differentiator;
use crate::program::Program;
use crate::program::interpret::Interpreter;
use crate::quantity::{Quantity, QuantityError};
use lattice::Lattice;
use rayon::prelude::*;

/// f and ∇f at some points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Jets {
    /// f at each point.
    pub value: Vec<f64>,
    /// For each axis, ∂f/∂axis at each point.
    pub gradient: Vec<Vec<f64>>,
}

/// Points of a batch that one worker takes.
const SHARE: usize = 4096;

/// A function that can be asked anywhere; see the [module](self).
#[derive(Debug)]
pub struct Probe {
    source: Source,
    /// Free axes: the first ones.
    dimension: usize,
    /// Where the other axes are held.
    held: Vec<f64>,
}

#[derive(Debug)]
enum Source {
    Formula { values: Box<Interpreter<f64>>, jets: Box<Interpreter<f64>> },
    Lattice(Lattice),
}

impl Probe {
    /// A probe of a formula without arrays over its first `dimension` axes; the axes after these are held at `held`.
    ///
    /// # Errors
    /// Derivatives that outgrow the graph.
    pub fn new(formula: &Formula, dimension: usize, held: &[f64]) -> Result<Self, QuantityError> {
        Self::of_quantity(formula, &Quantity::Value, dimension, held)
    }

    /// The same of another quantity of the formula, exactly, in place of f: its first plane.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and what the quantity says.
    pub fn of_quantity(
        formula: &Formula,
        quantity: &Quantity,
        dimension: usize,
        held: &[f64],
    ) -> Result<Self, QuantityError> {
        let axes = dimension + held.len();
        let compile = |gradient: bool| -> Result<Interpreter<f64>, QuantityError> {
            let mut g = formula.graph().clone();
            let variables: Vec<NodeId> = (0..axes).map(|axis| g.variable(axis)).collect();
            let exact = Differentiator::exact(variables);
            let names = &formula.variables()[..axes.min(formula.variables().len())];
            let mut planes = quantity.build(&mut g, formula.root(), names, &exact)?;
            planes.truncate(1);
            if let (true, Some(&(_, value))) = (gradient, planes.first()) {
                planes.extend(Quantity::Gradient.build(&mut g, value, names, &exact)?);
            }
            planes.truncate(1 + dimension);
            let program = Program::compile(&mut g, formula.root(), &planes, axes, formula.values().len())
                .map_err(|TooLarge| TooLarge)?;
            Ok(Interpreter::new(&program, formula.values()))
        };
        let values = Box::new(compile(false)?);
        let jets = Box::new(compile(true)?);
        Ok(Self { source: Source::Formula { values, jets }, dimension, held: held.to_vec() })
    }

    /// A probe of interpolated nodes.
    #[must_use]
    pub fn of_lattice(lattice: Lattice) -> Self {
        let dimension = lattice.dimension();
        Self { source: Source::Lattice(lattice), dimension, held: Vec::new() }
    }

    /// How many coordinates a point has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Whether f is known everywhere, and not at nodes only.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.source, Source::Formula { .. })
    }

    /// f at points; `points` has a column of coordinates for each axis.
    #[must_use]
    pub fn values(&self, points: &[Vec<f64>]) -> Vec<f64> {
        match &self.source {
            Source::Formula { values, .. } => self.ask(values, points).pop().unwrap_or_default(),
            Source::Lattice(lattice) => lattice.jets(points).value,
        }
    }

    /// f and ∇f at points; `points` has a column of coordinates for each axis.
    #[must_use]
    pub fn jets(&self, points: &[Vec<f64>]) -> Jets {
        match &self.source {
            Source::Formula { jets, .. } => {
                let mut planes = self.ask(jets, points).into_iter();
                Jets { value: planes.next().unwrap_or_default(), gradient: planes.collect() }
            }
            Source::Lattice(lattice) => lattice.jets(points),
        }
    }

    /// The planes of a program at points, computed by all cores where there are many.
    fn ask(&self, program: &Interpreter<f64>, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let count = points.iter().map(Vec::len).min().unwrap_or(0);
        let share = |from: usize| {
            let to = (from + SHARE).min(count);
            let held = self.held.iter().map(|&value| vec![value; to - from]);
            program.points(points.iter().map(|column| column[from..to].to_vec()).chain(held).collect())
        };
        if count <= SHARE {
            return share(0);
        }
        let parts: Vec<Vec<Vec<f64>>> = (0..count.div_ceil(SHARE)).into_par_iter().map(|k| share(k * SHARE)).collect();
        let planes = parts.first().map_or(0, Vec::len);
        (0..planes).map(|plane| parts.iter().flat_map(|part| part[plane].iter().copied()).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_probed_exactly_in_batches_of_any_size() {
        let formula = Formula::parse("x^2*y + sin(y)").expect("a formula");
        let probe = Probe::new(&formula, 2, &[]).expect("small");
        for count in [0, 1, SHARE, 2 * SHARE + 3] {
            let x: Vec<f64> = (0..count).map(|k| f64::from(u32::try_from(k).expect("small")) / 64.0).collect();
            let y: Vec<f64> = x.iter().map(|x| 3.0 - x).collect();
            let jets = probe.jets(&[x.clone(), y.clone()]);
            assert_eq!(jets.value.len(), count, "a value for each of {count}");
            assert_eq!(jets.value, probe.values(&[x.clone(), y.clone()]), "values alone");
            for k in 0..count {
                assert_eq!(jets.gradient[0][k], 2.0 * x[k] * y[k], "∂f/∂x at point {k}");
            }
        }
    }

    #[test]
    fn other_quantities_are_probed_too() {
        let formula = Formula::parse("x^2 + 3y^2").expect("a formula");
        let probe = Probe::of_quantity(&formula, &Quantity::Partial(vec![1]), 2, &[]).expect("small");
        let jets = probe.jets(&[vec![7.0], vec![2.0]]);
        assert_eq!((jets.value[0], jets.gradient[0][0], jets.gradient[1][0]), (12.0, 0.0, 6.0), "6y and its gradient");
    }

    #[test]
    fn held_axes_stay_and_undefined_points_are_nan() {
        let formula = Formula::parse("x*y*ln(z)").expect("a formula");
        let probe = Probe::new(&formula, 2, &[1.0_f64.exp()]).expect("small");
        let jets = probe.jets(&[vec![2.0], vec![3.0]]);
        assert_eq!((jets.value[0], jets.gradient.len()), (6.0, 2), "ln e = 1, and no ∂f/∂z");
        assert_eq!((jets.gradient[0][0], jets.gradient[1][0]), (3.0, 2.0), "in the plane");
        let outside = Probe::new(&formula, 2, &[-1.0]).expect("small").jets(&[vec![2.0], vec![3.0]]);
        assert!(outside.value[0].is_nan() && outside.gradient[0][0].is_nan(), "ln of a negative number");
    }
}
