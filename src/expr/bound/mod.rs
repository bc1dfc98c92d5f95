//! Error rules: how far a computed `f32` value can lie from the exact one, operation by operation.
//!
//! For each value v of a program the running error bound (Wilkinson; Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd
//! ed., §3.3) is one more node e ≥ |v̂ − v|, where v̂ is what the engine computes and v the value in exact arithmetic. A rule makes e from
//! the values and bounds of the operands: the error they bring, by the mean value theorem or sharper, plus the rounding of
//! the operation itself, `k·u·|v̂|` with u = 2⁻²⁴ and k from the documented accuracy of [`crate::math`].
//!
//! Where the operands' bounds reach a singularity, the bound is what can still be said, at worst infinity, which reads
//! "unreliable". Operations that jump stand in `jumps.rs`.
//!
//! The rules are evaluated in `f32` themselves; [`crate::program::bound`] covers their own rounding with one factor at the end.

mod jumps;

use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::Op;
pub(super) use jumps::{certain, comparison, either, fract, logic, modulo, select, sign, stairs};

/// Unit roundoff of `f32`.
const U: f64 = 1.0 / 16_777_216.0;

/// One underflowing operation loses at most this much: subnormal results may be flushed to zero.
pub(crate) const UNDERFLOW: f64 = 1.175_494_4e-38;

/// The operands of an operation, their error bounds, and its value.
#[derive(Debug, Clone, Copy)]
pub struct Erring {
    /// First argument.
    pub a: NodeId,
    /// Second argument.
    pub b: NodeId,
    /// Third argument.
    pub c: NodeId,
    /// The operation's value.
    pub v: NodeId,
    /// Bound of the first argument's error.
    pub ea: NodeId,
    /// Bound of the second argument's error.
    pub eb: NodeId,
    /// Bound of the third argument's error.
    pub ec: NodeId,
}

/// Makes the bound of an operation's value.
pub type BoundRule = fn(g: &mut Graph, e: &Erring) -> NodeId;

/// Rounding of an operation that is off by at most `ulps` units in the last place: 1 ulp ≤ 2u|v|.
fn rounding(g: &mut Graph, v: NodeId, ulps: f64) -> NodeId {
    let size = abs_of(g, v);
    let relative = g.scale(2.0 * U * ulps, size);
    let tiny = g.constant(UNDERFLOW);
    g.add(relative, tiny)
}

fn rounded(g: &mut Graph, error: NodeId, v: NodeId, ulps: f64) -> NodeId {
    let own = rounding(g, v, ulps);
    g.add(error, own)
}

fn abs_of(g: &mut Graph, a: NodeId) -> NodeId {
    g.apply(Op::Abs, &[a])
}

fn one(g: &mut Graph) -> NodeId {
    g.constant(1.0)
}

/// A bound with a margin for its own rounding, for rules in which it is subtracted or compared.
fn with_margin(g: &mut Graph, error: NodeId) -> NodeId {
    g.scale(1.001, error)
}

fn infinity(g: &mut Graph) -> NodeId {
    g.constant(f64::INFINITY)
}

fn unary(g: &mut Graph, op: Op, a: NodeId) -> NodeId {
    g.apply(op, &[a])
}

/// Largest value that |a| may have.
fn most(g: &mut Graph, a: NodeId, ea: NodeId) -> NodeId {
    let size = abs_of(g, a);
    g.add(size, ea)
}

/// Smallest value that |a| may have, at least zero.
fn least(g: &mut Graph, a: NodeId, ea: NodeId) -> NodeId {
    let size = abs_of(g, a);
    let less = g.sub(size, ea);
    let zero = g.constant(0.0);
    g.apply(Op::Max, &[zero, less])
}

/// `error` where `condition` holds, else infinity.
fn unless_singular(g: &mut Graph, condition: NodeId, error: NodeId) -> NodeId {
    let infinite = infinity(g);
    g.select(condition, error, infinite)
}

/// The error passes unchanged and the operation is exact.
pub(super) fn exact(_: &mut Graph, e: &Erring) -> NodeId {
    e.ea
}

