//! Methods: how a partial derivative is taken — exactly, or by one of the difference formulas, for comparison.
//!
//! A difference formula is only more nodes: f(x+h) is the graph of f with x replaced by x+h, so every quantity works with
//! every method, on every engine, and methods can be subtracted from each other.
//!
//! | method | formula | error for step h, evaluation error e |
//! |---|---|---|
//! | `exact` | reverse-mode derivative of the graph | rounding only |
//! | `forward` | (f(x+h) − f(x)) / h | h/2·M₂ + 2e/h |
//! | `backward` | (f(x) − f(x−h)) / h | h/2·M₂ + 2e/h |
//! | `central` | (f(x+h) − f(x−h)) / 2h | h²/6·M₃ + e/h |
//! | `central4` | (8(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))) / 12h | h⁴/30·M₅ + 3e/2h |
//! | `grid` | f once per node, differenced between neighbours by a [`scheme`] | that of the scheme, h the spacing |
//!
//! Mₖ bounds |∂ᵏf/∂xᵏ| (Abramowitz & Stegun 25.3). The quotient divides by the *rounded* difference (x+h) − (x−h), so a
//! step that coordinates cannot hold exactly costs nothing. Second derivatives apply the formula twice; `central` does so
//! with h/2, which gives the three-point formula (f(x+h) − 2f(x) + f(x−h)) / h².
//!
//! An automatic h is chosen by [`step`] for each variable, from the function and the domain.
//!
//! Arrays have values on the nodes of their grid only, so their derivatives are always those of a [`scheme`]: `exact` means that the
//! formula around them is differentiated exactly, `grid` that the finished values are differenced, and the other methods are not
//! for them.

mod gaussian;
pub mod sampling;
pub mod scheme;
mod stencil;
pub mod step;

use crate::expr::derive;
use crate::expr::graph::{Graph, Node, NodeId, TooLarge};
use crate::method::sampling::{Sampler, SamplingError};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How a partial derivative is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Exact, from the graph.
    #[default]
    Exact,
    /// Second-order central difference.
    Central,
    /// Fourth-order central difference.
    Central4,
    /// First-order forward difference.
    Forward,
    /// First-order backward difference.
    Backward,
    /// Differences between the nodes of the grid.
    Grid,
}

/// No method has this name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no method `{0}`; there are exact, central, central4, forward, backward and grid")]
pub struct UnknownMethod(String);

impl Method {
    /// All methods that can be asked for by name.
    pub const ALL: [Self; 6] = [Self::Exact, Self::Central, Self::Central4, Self::Forward, Self::Backward, Self::Grid];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Central => "central",
            Self::Central4 => "central4",
            Self::Forward => "forward",
            Self::Backward => "backward",
            Self::Grid => "grid",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;
    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        Self::ALL.into_iter().find(|method| method.name() == text).ok_or_else(|| UnknownMethod(text.to_owned()))
    }
}

/// The steps of a difference formula along one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps {
    /// For first derivatives.
    pub first: f64,
    /// For second and higher derivatives.
    pub second: f64,
}

/// How heights and distances on the ground relate to values and coordinates, for quantities of terrain.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    /// Height is this times the value, in the unit of distances.
    pub z_factor: f64,
    /// Distance on the ground for one unit of x, y, … : a number for each node of an axis; missing ones are 1.
    pub metric: Vec<Metric>,
}

/// Distances on the ground for one unit of a coordinate.
#[derive(Debug, Clone, PartialEq)]
pub enum Metric {
    /// The same everywhere.
    Even(f64),
    /// A number for each node of this axis.
    Along(usize, Vec<f64>),
}

impl Default for Relief {
    fn default() -> Self {
        Self { z_factor: 1.0, metric: Vec::new() }
    }
}

/// Makes derivative nodes by one method.
#[derive(Debug, Clone)]
pub struct Differentiator {
    method: Method,
    variables: Vec<NodeId>,
    steps: Vec<Steps>,
    sampler: Option<Sampler>,
    relief: Relief,
}

