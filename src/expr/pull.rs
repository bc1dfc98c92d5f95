//! Derivative rules: the pull-back of each operation in a reverse sweep.
//!
//! Given the adjoint d = ∂F/∂v of a value v = op(a, b, c), a rule returns the contribution d·∂v/∂(argument `which`) to the adjoint
//! of that argument, or `None` where it is zero everywhere. Forms are chosen that keep their digits: (1 − a)(1 + a) rather
//! than 1 − a², σ(a)·σ(−a) rather than σ(a)(1 − σ(a)).
//!
//! Kinks follow one convention: |x|′ = 0 at 0, `min` and `max` at a tie take the first argument's slope, `floor` and its
//! like have slope 0.

use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::{Op, Pull};
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10, SQRT_2};

type Term = Option<NodeId>;

/// Slope zero everywhere (but at jumps).
pub(super) fn flat(_: &mut Graph, _: &Pull, _: usize) -> Term {
    None
}

/// Slope one.
pub(super) fn identity(_: &mut Graph, p: &Pull, _: usize) -> Term {
    Some(p.d)
}

pub(super) fn sub(g: &mut Graph, p: &Pull, which: usize) -> Term {
    Some(if which == 0 { p.d } else { g.neg(p.d) })
}

pub(super) fn mul(g: &mut Graph, p: &Pull, which: usize) -> Term {
    Some(g.mul(p.d, if which == 0 { p.b } else { p.a }))
}

pub(super) fn div(g: &mut Graph, p: &Pull, which: usize) -> Term {
    let slope = g.div(p.d, p.b);
    if which == 0 {
        return Some(slope);
    }
    let term = g.mul(slope, p.v);
    Some(g.neg(term))
}

pub(super) fn neg(g: &mut Graph, p: &Pull, _: usize) -> Term {
    Some(g.neg(p.d))
}

/// ∂(a^b)/∂a = b·a^(b−1) and ∂(a^b)/∂b = a^b·ln a.
pub(super) fn pow(g: &mut Graph, p: &Pull, which: usize) -> Term {
    if which == 1 {
        let log = g.apply(Op::Ln, &[p.a]);
        return times(g, p.d, p.v, log);
    }
    if g.as_constant(p.b) == Some(0.0) {
        return None;
    }
    let one = g.constant(1.0);
    let less = g.sub(p.b, one);
    let power = g.apply(Op::Pow, &[p.a, less]);
    times(g, p.d, p.b, power)
}

pub(super) fn sqrt(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let twice = g.scale(2.0, p.v);
    Some(g.div(p.d, twice))
}

pub(super) fn cbrt(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let square = g.mul(p.v, p.v);
    let slope = g.scale(3.0, square);
    Some(g.div(p.d, slope))
}

pub(super) fn exp(g: &mut Graph, p: &Pull, _: usize) -> Term {
    Some(g.mul(p.d, p.v))
}

pub(super) fn exp2(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let slope = g.scale(LN_2, p.v);
    Some(g.mul(p.d, slope))
}

pub(super) fn expm1(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Exp)
}

pub(super) fn ln(g: &mut Graph, p: &Pull, _: usize) -> Term {
    Some(g.div(p.d, p.a))
}

pub(super) fn log2(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let scaled = g.scale(LN_2, p.a);
    Some(g.div(p.d, scaled))
}

pub(super) fn log10(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let scaled = g.scale(LN_10, p.a);
    Some(g.div(p.d, scaled))
}

pub(super) fn log1p(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let one = g.constant(1.0);
    let shifted = g.add(one, p.a);
    Some(g.div(p.d, shifted))
}

pub(super) fn hypot(g: &mut Graph, p: &Pull, which: usize) -> Term {
    let share = g.div(if which == 0 { p.a } else { p.b }, p.v);
    Some(g.mul(p.d, share))
}

pub(super) fn sin(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Cos)
}

pub(super) fn cos(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let term = by(g, p, Op::Sin)?;
    Some(g.neg(term))
}

pub(super) fn tan(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let slope = one_plus_square(g, p.v);
    Some(g.mul(p.d, slope))
}

pub(super) fn asin(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let square = one_minus_square(g, p.a);
    let root = g.sqrt(square);
    Some(g.div(p.d, root))
}

pub(super) fn acos(g: &mut Graph, p: &Pull, which: usize) -> Term {
    let term = asin(g, p, which)?;
    Some(g.neg(term))
}

