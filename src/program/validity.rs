//! Where a value is defined: truth nodes built from the domain of every operation it depends on.
//!
//! A NaN is no reliable witness: drivers may assume that there is none, and `min(NaN, 1)` or `NaN > 0` lose it. So each
//! operation has a predicate on its *operands* (the domain rule of the op table), and a value is defined where all the
//! predicates it depends on hold. The predicates are ordinary nodes, evaluated with the same bits on every engine.
//!
//! `if(c, a, b)` needs its condition, and only the branch it takes. A comparison whose operand may have overflowed into a
//! NaN is undefined there rather than false.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::{Op, Rule};

/// The truth node of the points where all of `roots` are defined, or `None` if that is everywhere.
pub fn defined(g: &mut Graph, roots: &[NodeId]) -> Option<NodeId> {
    let order = g.reachable(roots);
    let mut known: Vec<Option<NodeId>> = vec![None; order.last().map_or(0, |last| last.index() + 1)];
    for id in order {
        let Node::Apply(op, args) = g.node(id) else { continue };
        let Rule::Primitive(rule) = op.rule() else { continue };
        let valid = args.map(|arg| known[arg.index()]);
        let mut total = if op == Op::Select {
            let branch = branch(g, args[0], valid[1], valid[2]);
            both(g, valid[0], branch)
        } else {
            valid[..op.arity().min].iter().fold(None, |total, &next| both(g, total, next))
        };
        let local = (rule.domain)(g, args[0], args[1]);
        total = both(g, total, local);
        if op.is_truth() || op == Op::Select {
            let compared = if op == Op::Select { 1 } else { op.arity().min };
            for &arg in &args[..compared] {
                let number = number(g, arg);
                total = both(g, total, number);
            }
        }
        known[id.index()] = total.filter(|&truth| !g.is_constant(truth, 1.0));
    }
    roots.iter().fold(None, |total, root| both(g, total, known[root.index()]))
}

/// Validity of the branch that `condition` takes.
fn branch(g: &mut Graph, condition: NodeId, on: Option<NodeId>, off: Option<NodeId>) -> Option<NodeId> {
    if on == off {
        return on;
    }
    let always = g.constant(1.0);
    Some(g.select(condition, on.unwrap_or(always), off.unwrap_or(always)))
}

fn both(g: &mut Graph, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match (a, b) {
        (Some(a), Some(b)) => Some(g.and(a, b)),
        (one, other) => one.or(other),
    }
}

/// Truth node of "`id` is a number", `None` if it cannot be otherwise: leaves and truth values never are.
fn number(g: &mut Graph, id: NodeId) -> Option<NodeId> {
    let (op, _) = g.as_apply(id)?;
    (!op.is_truth()).then(|| g.apply(Op::Eq, &[id, id]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_defined_everywhere() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let product = g.mul(x, y);
        let root = g.add(product, x);
        assert_eq!(defined(&mut g, &[root]), None, "no predicate is made");
    }

    #[test]
    fn domains_add_up_along_the_arguments() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let log = g.apply(Op::Ln, &[x]);
        let ratio = g.div(log, y);
        let (positive, nonzero) = (g.compare(Op::Gt, x, 0.0), g.compare(Op::Ne, y, 0.0));
        assert_eq!(defined(&mut g, &[ratio]), Some(g.and(positive, nonzero)), "x > 0 and y ≠ 0");
    }

    #[test]
    fn only_the_branch_taken_counts() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let (log, zero) = (g.apply(Op::Ln, &[x]), g.constant(0.0));
        let condition = g.compare(Op::Gt, x, 0.0);
        let safe = g.select(condition, log, zero);
        let always = g.constant(1.0);
        assert_eq!(defined(&mut g, &[safe]), Some(g.select(condition, condition, always)), "ln x only where taken");
    }
}
