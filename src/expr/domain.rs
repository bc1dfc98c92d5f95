//! Domain rules: where each operation is defined on real numbers, as truth nodes over its operands.
//!
//! `None` is everywhere. A derivative's own domain needs no rule: √x has the derivative 1/(2√x), whose division excludes 0.

use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::Op;

type Truth = Option<NodeId>;

pub(super) fn everywhere(_: &mut Graph, _: NodeId, _: NodeId) -> Truth {
    None
}

/// a > 0
pub(super) fn positive(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    Some(g.compare(Op::Gt, a, 0.0))
}

/// a ≥ 0
pub(super) fn not_negative(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    Some(g.compare(Op::Ge, a, 0.0))
}

/// a > −1
pub(super) fn above_minus_one(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    Some(g.compare(Op::Gt, a, -1.0))
}

/// a ≥ 1
pub(super) fn from_one(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    Some(g.compare(Op::Ge, a, 1.0))
}

/// |a| ≤ 1
pub(super) fn unit_interval(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    let size = g.apply(Op::Abs, &[a]);
    Some(g.compare(Op::Le, size, 1.0))
}

/// |a| < 1
pub(super) fn open_unit_interval(g: &mut Graph, a: NodeId, _: NodeId) -> Truth {
    let size = g.apply(Op::Abs, &[a]);
    Some(g.compare(Op::Lt, size, 1.0))
}

/// b ≠ 0
pub(super) fn nonzero_divisor(g: &mut Graph, _: NodeId, b: NodeId) -> Truth {
    Some(g.compare(Op::Ne, b, 0.0))
}

/// a ≠ 0 or b ≠ 0
pub(super) fn not_the_origin(g: &mut Graph, a: NodeId, b: NodeId) -> Truth {
    let (a, b) = (g.compare(Op::Ne, a, 0.0), g.compare(Op::Ne, b, 0.0));
    Some(g.or(a, b))
}

/// A power is defined for x > 0, for x = 0 and y ≥ 0, and for x < 0 when y is an integer.
pub(super) fn power(g: &mut Graph, x: NodeId, y: NodeId) -> Truth {
    if let Some(y) = g.as_constant(y) {
        return match (y == y.floor(), y >= 0.0) {
            (true, true) => None,
            (true, false) => Some(g.compare(Op::Ne, x, 0.0)),
            (false, true) => Some(g.compare(Op::Ge, x, 0.0)),
            (false, false) => Some(g.compare(Op::Gt, x, 0.0)),
        };
    }
    let whole = g.apply(Op::Floor, &[y]);
    let is_integer = g.apply(Op::Eq, &[whole, y]);
    let rising = g.compare(Op::Ge, y, 0.0);
    let (positive, zero, negative) = (g.compare(Op::Gt, x, 0.0), g.compare(Op::Eq, x, 0.0), g.compare(Op::Lt, x, 0.0));
    let (at_zero, below) = (g.and(zero, rising), g.and(negative, is_integer));
    let rest = g.or(at_zero, below);
    Some(g.or(positive, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_a_power_follows_its_exponent() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let domain = |g: &mut Graph, y: f64| {
            let y = g.constant(y);
            power(g, x, y)
        };
        assert_eq!(domain(&mut g, 3.0), None, "x³ is defined everywhere");
        assert_eq!(domain(&mut g, -2.0), Some(g.compare(Op::Ne, x, 0.0)), "x⁻² is not at 0");
        assert_eq!(domain(&mut g, 1.5), Some(g.compare(Op::Ge, x, 0.0)), "x^1.5 needs x ≥ 0");
        assert_eq!(domain(&mut g, -0.5), Some(g.compare(Op::Gt, x, 0.0)), "x^−0.5 needs x > 0");
    }
}