impl Differentiator {
    /// Exact derivatives by `variables`.
    #[must_use]
    pub fn exact(variables: Vec<NodeId>) -> Self {
        Self { method: Method::Exact, variables, steps: Vec::new(), sampler: None, relief: Relief::default() }
    }

    /// Derivatives by `method`, with one entry of `steps` per variable.
    #[must_use]
    pub fn new(method: Method, variables: Vec<NodeId>, steps: Vec<Steps>) -> Self {
        Self { method, variables, steps, sampler: None, relief: Relief::default() }
    }

    /// The same with the scheme by which sampled values are differenced.
    #[must_use]
    pub fn with_sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = Some(sampler);
        self
    }

    /// The same with how heights and distances on the ground are measured.
    #[must_use]
    pub fn with_relief(mut self, relief: Relief) -> Self {
        self.relief = relief;
        self
    }

    /// How heights and distances on the ground are measured.
    #[must_use]
    pub fn relief(&self) -> &Relief {
        &self.relief
    }

    /// The exact one for the same variables, samples and ground.
    #[must_use]
    pub fn exactly(&self) -> Self {
        Self { method: Method::Exact, steps: Vec::new(), ..self.clone() }
    }

    /// The same roots with derivatives of sampled values as values of neighbouring cells.
    ///
    /// # Errors
    /// What [`Sampler::lower`] reports, and samples without a grid.
    pub fn lower(&self, g: &mut Graph, roots: &[NodeId]) -> Result<Vec<NodeId>, SamplingError> {
        match &self.sampler {
            Some(sampler) => sampler.lower(g, roots),
            None => sampling::without_samples(g, roots),
        }
    }

    /// `f` as the methods see it: for `grid` its values on the nodes.
    pub fn function(&self, g: &mut Graph, f: NodeId) -> NodeId {
        if self.method != Method::Grid || matches!(g.node(f), Node::Sample(..)) {
            return f;
        }
        let plane = g.plane(f);
        g.sample(plane, [0; 3])
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The variables by which it differentiates.
    #[must_use]
    pub fn variables(&self) -> &[NodeId] {
        &self.variables
    }

    /// The step of each variable; empty for the exact method.
    #[must_use]
    pub fn steps(&self) -> &[Steps] {
        &self.steps
    }

    /// All first partials of `f`.
    ///
    /// # Errors
    /// [`TooLarge`] when they do not fit the graph.
    pub fn gradient(&self, g: &mut Graph, f: NodeId) -> Result<Vec<NodeId>, TooLarge> {
        if matches!(self.method, Method::Exact | Method::Grid) {
            let f = self.function(g, f);
            return derive::gradient(g, f, &self.variables);
        }
        (0..self.variables.len()).map(|variable| self.partial(g, f, variable, 1)).collect()
    }

    /// ∂`f`/∂(variable number `variable`), as one factor of a derivative of total order `order`.
    ///
    /// # Errors
    /// [`TooLarge`] when it does not fit the graph.
    pub fn partial(&self, g: &mut Graph, f: NodeId, variable: usize, order: usize) -> Result<NodeId, TooLarge> {
        let x = self.variables[variable];
        if matches!(self.method, Method::Exact | Method::Grid) {
            let f = self.function(g, f);
            return Ok(derive::gradient(g, f, &[x])?[0]);
        }
        let steps = self.steps.get(variable).copied().unwrap_or(Steps { first: 0.0, second: 0.0 });
        let h = match (order, self.method) {
            (0 | 1, _) => steps.first,
            // Applied twice, half the step gives the three-point formula of step h.
            (_, Method::Central) => steps.second / 2.0,
            _ => steps.second,
        };
        let node = difference(g, self.method, f, x, h);
        g.check()?;
        Ok(node)
    }

    /// ∂²f/∂xᵢ∂xⱼ.
    ///
    /// # Errors
    /// [`TooLarge`] when it does not fit the graph.
    pub fn second(&self, g: &mut Graph, f: NodeId, i: usize, j: usize) -> Result<NodeId, TooLarge> {
        let first = self.partial(g, f, i, 2)?;
        self.partial(g, first, j, 2)
    }
}

