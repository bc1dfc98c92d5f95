//! The running error bound of a value: a node that |computed − exact| never exceeds, made from the rules of its operations.
//!
//! Every operation of the value's graph gets one more node, its bound, from [`crate::expr::bound`]. The leaves start it: a
//! coordinate and a parameter are rounded to `f32` once, so they are off by at most u|x|; a constant is off by what its rounding
//! lost, which is known. The bound is evaluated by the same engine as the value, in one pass.
//!
//! **Its own rounding.** A bound is a sum of non-negative terms, computed in `f32` with a relative error below 8u for
//! each operation along the longest chain. The result is therefore enlarged by 2⁻¹⁰, or by 8u times the length of that chain
//! where this is more. Where a rule subtracts, it does so with margins of its own.
//!
//! **Sampled sources.** A value read from an array or from a plane computed before is taken as given, but for its rounding to `f32`:
//! the bound starts there.
//!
//! **Difference methods.** What a difference formula is off by is bounded without knowing any higher derivative: the exact derivative is
//! computed beside it, and |difference − exact′| ≤ |difference − exact| + bound(exact) holds for the computed numbers.
//!
//! **Limits.** Where the bound itself overflows or is undefined nothing can be said: it is masked. A coordinate that `f32` flushes to
//! zero counts as zero.

use crate::expr::bound::Erring;
use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::{Op, Rule};
use crate::program::lower;

/// Unit roundoff of `f32`.
const U: f64 = 1.0 / 16_777_216.0;

/// The spacing of subnormal `f32` numbers.
const SUBNORMAL: f64 = 1.401_298_464_324_817e-45;

/// Decimal digits of a 24-bit significand: log₁₀ 2²⁴.
pub const MOST_DIGITS: f64 = 7.224_719_895_935_548;

/// The bound of `value`, and `value` as the program computes it.
///
/// Both share their nodes; powers are multiplied out first, since that is what runs.
pub fn bound(g: &mut Graph, value: NodeId) -> (NodeId, NodeId) {
    let value = lower::lower(g, &[value])[0];
    let order = g.reachable(&[value]);
    let zero = g.constant(0.0);
    let mut errors = vec![zero; order.last().map_or(0, |last| last.index() + 1)];
    let mut depths = vec![0_u32; errors.len()];
    for id in order {
        let (args, count) = g.args(id);
        depths[id.index()] = 1 + args[..count].iter().map(|arg| depths[arg.index()]).max().unwrap_or(0);
        errors[id.index()] = match g.node(id) {
            Node::Constant(bits) => constant_error(g, f64::from_bits(bits)),
            Node::Edge(..) => zero,
            Node::Variable(_) | Node::Parameter(_) | Node::Sample(..) | Node::Tap(..) | Node::Column(..) => {
                rounding_error(g, id)
            }
            Node::Apply(op, [a, b, c]) => {
                let Rule::Primitive(rule) = op.rule() else { continue };
                let [ea, eb, ec] = [a, b, c].map(|arg| errors[arg.index()]);
                (rule.bound)(g, &Erring { a, b, c, v: id, ea, eb, ec })
            }
        };
        if g.full() {
            break;
        }
    }
    let margin = (8.0 * U * f64::from(depths[value.index()])).max(1.0 / 1024.0);
    (g.scale(1.0 + margin, errors[value.index()]), value)
}

/// The bound of a difference formula's `value` whose exact counterpart is `exact`.
pub fn against_exact(g: &mut Graph, value: NodeId, exact: NodeId) -> (NodeId, NodeId) {
    let (bound, exact) = bound(g, exact);
    let value = lower::lower(g, &[value])[0];
    let difference = g.sub(value, exact);
    let distance = g.apply(Op::Abs, &[difference]);
    // The subtraction rounds once.
    let distance = g.scale(1.0 + 4.0 * U, distance);
    (g.add(distance, bound), value)
}

/// Correct decimal digits of a value with this bound: log₁₀(|value|/bound), between none and all that `f32` has.
pub fn digits(g: &mut Graph, value: NodeId, bound: NodeId) -> NodeId {
    let (zero, most) = (g.constant(0.0), g.constant(MOST_DIGITS));
    let size = g.apply(Op::Abs, &[value]);
    // A bound below a sixteenth of an ulp says no more than that all digits are right.
    let least = g.scale(U / 16.0, size);
    let floor = g.apply(Op::Max, &[bound, least]);
    let ratio = g.div(size, floor);
    let digits = g.apply(Op::Log10, &[ratio]);
    let digits = g.apply(Op::Min, &[most, digits]);
    let digits = g.apply(Op::Max, &[zero, digits]);
    // Zero itself is right to all digits if it is exact, and to none otherwise.
    let (is_zero, exact) = (g.compare(Op::Eq, size, 0.0), g.compare(Op::Eq, bound, 0.0));
    let of_zero = g.select(exact, most, zero);
    g.select(is_zero, of_zero, digits)
}

