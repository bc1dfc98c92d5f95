//! The step h of a difference formula, chosen so that truncation and rounding error balance.
//!
//! The error of a formula of order p is at most
//!
//! ```text
//! E(h) = C·hᵖ·M + R·e / hᵈ
//! ```
//!
//! where d is the order of the derivative, M the size of the derivative of order p + d, and e the error of one evaluation of f.
//! Both terms come from the function itself: M from its exact higher derivatives and e = `EVALUATION_ULPS`·u·|f|,
//! sampled over the domain. Of all powers of two the one with the least E is taken; a power of two makes x ± h exact.
//! (Press et al., *Numerical Recipes*, 3rd ed., §5.7; for `central`, the optimum is h = (3e/M)^(1/3).)
//!
//! At one point ([`law`]) the sizes are those at that point, and f counts with what it reaches within h: e(h) = k·u·(|f| + h|f′|). This
//! only matters where f is zero.
//!
//! A singular function has no largest derivative, so the sizes are the 90th percentile of the samples: the step suits
//! nine tenths of the picture rather than its worst point.

use crate::expr::derive;
use crate::expr::graph::{Graph, NodeId};
use crate::grid::Grid;
use crate::method::{Method, Steps};
use crate::program::Program;
use crate::program::interpret::Interpreter;

/// Error of one evaluation of a formula in units of u·|f|. Measured for sin in f32: 1.6e-7 = 2.7 u.
const EVALUATION_ULPS: f64 = 3.0;

/// Graphs larger than this are not differentiated further; the next derivative's size is then extrapolated.
const LARGEST_GRAPH: usize = 20_000;

/// A step and the error it is expected to have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The step, a power of two.
    pub h: f64,
    /// E(h), for the 90th percentile of the domain.
    pub error: f64,
}

/// The steps along one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AxisChoice {
    /// For first derivatives.
    pub first: Choice,
    /// For second derivatives.
    pub second: Choice,
}

/// The constants of E(h) for one formula.
struct Error {
    /// C.
    truncation: f64,
    /// p.
    order: i32,
    /// R.
    rounding: f64,
    /// d.
    derivative: i32,
}

impl Error {
    fn of(method: Method, derivative: i32) -> Self {
        let (truncation, order, rounding) = match (method, derivative) {
            (Method::Central | Method::Exact | Method::Grid, 1) => (1.0 / 6.0, 2, 1.0),
            (Method::Central4, 1) => (1.0 / 30.0, 4, 1.5),
            (Method::Forward | Method::Backward, 1) => (0.5, 1, 2.0),
            (Method::Central | Method::Exact | Method::Grid, _) => (1.0 / 12.0, 2, 4.0),
            (Method::Central4, _) => (1.0 / 15.0, 4, 2.25),
            (Method::Forward | Method::Backward, _) => (1.0, 1, 4.0),
        };
        Self { truncation, order, rounding, derivative }
    }

    fn at(&self, h: f64, size: f64, evaluation: f64) -> f64 {
        self.truncation * h.powi(self.order) * size + self.rounding * evaluation / h.powi(self.derivative)
    }
}

/// E(h) of a first derivative at one point.
///
/// There the derivative that leads the truncation may be zero (f″ of sin at 0), so the law has the next ones too, as far as
/// they are known: |f″|h/2 + |f‴|h²/6 + … for forward and backward, |f‴|h²/6 + |f⁗′|h⁴/120 for central, |f⁗′|h⁴/30 for
/// central4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// The order p of the method.
    pub order: i32,
    /// Truncation is the sum of these, each times its power of h.
    pub truncation: [f64; 6],
    /// Rounding is this divided by h …
    pub rounding: f64,
    /// … plus this.
    pub floor: f64,
}

impl Law {
    /// E(h).
    #[must_use]
    pub fn at(&self, h: f64) -> f64 {
        self.truncation.iter().rfold(0.0, |sum, term| sum * h + term) + self.rounding / h + self.floor
    }

