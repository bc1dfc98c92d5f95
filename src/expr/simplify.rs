//! Identities that keep every bit: what [`super::graph::Graph::apply`] may replace an operation by.
//!
//! Only rewrites that hold for all IEEE 754 values are here, signed zeros, infinities and NaN included: `x·1 = x` and
//! `x + (−0) = x`, but not `x + 0 = x` (it turns −0 into 0), not `0·x = 0` (false for infinities) and not `x/x = 1`.
//! Nothing that could hide a point outside the domain is dropped: `0·ln x` is still undefined for x ≤ 0.
//!
//! Constants are folded in `f64` by the reference mathematics and rounded once, when a program is made. A result that is
//! not finite is left as it stands, so that the engines mask it as they would any other.

use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::{Op, Rule};

/// A simpler node that equals `op(args)` to the bit, if an identity gives one.
pub(super) fn simplify(g: &mut Graph, op: Op, args: [NodeId; 3]) -> Option<NodeId> {
    fold(g, op, args).or_else(|| identity(g, op, args))
}

fn fold(g: &mut Graph, op: Op, args: [NodeId; 3]) -> Option<NodeId> {
    let Rule::Primitive(rule) = op.rule() else { return None };
    let mut values = [0.0; 3];
    for (value, &arg) in values.iter_mut().zip(&args[..op.arity().min]) {
        *value = g.as_constant(arg)?;
    }
    let folded = (rule.scalar)(values);
    folded.is_finite().then(|| g.constant(folded))
}

fn identity(g: &mut Graph, op: Op, [a, b, c]: [NodeId; 3]) -> Option<NodeId> {
    let negated = |g: &Graph, id| match g.as_apply(id) {
        Some((Op::Neg, args)) => Some(args[0]),
        _ => None,
    };
    match op {
        Op::Add => {
            if g.is_constant(a, -0.0) {
                Some(b)
            } else if g.is_constant(b, -0.0) {
                Some(a)
            } else if a == b {
                Some(g.scale(2.0, a))
            } else if let Some(b) = negated(g, b) {
                Some(g.sub(a, b))
            } else {
                negated(g, a).map(|a| g.sub(b, a))
            }
        }
        Op::Sub => {
            if g.is_constant(b, 0.0) {
                Some(a)
            } else {
                negated(g, b).map(|b| g.add(a, b))
            }
        }
        Op::Mul => product(g, a, b).or_else(|| product(g, b, a)),
        Op::Div => {
            if g.is_constant(b, 1.0) {
                Some(a)
            } else if g.is_constant(b, -1.0) {
                Some(g.neg(a))
            } else {
                None
            }
        }
        Op::Neg => negated(g, a),
        Op::Pow if g.is_constant(b, 1.0) => Some(a),
        Op::Pow if g.is_constant(b, 0.5) => Some(g.sqrt(a)),
        Op::Select => match g.as_constant(a) {
            Some(condition) if !condition.is_nan() => Some(if condition == 0.0 { c } else { b }),
            _ => None,
        },
        Op::And | Op::Or => truth(g, op, a, b).or_else(|| truth(g, op, b, a)),
        _ => None,
    }
}

/// Identities of `a·b` seen from the left factor.
fn product(g: &mut Graph, a: NodeId, b: NodeId) -> Option<NodeId> {
    if let Some((Op::Neg, args)) = g.as_apply(a) {
        let positive = g.mul(args[0], b);
        return Some(g.neg(positive));
    }
    let factor = g.as_constant(a)?;
    if factor == 1.0 {
        return Some(b);
    }
    if factor == -1.0 {
        return Some(g.neg(b));
    }
    // Scaling by a power of two is exact, so 2·(3·x) = 6·x.
    let (Op::Mul, [inner, x, _]) = g.as_apply(b)? else { return None };
    let inner = g.as_constant(inner)?;
    (is_small_power_of_two(factor) || is_small_power_of_two(inner)).then(|| g.scale(factor * inner, x))
}

/// Powers of two that no sensible product carries over the edge of the range.
fn is_small_power_of_two(value: f64) -> bool {
    [2.0, 4.0, 0.5, 0.25].contains(&value.abs())
}

/// Identities of `a and b`, `a or b` when `a` is known and `b` is a truth value (0 or 1, never another number).
fn truth(g: &Graph, op: Op, a: NodeId, b: NodeId) -> Option<NodeId> {
    if a == b && is_truth(g, a) {
        return Some(a);
    }
    let known = g.as_constant(a)?;
    if !is_truth(g, b) || (known != 0.0 && known != 1.0) {
        return None;
    }
    let neutral = if op == Op::And { 1.0 } else { 0.0 };
    Some(if known == neutral { b } else { a })
}

fn is_truth(g: &Graph, id: NodeId) -> bool {
    match g.as_constant(id) {
        Some(value) => value == 0.0 || value == 1.0,
        None => g.as_apply(id).is_some_and(|(op, _)| op.is_truth()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_identities_apply() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let y = g.variable(1);
        let (one, zero, minus_zero) = (g.constant(1.0), g.constant(0.0), g.constant(-0.0));
        assert_eq!(g.mul(x, one), x, "x·1");
        assert_eq!(g.sub(x, zero), x, "x − 0");
        assert_eq!(g.add(x, minus_zero), x, "x + (−0)");
        assert_eq!(g.div(x, one), x, "x / 1");
        let minus_y = g.neg(y);
        assert_eq!(g.add(x, minus_y), g.sub(x, y), "x + (−y)");
        assert_eq!(g.neg(minus_y), y, "−(−y)");
        let three = g.scale(3.0, x);
        assert_eq!(g.scale(2.0, three), g.scale(6.0, x), "2·(3·x)");
    }

    #[test]
    fn unsafe_identities_do_not() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let (zero, seven) = (g.constant(0.0), g.constant(7.0));
        assert_ne!(g.add(x, zero), x, "−0 + 0 is 0");
        assert!(g.as_constant(g.len().checked_sub(1).map_or(x, |_| x)).is_none(), "x is no constant");
        let product = g.mul(x, zero);
        assert!(g.as_constant(product).is_none(), "0·∞ is not 0");
        let ratio = g.div(x, x);
        assert!(g.as_constant(ratio).is_none(), "x/x is undefined at 0");
        let five = g.scale(5.0, x);
        assert_ne!(g.mul(seven, five), g.scale(35.0, x), "7·(5·x) rounds twice");
        let both = g.and(seven, x);
        assert_ne!(both, x, "7 and x is 0 or 1, x is any number");
    }

    #[test]
    fn constants_fold_in_f64_unless_they_leave_the_numbers() {
        let mut g = Graph::new();
        let (a, b) = (g.constant(0.1), g.constant(0.2));
        let sum = g.add(a, b);
        assert_eq!(g.as_constant(sum), Some(0.1 + 0.2), "folded");
        let zero = g.constant(0.0);
        let bad = g.div(zero, zero);
        assert_eq!(g.as_constant(bad), None, "0/0 stays an operation, which the engines mask");
    }
}