/// A slope of at most one, and an own error of at most 4 ulp.
pub(super) fn gentle(g: &mut Graph, e: &Erring) -> NodeId {
    rounded(g, e.ea, e.v, 4.0)
}

pub(super) fn sum(g: &mut Graph, e: &Erring) -> NodeId {
    let both = g.add(e.ea, e.eb);
    rounded(g, both, e.v, 0.5)
}

pub(super) fn mul(g: &mut Graph, e: &Erring) -> NodeId {
    // |a|·eb + (|b| + eb)·ea
    let (size, reach) = (abs_of(g, e.a), most(g, e.b, e.eb));
    let (left, right) = (g.mul(size, e.eb), g.mul(reach, e.ea));
    let both = g.add(left, right);
    rounded(g, both, e.v, 0.5)
}

/// (ea + |a/b|·eb) / (|b| − eb); WGSL allows a quotient 2.5 ulp.
pub(super) fn div(g: &mut Graph, e: &Erring) -> NodeId {
    let quotient = abs_of(g, e.v);
    let moved = g.mul(quotient, e.eb);
    let top = g.add(e.ea, moved);
    let (size, reach) = (abs_of(g, e.b), with_margin(g, e.eb));
    let bottom = g.sub(size, reach);
    let error = g.div(top, bottom);
    let safe = g.compare(Op::Gt, bottom, 0.0);
    let error = unless_singular(g, safe, error);
    rounded(g, error, e.v, 2.5)
}

/// |√a − √b| ≤ |a − b|/(√a + √b), and never more than √|a − b|.
pub(super) fn sqrt(g: &mut Graph, e: &Erring) -> NodeId {
    let apart = g.apply(Op::Gt, &[e.a, e.ea]);
    let low = g.sub(e.a, e.ea);
    let (zero, root_error) = (g.constant(0.0), g.sqrt(e.ea));
    let low = g.apply(Op::Max, &[zero, low]);
    let low = g.sqrt(low);
    let sum = g.add(low, e.v);
    let smooth = g.div(e.ea, sum);
    let error = g.select(apart, smooth, root_error);
    rounded(g, error, e.v, 2.0)
}

/// ∛ has slope 1/(3∛a²) away from zero, and |∛a − ∛b| ≤ ∛(4|a − b|).
pub(super) fn cbrt(g: &mut Graph, e: &Erring) -> NodeId {
    let low = least(g, e.a, e.ea);
    let root = unary(g, Op::Cbrt, low);
    let square = g.mul(root, root);
    let slope = g.scale(2.99, square);
    let smooth = g.div(e.ea, slope);
    let four = g.scale(4.0, e.ea);
    let rough = unary(g, Op::Cbrt, four);
    let twice = g.scale(2.0, e.ea);
    let apart = g.apply(Op::Gt, &[low, twice]);
    let error = g.select(apart, smooth, rough);
    rounded(g, error, e.v, 2.0)
}

/// |v|·(e^ea − 1)
pub(super) fn exp(g: &mut Graph, e: &Erring) -> NodeId {
    growth(g, e.v, e.ea, e.v)
}

pub(super) fn exp2(g: &mut Graph, e: &Erring) -> NodeId {
    let power = g.scale(std::f64::consts::LN_2, e.ea);
    growth(g, e.v, power, e.v)
}

pub(super) fn expm1(g: &mut Graph, e: &Erring) -> NodeId {
    let size = abs_of(g, e.v);
    let one = one(g);
    let shifted = g.add(size, one);
    growth(g, shifted, e.ea, e.v)
}

fn growth(g: &mut Graph, size: NodeId, power: NodeId, v: NodeId) -> NodeId {
    let size = not_lost(g, size);
    let factor = unary(g, Op::Expm1, power);
    let error = g.mul(size, factor);
    rounded(g, error, v, 4.0)
}

