//! The functions that fields are mostly made of, over a block: the same bits as one by one, without the operations that only special
//! arguments need.
//!
//! A function spends much on infinities, NaN, subnormals and large angles, which a block seldom holds. Here a loop computes the plain form
//! for a [`GRAIN`] of lanes and keeps the largest of a *key* of each argument, an integer that is small exactly where
//! the plain form gives the bits of the function. If one key was too large the whole grain is computed again by the function itself. Both
//! loops are free of branches and vectorise, and which of them a lane takes never shows.
//!
//! Why the plain forms have the same bits is said at each.

use super::bits::with_sign;
use super::exp::{exp, exp_plain, gauss, gauss_plain};
use super::inverse::{atan2, atan2_plain};
use super::power::hypot;
use super::trig::{ORDINARY, cos, cos_ordinary, sin, sin_plain, tan, tan_ordinary};

/// Lanes that are computed again together: few, so that one special argument costs little; many, so that loops pay.
const GRAIN: usize = 128;

/// The bits of |x|, as a key: infinities and NaN are the largest.
#[inline(always)]
fn magnitude(x: f32) -> u32 {
    x.to_bits() & 0x7fff_ffff
}

/// out = f(x): by `plain` where no key is above `limit`, else by `general`.
#[inline(always)]
fn unary(
    x: &[f32],
    out: &mut [f32],
    limit: u32,
    key: impl Fn(f32) -> u32,
    plain: impl Fn(f32) -> f32,
    general: impl Fn(f32) -> f32,
) {
    for (x, out) in x.chunks(GRAIN).zip(out.chunks_mut(GRAIN)) {
        let mut worst = 0;
        for (o, &v) in out.iter_mut().zip(x) {
            worst = worst.max(key(v));
            *o = plain(v);
        }
        if worst > limit {
            for (o, &v) in out.iter_mut().zip(x) {
                *o = general(v);
            }
        }
    }
}