#[expect(clippy::cast_possible_truncation, reason = "the rounding whose loss is asked for")]
fn constant_error(g: &mut Graph, value: f64) -> NodeId {
    let lost = (value - f64::from(value as f32)).abs();
    // The loss is rounded itself when it becomes a constant of the program.
    g.constant(if lost > 0.0 { lost * (1.0 + 4.0 * U) + SUBNORMAL } else { lost })
}

fn rounding_error(g: &mut Graph, leaf: NodeId) -> NodeId {
    let size = g.apply(Op::Abs, &[leaf]);
    let (share, tiny, zero) = (g.scale(U, size), g.constant(SUBNORMAL), g.constant(0.0));
    let lost = g.add(share, tiny);
    let nothing = g.compare(Op::Eq, leaf, 0.0);
    g.select(nothing, zero, lost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::formula::Formula;
    use crate::program::interpret::Interpreter;
    use crate::program::{Plane, Program};

    /// f32 value, f64 value, bound and digits of a formula at a point.
    fn judged(text: &str, x: f64, y: f64) -> [f64; 4] {
        let formula = Formula::parse(text).expect("a formula");
        let mut g = formula.graph().clone();
        let (bound, value) = bound(&mut g, formula.root());
        let digits = digits(&mut g, value, bound);
        let planes = [value, bound, digits].map(|node| Plane { name: String::new(), value: node, valid: None });
        let program = Program::compile_planes(&mut g, &planes, 2, 0).expect("small");
        #[expect(clippy::cast_possible_truncation, reason = "coordinates of the f32 engine")]
        let single = Interpreter::<f32>::new(&program, &[]).point(&[x as f32, y as f32]);
        let double = Interpreter::<f64>::new(&program, &[]).point(&[x, y]);
        [f64::from(single[0]), double[0], f64::from(single[1]), f64::from(single[2])]
    }

    #[test]
    fn the_error_lies_within_the_bound() {
        for (text, x, y) in [
            ("x^2*y + sin(y)", 1.1, 2.3),
            ("(x + 1e8) - 1e8", 0.3, 0.0),
            ("exp(x*y)/(x - y)", 3.3, 3.2),
            ("ln(x)*tan(y)", 1.01, 1.5),
            ("sqrt(x - 0.99999)", 1.0, 0.0),
            ("x^0.3 - y^7", 0.7, 1.1),
        ] {
            let [single, double, bound, _] = judged(text, x, y);
            let error = (single - double).abs();
            assert!(error <= bound, "{text}: off by {error:e}, bound {bound:e}");
        }
    }

    #[test]
    fn a_product_of_coordinates_has_the_bound_of_three_roundings() {
        /// Both coordinates and the product are rounded once, u each; a hundredth covers the margin of 2⁻¹⁰ and terms in u².
        const ROUNDINGS: f64 = 3.0 * 1.01;
        let [single, double, bound, _] = judged("x*y", 1.1, 2.3);
        assert!((single - double).abs() <= bound, "it is a bound");
        assert!(bound <= ROUNDINGS * U * double.abs(), "and no more than it must be: {bound:e}");
    }

    #[test]
    fn digits_count_what_the_bound_leaves() {
        let [.., bound, digits] = judged("x*y", 1.1, 2.3);
        assert!(digits > 6.0 && digits < MOST_DIGITS, "{digits} digits, bound {bound:e}");
        assert_eq!(judged("(x + 1e8) - 1e8", 0.3, 0.0)[3], 0.0, "all digits are lost");
        assert!((judged("2", 0.0, 0.0)[3] - MOST_DIGITS).abs() < 1e-6, "an exact number");
        assert_eq!(judged("x - x", 0.0, 0.0)[0], 0.0, "zero");
    }

    #[test]
    fn what_cannot_be_said_is_masked() {
        assert!(judged("1/(x - 0.1)", 0.1, 0.0)[2].is_nan(), "the divisor may be zero");
    }
}