/// |v|, and what v may have lost to underflow, which grows with it.
fn not_lost(g: &mut Graph, v: NodeId) -> NodeId {
    let (size, tiny) = (abs_of(g, v), g.constant(UNDERFLOW));
    g.add(size, tiny)
}

/// ln a is off by at most −ln(1 − ea/a).
pub(super) fn ln(g: &mut Graph, e: &Erring) -> NodeId {
    logarithm(g, e.a, e.ea, e.v, 1.0)
}

pub(super) fn log2(g: &mut Graph, e: &Erring) -> NodeId {
    logarithm(g, e.a, e.ea, e.v, std::f64::consts::LOG2_E)
}

pub(super) fn log10(g: &mut Graph, e: &Erring) -> NodeId {
    logarithm(g, e.a, e.ea, e.v, std::f64::consts::LOG10_E)
}

pub(super) fn log1p(g: &mut Graph, e: &Erring) -> NodeId {
    let one = one(g);
    let shifted = g.add(one, e.a);
    // The shifted argument is rounded once more than log1p's own.
    let shift_error = rounded(g, e.ea, shifted, 0.5);
    let from_shift = logarithm(g, shifted, shift_error, e.v, 1.0);
    // Near zero the slope is below 2 and nothing is shifted.
    let reach = most(g, e.a, e.ea);
    let small = g.compare(Op::Lt, reach, 0.5);
    let twice = g.scale(2.0, e.ea);
    let near = rounded(g, twice, e.v, 2.0);
    g.select(small, near, from_shift)
}

fn logarithm(g: &mut Graph, a: NodeId, ea: NodeId, v: NodeId, factor: f64) -> NodeId {
    let ea = with_margin(g, ea);
    let safe = g.apply(Op::Lt, &[ea, a]);
    let ratio = g.div(ea, a);
    let minus = g.neg(ratio);
    let log = unary(g, Op::Log1p, minus);
    let error = g.scale(-factor, log);
    let error = unless_singular(g, safe, error);
    rounded(g, error, v, 2.0)
}

pub(super) fn hypot(g: &mut Graph, e: &Erring) -> NodeId {
    let both = g.add(e.ea, e.eb);
    rounded(g, both, e.v, 4.0)
}

/// A slope of at most one and values within ±1.
pub(super) fn wave(g: &mut Graph, e: &Erring) -> NodeId {
    let two = g.constant(2.0);
    let error = g.apply(Op::Min, &[two, e.ea]);
    rounded(g, error, e.v, 2.0)
}

/// |tan(a + e) − tan a| = |tan e|·(1 + t²)/(1 − |t tan e|) up to the pole.
pub(super) fn tan(g: &mut Graph, e: &Erring) -> NodeId {
    let step = unary(g, Op::Tan, e.ea);
    let size = abs_of(g, e.v);
    let product = g.mul(size, step);
    let one = one(g);
    let left = g.sub(one, product);
    let square = g.mul(size, size);
    let steep = g.add(one, square);
    let top = g.mul(step, steep);
    let error = g.div(top, left);
    let (short, before) = (g.compare(Op::Lt, e.ea, 1.5), g.compare(Op::Gt, left, 0.01));
    let safe = g.and(short, before);
    let error = unless_singular(g, safe, error);
    rounded(g, error, e.v, 4.0)
}

/// Lower bounds of 1 − reach and 1 + reach: the first one loses digits near 1.
fn room(g: &mut Graph, reach: NodeId) -> (NodeId, NodeId) {
    let (nearly, one) = (g.constant(1.0 - 8.0 * U), one(g));
    (g.sub(nearly, reach), g.add(one, reach))
}

/// Slope 1/√(1 − a²) inside, and |acos a − acos b| ≤ π/√2·√|a − b| at the ends.
pub(super) fn arc(g: &mut Graph, e: &Erring) -> NodeId {
    let reach = most(g, e.a, e.ea);
    let (less, more) = room(g, reach);
    let square = g.mul(less, more);
    let zero = g.constant(0.0);
    let square = g.apply(Op::Max, &[zero, square]);
    let slope = g.sqrt(square);
    let smooth = g.div(e.ea, slope);
    let root = g.sqrt(e.ea);
    let rough = g.scale(2.23, root);
    let inside = g.apply(Op::Gt, &[less, e.ea]);
    let error = g.select(inside, smooth, rough);
    rounded(g, error, e.v, 4.0)
}