fn difference(g: &mut Graph, method: Method, f: NodeId, x: NodeId, h: f64) -> NodeId {
    let step = g.constant(h);
    let (ahead, behind) = (g.add(x, step), g.sub(x, step));
    let (from, to) = match method {
        Method::Forward => (x, ahead),
        Method::Backward => (behind, x),
        _ => (behind, ahead),
    };
    let (f_to, f_from) = (substitute(g, f, x, to), substitute(g, f, x, from));
    let (rise, run) = (g.sub(f_to, f_from), g.sub(to, from));
    if method != Method::Central4 {
        return g.div(rise, run);
    }
    let double = g.constant(2.0 * h);
    let (far_ahead, far_behind) = (g.add(x, double), g.sub(x, double));
    let (f_ahead, f_behind) = (substitute(g, f, x, far_ahead), substitute(g, f, x, far_behind));
    let far_rise = g.sub(f_ahead, f_behind);
    let (near, run) = (g.scale(8.0, rise), g.scale(6.0, run));
    let top = g.sub(near, far_rise);
    g.div(top, run)
}

/// The graph of `root` with the leaf `from` replaced by `to`.
fn substitute(g: &mut Graph, root: NodeId, from: NodeId, to: NodeId) -> NodeId {
    if from == to {
        return root;
    }
    let order = g.reachable(&[root]);
    let mut replaced: Vec<NodeId> = Vec::with_capacity(order.len());
    let position = |id: NodeId| order.binary_search(&id).ok();
    for &id in &order {
        let new = match g.node(id) {
            Node::Apply(op, args) => {
                let args = args.map(|arg| position(arg).map_or(arg, |at| replaced[at]));
                g.apply(op, &args[..op.arity().min])
            }
            _ if id == from => to,
            _ => id,
        };
        replaced.push(new);
    }
    position(root).map_or(root, |at| replaced[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::op::Op;
    use crate::program::Program;
    use crate::program::interpret::Interpreter;

    /// sin″ and sin′ at 1 by every method with step 2⁻⁷; truncation is at most h/2 and rounding far below.
    #[test]
    fn every_method_approaches_the_exact_derivative() {
        const H: f64 = 1.0 / 128.0;
        for (method, first, second) in [
            (Method::Exact, 1e-15, 1e-15),
            (Method::Central, H * H / 6.0, H * H / 12.0),
            (Method::Central4, H.powi(4) / 30.0 + 1e-13, H.powi(4) / 15.0 + 1e-10),
            (Method::Forward, H / 2.0, H),
            (Method::Backward, H / 2.0, H),
        ] {
            let mut g = Graph::new();
            let x = g.variable(0);
            let sine = g.apply(Op::Sin, &[x]);
            let rule = Differentiator::new(method, vec![x], vec![Steps { first: H, second: H }]);
            let slope = rule.gradient(&mut g, sine).expect("small")[0];
            let bend = rule.second(&mut g, sine, 0, 0).expect("small");
            let outputs = [("′".to_owned(), slope), ("″".to_owned(), bend)];
            let program = Program::compile(&mut g, sine, &outputs, 1, 0).expect("small");
            let values = Interpreter::<f64>::new(&program, &[]).point(&[1.0]);
            assert!((values[0] - 1_f64.cos()).abs() <= first, "{method}: sin′ = {}", values[0]);
            assert!((values[1] + 1_f64.sin()).abs() <= second, "{method}: sin″ = {}", values[1]);
            if method != Method::Exact {
                assert!(values[0] != 1_f64.cos(), "{method} is a difference, not the exact derivative");
            }
        }
    }
}