    /// The power of two, at most `largest`, with the least E; of several that are within a hundredth of it the largest.
    #[must_use]
    pub fn best(&self, largest: f64) -> Choice {
        let steps = || (-1000..=1000).map(|power| 2_f64.powi(power)).filter(|h| *h <= largest && *h >= largest * 1e-15);
        let least = steps().map(|h| self.at(h)).fold(f64::INFINITY, f64::min);
        let h = steps().rfind(|h| self.at(*h) <= 1.01 * least).unwrap_or(largest);
        Choice { h, error: self.at(h) }
    }
}

/// E(h) of the first derivative of `f` along `axis` at `point`, by a difference formula in arithmetic of unit roundoff `u`.
#[must_use]
pub fn law(g: &Graph, f: NodeId, axis: usize, parameters: &[f64], point: &[f64], method: Method, u: f64) -> Law {
    let columns: Vec<Vec<f64>> = point.iter().map(|&coordinate| vec![coordinate]).collect();
    let sizes = sizes(g, f, axis, parameters, &columns);
    let error = Error::of(method, 1);
    let truncation = match method {
        Method::Forward | Method::Backward => [0.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0],
        Method::Central | Method::Exact | Method::Grid => [0.0, 0.0, 1.0 / 6.0, 0.0, 1.0 / 120.0, 0.0],
        Method::Central4 => [0.0, 0.0, 0.0, 0.0, 1.0 / 30.0, 0.0],
    };
    let evaluation = error.rounding * EVALUATION_ULPS * u;
    Law {
        order: error.order,
        truncation: std::array::from_fn(|power| truncation[power] * sizes[power + 1]),
        rounding: evaluation * sizes[0],
        floor: evaluation * sizes[1],
    }
}

/// Steps for first and second derivatives along every variable of `grid`, for an engine of unit roundoff `u`.
#[must_use]
pub fn automatic(g: &Graph, f: NodeId, grid: &Grid, parameters: &[f64], method: Method, u: f64) -> Vec<AxisChoice> {
    let points = samples(grid);
    let mut choices = Vec::new();
    for (axis, extent) in grid.axes().iter().enumerate() {
        let extent = (extent.max() - extent.min()).abs();
        let sizes = sizes(g, f, axis, parameters, &points);
        let evaluation = EVALUATION_ULPS * u * sizes[0];
        let choose = |derivative: i32| {
            let error = Error::of(method, derivative);
            let size = sizes[usize::try_from(error.order + derivative).unwrap_or(0).min(sizes.len() - 1)];
            // No step reaches further than an eighth of the domain, where there is one.
            let largest = if extent > 0.0 { extent / 8.0 } else { 1.0 };
            let steps = (-1000..=1000).map(|power| 2_f64.powi(power));
            let steps = steps.filter(|h| *h <= largest && *h >= largest * 1e-15);
            let best = steps.min_by(|a, b| error.at(*a, size, evaluation).total_cmp(&error.at(*b, size, evaluation)));
            let h = best.unwrap_or(largest);
            Choice { h, error: error.at(h, size, evaluation) }
        };
        choices.push(AxisChoice { first: choose(1), second: choose(2) });
    }
    choices
}

/// The [`Steps`] of these choices.
#[must_use]
pub fn steps(choices: &[AxisChoice]) -> Vec<Steps> {
    choices.iter().map(|axis| Steps { first: axis.first.h, second: axis.second.h }).collect()
}

/// Sizes of f and its derivatives along `axis`, orders 0 to 6.
fn sizes(g: &Graph, f: NodeId, axis: usize, parameters: &[f64], points: &[Vec<f64>]) -> [f64; 7] {
    let mut g = g.clone();
    let x = g.variable(axis);
    let mut sizes = [0.0_f64; 7];
    let mut node = Some(f);
    for order in 0..sizes.len() {
        sizes[order] = match node {
            Some(node) => size(&mut g, node, parameters, points),
            // Each further derivative grows by the same factor, as it does for e^(kx) and sin(kx).
            None if sizes[order - 2] > 0.0 => sizes[order - 1] * (sizes[order - 1] / sizes[order - 2]),
            None => 0.0,
        };
        node = node.filter(|_| order == 0 || g.len() <= LARGEST_GRAPH).map(|node| derive::partial(&mut g, node, x));
    }
    sizes
}