/// The point moves by at most √(ea² + eb²), seen from its distance; across the negative axis the angle jumps.
pub(super) fn atan2(g: &mut Graph, e: &Erring) -> NodeId {
    let moved = g.apply(Op::Hypot, &[e.ea, e.eb]);
    let distance = g.apply(Op::Hypot, &[e.a, e.b]);
    let ratio = g.div(moved, distance);
    let error = g.scale(std::f64::consts::FRAC_PI_2 * 1.001, ratio);
    let height = abs_of(g, e.a);
    let (right, apart) = (g.apply(Op::Gt, &[e.b, e.eb]), g.apply(Op::Gt, &[height, e.ea]));
    let exact = g.compare(Op::Eq, e.ea, 0.0);
    let away = g.or(right, apart);
    let away = g.or(away, exact);
    let safe = g.apply(Op::Lt, &[moved, distance]);
    let still = g.compare(Op::Eq, moved, 0.0);
    let safe = g.or(safe, still);
    let safe = g.and(away, safe);
    let turn = g.constant(std::f64::consts::TAU);
    let error = g.select(safe, error, turn);
    rounded(g, error, e.v, 4.0)
}

pub(super) fn sinh(g: &mut Graph, e: &Erring) -> NodeId {
    steepest(g, e, Op::Cosh)
}

pub(super) fn cosh(g: &mut Graph, e: &Erring) -> NodeId {
    steepest(g, e, Op::Sinh)
}

/// The mean value theorem for a slope `op` that rises with |a|.
fn steepest(g: &mut Graph, e: &Erring, op: Op) -> NodeId {
    let reach = most(g, e.a, e.ea);
    let slope = unary(g, op, reach);
    let slope = g.scale(1.001, slope);
    let error = g.mul(slope, e.ea);
    rounded(g, error, e.v, 4.0)
}

/// Slope 1/√(a² − 1) beyond 1, and |acosh a − acosh b| ≤ acosh(1 + |a − b|).
pub(super) fn acosh(g: &mut Graph, e: &Erring) -> NodeId {
    let one = one(g);
    let low = g.sub(e.a, e.ea);
    let low = g.scale(1.0 - 8.0 * U, low);
    let low = g.apply(Op::Max, &[one, low]);
    let (less, more) = (g.sub(low, one), g.add(low, one));
    let square = g.mul(less, more);
    let slope = g.sqrt(square);
    let smooth = g.div(e.ea, slope);
    let shifted = g.add(one, e.ea);
    let rough = unary(g, Op::Acosh, shifted);
    // 1 + ea loses the digits of a small ea; √(2ea) is larger than acosh(1 + ea).
    let twice = g.scale(2.01, e.ea);
    let root = g.sqrt(twice);
    let rough = g.apply(Op::Max, &[rough, root]);
    let inside = g.apply(Op::Gt, &[less, e.ea]);
    let error = g.select(inside, smooth, rough);
    rounded(g, error, e.v, 4.0)
}

/// Slope 1/(1 − a²) up to the ends.
pub(super) fn atanh(g: &mut Graph, e: &Erring) -> NodeId {
    let reach = most(g, e.a, e.ea);
    let (less, more) = room(g, reach);
    let slope = g.mul(less, more);
    let error = g.div(e.ea, slope);
    let error = g.scale(1.001, error);
    let inside = g.apply(Op::Gt, &[less, e.ea]);
    let error = unless_singular(g, inside, error);
    rounded(g, error, e.v, 4.0)
}

