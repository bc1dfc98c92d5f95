//! Exact derivatives: a reverse sweep over the graph that makes the nodes of all partial derivatives at once.
//!
//! The sweep is reverse-mode automatic differentiation (Griewank & Walther, *Evaluating Derivatives*, 2nd ed., ch. 3)
//! done on expressions: it visits the nodes of f from the last to the first and carries the adjoint ∂f/∂v of each value v,
//! as a node. A few nodes per node of f give every partial, and since the graph shares equal nodes, the derivatives reuse
//! the values of f itself. Sweeping a partial again gives second derivatives.
//!
//! **Branches.** An adjoint sent through `if(c, a, b)` would reach the branch that is not taken as `0 · (1/√x)`, which is
//! undefined exactly where the `if` was meant to protect: the gradient of `if(x > 0, √x, 0)` must be 0 at x = 0. So a
//! branch is never swept from outside. Its partials are made for themselves, and
//!
//! ```text
//! ∂ if(c, a, b)/∂x = if(c, ∂a/∂x, ∂b/∂x)
//! ```
//!
//! enters the sweep as a leaf with known partials. The condition has slope zero.
//!
//! **Samples.** A sampled source is such a leaf too: ∂/∂x of `Sample(s, (i, j, k))` is `Sample(s, (i + 1, j, k))`. By a parameter,
//! an array has slope zero, and the slope of a plane of f is the plane of ∂f/∂p. Taps, edges and columns stand for numbers of
//! a scheme, which come after the calculus; their slope is zero.
//!
//! **Limits.** Nested branches are swept once each, so a formula of m branches may cost m sweeps. A graph that outgrows
//! [`MAX_NODES`](super::graph::MAX_NODES) makes the sweep stop early; [`gradient`] then returns an error.

use crate::expr::graph::{Graph, Node, NodeId, TooLarge};
use crate::expr::op::{Op, Pull, Rule};
use crate::expr::source::{Source, SourceId};
use std::collections::BTreeMap;

/// ∂f/∂v for each of `variables`, which are leaves of the graph (variables or parameters).
///
/// # Errors
/// [`TooLarge`] when the derivatives do not fit the graph.
pub fn gradient(g: &mut Graph, f: NodeId, variables: &[NodeId]) -> Result<Vec<NodeId>, TooLarge> {
    let order = g.reachable(&[f]);
    let active = active_nodes(g, &order, variables);
    let mut branches = BTreeMap::new();
    for &id in &order {
        if let Node::Sample(source, orders) = g.node(id)
            && active[id.index()]
        {
            let partials: Vec<Option<NodeId>> =
                variables.iter().map(|&variable| sample_partial(g, source, orders, variable)).collect();
            branches.insert(id, partials);
            g.check()?;
        }
        if let Some((Op::Select, [condition, a, b])) = g.as_apply(id)
            && active[id.index()]
        {
            let on = sweep(g, a, variables, &active, &branches);
            let off = sweep(g, b, variables, &active, &branches);
            let zero = g.constant(0.0);
            let partials: Vec<Option<NodeId>> = (on.into_iter().zip(off))
                .map(|pair| match pair {
                    (None, None) => None,
                    (on, off) => Some(g.select(condition, on.unwrap_or(zero), off.unwrap_or(zero))),
                })
                .collect();
            branches.insert(id, partials);
            g.check()?;
        }
    }
    let partials = sweep(g, f, variables, &active, &branches);
    let zero = g.constant(0.0);
    g.check()?;
    Ok(partials.into_iter().map(|partial| partial.unwrap_or(zero)).collect())
}

/// ∂f/∂`variable`; zero if the graph has outgrown its limit, which [`Graph::check`] then reports.
pub fn partial(g: &mut Graph, f: NodeId, variable: NodeId) -> NodeId {
    match gradient(g, f, &[variable]) {
        Ok(partials) => partials[0],
        Err(TooLarge) => g.constant(0.0),
    }
}