/// The 90th percentile of |node| over the points where it is defined.
fn size(g: &mut Graph, node: NodeId, parameters: &[f64], columns: &[Vec<f64>]) -> f64 {
    let outputs = [(String::new(), node)];
    let Ok(program) = Program::compile(g, node, &outputs, columns.len(), parameters.len()) else { return 0.0 };
    let mut values = Interpreter::<f64>::new(&program, parameters).points(columns.to_vec()).swap_remove(0);
    values.iter_mut().for_each(|value| *value = value.abs());
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    values.get(values.len() * 9 / 10).copied().unwrap_or(0.0)
}

/// Coordinates, axis by axis, of points spread over the domain: a Kronecker sequence, which repeats no symmetry of the grid.
fn samples(grid: &Grid) -> Vec<Vec<f64>> {
    const POINTS: u32 = 257;
    // Fractional parts of multiples of square roots of primes are evenly distributed (Weyl 1916).
    let roots = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0].map(f64::sqrt);
    let axes = grid.axes().iter().zip(roots);
    axes.map(|(axis, root)| {
        let span = axis.max() - axis.min();
        (1..=POINTS).map(|i| axis.min() + span * (f64::from(i) * root).fract()).collect()
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::op::Op;

    fn choice(build: impl Fn(&mut Graph, NodeId) -> NodeId, method: Method, u: f64) -> Choice {
        let mut g = Graph::new();
        let x = g.variable(0);
        let f = build(&mut g, x);
        let grid = Grid::plane((-5.0, 5.0, 100), (-5.0, 5.0, 100)).expect("valid");
        automatic(&g, f, &grid, &[], method, u)[0].first
    }

    #[test]
    fn the_step_for_a_sine_is_the_one_measured_best() {
        let unit = f64::from(f32::EPSILON) / 2.0;
        let slow = choice(|g, x| g.apply(Op::Sin, &[x]), Method::Central, unit);
        assert_eq!(slow.h, 2_f64.powi(-7), "sin x in f32: {slow:?}");
        let fast = choice(
            |g, x| {
                let scaled = g.scale(20.0, x);
                g.apply(Op::Sin, &[scaled])
            },
            Method::Central,
            unit,
        );
        assert!(fast.h <= slow.h / 8.0, "sin 20x needs a smaller step: {fast:?}");
        assert!(choice(|g, x| g.apply(Op::Sin, &[x]), Method::Central, f64::EPSILON / 2.0).h < slow.h / 100.0, "f64");
    }

    #[test]
    fn the_law_at_a_point_knows_the_derivatives_there() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let sine = g.apply(Op::Sin, &[x]);
        let unit = f64::from(f32::EPSILON) / 2.0;
        let at = |place: f64, method| law(&g, sine, 0, &[], &[place], method, unit);
        let central = at(1.0, Method::Central);
        // A product of rounded 1/6 and a cosine: two roundings.
        assert!((central.truncation[2] / (1_f64.cos() / 6.0) - 1.0).abs() <= 2.0 * f64::EPSILON, "f‴/6: {central:?}");
        assert_eq!(central.best(1.0).h, 2_f64.powi(-7), "the step measured best");
        // At 0 both f and f″ are zero: h²/6 against the rounding of a slope of 1, and any small step is as good.
        let forward = at(0.0, Method::Forward).best(1.0);
        assert!(forward.h < 2_f64.powi(-8), "{forward:?}");
        assert!((forward.error / (2.0 * EVALUATION_ULPS * unit) - 1.0).abs() < 0.02, "the floor: {forward:?}");
    }

    #[test]
    fn without_truncation_error_the_step_is_as_large_as_the_domain_allows() {
        let line = choice(|g, x| g.scale(3.0, x), Method::Central, 1e-7);
        assert_eq!(line.h, 1.0, "the largest power of two up to 10/8");
    }
}