pub(super) fn atan(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let square = one_plus_square(g, p.a);
    Some(g.div(p.d, square))
}

/// The angle of (b, a): ∂/∂a = b/(a² + b²), ∂/∂b = −a/(a² + b²), divided by the length twice so that squares cannot overflow.
pub(super) fn atan2(g: &mut Graph, p: &Pull, which: usize) -> Term {
    let length = g.apply(Op::Hypot, &[p.a, p.b]);
    let across = g.div(if which == 0 { p.b } else { p.a }, length);
    let slope = g.div(across, length);
    let term = g.mul(p.d, slope);
    Some(if which == 0 { term } else { g.neg(term) })
}

pub(super) fn sinh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Cosh)
}

pub(super) fn cosh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Sinh)
}

pub(super) fn tanh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let slope = one_minus_square(g, p.v);
    Some(g.mul(p.d, slope))
}

pub(super) fn asinh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let one = g.constant(1.0);
    let length = g.apply(Op::Hypot, &[p.a, one]);
    Some(g.div(p.d, length))
}

pub(super) fn acosh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let one = g.constant(1.0);
    let (less, more) = (g.sub(p.a, one), g.add(p.a, one));
    let (less, more) = (g.sqrt(less), g.sqrt(more));
    let root = g.mul(less, more);
    Some(g.div(p.d, root))
}

pub(super) fn atanh(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let square = one_minus_square(g, p.a);
    Some(g.div(p.d, square))
}

pub(super) fn abs(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Sign)
}

/// a − b·⌊a/b⌋: slope 1 along a, −⌊a/b⌋ along b.
pub(super) fn modulo(g: &mut Graph, p: &Pull, which: usize) -> Term {
    if which == 0 {
        return Some(p.d);
    }
    let ratio = g.div(p.a, p.b);
    let whole = g.apply(Op::Floor, &[ratio]);
    let term = g.mul(p.d, whole);
    Some(g.neg(term))
}

pub(super) fn min(g: &mut Graph, p: &Pull, which: usize) -> Term {
    piece(g, p, Op::Le, which)
}

pub(super) fn max(g: &mut Graph, p: &Pull, which: usize) -> Term {
    piece(g, p, Op::Ge, which)
}

pub(super) fn sigmoid(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let minus = g.neg(p.a);
    let rest = g.apply(Op::Sigmoid, &[minus]);
    times(g, p.d, p.v, rest)
}

pub(super) fn softplus(g: &mut Graph, p: &Pull, _: usize) -> Term {
    by(g, p, Op::Sigmoid)
}

/// 2/√π·e^(−a²), by way of the Gauss function, which is accurate far out.
pub(super) fn erf(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let scaled = g.scale(SQRT_2, p.a);
    let bell = g.apply(Op::Gauss, &[scaled]);
    let slope = g.scale(FRAC_2_SQRT_PI, bell);
    Some(g.mul(p.d, slope))
}

pub(super) fn gauss(g: &mut Graph, p: &Pull, _: usize) -> Term {
    let term = times(g, p.d, p.a, p.v)?;
    Some(g.neg(term))
}

/// d·op(a)
fn by(g: &mut Graph, p: &Pull, op: Op) -> Term {
    let slope = g.apply(op, &[p.a]);
    Some(g.mul(p.d, slope))
}

/// d·(a·b)
fn times(g: &mut Graph, d: NodeId, a: NodeId, b: NodeId) -> Term {
    let slope = g.mul(a, b);
    Some(g.mul(d, slope))
}

/// All of the adjoint where this side of `min` (`first` is ≤) or `max` (≥) is taken, the first one at a tie.
fn piece(g: &mut Graph, p: &Pull, first: Op, which: usize) -> Term {
    let zero = g.constant(0.0);
    let taken = g.apply(first, &[p.a, p.b]);
    Some(if which == 0 { g.select(taken, p.d, zero) } else { g.select(taken, zero, p.d) })
}

/// `(1 − a)(1 + a)`, which keeps its digits near |a| = 1 where `1 − a²` loses them.
fn one_minus_square(g: &mut Graph, a: NodeId) -> NodeId {
    let one = g.constant(1.0);
    let (less, more) = (g.sub(one, a), g.add(one, a));
    g.mul(less, more)
}

fn one_plus_square(g: &mut Graph, a: NodeId) -> NodeId {
    let one = g.constant(1.0);
    let square = g.mul(a, a);
    g.add(one, square)
}
