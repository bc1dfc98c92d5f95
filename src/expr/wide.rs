//! The widest vectors: lane rules for AVX-512, taken only after this machine has been seen to run them right.
//!
//! LLVM 22.1 (rustc 1.95) compiles a bit operation of three operands under a select wrongly for AVX-512: in
//! `if a < b { (t & mask) | (x & !mask) } else { x }` the masked `vpternlogd` has its operands exchanged and its table not, and
//! `floor(0.75)` becomes 6e-39. So most rules stop at AVX2. The block forms of `math::blocks`, on which the time of most formulas
//! goes, hold no such selects and have a rule for AVX-512 as well. Since nobody can know what the next compiler does, the first program
//! of a process compares all of them with the narrow ones, on ordinary numbers and on nasty ones, in well under a
//! millisecond; if a single bit differs, none is used.

use crate::expr::op::{Lanes, Op, Primitive, Rule};
use crate::math::samples::Random;
use std::sync::OnceLock;

/// Lanes that are compared at once: several grains of `math::blocks` and a rest.
const LANES: usize = 515;
/// Powers of two that the ordinary numbers of a round lie below: plain forms and their limits.
const SCALES: [f32; 6] = [0.001, 1.0, 8.0, 100.0, 10_000.0, 1e9];

/// The `f32` rule of an operation in the widest vectors that can be trusted.
pub(crate) fn lanes(primitive: &Primitive) -> Lanes<f32> {
    static TRUSTED: OnceLock<bool> = OnceLock::new();
    match primitive.lanes_f32_wide {
        Some(wide) if *TRUSTED.get_or_init(all_agree) => wide,
        _ => primitive.lanes_f32,
    }
}

/// Whether all wide rules give the bits of the narrow ones.
fn all_agree() -> bool {
    let primitives = Op::all().iter().filter_map(|op| match op.rule() {
        Rule::Primitive(primitive) => Some(primitive),
        Rule::Sugar(_) => None,
    });
    let pairs = primitives.filter_map(|primitive| Some((primitive.lanes_f32, primitive.lanes_f32_wide?)));
    pairs.into_iter().all(|(narrow, wide)| agree(narrow, wide))
}

/// Whether two rules give the same bits on the samples.
fn agree(narrow: Lanes<f32>, wide: Lanes<f32>) -> bool {
    let mut random = Random(29);
    let mut same = |column: &mut dyn FnMut(&mut Random) -> f32| {
        let mut columns = [[0.0; LANES]; 3];
        for value in columns.as_flattened_mut() {
            *value = column(&mut random);
        }
        let [a, b, c] = columns;
        let (mut one, mut other) = ([0.0; LANES], [0.0; LANES]);
        narrow(&mut one, &a, &b, &c);
        wide(&mut other, &a, &b, &c);
        // The sign and payload of a NaN are the hardware's; programs mask it.
        one.iter().zip(&other).all(|(x, y): (&f32, &f32)| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()))
    };
    SCALES.iter().all(|&scale| same(&mut |random| scaled(random, scale)))
        && (0..2).all(|_| same(&mut |random| random.nasty()))
}

/// A number of either sign below `scale`.
fn scaled(random: &mut Random, scale: f32) -> f32 {
    let unit = f32::from_bits(random.bits() >> 9 | 0x3f80_0000) - 1.0;
    if random.bits() & 1 == 0 { unit * scale } else { -unit * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_lane_is_seen() {
        let Rule::Primitive(sine) = Op::Sin.rule() else { panic!("sin is computed") };
        assert!(agree(sine.lanes_f32, sine.lanes_f32), "the same rule");
        // Wrong in the last bit of one lane in five hundred.
        let wrong: Lanes<f32> = |out, a, _, _| {
            let Rule::Primitive(sine) = Op::Sin.rule() else { return };
            (sine.lanes_f32)(out, a, &[], &[]);
            out[500] = f32::from_bits(out[500].to_bits() ^ 1);
        };
        assert!(!agree(sine.lanes_f32, wrong), "a bit in lane 500");
    }

    #[test]
    fn wide_and_narrow_agree_on_many_numbers() {
        assert!(all_agree(), "the samples of the start");
        let mut random = Random(31);
        for op in Op::all() {
            let Rule::Primitive(Primitive { lanes_f32, lanes_f32_wide: Some(wide), .. }) = op.rule() else { continue };
            for round in 0..256 {
                let scale = SCALES[round % SCALES.len()];
                let mut column = || (0..1024).map(|_| scaled(&mut random, scale)).collect::<Vec<f32>>();
                let (a, b) = (column(), column());
                let (mut one, mut other) = (vec![0.0; a.len()], vec![0.0; a.len()]);
                lanes_f32(&mut one, &a, &b, &[]);
                wide(&mut other, &a, &b, &[]);
                for lane in 0..a.len() {
                    let (x, y) = (one[lane], other[lane]);
                    assert!(
                        x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()),
                        "{op} at {:e}, {:e}",
                        a[lane],
                        b[lane]
                    );
                }
            }
        }
    }
}