/// x^y = e^(y ln x): the exponent's error is |y|·(−ln(1 − ex/x)) + ey·(|ln x| − ln(1 − ex/x)).
///
/// A negative base changes its sign with the parity of the exponent, and the exponent may be off by a whole number where it
/// comes from a jump, such as `round`: then the value is on the other side of zero and off by twice its size more.
pub(super) fn pow(g: &mut Graph, e: &Erring) -> NodeId {
    let (size, ea) = (abs_of(g, e.a), with_margin(g, e.ea));
    let ratio = g.div(ea, size);
    let minus = g.neg(ratio);
    let log = unary(g, Op::Log1p, minus);
    let relative = g.neg(log);
    let exponent = abs_of(g, e.b);
    let from_base = g.mul(exponent, relative);
    let log = unary(g, Op::Ln, size);
    let log = abs_of(g, log);
    let reach = g.add(log, relative);
    let from_exponent = g.mul(reach, e.eb);
    let zero = g.constant(0.0);
    let fixed = g.compare(Op::Eq, e.eb, 0.0);
    let from_exponent = g.select(fixed, zero, from_exponent);
    let total = g.add(from_base, from_exponent);
    let factor = unary(g, Op::Expm1, total);
    // Exponents of different parity are at least 1 apart; half of that leaves room for the rounding of the bound.
    let (negative, apart) = (g.compare(Op::Lt, e.a, 0.0), g.compare(Op::Ge, e.eb, 0.5));
    let (turns, two) = (g.and(negative, apart), g.constant(2.0));
    let turn = g.select(turns, two, zero);
    let factor = g.add(factor, turn);
    let result = not_lost(g, e.v);
    let error = g.mul(result, factor);
    let safe = g.apply(Op::Lt, &[ea, size]);
    let error = unless_singular(g, safe, error);
    // A base of exactly zero gives exactly zero or one.
    let (none, both) = (g.compare(Op::Eq, size, 0.0), g.add(e.ea, e.eb));
    let exact = g.compare(Op::Eq, both, 0.0);
    let exact = g.and(none, exact);
    let error = g.select(exact, zero, error);
    rounded(g, error, e.v, 4.0)
}

/// Slope σ(1 − σ) ≤ min(1/4, e^(−|a|)).
pub(super) fn sigmoid(g: &mut Graph, e: &Erring) -> NodeId {
    let low = least(g, e.a, e.ea);
    let minus = g.neg(low);
    let tail = unary(g, Op::Exp, minus);
    let quarter = g.constant(0.25);
    let tail = g.scale(1.001, tail);
    let slope = g.apply(Op::Min, &[quarter, tail]);
    let error = g.mul(slope, e.ea);
    rounded(g, error, e.v, 4.0)
}

/// Slope σ(a + ea) at most.
pub(super) fn softplus(g: &mut Graph, e: &Erring) -> NodeId {
    let high = g.add(e.a, e.ea);
    let slope = unary(g, Op::Sigmoid, high);
    let slope = g.scale(1.001, slope);
    let error = g.mul(slope, e.ea);
    rounded(g, error, e.v, 4.0)
}

/// Slope 2/√π·e^(−a²).
pub(super) fn erf(g: &mut Graph, e: &Erring) -> NodeId {
    let low = least(g, e.a, e.ea);
    let scaled = g.scale(std::f64::consts::SQRT_2 * 0.999, low);
    let bell = unary(g, Op::Gauss, scaled);
    let slope = g.scale(std::f64::consts::FRAC_2_SQRT_PI * 1.001, bell);
    let error = g.mul(slope, e.ea);
    rounded(g, error, e.v, 4.0)
}

/// Slope |a|·e^(−a²/2) ≤ e^(−1/2).
pub(super) fn gauss(g: &mut Graph, e: &Erring) -> NodeId {
    let (low, high) = (least(g, e.a, e.ea), most(g, e.a, e.ea));
    let bell = unary(g, Op::Gauss, low);
    let steep = g.mul(high, bell);
    let steep = g.scale(1.001, steep);
    let limit = g.constant(0.607);
    let slope = g.apply(Op::Min, &[limit, steep]);
    let error = g.mul(slope, e.ea);
    rounded(g, error, e.v, 4.0)
}
