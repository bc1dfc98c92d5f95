//! Where a value is defined: truth nodes built from the domain of every operation it depends on.
//!
//! A NaN is no reliable witness: drivers may assume that there is none, and `min(NaN, 1)` or `NaN > 0` lose it. So each
//! operation has a predicate on its *operands* (the domain rule of the op table), and a value is defined where all the
//! predicates it depends on hold. The predicates are ordinary nodes, evaluated with the same bits on every engine.
//!
//! `if(c, a, b)` needs its condition, and only the branch it takes. A comparison whose operand has overflowed into a NaN
//! is unreliable rather than false. A value read from a grid is defined where there is one, which its bits tell; that is the one
//! place where a NaN means something, and `known` is the operation that looks.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::{Op, Rule};

/// Where values are defined, in three parts; `None` is everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// Every operation is inside its domain.
    pub domain: Option<NodeId>,
    /// No comparison met a value that had overflowed into a NaN.
    pub reliable: Option<NodeId>,
    /// The input has data here.
    pub data: Option<NodeId>,
}

/// The truth node of the points where all of `roots` are defined and reliable, or `None` if that is everywhere.
pub fn defined(g: &mut Graph, roots: &[NodeId]) -> Option<NodeId> {
    let validity = of(g, roots);
    let operations = both(g, validity.domain, validity.reliable);
    both(g, validity.data, operations)
}

/// Where all of `roots` are defined.
pub fn of(g: &mut Graph, roots: &[NodeId]) -> Validity {
    let order = g.reachable(roots);
    let mut known = vec![Validity::default(); order.last().map_or(0, |last| last.index() + 1)];
    for id in order {
        if let Node::Tap(..) | Node::Sample(..) = g.node(id) {
            known[id.index()].data = Some(g.known(id));
        }
        if g.as_constant(id).is_some_and(f64::is_nan) {
            known[id.index()].data = Some(g.constant(0.0));
        }
        let Node::Apply(op, args) = g.node(id) else { continue };
        let Rule::Primitive(rule) = op.rule() else { continue };
        if op == Op::Known {
            continue;
        }
        let [a, b, c] = args.map(|arg| known[arg.index()]);
        let own = if op == Op::Select {
            let domain = branch(g, args[0], b.domain, c.domain);
            let reliable = branch(g, args[0], b.reliable, c.reliable);
            let data = branch(g, args[0], b.data, c.data);
            all(g, a, Validity { domain, reliable, data })
        } else {
            [a, b, c][..op.arity().min].iter().fold(Validity::default(), |total, &next| all(g, total, next))
        };
        let domain = (rule.domain)(g, args[0], args[1]);
        let mut reliable = None;
        if op.is_truth() || op == Op::Select {
            let compared = if op == Op::Select { 1 } else { op.arity().min };
            for &arg in &args[..compared] {
                let number = number(g, arg);
                reliable = both(g, reliable, number);
            }
        }
        known[id.index()] = all(g, own, Validity { domain, reliable, data: None });
    }
    roots.iter().fold(Validity::default(), |total, root| all(g, total, known[root.index()]))
}

fn all(g: &mut Graph, a: Validity, b: Validity) -> Validity {
    Validity {
        domain: both(g, a.domain, b.domain),
        reliable: both(g, a.reliable, b.reliable),
        data: both(g, a.data, b.data),
    }
}

/// Validity of the branch that `condition` takes.
fn branch(g: &mut Graph, condition: NodeId, on: Option<NodeId>, off: Option<NodeId>) -> Option<NodeId> {
    if on == off {
        return on;
    }
    if on == Some(condition) && off.is_none() && is_truth(g, condition) {
        return None;
    }
    if off.is_some_and(|off| g.is_constant(off, 0.0)) && is_truth(g, condition) {
        return both(g, Some(condition), on);
    }
    let always = g.constant(1.0);
    Some(g.select(condition, on.unwrap_or(always), off.unwrap_or(always)))
}

fn is_truth(g: &Graph, id: NodeId) -> bool {
    g.as_apply(id).is_some_and(|(op, _)| op.is_truth()) || matches!(g.node(id), Node::Edge(..))
}

/// Both conditions; one that always holds (the constant 1) is none.
fn both(g: &mut Graph, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match [a, b].map(|truth| truth.filter(|&truth| !g.is_constant(truth, 1.0))) {
        [Some(a), Some(b)] => Some(g.and(a, b)),
        [one, other] => one.or(other),
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
        assert_eq!(defined(&mut g, &[safe]), None, "ln x is taken only where it is defined");
        let other = g.compare(Op::Gt, x, -1.0);
        let unsafe_there = g.select(other, log, zero);
        let always = g.constant(1.0);
        assert_eq!(defined(&mut g, &[unsafe_there]), Some(g.select(other, condition, always)), "only where taken");
    }

    #[test]
    fn samples_are_defined_where_they_are_known() {
        let mut g = Graph::new();
        let source = g.array(0, 1);
        let (here, next) = (g.tap(source, [0; 3]), g.tap(source, [1, 0, 0]));
        let (known_here, known_next) = (g.known(here), g.known(next));
        let sum = g.add(here, next);
        let validity = of(&mut g, &[sum]);
        assert_eq!((validity.data, validity.domain), (Some(g.and(known_here, known_next)), None), "both cells");
        assert_eq!(defined(&mut g, &[known_here]), None, "the question itself is always answered");
        let missing = g.missing();
        let guarded = g.select(known_next, here, missing);
        assert_eq!(
            defined(&mut g, &[guarded]),
            Some(g.and(known_next, known_here)),
            "the missing branch is never defined"
        );
    }
}