/// The same for two arguments; `plain` gives the key as well.
#[inline(always)]
fn binary(
    a: &[f32],
    b: &[f32],
    out: &mut [f32],
    limit: u32,
    plain: impl Fn(f32, f32) -> (f32, u32),
    general: impl Fn(f32, f32) -> f32,
) {
    for ((a, b), out) in a.chunks(GRAIN).zip(b.chunks(GRAIN)).zip(out.chunks_mut(GRAIN)) {
        let mut worst = 0;
        for ((o, &a), &b) in out.iter_mut().zip(a).zip(b) {
            let (value, key) = plain(a, b);
            worst = worst.max(key);
            *o = value;
        }
        if worst > limit {
            for ((o, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *o = general(a, b);
            }
        }
    }
}

/// out = sin x. Plain: the reduction for |x| ≤ 12 867 alone, and no test for infinities.
#[inline(always)]
pub fn sin_block(x: &[f32], out: &mut [f32]) {
    unary(x, out, ORDINARY.to_bits(), magnitude, sin_plain, sin);
}

/// out = cos x. Plain as for the sine.
#[inline(always)]
pub fn cos_block(x: &[f32], out: &mut [f32]) {
    unary(x, out, ORDINARY.to_bits(), magnitude, cos_ordinary, cos);
}

/// out = tan x. Plain: the reduction for |x| ≤ 12 867 alone.
#[inline(always)]
pub fn tan_block(x: &[f32], out: &mut [f32]) {
    unary(x, out, ORDINARY.to_bits(), magnitude, tan_ordinary, tan);
}

/// out = e^x. Plain: −86 ≤ x ≤ 88, where e^x is normal, nothing is clamped and the power of two is one factor.
#[inline(always)]
pub fn exp_block(x: &[f32], out: &mut [f32]) {
    const LOW: f32 = -86.0;
    const HIGH: f32 = 88.0;
    // Below LOW the difference is negative, and the sign makes its bits the largest; NaN and infinity are above the limit.
    unary(x, out, (HIGH - LOW).to_bits(), |x| (x - LOW).to_bits(), exp_plain, exp);
}

/// out = e^(−x²/2). Plain: |x| ≤ 13, as for the exponential.
#[inline(always)]
pub fn gauss_block(x: &[f32], out: &mut [f32]) {
    const HIGH: f32 = 13.0;
    unary(x, out, HIGH.to_bits(), magnitude, gauss_plain, gauss);
}

/// out = √(a² + b²). Plain: no scaling, which for a larger side in 2^−50 … 2^61 is by the factor 1. A sum s of the
/// squares in 2^−98 … 2^120 tells that: the larger side's square is between s/2 and s but for roundings.
#[inline(always)]
pub fn hypot_block(a: &[f32], b: &[f32], out: &mut [f32]) {
    /// Bits of 2^−98 and of 2^120.
    const LEAST: u32 = 29 << 23;
    const MOST: u32 = 247 << 23;
    let plain = |a: f32, b: f32| {
        let s = a * a + b * b;
        (s.sqrt(), s.to_bits().wrapping_sub(LEAST))
    };
    binary(a, b, out, MOST - LEAST, plain, hypot);
}

/// out = the direction of the point (x, y). Plain: the larger side is finite and not zero, so that their quotient is a number.
#[inline(always)]
pub fn atan2_block(y: &[f32], x: &[f32], out: &mut [f32]) {
    let plain = |y: f32, x: f32| {
        let larger = magnitude(x).max(magnitude(y));
        (with_sign(atan2_plain(y, x), y), larger.wrapping_sub(1))
    };
    binary(y, x, out, f32::MAX.to_bits() - 1, plain, atan2);
}

#[cfg(test)]
mod tests {
    use super::super::check::Random;
    use super::*;

    /// A nasty number of a block that is tame, has some numbers beyond `tame`, or consists of them.
    fn blocks(seed: u64, tame: f32) -> impl Iterator<Item = Vec<f32>> {
        let mut random = Random(seed);
        (0..300).map(move |round| {
            let wild = [0, 1, 60][round % 3];
            let mut draw = || loop {
                let (x, any) = (random.nasty(), random.bits() % 100 < wild);
                if any || x.abs() <= tame {
                    return x;
                }
            };
            (0..[1, 7, GRAIN, GRAIN + 1, 1000][round % 5]).map(|_| draw()).collect()
        })
    }

    /// Compares bits with those of the function alone; the output begins as garbage.
    fn assert_unary(name: &str, tame: f32, block: fn(&[f32], &mut [f32]), one: fn(f32) -> f32) {
        for x in blocks(11, tame) {
            let mut out = vec![7.0; x.len()];
            block(&x, &mut out);
            for (&v, &o) in x.iter().zip(&out) {
                assert_eq!(o.to_bits(), one(v).to_bits(), "{name}({v:e}) in a block of {}", x.len());
            }
        }
    }

    fn assert_binary(name: &str, tame: f32, block: fn(&[f32], &[f32], &mut [f32]), one: fn(f32, f32) -> f32) {
        for (a, b) in blocks(12, tame).zip(blocks(13, tame)) {
            let mut out = vec![7.0; a.len()];
            block(&a, &b, &mut out);
            for ((&a, &b), &o) in a.iter().zip(&b).zip(&out) {
                assert_eq!(o.to_bits(), one(a, b).to_bits(), "{name}({a:e}, {b:e})");
            }
        }
    }

    #[test]
    fn blocks_give_the_bits_of_the_single_functions() {
        for tame in [1e-30, 2.0, 80.0, 1e4, 1e20, f32::MAX] {
            assert_unary("sin", tame, sin_block, sin);
            assert_unary("cos", tame, cos_block, cos);
            assert_unary("tan", tame, tan_block, tan);
            assert_unary("exp", tame, exp_block, exp);
            assert_unary("gauss", tame, gauss_block, gauss);
            assert_binary("hypot", tame, hypot_block, hypot);
            assert_binary("atan2", tame, atan2_block, atan2);
        }
    }

    #[test]
    fn limits_are_where_the_plain_forms_end() {
        // Neighbours of each limit, alone in their block: the first for which the plain form is not taken has the function's bits, too.
        for limit in [ORDINARY, -86.0, 88.0, 13.0, 2f32.powi(-49), 2f32.powi(60), 2f32.powi(61), 2f32.powi(-50)] {
            for step in 0..64 {
                let x = [f32::from_bits(limit.to_bits() + step - 32)];
                let mut out = [0.0];
                for (block, one) in [
                    (sin_block as fn(&[f32], &mut [f32]), sin as fn(f32) -> f32),
                    (cos_block, cos),
                    (tan_block, tan),
                    (exp_block, exp),
                    (gauss_block, gauss),
                ] {
                    block(&x, &mut out);
                    assert_eq!(out[0].to_bits(), one(x[0]).to_bits(), "at {:e}", x[0]);
                }
                for other in [0.0, x[0], -1e-44] {
                    hypot_block(&x, &[other], &mut out);
                    assert_eq!(out[0].to_bits(), hypot(x[0], other).to_bits(), "hypot({:e}, {other:e})", x[0]);
                }
            }
        }
    }
}
