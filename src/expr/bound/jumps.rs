//! Error rules of operations that jump: signs, steps, remainders, comparisons and branches.
//!
//! Such an operation is exact or nearly so, but its operands' errors may carry it across a jump. A rule asks whether the
//! operand's interval holds one; if it does, the bound is the size of the jump. Operands without error are sure wherever they are.

use super::{Erring, abs_of, one, rounded, unary, with_margin};
use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::Op;

/// The sign may flip where a is within its error of zero.
pub(in crate::expr) fn sign(g: &mut Graph, e: &Erring) -> NodeId {
    let (size, ea) = (abs_of(g, e.a), with_margin(g, e.ea));
    let (apart, exact) = (g.apply(Op::Gt, &[size, ea]), g.compare(Op::Eq, e.ea, 0.0));
    let sure = g.or(apart, exact);
    let (zero, two) = (g.constant(0.0), g.constant(2.0));
    g.select(sure, zero, two)
}

/// No error where both ends of the interval round to the same integer, else the jumps between.
pub(in crate::expr) fn stairs(g: &mut Graph, e: &Erring) -> NodeId {
    let sure = same_step(g, e.a, e.ea);
    let (zero, one) = (g.constant(0.0), one(g));
    let jump = g.add(e.ea, one);
    // `round` and `ceil` step elsewhere than `floor`: where an interval holds no half integer, none of them steps.
    g.select(sure, zero, jump)
}

pub(in crate::expr) fn fract(g: &mut Graph, e: &Erring) -> NodeId {
    let sure = same_step(g, e.a, e.ea);
    let one = one(g);
    let error = g.select(sure, e.ea, one);
    rounded(g, error, e.v, 0.5)
}

/// Whether no multiple of one half lies in [a − ea, a + ea]; a value without error is sure whatever it is.
fn same_step(g: &mut Graph, a: NodeId, ea: NodeId) -> NodeId {
    let double = g.scale(2.0, a);
    let reach = g.scale(2.002, ea);
    let (low, high) = (g.sub(double, reach), g.add(double, reach));
    let (first, last) = (unary(g, Op::Floor, low), unary(g, Op::Floor, high));
    let (same, exact) = (g.apply(Op::Eq, &[first, last]), g.compare(Op::Eq, ea, 0.0));
    // Twice a huge number overflows, and all infinities are the same.
    let span = g.sub(high, low);
    let finite = g.compare(Op::Lt, span, f64::INFINITY);
    let same = g.and(same, finite);
    g.or(same, exact)
}

/// a − b·⌊a/b⌋: smooth while ⌊a/b⌋ is sure, else anywhere in [0, |b|].
pub(in crate::expr) fn modulo(g: &mut Graph, e: &Erring) -> NodeId {
    let ratio = g.div(e.a, e.b);
    let size = abs_of(g, ratio);
    let moved = g.mul(size, e.eb);
    let top = g.add(e.ea, moved);
    let (divisor, reach) = (abs_of(g, e.b), with_margin(g, e.eb));
    let bottom = g.sub(divisor, reach);
    let drift = g.div(top, bottom);
    let drift = rounded(g, drift, ratio, 2.5);
    let sure = same_step(g, ratio, drift);
    let above = g.compare(Op::Gt, bottom, 0.0);
    let sure = g.and(sure, above);
    let whole = unary(g, Op::Floor, ratio);
    let whole = abs_of(g, whole);
    let carried = g.mul(whole, e.eb);
    let smooth = g.add(e.ea, carried);
    let jump = g.add(divisor, e.eb);
    // Without any error in the operands the remainder is exact.
    let exact = g.add(e.ea, e.eb);
    let exact = g.compare(Op::Eq, exact, 0.0);
    let error = g.select(sure, smooth, jump);
    let zero = g.constant(0.0);
    let error = g.select(exact, zero, error);
    rounded(g, error, e.v, 0.5)
}

/// Both `min` and `max` move by at most the larger error.
pub(in crate::expr) fn either(g: &mut Graph, e: &Erring) -> NodeId {
    g.apply(Op::Max, &[e.ea, e.eb])
}

/// A comparison is right unless the operands are within their errors of each other.
pub(in crate::expr) fn comparison(g: &mut Graph, e: &Erring) -> NodeId {
    let difference = g.sub(e.a, e.b);
    let distance = abs_of(g, difference);
    let errors = g.add(e.ea, e.eb);
    let errors = with_margin(g, errors);
    let (apart, exact) = (g.apply(Op::Gt, &[distance, errors]), g.compare(Op::Eq, errors, 0.0));
    let sure = g.or(apart, exact);
    let (zero, one) = (g.constant(0.0), one(g));
    g.select(sure, zero, one)
}

/// A truth value of truth values: wrong only if one of them may be; any other number is false only at zero.
pub(in crate::expr) fn logic(g: &mut Graph, e: &Erring) -> NodeId {
    let (a, b) = (truth_error(g, e.a, e.ea), truth_error(g, e.b, e.eb));
    g.apply(Op::Max, &[a, b])
}

/// No error where the operand's is finite; an operand that has overflowed here may be a number in exact arithmetic.
pub(in crate::expr) fn certain(g: &mut Graph, e: &Erring) -> NodeId {
    let (zero, one) = (g.constant(0.0), one(g));
    let finite = g.compare(Op::Lt, e.ea, f64::INFINITY);
    g.select(finite, zero, one)
}

/// 1 where `a`, read as a condition, may be wrong, else 0.
fn truth_error(g: &mut Graph, a: NodeId, ea: NodeId) -> NodeId {
    let (size, reach) = (abs_of(g, a), with_margin(g, ea));
    let (apart, exact) = (g.apply(Op::Gt, &[size, reach]), g.compare(Op::Eq, ea, 0.0));
    let sure = g.or(apart, exact);
    let (zero, one) = (g.constant(0.0), one(g));
    g.select(sure, zero, one)
}

/// The error of the branch taken; where the condition may be wrong, also the distance of the branches.
pub(in crate::expr) fn select(g: &mut Graph, e: &Erring) -> NodeId {
    let unsure = truth_error(g, e.a, e.ea);
    // A truth value that may be wrong has a bound of 1.
    let doubt = if g.as_apply(e.a).is_some_and(|(op, _)| op.is_truth()) { e.ea } else { unsure };
    let taken = g.select(e.a, e.eb, e.ec);
    let difference = g.sub(e.b, e.c);
    let gap = abs_of(g, difference);
    let larger = g.apply(Op::Max, &[e.eb, e.ec]);
    let either = g.add(gap, larger);
    g.select(doubt, either, taken)
}