/// The partial of a sample by `variable`, a coordinate or a parameter; `None` where it is zero.
fn sample_partial(g: &mut Graph, source: SourceId, mut orders: [u8; 3], variable: NodeId) -> Option<NodeId> {
    let partial = match g.node(variable) {
        Node::Variable(axis) => {
            let order = orders.get_mut(usize::from(axis))?;
            *order = order.saturating_add(1);
            g.sample(source, orders)
        }
        _ => {
            let source = source_partial(g, source, variable)?;
            g.sample(source, orders)
        }
    };
    (g.as_constant(partial) != Some(0.0)).then_some(partial)
}

/// The source that holds the slope of `source` by a parameter.
fn source_partial(g: &mut Graph, source: SourceId, parameter: NodeId) -> Option<SourceId> {
    match g.source(source) {
        Source::Array { .. } => None,
        Source::Plane(node) => {
            let slope = partial(g, node, parameter);
            (g.as_constant(slope) != Some(0.0)).then(|| g.plane(slope))
        }
        Source::Smooth { of, sigma } => {
            let of = source_partial(g, of, parameter)?;
            Some(g.smooth(of, f64::from_bits(sigma)))
        }
    }
}

/// Marks, by index, the nodes of `order` that depend on any of `variables`.
fn active_nodes(g: &Graph, order: &[NodeId], variables: &[NodeId]) -> Vec<bool> {
    let mut active = vec![false; order.last().map_or(0, |last| last.index() + 1)];
    for &id in order {
        active[id.index()] = match g.node(id) {
            Node::Apply(op, args) => args[..op.arity().min].iter().any(|arg| active[arg.index()]),
            Node::Sample(..) => true,
            _ => variables.contains(&id),
        };
    }
    active
}

/// The partials of `root`, `None` for those that are zero everywhere; `branches` are leaves with known partials.
fn sweep(
    g: &mut Graph,
    root: NodeId,
    variables: &[NodeId],
    active: &[bool],
    branches: &BTreeMap<NodeId, Vec<Option<NodeId>>>,
) -> Vec<Option<NodeId>> {
    let mut totals = vec![None; variables.len()];
    if !active[root.index()] {
        return totals;
    }
    let mut adjoints: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    adjoints.insert(root, g.constant(1.0));
    // The largest number first: every user of a node has been visited before the node itself.
    while let Some((id, d)) = adjoints.pop_last() {
        if g.full() {
            break;
        }
        match g.node(id) {
            Node::Apply(Op::Select, _) | Node::Sample(..) => {
                for (total, partial) in totals.iter_mut().zip(branches.get(&id).into_iter().flatten()) {
                    if let Some(partial) = *partial {
                        let term = g.mul(d, partial);
                        accumulate(g, total, term);
                    }
                }
            }
            Node::Apply(op, args) => {
                let Rule::Primitive(rule) = op.rule() else { continue };
                let pull = Pull { a: args[0], b: args[1], c: args[2], v: id, d };
                for (which, arg) in args[..op.arity().min].iter().enumerate() {
                    if !active[arg.index()] {
                        continue;
                    }
                    if let Some(term) = (rule.pull)(g, &pull, which) {
                        let mut adjoint = adjoints.get(arg).copied();
                        accumulate(g, &mut adjoint, term);
                        adjoints.extend(adjoint.map(|adjoint| (*arg, adjoint)));
                    }
                }
            }
            _ => {
                for (total, variable) in totals.iter_mut().zip(variables) {
                    if *variable == id {
                        accumulate(g, total, d);
                    }
                }
            }
        }
    }
    totals
}

