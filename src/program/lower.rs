//! Lowering: powers with a constant integer exponent become multiplications.
//!
//! x^n is computed by repeated squaring: exact sign for negative bases, no logarithm, and squares shared between powers of
//! one base. A negative exponent is the reciprocal of the positive power. Exponents beyond [`LARGEST`] stay calls of
//! `pow`, whose error does not grow with the exponent while that of repeated multiplication does.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::Op;

/// The largest |n| for which x^n is multiplied out; its rounding error is at most (n − 1)/2 ulp or so.
const LARGEST: f64 = 64.0;

/// The same roots with their powers multiplied out.
pub(super) fn lower(g: &mut Graph, roots: &[NodeId]) -> Vec<NodeId> {
    let order = g.reachable(roots);
    let mut lowered = vec![None; order.last().map_or(0, |last| last.index() + 1)];
    for id in order {
        let new = match g.node(id) {
            Node::Apply(op, args) => {
                let args = args.map(|arg| lowered[arg.index()].unwrap_or(arg));
                let power = if op == Op::Pow { integer_power(g, args[0], args[1]) } else { None };
                power.unwrap_or_else(|| g.apply(op, &args[..op.arity().min]))
            }
            _ => id,
        };
        lowered[id.index()] = Some(new);
    }
    roots.iter().map(|root| lowered[root.index()].unwrap_or(*root)).collect()
}

fn integer_power(g: &mut Graph, base: NodeId, exponent: NodeId) -> Option<NodeId> {
    let n = g.as_constant(exponent)?;
    if n == 0.0 || n.fract() != 0.0 || n.abs() > LARGEST {
        return None;
    }
    let mut rest = n.abs();
    let mut square = base;
    let mut product = None;
    loop {
        if rest % 2.0 == 1.0 {
            product = Some(product.map_or(square, |product| g.mul(product, square)));
        }
        rest = (rest / 2.0).floor();
        if rest == 0.0 {
            break;
        }
        square = g.mul(square, square);
    }
    let product = product?;
    if n > 0.0 {
        return Some(product);
    }
    let one = g.constant(1.0);
    Some(g.div(one, product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_powers_become_products() {
        let mut g = Graph::new();
        let x = g.variable(0);
        let power = |g: &mut Graph, n: f64| {
            let n = g.constant(n);
            let node = g.apply(Op::Pow, &[x, n]);
            lower(g, &[node])[0]
        };
        let square = g.mul(x, x);
        assert_eq!(power(&mut g, 2.0), square, "x²");
        let fourth = g.mul(square, square);
        let fifth = g.mul(x, fourth);
        assert_eq!(power(&mut g, 5.0), fifth, "x⁵ = x·x⁴");
        let one = g.constant(1.0);
        assert_eq!(power(&mut g, -2.0), g.div(one, square), "x⁻² = 1/x²");
        let node = power(&mut g, 2.5);
        assert!(matches!(g.as_apply(node), Some((Op::Pow, _))), "x^2.5 stays a power");
        let node = power(&mut g, 1000.0);
        assert!(matches!(g.as_apply(node), Some((Op::Pow, _))), "x^1000 stays a power");
    }
}
