//! Pairs of arithmetic operations in one loop: u·v + w and its like, where the first result is read by the second alone.
//!
//! Sums, differences and products cost less than the way of their operands through the cache, so two of them in one loop take
//! little longer than one. Each operation is rounded for itself, as it is alone: nothing is contracted into a multiply-add, and
//! the bits are the same.

use crate::expr::op::{Lanes, Op};
use multiversion::multiversion;

/// A number type with loops for pairs.
pub(super) trait Paired: Sized {
    /// The rule `outer(inner(a, b), c)`, or `outer(c, inner(a, b))` if the inner result is the second argument.
    fn pair(inner: Op, outer: Op, second: bool) -> Option<Lanes<Self>>;
}

/// A rule of three arguments at every lane.
macro_rules! lanes {
    ($number:ident, |$a:ident, $b:ident, $c:ident| $value:expr) => {{
        #[multiversion(targets("x86_64+avx512f+avx512vl+avx512bw+avx512dq", "x86_64+avx2"))]
        fn lanes(out: &mut [$number], a: &[$number], b: &[$number], c: &[$number]) {
            for (((slot, &$a), &$b), &$c) in out.iter_mut().zip(a).zip(b).zip(c) {
                *slot = $value;
            }
        }
        Some(lanes)
    }};
}

macro_rules! pairs {
    ($number:ident) => {
        impl Paired for $number {
            fn pair(inner: Op, outer: Op, second: bool) -> Option<Lanes<Self>> {
                match (inner, outer, second) {
                    (Op::Mul, Op::Add, _) => lanes!($number, |a, b, c| a * b + c),
                    (Op::Mul, Op::Mul, _) => lanes!($number, |a, b, c| a * b * c),
                    (Op::Mul, Op::Sub, false) => lanes!($number, |a, b, c| a * b - c),
                    (Op::Mul, Op::Sub, true) => lanes!($number, |a, b, c| c - a * b),
                    (Op::Add, Op::Add, _) => lanes!($number, |a, b, c| (a + b) + c),
                    (Op::Add, Op::Mul, _) => lanes!($number, |a, b, c| (a + b) * c),
                    (Op::Add, Op::Sub, false) => lanes!($number, |a, b, c| (a + b) - c),
                    (Op::Add, Op::Sub, true) => lanes!($number, |a, b, c| c - (a + b)),
                    (Op::Sub, Op::Add, _) => lanes!($number, |a, b, c| (a - b) + c),
                    (Op::Sub, Op::Mul, _) => lanes!($number, |a, b, c| (a - b) * c),
                    (Op::Sub, Op::Sub, false) => lanes!($number, |a, b, c| (a - b) - c),
                    (Op::Sub, Op::Sub, true) => lanes!($number, |a, b, c| c - (a - b)),
                    _ => None,
                }
            }
        }
    };
}

pairs!(f32);
pairs!(f64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::op::Rule;
    use crate::math::samples::Random;

    #[test]
    fn pairs_give_the_bits_of_their_operations_one_by_one() {
        const OPS: [Op; 3] = [Op::Add, Op::Sub, Op::Mul];
        let mut random = Random(17);
        let mut column = || (0..300).map(|_| random.nasty()).collect::<Vec<f32>>();
        let (a, b, c) = (column(), column(), column());
        let alone = |op: Op, a: &[f32], b: &[f32]| {
            let Rule::Primitive(rule) = op.rule() else { panic!("{op} is a primitive") };
            let mut out = vec![7.0; a.len()];
            (rule.lanes_f32)(&mut out, a, b, &[]);
            out
        };
        for (inner, outer, second) in OPS
            .iter()
            .flat_map(|&inner| OPS.iter().flat_map(move |&outer| [(inner, outer, false), (inner, outer, true)]))
        {
            let first = alone(inner, &a, &b);
            let want = if second { alone(outer, &c, &first) } else { alone(outer, &first, &c) };
            let mut got = vec![7.0; a.len()];
            f32::pair(inner, outer, second).expect("a rule")(&mut got, &a, &b, &c);
            for lane in 0..got.len() {
                let same = got[lane].to_bits() == want[lane].to_bits() || (got[lane].is_nan() && want[lane].is_nan());
                assert!(same, "{inner} then {outer}, second: {second}: {:e}, wanted {:e}", got[lane], want[lane]);
            }
        }
    }
}