/// Adds `term` to `total`. A literal zero adds nothing: the domain is kept by the function itself, not by its slope.
fn accumulate(g: &mut Graph, total: &mut Option<NodeId>, term: NodeId) {
    if g.as_constant(term) == Some(0.0) {
        return;
    }
    *total = Some(match *total {
        None => term,
        Some(sum) => g.add(sum, term),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xy() -> (Graph, NodeId, NodeId) {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        (g, x, y)
    }

    #[test]
    fn the_gradient_of_the_front_page_formula() {
        let (mut g, x, y) = xy();
        let two = g.constant(2.0);
        let square = g.apply(Op::Pow, &[x, two]);
        let product = g.mul(square, y);
        let sine = g.apply(Op::Sin, &[y]);
        let f = g.add(product, sine);
        let partials = gradient(&mut g, f, &[x, y]).expect("small");
        let two_x = g.scale(2.0, x);
        let cosine = g.apply(Op::Cos, &[y]);
        assert_eq!(partials[0], g.mul(y, two_x), "∂f/∂x = 2xy");
        assert_eq!(partials[1], g.add(cosine, square), "∂f/∂y = x² + cos y");
    }

    #[test]
    fn what_does_not_depend_has_slope_zero() {
        let (mut g, x, y) = xy();
        let partials = gradient(&mut g, x, &[x, y]).expect("small");
        assert!(g.is_constant(partials[0], 1.0) && g.is_constant(partials[1], 0.0), "∂x/∂x = 1, ∂x/∂y = 0");
    }

    #[test]
    fn a_branch_keeps_its_partials_to_itself() {
        let (mut g, x, _) = xy();
        let (root, zero) = (g.sqrt(x), g.constant(0.0));
        let condition = g.apply(Op::Gt, &[x, zero]);
        let f = g.select(condition, root, zero);
        let slope = partial(&mut g, f, x);
        let inner = partial(&mut g, root, x);
        assert_eq!(slope, g.select(condition, inner, zero), "if(x > 0, 1/(2√x), 0)");
    }

    #[test]
    fn samples_are_unknown_functions_of_the_calculus() {
        let (mut g, x, y) = xy();
        let source = g.array(0, 2);
        let a = g.sample(source, [0, 0, 0]);
        let (ax, ay) = (g.sample(source, [1, 0, 0]), g.sample(source, [0, 1, 0]));
        let product = g.mul(a, x);
        let expected = g.mul(ax, x);
        let expected = g.add(a, expected);
        let slope = partial(&mut g, product, x);
        assert_eq!(slope, expected, "d(a·x, x) = a + d(a, x)·x");
        let sine = g.apply(Op::Sin, &[a]);
        let slopes = gradient(&mut g, sine, &[x, y]).expect("small");
        let cosine = g.apply(Op::Cos, &[a]);
        assert_eq!(slopes, [g.mul(cosine, ax), g.mul(cosine, ay)], "the chain rule");
        let mixed = partial(&mut g, ax, y);
        assert_eq!(mixed, g.sample(source, [1, 1, 0]), "∂²a/∂x∂y");
        let z = g.variable(2);
        let flat = partial(&mut g, sine, z);
        assert!(g.is_constant(flat, 0.0), "a has two axes");
    }

    #[test]
    fn the_slope_of_a_plane_by_a_parameter_is_a_plane() {
        let (mut g, x, _) = xy();
        let p = g.parameter(0);
        let product = g.mul(p, x);
        let plane = g.plane(product);
        let smooth = g.smooth(plane, 1.0);
        let value = g.sample(smooth, [0; 3]);
        let slope = partial(&mut g, value, p);
        let inner = g.plane(x);
        let inner = g.smooth(inner, 1.0);
        assert_eq!(slope, g.sample(inner, [0; 3]), "smooth(d(p·x, p)) = smooth(x)");
    }

    #[test]
    fn a_thousand_nested_branches_need_no_recursion() {
        let (mut g, x, y) = xy();
        let mut f = x;
        for i in 0..1000 {
            let limit = g.constant(f64::from(i));
            let condition = g.apply(Op::Gt, &[y, limit]);
            f = g.select(condition, f, x);
        }
        assert!(gradient(&mut g, f, &[x, y]).is_ok(), "one sweep a branch");
    }
}
